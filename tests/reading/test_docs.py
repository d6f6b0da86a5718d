"""The documentation says everything that the readers take, and its example runs."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel
from support import ROOT

from lcgraph.framework.framework import Framework
from lcgraph.reading import foreign, mapping
from lcgraph.reading.fields import RECORD_TYPES, RecordType
from lcgraph.reading.reader import SUBMISSION_FORMATS

FORMATS = ROOT / "docs" / "formats.md"
MAPPINGS = ROOT / "docs" / "mappings.md"


def section(path: Path, heading: str) -> str:
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"^### {re.escape(heading)}$(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


@pytest.mark.parametrize("record_type", RECORD_TYPES, ids=lambda t: t.name)
def test_every_column_of_a_submission_is_documented(record_type: RecordType) -> None:
    text = section(FORMATS, record_type.sheet["en"])
    rows = {
        row[0]: row
        for row in re.findall(r"^\| `(\w+)` \| `(.+?)` \| (yes)? ?\| (.+?) \| (.+?) \|$", text, re.MULTILINE)
    }
    assert list(rows) == [f.name for f in record_type.fields]
    for f in record_type.fields:
        _, zh, required, about, predicate = rows[f.name]
        assert zh == f.zh
        assert bool(required) == f.required
        assert about.startswith(f.about["en"])
        assert predicate == (f"<{f.predicate}>" if f.predicate else "part of the node's IRI")
    assert f"`{record_type.sheet['zh']}`" in text
    assert record_type.iri in text


def test_every_format_is_documented() -> None:
    text = FORMATS.read_text(encoding="utf-8")
    assert all(f"`.{kind}`" in text for kind in SUBMISSION_FORMATS)


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The file", mapping.MappingFile),
        ("`table`", mapping.Table),
        ("`columns`", mapping.Columns),
        ("Each of `series`", mapping.Series),
        ("Each of `left_out`", mapping.LeftOut),
    ],
)
def test_every_key_of_a_mapping_is_documented(heading: str, model: type[BaseModel]) -> None:
    firsts = re.findall(r"^\| (`.+?`) \| .{10,} \|$", section(MAPPINGS, heading), re.MULTILINE)
    assert {name for first in firsts for name in re.findall(r"`(\w+)`", first)} == set(model.model_fields)


def test_the_example_of_a_mapping_runs(framework: Framework) -> None:
    text = MAPPINGS.read_text(encoding="utf-8")
    how_bytes = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)[1].encode()  # type: ignore[index]
    table = re.search(r"```csv\n(.*?)```", text, re.DOTALL)[1].encode()  # type: ignore[index]
    how = mapping.load("mapping.yaml", how_bytes, framework)
    imported = foreign.read_table("table.csv", table, how, how_bytes, framework)
    submissions = [reading.submission for reading in imported.readings if reading.submission is not None]
    assert [s.year for s in submissions] == [2016, 2017]
    assert [o.value for s in submissions for o in s.observations] == [Decimal("12.5"), Decimal(5), Decimal(11)]
    assert imported.findings == []
    assert (imported.summary.rows, imported.summary.missing) == (5, 1)
    assert [n for _, n in imported.summary.left_out] == [1, 5]
