"""A mistyped header is one fault and is told once, at its cell, with the right one; what stands below it is read."""

from __future__ import annotations

import io

import openpyxl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support import NOW, SMALL

from lcgraph.checking.check import Checker
from lcgraph.checking.report import Result
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.reading import as_table
from lcgraph.reading.fields import RECORD_TYPES
from lcgraph.reading.form import layout
from lcgraph.reading.form.write import write_form
from lcgraph.reading.nearest import nearest, one_slip
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission


def check(name: str, data: bytes, framework: Framework) -> tuple[Result, ...]:
    return Checker(framework).check(read(name, data, framework), NOW.date()).results


def told(results: tuple[Result, ...]) -> list[tuple[str, str, str | None]]:
    return [(local_name(r.shape), r.severity, r.place.cell) for r in results]


@pytest.fixture(scope="module")
def submission(framework: Framework) -> Submission:
    found = read("cork.csv", SMALL.encode(), framework).submission
    assert found is not None
    return found


SLIPS = [
    ("value", "vlaue"), ("measure", "mesure"), ("period", "perod"), ("source", "suorce"), ("city", "ctiy"),
    ("match", "mathc"), ("sex", "sxe"), ("note", "ntoe"), ("key", "kye"), ("reason", "reson"), ("title_zh", "titel_zh"),
    ("submitter", "submiter"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong"), SLIPS)
def test_in_csv(right: str, wrong: str, framework: Framework) -> None:
    header, _, rest = SMALL.partition("\n")
    header = ",".join(wrong if text == right else text for text in header.split(","))
    results = check("cork.csv", f"{header}\n{rest}".encode(), framework)
    assert told(results) == [("UnknownColumn", "violation", wrong)]
    assert results[0].remedy["en"] == f"Did you mean {right}?"
    assert results[0].place.line == 1


CHINESE_SLIPS = [
    ("value", "数直"),
    ("measure", "测量店"),
    ("period", "年分"),
    ("source", "来原"),
    ("submitter", "提交单为"),
]


@pytest.mark.parametrize(("field", "wrong"), CHINESE_SLIPS)
def test_in_csv_with_chinese_headers(field: str, wrong: str, framework: Framework) -> None:
    chinese = {f.name: f.zh for record_type in RECORD_TYPES for f in record_type.fields}
    header, _, rest = SMALL.partition("\n")
    names = [wrong if name == field else chinese.get(name, name) for name in header.split(",")]
    (result,) = check("cork.csv", f"{','.join(names)}\n{rest}".encode(), framework)
    assert (local_name(result.shape), result.place.cell) == ("UnknownColumn", wrong)
    assert result.remedy["zh"] == f"是否指{chinese[field]}？"
    assert "按“" in result.message["zh"]


@pytest.mark.parametrize(
    ("sheet", "right", "wrong"),
    [
        ("Observations", "value", "vlaue"), ("Observations", "source", "soruce"), ("Observations", "sex", "sxe"),
        ("Observations", "match", "macth"), ("Sources", "key", "kye"), ("Sources", "type", "tpye"),
        ("Submission", "city", "citty"), ("Submission", "year", "yaer"), ("Gaps", "reason", "raeson"),
        ("Documents", "supports", "suports"), ("Targets", "period", "perid"),
    ],
)  # fmt: skip
def test_in_a_workbook_of_tables(
    sheet: str, right: str, wrong: str, submission: Submission, framework: Framework
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_table.to_workbook(submission, framework)))
    (cell,) = (cell for cell in book[sheet][1] if cell.value == right)
    cell.value = wrong
    results = check("cork.xlsx", in_bytes(book), framework)
    assert told(results) == [("UnknownColumn", "violation", cell.coordinate)]
    assert results[0].place.sheet == sheet
    assert results[0].remedy["en"] == f"Did you mean {right}?"


def in_bytes(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def form_of(language: str, submission: Submission, framework: Framework) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(write_form(submission, framework, [2015, 2016], language)))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("field", ["value", "status", "source", "match", "note"])
def test_in_the_form(field: str, language: str, submission: Submission, framework: Framework) -> None:
    book = form_of(language, submission, framework)
    sheet = book[layout.name_of_sheet(next(iter(framework.edition().groups)), language)]
    right = layout.Column(field, year=2016)
    (cell,) = (cell for cell in sheet[1] if cell.value == right.header(language))
    text = str(cell.value)
    cell.value = text[:6] + text[7:] if language == "en" else text[:-1] + "苦"
    results = check("cork.xlsx", in_bytes(book), framework)
    assert told(results) == [("UnknownColumn", "violation", cell.coordinate)]
    for shown in ("en", "zh"):
        assert right.header(shown) in results[0].remedy[shown]


def test_in_the_form_a_header_of_a_year_that_is_meant_to_be_another(
    submission: Submission, framework: Framework
) -> None:
    book = form_of("en", submission, framework)
    sheet = book[layout.name_of_sheet(next(iter(framework.edition().groups)), "en")]
    (cell,) = (cell for cell in sheet[1] if cell.value == "2016 Value")
    cell.value = "2061 Value"
    (result,) = check("cork.xlsx", in_bytes(book), framework)
    assert (local_name(result.shape), result.place.cell) == ("UnknownColumn", cell.coordinate)
    assert result.remedy["en"] == "Did you mean 2016 Value?"


@pytest.mark.parametrize(("right", "wrong"), [("City", "Ctiy"), ("Year", "Yera"), ("Submitter", "Submiter")])
def test_a_label_of_the_sheet_of_the_city(right: str, wrong: str, submission: Submission, framework: Framework) -> None:
    book = form_of("en", submission, framework)
    (cell,) = (row[0] for row in book["City"].iter_rows() if row[0].value == right)
    cell.value = wrong
    results = check("cork.xlsx", in_bytes(book), framework)
    assert told(results) == [("UnknownColumn", "violation", cell.coordinate)]
    assert results[0].remedy["en"] == f"Did you mean {right}?"


def test_what_only_explains_is_never_read_for_a_line_that_was_deleted(
    submission: Submission, framework: Framework
) -> None:
    book = form_of("en", submission, framework)
    (row,) = (row[0].row for row in book["City"].iter_rows() if row[0].value == "Population")
    book["City"].delete_rows(row)
    assert check("cork.xlsx", in_bytes(book), framework) == ()


def test_two_faults_stay_two(submission: Submission, framework: Framework) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_table.to_workbook(submission, framework)))
    for cell in book["Observations"][1]:
        cell.value = {"value": "vlaue", "source": "remarks of the office"}.get(str(cell.value), cell.value)
    results = check("cork.xlsx", in_bytes(book), framework)
    assert sorted(rule for rule, _, _ in told(results)) == ["ColumnMissing", "UnknownColumn", "UnknownColumn"]


