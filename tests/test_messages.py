"""Every sentence of the code has its translation, and every translation its sentence."""

from __future__ import annotations

import re
import string
from contextlib import suppress
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from support import ROOT

from lcgraph.asking.texts import texts
from lcgraph.language import MESSAGES, SOURCE_LANGUAGE, SPOKEN, Text, languages

KEYWORDS = {"Text": (1,), "counted": (1, 2), "told": (1,), "_": (1,)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
TRANSLATIONS = [language for language in languages() if language != SOURCE_LANGUAGE]


@cache
def said() -> dict[str | tuple[str, ...], list[str]]:
    """Each sentence of the code (with its plural) to the places where it stands."""
    found: dict[str | tuple[str, ...], list[str]] = {}
    for name, line, message, _, _ in extract_from_dir(
        ROOT / "src", METHODS, keywords=KEYWORDS, comment_tags=(), strip_comment_tags=False
    ):
        key = tuple(message) if isinstance(message, (tuple, list)) else str(message)
        found.setdefault(key, []).append(f"{name}:{line}")
    return found


def needed(language: str) -> dict[str | tuple[str, ...], list[str]]:
    """What a catalogue must translate: the code, and what else does not speak the language itself."""
    found = dict(said())
    if language not in SPOKEN:
        for text in texts():
            found.setdefault(text, ["ontology, shapes or questions"])
    return found


@cache
def catalogue(language: str) -> Catalog:
    with (MESSAGES / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language)


def entries(language: str) -> list[Message]:
    """The entries with a translation; that there are no others is a test of its own."""
    return [message for message in catalogue(language) if message.id and message.string and all(message.string)]


def forms(text: object) -> tuple[str, ...]:
    """A sentence, or its singular and plural, as the catalogue holds them."""
    return tuple(map(str, text)) if isinstance(text, (tuple, list)) else (str(text),)


def placeholders(template: str) -> set[str]:
    """The names of the values of a sentence; one without values may hold any braces."""
    with suppress(ValueError):
        return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return set()


def test_the_code_says_many_things() -> None:
    assert len(said()) > 300
    assert "The file {file} is empty." in said()
    assert ("{n} warning", "{n} warnings") in said()


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_sentence_is_translated(language: str) -> None:
    translated = {message.id for message in entries(language)}
    missing = {key: where for key, where in needed(language).items() if key not in translated}
    assert missing == {}, "run “make messages” and translate"


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_entry_is_used(language: str) -> None:
    assert {m.id for m in entries(language)} - set(needed(language)) == set()
    assert list(catalogue(language).obsolete) == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_no_entry_is_a_guess(language: str) -> None:
    assert [m.id for m in entries(language) if m.fuzzy] == []
    for message in entries(language):
        message.flags.discard("python-format")  # “12.5 % of” is no placeholder: values stand in braces
    assert [error for message in entries(language) for error in message.check(catalogue(language))] == []


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_names_the_same_values(language: str) -> None:
    for message in entries(language):
        told = forms(message.string)
        least, most = placeholders(forms(message.id)[0 if len(told) > 1 else -1]), placeholders(forms(message.id)[-1])
        for translation in told:  # a singular of its own need not say the number
            assert least <= placeholders(translation) <= most, message.id


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_there_are_as_many_forms_as_the_language_has(language: str) -> None:
    for message in entries(language):
        wanted = catalogue(language).num_plurals if len(forms(message.id)) > 1 else 1
        assert len(forms(message.string)) == wanted, message.id


def test_no_name_of_a_value_is_left_out_by_the_plural() -> None:
    for key in said():
        if isinstance(key, tuple):
            assert placeholders(key[0]) <= placeholders(key[1]), key
            assert "n" in placeholders(key[1]) | placeholders(key[0]), key


def test_a_chinese_sentence_has_chinese_punctuation() -> None:
    """Latin commas, semicolons, question marks and full stops between Chinese characters are slips."""
    slip = re.compile(r"[\u4e00-\u9fff][,;?!:][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(\s|$)|[\u4e00-\u9fff]\([^)]*\)")
    found = [text for message in entries("zh") for text in forms(message.string) if slip.search(text)]
    assert found == []


def test_a_sentence_ends_alike_in_both_languages() -> None:
    for message in entries("zh"):
        for translation in forms(message.string):
            assert forms(message.id)[-1].endswith(".") == translation.endswith("。"), message.id


TERMS = {
    "submission": ("提交",),
    "observation": ("观测值",),
    "measure": ("测量点",),
    "commitment": ("承诺",),
    "edition": ("版本",),
    "archive": ("档案", "压缩包"),
    "mapping": ("映射", "键值"),
    "sheet": ("工作表",),
    "workbook": ("工作簿",),
    "key features": ("主要特征",),
    "blank node": ("空白节点",),
    "engine": ("引擎",),
    "withdraw": ("撤回",),
    "revision": ("修订",),
}
"""One word for one thing."""


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_always_the_same_in_chinese(term: str) -> None:
    for message in entries("zh"):
        english = re.sub(r"\{\w+\}|lc:\w+|“submission”", " ", " ".join(forms(message.id)).lower())
        if re.search(rf"\b{term}\b", english):
            assert any(word in " ".join(forms(message.string)) for word in TERMS[term]), message.id


def test_a_further_language_needs_the_names_of_the_framework_too() -> None:
    assert "Adult literacy rate" in needed("fr")
    assert "Adult literacy rate" not in needed("zh")
    assert "The file {file} is empty." in needed("fr")


def test_every_language_gives_every_sentence_without_error() -> None:
    for language in languages():
        for key in said():
            names = placeholders(key if isinstance(key, str) else key[1])
            values = {name: 2 if name == "n" else f"‹{name}›" for name in names}
            text = Text(key, **values) if isinstance(key, str) else Text.counted(key[0], key[1], **values)  # type: ignore[arg-type]  # n is a number
            shown = text.to(language)
            assert all(str(value) in shown for value in values.values()), (language, key)
