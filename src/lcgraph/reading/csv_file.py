"""A submission from CSV: one table, in which the column ``record`` says what a row is."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from lcgraph.errors import FileTooLarge, UnreadableFile
from lcgraph.language import Text
from lcgraph.reading.fields import BY_NAME, RECORD_TYPES, SUBMISSION, Field, RecordType
from lcgraph.reading.file_kinds import damaged, looks_like
from lcgraph.reading.findings import Finding
from lcgraph.reading.limits import Limits, too_many_rows
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.table import Meant, Row, Value, header, meant_header

RECORD_HEADERS = ("record", "记录")
_FIELD_LIMIT = 100_000
_GUESSES = ("utf-16", "gb18030", "cp1252")


def decode(name: str, data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark.

    :raises UnreadableFile: if the file is in another encoding; says in which line that shows,
        and which encoding it may be.
    """
    if looks_like(data) is not None:
        raise damaged(name, Text("table of text (.csv)"), data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(
            Text("The file {file} is not in UTF-8: line {line} has bytes that are none.", file=name, line=line),
            where=Place(name, line=line).text(),
            expected=Text("UTF-8"),
            remedy=Text("Save it as “CSV UTF-8”. It may be in {guess} now.", guess=_guess(data)),
        ) from error
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise UnreadableFile(
            Text("The file {file} has zero bytes in line {line}; it is not text in UTF-8.", file=name, line=line),
            where=Place(name, line=line).text(),
            expected=Text("UTF-8"),
            remedy=Text("Save it as “CSV UTF-8”. It may be in {guess} now.", guess="UTF-16"),
        )
    return text


def _guess(data: bytes) -> Text:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:1000]:
        return Text("UTF-16")
    for encoding in _GUESSES[1:]:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return {"gb18030": Text("GB18030 (GBK)"), "cp1252": Text("Windows-1252")}[encoding]
    return Text("an encoding of its own")


