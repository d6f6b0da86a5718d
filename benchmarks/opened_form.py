"""A filled-in form, opened to be damaged: its figures and sources by what they are, and every change undone."""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import openpyxl
import pyoxigraph as ox
from openpyxl.utils import get_column_letter

from lcgraph.checking.context import thresholds
from lcgraph.checking.slips import usual_range
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Measure, ValueCell
from lcgraph.framework.namespaces import LCS
from lcgraph.reading.fields import DOCUMENT, SOURCE, RecordType
from lcgraph.reading.form import layout
from lcgraph.reading.form.read import header_of, is_city_sheet
from lcgraph.reading.table import header
from lcgraph.reading.values import from_float

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

Where = tuple[str, str | None]
"""A sheet, and a cell of it; no cell for the sheet as a whole."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What the form says of one value cell in one year.

    :ivar code: code of the value cell.
    :ivar cells: field, such as ``value`` or ``note_zh``, to its cell.
    :ivar value: the figure; None where there is none.
    """

    sheet: str
    row: int
    year: int
    code: str
    measure: Measure
    cell: ValueCell
    cells: dict[str, str]
    value: Decimal | None

    @property
    def unit(self) -> str:
        """The last part of the unit's IRI."""
        return self.measure.unit.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet that has a record in each row.

    :ivar cells: field to its cell.
    :ivar texts: field to what stands there.
    """

    sheet: str
    number: int
    cells: dict[str, str]
    texts: dict[str, str]


class Form:
    """A form, opened.

    :param data: the undamaged workbook.
    """

    def __init__(self, data: bytes, framework: Framework) -> None:
        self.data = data
        self.framework = framework
        self._undo: list[tuple[Any, Any, str, str]] = []
        self._open()
        self.figures = [figure for sheet in self.sheets for figure in self._figures(sheet)]
        self._filled = [figure for figure in self.figures if figure.value is not None]
        self._series: dict[str, list[Figure]] = defaultdict(list)
        for figure in self._filled:
            self._series[figure.code].append(figure)
        self.sources = self._rows(SOURCE)
        self.documents = self._rows(DOCUMENT)
        self.city = {key: where for sheet in self.book if is_city_sheet(sheet) for key, where in _city(sheet)}

    def _open(self) -> None:
        self.book: Any = openpyxl.load_workbook(io.BytesIO(self.data))
        self.reshaped = False

    @property
    def sheets(self) -> list[Worksheet]:
        """The sheets of the figures."""
        return [sheet for sheet in self.book.worksheets if not is_city_sheet(sheet) and header_of(sheet) is not None]

    def filled(self) -> list[Figure]:
        """The figures that have a value."""
        return self._filled

    def text(self, sheet: str, cell: str) -> str:
        """What stands in a cell."""
        value = self.book[sheet][cell].value
        return "" if value is None else str(value)

    def put(self, sheet: str, cell: str, value: object, number_format: str = "") -> Where:
        """Writes into a cell."""
        at = self.book[sheet][cell]
        self._undo.append((at, at.value, at.data_type, at.number_format))
        at.value = value
        if number_format:
            at.number_format = number_format
        return sheet, cell

    def reshape(self) -> Any:
        """The workbook, for a change that moves, merges or hides cells."""
        self.reshaped = True
        return self.book

    def saved(self) -> bytes:
        """The workbook as it is now."""
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def restore(self) -> None:
        """Takes all changes back."""
        if self.reshaped:
            self._open()
        else:
            for cell, value, data_type, number_format in reversed(self._undo):
                cell.value = value
                cell.data_type = data_type
                cell.number_format = number_format
        self._undo.clear()

    # what can be seen in the figures alone

    @cached_property
    def _thresholds(self) -> dict[str, Decimal]:
        quads = ox.parse(thresholds(self.framework.names.base), ox.RdfFormat.N_TRIPLES)
        return {
            quad.predicate.value.removeprefix(LCS): Decimal(quad.object.value)
            for quad in quads
            if isinstance(quad.object, ox.Literal) and not quad.object.language
        }

    def earlier(self, figure: Figure) -> list[Decimal]:
        """The same figure's values of earlier years."""
        return [f.value for f in self._series[figure.code] if f.year < figure.year and f.value is not None]

    def looks_right(self, figure: Figure, value: Decimal) -> bool:
        """Whether nothing but the city itself could tell that a value is not the right one.

        So it is where the value lies in the measure's range, among the figures that cities mostly
        report, and not far from what the city reported in at least as many earlier years as the
        thresholds ask for.
        """
        measure, limits = figure.measure, self._thresholds
        if measure.minimum is not None and value < measure.minimum:
            return False
        if measure.maximum is not None and value > measure.maximum:
            return False
        usual = usual_range(measure.iri, self.framework.names.base)
        if usual is not None and not usual[0] <= value <= usual[1]:
            return False
        past = self.earlier(figure)
        if len(past) < limits["pastYears"]:
            return True
        low, high = min(past), max(past)
        room = max(limits["pastSpread"] * (high - low), limits["pastShare"] * abs(high))
        return low - room <= value <= high + room

    # reading

    def _figures(self, sheet: Worksheet) -> list[Figure]:
        edition, found = self.framework.edition(), []
        top = header_of(sheet)
        assert top is not None
        columns = {
            cell.column: column
            for cell in sheet[top]
            if isinstance(cell.value, str) and (column := layout.parse_header(cell.value)) is not None and column.year
        }
        for number, row in enumerate(sheet.iter_rows(min_row=top + 1), top + 1):
            value_cell = edition.cells.find(str(row[0].value)) if row[0].value else None
            if value_cell is None:
                continue
            measure = self.framework.measures[value_cell.measure]
            for year in sorted({column.year for column in columns.values()}):
                cells = {c.key: row[index - 1].coordinate for index, c in columns.items() if c.year == year}
                content = sheet[cells["value"]].value
                value = from_float(content) if isinstance(content, (int, float)) else None
                found.append(Figure(sheet.title, number, year, value_cell.code, measure, value_cell, cells, value))
        return found

    def _rows(self, record_type: RecordType) -> list[Row]:
        for sheet in self.book.worksheets:
            columns = {
                name: get_column_letter(cell.column)
                for cell in sheet[1]
                if isinstance(cell.value, str) and (name := header(record_type, cell.value)) is not None
            }
            if {f.name for f in record_type.fields if f.required and f.name != "title"} <= columns.keys():
                return [
                    Row(
                        sheet.title,
                        number,
                        {name: f"{letter}{number}" for name, letter in columns.items()},
                        {name: str(sheet[f"{letter}{number}"].value or "") for name, letter in columns.items()},
                    )
                    for number in range(2, sheet.max_row + 1)
                    if sheet[f"{columns['key']}{number}"].value
                ]
        return []


def _city(sheet: Worksheet) -> list[tuple[str, Where]]:
    return [
        (line.key, (sheet.title, f"B{row[0].row}"))
        for row in sheet.iter_rows(max_col=2)
        if isinstance(row[0].value, str)
        and (line := layout.parse_city_label(row[0].value)) is not None
        and line.record == "submission"
    ]
