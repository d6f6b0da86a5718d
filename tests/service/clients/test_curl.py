"""curl against the endpoint: every form of the protocol."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

CURL = shutil.which("curl")
pytestmark = pytest.mark.skipif(CURL is None, reason="curl is not installed")
BROKEN_OFF = 18  # "Partial file"
REFUSED = 22  # an error status, with --fail


def _curl(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [str(CURL), "--silent", "--show-error", "--fail-with-body", "--max-time", "60", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, timeout=90)


def _forms(endpoint: str, query: str) -> dict[str, list[str]]:
    """The command line for each form of the protocol."""
    return {
        "GET": ["--get", "--data-urlencode", f"query={query}", endpoint],
        "form": ["--data-urlencode", f"query={query}", endpoint],
        "body": ["-H", "Content-Type: application/sparql-query", "--data-binary", query, endpoint],
    }


@pytest.mark.parametrize("form", ["GET", "form", "body"])
def test_every_form_of_the_protocol_is_answered(endpoint: str, queries: Any, form: str) -> None:
    answer = _curl(*_forms(endpoint, queries.commitments)[form])
    assert answer.returncode == 0, answer.stdout
    assert len(json.loads(answer.stdout)["results"]["bindings"]) == 12


@pytest.mark.parametrize("form", ["GET", "form", "body"])
def test_graphs_are_chosen_in_every_form(endpoint: str, form: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    chosen = f"{endpoint}?default-graph-uri=https%3A%2F%2Fw3id.org%2Flcgraph%2Fsubmission%2Fie-cork%2F2016%2F1"
    everything, alone = (
        int(json.loads(_curl(*_forms(address, count)[form]).stdout)["results"]["bindings"][0]["n"]["value"])
        for address in (endpoint, chosen)
    )
    assert 0 < alone < everything


@pytest.mark.parametrize(
    ("media_type", "syntax"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/n-quads", ox.RdfFormat.N_QUADS),
        ("application/trig", ox.RdfFormat.TRIG),
    ],
)
def test_a_graph_comes_in_the_format_of_the_header(
    endpoint: str, queries: Any, media_type: str, syntax: ox.RdfFormat
) -> None:
    answer = _curl("-H", f"Accept: {media_type}", *_forms(endpoint, queries.graph)["form"])
    assert len(list(ox.parse(answer.stdout, syntax))) == 12


def test_a_query_in_a_file_is_asked_and_its_answer_compressed(endpoint: str, queries: Any, tmp_path: Path) -> None:
    (tmp_path / "query.rq").write_text(queries.commitments, encoding="utf-8")
    in_file = ["-H", "Accept: text/csv", "--data-urlencode", f"query@{tmp_path / 'query.rq'}", endpoint]
    assert len(_curl("--compressed", *in_file).stdout.splitlines()) == 13
    everything = ["-H", "Accept: text/csv", *_forms(endpoint, "SELECT * { ?s a ?o }")["form"]]
    head = _curl("--compressed", "-D", "-", "-o", str(tmp_path / "out"), *everything).stdout.decode().lower()
    assert "content-encoding: gzip" in head


def test_head_tells_the_format_and_options_the_methods(endpoint: str, queries: Any) -> None:
    head = _curl("--head", *_forms(endpoint, queries.ask)["GET"]).stdout.decode().lower()
    assert head.startswith("http/1.1 200")
    assert "content-type: application/sparql-results+json" in head
    options = _curl("-X", "OPTIONS", "-D", "-", endpoint).stdout.decode().lower()
    assert "allow: get, head, post, options" in options
    assert "access-control-allow-credentials" not in options


def test_without_a_query_the_endpoint_describes_itself(endpoint: str) -> None:
    answer = _curl("-H", "Accept: text/turtle", endpoint)
    types = {quad.object.value for quad in ox.parse(answer.stdout, ox.RdfFormat.TURTLE) if "#type" in str(quad)}
    assert "http://www.w3.org/ns/sparql-service-description#Service" in types


@pytest.mark.parametrize("form", ["GET", "form", "body"])
@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT", 400, "1:7"),
        ("DROP ALL", 403, "submission is the only way in"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "SERVICE"),
    ],
)
def test_what_is_refused_fails_and_says_why(endpoint: str, form: str, query: str, status: int, said: str) -> None:
    answer = _curl(*_forms(endpoint, query)[form])
    assert answer.returncode == REFUSED
    problem = json.loads(answer.stdout)
    assert problem["status"] == status
    assert said in problem["detail"]


def test_an_update_is_refused(endpoint: str) -> None:
    for how in (
        ["--data-urlencode", "update=DROP ALL", endpoint],
        ["-H", "Content-Type: application/sparql-update", "--data-binary", "DROP ALL", endpoint],
    ):
        answer = _curl(*how)
        assert answer.returncode == REFUSED
        assert json.loads(answer.stdout)["status"] == 403


@pytest.mark.embedded("a server may take so long for the first row that the deadline comes before a limit")
def test_it_tells_a_deadline_and_never_gives_a_part_as_the_whole(strict: str, queries: Any) -> None:
    answer = _curl(*_forms(strict, queries.endless)["form"])
    assert answer.returncode == REFUSED
    assert json.loads(answer.stdout)["limit"] == "deadline"
    for compressed in ([], ["--compressed"]):
        part = _curl(*compressed, *_forms(strict, queries.too_many)["form"])
        assert part.returncode == BROKEN_OFF, part.stderr
        assert part.stdout
