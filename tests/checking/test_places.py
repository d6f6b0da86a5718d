"""A damaged cell is named: the right sheet and cell of a workbook, the right line and column of a CSV file."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from shape_examples import HERE
from support import NOW

from lcgraph.checking.check import Checker
from lcgraph.checking.report import Report
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LCS
from lcgraph.reading import as_table
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission

DAMAGES = [
    # sheet, row, column, what is written there, the shape or rule that finds it, and the cell that it points at
    ("Submission", 2, "year", 2027, "YearNotInTheFuture", "year"),
    ("Submission", 2, "city", "Atlantis", "UnknownCity", "city"),
    ("Submission", 2, "submitter", None, "ValueMissing", "submitter"),
    ("Sources", 2, "type", "rumour", "UnknownCode", "type"),
    ("Sources", "survey", "fieldwork_start", "2016-06-30", "FieldworkInOrder", "fieldwork_start"),
    ("Sources", "survey", "sample_size", 0, "Source-sample", "sample_size"),
    ("Sources", "survey", "fieldwork_body", None, "SurveySaysHow", "fieldwork_body"),
    ("Sources", "survey", "sample_size", None, "SurveySaysHow", "sample_size"),
    ("Sources", "survey", "fieldwork_start", None, "SurveySaysHow", "fieldwork_start"),
    ("Sources", "review", "panel", None, "ReviewSaysWho", "panel"),
    ("Sources", "review", "review_date", None, "ReviewSaysWho", "review_date"),
    ("Sources", "register", "publisher", None, "OfficialSourceHasPublisher", "publisher"),
    ("Observations", "9.5", "value", 125, "measure-1.2.2-a-value", "value"),
    ("Observations", "9.5", "value", "n/a", "PlaceholderInsteadOfFigure", "value"),
    ("Observations", "9.5", "unit", "scale-point", "measure-1.2.2-a-unit", "unit"),
    ("Observations", "9.5", "period", 2017, "PeriodNotAfterReferenceYear", "period"),
    ("Observations", "9.5", "note", None, "ProxyHasNote", "note"),
    ("Observations", "9.5", "source", "hearsay", "UnknownSource", "source"),
    ("Observations", "10.5", "source", "survey", "measure-1.2.2-a-source", "source"),
    ("Observations", "10", "value", 12.5, "TotalBetweenItsParts", "value"),
    ("Observations", "40", "value", 80, "measure-3.3.1-b-shares", "value"),
    ("Observations", "4", "value", 3.5, "measure-3.1.1-a-value", "value"),
    ("Observations", "10.5", "sex", "female", "OneValueForACell", "value"),
    ("Gaps", 2, "measure", "9.9.9-z", "UnknownMeasure", "measure"),
    ("Gaps", 2, "reason", "forgotten", "UnknownCode", "reason"),
    ("Targets", 2, "value", 800, "measure-1.2.2-a-value", "value"),
    ("Targets", 2, "period", "soon", "YearUnreadable", "period"),
    ("Documents", 2, "supports", "13.1", "UnknownAction", "supports"),
    ("Documents", 2, "type", "poem", "UnknownCode", "type"),
]
IDS = [f"{sheet}-{column}-{shape}" for sheet, _, column, _, shape, _ in DAMAGES]


@pytest.fixture(scope="module")
def submission(framework: Framework) -> Submission:
    found = read("cork.ttl", (HERE / "valid.ttl").read_bytes(), framework).submission
    assert found is not None
    return found


def report_on(name: str, data: bytes, framework: Framework) -> Report:
    return Checker(framework).check(read(name, data, framework), NOW.date())


def found(report: Report, shape: str) -> set[tuple[str | None, str | None, int | None]]:
    return {(r.place.sheet, r.place.cell, r.place.line) for r in report.results if r.shape == LCS + shape}


@pytest.mark.parametrize(("sheet", "row", "column", "content", "shape", "points_at"), DAMAGES, ids=IDS)
def test_in_a_workbook(
    sheet: str, row: int | str, column: str, content: str | float | None, shape: str, points_at: str,
    submission: Submission, framework: Framework,
) -> None:  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(as_table.to_workbook(submission, framework)))
    cells = book[sheet]
    headers = {cell.value: get_column_letter(number) for number, cell in enumerate(cells[1], 1)}
    at = row if isinstance(row, int) else row_of(cells, row)
    cells[f"{headers[column]}{at}"] = content
    out = io.BytesIO()
    book.save(out)
    report = report_on("cork.xlsx", out.getvalue(), framework)
    assert (sheet, f"{headers[points_at]}{at}", None) in found(report, shape), report.json("en")


def row_of(cells: object, name: str) -> int:
    """The row that has this key or value in one of its cells."""
    assert hasattr(cells, "iter_rows")
    for row in cells.iter_rows(min_row=2):
        if any(str(cell.value) == name for cell in row):
            return int(row[0].row)
    raise AssertionError(name)


KINDS = {
    "Submission": "submission", "Sources": "source", "Observations": "observation", "Gaps": "gap",
    "Targets": "target", "Documents": "document",
}  # fmt: skip


@pytest.mark.parametrize(("sheet", "row", "column", "content", "shape", "points_at"), DAMAGES, ids=IDS)
def test_in_csv(
    sheet: str, row: int | str, column: str, content: str | float | None, shape: str, points_at: str,
    submission: Submission, framework: Framework,
) -> None:  # fmt: skip
    lines = [line.split(",") for line in as_table.to_csv(submission, framework).splitlines()]
    at = next(n for n, line in enumerate(lines) if line[0] == KINDS[sheet] and (isinstance(row, int) or row in line))
    lines[at][lines[0].index(column)] = "" if content is None else str(content)
    report = report_on("cork.csv", "\n".join(map(",".join, lines)).encode(), framework)
    assert (None, points_at, at + 1) in found(report, shape), report.json("en")


def test_an_undamaged_table_has_nothing_wrong(submission: Submission, framework: Framework) -> None:
    assert report_on("cork.xlsx", as_table.to_workbook(submission, framework), framework).results == ()
    assert report_on("cork.csv", as_table.to_csv(submission, framework).encode(), framework).results == ()


def test_the_line_of_an_rdf_file_is_named(framework: Framework) -> None:
    text = (HERE / "valid.ttl").read_text(encoding="utf-8")
    report = report_on("cork.ttl", text.replace("obsValue 9.5", "obsValue 125").encode(), framework)
    line = next(n for n, t in enumerate(text.splitlines(), 1) if "obsValue 9.5" in t)
    assert found(report, "measure-1.2.2-a-value") == {(None, None, line)}


def test_the_words_say_for_which_value_something_is_lacking(submission: Submission, framework: Framework) -> None:
    lines = [line.split(",") for line in as_table.to_csv(submission, framework).splitlines()]
    at = next(line for line in lines if "9.5" in line)
    at[lines[0].index("note")] = ""
    (result,) = report_on("cork.csv", "\n".join(map(",".join, lines)).encode(), framework).results
    assert result.value == ""
    assert result.message == {
        "en": "“match” is close, and “note” is empty.",
        "zh": "“定义吻合度”为“接近”，但“备注”为空。",
    }
    assert "says in a note how it differs" in result.expected["en"]


def test_where_there_is_no_column_for_what_is_lacking_the_value_that_demands_it_is_pointed_at(
    submission: Submission, framework: Framework
) -> None:
    header, *rows = (line.split(",") for line in as_table.to_csv(submission, framework).splitlines())
    notes = header.index("note")
    lines = [row[:notes] + row[notes + 1 :] for row in (header, *rows)]
    number = next(n for n, line in enumerate(lines, 1) if "9.5" in line)
    report = report_on("cork.csv", "\n".join(map(",".join, lines)).encode(), framework)
    assert (None, "match", number) in found(report, "ProxyHasNote")
