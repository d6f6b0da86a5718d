"""The values of an answer: what the terms of a result are, by the type of their column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from lcgraph.asking.question import ColumnType
from lcgraph.language import SOURCE_LANGUAGE, SPOKEN, translated
from lcgraph.reading import terms

Value = str | int | Decimal | bool | None
"""A number, a truth value or a text; a day is a text as in 2026-01-31, a time one with its zone."""

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def value_of(term: Mapping[str, str] | None, column_type: ColumnType, language: str) -> Value:
    """The value of a term of the SPARQL results format in JSON; None where there is none.

    :param column_type: of the column that it stands in.
    :param language: into which what the framework says in English is put, if the framework does not speak it.
    :raises ValueError: if it is no value of the type.
    """
    if term is None:
        return None
    text = term["value"]
    try:
        match column_type:
            case "integer" | "year":
                return int(number) if (number := Decimal(text)) == int(number) else _not(text)
            case "decimal":
                return Decimal(text)
            case "boolean":
                return _TRUTH[text]
            case "date":
                return date.fromisoformat(text).isoformat()
            case "time":
                return _in_utc(text)
    except (ValueError, InvalidOperation, KeyError, OverflowError) as error:
        raise ValueError(text) from error
    if column_type == "text" and language not in SPOKEN and term.get("xml:lang") == SOURCE_LANGUAGE:
        return _told(text, language)
    return text


def as_text(value: object) -> str:
    """A value as people read it: a number with all its digits, nothing where there is none."""
    match value:
        case None:
            return ""
        case Decimal():
            return terms.digits(value)
    return str(value)


def _not(text: str) -> int:
    raise ValueError(text)


def _in_utc(text: str) -> str:
    """A time as each engine would have written it."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(text)
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


_YEAR = re.compile(r"(.+)( \(\d{4}\))", re.DOTALL)


def _told(english: str, language: str) -> str:
    """What a label says in a language; of several in one text, what each of them says."""
    told = translated(english, language)
    if told != english:
        return told
    for separator in ("\n", "; ", ": "):
        first, found, last = english.rpartition(separator)
        if found:
            return _told(first, language) + separator + _told(last, language)
    said = _YEAR.fullmatch(english)
    return _told(said[1], language) + said[2] if said is not None else english
