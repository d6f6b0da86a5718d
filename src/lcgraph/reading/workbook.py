"""A submission from an Excel workbook: a sheet for each kind of record, headers in its first row."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils import get_column_letter

from lcgraph.errors import UnreadableFile
from lcgraph.framework.items import normalise
from lcgraph.language import Text, in_every_language
from lcgraph.reading.csv_file import missing_columns, repeated_column, unknown_column
from lcgraph.reading.fields import RECORD_TYPES, SUBMISSION, Kind, RecordType
from lcgraph.reading.file_kinds import OLE, damaged, looks_like
from lcgraph.reading.findings import Finding, Unreadable
from lcgraph.reading.limits import Limits
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.table import Row, Value, header, meant_header
from lcgraph.reading.terms import digits
from lcgraph.reading.values import from_float
from lcgraph.reading.workbook_file import sheet_name
from lcgraph.reading.workbook_parts import inspect

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


def read_rows(name: str, book: Workbook, findings: list[Finding]) -> Iterator[Row]:
    """The rows of the sheets that hold a record in each row.

    :param name: name of the file.
    :param findings: receives what could not be taken.
    """
    for sheet in book.worksheets:
        record_type = _type_of(sheet)
        if record_type is None:
            continue
        if sheet.sheet_state != "visible":
            findings.append(hidden(Place(name, sheet.title), Text("The sheet “{sheet}” is hidden.", sheet=sheet.title)))
        yield from _sheet(name, sheet, record_type, findings)


def no_submission(name: str, book: Workbook) -> UnreadableFile:
    """The error for a workbook in which nothing of a submission is found."""
    if known := [sheet.title for sheet in book.worksheets if _type_of(sheet) is not None]:
        return UnreadableFile(
            Text("The workbook {file} has headers but no rows in {sheets}.", file=name, sheets=known),
            where=Place(name, known[0]).text(),
            remedy=Text("Fill in the rows below the headers."),
        )
    return UnreadableFile(
        Text("The workbook {file} has no sheet “Submission”; it has {sheets}.", file=name, sheets=book.sheetnames)
        if book.sheetnames
        else Text("The workbook {file} has no sheets.", file=name),
        where=name,
        expected=Text("the sheets {sheets}", sheets=[t.sheet for t in RECORD_TYPES]),
        remedy=Text(
            "Fill in the form that “lcgraph template” makes for the city; docs/formats.md has other sheets that are read."
        ),
    )


def open_workbook(name: str, data: bytes, limits: Limits) -> Workbook:
    """A workbook, once it is sure that it is no trap.

    :raises UnreadableFile: if it is not a workbook.
    :raises FileTooLarge: if it unpacks to too much or has too many rows or columns.
    """
    if data.startswith(OLE):
        raise UnreadableFile(
            Text("The file {file} is {what}.", file=name, what=looks_like(data)),
            where=name,
            remedy=Text("Save it as an Excel workbook (.xlsx) without a password and hand it in again."),
        )
    inspect(name, data, limits)
    try:
        data = _transitional(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of features that a submission has no use for
            return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Exception as error:
        # openpyxl lets everything through: KeyError for a part that is missing, ParseError for broken XML, and more
        raise damaged(name, Text("Excel workbook (.xlsx)"), data) from error


_NAMESPACES = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)
"""What the strict form of the format calls its namespaces, and what the usual form does."""


def _transitional(data: bytes) -> bytes:
    """A workbook that was saved in the strict form of the format, in the form that is read here."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if b"purl.oclc.org/ooxml" not in archive.read("xl/workbook.xml"):
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as rewritten:
            for name in archive.namelist():
                part = archive.read(name)
                for strict, usual in _NAMESPACES:
                    part = part.replace(strict, usual)
                rewritten.writestr(name, part)
    return out.getvalue()


def _type_of(sheet: Worksheet) -> RecordType | None:
    """The kind of record that a sheet holds: by its name or, where it was renamed, by its headers."""
    title = normalise(sheet.title)
    for record_type in RECORD_TYPES:
        if title in {normalise(sheet_name(text)) for text in in_every_language(record_type.sheet).values()}:
            return record_type
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=1) for cell in row if cell.value is not None]
    best, most = None, 0
    for record_type in RECORD_TYPES:
        have = {column for text in texts if (column := header(record_type, text)) is not None}
        required = {f.name for f in record_type.fields if f.required}
        if required <= have and len(have) > most and 2 * len(have) > len(texts):
            best, most = record_type, len(have)
    return best


def _sheet(name: str, sheet: Worksheet, record_type: RecordType, findings: list[Finding]) -> Iterator[Row]:
    rows = sheet.iter_rows()
    columns: dict[int, str] = {}
    for row in rows:
        if any(cell.value is not None for cell in row):
            columns = _columns(name, sheet, record_type, row, findings)
            break
    if not columns:
        return
    if missing := missing_columns(record_type, columns.values()):
        findings.append(
            Finding(
                "SubmissionRowMissing" if record_type is SUBMISSION else "ColumnMissing",  # what follows is told once
                Place(name, sheet.title, "A1"),
                "",
                Text(
                    "The sheet “{sheet}” has no column {columns}.",
                    sheet=sheet.title,
                    columns=[f.names for f in missing],
                ),
                Text("Add the column; its first cell says its name."),
            )
        )
        return
    letters = {field: get_column_letter(index + 1) for index, field in columns.items()}
    merged = merged_ranges(sheet)
    figures = {f.name for f in record_type.fields if f.kind is Kind.NUMBER}
    for row in rows:
        cells = {field: row[index] for index, field in columns.items() if index < len(row)}
        if all(cell.value is None for cell in cells.values()):
            continue
        number = row[0].row or 0
        if sheet.row_dimensions[number].hidden:
            findings.append(hidden(Place(name, sheet.title, f"A{number}"), Text("Row {row} is hidden.", row=number)))
        values = {field: value_of(cell, merged, is_figure=field in figures) for field, cell in cells.items()}
        yield Row(record_type.name, RecordPlace(name, sheet.title, number, letters), values)


