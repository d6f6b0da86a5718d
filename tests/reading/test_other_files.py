"""A file that is no workbook of the usual kind is told what it is, and how to become one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from lcgraph.errors import UnreadableFile
from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
STRICT = (
    (b"http://schemas.openxmlformats.org/spreadsheetml/2006/main", b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    ),
)


def streams(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + bytes(100)


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in names:
            made.writestr(name, "x" * 100)
    return out.getvalue()


@pytest.fixture(scope="module")
def submission(framework: Framework) -> Submission:
    return Submission(
        city=framework.cities.code("ie-cork").iri,
        year=2024,
        edition=framework.edition().iri,
        submitter="Cork City Council",
    )


@pytest.fixture(scope="module")
def form(submission: Submission, framework: Framework) -> bytes:
    return write_form(submission, framework, [2024], "en")


def told(name: str, data: bytes, framework: Framework) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(name, data, framework)
    said = {language: caught.value.tell(language) for language in languages()}
    assert said["en"] != said["zh"]
    return said["en"]


@pytest.mark.parametrize(
    ("data", "is_called"),
    [
        (streams("EncryptedPackage"), "a workbook with a password"),
        (streams("Workbook"), "an old Excel file (.xls)"),
        (streams("WordDocument"), "an old Word document (.doc)"),
        (archive("mimetype", "content.xml"), "a document of LibreOffice (.ods, .odt)"),
        (archive("Index/Document.iwa", "preview.jpg"), "a document of Numbers (.numbers)"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "a binary Excel workbook (.xlsb)"),
        (archive("[Content_Types].xml", "xl/sharedStrings.xml"), "an Excel workbook, but a damaged one"),
        (archive("[Content_Types].xml", "word/document.xml"), "a Word document (.docx)"),
        (archive("[Content_Types].xml", "ppt/presentation.xml"), "a presentation (.pptx)"),
        (archive("photo.jpg"), "a ZIP archive"),
        (b"<html><body>Sign in</body></html>", "a web page"),
    ],
)
def test_what_is_called_xlsx_and_is_none_is_named(data: bytes, is_called: str, framework: Framework) -> None:
    said = told("cork.xlsx", data, framework)
    assert is_called in said
    assert "To mend it: Save it" in said


def test_a_download_that_broke_off_is_to_be_got_again(form: bytes, framework: Framework) -> None:
    for size in (300, len(form) // 2, len(form) - 10):
        said = told("cork.xlsx", form[:size], framework)
        assert "cut off or damaged" in said
        assert "Get the file again" in said


@pytest.mark.parametrize("kind", ["xls", "xlsb", "xlsm", "ods", "et", "numbers", "pdf", "zip"])
def test_a_name_of_another_kind_says_what_to_hand_in(kind: str, framework: Framework) -> None:
    assert ".xlsx" in told(f"cork.{kind}", OLE, framework).rpartition("To mend it: ")[2] or kind == "zip"


def test_a_workbook_in_the_strict_form_of_the_format_is_read(
    submission: Submission, form: bytes, framework: Framework
) -> None:
    def strict(part: bytes) -> bytes:
        for usual, name in STRICT:
            part = part.replace(usual, name)
        return part

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(form)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, strict(old.read(name)))
    read_usual, read_strict = (read("cork.xlsx", data, framework) for data in (form, out.getvalue()))
    assert read_strict.findings == read_usual.findings
    assert read_strict.submission is not None
    assert (read_strict.submission.city, read_strict.submission.submitter) == (submission.city, submission.submitter)


@pytest.mark.parametrize("of", ["City", "Sources", "1 Wider benefits"])
def test_a_sheet_of_the_form_saved_as_a_table_is_told_to_come_as_the_workbook(
    of: str, form: bytes, framework: Framework, as_csv: Callable[[bytes, str], bytes]
) -> None:
    assert "the workbook itself (.xlsx)" in told("cork.csv", as_csv(form, of), framework)


def test_another_table_is_not_taken_for_a_sheet_of_the_form(framework: Framework) -> None:
    assert "lcgraph import" in told("rates.csv", b"GEO,TIME,Value\nIE,2020,5\n", framework)


@pytest.fixture
def as_csv() -> Callable[[bytes, str], bytes]:
    """One sheet of a workbook, as a spreadsheet program saves it."""

    def saved(data: bytes, of: str) -> bytes:
        import csv

        out = io.StringIO()
        csv.writer(out).writerows(openpyxl.load_workbook(io.BytesIO(data))[of].iter_rows(values_only=True))
        return b"\xef\xbb\xbf" + out.getvalue().encode()

    return saved
