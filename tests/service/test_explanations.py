"""Explanations over HTTP and on the command line: in words, as JSON, as a graph, in each language."""

from __future__ import annotations

import json

import httpx
import pyoxigraph as ox
import pytest
from service_support import Run

from lcgraph.framework.namespaces import DEFAULT_BASE, LC
from lcgraph.publishing.network import Network

ADDRESS = "/explanations?city=ie-cork&commitment=2"


def test_an_explanation_comes_as_json_in_the_language_that_is_asked_for(client: httpx.Client) -> None:
    english, chinese = (client.get(ADDRESS, headers={"Accept-Language": tag}).json() for tag in ("en", "zh-CN"))
    assert english["has_evidence"] is chinese["has_evidence"] is True
    assert english["verdict"].startswith("Cork has evidence for commitment 2")
    assert chinese["verdict"].startswith("科克具有承诺2")
    assert english["statement"] == chinese["statement"]


@pytest.mark.parametrize(
    ("media_type", "form"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ],
)
def test_it_comes_as_a_graph_of_the_same_statements_in_each_form(
    client: httpx.Client, media_type: str, form: ox.RdfFormat
) -> None:
    answer = client.get(ADDRESS, headers={"Accept": media_type})
    assert answer.headers["content-type"].startswith(media_type)
    said = {str(quad.triple) for quad in ox.parse(answer.content, form)}
    wanted = client.get(ADDRESS, headers={"Accept": "application/n-triples"}).content
    assert said == {str(quad.triple) for quad in ox.parse(wanted, ox.RdfFormat.N_TRIPLES)}
    assert any(f"<{LC}evidenceFound>" in triple for triple in said)


def test_it_comes_as_json_ld_with_the_context_of_the_project(client: httpx.Client) -> None:
    said = client.get(ADDRESS, headers={"Accept": "application/ld+json"}).json()
    assert said["@context"] == DEFAULT_BASE + "context.jsonld"
    assert said["@graph"][0]["id"] == DEFAULT_BASE + ADDRESS.lstrip("/")


def test_its_page_shows_the_steps_and_what_each_rests_on(client: httpx.Client) -> None:
    for language, words in (("en", "so Cork has evidence for commitment 2."), ("zh", "故科克具有承诺2的证据。")):
        page = client.get(f"{ADDRESS}&lang={language}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert words in page.text
        assert "lc:informsDirectly" in page.text
        assert page.headers["content-language"] == language


def test_its_page_says_what_is_missing(client: httpx.Client) -> None:
    page = client.get("/explanations?city=ie-cork&action=4.4", headers={"Accept": "text/html"})
    assert "No measure informs action 4.4" in page.text


def test_its_page_without_a_city_is_a_form_and_with_a_wrong_one_says_what_comes_near(client: httpx.Client) -> None:
    empty = client.get("/explanations", headers={"Accept": "text/html"})
    assert empty.status_code == 200
    assert "<form" in empty.text
    wrong = client.get("/explanations?city=ie-corc&commitment=2", headers={"Accept": "text/html"})
    assert wrong.status_code == 422
    assert "ie-cork" in wrong.text


@pytest.mark.parametrize(
    ("asked", "parameter"),
    [
        ("city=ie-cork", "commitment"),
        ("commitment=2", "city"),
        ("city=ie-cork&commitment=2&action=2.3", "action"),
        ("city=ie-cork&commitment=2&limit=3", "limit"),
        ("city=ie-cork&commitment=2&edition=2099", "edition"),
    ],
)
def test_what_is_asked_wrongly_is_422_with_the_parameter(client: httpx.Client, asked: str, parameter: str) -> None:
    answer = client.get(f"/explanations?{asked}")
    assert answer.status_code == 422
    assert answer.json()["parameter"] == parameter


def test_its_address_is_described_with_its_parameters(client: httpx.Client) -> None:
    said = client.get("/openapi.json").json()["paths"]["/explanations"]["get"]
    names = [parameter["name"] for parameter in said["parameters"]]
    assert names == ["city", "commitment", "action", "edition", "as_of", "lang", "format"]


def test_the_command_explains_in_words_json_and_turtle(demo: Network, run: Run) -> None:
    asked = ("explain", "--city", "ie-cork", "--commitment", "2", "--data", demo.directory)
    words = run(*asked)
    assert words.status == 0
    assert words.out.startswith("Cork has evidence for commitment 2")
    assert "[follows by the axiom of lc:hasEvidenceForCommitment]" in words.out
    assert "follows by" not in run(*asked, "--lang", "zh").out
    assert json.loads(run(*asked, "--format", "json").out)["has_evidence"] is True
    assert list(ox.parse(run(*asked, "--format", "turtle").out, ox.RdfFormat.TURTLE))
    wrong = run(*asked, "--format", "docx")
    assert wrong.status == 2
    assert "text, json, turtle" in wrong.err


def test_the_reasoner_draws_a_citys_evidence_and_says_where_there_is_none(demo: Network, run: Run) -> None:
    drawn = run("reason", "--city", "ie-cork", "--data", demo.directory)
    assert drawn.status == 0
    has = f"<{DEFAULT_BASE}city/ie-cork> <{LC}hasEvidenceForCommitment> <{DEFAULT_BASE}commitment/2> .\n"
    assert has in drawn.out
    assert list(ox.parse(drawn.out, ox.RdfFormat.TURTLE))
    none = run("reason", "--city", "ch-lausanne", "--data", demo.directory)
    assert none.status == 2
    assert "ch-lausanne" in none.err
