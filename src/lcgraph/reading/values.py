"""What people write in a cell, and what it means.

Only what has one meaning is taken. Everything else is refused with what was probably meant,
since a figure that is read wrongly is worse than one that is sent back.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Item, ItemT, Register
from lcgraph.language import Text, languages
from lcgraph.reading.findings import Unreadable
from lcgraph.reading.terms import digits

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_THOUSANDS = re.compile(
    r"[+-]?\d{1,3}(?P<mark>[,'\u2019 \u00a0\u2009\u202f.])\d{3}(?:(?P=mark)\d{3})*(?:[.,]\d+)?", re.ASCII
)
_WITH_UNIT = re.compile(r"([+-]?\d{1,20}(?:[.,]\d{1,20})?)\s*[^\W\d_][^\d_]{0,100}")
_PLACEHOLDERS = {
    "n/a", "na", "n.a.", "k.a.", "none", "nil", "null",
    "unknown", "missing", "no data", "not available", "not applicable", "not collected",
    "-", "–", "—", "..", "...", ":", "?", "x", "/",
    "无", "暂无", "不详", "未知", "无数据", "缺", "缺失", "未统计", "不适用", "保密",
}  # fmt: skip
_YEAR = re.compile(r"(1[89]|20|21)\d\d", re.ASCII)
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)
_IRI_FORBIDS = re.compile(r'[\x00-\x20<>"{}|\\^`]')

_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What neither XML nor a cell of Excel can hold, and nobody means to write."""

MAX_TEXT = 32_000
"""A cell of Excel holds 32,767 characters."""

MAX_DIGITS = 30
"""Figures with more digits than this are not figures."""


def number(text: str) -> Decimal:
    """The figure that a text writes.

    :raises Unreadable: if the text is not a plain number, with the number that was probably meant.

    >>> number("12.50")
    Decimal('12.50')
    """
    text = text.strip()
    if _NUMBER.fullmatch(text) and len(text) <= MAX_DIGITS:
        return finite(Decimal(text))
    raise _what_was_meant(text)


def finite(value: Decimal) -> Decimal:
    """A figure that can be written with few digits.

    :raises Unreadable: if it is infinite, or so large or small that no figure is.
    """
    if value.is_finite() and (value == 0 or (abs(value.adjusted()) < MAX_DIGITS and len(digits(value)) <= MAX_DIGITS)):
        return value
    raise Unreadable(
        "NotAFigure",
        Text("{found} is too large, too small or too long for a figure.", found=shorten(str(value), 40)),
        Text("Write it with at most {n} digits.", n=MAX_DIGITS),
    )


