"""Lumenport: every figure for three years, made the same each time, and said to be fictional."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from support import EXAMPLES

from lcgraph.framework.framework import Framework
from lcgraph.reading.submission import Submission

FOLDER = EXAMPLES / "fictional-city"
FILES = ("lumenport.csv", "lumenport.xlsx", "lumenport-zh.xlsx", "lumenport.ttl")


def test_making_it_again_gives_the_same_bytes(
    lumenport_module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "city.ttl").write_bytes((FOLDER / "city.ttl").read_bytes())
    monkeypatch.setattr(lumenport_module, "HERE", tmp_path)
    lumenport_module.main()
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_it_reports_every_cell_of_the_edition_for_three_years(
    lumenport: Submission, lumenport_framework: Framework
) -> None:
    cells = [cell for measure in lumenport_framework.edition().measures for cell in measure.cells]
    assert len(cells) == 79
    wanted = {(cell.measure, tuple(cell.dimensions.values()), year) for cell in cells for year in (2022, 2023, 2024)}
    assert {(o.measure, o.codes, o.period) for o in lumenport.observations} == wanted
    assert len(lumenport.observations) == 237


def test_it_has_every_kind_of_source_and_document(lumenport: Submission, lumenport_framework: Framework) -> None:
    assert {s.type for s in lumenport.sources} == {c.iri for c in lumenport_framework.codes("data-source-type")}
    assert {d.type for d in lumenport.documents} == {c.iri for c in lumenport_framework.codes("document-type")}


def test_it_is_named_and_marked_as_fictional(lumenport: Submission, lumenport_framework: Framework) -> None:
    city = lumenport_framework.cities[lumenport.city]
    assert city.fictional
    assert "fictional" in lumenport.submitter
    assert "fictional" in lumenport.title["en"]
    assert "虚构" in lumenport.title["zh"]
