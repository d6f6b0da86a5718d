"""Writes the form: empty for a city and its years, or filled in with a submission."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties

from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Code, Edition, Measure
from lcgraph.language import Text, languages, pick
from lcgraph.reading import terms
from lcgraph.reading.as_table import columns_of, row_of, write_value
from lcgraph.reading.fields import BY_NAME, DOCUMENT, SOURCE, SUBMISSION, TARGET, Kind, RecordType
from lcgraph.reading.form import layout
from lcgraph.reading.form.layout import CityLine, Column
from lcgraph.reading.row_height import row_height
from lcgraph.reading.submission import Cell as FigureCell
from lcgraph.reading.submission import Gap, Observation, Record, Submission, Target
from lcgraph.reading.workbook_file import sheet_name, to_bytes

if TYPE_CHECKING:
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_EMPTY_ROWS = {"source": 40, "document": 30}
"""How many rows of the sheets of sources and documents can be filled in."""

_INK, _QUIET, _ACCENT = "FF1F2933", "FF6B7280", "FF1D4E6B"
_LINE = Side(style="thin", color="FFD0D5DA")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_FIXED = PatternFill("solid", fgColor="FFF3F4F6")
_HEADING = PatternFill("solid", fgColor="FFDCE8EF")
_HEADER = PatternFill("solid", fgColor=_ACCENT)
_TOP = Alignment(vertical="top", wrap_text=True)
_A4 = 9
"""Number of the paper size in the file format."""
_OPEN = Protection(locked=False)

_WIDTHS = {"value": 11, "status": 14, "source": 16, "match": 13, "note": 24, "conversion": 20, "period": 9}
_FIXED_WIDTHS = (15, 27, 38, 17, 11, 11)
_TABLE_WIDTHS = {
    Kind.KEY: 12,
    Kind.TEXTS: 24,
    Kind.LINK: 18,
    Kind.PLAIN: 15,
    Kind.CODE: 12,
    Kind.DATE: 11,
    Kind.COUNT: 9,
}

_READ_ME_WIDTH = 76
_CITY_WIDTHS = (32, 42, 46)

_MOST_YEARS, _MOST_TARGETS = 20, 4
"""More of them do not stand side by side; what is over gets a sheet of its own."""

_REPEATED = 2
"""So many columns of a sheet of figures, code and name, stay in sight and stand on each of its pages."""

_PAGE_WIDTH = 139
"""How wide columns may be together on a page across, at full size, in digits of Calibri as LibreOffice draws them."""

_FIGURES_SCALE = 70
"""The size, in per cent, of the figures on paper; less where a year has columns of further languages."""


_LISTS = Text("Lists")
_IN_PLACE = 255
"""So many characters Excel allows for what a drop-down offers in place."""

_LISTED_FROM = 3
"""The column of the sheet of lists from which on those stand that are too long for that."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A figure that the city reported earlier.

    :ivar year: the year that it is about.
    :ivar value: the figure, in the measure's unit.
    """

    year: int
    value: Decimal


@dataclass(slots=True)
class _Filled:
    """The records of a submission by value cell, as rows of a table.

    :ivar rest: kind of record to the records that have no place in the sheets of the figures.
    """

    years: dict[str, dict[int, Mapping[str, object]]] = field(default_factory=lambda: defaultdict(dict))
    targets: dict[str, list[Mapping[str, object]]] = field(default_factory=lambda: defaultdict(list))
    rest: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))


def write_form(
    submission: Submission,
    framework: Framework,
    years: Sequence[int],
    language: str,
    hints: Mapping[str, Hint] | None = None,
) -> bytes:
    """The form as an Excel workbook; reading it gives the submission that it was filled in with.

    :param submission: what stands in it; for an empty form, one without records.
    :param years: the years to ask for beside those that the submission has figures of.
    :param language: of the names and explanations.
    :param hints: IRI of a value cell to the figure that the city reported last.
    """
    return _Writer(submission, framework, years, language, hints or {}).write()


class _Writer:
    def __init__(
        self,
        submission: Submission,
        framework: Framework,
        years: Sequence[int],
        language: str,
        hints: Mapping[str, Hint],
    ) -> None:
        self.submission = submission
        self.framework = framework
        self.edition: Edition = framework.editions[submission.edition]
        self.language = language
        self.hints = hints
        self.filled = self._by_cell()
        self.years = sorted({*years, *(year for found in self.filled.years.values() for year in found)})
        self.columns = self._columns()
        self.book = openpyxl.Workbook()
        self.book.remove(self.book.worksheets[0])
        self.lists: dict[str, str] = {}
        self.listed: dict[str, list[str]] = {}
        self._white: Any = None

    def write(self) -> bytes:
        self.book.properties.creator = "lcgraph"
        self._explanation()
        self._city()
        groups = [self.book.create_sheet(layout.name_of_sheet(group, self.language)) for group in self.edition.groups]
        documents = [d for d in self.submission.documents if d.key != layout.LETTER_KEY]
        sources = self._table(SOURCE, self.submission.sources)
        self._table(DOCUMENT, documents)
        for record_type, rest in self.filled.rest.items():
            self._table(BY_NAME[record_type], rest)
        self._lists(sources)
        for group, sheet in zip(self.edition.groups, groups, strict=True):
            self._group(sheet, [*layout.lines(self.edition, group)])
        self.book.active = 0
        return to_bytes(self.book)

    # what it is filled in with

    def _by_cell(self) -> _Filled:
        """What stands in the sheets of the figures, and what has no place there and gets sheets of its own.

        A figure has no place there if its split is none that the edition asks for, if its unit is not
        that of its row, or if its place is taken.
        """
        filled = _Filled()
        records: tuple[Observation | Gap, ...] = (*self.submission.observations, *self.submission.gaps)
        years = sorted({record.period for record in records})[-_MOST_YEARS:]
        for record in records:
            kind = "gap" if isinstance(record, Gap) else "observation"
            cell = self._cell_of(record)
            if cell is None or record.period not in years or record.period in filled.years[cell]:
                filled.rest[kind].append(record)
                continue
            row = row_of(BY_NAME[kind], record, self.submission, self.framework)
            filled.years[cell][record.period] = {**row, "status": row["reason"]} if kind == "gap" else row
        for target in self.submission.targets:
            cell = self._cell_of(target)
            if cell is None or len(filled.targets[cell]) == _MOST_TARGETS:
                filled.rest["target"].append(target)
            else:
                filled.targets[cell].append(row_of(TARGET, target, self.submission, self.framework))
        return filled

    def _cell_of(self, record: FigureCell) -> str | None:
        if isinstance(record, (Observation, Target)) and record.unit != self.framework.measures[record.measure].unit:
            return None
        return self.edition.cell_of(record.measure, record.codes)

    def _columns(self) -> list[Column]:
        columns = []
        for year in self.years:
            used = {key for found in self.filled.years.values() for key in found.get(year, {})}
            columns += [
                Column(name, year=year) for name in layout.YEAR_FIELDS if name != "conversion" or "conversion" in used
            ]
            columns += self._tagged(used, ("note", "conversion"), year=year)
        most = max((len(found) for found in self.filled.targets.values()), default=1)
        for n in range(1, max(most, 1) + 1):
            used = {key for found in self.filled.targets.values() for row in found[n - 1 : n] for key in row}
            columns += [Column(name, n=n) for name in layout.TARGET_FIELDS]
            columns += self._tagged(used, ("note",), n=n)
        return columns

    @staticmethod
    def _tagged(used: Iterable[str], names: tuple[str, ...], year: int = 0, n: int = 0) -> list[Column]:
        return [
            Column(name, year, n, key[len(name) + 1 :])
            for name in names
            for key in sorted(used)
            if key.startswith(name + "_")
        ]

    # sheets

    def _say(self, text: Text) -> str:
        return text.to(self.language)

    def _sheet(self, name: str) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(sheet_name(name))
        return sheet

    def _explanation(self) -> None:
        sheet = self._sheet(self._say(Text("Read me")))
        city = self.framework.cities[self.submission.city]
        texts = [
            (
                self._say(Text("Learning city submission: {city}, {year}", city=city.label, year=self.submission.year)),
                _font(size=16, bold=True, color=_ACCENT),
            ),
            (pick(self.edition.label, self.language), _font(color=_QUIET)),
            ("", _font()),
            (self._say(Text("What to fill in")), _font(bold=True, size=12)),
            (
                self._say(
                    Text(
                        "White cells are for you; grey cells say what is asked and stay as they are. Leave empty what you do not have: an empty cell is no zero."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "1. City: who hands in, for which year, and the letter of the mayor or decision of the council, if there is one."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "2. Sources: one row for each source, with a short key of your choice. For a survey say who asked, how many answered and when; for an expert review who sat on the panel and when. Every figure names the key of its source; several with semicolons."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "3. The sheets of the figures: for each year the value, in the unit of its row. Write numbers with digits and no sign for per cent: 12.5, not 12.5 %."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "4. Where there is no figure, choose the reason as its status: not collected, not available, not applicable or confidential."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "5. Where the figure is defined somewhat otherwise than the definition in its row, choose how it matches and say in a note what differs."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "6. Documents: strategies, policies, events and the like that support an action of the Declaration without being a number."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "7. Targets, if the city has any: after the years, the year to reach and the value, in the unit of its row."
                    )
                ),
                _font(),
            ),
            (
                self._say(
                    Text(
                        "Save the workbook as .xlsx, in LibreOffice too, and hand it in whole; a check tells cell by cell what is to be mended."
                    )
                ),
                _font(),
            ),
            ("", _font()),
            (self._say(Text("The 5-point scale of surveys and expert reviews")), _font(bold=True, size=12)),
            *((f"{code.code}  {pick(code.label, self.language)}", _font()) for code in self._scale()),
            ("", _font()),
            (
                self._say(Text("The figures show what the city has evidence for. They are not made to rank cities.")),
                _font(italic=True, color=_QUIET),
            ),
            (
                self._say(
                    Text(
                        "The Chinese names and definitions are quoted from the printed source; those in any other language are by lcgraph and not official."
                    )
                ),
                _font(italic=True, color=_QUIET),
            ),
        ]
        for number, (text, font) in enumerate(texts, 1):
            cell = sheet.cell(number, 1, text)
            cell.font, cell.alignment = font, _TOP
            sheet.row_dimensions[number].height = max(
                row_height([(text, _READ_ME_WIDTH)]), 26 if font.size == 16 else 0
            )
        sheet.column_dimensions["A"].width = _READ_ME_WIDTH
        self._finish(sheet, landscape=False)

    def _scale(self) -> list[Code]:
        return sorted(self.framework.codes("scale"), key=lambda code: code.code, reverse=True)

    def _city(self) -> None:
        sheet = self._sheet(pick(layout.CITY_SHEET, self.language))
        for column, width in zip("ABC", _CITY_WIDTHS, strict=True):
            sheet.column_dimensions[column].width = width
        head = row_of(SUBMISSION, self.submission, self.submission, self.framework)
        letter = next((d for d in self.submission.documents if d.key == layout.LETTER_KEY), None)
        decision = row_of(DOCUMENT, letter, self.submission, self.framework) if letter is not None else {}
        self._heading(sheet, Text("The submission"))
        self._city_lines(sheet, layout.SUBMISSION_LINES, head)
        self._heading(sheet, Text("What is known of the city"))
        for label, known in self._known():
            self._city_line(sheet, label, known, "")
        self._city_lines(sheet, layout.POPULATION_LINES, head)
        self._heading(sheet, Text("The letter of the mayor or the decision of the council"))
        self._city_lines(sheet, layout.LETTER_LINES, decision)
        self._finish(sheet, landscape=False)

    def _heading(self, sheet: Worksheet, text: Text) -> None:
        number = 1 if sheet["A1"].value is None else sheet.max_row + 2
        cell = sheet.cell(number, 1, text.to(self.language))
        cell.font = _font(bold=True, size=12, color=_ACCENT)
        for index in range(1, 4):
            sheet.cell(number, index).fill = _HEADING
        sheet.row_dimensions[number].height = 20

    def _known(self) -> Iterator[tuple[str, str]]:
        """What is known here of the city, which the officer sees and does not fill in."""
        city = self.framework.cities[self.submission.city]
        country = self.framework.countries.get(city.country)
        yield self._say(Text("Name")), pick(city.label, self.language)
        if country is not None:
            region = self.framework.regions.get(country.region)
            of = f"{pick(country.label, self.language)} ({country.code})"
            yield self._say(Text("Country")), of
            if region is not None:
                yield self._say(Text("Region")), pick(region.label, self.language)
        if city.geonames:
            yield "GeoNames", city.geonames
        if city.wikidata:
            yield "Wikidata", city.wikidata
        if city.population is not None:
            year = str(city.population_year) if city.population_year else self._say(Text("no year given"))
            yield self._say(Text("Population known here")), f"{city.population:,} ({year})"
        if city.membership:
            since = f" ({city.member_since})" if city.member_since else ""
            yield self._say(Text("Membership")), pick(city.membership, self.language) + since

    def _city_lines(self, sheet: Worksheet, lines: Sequence[CityLine], row: Mapping[str, object]) -> None:
        for first in lines:
            record_type = BY_NAME[first.record]
            tags = [
                key[len(first.field.name) + 1 :]
                for key in sorted(row)
                if first.field.kind is Kind.TEXTS and key.startswith(first.field.name + "_")
            ]
            for line in (first, *(CityLine(first.record, first.field, tag) for tag in tags)):
                cell = self._city_line(
                    sheet,
                    line.label(self.language),
                    self._named(record_type, line.key, row.get(line.key)),
                    pick(line.field.about, self.language),
                    fixed=line.record == "submission" and line.field.name in layout.FIXED_LINES,
                )
                self._offer(sheet, cell, line)

    def _city_line(self, sheet: Worksheet, label: str, value: object, about: str, *, fixed: bool = False) -> str:
        """A line of the sheet of the city; one that only tells something has no explanation.

        :return: the coordinate of its value.
        """
        number = sheet.max_row + 1
        said, stands, told = (sheet.cell(number, index) for index in range(1, 4))
        for cell, text in ((said, label), (stands, value), (told, about)):
            _set(cell, text)
            cell.font, cell.border, cell.alignment, cell.fill = _font(), _BORDER, _TOP, _FIXED
        said.font, told.font = _font(bold=True), _font(color=_QUIET)
        if about and not fixed:
            stands.fill, stands.protection = PatternFill(), _OPEN
        stands.alignment = Alignment(vertical="top", horizontal="left", wrap_text=True)
        sheet.row_dimensions[number].height = row_height(zip((label, value, about), _CITY_WIDTHS, strict=True))
        return stands.coordinate

    def _offer(self, sheet: Worksheet, cell: str, line: CityLine) -> None:
        """What the spreadsheet offers or allows in a value of the sheet of the city."""
        if line.field.kind is Kind.CODE:
            self._choice(sheet, cell, self._labels(line.field.codes))
        elif line.field.kind is Kind.LANGUAGE:
            self._choice(sheet, cell, '"' + ",".join(languages()) + '"', strict=False)
        elif line.field.kind is Kind.COUNT:
            self._whole(sheet, cell, 1, 10**9)
        elif line.field.kind is Kind.YEAR and line.field.name not in layout.FIXED_LINES:
            self._whole(sheet, cell, 1900, self.submission.year)

    def _labels(self, codes: str) -> str:
        """What a drop-down of a code list offers: the names in place or, where Excel does not allow that, listed."""
        labels = [pick(code.label, self.language) for code in self.framework.codes(codes)]
        if len(offered := ",".join(labels)) <= _IN_PLACE and not any("," in label or '"' in label for label in labels):
            return f'"{offered}"'
        self.listed.setdefault(codes, labels)
        letter = get_column_letter(_LISTED_FROM + list(self.listed).index(codes))
        return f"{quote_sheetname(sheet_name(self._say(_LISTS)))}!${letter}$1:${letter}${len(labels)}"

    def _whole(self, sheet: Worksheet, cell: str, low: int, high: int) -> None:
        validation = DataValidation(type="whole", operator="between", formula1=str(low), formula2=str(high))
        validation.allow_blank = validation.showErrorMessage = True
        validation.error = self._say(Text("A whole number from {low} to {high}", low=low, high=high))
        sheet.add_data_validation(validation)
        validation.add(cell)

    def _table(self, record_type: RecordType, records: Sequence[Record]) -> Worksheet:
        """A sheet with a row for each record."""
        sheet = self._sheet(pick(record_type.sheet, self.language))
        rows = [row_of(record_type, record, self.submission, self.framework) for record in records]
        columns = columns_of(record_type, rows)
        last = 1 + len(rows) + _EMPTY_ROWS.get(record_type.name, 0)
        widths: list[float] = []
        for index, key in enumerate(columns, 1):
            name, tag = (key, "") if key in {f.name for f in record_type.fields} else tuple(key.rsplit("_", 1))
            f = record_type.field(name)
            head = sheet.cell(1, index, layout.field_name(f, self.language) + (f"_{tag}" if tag else ""))
            head.comment = _comment(pick(f.about, self.language))
            self._header(head)
            letter = get_column_letter(index)
            widths.append(_TABLE_WIDTHS.get(f.kind, 14))
            sheet.column_dimensions[letter].width = widths[-1]
            if f.kind is Kind.CODE:
                self._choice(sheet, f"{letter}2:{letter}{last}", self._labels(f.codes))
        for number in range(2, last + 1):
            row = rows[number - 2] if number - 2 < len(rows) else {}
            for index, key in enumerate(columns, 1):
                cell = sheet.cell(number, index)
                _set(cell, self._named(record_type, key, row.get(key)))
                self._open(cell)
        for number in range(1, len(rows) + 2):
            texts = (sheet.cell(number, index).value for index in range(1, len(columns) + 1))
            sheet.row_dimensions[number].height = row_height(zip(texts, widths, strict=True))
        sheet.freeze_panes = "B2"
        self._finish(sheet, titles="1:1")
        return sheet

    def _named(self, record_type: RecordType, key: str, value: object) -> object:
        """A code by its name in the language of the form; any other value as it is."""
        f = next((f for f in record_type.fields if f.name == key), None)
        if f is None or f.kind is not Kind.CODE or not value:
            return value
        return pick(self.framework.codes(f.codes).code(str(value)).label, self.language)

    def _lists(self, sources: Worksheet) -> None:
        """What the drop-downs offer, each in a column of a hidden sheet: Excel allows no long list in place."""
        sheet = self._sheet(self._say(_LISTS))
        statuses = [*self.framework.codes("observation-status"), *self.framework.codes("gap-reason")]
        for index, (name, codes) in enumerate(
            (("status", statuses), ("match", list(self.framework.codes("definition-match")))), 1
        ):
            for number, code in enumerate(codes, 1):
                sheet.cell(number, index, pick(code.label, self.language))
            letter = get_column_letter(index)
            self.lists[name] = f"{quote_sheetname(sheet.title)}!${letter}$1:${letter}${len(codes)}"
        self.lists["source"] = f"{quote_sheetname(sources.title)}!$A$2:$A${sources.max_row}"
        for index, labels in enumerate(self.listed.values(), _LISTED_FROM):
            for number, label in enumerate(labels, 1):
                sheet.cell(number, index, label)
        sheet.sheet_state = "hidden"

    def _group(self, sheet: Worksheet, lines: Sequence[layout.Line]) -> None:
        fixed = (layout.CODE, *layout.FIXED)
        for index, text in enumerate(fixed, 1):
            self._header(sheet.cell(1, index, text.to(self.language)))
            sheet.column_dimensions[get_column_letter(index)].width = _FIXED_WIDTHS[index - 1]
        for index, column in enumerate(self.columns, len(fixed) + 1):
            self._header(sheet.cell(1, index, column.header(self.language)))
            sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS[column.field]
        sheet.row_dimensions[1].height = 32
        for number, line in enumerate(lines, 2):
            if line.measure is None or line.cell is None:
                self._area(sheet, number, line)
            else:
                self._figure(sheet, number, line)
        first, last = 2, len(lines) + 1
        for index, column in enumerate(self.columns, len(fixed) + 1):
            letter = get_column_letter(index)
            if column.year and column.field in self.lists:
                self._choice(
                    sheet, f"{letter}{first}:{letter}{last}", self.lists[column.field], strict=column.field != "source"
                )
        sheet.freeze_panes = "C2"
        sheet.print_title_cols = f"A:{get_column_letter(_REPEATED)}"
        scale, breaks = self._pages()
        for last in breaks:
            sheet.col_breaks.append(Break(id=last))
        self._finish(sheet, titles="1:1", scale=scale)

    def _pages(self) -> tuple[int, list[int]]:
        """How the columns of the figures lie on paper: a year or a target is never torn apart.

        :return: the size in per cent, and the numbers of the columns after which a page ends.
        """
        blocks = [
            [_WIDTHS[column.field] for column in columns]
            for _, columns in groupby(self.columns, lambda column: (column.year, column.n))
        ]
        explained, repeated = sum(_FIXED_WIDTHS), sum(_FIXED_WIDTHS[:_REPEATED])
        needed = max(explained + sum(blocks[0]), *(repeated + sum(block) for block in blocks))
        scale = min(_FIGURES_SCALE, 100 * _PAGE_WIDTH // needed)
        used, end, breaks = explained, len(_FIXED_WIDTHS), []
        for block in blocks:
            if used + sum(block) > 100 * _PAGE_WIDTH / scale:
                breaks.append(end)
                used = repeated
            used += sum(block)
            end += len(block)
        return scale, breaks

    def _area(self, sheet: Worksheet, number: int, line: layout.Line) -> None:
        for index in range(1, len(_FIXED_WIDTHS) + len(self.columns) + 1):
            sheet.cell(number, index).fill = _HEADING
        cell = sheet.cell(number, _REPEATED, f"{line.area.code} {pick(line.area.label, self.language)}")
        cell.font = _font(bold=True, color=_ACCENT)
        cell.alignment = Alignment(vertical="center", wrap_text=True)  # whole, whichever columns are in sight
        sheet.row_dimensions[number].height = 4 + row_height([(cell.value, _FIXED_WIDTHS[_REPEATED - 1])])

    def _figure(self, sheet: Worksheet, number: int, line: layout.Line) -> None:
        measure, value_cell = line.measure, line.cell
        assert measure is not None
        assert value_cell is not None
        assert line.feature is not None
        hint = self.hints.get(value_cell.iri)
        texts = (
            value_cell.code,
            pick(value_cell.label, self.language),
            pick(measure.definition, self.language),
            pick(measure.unit_label, self.language),
            pick(self.framework.codes("data-source-type").code(measure.expected_source).label, self.language),
            f"{hint.year}: {terms.digits(hint.value)}" if hint is not None else "",
        )
        for index, text in enumerate(texts, 1):
            told = sheet.cell(number, index, text)
            told.fill, told.border, told.alignment = _FIXED, _BORDER, _TOP
            told.font = _font(color=_QUIET) if index in (1, 6) else _font(bold=index == 2)
        sheet.cell(number, 2).comment = _comment(f"{line.feature.code} {pick(line.feature.label, self.language)}")
        years = self.filled.years.get(value_cell.iri, {})
        targets = self.filled.targets.get(value_cell.iri, [])
        for index, column in enumerate(self.columns, len(texts) + 1):
            cell = sheet.cell(number, index)
            row: Mapping[str, object] = (
                years.get(column.year, {})
                if column.year
                else (targets[column.n - 1] if column.n <= len(targets) else {})
            )
            _set(cell, self._shown(column, row))
            self._open(cell)
        shown = [(sheet.cell(number, i).value, _FIXED_WIDTHS[i - 1]) for i in (1, 2, 3, 4)]
        shown += [(sheet.cell(number, i).value, _WIDTHS[c.field]) for i, c in enumerate(self.columns, len(texts) + 1)]
        sheet.row_dimensions[number].height = row_height(shown)
        self._limits(sheet, number, measure)

    def _shown(self, column: Column, row: Mapping[str, object]) -> object:
        value = row.get(column.key)
        if column.field == "status" and value:
            register = "gap-reason" if "reason" in row else "observation-status"
            return pick(self.framework.codes(register).code(str(value)).label, self.language)
        if column.field == "match" and value:
            return pick(self.framework.codes("definition-match").code(str(value)).label, self.language)
        return value

    def _limits(self, sheet: Worksheet, number: int, measure: Measure) -> None:
        """Has the spreadsheet itself point out at once what cannot be right."""
        letters = [
            get_column_letter(i) for i, c in enumerate(self.columns, len(_FIXED_WIDTHS) + 1) if c.field == "value"
        ]
        kind: Literal["whole", "decimal"] = "whole" if measure.value_type == "ordinal-5" else "decimal"
        low, high = measure.minimum, measure.maximum if measure.maximum_is_firm else None
        if measure.value_type == "ordinal-5":
            low, high = Decimal(1), Decimal(5)
        validation = DataValidation(
            type=kind,
            operator="between" if low is not None and high is not None else "greaterThanOrEqual",
            formula1=terms.digits(low if low is not None else Decimal("-1e15")),
            formula2=terms.digits(high) if high is not None else None,
            allow_blank=True,
            errorStyle="stop",
            errorTitle=measure.code,
            error=self._allowed(measure, low, high),
            promptTitle=textwrap.shorten(pick(measure.label, self.language), 32, placeholder="…"),
            prompt=self._allowed(measure, low, high),
            showErrorMessage=True,
            showInputMessage=True,
        )
        sheet.add_data_validation(validation)
        for letter in letters:
            validation.add(f"{letter}{number}")

    def _allowed(self, measure: Measure, low: Decimal | None, high: Decimal | None) -> str:
        if measure.value_type == "ordinal-5":
            return "; ".join(f"{code.code} {pick(code.label, self.language)}" for code in self._scale())
        unit = pick(measure.unit_label, self.language)
        if low is not None and high is not None:
            text = Text(
                "A number from {low} to {high}, unit: {unit}", low=terms.digits(low), high=terms.digits(high), unit=unit
            )
        elif low is not None:
            text = Text("A number not below {low}, unit: {unit}", low=terms.digits(low), unit=unit)
        else:
            text = Text("A number, unit: {unit}", unit=unit)
        return text.to(self.language)[:250]

    # how it looks

    def _choice(self, sheet: Worksheet, cells: str, offered: str, *, strict: bool = True) -> None:
        validation = DataValidation(type="list", formula1=offered, allow_blank=True, showErrorMessage=strict)
        if strict:
            validation.error = self._say(Text("Choose one of the list."))
        sheet.add_data_validation(validation)
        validation.add(cells)

    def _open(self, cell: Any) -> None:
        """Has a cell look as one that is filled in. To find the same style anew for each takes most of the time."""
        if self._white is None:
            cell.font, cell.border, cell.alignment, cell.protection = _font(), _BORDER, _TOP, _OPEN
            self._white = cell._style  # noqa: SLF001 - openpyxl has no public way to take over a style whole
        else:
            cell._style = copy(self._white)  # noqa: SLF001

    @staticmethod
    def _header(cell: Cell | MergedCell) -> None:
        cell.font = _font(bold=True, color="FFFFFFFF")
        cell.fill, cell.border = _HEADER, _BORDER
        cell.alignment = Alignment(vertical="center", wrap_text=True)

    def _finish(self, sheet: Worksheet, titles: str = "", *, landscape: bool = True, scale: int = 0) -> None:
        """Protects what must not change, and sets the sheet up for paper.

        :param titles: rows that stand on every page.
        :param scale: size on paper in per cent; without it the sheet is as wide as a page.
        """
        protection = sheet.protection
        protection.sheet = True  # without a password: it guards against slips
        protection.formatColumns = protection.formatRows = protection.formatCells = False
        protection.insertRows = False
        setup = sheet.page_setup
        setup.orientation = "landscape" if landscape else "portrait"
        setup.paperSize = _A4
        if scale:
            setup.scale = scale
        else:
            setup.fitToWidth, setup.fitToHeight = 1, 0
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom = 0.4, 0.7
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        if titles:
            sheet.print_title_rows = titles
        city = pick(self.framework.cities[self.submission.city].label, self.language).replace("&", "&&")
        footer = sheet.oddFooter
        assert footer is not None
        footer.left.text, footer.center.text, footer.right.text = f"{city} {self.submission.year}", "&A", "&P / &N"


def _set(cell: Cell | MergedCell, value: object) -> None:
    """Puts a value in; a text that begins like a formula stays a text."""
    if value is None or value == "":
        return
    assert isinstance(cell, Cell)
    write_value(cell, value)


def _font(*, bold: bool = False, italic: bool = False, size: int = 10, color: str = _INK) -> Font:
    return Font(name="Calibri", bold=bold, italic=italic, size=size, color=color)


def _comment(text: str) -> Comment:
    comment = Comment(text, "lcgraph")
    comment.width, comment.height = 260, 60 + 18 * (len(text) // 40)
    return comment
