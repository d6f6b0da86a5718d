"""An answer as a workbook: its rows, and a sheet that says what they are an answer to."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from lcgraph.asking.about import about
from lcgraph.asking.answer import Answer
from lcgraph.asking.question import ColumnType
from lcgraph.asking.values import Value, as_text
from lcgraph.errors import LimitExceeded
from lcgraph.language import Text, pick
from lcgraph.reading import terms
from lcgraph.reading.row_height import row_height
from lcgraph.reading.workbook_file import sheet_name, to_bytes

MOST_CELLS = 400_000
"""A workbook is made whole in memory, where a cell takes about a kilobyte."""

MOST_CHARACTERS = 32_767
"""Excel's limit for a text."""

_MOST_LINKS = 60_000
"""Excel takes 65,530 in a sheet."""

_DIGITS = 15
"""So many a spreadsheet keeps of a number."""

_LINK = re.compile(r"https?://[^\s<>\"]+")
_NARROW, _WIDE, _OF_IRIS = 8, 48, 28
_FONT = Font(name="Calibri", size=10)
_BOLD = Font(name="Calibri", size=10, bold=True)
_HEAD = Font(name="Calibri", size=10, bold=True, color="FFFFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor="FF1F5C7A")
_BLUE = Font(name="Calibri", size=10, color="FF0B5394", underline="single")
_TOP = Alignment(vertical="top", wrap_text=True)
_TOP_RIGHT = Alignment(vertical="top", horizontal="right", indent=1)
_FORMATS = {"date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm:ss", "year": "0", "integer": "0"}


def workbook(answer: Answer) -> bytes:
    """The answer as a workbook; the same answer gives the same bytes.

    Numbers of more than fifteen digits stand as texts: a spreadsheet would change them. Times are in UTC.

    :raises LimitExceeded: if there is more than a workbook can hold.
    """
    if len(answer.rows) * len(answer.columns) > MOST_CELLS:
        raise LimitExceeded(
            Text(
                "The answer has {rows} rows of {columns} columns, which is more than goes into a workbook.",
                rows=len(answer.rows),
                columns=len(answer.columns),
            ),
            limit="size",
            remedy=Text("Ask for CSV or Parquet, or for fewer rows at once, with “{name}”.", name="limit"),
        )
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    title = pick(answer.question.head.title.labels(), answer.language)
    sheet.title = sheet_name(title)
    _fill(sheet, answer)
    _tell(book.create_sheet(sheet_name(Text("About this answer").to(answer.language))), answer)
    book.properties.title = title
    book.properties.creator = "lcgraph"
    book.properties.language = answer.language
    return to_bytes(book)


def _fill(sheet: Worksheet, answer: Answer) -> None:
    columns = answer.question.head.columns
    widths = []
    for index, (name, column) in enumerate(columns.items(), 1):
        heading = answer.heading(name)
        cell = sheet.cell(1, index)
        _put(cell, heading, "text")
        cell.font, cell.fill, cell.alignment = _HEAD, _HEAD_FILL, _TOP
        longest = max((_width(row[name]) for row in answer.rows), default=0)
        widths.append(
            min(max(longest, min(_width(heading), 24), _NARROW) + 2, _OF_IRIS if column.type == "iri" else _WIDE)
        )
        sheet.column_dimensions[get_column_letter(index)].width = widths[-1]
    sheet.row_dimensions[1].height = row_height(zip(map(answer.heading, columns), widths, strict=True))
    links = 0
    for line, row in enumerate(answer.rows, 2):
        for index, (name, column) in enumerate(columns.items(), 1):
            value = row[name]
            if value is None:
                continue
            cell = sheet.cell(line, index)
            _put(cell, value, column.type)
            cell.font, cell.alignment = _FONT, _TOP if cell.data_type == "s" else _TOP_RIGHT
            if isinstance(value, str) and links < _MOST_LINKS and _LINK.fullmatch(value):
                links += 1
                cell.hyperlink, cell.font = value, _BLUE
        sheet.row_dimensions[line].height = row_height(zip((as_text(v) for v in row.values()), widths, strict=True))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(answer.rows) + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = "1:1"
    _fit(sheet)


def _tell(sheet: Worksheet, answer: Answer) -> None:
    widths = (30, 90)
    for letter, width in zip("AB", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    for line, (heading, value) in enumerate(about(answer), 1):
        for index, (text, font) in enumerate(((heading, _BOLD), (value, _FONT)), 1):
            cell = sheet.cell(line, index)
            _put(cell, text, "text")
            cell.font, cell.alignment = font, _TOP
            if _LINK.fullmatch(text):
                cell.hyperlink, cell.font = text, _BLUE
        sheet.row_dimensions[line].height = row_height(zip((heading, value), widths, strict=True))
    _fit(sheet)


def _fit(sheet: Worksheet) -> None:
    """Has a sheet printed as wide as a page, and as long as it needs."""
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _put(cell: Cell | MergedCell, value: Value, column_type: ColumnType) -> None:
    """Puts a value into a cell, as what it is; a text is a text, even one that looks like a formula or an error."""
    match value:
        case None:
            return
        case bool():
            cell.value = value
        case int() | Decimal() if len(terms.digits(abs(Decimal(value))).replace(".", "").strip("0")) <= _DIGITS:
            cell.value = value
            if column_type in _FORMATS:
                cell.number_format = _FORMATS[column_type]
        case str() if column_type == "date":
            cell.value, cell.number_format = date.fromisoformat(value), _FORMATS["date"]
        case str() if column_type == "time":
            cell.value = datetime.fromisoformat(value).replace(tzinfo=None)
            cell.number_format = _FORMATS["time"]
        case _:
            text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", as_text(value))
            if len(text) > MOST_CHARACTERS:
                raise LimitExceeded(
                    Text("A text of the answer is longer than goes into a cell of a workbook."),
                    limit="size",
                    remedy=Text("Ask for CSV, JSON or Parquet."),
                )
            cell.value = text
            cell.data_type = "s"
            if text[:1] in "=+-@":
                cell.quotePrefix = True  # as when somebody types an apostrophe before it


def _width(value: Value) -> int:
    """How wide a value is, in digits: a Chinese character is as wide as two."""
    return max((sum(2 if ord(c) > 0x2E80 else 1 for c in line) for line in as_text(value).split("\n")), default=0)
