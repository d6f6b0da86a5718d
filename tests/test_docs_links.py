"""What a page, or a message of the software, points at is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support import ROOT

LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)[^)\s]*\)")
NAMED = re.compile(r"(?:docs|examples|benchmarks|queries|shapes|ontology)/[\w./-]*\w\.(?:md|json|ttl|csv|py|rq)")

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "benchmarks").glob("*.md")])
SAYING = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "src").rglob("*.html"), *(ROOT / "src").rglob("*.po")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert {link for link in links if not (page.parent / link).exists()} == set()


@pytest.mark.parametrize("file", [*PAGES, *SAYING], ids=lambda file: str(file.relative_to(ROOT)))
def test_every_file_that_is_named_exists(file: Path) -> None:
    named = NAMED.findall(file.read_text(encoding="utf-8"))
    assert {name for name in named if not (ROOT / name).exists()} == set()
