"""What people do to a form is found at the cell where they did it, with a cure, and nothing is lost unseen."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from lcgraph.checking.report import Report
from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.publishing.network import Network
from lcgraph.reading.form import layout
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission

SHEET = "1 Wider benefits"
FEMALE, MALE = 15, 14
"""The rows of two figures of that sheet."""
VALUE, STATUS, SOURCE = "L", "M", "N"
"""The columns of 2024; the block of 2023 stands before it."""


@pytest.fixture
def book(framework: Framework) -> Workbook:
    """A form of two years in which two figures and their source are filled in."""
    submission = Submission(
        city=framework.cities.code("ie-cork").iri,
        year=2024,
        edition=framework.edition().iri,
        submitter="Cork City Council",
    )
    book = openpyxl.load_workbook(io.BytesIO(write_form(submission, framework, [2023, 2024], "en")))
    for column, text in zip("ABCD", ("lfs", "official data", "Labour force survey", "CSO"), strict=True):
        book["Sources"][f"{column}2"] = text
    sheet = book[SHEET]
    assert [sheet[f"{c}1"].value for c in (VALUE, STATUS, SOURCE)] == ["2024 Value", "2024 Status", "2024 Source"]
    for row, code, value in ((FEMALE, "1.2.2-a.female", 12.5), (MALE, "1.2.2-a.male", 11)):
        assert sheet[f"A{row}"].value == code
        sheet[f"{VALUE}{row}"], sheet[f"{SOURCE}{row}"] = value, "lfs"
    return book


def reading_of(book: Workbook, framework: Framework) -> Reading:
    out = io.BytesIO()
    book.save(out)
    return read("cork.xlsx", out.getvalue(), framework)


def checked(book: Workbook, network: Network) -> Report:
    return network.check(reading_of(book, network.framework))


def violations(report: Report) -> list[tuple[str, str | None, str | None]]:
    return [
        (result.shape.rpartition("#")[2], result.place.sheet, result.place.cell)
        for result in report.results
        if result.severity == "violation"
    ]


def test_the_form_conforms_before_it_is_damaged(book: Workbook, network: Network) -> None:
    assert violations(checked(book, network)) == []


def put(cell: str, value: object, sheet: str = SHEET) -> Callable[[Workbook], object]:
    def change(book: Workbook) -> None:
        book[sheet][cell].value = value

    return change


def header_of_another_year(book: Workbook) -> None:
    book[SHEET][f"{VALUE}1"].value = "2042 Value"


def row_copied(book: Workbook) -> None:
    book[SHEET].append([cell.value for cell in book[SHEET][FEMALE]])


def merged(book: Workbook) -> None:
    book[SHEET].merge_cells(f"{VALUE}{FEMALE}:{VALUE}{FEMALE + 1}")


def row_filtered_away(book: Workbook) -> None:
    book[SHEET].auto_filter.ref = "A1:P33"
    book[SHEET].row_dimensions[FEMALE].hidden = True


def columns_hidden(book: Workbook) -> None:
    book[SHEET].column_dimensions.group("J", "M", hidden=True)


def column_deleted(book: Workbook) -> None:
    book[SHEET].delete_cols(openpyxl.utils.column_index_from_string(SOURCE))


def everything_taken_out(book: Workbook) -> None:
    for row in (FEMALE, MALE):
        for column in (VALUE, SOURCE):
            book[SHEET][f"{column}{row}"].value = None


DAMAGES: dict[str, tuple[Callable[[Workbook], object], str, str, str]] = {
    "a text in place of a figure": (put("L15", "about twelve"), "NotAFigure", SHEET, "L15"),
    "a figure with a decimal comma": (put("L15", "12,5"), "DecimalComma", SHEET, "L15"),
    "n/a in place of a figure": (put("L15", "n/a"), "PlaceholderInsteadOfFigure", SHEET, "L15"),
    "a formula": (put("L15", "=11+1.5"), "FormulaInsteadOfValue", SHEET, "L15"),
    "the header of another year": (header_of_another_year, "UnknownColumn", SHEET, "L1"),
    "a header without its year": (put("L1", "Value"), "UnknownColumn", SHEET, "L1"),
    "a column deleted": (column_deleted, "ColumnMissing", SHEET, "L1"),
    "a code with a slip": (put("A15", "1.2.2-a.femal"), "UnknownValueCell", SHEET, "A15"),
    "a code taken out": (put("A15", None), "UnknownValueCell", SHEET, "L15"),
    "the code of another row": (put("A15", "1.2.2-a.male"), "OneValueForACell", SHEET, "L15"),
    "a row copied twice": (row_copied, "OneValueForACell", SHEET, "L31"),
    "a status with a slip": (put("M15", "esimated"), "UnknownCode", SHEET, "M15"),
    "a reason with a slip": (put("M16", "not availble"), "UnknownCode", SHEET, "M16"),
    "a source with a slip": (put("N15", "lsf"), "UnknownSource", SHEET, "N15"),
    "a figure without its source": (put("N15", None), "ValueMissing", SHEET, "N15"),
    "a source without its figure": (put("N16", "lfs"), "ValueMissing", SHEET, "L16"),
    "merged cells": (merged, "MergedCells", SHEET, "L15"),
    "a row filtered away": (row_filtered_away, "HiddenCells", SHEET, "A15"),
    "columns hidden together": (columns_hidden, "HiddenCells", SHEET, "L1"),
    "an edition that is not known": (put("B4", "2012-pilot", "City"), "UnknownEdition", "City", "B4"),
    "a city with a slip": (put("B2", "ie-crok", "City"), "UnknownCity", "City", "B2"),
    "a year in words": (put("B3", "two thousand"  , "City"), "YearUnreadable", "City", "B3"),
    "a year that is to come": (put("B3", 2031, "City"), "YearNotInTheFuture", "City", "B3"),
    "nothing filled in": (everything_taken_out, "SaysSomething", "City", "B2"),
    "the sheet of the city copied": (lambda b: b.copy_worksheet(b["City"]), "SubmissionRowRepeated", "City Copy", "B2"),
    "a sheet of figures copied": (lambda b: b.copy_worksheet(b[SHEET]), "OneValueForACell", f"{SHEET} Copy", "L15"),
    "the sheet of the sources copied": (
        lambda b: b.copy_worksheet(b["Sources"]), "KeyRepeated", "Sources Copy", "A2",
    ),
    "a population in words": (put("B17", "many", "City"), "NotAFigure", "City", "B17"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_a_slip_is_found_at_its_cell_with_a_cure(name: str, book: Workbook, network: Network) -> None:
    damage, rule, sheet, cell = DAMAGES[name]
    damage(book)
    report = checked(book, network)
    assert (rule, sheet, cell) in violations(report)
    for result in report.results:
        for language in languages():
            assert result.message[language]
            assert result.remedy[language]


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_not_concerned_is_read_all_the_same(name: str, book: Workbook, network: Network) -> None:
    DAMAGES[name][0](book)
    submission = reading_of(book, network.framework).submission
    if submission is not None and name != "nothing filled in" and "header" not in name and "column" not in name:
        assert "1.2.2-a" in {o.measure.rpartition("/")[2] for o in submission.observations}


def structure_locked(book: Workbook) -> None:
    book.security = WorkbookProtection(workbookPassword="x", lockStructure=True)


def sheets_renamed(book: Workbook) -> None:
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"x{number}"


def row_and_column_inserted(book: Workbook) -> None:
    book[SHEET].insert_rows(5)
    book[SHEET].insert_cols(3)


HARMLESS: dict[str, Callable[[Workbook], object]] = {
    "rows above the header": lambda book: book[SHEET].insert_rows(1, 2),
    "a row and a column in between": row_and_column_inserted,
    "protection taken off": lambda book: book[SHEET].protection.disable(),
    "the workbook's structure locked": structure_locked,
    "the header of the codes typed over": put("A1", "Kode"),
    "the column of the codes deleted": lambda book: book[SHEET].delete_cols(1),
    "a sheet of one's own": lambda book: book.create_sheet("Calculations").append(["x", 1]),
    "sheets renamed": sheets_renamed,
    "the columns of another year deleted": lambda book: book[SHEET].delete_cols(7, 3),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm_is_no_slip(name: str, book: Workbook, network: Network) -> None:
    before = reading_of(book, network.framework).submission
    HARMLESS[name](book)
    assert violations(checked(book, network)) == []
    assert reading_of(book, network.framework).submission == before


def test_a_sheet_without_any_codes_is_named_and_not_passed_over(book: Workbook, network: Network) -> None:
    book[SHEET].delete_cols(1, 2)
    assert violations(checked(book, network))[0] == ("ColumnMissing", SHEET, "E1")


def test_a_sheet_without_its_headers_is_named_and_not_passed_over(book: Workbook, network: Network) -> None:
    book[SHEET].delete_rows(1)
    assert violations(checked(book, network)) == [("ColumnMissing", SHEET, "A2")]


def test_a_form_without_the_sheet_of_the_city_says_so(book: Workbook, network: Network) -> None:
    del book["City"]
    (result,) = checked(book, network).results
    assert result.shape.endswith("#SubmissionRowMissing")
    assert result.remedy["en"] == "Copy the sheet “City” of an empty form into the workbook and fill it in."
    assert "“城市”" in result.remedy["zh"]


def test_a_form_without_that_sheet_in_which_nothing_is_filled_in_says_so_too(book: Workbook, network: Network) -> None:
    del book["City"]
    everything_taken_out(book)
    del book["Sources"]
    assert [rule for rule, _, _ in violations(checked(book, network))] == ["SubmissionRowMissing"]


def test_a_line_of_the_city_that_stands_twice_is_called_a_line(book: Workbook, network: Network) -> None:
    book["City"].append(["Submitter", "Somebody else"])
    (result,) = checked(book, network).results
    assert result.message["en"] == "The line “Submitter” stands twice."
    assert (result.place.cell, result.value) == (f"B{book['City'].max_row}", "Somebody else")


def test_a_status_that_is_none_is_answered_with_those_that_there_are_and_what_they_mean(
    book: Workbook, network: Network
) -> None:
    book[SHEET][f"{STATUS}{FEMALE}"].value = "zzzz"
    (result,) = checked(book, network).results
    assert "normal (normal)" in result.remedy["en"]
    assert "estimated（估计）" in result.remedy["zh"]


@pytest.mark.parametrize(
    ("cell", "text", "rule"),
    [("E2", "last year", "DateUnreadable"), ("B2", "register", "UnknownCode"), ("C2", None, "ValueMissing")],
)
def test_a_slip_in_the_row_of_a_source_is_not_laid_to_the_figures_that_name_it(
    cell: str, text: str | None, rule: str, book: Workbook, network: Network
) -> None:
    book["Sources"][cell] = text
    assert violations(checked(book, network)) == [(rule, "Sources", cell)]


def test_a_form_that_describes_no_source_says_so_once_for_each_key(book: Workbook, network: Network) -> None:
    del book["Sources"]
    assert violations(checked(book, network)) == [("UnknownSource", SHEET, f"{SOURCE}{MALE}")]


def test_what_is_found_in_a_row_is_told_from_left_to_right(book: Workbook, network: Network) -> None:
    sheet = book[SHEET]
    sheet.move_range(f"{SOURCE}1:{SOURCE}40", cols=20)
    for column in (VALUE, "AH"):
        sheet[f"{column}{MALE}"] = "?"
    assert [cell for _, _, cell in violations(checked(book, network))] == [f"{VALUE}{MALE}", f"AH{MALE}"]


def test_what_is_missing_is_told_once(book: Workbook, network: Network) -> None:
    book["City"]["B5"] = None
    assert violations(checked(book, network)) == [("ValueMissing", "City", "B5")]


def test_a_form_of_an_older_edition_is_read_by_that_edition(framework: Framework) -> None:
    edition = next(iter(framework.editions))
    submission = Submission(
        city=framework.cities.code("ie-cork").iri, year=2013, edition=edition.iri, submitter="Council"
    )
    reading = read("old.xlsx", write_form(submission, framework, [2013], "en"), framework)
    assert reading.submission == replace(submission, files=reading.files)


def test_the_layout_of_the_tests_is_that_of_the_form(framework: Framework) -> None:
    assert layout.name_of_sheet(next(iter(framework.edition().groups)), "en") == SHEET