def test_a_submission_without_the_column_of_its_city_is_one_fault(submission: Submission, framework: Framework) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_table.to_workbook(submission, framework)))
    assert book["Submission"]["A1"].value == "city"
    book["Submission"].delete_cols(1)
    (result,) = check("cork.xlsx", in_bytes(book), framework)
    assert (result.place.sheet, result.place.cell) == ("Submission", "A1")
    assert result.message["en"] == "The sheet “Submission” has no column city."


def test_a_column_of_ones_own_is_a_warning_and_is_not_read(framework: Framework) -> None:
    header, _, rest = SMALL.partition("\n")
    results = check("cork.csv", f"{header},department\n{rest}".encode(), framework)
    assert told(results) == [("UnknownColumn", "warning", "department")]
    assert "not read" in results[0].message["en"]


def test_a_column_that_csv_lacks_is_named_once_and_not_for_each_row(framework: Framework) -> None:
    header, _, rest = SMALL.partition("\n")
    results = check("cork.csv", f"{header.replace(',value', ',department')}\n{rest}".encode(), framework)
    missing = [r for r in results if local_name(r.shape) == "ColumnMissing"]
    assert [r.message["en"] for r in missing] == [
        "The table has no column value, which each row of the kind “observation” needs.",
        "The table has no column value, which each row of the kind “target” needs.",
    ]
    assert {r.place.line for r in missing} == {1}


@given(st.sampled_from(sorted({f.name for t in RECORD_TYPES for f in t.fields})), st.data())
def test_a_slip_of_one_letter_is_one_slip_whichever_it_is(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("qxzj"))
    assume(name[at] != letter)
    slips = [name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :]]
    if len(name) > 3:
        slips.append(name[:at] + name[at + 1 :])
    if at and name[at - 1] != name[at]:
        slips.append(name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :])
    for slip in slips:
        assert one_slip(slip, name)
        assert one_slip(name, slip)
        assert nearest(name, [slip, "nothing like it"]) == [slip]
