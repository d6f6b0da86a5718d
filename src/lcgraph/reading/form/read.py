"""Reads the form: every row and column is found by what it says of itself, not by where it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Edition, ValueCell
from lcgraph.framework.namespaces import DIMENSIONS
from lcgraph.language import Text, languages
from lcgraph.reading.csv_file import repeated_column
from lcgraph.reading.fields import BY_NAME, OBSERVATION, Kind
from lcgraph.reading.findings import Finding
from lcgraph.reading.form import layout
from lcgraph.reading.form.layout import Column
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.table import Row, Value
from lcgraph.reading.workbook import hidden, merged_ranges, value_of

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_HEADER_WITHIN = 20
"""The header of a sheet of figures stands in one of its first rows."""

_CITY_LINES = 4
"""So many lines of a submission make a sheet that of the city, should the label of city or year have been typed over."""

_CITY_WITHIN = 60
"""City and year stand in one of the first lines of the sheet of the city."""

_SPLITS = dict(zip(DIMENSIONS, ("sex", "household_income", "sector", "education_level", "setting"), strict=True))
_HAS_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class CityPlace(RecordPlace):
    """The place of a record that is written down a sheet, a value below the other.

    :ivar cells: field name to the cell of its value.
    """

    cells: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a value has a cell of its own."""
        return name in self.cells

    def of(self, name: str = "") -> Place:
        """The place of one value; of the first where it has none."""
        return Place(self.file, self.sheet, self.cells.get(name) or next(iter(self.cells.values()), "A1"))


def is_city_sheet(sheet: Worksheet) -> bool:
    """Whether a sheet says, line by line, which city hands in for which year."""
    rows = sheet.iter_rows(max_row=_CITY_WITHIN, max_col=4)
    found = {line.key for row in rows if (line := _label(row)[0]) is not None and line.record == "submission"}
    return {"city", "year"} <= found or len(found) >= _CITY_LINES


def header_of(sheet: Worksheet) -> int | None:
    """The number of the row that holds the headers of a sheet of figures; None for any other sheet."""
    for number, row in enumerate(sheet.iter_rows(max_row=_HEADER_WITHIN), 1):
        texts = [str(cell.value) for cell in row if isinstance(cell.value, str)]
        found = [column for text in texts if (column := layout.parse_header(text)) is not None]
        if any(column.year for column in found) or (found and any(map(layout.is_code_header, texts))):
            return number
    return None


def is_form(book: Workbook) -> bool:
    """Whether a workbook has a sheet of the form."""
    return any(is_city_sheet(sheet) or header_of(sheet) is not None for sheet in book.worksheets)


def no_city_sheet(name: str) -> Finding:
    """The finding for a form without the sheet that says which city hands in for which year."""
    return Finding(
        "SubmissionRowMissing",
        Place(name),
        "",
        Text("No sheet of the form says which city hands in for which year."),
        Text(
            "Copy the sheet “{sheet}” of an empty form into the workbook and fill it in.",
            sheet=layout.CITY_SHEET,
        ),
    )


def read_form(name: str, book: Workbook, framework: Framework, findings: list[Finding]) -> Iterator[Row]:
    """The rows of the form's own sheets: those of the city and those of the figures.

    :param name: name of the file.
    :param findings: receives what could not be taken.
    """
    edition = framework.edition()
    figures = []
    others = []
    for sheet in book.worksheets:
        if is_city_sheet(sheet):
            for row in _city(name, sheet, findings):
                if row.kind == "submission" and (said := row.values.get("edition")) is not None:
                    edition = framework.editions.find(said.text) or edition
                yield row
        elif (header := header_of(sheet)) is not None:
            figures.append((sheet, header))
        else:
            others.append(sheet)
    findings.extend(
        _no_headers(Place(name, sheet.title, code.coordinate), str(code.value))
        for sheet in others
        if (code := _first_code(sheet, edition)) is not None
    )
    for sheet, header in figures:
        yield from _Figures(name, sheet, header, edition, framework, findings).rows()


def _first_code(sheet: Worksheet, edition: Edition) -> Cell | MergedCell | None:
    """The first code of a column that holds several codes of figures; None for a sheet that is none of the form's."""
    codes = {cell.code for cell in edition.cells}
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value in codes]
    counts = Counter(cell.column for cell in found)
    return next((cell for cell in found if counts[cell.column] > 1), None)


def _no_headers(place: Place, found: str) -> Finding:
    return Finding(
        "ColumnMissing",
        place,
        found,
        Text("The sheet “{sheet}” has codes of figures in it, but no row of headers.", sheet=place.sheet),
        Text(
            "Insert the row of headers again, as in an empty form: {code}, {example} and so on.",
            code=layout.CODE,
            example=Column("value", year=2024).header_text(),
        ),
    )