def words(text: str) -> str:
    r"""A text as it is kept: without blanks around it, with ``\n`` between its lines.

    :raises Unreadable: if it has characters that no text has, or is too long for a cell of Excel.

    >>> words(" Cork\r\nCity ")
    'Cork\nCity'
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    found = _NO_TEXT.search(text)
    if found is not None:
        raise Unreadable(
            "TextUnreadable",
            Text("The text has the control character {code} in it.", code=f"U+{ord(found[0]):04X}"),
            Text("Take it out; it shows where “{near}” stands.", near=shorten(_NO_TEXT.sub(" ", text), 40)),
        )
    if len(text) > MAX_TEXT:
        raise Unreadable(
            "TextUnreadable",
            Text("The text has {n} characters; at most {limit} are taken.", n=f"{len(text):,}", limit=f"{MAX_TEXT:,}"),
            Text("Shorten it, or hand it in as a document and name that with its link."),
        )
    return text


def key(text: str) -> str:
    """A key, by which records of a submission refer to one another.

    :raises Unreadable: if it has a semicolon in it, which stands between keys.

    >>> key(" yearbook  2016 ")
    'yearbook 2016'
    """
    plain = " ".join(words(text).split())
    if re.search("[;；]", plain):
        raise Unreadable(
            "TextUnreadable",
            Text("“{found}” has a semicolon in it, which stands between two keys.", found=shorten(plain)),
            Text("Write the key without it, here and where it is referred to."),
        )
    return plain


def _what_was_meant(text: str) -> Unreadable:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in _PLACEHOLDERS:
        return Unreadable(
            "PlaceholderInsteadOfFigure",
            Text("“{found}” stands where a figure belongs.", found=text),
            Text(
                "Leave the cell empty; to say why there is no figure, give the reason: in the form as its status, else as a row of the gaps."
            ),
        )
    if plain.endswith(("%", "‰")):
        meant = _try(plain[:-1]) if plain.endswith("%") else None  # of a thousand is not of a hundred
        return Unreadable(
            "PercentSign",
            Text("“{found}” has a sign for per cent in it.", found=text),
            Text("Write the number alone: {meant}.", meant=meant)
            if meant is not None
            else Text("Write the number alone, without the sign."),
        )
    if plain != text and (meant := _try(plain)) is not None:
        return Unreadable(
            "FullWidthDigits",
            Text("“{found}” is written with full-width characters.", found=text),
            Text("Write it with ordinary digits: {meant}.", meant=meant),
        )
    if (thousands := _THOUSANDS.fullmatch(plain)) is not None:
        without = plain.replace(thousands["mark"], "")
        meant = _try(without.replace(",", "."))
        if thousands["mark"] == "," and _DECIMAL_COMMA.fullmatch(plain):
            return Unreadable(
                "DecimalComma",
                Text(
                    "“{found}” can be read in two ways: with a decimal comma or with a thousands separator.", found=text
                ),
                Text("Write {small} or {large}.", small=plain.replace(",", "."), large=meant or without),
            )
        return Unreadable(
            "ThousandsSeparator",
            Text("“{found}” has a thousands separator.", found=text),
            Text("Write it without separators: {meant}.", meant=meant or without),
        )
    if _DECIMAL_COMMA.fullmatch(plain):
        return Unreadable(
            "DecimalComma",
            Text("“{found}” has a decimal comma.", found=text),
            Text("Write it with a point: {meant}.", meant=plain.replace(",", ".")),
        )
    with_unit = _WITH_UNIT.fullmatch(plain)
    return Unreadable(
        "NotAFigure",
        Text("“{found}” is not a number.", found=shorten(text)),
        Text(
            "Write the number alone: {meant}. Units and remarks have columns of their own.",
            meant=with_unit[1].replace(",", "."),
        )
        if with_unit is not None
        else Text("Write digits with a point as decimal mark, such as 12.5."),
    )


def _try(text: str) -> str | None:
    text = text.strip()
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    return digits(Decimal(text)) if _NUMBER.fullmatch(text) and len(text) <= MAX_DIGITS else None


def from_float(value: float) -> Decimal:
    """The figure of a numeric cell of a workbook: the shortest decimal that is that number.

    >>> from_float(0.1)
    Decimal('0.1')
    """
    return Decimal(repr(value))


def count(text: str) -> int:
    """A whole number that is not negative.

    :raises Unreadable: if it is not one.
    """
    value = number(text)
    if value != value.to_integral_value() or value < 0:
        raise Unreadable(
            "NotAFigure",
            Text("“{found}” is not a whole number.", found=text),
            Text("Write a whole number, such as 1200."),
        )
    return int(value)


def year(text: str) -> int:
    """A year of four digits.

    :raises Unreadable: if it is not one.

    >>> year("2016")
    2016
    """
    plain = text.strip().removesuffix(".0")
    if _YEAR.fullmatch(plain):
        return int(plain)
    raise Unreadable(
        "YearUnreadable",
        Text("“{found}” is not a year.", found=shorten(text)),
        Text("Write the year with four digits, such as 2016."),
    )


def day(value: object) -> str:
    """A date as ISO 8601 writes it; a month or a year alone is a date too.

    :raises Unreadable: if it is not one.

    >>> day("2016-05")
    '2016-05'
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if _DATE.fullmatch(text):
        try:
            date.fromisoformat((text + "-01-01")[:10] if len(text) < 10 else text)
        except ValueError:
            pass
        else:
            return text
    raise Unreadable(
        "DateUnreadable",
        Text("“{found}” is not a date.", found=shorten(text)),
        Text("Write year, month and day, such as 2016-05-31; the year alone will do."),
    )


