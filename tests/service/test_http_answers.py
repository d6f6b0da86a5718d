"""Questions over HTTP: what there is to ask, and answers in the format that is wanted."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE

LIBRARY = Library(resources.directory("queries"), DEFAULT_BASE)
NAMES = LIBRARY.names
WITH_GRAPH = [question.name for question in LIBRARY if question.head.graph]


@pytest.fixture(scope="module")
def listed(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {question["name"]: question for question in client.get("/questions").json()["questions"]}


def test_every_question_is_listed_with_all_that_it_takes_to_ask_it(listed: dict[str, dict[str, Any]]) -> None:
    assert set(listed) == set(NAMES)
    for question in listed.values():
        assert question["titles"]["en"]
        assert question["titles"]["zh"]
        assert question["description"]
        for parameter in question["parameters"]:
            assert {"name", "type", "required", "description", "example", "allowed"} <= set(parameter)
    commitment = {p["name"]: p for p in listed["city-commitments"]["parameters"]}["commitment"]
    assert commitment["allowed"] == [str(n) for n in range(1, 13)]
    assert commitment["example"] in commitment["allowed"]


def test_titles_and_descriptions_come_in_the_language_asked_for(client: httpx.Client) -> None:
    by_header = client.get("/questions", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.1"})
    assert by_header.headers["content-language"] == "zh"
    assert by_header.json() == client.get("/questions", params={"lang": "zh"}).json()
    assert client.get("/questions", headers={"Accept-Language": "fi"}).headers["content-language"] == "en"


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_question_is_answered_alike_as_json_and_csv(
    client: httpx.Client, listed: dict[str, dict[str, Any]], name: str
) -> None:
    address = listed[name]["example"]
    as_json = client.get(address).json()
    assert as_json["question"] == name
    assert as_json["count"] == len(as_json["rows"])
    assert as_json["rows"] or as_json["empty"]
    as_csv = client.get(address, headers={"Accept": "text/csv"})
    assert as_csv.headers["content-type"].startswith("text/csv")
    header, *rows = csv.reader(io.StringIO(as_csv.text, newline=""))
    assert header == [column["name"] for column in as_json["columns"]]
    assert len(rows) == as_json["count"]


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_question_has_a_page_in_each_language(
    client: httpx.Client, listed: dict[str, dict[str, Any]], name: str
) -> None:
    for language in ("en", "zh"):
        page = client.get(
            listed[name]["example"], headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
        )
        assert page.status_code == 200
        assert f'<html lang="{language}">' in page.text
        assert listed[name]["titles"][language].replace("'", "&#39;") in page.text
        assert "<table>" in page.text or 'class="empty"' in page.text


@pytest.mark.parametrize("name", WITH_GRAPH)
def test_the_example_of_a_question_is_answered_as_a_graph(
    client: httpx.Client, listed: dict[str, dict[str, Any]], name: str
) -> None:
    answer = client.get(listed[name]["example"], headers={"Accept": "text/turtle"})
    assert answer.headers["content-type"].startswith("text/turtle")
    triples = set(map(str, ox.parse(answer.content, ox.RdfFormat.TURTLE)))
    assert triples or not client.get(listed[name]["example"]).json()["rows"]
    by_parameter = client.get(
        listed[name]["example"], params={"format": "nt"} | dict(httpx.URL(listed[name]["example"]).params)
    )
    assert set(map(str, ox.parse(by_parameter.content, ox.RdfFormat.N_TRIPLES))) == triples


@pytest.mark.parametrize("path", ["/cities", "/commitments"])
@pytest.mark.parametrize("accept", ["application/json", "text/csv", "text/turtle"])
def test_cities_and_commitments_come_as_json_csv_and_turtle(client: httpx.Client, path: str, accept: str) -> None:
    answer = client.get(path, headers={"Accept": f"{accept}, text/html;q=0.5"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(accept)
    for thing in {"/cities": ("ie-cork", "de-dresden", "fi-espoo"), "/commitments": ("1", "12")}[path]:
        assert thing in answer.text


@pytest.mark.parametrize("city", ["ie-cork", "de-dresden", "fi-espoo"])
def test_every_figure_of_a_city_leads_to_the_row_of_its_table(client: httpx.Client, city: str) -> None:
    rows = client.get("/questions/city-commitments", params={"city": city}).json()["rows"]
    figures = [row for row in rows if row["measure_code"]]
    assert figures
    for row in figures:
        assert row["file"] == "cities.csv"
        assert row["line"] > 1
        assert row["source"]
        assert row["source_link"].startswith("https://")
        assert row["submission"]


def test_an_answer_may_be_kept_by_a_cache_for_its_format_and_language_only(client: httpx.Client) -> None:
    vary = client.get("/cities").headers["vary"]
    assert "Accept" in vary
    assert "Accept-Language" in vary


def test_health_names_the_state_that_answers_are_read_from(client: httpx.Client) -> None:
    state = client.get("/health")
    assert state.json()["status"] == "ok"
    assert state.json()["checkpoint"] == client.get("/cities").json()["checkpoint"]
    assert state.headers["cache-control"] == "no-store"
