"""A submission as a table, in the columns that are read: CSV or an Excel workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.language import pick
from lcgraph.reading import terms, values
from lcgraph.reading.fields import BY_NAME, RECORD_TYPES, SUBMISSION, Field, Kind, RecordType
from lcgraph.reading.submission import PARTS, Record, Submission
from lcgraph.reading.workbook_file import sheet_name, to_bytes


def records(submission: Submission) -> Iterator[tuple[RecordType, Record]]:
    """Every record of a submission with its type, the submission itself first."""
    yield SUBMISSION, submission
    for kind, attribute in PARTS.items():
        for record in getattr(submission, attribute):
            yield BY_NAME[kind], record


def to_csv(submission: Submission, framework: Framework) -> str:
    """The submission as CSV; reading it gives the same submission."""
    rows = [(t, row_of(t, record, submission, framework)) for t, record in records(submission)]
    columns = list(
        dict.fromkeys(column for t in RECORD_TYPES for column in columns_of(t, [r for k, r in rows if k is t]))
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["record", *columns])
    for record_type, row in rows:
        writer.writerow([record_type.name, *(_text(row.get(column, "")) for column in columns)])
    return out.getvalue()


def to_workbook(submission: Submission, framework: Framework, language: str = "en") -> bytes:
    """The submission as an Excel workbook with a sheet for each kind of record.

    :param language: of sheet names and headers.
    """
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    by_type: dict[str, list[Mapping[str, object]]] = {t.name: [] for t in RECORD_TYPES}
    for record_type, record in records(submission):
        by_type[record_type.name].append(row_of(record_type, record, submission, framework))
    for record_type in RECORD_TYPES:
        sheet = book.create_sheet(sheet_name(pick(record_type.sheet, language)))
        columns = columns_of(record_type, by_type[record_type.name])
        names = {f.name: f for f in record_type.fields}
        sheet.append([_header(names, column, language) for column in columns])
        for number, row in enumerate(by_type[record_type.name], 2):
            for index, column in enumerate(columns, 1):
                if (value := row.get(column)) is not None:
                    write_value(sheet.cell(number, index), value)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        for number, column in enumerate(columns, 1):
            widths = [len(_text(row.get(column, ""))) for row in by_type[record_type.name]]
            sheet.column_dimensions[get_column_letter(number)].width = min(max([len(column), *widths]) + 2, 50)
        sheet.freeze_panes = "A2"
    return to_bytes(book)


def write_value(cell: Cell, value: object) -> None:
    """Puts a value into a cell as what it is.

    openpyxl would make a formula of a text that begins with “=”, and 9.949999999999999 of 9.95.
    """
    if isinstance(value, Decimal):
        cell.value = terms.digits(value)
        # a number of a workbook cannot hold every figure; as a text it is whole, and read
        cell.data_type = "n" if values.from_float(float(value)) == value else "s"
        return
    cell.value = value  # type: ignore[assignment]  # text or whole number, by the field's kind
    if isinstance(value, str):
        cell.data_type = "s"


def _header(names: Mapping[str, Field], column: str, language: str) -> str:
    name, _, tag = (column, "", "") if column in names else column.rpartition("_")
    return pick(names[name].names, language) + (f"_{tag}" if tag else "")


def columns_of(record_type: RecordType, rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The columns of a record type: each field, and a column more for each other language of a text."""
    columns: list[str] = []
    for f in record_type.fields:
        columns.append(f.name)
        if f.kind is Kind.TEXTS:
            more = {c for row in rows for c in row if c.startswith(f.name + "_")}
            columns.extend(sorted(more - {g.name for g in record_type.fields}))
    return columns


def row_of(record_type: RecordType, record: Record, submission: Submission, framework: Framework) -> dict[str, object]:
    """A record as a row: column to what stands there; a text of another language has a column of its own."""
    row: dict[str, object] = {}
    for f in record_type.fields:
        value = getattr(record, f.name)
        if f.kind is Kind.TEXTS:
            for language, text in value.items():
                row[f.name if language == submission.language else f"{f.name}_{language}"] = text
        elif value not in (None, "", ()):
            row[f.name] = _cell(f, value, framework)
    return row


def _cell(f: Field, value: object, framework: Framework) -> object:
    match f.kind:
        case Kind.CODE:
            code = framework.codes(f.codes)[str(value)].code
            return "" if code == f.default == "total" else code
        case Kind.CITY:
            return framework.cities[str(value)].code
        case Kind.EDITION:
            return framework.editions[str(value)].code
        case Kind.MEASURE:
            return framework.measures[str(value)].code
        case Kind.UNIT:
            return framework.units[str(value)].code
        case Kind.NUMBER:
            return value
        case Kind.ACTIONS:
            assert isinstance(value, tuple)
            return "; ".join(local_name(action) for action in value)
        case Kind.SOURCES:
            assert isinstance(value, tuple)
            return "; ".join(value)
        case _:
            return value


def _text(value: object) -> str:
    return terms.digits(value) if isinstance(value, Decimal) else str(value)
