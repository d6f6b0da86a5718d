"""An officer who opens the form in LibreOffice and saves it there hands in what stands in it."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

import pytest
from office import convert, figure_sheets, needs_libreoffice, opened, saved, workbooks
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from support import import_demo

from lcgraph.errors import InputError
from lcgraph.framework.framework import Framework
from lcgraph.reading.form.write import write_form
from lcgraph.reading.places import RecordPlace
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Record, Submission

pytestmark = needs_libreoffice

NUMBER, DAY = "a number that is typed in", "a day that is typed in"
FORMS = ["one-zh", "five-en", "filled-en", "marked-zh"]


@dataclass(frozen=True)
class Saved:
    """Workbooks as they were written, and as LibreOffice saved them."""

    before: Path
    after: Path
    ods: Path

    def pair(self, name: str) -> tuple[Path, Path]:
        return self.before / f"{name}.xlsx", self.after / f"{name}.xlsx"


@cache
def book_of(path: Path) -> Workbook:
    """The workbook of a file, which no test changes."""
    return opened(path.read_bytes())


@pytest.fixture(scope="session")
def by_libreoffice(
    tmp_path_factory: pytest.TempPathFactory,
    framework: Framework,
    lumenport: Submission,
    lumenport_framework: Framework,
) -> Saved:
    """All workbooks, saved by LibreOffice once for all tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # the workers share one
    before, work = shared / "forms", shared / "libreoffice"
    with (shared / "libreoffice.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (work / "ready").exists():
            before.mkdir()
            books = workbooks(framework, lumenport, lumenport_framework)
            cities = import_demo(framework, "eurostat", "cities.csv").readings
            cork = next(r.submission for r in cities if r.submission and r.submission.city.endswith("/ie-cork"))
            books |= {"cork-en": write_form(cork, framework, [2024], "en"), "typed": to_be_typed_in(books["one-en"])}
            for name in (*FORMS, "cork-en", "typed"):
                data = books[name]
                (before / f"{name}.xlsx").write_bytes(data)
            ods = convert([before / "filled-en.xlsx", before / "typed.xlsx"], "ods", work)
            type_in(ods / "typed.ods")
            (before / "typed.xlsx").unlink()
            convert([*sorted(before.glob("*.xlsx")), ods / "typed.ods"], "xlsx", work)
            (work / "ready").touch()
    return Saved(before, work / "xlsx", work / "ods")


def to_be_typed_in(form: bytes) -> bytes:
    """A form with marks where a number and a day will stand."""
    book = opened(form)
    for row, value in enumerate(("city-survey", "survey", "Survey", "Institute", DAY), 1):
        book["Sources"].cell(2, row).value = value
    labels = {row[0].value: row[1] for row in book["City"].iter_rows()}
    labels["Submitter"].value = "Cork City Council"
    sheet = figure_sheets(book)[0]
    columns = {cell.value: cell.coordinate[:-1] for cell in sheet[1]}
    sheet[f"{columns['2024 Value']}3"] = NUMBER
    sheet[f"{columns['2024 Source']}3"] = "city-survey"
    return saved(book)


def type_in(ods: Path) -> None:
    """Puts the number and the day in as LibreOffice keeps them."""
    with zipfile.ZipFile(ods) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    content = parts["content.xml"].decode()
    for mark, value, shown in (
        (NUMBER, 'office:value-type="float" office:value="1234.5"', "1,234.50"),
        (DAY, 'office:value-type="date" office:date-value="2024-05-17"', "17/05/24"),
    ):
        content, n = re.subn(
            rf'office:value-type="string" calcext:value-type="string"(><text:p>){mark}',
            rf"{value}\g<1>{shown}",
            content,
        )
        assert n == 1
    parts["content.xml"] = content.encode()
    with zipfile.ZipFile(ods, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


def places(submission: Submission) -> list[tuple[str, RecordPlace]]:
    """Where each record and each of its values stand."""
    records: tuple[Record, ...] = (
        *submission.observations,
        *submission.gaps,
        *submission.targets,
        *submission.sources,
        *submission.documents,
    )
    return [(type(record).__name__, record.place) for record in records]


@pytest.mark.parametrize("name", [*FORMS, "cork-en"])
def test_what_libreoffice_saves_says_the_same_at_the_same_places(
    name: str, by_libreoffice: Saved, framework: Framework, lumenport_framework: Framework
) -> None:
    known = framework if name.startswith(("one", "five", "cork")) else lumenport_framework
    before, after = (read("form.xlsx", path.read_bytes(), known) for path in by_libreoffice.pair(name))
    assert before.submission is not None
    assert after.submission == before.submission
    assert places(after.submission) == places(before.submission)
    assert after.findings == before.findings
    assert name.startswith(("one", "five")) or after.submission.observations


def cells(sheet: Worksheet, ranges: str) -> Iterator[str]:
    for part in ranges.split():
        left, top, right, bottom = range_boundaries(part)
        for row in sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right):
            yield from (cell.coordinate for cell in row)


def offered(book: Workbook, formula: str) -> list[str]:
    """What a drop-down offers: it says so itself, or names the cells where it stands."""
    if formula.startswith('"'):
        return formula.strip('"').split(",")
    title, _, area = formula.rpartition("!")
    area = area.replace("$", "")
    return [str(cell.value) for row in book[title.strip("'")][area] for cell in row if cell.value is not None]


def allowed(book: Workbook) -> dict[tuple[str, str], tuple[object, ...]]:
    """What each cell allows, offers and says."""
    found: dict[tuple[str, str], tuple[object, ...]] = {}
    for sheet in book.worksheets:
        for v in sheet.data_validations.dataValidation:
            if v.type == "list":
                rule: tuple[object, ...] = (*offered(book, str(v.formula1)), v.errorStyle or "stop")
            else:
                bounds = [float(f) for f in (v.formula1, v.formula2) if f not in (None, "0")]
                rule = (v.operator or "between", *bounds, v.errorTitle, v.error, v.promptTitle, v.prompt)
            for coordinate in cells(sheet, str(v.sqref)):
                found[sheet.title, coordinate] = (v.type, bool(v.showErrorMessage), *rule)
    return found


@pytest.mark.parametrize("name", FORMS)
def test_drop_downs_limits_and_hints_are_still_there(name: str, by_libreoffice: Saved) -> None:
    before, after = map(book_of, by_libreoffice.pair(name))
    assert len(allowed(before)) > 200
    assert allowed(after) == allowed(before)


@pytest.mark.parametrize("name", FORMS)
def test_what_must_not_change_is_still_locked_and_the_rest_open(name: str, by_libreoffice: Saved) -> None:
    before, after = map(book_of, by_libreoffice.pair(name))
    assert after.sheetnames == before.sheetnames
    for one, other in zip(before.worksheets, after.worksheets, strict=True):
        assert other.sheet_state == one.sheet_state
        assert other.protection.sheet == one.protection.sheet
        for row in one.iter_rows():
            assert [other[c.coordinate].protection.locked for c in row] == [c.protection.locked for c in row]


@pytest.mark.parametrize("name", FORMS)
def test_comments_and_colours_are_still_there(name: str, by_libreoffice: Saved) -> None:
    before, after = map(book_of, by_libreoffice.pair(name))
    for one, other in zip(before.worksheets, after.worksheets, strict=True):
        for row in one.iter_rows():
            for cell in row:
                same = other[cell.coordinate]
                assert (same.comment and same.comment.text.strip()) == (cell.comment and cell.comment.text.strip())
                if cell.fill.fill_type:
                    assert same.fill.fgColor.rgb == cell.fill.fgColor.rgb
    if name.startswith("marked"):
        links = [(c.hyperlink.location, c.value) for c in after.worksheets[0]["C"] if c.hyperlink]
        assert links == [(c.hyperlink.location, c.value) for c in before.worksheets[0]["C"] if c.hyperlink]
        assert len(links) > 3


@pytest.mark.parametrize("name", FORMS)
def test_pages_are_still_set_up(name: str, by_libreoffice: Saved) -> None:
    before, after = map(book_of, by_libreoffice.pair(name))
    for one, other in zip(before.worksheets, after.worksheets, strict=True):
        if one.sheet_state == "hidden":
            continue
        assert other.page_setup.orientation == one.page_setup.orientation
        assert other.print_title_rows == one.print_title_rows
        assert [b.id for b in other.col_breaks.brk] == [b.id for b in one.col_breaks.brk]
        assert one.oddFooter is not None
        assert other.oddFooter is not None
        assert other.oddFooter.center.text == one.oddFooter.center.text == "&A"


def test_a_number_and_a_day_that_libreoffice_keeps_are_read(by_libreoffice: Saved, framework: Framework) -> None:
    reading = read("form.xlsx", (by_libreoffice.after / "typed.xlsx").read_bytes(), framework)
    assert reading.findings == []
    assert reading.submission is not None
    (observation,), (source,) = reading.submission.observations, reading.submission.sources
    assert str(observation.value) == "1234.5"
    assert source.issued == "2024-05-17"
    value = observation.place.of("value")
    header = book_of(by_libreoffice.pair("typed")[1])[str(value.sheet)][re.sub(r"\d+", "1", str(value.cell))]
    assert header.value == "2024 Value"


def test_a_form_saved_as_ods_is_refused_with_a_way_out(by_libreoffice: Saved, framework: Framework) -> None:
    with pytest.raises(InputError, match=r"form\.ods") as refused:
        read("form.ods", (by_libreoffice.ods / "filled-en.ods").read_bytes(), framework)
    assert "xlsx" in str(refused.value.remedy)
    with pytest.raises(InputError) as renamed:
        read("form.xlsx", (by_libreoffice.ods / "filled-en.ods").read_bytes(), framework)
    assert "a document of LibreOffice" in str(renamed.value)