def link(text: str) -> str:
    """An address on the web.

    :raises Unreadable: if it is not an absolute http(s) address.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not _IRI_FORBIDS.search(text)
    except ValueError:
        usable = False
    if usable:
        return text
    raise Unreadable(
        "LinkUnreadable",
        Text("“{found}” is not an address on the web.", found=shorten(text)),
        Text("Write the whole address, beginning with https://, without blanks."),
    )


def language(text: str) -> str:
    """A language that texts can be in.

    :raises Unreadable: if it is not a language tag.
    """
    tag = text.strip().lower()
    if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
        return tag
    raise Unreadable(
        "UnknownLanguage",
        Text("“{found}” is not a language.", found=shorten(text)),
        Text("Write a language tag, such as {languages}.", languages=list(languages())),
    )


def shorten(text: str, to: int = 80) -> str:
    """A text that fits into a message."""
    text = " ".join(text.split())
    return text if len(text) <= to else text[: to - 1] + "…"


def one_of(register: Register[ItemT], text: str, rule: str, message: Text, all_of_them: Text) -> ItemT:
    """The item of a register that a text means.

    :param rule: the rule that is broken if there is none.
    :param message: what to say then.
    :param all_of_them: where to find the right ones.
    :raises Unreadable: if there is none, with the nearest ones.
    """
    found = register.find(text)
    if found is not None:
        return found
    near = register.nearest(text)
    if near:
        remedy = Text("Did you mean {near}?", near=[_named(register.code(code)) for code in near])
    elif len(register) <= 12:
        remedy = Text("Write one of {codes}.", codes=[_named(item) for item in register])
    else:
        remedy = all_of_them
    raise Unreadable(rule, message, remedy)


def _named(item: Item) -> Text:
    return Text("{code} ({label})", code=item.code, label=item.label)


class Meanings:
    """The texts of a submission that stand for items of the framework.

    :param framework: where the items are looked up.
    """

    def __init__(self, framework: Framework) -> None:
        self.framework = framework

    def city(self, text: str) -> str:
        """IRI of a city.

        :raises Unreadable: if the city is not known here.
        """
        return one_of(
            self.framework.cities,
            text,
            "UnknownCity",
            Text("“{found}” is not a city that is known here.", found=shorten(text)),
            Text("See the list of cities; a city that is not in it must be registered first."),
        ).iri

    def edition(self, text: str) -> str:
        """IRI of an edition.

        :raises Unreadable: if there is none.
        """
        return one_of(
            self.framework.editions,
            text,
            "UnknownEdition",
            Text("“{found}” is not an edition of the Key Features.", found=shorten(text)),
            Text("See the list of editions."),
        ).iri

    def measure(self, text: str) -> str:
        """IRI of a measure.

        :raises Unreadable: if there is none.
        """
        return one_of(
            self.framework.measures,
            text,
            "UnknownMeasure",
            Text("“{found}” is not a measure.", found=shorten(text)),
            Text("Write the code of a measure, such as 1.2.2-a."),
        ).iri

    def action(self, text: str) -> str:
        """IRI of an action.

        :raises Unreadable: if there is none.
        """
        return one_of(
            self.framework.actions,
            text,
            "UnknownAction",
            Text("“{found}” is not an action.", found=shorten(text)),
            Text("Write the code of an action, such as 10.2."),
        ).iri

    def code(self, name: str, text: str) -> str:
        """IRI of a code of a code list.

        :raises Unreadable: if there is none.
        """
        return one_of(
            self.framework.codes(name),
            text,
            "UnknownCode",
            Text(
                "“{found}” is not a code of the list “{list}”.",
                found=shorten(text),
                list=self.framework.name_of_codes(name),
            ),
            Text("See the code list."),
        ).iri

    def unit(self, text: str) -> str:
        """IRI of a unit.

        :raises Unreadable: if there is none.
        """
        return one_of(
            self.framework.units,
            text,
            "UnknownUnit",
            Text("“{found}” is not a unit that is known here.", found=shorten(text)),
            Text("Leave the cell empty to use the measure's own unit."),
        ).iri