def lines(name: str, text: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with the number of the line on which each begins.

    The delimiter is the one of comma, semicolon and tab that the header has most of.

    :raises UnreadableFile: if quotes are not closed.
    :raises FileTooLarge: if there are too many rows, or a cell is too long.
    """
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    rows = 0
    try:
        for row in reader:
            rows += 1
            if rows > limits.rows + 1:
                raise too_many_rows(name, name, limits)
            if len(row) > limits.columns:
                raise FileTooLarge(
                    Text(
                        "The row in line {line} has {n} cells; at most {limit} are read.",
                        line=begins,
                        n=len(row),
                        limit=limits.columns,
                    ),
                    where=Place(name, line=begins).text(),
                    remedy=Text("Delete the columns at the right of the table."),
                )
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(error):
            raise FileTooLarge(
                Text("A cell in line {line} has more than {limit} characters.", line=begins, limit=f"{_FIELD_LIMIT:,}"),
                where=Place(name, line=begins).text(),
                remedy=Text("Close the quotes of the cell, or shorten the text."),
            ) from error
        raise UnreadableFile(
            Text("The row that begins in line {line} cannot be read: {error}.", line=begins, error=str(error)),
            where=Place(name, line=begins).text(),
            remedy=Text(
                "Put a text with quotes, delimiters or line breaks in double quotes, and double the quotes in it."
            ),
        ) from error


def read_rows(name: str, data: bytes, limits: Limits, findings: list[Finding]) -> Iterator[Row]:
    """The rows of a submission in CSV.

    :param findings: receives what could not be taken.
    :raises UnreadableFile: if the file is not such a table.
    """
    table = lines(name, decode(name, data), limits)
    line, headers = _header(name, table)
    record_column = next(i for i, text in enumerate(headers) if text.strip().lower() in RECORD_HEADERS)
    meant = _meant(name, line, headers, record_column, findings)
    columns = {t.name: _columns(name, line, meant, record_column, t, findings) for t in RECORD_TYPES}
    unreadable: set[str] = set()
    for number, cells in table:
        if not any(cell.strip() for cell in cells):
            continue
        kind = _kind(cells[record_column] if record_column < len(cells) else "")
        if kind is None:
            findings.append(_unknown_record(name, number, headers[record_column], cells, record_column))
            continue
        by_index = columns[kind.name]
        if kind is not SUBMISSION and (missing := missing_columns(kind, by_index.values())):
            if kind.name not in unreadable:  # once, and not for each row
                unreadable.add(kind.name)
                findings.append(_column_missing(name, line, kind, missing))
            continue
        if len(cells) > len(headers) and any(cell.strip() for cell in cells[len(headers) :]):
            findings.append(_too_many_cells(name, number, len(cells), len(headers)))
            continue
        yield Row(
            kind.name,
            RecordPlace(name, None, number, {field: headers[index] for index, field in by_index.items()}),
            {field: Value(cells[index], None) for index, field in by_index.items() if index < len(cells)},
        )


def _header(name: str, table: Iterator[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    for number, cells in table:
        if any(cell.strip() for cell in cells):
            if not any(cell.strip().lower() in RECORD_HEADERS for cell in cells):
                raise UnreadableFile(
                    Text("The first row of {file} has no column “record”.", file=name),
                    where=Place(name, line=number).text(),
                    expected=Text("a header row with the column “record”, which says what each row is"),
                    remedy=Text("Hand in the workbook itself (.xlsx) with all its sheets, not one of them as a table.")
                    if _is_of_the_form([cells, *(more for (_, more), _ in zip(table, range(_LINES), strict=False))])
                    else Text(
                        "See docs/formats.md for the columns. A statistical table of another form goes through “lcgraph import”."
                    ),
                )
            return number, cells
    raise UnreadableFile(
        Text("The file {file} is empty.", file=name),
        where=name,
        remedy=Text("Hand in the file that holds the submission."),
    )


_LINES = 20
"""In so many lines a sheet of the form shows what it is."""


def _is_of_the_form(rows: list[list[str]]) -> bool:
    """Whether a table is one sheet of the form, saved by itself."""
    from lcgraph.reading.form.layout import parse_city_label, parse_header

    labels = [line for cells in rows if cells and (line := parse_city_label(cells[0])) is not None]
    of_records = max(sum(header(t, cell) is not None for cell in rows[0]) for t in RECORD_TYPES)
    return len(labels) > 1 or of_records > 2 or any(parse_header(cell) for cells in rows for cell in cells)


def _kind(text: str) -> RecordType | None:
    plain = text.strip().lower()
    return BY_NAME.get(plain) or next((t for t in RECORD_TYPES if t.zh == plain), None)


def _columns(
    name: str, line: int, headers: list[str], record_column: int, record_type: RecordType, findings: list[Finding]
) -> dict[int, str]:
    columns: dict[int, str] = {}
    for index, text in enumerate(headers):
        if index == record_column or not text.strip():
            continue
        field = header(record_type, text)
        if field is not None and field in columns.values():
            repeated = repeated_column(Place(name, cell=text, line=line), text)
            if repeated not in findings:  # one column can belong to several kinds of record
                findings.append(repeated)
        elif field is not None:
            columns[index] = field
    return columns


def missing_columns(record_type: RecordType, columns: Collection[str]) -> list[Field]:
    """The fields without whose columns no such record can be read.

    :param columns: what the headers of the table mean.
    """
    have = {*columns, *(column.partition("_")[0] for column in columns)}
    return [f for f in record_type.fields if f.required and f.name not in have]


def _column_missing(name: str, line: int, kind: RecordType, missing: list[Field]) -> Finding:
    return Finding(
        "ColumnMissing",
        Place(name, line=line),
        "",
        Text(
            "The table has no column {columns}, which each row of the kind “{kind}” needs.",
            columns=[f.names for f in missing],
            kind=kind.name,
        ),
        Text("Add the column; its first cell says its name."),
    )


def repeated_column(place: Place, text: str) -> Finding:
    """The finding for a header that stands twice."""
    return Finding(
        "ColumnRepeated",
        place,
        text,
        Text("The column “{found}” stands twice.", found=text),
        Text("Keep one of them."),
    )


def _meant(name: str, line: int, headers: list[str], record_column: int, findings: list[Finding]) -> list[str]:
    """The headers as they are read: one with a slip in it is taken for what it surely means, and named."""
    columns = {column for text in headers for t in RECORD_TYPES if (column := header(t, text)) is not None}
    read_as = list(headers)
    for index, text in enumerate(headers):
        if index != record_column and text.strip() and all(header(t, text) is None for t in RECORD_TYPES):
            meant = meant_header(RECORD_TYPES, text, columns)
            findings.append(unknown_column(Place(name, cell=text, line=line), text, meant))
            if meant.is_sure:
                read_as[index] = meant.near[0]
                columns.update(column for t in RECORD_TYPES if (column := header(t, meant.near[0])) is not None)
    return read_as


def unknown_column(place: Place, text: str, meant: Meant) -> Finding:
    """The finding for a header that means nothing as it is written."""
    return Finding(
        "UnknownColumn",
        place,
        text,
        Text("No column is called “{found}”; it was read as “{near}” for this check.", found=text, near=meant.near[0])
        if meant.is_sure
        else Text("The column “{found}” is not known; what stands in it is not read.", found=text),
        Text("Did you mean {near}?", near=meant.near)
        if meant.near
        else Text("Move what is needed into a column that is known."),
        warning=not meant.is_sure,
    )


def _unknown_record(name: str, line: int, column: str, cells: list[str], index: int) -> Finding:
    found = cells[index] if index < len(cells) else ""
    return Finding(
        "UnknownRecord",
        Place(name, cell=column, line=line),
        found,
        Text("“{found}” is not a kind of record.", found=found),
        Text("Write one of {codes}.", codes=[t.name for t in RECORD_TYPES]),
    )


def _too_many_cells(name: str, line: int, found: int, expected: int) -> Finding:
    return Finding(
        "TooManyCells",
        Place(name, line=line),
        str(found),
        Text("The row has {found} cells; the header has {expected}.", found=found, expected=expected),
        Text("Put a text that has a delimiter in it in double quotes; write decimals with a point."),
    )
