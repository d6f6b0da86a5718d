"""A threshold is changed where it stands, in ``shapes/thresholds.ttl``, and nowhere else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import servers
from support import ROOT

MEASURES = ("1.1.2-a", "1.1.2-b", "1.2.2-a", "1.2.2-b", "1.3.2-a", "2.1.1-a", "2.1.3-a", "2.3.3-b", "2.4.1-b")
HEAD = "record,city,year,edition,submitter,key,type,title,publisher,measure,period,sex,value,source"

PROGRAM = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
at = datetime(2026, 11, 23, tzinfo=UTC)
network = Network(Path(sys.argv[1]), clock=lambda: at)
*before, last = [read(f"{n}.csv", text.encode(), network.framework) for n, text in enumerate(json.load(sys.stdin))]
network.publish(before, "test")
print(json.dumps(sorted(result.shape.rpartition("#")[2] for result in network.check(last).results)))
"""


@pytest.fixture
def found(tmp_path: Path) -> object:
    """The rules by which the last of some submissions is found wanting, with a threshold changed."""
    house = tmp_path / "house"
    for folder in ("src", "shapes", "ontology", "queries"):
        shutil.copytree(ROOT / folder, house / folder, ignore=shutil.ignore_patterns("__pycache__"))

    def run(name: str, value: str, *submissions: str) -> list[str]:
        path = house / "shapes" / "thresholds.ttl"
        text, n = re.subn(rf"lcs:{name} \S+ ;", f"lcs:{name} {value} ;", path.read_text(encoding="utf-8"))
        assert n == 1
        path.write_text(text, encoding="utf-8")
        servers.settle(tmp_path / f"data-{value}")
        program = [sys.executable, "-c", PROGRAM, str(tmp_path / f"data-{value}")]
        environment = os.environ | {"PYTHONPATH": str(house / "src")}
        done = subprocess.run(
            program, input=json.dumps(submissions), env=environment, capture_output=True, text=True, check=True
        )
        rules = json.loads(done.stdout)
        assert isinstance(rules, list)
        return rules

    return run


def csv(city: str, year: int, *figures: tuple[str, int, str, str]) -> str:
    lines = [HEAD, f"submission,{city},{year},2013-draft,Council,,,,,,,,,", "source,,,,,a,official,Yearbook,CSO,,,,,"]
    lines += [f"observation,,,,,,,,,{measure},{period},{sex},{value},a" for measure, period, sex, value in figures]
    return "\n".join(lines) + "\n"


FIGURES = [(measure, 2018, "", f"{12 + n}.{n}7") for n, measure in enumerate(MEASURES)]
PAST = [csv("ie-cork", year, ("1.2.2-a", year, "", value)) for year, value in ((2018, "5.1"), (2019, "5.4"))]

CHANGES = {
    "so many years are a past": (
        "pastYears", "3", "2", "FigureFarFromItsPast", [*PAST, csv("ie-cork", 2020, ("1.2.2-a", 2020, "", "15.1"))],
    ),
    "so many figures alike are a copy": (
        "sameFigures", "10", "9", "SameFiguresAsAnotherCity", [csv(c, 2018, *FIGURES) for c in ("ie-dublin", "ie-cork")],
    ),
    "a total may be so far outside its parts": (
        "totalTolerance", "0.4", "0.1", "TotalBetweenItsParts",
        [csv("ie-cork", 2018, *(("1.2.2-a", 2018, s, v) for s, v in (("", "12.5"), ("male", "11"), ("female", "12.2"))))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_threshold_that_is_changed_changes_what_is_found(what: str, found: object) -> None:
    name, lenient, strict, rule, submissions = CHANGES[what]
    assert callable(found)
    assert rule not in found(name, lenient, *submissions)
    assert rule in found(name, strict, *submissions)
