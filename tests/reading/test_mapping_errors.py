"""What is wrong with a mapping is said with the file and the place in it."""

from __future__ import annotations

import re

import pytest
from support import ROOT

from lcgraph.errors import MappingError
from lcgraph.framework.framework import Framework
from lcgraph.reading import foreign, mapping

TEXT = (ROOT / "docs" / "mappings.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[1]  # type: ignore[index]
TABLE = re.search(r"```csv\n(.*?)```", TEXT, re.DOTALL)[1]  # type: ignore[index]

WRONG = [
    ("title: Figures", "titel: x\ntitle: Figures", "titel"),
    ("measure: 1.2.2-a", "measure: 1.2.2-z", "series.0.measure"),
    ("match: close", "match: near", "series.0.match"),
    ("source: lfs\n    match: close", "source: lsf\n    match: close", "series.0.source"),
    ("edition: 2013-draft", "edition: 1999", "edition"),
    ("fixed: {sex: total}", "fixed: {colour: red}", "series.1.fixed.colour"),
    ("fixed: {sex: total}", "fixed: {sex: blue}", "series.1.fixed.sex"),
    ("multiply: 100", "multiply: many", "series.1.convert.multiply"),
    ("years: [2016]", "years: soon", "series.1.years"),
    ('decimal: ","', 'decimal: ";"', "table.decimal"),
    ("type: official", "type: hearsay", "sources.lfs.type"),
    ("type: official", "kind: official", "sources.lfs.kind"),
    ("    title: Labour force survey\n", "", "sources.lfs"),
    ("  - column: total_rows\n", "  - when: {a: b}\n    column: total_rows\n", "left_out.1"),
    ("title: Figures", "title: x\ntitle: Figures", "line 2"),
    ("title: Figures of two cities", "title: &a [x]\nnote: *a", "line"),
    ("title: Figures", "\ttitle: Figures", "line 1"),
]


@pytest.mark.parametrize(("old", "new", "where"), WRONG)
def test_a_wrong_mapping_is_refused_at_its_place(old: str, new: str, where: str, framework: Framework) -> None:
    assert old in EXAMPLE
    with pytest.raises(MappingError) as error:
        mapping.load("mine.yaml", EXAMPLE.replace(old, new, 1).encode(), framework)
    told = error.value.told("en")
    assert told["where"].startswith("mine.yaml")
    assert where in told["where"]


@pytest.mark.parametrize(
    "content", [b"", b"[1]", b"a: [", "é".encode("latin1"), b"a: " + b"[" * 5000, b"x" * 1_000_001]
)
def test_what_is_no_mapping_is_refused(content: bytes, framework: Framework) -> None:
    with pytest.raises(MappingError) as error:
        mapping.load("mine.yaml", content, framework)
    assert error.value.told("en")["where"].startswith("mine.yaml")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("town;", "place;", "no column “town”"),
        ("total_rows\n", "total_rows;extra\n", "says nothing about the column “extra”"),
        ("cinemas", "theatres", "says nothing about rows with indicator=theatres"),
    ],
)
def test_a_table_that_the_mapping_does_not_cover_is_refused(
    old: str, new: str, words: str, framework: Framework
) -> None:
    how = mapping.load("mine.yaml", EXAMPLE.encode(), framework)
    with pytest.raises(MappingError, match=words):
        foreign.read_table("table.csv", TABLE.replace(old, new).encode(), how, EXAMPLE.encode(), framework)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("indicator: libraries", "indicator: unemployment", "series.0, series.1"),
        ("indicator: libraries", "indicator: [libraries, unemployment]", "series.0, series.1"),
        ("left_out:", "  - {when: {indicator: other}, measure: 1.2.2-a, source: lfs}\nleft_out:", "series.2.when"),
    ],
)
def test_a_figure_is_taken_once_and_every_series_takes_some(
    old: str, new: str, where: str, framework: Framework
) -> None:
    how_bytes = EXAMPLE.replace(old, new).encode()
    how = mapping.load("mine.yaml", how_bytes, framework)
    with pytest.raises(MappingError) as error:
        foreign.read_table("table.csv", TABLE.encode(), how, how_bytes, framework)
    assert error.value.told("en")["where"] == f"mine.yaml, {where}"
