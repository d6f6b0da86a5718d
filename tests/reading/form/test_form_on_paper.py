"""The form on paper, as LibreOffice prints it: each page tells by itself what stands on it."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import which

import pytest
from office import convert, needs_libreoffice, workbooks

from lcgraph.framework.framework import Framework
from lcgraph.language import languages
from lcgraph.reading.fields import OBSERVATION
from lcgraph.reading.form import layout
from lcgraph.reading.submission import Submission


def _calibri() -> bool:
    """Whether there is Calibri, or Carlito, whose letters are as wide: columns are as wide as its digits."""
    if which("fc-match") is None:
        return False
    found = subprocess.run(["fc-match", "Calibri"], capture_output=True, text=True, check=True).stdout
    return "Carlito" in found or "Calibri" in found


pytestmark = [
    needs_libreoffice,
    pytest.mark.skipif(which("pdftotext") is None, reason="pdftotext (Debian: poppler-utils) is not installed"),
    pytest.mark.skipif(not _calibri(), reason="no font is as wide as Calibri (Debian: fonts-crosextra-carlito)"),
]

PAGES = {
    "one-en": 16,
    "one-zh": 12,
    "five-en": 28,
    "five-zh": 20,
}
"""What comes out for a year and for five."""

FILLED = ["marked-zh", "notes-en"]

HEADERS = {
    language: {
        name: "".join(layout.field_name(OBSERVATION.field(name), language).split())
        for name in ("value", "status", "source", "note")
    }
    for language in languages()
}
"""The headers of a year that take one line."""


@dataclass(frozen=True)
class Page:
    """A page of a sheet.

    :ivar sheet: the name of the sheet, as its foot says.
    :ivar number: which page of how many, as its foot says.
    :ivar text: what stands on it, without blanks.
    :ivar across: whether it is an A4 page across.
    """

    sheet: str
    number: str
    text: str
    across: bool


@pytest.fixture(scope="session")
def printed(
    tmp_path_factory: pytest.TempPathFactory,
    framework: Framework,
    lumenport: Submission,
    lumenport_framework: Framework,
) -> Path:
    """All workbooks, printed by LibreOffice once for all tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # the workers share one
    before, work = shared / "to-print", shared / "printed"
    with (shared / "printed.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (work / "ready").exists():
            before.mkdir()
            books = workbooks(framework, lumenport, lumenport_framework)
            for name in (*PAGES, *FILLED):
                (before / f"{name}.xlsx").write_bytes(books[name])
            convert(sorted(before.glob("*.xlsx")), "pdf", work)
            (work / "ready").touch()
    return work / "pdf"


def told(*command: str | Path) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pages(pdf: Path) -> list[Page]:
    sizes = re.findall(r"size:\s+([\d.]+) x ([\d.]+) pts", told("pdfinfo", "-l", "-1", pdf))
    texts, laid_out = (told("pdftotext", how, pdf, "-").split("\f") for how in ("-raw", "-layout"))
    found = []
    for text, lines, (width, height) in zip(texts, laid_out, sizes, strict=False):
        *_, sheet, number = re.split(r"\s{2,}", lines.strip().splitlines()[-1].strip())
        across = (round(float(width)), round(float(height))) == (842, 595)
        found.append(Page(sheet, number, "".join(text.split()), across))
    return found


def of_figures(pdf: Path) -> list[Page]:
    return [page for page in pages(pdf) if re.match(r"\d ", page.sheet)]


@pytest.mark.parametrize("name", [*PAGES, *FILLED])
def test_each_page_says_of_which_sheet_it_is_and_which_it_is_of_how_many(name: str, printed: Path) -> None:
    found = pages(printed / f"{name}.pdf")
    assert [page.number for page in found] == [f"{n} / {len(found)}" for n in range(1, len(found) + 1)]
    assert len({page.sheet for page in found}) == 7 + name.startswith("marked")
    assert {page.sheet for page in found if not page.across} == set(list(dict.fromkeys(p.sheet for p in found))[-7:-5])


@pytest.mark.parametrize("name", [*PAGES, *FILLED])
def test_each_page_of_figures_repeats_their_codes_and_no_year_is_torn_apart(name: str, printed: Path) -> None:
    language = name[-2:]
    found = of_figures(printed / f"{name}.pdf")
    fixed = ["".join(text.to(language).split()) for text in (layout.CODE, layout.FIXED[0])]
    remark = "".join(layout.TARGET_NAMES["note"].to(language).split())
    seen = set()
    for page in found:
        assert all(header in page.text for header in fixed)
        years = {int(year) for year in re.findall(rf"(20\d\d){HEADERS[language]['value']}", page.text)}
        for year in years:
            more = ("(fr)", "(zh)") if name == "notes-en" and year == 2023 else ()
            for header in (*HEADERS[language].values(), *(HEADERS[language]["note"] + tag for tag in more)):
                assert f"{year}{header}" in page.text
        assert years or remark in page.text
        assert set(re.findall(rf"(20\d\d)(?:{'|'.join(HEADERS[language].values())})", page.text)) == set(
            map(str, years)
        )
        seen |= {(page.sheet, year) for year in years}
        assert re.search(r"\d\.\d\.\d-[ab]", page.text)
        assert "###" not in page.text
    years = {2024} if name.startswith("one") else set(range(2020 if name.startswith("five") else 2021, 2025))
    assert seen == {(sheet, year) for sheet in {page.sheet for page in found} for year in years}


@pytest.mark.parametrize(("name", "n"), PAGES.items())
def test_a_form_takes_no_more_paper_than_it_needs(name: str, n: int, printed: Path) -> None:
    assert len(pages(printed / f"{name}.pdf")) == n


@pytest.mark.parametrize("name", [*PAGES, *FILLED])
def test_no_text_lies_over_another(name: str, printed: Path) -> None:
    words = re.compile(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>')
    for page in told("pdftotext", "-bbox", printed / f"{name}.pdf", "-").split("<page ")[1:]:
        boxes = sorted(
            ((float(top), float(bottom), float(left), float(right), word))
            for left, top, right, bottom, word in words.findall(page)
        )
        for number, (top, bottom, left, right, word) in enumerate(boxes):
            for other_top, other_bottom, other_left, other_right, other in boxes[number + 1 :]:
                if other_top > bottom:
                    break
                across = min(right, other_right) - max(left, other_left)
                down = min(bottom, other_bottom) - other_top
                least = min(bottom - top, other_bottom - other_top)
                assert across < 1 or down < least / 2, f"{word} lies over {other}"
