"""Columns of values that are alike: which kind a column is of, told by the datatypes that came with its values.

A column has a kind where every value of it is of that kind and in its range; else it is of texts, and
its values stand there as they were written. So nothing is lost or guessed, and one odd value shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

XSD = "http://www.w3.org/2001/XMLSchema#"

Value = str | int | float | bool | Decimal | date | datetime | None


class Kind(Enum):
    """What a column holds."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    YEAR = "year"
    DATE = "date"
    TIME = "dateTime"
    TIME_OF_ZONE = "dateTime with zone"
    TEXT = "text"


_INTEGERS = (
    "integer nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger long int short byte "
    "unsignedLong unsignedInt unsignedShort unsignedByte"
)
_KINDS: Mapping[str, Kind] = {
    **{XSD + name: Kind.INTEGER for name in _INTEGERS.split()},
    XSD + "decimal": Kind.DECIMAL,
    XSD + "double": Kind.DOUBLE,
    XSD + "float": Kind.DOUBLE,
    XSD + "boolean": Kind.BOOLEAN,
    XSD + "gYear": Kind.YEAR,
    XSD + "date": Kind.DATE,
    XSD + "dateTime": Kind.TIME,
    XSD + "dateTimeStamp": Kind.TIME,
}
_NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)
"""Each of these holds the ones before it. XPath 3.1, appendix B.1."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    :ivar kind: what its values are.
    :ivar values: None where there is none; decimals as such, times with a zone in UTC.
    :ivar datatypes: IRIs of the datatypes that came; empty for IRIs and blank nodes.
    """

    kind: Kind
    values: list[Value]
    datatypes: tuple[str, ...] = ()


def typed(texts: list[str | None], datatypes: Iterable[str]) -> Column:
    """The column of values that came with their datatypes.

    :param texts: values as they were written, None for unbound ones.
    :param datatypes: all that came, each once; an empty one for what is no literal.

    >>> typed(["1", None, "2.5"], {XSD + "integer", XSD + "decimal"}).values
    [Decimal('1'), None, Decimal('2.5')]
    >>> typed(["1", "many"], {XSD + "integer", XSD + "string"}).values
    ['1', 'many']
    """
    came = tuple(sorted(datatypes))
    kind = _common({_KINDS.get(datatype, Kind.TEXT) for datatype in came})
    try:
        if kind is Kind.TIME:
            return _times(texts, came)
        values = _converted(texts, _READ[kind]) if kind is not Kind.TEXT else texts
    except (ValueError, OverflowError):
        kind, values = Kind.TEXT, texts
    return Column(kind, list(values), came)


_OF_TYPES: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "iri": Kind.TEXT,
    "integer": Kind.INTEGER,
    "decimal": Kind.DECIMAL,
    "boolean": Kind.BOOLEAN,
    "year": Kind.YEAR,
    "date": Kind.DATE,
    "time": Kind.TIME_OF_ZONE,
}


def of_values(values: list[Value], column_type: str) -> Column:
    """The column of values that came as JSON.

    :param column_type: what the service says that they are; where it says nothing that is known here, texts.

    >>> of_values([1, None], "decimal").values
    [Decimal('1'), None]
    """
    kind = _OF_TYPES.get(column_type, Kind.TEXT)
    read = _OF_JSON.get(kind, _written)
    return Column(kind, [None if value is None else read(value) for value in values])


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _common(kinds: set[Kind]) -> Kind:
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds and kinds <= set(_NUMBERS):
        return max(kinds, key=_NUMBERS.index)
    return Kind.TEXT


def _converted(texts: list[str | None], read: Callable[[str], Value]) -> list[Value]:
    read_once: dict[str | None, Value] = {None: None}  # most columns say few things many times
    for text in texts:
        if text is not None and text not in read_once:
            read_once[text] = read(text)
    return [read_once[text] for text in texts]


def _times(texts: list[str | None], came: tuple[str, ...]) -> Column:
    values = _converted(texts, _time)
    zoned = {value.tzinfo is not None for value in values if isinstance(value, datetime)}
    if len(zoned) > 1:  # which of them is earlier, nobody can know
        return Column(Kind.TEXT, list(texts), came)
    return Column(Kind.TIME_OF_ZONE if True in zoned else Kind.TIME, values, came)


_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_YEAR = re.compile(r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6}0*)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def _written_as(pattern: re.Pattern[str], text: str) -> str:
    """The text without blanks around it. XML Schema 1.1 part 2, 4.3.6.

    :raises ValueError: if it is not written so.
    """
    text = text.strip(" \t\r\n")
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[_written_as(re.compile("true|false|1|0"), text)]


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(_written_as(_TIME, text))
    return found.astimezone(UTC) if found.tzinfo else found


_READ: Mapping[Kind, Callable[[str], Value]] = {
    Kind.INTEGER: lambda text: int(_written_as(_INTEGER, text)),
    Kind.DECIMAL: lambda text: Decimal(_written_as(_DECIMAL, text)),
    Kind.DOUBLE: lambda text: float(_written_as(_DOUBLE, text)),
    Kind.BOOLEAN: _boolean,
    Kind.YEAR: lambda text: int(_written_as(_YEAR, text)),
    Kind.DATE: lambda text: date.fromisoformat(_written_as(_DATE, text)),
}

_OF_JSON: Mapping[Kind, Callable[[Any], Value]] = {
    Kind.INTEGER: int,
    Kind.YEAR: int,
    Kind.DECIMAL: lambda value: Decimal(str(value)),
    Kind.BOOLEAN: bool,
    Kind.DATE: date.fromisoformat,
    Kind.TIME_OF_ZONE: _time,
}