def _label(row: tuple[Cell | MergedCell, ...]) -> tuple[layout.CityLine | None, Cell | MergedCell | None]:
    for cell, following in pairwise(row):
        if isinstance(cell.value, str) and (line := layout.parse_city_label(cell.value)) is not None:
            return line, following
    return None, None


def _city(name: str, sheet: Worksheet, findings: list[Finding]) -> Iterator[Row]:
    if sheet.sheet_state != "visible":
        findings.append(hidden(Place(name, sheet.title), Text("The sheet “{sheet}” is hidden.", sheet=sheet.title)))
    merged = merged_ranges(sheet)
    values: dict[str, dict[str, Value]] = {"submission": {}, "document": {}}
    cells: dict[str, dict[str, str]] = {"submission": {}, "document": {}}
    rows = list(sheet.iter_rows())
    have = [line for row in rows if (line := _label(row)[0]) is not None]
    for row in rows:
        line, cell = _label(row)
        if line is None:
            line, cell = _label_with_a_slip(name, sheet, row, have, findings)
        if line is None or cell is None:
            continue
        if line.key in cells[line.record]:
            label = {language: line.label(language) for language in languages()}
            findings.append(
                Finding(
                    "ColumnRepeated",
                    Place(name, sheet.title, cell.coordinate),
                    "" if cell.value is None else str(cell.value),
                    Text("The line “{found}” stands twice.", found=label),
                    Text("Keep one of them."),
                )
            )
            continue
        values[line.record][line.key] = value_of(cell, merged, is_figure=line.field.kind is Kind.COUNT)
        cells[line.record][line.key] = cell.coordinate
    yield Row("submission", CityPlace(name, sheet.title, cells=cells["submission"]), values["submission"])
    if any(value.text.strip() for key, value in values["document"].items() if key != "supports"):
        letter = {"key": Value(layout.LETTER_KEY, layout.LETTER_KEY), **values["document"]}
        yield Row("document", CityPlace(name, sheet.title, cells=cells["document"]), letter)


def _label_with_a_slip(
    name: str,
    sheet: Worksheet,
    row: tuple[Cell | MergedCell, ...],
    have: Collection[layout.CityLine],
    findings: list[Finding],
) -> tuple[layout.CityLine | None, Cell | MergedCell | None]:
    """The line that a label surely means although it is mistyped, which is named."""
    for cell, following in pairwise(row):
        if not isinstance(cell.value, str) or following.value is None:
            continue
        near = layout.nearest_labels(cell.value, have)
        if len(near) == 1:
            labels = {language: near[0].label(language) for language in languages()}
            findings.append(
                Finding(
                    "UnknownColumn",
                    Place(name, sheet.title, cell.coordinate),
                    cell.value,
                    Text(
                        "No line is called “{found}”; it was read as “{near}” for this check.",
                        found=cell.value,
                        near=labels,
                    ),
                    Text("Did you mean {near}?", near=labels),
                )
            )
            return near[0], following
    return None, None


