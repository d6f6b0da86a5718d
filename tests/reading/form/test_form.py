"""The form holds every figure that is asked for, and reading it gives what it was filled in with."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.reading.form import layout
from lcgraph.reading.form.write import Hint, write_form
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_book(book: Workbook, framework: Framework) -> Reading:
    return read("form.xlsx", saved(book), framework)


def cell_under(book: Workbook, code: str, header: str) -> str:
    """Sheet and coordinate, ``sheet!F7``, of the cell of a figure under a header."""
    for sheet in book.worksheets:
        header_row = next((row for row in sheet.iter_rows(max_row=5) if any(c.value == header for c in row)), None)
        for row in sheet.iter_rows():
            if header_row is not None and any(c.value == code for c in row):
                column = next(c.column_letter for c in header_row if c.value == header)
                return f"{sheet.title}!{column}{row[0].row}"
    raise AssertionError((code, header))


def put(book: Workbook, code: str, header: str, value: object) -> tuple[str, str]:
    sheet, _, coordinate = cell_under(book, code, header).partition("!")
    book[sheet][coordinate].value = value
    return sheet, coordinate


@pytest.fixture
def empty(framework: Framework) -> Submission:
    edition = framework.edition().iri
    return Submission(
        city=framework.cities.code("ie-cork").iri, year=2024, edition=edition, submitter="", language="en"
    )


@pytest.mark.parametrize("language", languages())
def test_a_submission_goes_into_the_form_and_comes_back_the_same(
    language: str, lumenport_reading: Reading, lumenport_framework: Framework
) -> None:
    lumenport = lumenport_reading.submission
    assert lumenport is not None
    found = read("form.xlsx", write_form(lumenport, lumenport_framework, [], language), lumenport_framework)
    assert found.findings == []
    assert found.submission == lumenport


@pytest.mark.parametrize("language", languages())
def test_every_figure_that_is_asked_for_has_its_row(language: str, empty: Submission, framework: Framework) -> None:
    book = opened(write_form(empty, framework, [2023, 2024], language))
    codes = [
        row[0].value
        for sheet in book.worksheets
        if sheet["A1"].value == layout.CODE.to(language)
        for row in sheet.iter_rows(min_row=2)
        if row[0].value
    ]
    assert codes == [cell.code for cell in framework.edition().cells]
    assert len(codes) == 79


def test_the_same_form_is_the_same_file(empty: Submission, framework: Framework) -> None:
    assert write_form(empty, framework, [2024], "en") == write_form(empty, framework, [2024], "en")


def test_the_last_figure_is_shown_and_not_read(empty: Submission, framework: Framework) -> None:
    cell = framework.edition().cells.code("1.2.2-a.female").iri
    book = opened(write_form(empty, framework, [2024], "en", {cell: Hint(2021, Decimal("12.50"))}))
    sheet, _, coordinate = cell_under(book, "1.2.2-a.female", "Last reported").partition("!")
    assert book[sheet][coordinate].value == "2021: 12.5"
    reading = read_book(book, framework)
    assert reading.submission is not None
    assert reading.submission.observations == ()


def test_only_what_the_officer_fills_in_can_be_changed(empty: Submission, framework: Framework) -> None:
    book = opened(write_form(empty, framework, [2024], "en"))
    for sheet in book.worksheets:
        assert sheet.sheet_state == "hidden" or sheet.protection.sheet
    for header, locked in (("2024 Value", False), ("Definition", True)):
        title, _, coordinate = cell_under(book, "1.1.1-a.total", header).partition("!")
        assert book[title][coordinate].protection.locked == locked


def test_codes_names_and_headers_stay_in_sight(empty: Submission, framework: Framework) -> None:
    book = opened(write_form(empty, framework, [2024], "en"))
    panes = {sheet.title: sheet.freeze_panes for sheet in book.worksheets}
    assert panes == {"Read me": None, "City": None, "Lists": None, "Sources": "B2", "Documents": "B2"} | {
        layout.name_of_sheet(group, "en"): "C2" for group in framework.edition().groups
    }
    assert book.active == book["Read me"]


def test_a_figure_is_read_with_the_place_where_it_stands(empty: Submission, framework: Framework) -> None:
    book = opened(write_form(replace(empty, submitter="Cork City Council"), framework, [2024], "en"))
    book["Sources"]["A2"], book["Sources"]["B2"], book["Sources"]["C2"] = "lfs", "official data", "Labour survey"
    sheet, coordinate = put(book, "1.2.2-a.female", "2024 Value", 12.5)
    put(book, "1.2.2-a.female", "2024 Source", "lfs")
    reading = read_book(book, framework)
    assert reading.findings == []
    assert reading.submission is not None
    (observation,) = reading.submission.observations
    assert observation.value == Decimal("12.5")
    assert (observation.place.of("value").sheet, observation.place.of("value").cell) == (sheet, coordinate)
    assert observation.place.of("measure").cell == f"A{coordinate.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"


def test_a_reason_in_place_of_a_figure_is_a_declared_gap(empty: Submission, framework: Framework) -> None:
    book = opened(write_form(replace(empty, submitter="Council"), framework, [2024], "zh"))
    put(book, "1.2.2-a.female", "2024 状态", "不可得")
    put(book, "1.2.2-a.female", "2024 备注", "统计局未公布。")
    reading = read_book(book, framework)
    assert reading.submission is not None
    (gap,) = reading.submission.gaps
    assert gap.reason.endswith("/not-available")
    assert gap.note == {"en": "统计局未公布。"}  # the submission says that its texts are English
    assert reading.submission.observations == ()


def test_a_figure_and_a_reason_why_there_is_none_are_both_read_so_that_the_check_sees_it(
    empty: Submission, framework: Framework
) -> None:
    book = opened(write_form(empty, framework, [2024], "en"))
    book["Sources"]["A2"], book["Sources"]["B2"], book["Sources"]["C2"] = "lfs", "official data", "Labour survey"
    put(book, "1.2.2-a.female", "2024 Value", 12.5)
    put(book, "1.2.2-a.female", "2024 Source", "lfs")
    put(book, "1.2.2-a.female", "2024 Status", "not available")
    submission = read_book(book, framework).submission
    assert submission is not None
    assert len(submission.observations) == len(submission.gaps) == 1


def test_rows_and_columns_may_be_moved_and_sheets_renamed(
    lumenport_reading: Reading, lumenport_framework: Framework
) -> None:
    lumenport = lumenport_reading.submission
    assert lumenport is not None
    book = opened(write_form(lumenport, lumenport_framework, [], "en"))
    for sheet in [s for s in book.worksheets if s["A1"].value == "Code"]:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        head, body = rows[0], rows[1:]
        order = [len(head) - 1 - i for i in range(len(head))]  # columns from right to left, rows from below to above
        for number, row in enumerate([head, *reversed(body)], 1):
            for index, at in enumerate(order, 1):
                sheet.cell(number, index).value = row[at]
        sheet.title = f"Copy of {sheet.title}"[:31]
    book["Sources"].title, book["Documents"].title, book["City"].title = "Quellen", "Papiere", "Stadt"
    found = read_book(book, lumenport_framework)
    assert found.findings == []
    assert found.submission == lumenport


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1.2.2-a.femal", "Did you mean 1.2.2-a.female"),
        (None, "Write the code of the figure"),
        ("zzz", "Write the code"),
    ],
)
def test_a_row_that_is_no_figure_is_named(
    code: str | None, expected: str, empty: Submission, framework: Framework
) -> None:
    book = opened(write_form(empty, framework, [2024], "en"))
    sheet, coordinate = put(book, "1.2.2-a.female", "2024 Value", 12.5)
    row = coordinate.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    book[sheet][f"A{row}"].value = code
    finding = next(f for f in read_book(book, framework).findings if f.rule == "UnknownValueCell")
    assert finding.place.sheet == sheet
    assert finding.place.cell == (f"A{row}" if code else coordinate)
    assert expected in str(finding.remedy)


def test_a_column_that_means_nothing_is_a_slip_where_it_names_a_year_and_else_not_read(
    empty: Submission, framework: Framework
) -> None:
    book = opened(write_form(empty, framework, [2024], "en"))
    sheet = book[layout.name_of_sheet(next(iter(framework.edition().groups)), "en")]
    last = sheet.max_column
    sheet.cell(1, last + 1).value, sheet.cell(1, last + 2).value = "2023 vlaue", "Who looks after it"
    found = {f.found: f.warning for f in read_book(book, framework).findings if f.rule == "UnknownColumn"}
    assert found == {"2023 vlaue": False, "Who looks after it": True}


@pytest.mark.parametrize("language", languages())
def test_every_header_says_which_column_it_is(language: str) -> None:
    columns = [layout.Column(name, year=2024) for name in layout.YEAR_FIELDS]
    columns += [layout.Column(name, n=n) for name in layout.TARGET_FIELDS for n in (1, 2)]
    columns += [layout.Column("note", year=2024, language="zh"), layout.Column("note", n=2, language="fr")]
    for column in columns:
        assert layout.parse_header(column.header(language)) == column
    for line in layout.CITY_LINES:
        assert layout.parse_city_label(line.label(language)) == line
