"""The report as the officer's own workbook: each cell that was found coloured, with what to do as its comment."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties

from lcgraph.checking.headings import EXPECTED, REMEDY, SEVERITY, STANDS, WHY, WRONG, severity_name
from lcgraph.checking.report import SEVERITIES, Report, Result
from lcgraph.errors import InputError
from lcgraph.language import Text, languages, pick
from lcgraph.reading.limits import LIMITS, Limits
from lcgraph.reading.reader import extension
from lcgraph.reading.row_height import row_height
from lcgraph.reading.workbook import open_workbook
from lcgraph.reading.workbook_file import to_bytes

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

AUTHOR = "lcgraph"
_FILLS = {"violation": "FFF8C9C0", "warning": "FFFDE9B0", "info": "FFDCE8EF"}
_FONT, _SIZE = "Calibri", 10
_TOP = Alignment(vertical="top", wrap_text=True)
_A4 = 9
_SHEET = Text("Findings")
_WIDTHS = (11, 22, 7, 18, 40, 34, 40, 36)


def marked_workbook(data: bytes, report: Report, language: str, limits: Limits = LIMITS) -> bytes:
    """The workbook that was checked, with the findings in it; what the officer wrote stays as it is.

    Marks of an earlier check are taken out first, so that a workbook can be mended, checked and
    marked again and again. A sheet at the front lists all findings, each linked to its cell.

    :param data: the bytes of the workbook.
    :param language: of the findings.
    :raises InputError: if the file is not a workbook.
    """
    name = report.file
    if extension(name) != "xlsx":
        raise InputError(
            Text("Only a workbook can be given back marked; {file} is none.", file=name),
            remedy=Text("Choose another form of the report."),
        )
    book = open_workbook(name, data, limits)
    _unmark(book)
    by_cell: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in report.results:
        if result.place.sheet in book.sheetnames and result.place.cell is not None:
            by_cell[result.place.sheet, result.place.cell].append(result)
    for (sheet, coordinate), results in by_cell.items():
        _mark(book[sheet], coordinate, results, language)
    _list(book, report, language)
    return to_bytes(book)


def _unmark(book: Workbook) -> None:
    for title in {_SHEET.to(language) for language in languages()} & set(book.sheetnames):
        del book[title]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if (
                    cell.comment is not None
                    and cell.comment.author == AUTHOR
                    and cell.fill.fgColor.rgb in _FILLS.values()
                ):
                    cell.comment = None
                    cell.fill = PatternFill()


def _mark(sheet: Worksheet, coordinate: str, results: list[Result], language: str) -> None:
    cell = sheet[coordinate]
    worst = min(results, key=lambda result: SEVERITIES.index(result.severity))
    texts = [
        Text(
            "{severity}: {message} To mend it: {remedy}",
            severity=severity_name(result.severity),
            message=result.message,
            remedy=result.remedy,
        ).to(language)
        for result in results
    ]
    if cell.comment is not None:
        texts.append(cell.comment.text)
    comment = Comment("\n\n".join(texts), AUTHOR)
    comment.width, comment.height = 320, 60 + 20 * sum(1 + len(text) // 45 for text in texts)
    cell.comment = comment
    cell.fill = PatternFill("solid", fgColor=_FILLS[worst.severity])


def _list(book: Workbook, report: Report, language: str) -> None:
    sheet = book.create_sheet(_SHEET.to(language), 0)
    sheet.append([report.summary().to(language)])
    sheet["A1"].font = Font(name=_FONT, bold=True, size=13)
    headings = (SEVERITY, Text("Sheet"), Text("Cell"), STANDS, WRONG, EXPECTED, REMEDY, WHY)
    sheet.append([heading.to(language) for heading in headings])
    for cell in sheet[2]:
        cell.font, cell.alignment = Font(name=_FONT, bold=True, size=_SIZE), _TOP
    for result in report.results:
        place = result.place
        sheet.append(
            [
                severity_name(result.severity).to(language),
                place.sheet,
                place.cell,
                None,
                pick(result.message, language),
                pick(result.expected, language),
                pick(result.remedy, language),
                pick(result.why, language),
            ]
        )
        row = sheet[sheet.max_row]
        row[3].value, row[3].data_type = result.value or None, "s" if result.value else "n"
        for cell in row:
            cell.font, cell.alignment = Font(name=_FONT, size=_SIZE), _TOP
        row[0].fill = PatternFill("solid", fgColor=_FILLS[result.severity])
        if place.sheet in book.sheetnames and place.cell is not None:
            row[2].hyperlink = Hyperlink(row[2].coordinate, location=f"{quote_sheetname(place.sheet)}!{place.cell}")
            row[2].font = Font(name=_FONT, size=_SIZE, underline="single", color="FF1D4E6B")
        texts = (cell.value for cell in row)
        sheet.row_dimensions[sheet.max_row].height = row_height(zip(texts, _WIDTHS, strict=True))
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A3"
    sheet.print_title_rows = "2:2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    assert sheet.oddFooter is not None
    sheet.oddFooter.center.text, sheet.oddFooter.right.text = "&A", "&P / &N"
    book.active = 0
