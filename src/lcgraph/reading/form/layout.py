"""What stands where in the form, defined once: writing and reading walk the same columns.

The form has a sheet for each group of focal areas. A row is a value cell, told by its code in the
first column; the columns after the fixed ones are blocks, one for each year, told by their headers.
So rows, columns and sheets may be moved and sheets renamed: nothing is found by its position.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from lcgraph.framework.items import Edition, FocalArea, FocalAreaGroup, KeyFeature, Measure, ValueCell, normalise
from lcgraph.language import SOURCE_LANGUAGE, Labels, Text, languages, pick
from lcgraph.reading.fields import DOCUMENT, OBSERVATION, SUBMISSION, TARGET, Field, Kind
from lcgraph.reading.nearest import nearest, one_slip
from lcgraph.reading.workbook_file import sheet_name

CODE: Final = Text("Code")
"""Header of the column that says which value cell a row is."""

FIXED: Final = (Text("Figure"), Text("Definition"), Text("Unit"), Text("Expected source"), Text("Last reported"))
"""Headers of the columns that explain a row; what stands in them is not read."""

YEAR_FIELDS: Final = ("value", "status", "source", "match", "note", "conversion")
"""The fields of the block of a year; ``status`` also takes the reason why there is no figure."""

NEEDED: Final = ("value", "source")
"""The fields without whose columns no figure of a year can be read."""

TARGET_FIELDS: Final = ("period", "value", "note")
"""The fields of the block of a target."""

LETTER_KEY: Final = "commitment-letter"
"""Key of the document by which mayor or council commit the city; it stands on the sheet of the city."""

LETTER_FIELDS: Final = ("type", "title", "issued", "link", "supports", "note")

_YEAR_HEADER = re.compile(r"(?P<year>\d{4}) ?年? ?(?P<name>\D.*)")
_TARGET_HEADER = re.compile(r"(?P<name>.*?)(?: (?P<n>\d+))?")
_TAGGED = re.compile(r"(?P<name>.+?) ?[(（](?P<tag>[a-z]{2,3}(?:-[a-z0-9]{1,8})*)[)）]")

TARGET_NAMES: Final[dict[str, Text]] = {
    "period": Text("Target year"),
    "value": Text("Target value"),
    "note": Text("Target remark"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a block.

    :ivar field: name of the field.
    :ivar year: the year of the block; 0 for a target.
    :ivar n: number of the target, from 1; 0 for a year.
    :ivar language: language of a text; empty for the language of the submission.
    """

    field: str
    year: int = 0
    n: int = 0
    language: str = ""

    @property
    def key(self) -> str:
        """The column in the terms of a table: ``note`` or ``note_zh``."""
        return f"{self.field}_{self.language}" if self.language else self.field

    def header_text(self) -> Labels:
        """What stands in the header, in every language."""
        return {language: self.header(language) for language in languages()}

    def header(self, language: str) -> str:
        """What stands in the header."""
        if self.year:
            name = f"{self.year} {field_name(OBSERVATION.field(self.field), language)}"
        else:
            name = TARGET_NAMES[self.field].to(language) + (f" {self.n}" if self.n > 1 else "")
        return name + (f" ({self.language})" if self.language else "")


def field_name(field: Field, language: str) -> str:
    """A field's name as a header shows it.

    >>> field_name(OBSERVATION.field("household_income"), "en")
    'Household income'
    """
    return field.title if language == SOURCE_LANGUAGE else pick(field.names, language)


def parse_header(text: str) -> Column | None:
    """The column that a header means; None for any other header.

    >>> parse_header("2024  note (zh)")
    Column(field='note', year=2024, n=0, language='zh')
    """
    plain, language = normalise(text), ""
    if tagged := _TAGGED.fullmatch(plain):
        plain, language = tagged["name"], tagged["tag"]
    if (found := _YEAR_HEADER.fullmatch(plain)) is not None:
        name = _year_names().get(found["name"].strip())
        return Column(name, year=int(found["year"]), language=language) if name is not None else None
    found = _TARGET_HEADER.fullmatch(plain)
    assert found is not None
    for name, title in TARGET_NAMES.items():
        if found["name"] in {normalise(title.to(lang)) for lang in languages()}:
            return Column(name, n=int(found["n"] or 1), language=language)
    return None


def nearest_columns(text: str, have: Collection[Column]) -> list[Column]:
    """The columns that a header with a slip in it may mean, nearest first.

    :param have: the columns that the sheet has; none of these is meant twice, nor one of another year.
    """
    plain, tag = normalise(text), ""
    if tagged := _TAGGED.fullmatch(plain):
        plain, tag = tagged["name"], tagged["tag"]
    years = {column.year for column in have if column.year}
    missing = {
        Column(name, year, n, tag)
        for fields, blocks in (
            (YEAR_FIELDS, [(year, 0) for year in years]),
            (TARGET_FIELDS, [(0, n) for n in {1, *(column.n for column in have if column.n)}]),
        )
        for name in fields
        for year, n in blocks
        if not tag or OBSERVATION.field(name).kind is Kind.TEXTS
    }.difference(have)
    found = _YEAR_HEADER.fullmatch(plain)
    if found is not None and (year := int(found["year"])) in years:
        named = {
            name: column for name, f in _year_names().items() for column in missing if column == Column(f, year, 0, tag)
        }
        plain = found["name"].strip()
    else:
        named = {
            normalise(replace(column, language="").header(language)): column
            for column in missing
            for language in languages()
        }
    return list(dict.fromkeys(named[name] for name in nearest(plain, named)))