class _Figures:
    """A sheet of figures."""

    def __init__(
        self,
        name: str,
        sheet: Worksheet,
        header: int,
        edition: Edition,
        framework: Framework,
        findings: list[Finding],
    ) -> None:
        self.name = name
        self.sheet = sheet
        self.header = header
        self.edition = edition
        self.framework = framework
        self.findings = findings
        self.merged = merged_ranges(sheet)
        self.code_at = -1
        self.columns: dict[int, Column] = {}
        self.unknown: dict[int, str] = {}
        self.figure = {f.name for f in OBSERVATION.fields if f.kind is Kind.NUMBER}

    def rows(self) -> Iterator[Row]:
        """The records of the sheet."""
        if self.sheet.sheet_state != "visible":
            self._hidden(None, Text("The sheet “{sheet}” is hidden.", sheet=self.sheet.title))
        self._read_header()
        named = self.code_at >= 0
        readable = named or self._has_codes()
        self._read_slips()
        if not readable:
            return
        self._leave_out_broken_blocks()
        for cells in self.sheet.iter_rows(min_row=self.header + 1):
            filled = [i for i in self.columns if i < len(cells) and cells[i].value is not None]
            code = cells[self.code_at].value
            if not filled and (code is None or not named):
                continue
            number = cells[0].row or 0
            value_cell = self._value_cell(code, cells, filled)
            if value_cell is None or not filled:
                continue
            if self.sheet.row_dimensions[number].hidden:
                self._hidden(f"A{number}", Text("Row {row} is hidden.", row=number))
            yield from self._records(value_cell, cells, number)

    def _has_codes(self) -> bool:
        """Finds the column of the codes by what stands in it, should its header have been typed over."""
        counts: Counter[int] = Counter()
        for cells in self.sheet.iter_rows(min_row=self.header + 1):
            for cell in cells:
                if isinstance(cell.value, str) and self.edition.cells.find(cell.value) is not None:
                    counts[cell.column - 1] += 1
        for index, n in counts.most_common(1):
            if n > 1:
                self.code_at = index
                self.unknown.pop(index, None)
                return True
        if any(self._filled(index) for index in self.columns):
            first = min(self.columns)
            self._missing_column(
                first, layout.CODE, Text("Insert the column with the codes of the rows, as in an empty form.")
            )
        return False

    def _filled(self, index: int) -> bool:
        rows = self.sheet.iter_rows(min_row=self.header + 1, min_col=index + 1, max_col=index + 1)
        return any(cell.value is not None for (cell,) in rows)

    def _leave_out_broken_blocks(self) -> None:
        """Names the years that lack a column without which no figure can be read, once and not for each row."""
        years = sorted({column.year for column in self.columns.values() if column.year})
        for year in years:
            block = {index: column for index, column in self.columns.items() if column.year == year}
            have = {column.field for column in block.values()}
            missing = [name for name in layout.NEEDED if name not in have]
            filled = [index for index in block if self._filled(index)]
            if not missing:
                continue
            for index in block:
                del self.columns[index]
            if filled:
                headers = [Column(name, year=year).header_text() for name in missing]
                others = [other for other in years if other != year]
                self._missing_column(
                    filled[0],
                    headers,
                    Text(
                        "Write the headers of a year alike, such as {example}; the other years here are {years}.",
                        example=Column("value", year=year).header_text(),
                        years=others,
                    )
                    if others
                    else Text("Add the column; its first cell says its name."),
                )

    def _missing_column(self, index: int, missing: object, remedy: Text) -> None:
        cell = self.sheet.cell(self.header, index + 1)
        self.findings.append(
            Finding(
                "ColumnMissing",
                self._place(cell.coordinate),
                str(cell.value),
                Text("The sheet “{sheet}” has no column {columns}.", sheet=self.sheet.title, columns=missing),
                remedy,
            )
        )

    def _read_header(self) -> None:
        for index, cell in enumerate(next(self.sheet.iter_rows(min_row=self.header, max_row=self.header))):
            text = str(cell.value).strip() if cell.value is not None else ""
            if not text:
                continue
            if layout.is_code_header(text):
                self.code_at = index
                continue
            column = layout.parse_header(text)
            if column is None:
                if not layout.is_fixed_header(text):
                    self.unknown[index] = text
            elif column in self.columns.values():
                self.findings.append(repeated_column(self._place(cell.coordinate), text))
            else:
                self._take(index, column, text)

    def _take(self, index: int, column: Column, text: str) -> None:
        self.columns[index] = column
        if any(c.hidden and (c.min or 0) <= index + 1 <= (c.max or 0) for c in self.sheet.column_dimensions.values()):
            coordinate = f"{get_column_letter(index + 1)}{self.header}"
            self._hidden(coordinate, Text("The column “{column}” is hidden.", column=text))

    def _read_slips(self) -> None:
        """Takes each header with a slip in it for the column that it surely means; names it, and all that mean nothing."""
        unknown = {**self.unknown, **self._lone_columns()}
        for index in unknown:
            self.columns.pop(index, None)
        for index, text in sorted(unknown.items()):
            near = layout.nearest_columns(text, self.columns.values())
            self._unknown_column(index, text, near)
            if len(near) == 1:
                self._take(index, near[0], text)

    def _lone_columns(self) -> dict[int, str]:
        """Headers that name a year of which the sheet has no other column, while another year lacks just theirs."""
        found = {}
        years = Counter(column.year for column in self.columns.values() if column.year)
        for index, column in self.columns.items():
            others = (replace(column, year=year) for year, n in years.items() if n > 1)
            lone = years[column.year] == 1 and any(other not in self.columns.values() for other in others)
            if lone and self._filled(index):
                found[index] = str(self.sheet.cell(self.header, index + 1).value).strip()
        return found

    def _value_cell(self, code: object, cells: tuple[Cell | MergedCell, ...], filled: list[int]) -> ValueCell | None:
        text = "" if code is None else str(code)
        found = self.edition.cells.find(text) if text.strip() else None
        if found is None and (filled or text.strip()):
            at = cells[self.code_at] if text.strip() or not filled else cells[filled[0]]
            near = self.edition.cells.nearest(text) if text.strip() else ()
            self.findings.append(
                Finding(
                    "UnknownValueCell",
                    self._place(at.coordinate),
                    text or str(at.value),
                    Text("“{found}” is not the code of a figure that is asked for.", found=text)
                    if text.strip()
                    else Text("The row has no code that says which figure it is."),
                    Text("Did you mean {near}?", near=near)
                    if near
                    else Text(
                        "Write the code of the figure, such as {example}, into its first column, or delete the row.",
                        example=next(iter(self.edition.cells)).code,
                    ),
                )
            )
        return found

    def _records(self, value_cell: ValueCell, cells: tuple[Cell | MergedCell, ...], number: int) -> Iterator[Row]:
        blocks: dict[tuple[int, int], dict[Column, int]] = {}
        for index, column in self.columns.items():
            if index < len(cells):
                blocks.setdefault((column.year, column.n), {})[column] = index
        for (year, _), block in blocks.items():
            values = {
                column.key: value_of(cells[index], self.merged, is_figure=column.field in self.figure)
                for column, index in block.items()
            }
            if not any(value.text.strip() or value.trouble for value in values.values()):
                continue
            letters = {column.key: get_column_letter(index + 1) for column, index in block.items()}
            for kind in self._kinds(values) if year else ("target",):
                yield self._row(kind, value_cell, year, dict(values), dict(letters), number)

    def _kinds(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """What a block of a year says: a figure, a gap where the status is a reason, or both by mistake."""
        status, value = values.get("status"), values.get("value")
        if status is None or not status.text.strip():
            return ("observation",)
        has_value = value is not None and bool(value.text.strip() or value.trouble)
        if self.framework.codes("gap-reason").find(status.text) is not None:
            return ("observation", "gap") if has_value else ("gap",)
        is_slip = self.framework.codes("observation-status").find(status.text) is None
        return ("gap",) if is_slip and not has_value else ("observation",)

    def _row(
        self,
        kind: str,
        value_cell: ValueCell,
        year: int,
        values: dict[str, Value],
        letters: dict[str, str],
        number: int,
    ) -> Row:
        code_letter = get_column_letter(self.code_at + 1)
        is_gap = self._kinds(values) != ("observation",) if year else False
        if is_gap and kind == "observation":
            values.pop("status")
        if kind == "gap":
            values["reason"], letters["reason"] = values["status"], letters["status"]
        fixed = {"measure": self.framework.measures[value_cell.measure].code}
        for dimension, name in _SPLITS.items():
            fixed[name] = self.framework.codes_of(dimension)[value_cell.dimensions[dimension]].code
        if year:
            fixed["period"] = str(year)
            letters.setdefault("period", letters.get("value", code_letter))
        known = {f.name for f in BY_NAME[kind].fields}
        values = {key: value for key, value in values.items() if key in known or key.rpartition("_")[0] in known} | {
            name: Value(text, text) for name, text in fixed.items()
        }
        return Row(
            kind, RecordPlace(self.name, self.sheet.title, number, dict.fromkeys(fixed, code_letter) | letters), values
        )

    def _unknown_column(self, index: int, text: str, near: list[Column]) -> None:
        coordinate = f"{get_column_letter(index + 1)}{self.header}"
        like_a_block = bool(near) or _HAS_YEAR.search(text) is not None or layout.is_year_field(text)
        headers = [column.header_text() for column in near]
        self.findings.append(
            Finding(
                "UnknownColumn",
                self._place(coordinate),
                text,
                Text(
                    "The sheet has no other column of the year in “{found}”; it was read as “{near}” for this check.",
                    found=text,
                    near=headers[0],
                )
                if len(near) == 1 and layout.parse_header(text) is not None
                else Text(
                    "No column is called “{found}”; it was read as “{near}” for this check.",
                    found=text,
                    near=headers[0],
                )
                if len(near) == 1
                else Text("No column is called “{found}”.", found=text),
                Text("Did you mean {near}?", near=headers)
                if near
                else Text("Write its header as in {example}.", example=Column("value", year=2024).header_text())
                if like_a_block
                else Text("What stands in it is not read; delete the column if it does not matter."),
                warning=not like_a_block,
            )
        )

    def _hidden(self, coordinate: str | None, message: Text) -> None:
        self.findings.append(hidden(self._place(coordinate), message))

    def _place(self, coordinate: str | None) -> Place:
        return Place(self.name, self.sheet.title, coordinate)
