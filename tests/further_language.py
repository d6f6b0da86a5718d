"""A further language for the tests: one in which every letter of a text is another than in English.

What stays in Latin letters was not translated, or is data.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from support import ROOT

from lcgraph.asking.texts import texts
from lcgraph.language import MESSAGES

LANGUAGE = "fr"
"""Its tag; it has a plural."""

_LATIN, _OTHER = "abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопярстувщыьз"
_LETTERS = str.maketrans(_LATIN + _LATIN.upper(), _OTHER + _OTHER.upper())
_ADDRESS = re.compile(r"(?:https?://|urn:|www\.)[^\s，。；<>“”\"]+")
_UNTRANSLATED = re.compile(r"[A-Za-z]{2,}[A-Za-z' -]*")


def told(english: str) -> str:
    """An English text in the further language; its placeholders stay."""
    parts = re.split(r"(\{[^{}]*\})", english)
    return "".join(part if part.startswith("{") else part.translate(_LETTERS) for part in parts)


def write_catalogue(folder: Path) -> None:
    """Writes its catalogue, complete, into a folder."""
    with (MESSAGES / "zh.po").open("rb") as source:
        known = read_po(source, locale="zh")
    catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
    for message in known:
        if message.id:
            said = message.id
            catalogue.add(said, tuple(map(told, said)) if isinstance(said, tuple) else told(str(said)))
    for text in texts():
        catalogue.add(text, told(text))
    with (folder / f"{LANGUAGE}.po").open("wb") as out:
        write_po(out, catalogue)


def install(folder: Path) -> Path:
    """Installs lcgraph with this one file more.

    :return: what to put on the path of modules.
    """
    source = folder / "src"
    shutil.copytree(ROOT / "src" / "lcgraph", source / "lcgraph", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ontology", "shapes", "queries"):
        (folder / name).symlink_to(ROOT / name)
    write_catalogue(source / "lcgraph" / "messages")
    return source


def untranslated(text: str, *data: str) -> list[str]:
    """What a text still says in Latin letters, addresses apart.

    :param data: what stays as it is in every language.
    """
    text = _ADDRESS.sub(" ", text)
    for known in sorted(data, key=len, reverse=True):
        text = text.replace(known, " ")
    return _UNTRANSLATED.findall(text)
