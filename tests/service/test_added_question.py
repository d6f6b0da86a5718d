"""A question is one file: an installation with one more has it on every surface, and nothing else is needed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_support import Ran, Run, Serve, Served
from support import ROOT, SMALL

from lcgraph.client import Client
from lcgraph.errors import ParameterError
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

ADDED = """\
#+ title: {en: Documents of a city, zh: 某城市的全部文件}
#+ description: {en: "Every document that the city has handed in since a year, in the order of titles.", zh: 该城市自某年起提交的全部文件。}
#+ asked:
#+   en: ["Which papers are there of {city}?", "papers of {city}"]
#+   zh: ["{city}有哪些材料？", "{city}的材料"]
#+ empty: {en: The city has handed in no document., zh: 该城市未提交文件。}
#+ parameters:
#+   city: {type: city, required: true, example: ie-cork, description: {en: the city, zh: 城市}}
#+   since: {type: year, example: 2010, description: {en: handed in for this year or later, zh: 不早于此年}}
#+ columns:
#+   title: {en: Paper, zh: 材料}
#+   year: {en: For the year, zh: 所属年份, type: year}
#+   document: {en: IRI of the document, zh: 文件的 IRI, type: iri, show: false}
#+ graph: |
#+   ?document lc:year ?year .
SELECT ?city ?since ?edition ?title ?year ?document WHERE {
  GRAPH ?submission {
    ?submission a lc:Submission ; lc:city ?city ; lc:referenceYear ?of ; lc:edition ?under .
    ?document a lc:EvidenceDocument ; dcterms:title ?title .
  }
  BIND (xsd:integer(STR(?of)) AS ?year)
  FILTER (COALESCE(?edition, ?under) = ?under && ?year >= COALESCE(xsd:integer(STR(?since)), 0))
}
ORDER BY ?title ?document
"""
NAME = "added-for-a-test"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation, as a wheel makes it, with one more file among its questions."""
    folder = tmp_path_factory.mktemp("installed")
    shutil.copytree(ROOT / "src" / "lcgraph", folder / "lcgraph", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("ontology", "shapes", "queries"):
        shutil.copytree(ROOT / name, folder / "lcgraph" / "_data" / name)
    (folder / "lcgraph" / "_data" / "queries" / "evidence" / f"{NAME}.rq").write_text(ADDED, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    network = Network(tmp_path_factory.mktemp("added") / "data")
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "test")
    return network.directory


@pytest.fixture(scope="module")
def service(installed: Path, data: Path, serve: Serve) -> Iterator[Served]:
    """A service of that installation."""
    with serve(data, PYTHONPATH=str(installed)) as served:
        yield served


def asked(run: Run, installed: Path, data: Path, *more: str) -> Ran:
    return run("ask", NAME, *more, "--data", data, PYTHONPATH=str(installed))


def test_the_command_line_asks_it_with_its_parameters_in_every_form(run: Run, installed: Path, data: Path) -> None:
    table = asked(run, installed, data, "--city", "Cork")
    assert "Learning strategy" in table.out, table.err
    said = json.loads(asked(run, installed, data, "--city", "ie-cork", "--format", "json", "--lang", "zh").out)
    assert (said["count"], said["columns"][0]["label"], said["rows"][0]["year"]) == (1, "材料", 2016)
    assert asked(run, installed, data, "--city", "ie-cork", "--since", "2017", "--format", "csv").out.count("\n") == 1
    assert "2016" in asked(run, installed, data, "--city", "ie-cork", "--format", "turtle").out
    usage = run("ask", NAME, "--help", PYTHONPATH=str(installed)).out
    for option in ("--city", "--since", "--edition", "--as-of", "--format"):
        assert option in usage


def test_a_wrong_parameter_names_what_would_be_right(run: Run, installed: Path, data: Path, service: Served) -> None:
    told = asked(run, installed, data, "--city", "ie-corck")
    assert told.status == 2
    assert "ie-cork" in told.err
    answer = service.client.get(f"/questions/{NAME}", params={"city": "ie-corck"})
    assert answer.status_code == 422
    assert "ie-cork" in answer.json()["allowed"]
    for given in ({}, {"city": "ie-cork", "since": "early"}, {"city": "ie-cork", "sinse": "2010"}):
        assert service.client.get(f"/questions/{NAME}", params=given).status_code == 422


def test_the_service_has_an_address_for_it_with_typed_parameters_and_a_schema(service: Served) -> None:
    address = f"/questions/{NAME}"
    described = service.client.get("/openapi.json").json()
    operation = described["paths"][address]["get"]
    types = {parameter["name"]: parameter["schema"]["type"] for parameter in operation["parameters"]}
    assert types["city"] == "string"
    assert types["since"] == "integer"
    assert {"edition", "as_of", "limit", "cursor", "lang", "format"} <= set(types)
    assert f"{NAME}-answer" in described["components"]["schemas"]
    row = service.client.get(f"{address}/schema").json()["properties"]["rows"]["items"]["properties"]
    assert row["year"]["type"] == ["integer", "null"]
    assert service.client.get(address, params={"city": "ie-cork"}).json()["rows"][0]["title"] == "Learning strategy"
    for form in ("csv", "xlsx", "parquet", "turtle", "nt", "jsonld"):
        assert service.client.get(address, params={"city": "ie-cork", "format": form}).status_code == 200
    listed = [question["name"] for question in service.client.get("/questions").json()["questions"]]
    assert NAME in listed


@pytest.mark.parametrize(("language", "title"), [("en", "Documents of a city"), ("zh", "某城市的全部文件")])
def test_it_has_a_page_that_shows_what_it_asks_how_and_in_which_forms(
    service: Served, language: str, title: str
) -> None:
    browser = {"Accept": "text/html", "Accept-Language": language}
    page = service.client.get(f"/questions/{NAME}", params={"city": "ie-cork"}, headers=browser).text
    for part in (title, "Learning strategy", "lc:EvidenceDocument", "format=xlsx", "format=parquet", f"{NAME}/schema"):
        assert part in page
    assert title in service.client.get("/questions", headers=browser).text


def test_it_is_among_the_example_queries(service: Served) -> None:
    found = service.client.get("/.well-known/sparql-examples", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert NAME in found.text


def test_the_client_asks_it(service: Served) -> None:
    with Client(service.address, frame="polars") as client:
        assert client.questions()[NAME].parameters["since"].type == "year"
        assert client.ask(NAME, city="ie-cork", since=2000)["year"].to_list() == [2016]
        with pytest.raises(ParameterError):
            client.ask(NAME, city="ie-cork", since="early")