def _columns(
    name: str, sheet: Worksheet, record_type: RecordType, row: tuple[Cell | MergedCell, ...], findings: list[Finding]
) -> dict[int, str]:
    texts = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
    known = {column for text in texts if (column := header(record_type, text)) is not None}
    columns: dict[int, str] = {}
    for index, (cell, text) in enumerate(zip(row, texts, strict=True)):
        if not text:
            continue
        place = Place(name, sheet.title, cell.coordinate)
        field = header(record_type, text)
        if field is None:
            meant = meant_header([record_type], text, known)
            findings.append(unknown_column(place, text, meant))
            if meant.is_sure:
                field = header(record_type, meant.near[0])
                assert field is not None
                known.add(field)
        if field is None:
            continue
        if field in columns.values():
            findings.append(repeated_column(place, text))
        else:
            columns[index] = field
            if any(c.hidden and (c.min or 0) <= index + 1 <= (c.max or 0) for c in sheet.column_dimensions.values()):
                findings.append(hidden(place, Text("The column “{column}” is hidden.", column=text)))
    return columns


def hidden(place: Place, message: Text) -> Finding:
    """What is found where a sheet, a row or a column is hidden."""
    return Finding(
        "HiddenCells",
        place,
        "",
        message,
        Text("Show what is hidden and look whether it belongs in the submission; delete it if not."),
    )


def merged_ranges(sheet: Worksheet) -> dict[str, str]:
    """Each cell of a merged range to the name of the range."""
    found: dict[str, str] = {}
    for merged in sheet.merged_cells.ranges:
        for row, column in merged.cells:
            found[f"{get_column_letter(column)}{row}"] = merged.coord
    return found


def value_of(cell: Cell | MergedCell, merged: dict[str, str], *, is_figure: bool) -> Value:
    """What a cell holds, or why it cannot be taken.

    :param merged: each cell of a merged range to the range.
    :param is_figure: whether a number belongs there.
    """
    content = cell.value
    if cell.coordinate in merged:
        return Value(
            "" if content is None else str(content),
            None,
            Unreadable(
                "MergedCells",
                Text("The cell is part of the merged range {range}.", range=merged[cell.coordinate]),
                Text("Unmerge the cells and write the value into each cell that it holds for."),
            ),
        )
    if content is None:
        return Value("", None)
    if cell.data_type == "f":
        return Value(
            str(content),
            None,
            Unreadable(
                "FormulaInsteadOfValue",
                Text("The cell holds a formula: {found}.", found=str(content)),
                Text("Copy the cell and paste its value over it (paste special, values)."),
            ),
        )
    if cell.data_type == "e":
        return Value(
            str(content),
            None,
            Unreadable(
                "ErrorInsteadOfValue",
                Text("The cell holds the error {found}.", found=str(content)),
                Text("Mend the calculation that it comes from, and write its value."),
            ),
        )
    if isinstance(content, bool):
        return Value(str(content).upper(), content)
    if isinstance(content, (int, float)):
        text = digits(from_float(content))
        if is_figure and "%" in cell.number_format:
            shown = digits(from_float(round(content * 100, 10)))
            return Value(
                text,
                None,
                Unreadable(
                    "PercentFormat",
                    Text(
                        "The cell is formatted as a percentage: it holds {found} and shows {shown} %.",
                        found=text,
                        shown=shown,
                    ),
                    Text("Format the cell as a number and write {shown}.", shown=shown),
                ),
            )
        return Value(text, content)
    if isinstance(content, (datetime, date, time, timedelta)):
        trouble = None
        if is_figure:
            trouble = Unreadable(
                "DateInsteadOfFigure",
                Text("The cell holds the date or time {found}.", found=str(content)[:10]),
                Text(
                    "Excel makes dates of texts such as 12.5 or 3/4. Format the cell as a number and write the figure again."
                ),
            )
        return Value(str(content)[:10], content, trouble)
    text = str(content)
    if is_figure and text.strip():
        return Value(text, None, _number_as_text(text))
    return Value(text, None)


def _number_as_text(text: str) -> Unreadable | None:
    """Why a text does not do where a figure belongs; a plain number would, so it says that alone."""
    from lcgraph.reading.values import number

    try:
        value = number(text)
    except Unreadable as trouble:
        return trouble
    if from_float(float(value)) != value:
        return None  # a number of a workbook has too few digits for it
    return Unreadable(
        "NumberAsText",
        Text("The cell holds the text “{found}”, not a number.", found=text),
        Text("Format the cell as a number and write {meant} again.", meant=digits(value)),
    )
