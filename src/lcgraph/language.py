"""Sentences for people, kept apart from their language until they are shown.

English is written in the code; every other language is one catalogue in ``messages/``
(gettext's PO format, so that any translation tool can edit it). Adding a language is
adding one file there; a test fails while a sentence of the code has no translation.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TypeAlias

MESSAGES = Path(__file__).parent / "messages"
SOURCE_LANGUAGE = "en"
SPOKEN = ("en", "zh")
"""The languages that the ontology, the shapes and the questions speak themselves."""

Labels: TypeAlias = Mapping[str, str]
"""One text in several languages: language tag to text."""


@cache
def languages() -> tuple[str, ...]:
    """The languages that messages come in, English first."""
    return (SOURCE_LANGUAGE, *sorted(path.stem for path in MESSAGES.glob("*.po")))


@cache
def _catalogue(language: str) -> NullTranslations:
    path = MESSAGES / f"{language}.po"
    if language == SOURCE_LANGUAGE or not path.is_file():
        return NullTranslations()
    from babel.messages.mofile import write_mo  # here, since English does without it
    from babel.messages.pofile import read_po

    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


class Text:
    """A sentence with its values, shown in whatever language is asked for.

    :param template: the English sentence with ``{name}`` for each value.
    :param values: what stands for the names; a value may itself be a :class:`Text`
        or a mapping of language tags to texts, and is then shown in the same language.

    >>> str(Text("The file {file} is empty.", file="cork.csv"))
    'The file cork.csv is empty.'
    """

    __slots__ = ("plural", "template", "values")

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.plural: str | None = None
        self.values = values

    @classmethod
    def counted(cls, singular: str, plural: str, /, n: int, **values: object) -> Text:
        """A sentence that depends on how many there are; ``{n}`` is the number.

        >>> str(Text.counted("{n} warning", "{n} warnings", n=2))
        '2 warnings'
        """
        text = cls(singular, n=n, **values)
        text.plural = plural
        return text

    def to(self, language: str) -> str:
        """The sentence in a language; in English where there is no translation."""
        catalogue = _catalogue(language)
        if self.plural is None:
            template = catalogue.gettext(self.template)
        else:
            template = catalogue.ngettext(self.template, self.plural, _count(self.values["n"]))
        if not self.values:
            return template
        return template.format_map({key: show(value, language) for key, value in self.values.items()})

    def __str__(self) -> str:
        return self.to(SOURCE_LANGUAGE)

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def _count(value: object) -> int:
    assert isinstance(value, int)
    return value


def show(value: object, language: str) -> str:
    """Any value as it reads in a language."""
    if isinstance(value, Text):
        return value.to(language)
    if isinstance(value, Mapping):
        return pick(value, language)
    if isinstance(value, (list, tuple)):
        return enumerate_in(value, language)
    return str(value)


def pick(labels: Labels, language: str) -> str:
    """The text in the language, else what its catalogue makes of the English, else in any.

    >>> pick({"en": "Cork", "zh": "科克"}, "zh")
    '科克'
    """
    if language in labels:
        return labels[language]
    if SOURCE_LANGUAGE in labels:
        return translated(labels[SOURCE_LANGUAGE], language)
    return next(iter(labels.values()), "")


def translated(english: str, language: str) -> str:
    """What the catalogue of a language makes of an English text; the text itself where it has none.

    >>> translated("The file {file} is empty.", "zh")
    '文件{file}是空的。'
    """
    return _catalogue(language).gettext(english) if english else ""  # to the empty text, catalogues tell of themselves


def in_every_language(labels: Labels) -> Labels:
    """Labels, and beside them what the catalogues of the languages that they do not speak make of the English."""
    english = labels.get(SOURCE_LANGUAGE, "")
    more = {language: translated(english, language) for language in languages() if language not in labels}
    return {**labels, **{language: text for language, text in more.items() if text != english}} if more else labels


def enumerate_in(items: Iterable[object], language: str) -> str:
    """Items one after the other, with the separator of the language."""
    return ("、" if language.startswith("zh") else ", ").join(show(item, language) for item in items)


def choose_language(accept: str | None) -> str:
    """The language of an ``Accept-Language`` header that messages come in; English else.

    >>> choose_language("fr;q=0.9, zh-CN;q=0.8, en;q=0.1")
    'zh'
    """
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept or "").split(",")):
        tag, *parameters = part.split(";")
        primary = tag.strip().split("-", 1)[0].lower()
        if primary == "*":  # any language will do, so the source language does
            primary = SOURCE_LANGUAGE
        quality = _quality(parameters)
        if quality > 0 and primary in languages():
            wanted.append((-quality, position, primary))
    return min(wanted)[2] if wanted else SOURCE_LANGUAGE


def _quality(parameters: list[str]) -> float:
    """The weight among the parameters of a range, 1 where there is none; 0 where it is not from 0 to 1."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0
            return quality if 0 <= quality <= 1 else 0
    return 1
