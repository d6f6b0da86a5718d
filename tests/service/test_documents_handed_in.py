"""The document of a published submission can be handed in again, in every form, mended or as it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from linked_support import FORMS, network_with_history
from service_support import Run, Served, serving
from support import SMALL, Clock

from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

BASES = [DEFAULT_BASE, "https://example.org/cities/"]


@pytest.fixture(scope="module", params=BASES)
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Served]]:
    """A network, its folder, and a server over it."""
    directory = tmp_path_factory.mktemp("handed-in")
    network_with_history(directory, request.param)
    with serving(directory) as served:
        yield directory, served


def document(served: Served, extension: str, submission: str = "ie-cork/2015/1") -> bytes:
    answer = served.client.get(f"/submission/{submission}.{extension}")
    assert answer.status_code == 200
    return answer.content


@pytest.mark.parametrize("extension", FORMS)
def test_a_document_is_a_submission_that_says_what_is_published(
    published: tuple[Path, Served], run: Run, tmp_path: Path, extension: str
) -> None:
    directory, served = published
    for submission in ("ie-cork/2015/1", "ie-cork/2016/2"):
        body = document(served, extension, submission)
        report = served.client.post(f"/checks?name=cork.{extension}", content=body)
        assert report.status_code == 200, report.text
        assert (report.json()["conforms"], report.json()["results"]) == (True, []), report.text
        file = tmp_path / f"cork.{extension}"
        file.write_bytes(body)
        checked = run("check", file, "--data", directory)
        assert checked.status == 0, checked.out + checked.err
        again = run("publish", file, "--data", directory)
        assert again.status == 0, again.err
        assert "1 unchanged" in again.err


def test_a_document_that_was_mended_is_a_revision(tmp_path: Path) -> None:
    network = network_with_history(tmp_path, DEFAULT_BASE)
    with serving(tmp_path) as served:
        body = json.loads(document(served, "jsonld", "ie-cork/2016/2"))
    (figure,) = (node for node in body["@graph"] if node.get("sdmx-measure:obsValue") == "12.75")
    figure["sdmx-measure:obsValue"] = figure["statedAs"] = "12.8"
    mended = read("cork.jsonld", json.dumps(body).encode(), network.framework)
    (result,) = network.publish([mended], "me")
    assert (result.status, result.submission) == ("accepted", f"{DEFAULT_BASE}submission/ie-cork/2016/3")


def test_a_superseded_document_can_be_handed_in(published: tuple[Path, Served]) -> None:
    _, served = published
    report = served.client.post("/checks?name=a.ttl", content=document(served, "ttl", "ie-cork/2016/1"))
    assert [result["message"] for result in report.json()["results"]] == []


def test_the_lines_of_a_document_in_json_ld_are_named(published: tuple[Path, Served]) -> None:
    _, served = published
    text = (
        document(served, "jsonld").decode().replace('"sdmx-measure:obsValue": "14"', '"sdmx-measure:obsValue": "140"')
    )
    line = text[: text.index('"140"')].count("\n") + 1
    report = served.client.post("/checks?name=a.jsonld", content=text.encode())
    assert line in {result["line"] for result in report.json()["results"]}


def test_evidence_that_a_file_claims_by_itself_has_no_place(published: tuple[Path, Served]) -> None:
    _, served = published
    text = document(served, "nt").decode()
    claimed = "\n".join(line for line in text.splitlines() if "Acceptance" not in line)
    report = served.client.post("/checks?name=a.nt", content=claimed.encode()).json()
    assert report["conforms"] is False
    assert {"<https://w3id.org/lcgraph/ontology#evidenceForAction>"} <= {r["path"] for r in report["results"]}


ELSEWHERE = "https://elsewhere.example/context.jsonld"
CONTEXTS = {
    "another address": (ELSEWHERE, 422),
    "another beside ours": ([DEFAULT_BASE + "context.jsonld", ELSEWHERE], 422),
    "imported": ({"@import": DEFAULT_BASE + "context.jsonld"}, 422),
    "ours in a list, and a term": ([DEFAULT_BASE + "context.jsonld", {"x": "urn:x"}], 200),
    "ours many times": ([DEFAULT_BASE + "context.jsonld"] * 20, 413),
}


@pytest.mark.parametrize("name", CONTEXTS)
def test_only_our_own_context_is_known_by_its_address(client: httpx.Client, name: str) -> None:
    context, status = CONTEXTS[name]
    file = json.dumps({"@context": context, "@id": "urn:a", "@type": "lc:Submission", "dcterms:title": DEFAULT_BASE})
    answer = client.post("/checks?name=a.jsonld", content=file)
    assert answer.status_code == status, answer.text


def test_the_address_of_the_context_stays_a_text_where_it_is_one(tmp_path: Path) -> None:
    network = Network(tmp_path, clock=Clock())
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "me")
    address = DEFAULT_BASE + "context.jsonld"
    with serving(tmp_path) as served:
        text = document(served, "jsonld", "ie-cork/2016/1").decode().replace("Rounded.", address)
    reading = read("cork.jsonld", text.encode(), network.framework)
    assert reading.submission is not None
    assert {"en": address} in [figure.note for figure in reading.submission.observations]
