"""Another edition of the Key Features is one more file of the ontology: no code is touched.

The software is copied with its ontology, shapes and queries as a wheel lays them out; the copy
gets an edition of one measure, and is then used as it is, over its command line.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import servers
from handing_in import table
from support import ROOT

HERE = Path(__file__).parent

SUBMISSION = """\
record,city,year,edition,submitter,key,type,title,publisher,measure,period,value,match,source
submission,ie-cork,2016,2099-test,Cork City Council,,,,,,,,,
source,,,,,asked,survey,Tutors in Cork,CSO,,,,,
observation,,,,,,,,,2099-2.4.1-a,2016,41.5,exact,asked
"""

GALWAY = """
PREFIX lc: <https://w3id.org/lcgraph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
<https://w3id.org/lcgraph/city/ie-galway> a lc:City ; skos:notation "ie-galway" ;
    skos:prefLabel "Galway"@en , "戈尔韦"@zh ; lc:country <https://w3id.org/lcgraph/country/IE> .
"""

TEMPLE = """
from lcgraph.framework.framework import framework
from lcgraph.service.http.temple import temple
print([(stone.code, stone.commitment, stone.part) for stone in temple(framework(), "en").stones])
"""


class Copy:
    """A copy of the software with an ontology of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = {"PYTHONPATH": str(folder), "LCGRAPH_LANG": "en", "LCGRAPH_DATA": "data"}
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "src" / "lcgraph", folder / "lcgraph", ignore=ignore)
        self.data = folder / "lcgraph" / "_data"
        for name in ("ontology", "shapes", "queries"):
            shutil.copytree(ROOT / name, self.data / name)

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = "from lcgraph.service.command_line import main; main()"
        return subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            cwd=self.folder,
            env={**os.environ, **servers.patience(), **self.settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("edition"))
    servers.settle(copy.folder / "data")
    shutil.copy(HERE / "edition-2099.ttl", copy.data / "ontology" / "editions" / "2099-test.ttl")
    assert copy("shapes", "--check").returncode == 1, "the shapes lack the new measure, and the command says so"
    written = copy("shapes")
    assert written.returncode == 0, written.stderr
    return copy


def test_the_shapes_of_its_measures_are_generated(copy: Copy) -> None:
    text = (copy.data / "shapes" / "measures.ttl").read_text(encoding="utf-8")
    assert "lcs:measure-2099-2.4.1-a-value" in text
    assert "lcs:measure-1.1.1-a-value" in text, "those of the other edition stay"
    assert copy("shapes", "--check").returncode == 0


def test_a_submission_under_it_is_checked_published_and_answered(copy: Copy) -> None:
    (copy.folder / "cork.csv").write_text(SUBMISSION, encoding="utf-8")
    checked = copy("check", "cork.csv")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    published = copy("publish", "cork.csv")
    assert published.returncode == 0, published.stdout + published.stderr
    answer = copy("ask", "city-commitments", "--city", "ie-cork", "--format", "csv")
    assert answer.returncode == 0, answer.stderr
    assert "2099-2.4.1-a" in answer.stdout
    assert "41.5" in answer.stdout
    assert "7.3" in answer.stdout
    gaps = copy("ask", "city-gaps", "--city", "ie-cork", "--format", "csv")
    assert gaps.returncode == 0, gaps.stderr
    assert "2099-2.4.1-a" not in gaps.stdout
    assert "2.4.1-a" in gaps.stdout


def test_each_row_says_its_edition_and_an_edition_can_be_asked_for(copy: Copy) -> None:
    def rows(question: str, *options: str) -> list[dict[str, str]]:
        answer = copy("ask", question, *options, "--format", "csv")
        assert answer.returncode == 0, answer.stderr
        found = list(csv.DictReader(answer.stdout.splitlines()))
        assert len({tuple(row.items()) for row in found}) == len(found)
        return found

    city, seventh = ("--city", "ie-galway"), ("--commitment", "7")
    copy.folder.joinpath("galway.ttl").write_text(GALWAY, encoding="utf-8")
    assert copy("register", "galway.ttl").returncode == 0
    both = rows("city-gaps", *city, *seventh)
    counted = Counter(row["edition_code"] for row in both)
    assert (counted["2013-draft"], counted["2099-test"]) == (7, 1)
    for edition in ("2013-draft", "2099-test"):
        of_one = [row for row in both if row["edition_code"] == edition]
        assert rows("city-gaps", *city, *seventh, "--edition", edition) == of_one


