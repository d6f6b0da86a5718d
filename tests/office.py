"""LibreOffice at work on workbooks, and the workbooks that it is given."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import which

import cvttf_NotoSansCJK_Regular
import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from lcgraph.checking.check import Checker
from lcgraph.checking.marked_workbook import marked_workbook
from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.reading.form import layout
from lcgraph.reading.form.write import Hint, write_form
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission

needs_libreoffice = pytest.mark.skipif(
    which("soffice") is None, reason="LibreOffice Calc (Debian: libreoffice-calc-nogui) is not installed"
)

_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{directory}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def convert(files: Iterable[Path], to: str, directory: Path) -> Path:
    """Has LibreOffice save files in another format, all of them in one start, which takes seconds.

    It gets a profile of its own, so that several can be at work, and a font for Chinese.

    :param to: the extension of the format.
    :param directory: for the profile; the files come into a folder in it.
    :return: the folder.
    """
    out, fonts = directory / to, directory / "fonts.conf"
    out.mkdir(parents=True)
    fonts.write_text(
        _FONTS.format(directory=Path(cvttf_NotoSansCJK_Regular.__file__).parent, cache=directory / "fonts")
    )
    profile = f"-env:UserInstallation={(directory / 'profile').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(out), *map(str, files)],
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
        capture_output=True,
        check=True,
        timeout=240,
    )
    return out


def opened(data: bytes) -> Workbook:
    """A workbook from its bytes."""
    return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Workbook) -> bytes:
    """A workbook as bytes."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def figure_sheets(book: Workbook) -> list[Worksheet]:
    """The sheets with a row for each figure."""
    return [sheet for sheet in book.worksheets if layout.is_code_header(str(sheet["A1"].value))]


def empty_form(framework: Framework, language: str, years: Iterable[int]) -> bytes:
    """Cork's form with nothing in it but what was reported last."""
    cork, edition = framework.cities.code("ie-cork").iri, framework.edition()
    submission = Submission(city=cork, year=2024, edition=edition.iri, submitter="", language=language)
    hints = {cell.iri: Hint(2021, Decimal("12345.6")) for cell in edition.cells}
    return write_form(submission, framework, [*years], language, hints)


def marked_form(submission: Submission, framework: Framework, language: str) -> bytes:
    """The form, filled in and then damaged in each of its sheets of figures, with the findings in it."""
    book = opened(write_form(submission, framework, [], language))
    for sheet in figure_sheets(book):
        column = next(c.column_letter for c in sheet[1] if c.value == layout.Column("value", 2024).header(language))
        sheet[f"{column}3"], sheet[f"{column}4"], sheet[f"{column}7"] = "61,5", 1e9, "12 %"
    data = saved(book)
    report = Checker(framework).check(read("form.xlsx", data, framework), date(2026, 11, 24))
    return marked_workbook(data, report, language)


def with_notes_in_further_languages(submission: Submission) -> Submission:
    """The submission with remarks in two more languages to each figure of one year."""
    notes = {"en": "Rounded.", "fr": "Arrondi.", "zh": "四舍五入。"}
    return replace(
        submission,
        observations=tuple(replace(o, note=notes) if o.period == 2023 else o for o in submission.observations),
    )


def workbooks(framework: Framework, lumenport: Submission, lumenport_framework: Framework) -> dict[str, bytes]:
    """What an officer gets: forms for one year and for five, filled in, and marked, in each language."""
    books = {}
    for language in languages():
        books[f"one-{language}"] = empty_form(framework, language, [2024])
        books[f"five-{language}"] = empty_form(framework, language, range(2020, 2025))
        books[f"filled-{language}"] = write_form(lumenport, lumenport_framework, [], language)
        books[f"marked-{language}"] = marked_form(lumenport, lumenport_framework, language)
    notes = with_notes_in_further_languages(lumenport)
    books["notes-en"] = write_form(notes, lumenport_framework, [], "en")
    return books
