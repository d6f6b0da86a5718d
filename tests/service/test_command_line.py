"""The command line, as processes: what each command does, and its exit status."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from service_support import Run
from support import EXAMPLES, SMALL

import lcgraph
from lcgraph.publishing.network import Network

BROKEN = SMALL.replace("12.5,%", "twelve,%")
EMPTY = ",".join(SMALL.splitlines()[0].split(",")) + "\n"


@pytest.fixture
def cork(tmp_path: Path) -> Path:
    path = tmp_path / "cork.csv"
    path.write_text(SMALL, encoding="utf-8")
    return path


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.csv"
    path.write_text(BROKEN, encoding="utf-8")
    return path


def test_the_version_is_told(run: Run) -> None:
    assert run("version").out == f"lcgraph {lcgraph.__version__}\n"


def test_check_ends_with_0_1_or_2_by_what_was_found(run: Run, cork: Path, broken: Path) -> None:
    assert run("check", cork).status == 0
    ended = run("check", broken)
    assert ended.status == 1
    assert "broken.csv, line 4, column value" in ended.out
    (cork.parent / "empty.csv").touch()
    ended = run("check", cork, broken, "empty.csv", "missing.csv")
    assert ended.status == 2
    assert "cork.csv conforms" in ended.out  # one that cannot be used does not stop the others
    assert "empty.csv is empty" in ended.err
    assert "missing.csv" in ended.err
    assert not (cork.parent / "lcgraph-data").exists()  # nothing is kept, not even a folder


def test_check_tells_its_report_in_each_format(run: Run, cork: Path, broken: Path) -> None:
    alone = json.loads(run("check", broken, "--format", "json").out)
    assert alone["conforms"] is False
    assert alone["results"][0]["line"] == 4
    both = json.loads(run("check", cork, broken, "missing.csv", "--format", "json").out)
    assert [report["conforms"] for report in both] == [True, False, False]
    assert "missing.csv" in both[2]["error"]["message"]
    rows = list(csv.DictReader(io.StringIO(run("check", broken, broken, "--format", "csv").out)))
    assert [row["severity"] for row in rows] == ["violation", "violation"]
    assert list(ox.parse(run("check", broken, "--format", "turtle").out.encode(), ox.RdfFormat.TURTLE))


def test_both_engines_can_be_chosen(run: Run, cork: Path) -> None:
    assert run("check", cork, "--engine", "reference").status == 0
    assert run("check", cork, LCGRAPH_ENGINE="shacl").status == 0


def test_a_submission_is_published_asked_about_revised_and_withdrawn(run: Run, cork: Path, broken: Path) -> None:
    refused = run("publish", cork, broken)
    assert refused.status == 1
    assert "line 4" in refused.err
    assert refused.out == ""
    assert run("ask", "city-commitments", "--city", "ie-cork").status in (0, 2)

    published = run("publish", cork)
    assert published.status == 0
    assert published.out.strip().endswith("submission/ie-cork/2016/1")
    again = run("publish", cork)
    assert (again.status, again.out) == (0, "")
    assert "1 unchanged" in again.err

    answer = json.loads(run("ask", "city-commitments", "--city", "ie-cork", "--format", "json").out)
    assert {row["value"] for row in answer["rows"] if row["measure_code"]} == {11, 12.5}

    cork.write_text(SMALL.replace("12.5,%", "13.5,%"), encoding="utf-8")
    assert run("publish", cork).out.strip().endswith("ie-cork/2016/2")
    assert run("verify").status == 0

    withdrawn = run("withdraw", "ie-cork/2016/2", "--reason", "a slip")
    assert withdrawn.status == 0
    assert run("withdraw", "ie-cork/2016/2", "--reason", "again").status == 2
    empty = run("ask", "city-commitments", "--city", "ie-cork", "--lang", "zh")
    assert empty.status == 0
    assert empty.out.strip()

    digest = run("rebuild").out.strip()
    assert len(digest) == 64
    assert run("rebuild").out.strip() == digest
    dumped = run("dump").out
    assert dumped == "".join(sorted(dumped.splitlines(keepends=True)))


def test_publish_partly_takes_what_conforms(run: Run, cork: Path, broken: Path) -> None:
    ended = run("publish", cork, broken, "--partly")
    assert ended.status == 1
    assert ended.out.count("published") == 1


def test_a_city_is_registered_and_may_then_submit(run: Run) -> None:
    lumenport = EXAMPLES / "fictional-city"
    assert run("check", lumenport / "lumenport.csv").status == 1
    assert run("register", lumenport / "city.ttl").out.strip().endswith("zz-lumenport")
    assert run("check", lumenport / "lumenport.csv").status == 0


def test_a_table_is_imported_checked_and_published(run: Run) -> None:
    folder = EXAMPLES / "demo-network" / "eurostat"
    table = ("import", folder / "cities.csv", "--mapping", folder / "mapping.yaml")
    checked = run(*table, "--check")
    assert checked.status == 0
    assert "136 of 136" in checked.err
    imported = run(*table)
    assert imported.status == 0
    assert imported.out.count("published ") == 136
    past = run("rebuild", "--as-of", "2013-01-01", "--to", "past")
    assert past.status == 0
    before = run("query", "-", "--data", "past", "--format", "csv", given=b"SELECT * { ?s a lc:Submission }")
    assert before.out.splitlines() == ["s"]


def test_an_answer_comes_as_a_table_json_csv_and_turtle(run: Run, demo: Network) -> None:
    def ask(form: str) -> str:
        ended = run("ask", "commitments", "--format", form, "--data", demo.directory)
        assert ended.status == 0
        return ended.out

    assert len(json.loads(ask("json"))["rows"]) == 12
    assert len(list(csv.reader(io.StringIO(ask("csv"), newline="")))) == 13
    assert list(ox.parse(ask("turtle").encode(), ox.RdfFormat.TURTLE))
    assert "Commitment" in ask("table")


def test_a_query_file_is_answered_in_each_format(run: Run, demo: Network, tmp_path: Path) -> None:
    (tmp_path / "select.rq").write_text("SELECT ?c { ?c a lc:Commitment }", encoding="utf-8")
    (tmp_path / "construct.rq").write_text("CONSTRUCT WHERE { ?c a lc:Commitment }", encoding="utf-8")

    def query(name: str, form: str) -> tuple[int, str]:
        ended = run("query", name, "--format", form, "--data", demo.directory)
        return ended.status, ended.out

    assert len(json.loads(query("select.rq", "json")[1])["results"]["bindings"]) == 12
    assert len(query("select.rq", "csv")[1].splitlines()) == 13
    assert query("select.rq", "turtle")[0] == 2
    assert len(list(ox.parse(query("construct.rq", "turtle")[1].encode(), ox.RdfFormat.TURTLE))) == 12
    assert query("construct.rq", "csv")[0] == 2


def test_a_submission_is_converted_without_loss(run: Run, cork: Path) -> None:
    assert run("convert", cork, "--to", "xlsx", "--out", "cork.xlsx").status == 0
    back = run("convert", "cork.xlsx", "--to", "ttl")
    straight = run("convert", cork, "--to", "ttl")
    assert back.status == straight.status == 0

    def values(text: str) -> list[str]:
        quads = ox.parse(text.encode(), ox.RdfFormat.TURTLE)
        return sorted(str(quad.object) for quad in quads if quad.predicate.value.endswith("obsValue"))

    assert values(back.out) == values(straight.out) != []


def test_the_files_of_the_project_are_up_to_date_or_it_is_told(run: Run) -> None:
    for command in ("shapes", "ontology"):
        ended = run(command, "--check")
        assert ended.status in (0, 1)
        assert (ended.out or ended.err).strip()