def test_a_file_that_follows_another_edition_than_it_is_handed_in_under_does_not_conform(copy: Copy) -> None:
    (copy.folder / "claimed.csv").write_text(SUBMISSION.replace("ie-cork", "ie-dublin"), encoding="utf-8")
    assert copy("check", "claimed.csv", "--edition", "2099-test").returncode == 0
    for command in ("check", "publish"):
        ended = copy(command, "claimed.csv", "--edition", "2013-draft")
        assert ended.returncode == 1, ended.stdout + ended.stderr
        assert "line 2, column edition" in ended.stdout + ended.stderr
        assert "follows the edition 2099-test, but it is handed in under 2013-draft" in ended.stdout + ended.stderr


def test_a_figure_out_of_its_range_is_found(copy: Copy) -> None:
    (copy.folder / "wrong.csv").write_text(SUBMISSION.replace("41.5", "61"), encoding="utf-8")
    checked = copy("check", "wrong.csv")
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "60" in checked.stdout


def test_the_temple_of_an_edition_without_pediment_and_steps_is_drawn(copy: Copy) -> None:
    drawn = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            TEMPLE,
        ],
        env={**os.environ, "PYTHONPATH": str(copy.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert drawn.stdout == "[('2099-2.4', '7', 'columns')]\n", drawn.stderr


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_a_scrambled_file_is_found_by_the_command_and_mended(tmp_path: Path, folder: str) -> None:
    copy = Copy(tmp_path)
    assert copy("ontology", "--check").returncode == 0
    path = min((copy.data / folder).rglob("*.ttl"))
    text = path.read_text(encoding="utf-8")
    head, *blocks = text.split("\n\n")
    path.write_text("\n\n".join([head, *reversed(blocks)]), encoding="utf-8")
    found = copy("ontology", "--check")
    assert found.returncode == 1
    assert path.name in found.stderr
    assert copy("ontology").returncode == 0
    assert path.read_text(encoding="utf-8") == text
    assert copy("ontology", "--check").returncode == 0


def test_what_differs_between_the_two_editions_is_told_place_by_place(copy: Copy) -> None:
    assert copy("rebuild").returncode == 0

    def rows(*options: str) -> list[dict[str, str]]:
        answer = copy("ask", "edition-differences", *options, "--format", "csv")
        assert answer.returncode == 0, answer.stderr
        return list(csv.DictReader(answer.stdout.splitlines()))

    found = rows("--edition", "2099-test", "--other", "2013-draft")
    # the table of the Key Features has 12 areas, 38 features and 54 measures; one of each is in both
    only_there = Counter(row["kind"] for row in found if row["difference"] == "only in the other edition")
    assert only_there == {"focal area": 11, "key feature": 37, "measure": 53}
    assert {(row["item"], row["here"]) for row in found if row["difference"] == "only in the other edition"} == {
        ("", "")
    }
    place = "https://w3id.org/lcgraph/measure/"
    assert [
        (row["place"], row["difference"], row["here"], row["there"])
        for row in found
        if (row["item"], row["other_item"]) == (f"{place}2099-2.4.1-a", f"{place}2.4.1-a")
    ] == [
        ("2.4.1-a", "name", "Learners with a tutor of their own", "Use of mobile devices"),
        (
            *("2.4.1-a", "definition", "Share of learners with a tutor."),
            "Share of the population that uses mobile devices to get services",
        ),
        ("2.4.1-a", "expected source", "survey", "official data"),
        ("2.4.1-a", "range", "0 – 60", "0 – 100"),
    ]
    # the area realises the same commitment, the feature and the measure serve the same action
    rest = [(row["place"], row["difference"]) for row in found if row["item"] and row["kind"] != "measure"]
    assert rest == [("2.4", "name"), ("2.4", "definition"), ("2.4.1", "name"), ("2.4.1", "definition")]
    back = rows("--edition", "2013-draft", "--other", "2099-test")
    assert len(back) == len(found)
    assert {(row["place"], row["kind"], row["here"], row["there"]) for row in back} == {
        (row["place"], row["kind"], row["there"], row["here"]) for row in found
    }


OF_EITHER = """
source key=lfs type=official title="Labour force survey"
observation measure={measure} period={before} value=30 source=lfs
observation measure={measure} period={year} value=40 source=lfs
observation measure={measure} period={year} sex=female value=41 source=lfs
observation measure={measure} period={year} household_income=top-20 value=42 source=lfs
gap measure={measure} period={year} sex=male reason=not-available
target measure={measure} period=2030 value=50
target measure={measure} period=2030 sex=male value=50
document key=plan type=policy title=Plan supports=7.4
"""

ASK_OF_EITHER = """
import json
from pathlib import Path
from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.publishing.network import Network
from lcgraph.store.limits import QueryLimits
from lcgraph.store.readers import Readers
network = Network(Path("data"))
given = {
    "city": "ie-dublin", "other": "ie-cork", "commitment": "7", "action": "7.3", "before": "2030", "country": "IE",
    "since": "2020-01-01", "year": "2016", "measure": "2099-2.4.1-a",
}
counts = {}
with Readers(network.store_directory, 1, QueryLimits(seconds=100), spare=0, base=network.base) as readers:
    answers = Answerer(Library(resources.directory("queries"), network.base), readers, network.framework)
    for name in %r:
        needed = {k: given[k] for k, head in answers.question(name).head.parameters.items() if head.required}
        rows = [answers.ask(name, needed | extra, "en").rows for extra in ({}, {"edition": "2013-draft"}, {"edition": "2099-test"})]
        assert all(row in rows[0] for some in rows[1:] for row in some) or name in %r, name
        for some, edition in zip(rows[1:], ("2013-draft", "2099-test")):
            assert all(row.get("edition_code", edition) == edition for row in some), name
        counts[name] = [len(some) for some in rows]
print(json.dumps(counts))
"""


Counts = Callable[[dict[str, list[int]]], dict[str, list[int]]]

NOT_APART = ("city-sources", "cities")
"""What has one row whatever the editions, with numbers of those asked for."""


@pytest.fixture(scope="module")
def of_either(copy: Copy) -> Counts:
    """How many rows questions have in all, and of the old and the new edition; Cork reports under the new one only."""
    old = table("ie-dublin", 2015, OF_EITHER.format(measure="2.4.1-b", before=2014, year=2015))
    new = table("ie-dublin", 2016, OF_EITHER.format(measure="2099-2.4.1-a", before=2015, year=2016), "2099-test")
    for name, text in (("old.csv", old), ("new.csv", new), ("cork.csv", SUBMISSION)):
        (copy.folder / name).write_text(text, encoding="utf-8")
        published = copy("publish", name)
        assert published.returncode == 0, published.stdout + published.stderr

    copy.folder.joinpath("galway.ttl").write_text(GALWAY, encoding="utf-8")
    assert copy("register", "galway.ttl").returncode == 0

    def counts(expected: dict[str, list[int]]) -> dict[str, list[int]]:
        asked = subprocess.run(
            [sys.executable, "-P", "-c", ASK_OF_EITHER % (tuple(expected), NOT_APART)],
            cwd=copy.folder,
            env={**os.environ, **servers.patience(), **copy.settings},
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        assert asked.returncode == 0, asked.stderr
        return json.loads(asked.stdout)  # type: ignore[no-any-return]  # as the script prints it

    return counts


def test_the_questions_of_a_city_tell_its_editions_apart(of_either: Counts) -> None:
    expected = {
        "city-evidence-strength": [24, 12, 12],
        "action-checklist": [100, 50, 50],
        "evidence-chain": [10, 5, 5],  # four figures and a document
        "city-documents": [2, 1, 1],
        "city-sources": [1, 1, 1],  # one source, whatever the edition
        "city-progress": [8, 4, 4],
        "city-changes": [2, 1, 1],
        "targets-without-figures": [2, 1, 1],
        "gender-gaps": [2, 1, 1],
        "income-gaps": [2, 1, 1],
        "declared-gaps": [2, 1, 1],
        "stale-evidence": [2, 1, 1],
    }
    assert of_either(expected) == expected


def test_the_questions_of_the_network_tell_its_editions_apart(of_either: Counts) -> None:
    expected = {
        "action-cities": [3, 1, 2],
        "commitment-cities": [3, 1, 2],
        "coverage-matrix": [36, 12, 24],  # the twelve commitments are those of every edition
        "least-evidenced": [24, 12, 12],
        "measures-nobody-reports": [53, 53, 0],
        "missing-splits": [0, 0, 0],
        "cities": [70, 70, 70],
        "country-cities": [8, 4, 4],
        "peers": [1, 0, 1],
        "measure-cities": [4, 0, 4],
        "side-by-side": [4, 0, 4],
        "proxies": [0, 0, 0],
        "unusual-values": [0, 0, 0],
        "shared-documents": [0, 0, 0],
        "arrivals": [3, 1, 2],
        "withdrawals": [0, 0, 0],
        "city-identifiers": [70, 70, 70],
        "measure-units": [55, 54, 1],
        "value-cells": [80, 79, 1],
        "submission-contents": [4, 0, 4],  # figures, a gap, targets, a document
        "submission-history": [2, 1, 1],
        "figure-origin": [4, 0, 4],
        "measure-series": [4, 0, 4],
        "actions-measured": [100, 50, 50],
        "measures-by-source": [4, 3, 1],
        "temple": [13, 12, 1],
        "features": [39, 38, 1],
        "measures": [55, 54, 1],
        "commitments": [13, 12, 1],
        "commitment-framework": [8, 7, 1],
        "actions-without-feature": [6, 6, 0],
        "features-without-action": [2, 2, 0],
    }
    assert of_either(expected) == expected
