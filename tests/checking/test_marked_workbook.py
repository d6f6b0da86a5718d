"""The report as documents: the officer's own workbook with the findings in it, HTML, and PDF."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date
from shutil import which

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from lcgraph.checking.check import Checker
from lcgraph.checking.formats import render
from lcgraph.checking.marked_workbook import marked_workbook
from lcgraph.checking.report import Report
from lcgraph.errors import InputError
from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission

TODAY = date(2026, 11, 24)


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture(scope="module")
def damaged(lumenport_module: object, lumenport_framework: Framework) -> bytes:
    """Lumenport's form with a figure that is too large, and a decimal comma."""
    submission = lumenport_module.lumenport(lumenport_framework)  # type: ignore[attr-defined]  # examples/…/make.py
    assert isinstance(submission, Submission)
    book = opened(write_form(submission, lumenport_framework, [], "en"))
    sheet = book["1 Wider benefits"]
    column = {cell.value: cell.coordinate[:-1] for cell in sheet[1]}["2024 Value"]
    rows = {row[0].value: row[0].row for row in sheet.iter_rows()}
    sheet[f"{column}{rows['1.1.2-a.total']}"].value = "61,5"
    sheet[f"{column}{rows['1.1.3-a.total']}"].value = 444
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def checked(data: bytes, framework: Framework) -> Report:
    return Checker(framework).check(read("lumenport.xlsx", data, framework), TODAY)


@pytest.mark.parametrize("language", languages())
def test_each_finding_is_coloured_and_commented_in_its_cell_and_listed_at_the_front(
    language: str, damaged: bytes, lumenport_framework: Framework
) -> None:
    report = checked(damaged, lumenport_framework)
    wrong = [r for r in report.results if r.severity == "violation"]
    assert len(wrong) == 2
    book = opened(marked_workbook(damaged, report, language))
    for result in wrong:
        cell = book[str(result.place.sheet)][str(result.place.cell)]
        assert cell.fill.fgColor.rgb == "FFF8C9C0"
        assert cell.comment is not None
        assert result.message[language] in cell.comment.text
        assert result.remedy[language] in cell.comment.text
    first = book.worksheets[0]
    rows = list(first.iter_rows(min_row=3, values_only=True))
    assert [(row[1], row[2]) for row in rows] == [(r.place.sheet, r.place.cell) for r in report.results]
    assert first["C3"].hyperlink is not None
    if language == "zh":
        assert not [cell.value for cell in first[2] if re.search("[A-Za-z]", str(cell.value))]


def test_what_the_officer_wrote_stays_and_marks_do_not_pile_up(damaged: bytes, lumenport_framework: Framework) -> None:
    report = checked(damaged, lumenport_framework)
    once = marked_workbook(damaged, report, "en")
    assert checked(once, lumenport_framework).results == report.results
    before, after = (read("lumenport.xlsx", data, lumenport_framework).submission for data in (damaged, once))
    assert before == after
    twice = marked_workbook(once, report, "zh")
    assert opened(twice).sheetnames == ["检查结果", *opened(damaged).sheetnames]
    place = next(r.place for r in report.results if r.severity == "violation")
    comment = opened(twice)[str(place.sheet)][str(place.cell)].comment
    assert comment is not None
    assert "violation" not in comment.text


def test_a_mended_workbook_has_no_marks_left(damaged: bytes, lumenport_framework: Framework) -> None:
    report = checked(damaged, lumenport_framework)
    book = opened(marked_workbook(damaged, report, "en"))
    for result in report.results:
        if result.severity == "violation":
            book[str(result.place.sheet)][str(result.place.cell)].value = 44.4
    out = io.BytesIO()
    book.save(out)
    again = checked(out.getvalue(), lumenport_framework)
    assert again.conforms
    clean = opened(marked_workbook(out.getvalue(), again, "en"))
    for result in report.results:
        if result.severity == "violation":
            cell = clean[str(result.place.sheet)][str(result.place.cell)]
            assert cell.comment is None
            assert cell.fill.fill_type is None


def test_the_same_workbook_is_marked_the_same(damaged: bytes, lumenport_framework: Framework) -> None:
    report = checked(damaged, lumenport_framework)
    assert marked_workbook(damaged, report, "en") == marked_workbook(damaged, report, "en")


def test_only_a_workbook_is_given_back_marked(lumenport_reading: Reading, lumenport_framework: Framework) -> None:
    report = Checker(lumenport_framework).check(lumenport_reading, TODAY)
    with pytest.raises(InputError, match="Only a workbook"):
        marked_workbook(b"", report, "en")


@pytest.mark.parametrize("language", languages())
def test_the_html_report_needs_nothing_else_and_escapes_what_it_quotes(language: str, framework: Framework) -> None:
    text = "record,city,year,edition,submitter\nsubmission,<script>alert(1)</script>,2016,2013-draft,Council\n"
    report = Checker(framework).check(read("cork.csv", text.encode(), framework), TODAY)
    html = render(report, "text/html", language).decode()
    assert html.startswith("<!doctype html>")
    assert f'<html lang="{language}">' in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r'(?:src|href)="', html)
    for result in report.results:
        assert str(result.remedy[language]).replace('"', "&#34;")[:20] in html


@pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext (Debian: poppler-utils) is not installed")
@pytest.mark.parametrize("language", languages())
def test_the_pdf_holds_the_findings_as_text_with_its_font(
    language: str, damaged: bytes, lumenport_framework: Framework
) -> None:
    report = checked(damaged, lumenport_framework)
    pdf = render(report, "application/pdf", language)
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    said = re.sub(r"\s+", "", told)
    for result in report.results:
        assert re.sub(r"\s+", "", result.message[language]) in said
    fonts = subprocess.run(["pdffonts", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    assert re.search(r"NotoSansCJK.* yes yes", fonts)


def test_markup_in_a_file_stays_text_on_paper(framework: Framework) -> None:
    text = 'record,city,year,edition,submitter\nsubmission,"#set page(fill: red) *x* $1$ \\",2016,2013-draft,Council\n'
    report = Checker(framework).check(read("cork.csv", text.encode(), framework), TODAY)
    assert render(report, "application/pdf", "en").startswith(b"%PDF-")