@cache
def _year_names() -> dict[str, str]:
    """What headers call the fields of a year, to the fields' names."""
    fields = [OBSERVATION.field(name) for name in YEAR_FIELDS]
    return {normalise(field_name(f, language)): f.name for f in fields for language in languages()}


def is_year_field(text: str) -> bool:
    """Whether a header names a field of a year, but not the year."""
    return normalise(text) in _year_names()


def is_code_header(text: str) -> bool:
    """Whether a header is that of the column of codes."""
    return normalise(text) in {normalise(CODE.to(language)) for language in languages()}


def is_fixed_header(text: str) -> bool:
    """Whether a header is that of a column that only explains."""
    return normalise(text) in {normalise(fixed.to(language)) for fixed in FIXED for language in languages()}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet of the form: the heading of a focal area, or a value cell.

    :ivar area: the focal area.
    :ivar feature: the key feature; None for a heading.
    :ivar measure: the measure; None for a heading.
    :ivar cell: the value cell; None for a heading.
    """

    area: FocalArea
    feature: KeyFeature | None = None
    measure: Measure | None = None
    cell: ValueCell | None = None


def lines(edition: Edition, group: FocalAreaGroup) -> Iterator[Line]:
    """The lines of a group's sheet: each area with the value cells of its features, in order."""
    for area_iri in group.areas:
        area = edition.areas[area_iri]
        yield Line(area)
        for feature in edition.features:
            if feature.area != area_iri:
                continue
            for measure in edition.measures:
                if measure.feature == feature.iri:
                    for cell in measure.cells:
                        yield Line(area, feature, measure, cell)


def name_of_sheet(group: FocalAreaGroup, language: str) -> str:
    """The name of a group's sheet: its number and the first words of its name, as Excel allows."""
    return sheet_name(f"{group.code} {re.split(r' of | for ', pick(group.label, language))[0]}")


@dataclass(frozen=True, slots=True)
class CityLine:
    """A line of the sheet of the city: a field of the submission, or of the letter or decision.

    :ivar record: ``submission`` or ``document``.
    :ivar field: the field.
    :ivar language: language of a text; empty for that of the submission.
    """

    record: str
    field: Field
    language: str = ""

    @property
    def key(self) -> str:
        """The line in the terms of a table: ``title`` or ``title_zh``."""
        return f"{self.field.name}_{self.language}" if self.language else self.field.name

    def label(self, language: str) -> str:
        """What stands in its first column."""
        name = field_name(self.field, language)
        if self.record == "document":
            name = Text("Letter or decision: {field}", field=name).to(language)
        return name + (f" ({self.language})" if self.language else "")


CITY_SHEET: Final[Labels] = {"en": "City", "zh": "城市"}
OF_THE_CITY: Final = ("population", "population_year")
"""The fields of a submission that stand with what is known of the city."""

FIXED_LINES: Final = ("city", "year", "edition")
"""The fields for which the form was made, which stay as they are."""

SUBMISSION_LINES: Final = tuple(CityLine("submission", f) for f in SUBMISSION.fields if f.name not in OF_THE_CITY)
POPULATION_LINES: Final = tuple(CityLine("submission", SUBMISSION.field(name)) for name in OF_THE_CITY)
LETTER_LINES: Final = tuple(CityLine("document", DOCUMENT.field(name)) for name in LETTER_FIELDS)
CITY_LINES: Final = (*SUBMISSION_LINES, *POPULATION_LINES, *LETTER_LINES)


def parse_city_label(text: str) -> CityLine | None:
    """The line that a label in the sheet of the city means."""
    plain, tag = normalise(text), ""
    if tagged := _TAGGED.fullmatch(plain):
        plain, tag = tagged["name"], tagged["tag"]
    line = _city_labels().get(plain)
    return CityLine(line.record, line.field, tag) if line is not None else None


def nearest_labels(text: str, have: Collection[CityLine]) -> list[CityLine]:
    """The lines of the sheet of the city that a label with a slip in it may mean, nearest first.

    :param have: the lines that the sheet has.
    """
    plain = normalise(text)
    missing = {
        label: line
        for label, line in _city_labels().items()
        if line not in have and (line.field.required or one_slip(plain, label))  # labels that explain are like others
    }
    near = [missing[label] for label in nearest(plain, missing)]
    return near[:1] if near[1:] == near[:1] else near


@cache
def _city_labels() -> dict[str, CityLine]:
    return {normalise(line.label(language)): line for line in CITY_LINES for language in languages()}


assert set(YEAR_FIELDS) <= {f.name for f in OBSERVATION.fields}
assert set(TARGET_FIELDS) <= {f.name for f in TARGET.fields}
