"""The type of every problem document leads to what it means."""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest

from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import languages
from lcgraph.service.http import problems
from lcgraph.service.http.problem_kinds import KINDS


def test_every_kind_of_problem_that_there_is_has_a_document() -> None:
    assert set(KINDS) == problems.kinds()


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/nothing-here"),
        ("DELETE", "/cities"),
        ("GET", "/cities?format=docx"),
        ("GET", "/cities?lang=xx"),
        ("GET", "/sparql?query=SELECT"),
        ("GET", "/sparql?query=DROP+ALL"),
        ("POST", "/sparql"),
        ("PUT", "/graphs?default"),
        ("POST", "/checks?name=a.ttl"),
    ],
)
def test_the_type_of_a_problem_leads_to_its_document(client: httpx.Client, method: str, address: str) -> None:
    told = client.request(method, address).json()
    assert told["type"].startswith(DEFAULT_BASE)
    meant = client.get("/" + told["type"].removeprefix(DEFAULT_BASE))
    assert meant.status_code == 200
    assert meant.headers["content-type"] == "application/json"
    assert meant.json()["type"] == told["type"]


@pytest.mark.parametrize("name", KINDS)
def test_a_document_says_in_each_language_what_it_means_and_how_to_mend_it(client: httpx.Client, name: str) -> None:
    address = f"/problem/{name}"
    said = {language: client.get(address, params={"lang": language}).json() for language in languages()}
    assert len({told["means"] for told in said.values()}) == len(said)
    for language, told in said.items():
        page = client.get(address, params={"lang": language}, headers={"Accept": "text/html"})
        assert told["means"].replace('"', "&#34;") in page.text
        assert page.headers["content-language"] == language
    turtle = client.get(address, headers={"Accept": "text/turtle"})
    texts = {
        str(q.object.value) for q in ox.parse(turtle.content, ox.RdfFormat.TURTLE) if isinstance(q.object, ox.Literal)
    }
    assert {name, *(text for told in said.values() for text in (told["means"], told["remedy"]))} == texts


def test_a_kind_that_there_is_not_is_told_with_those_that_there_are(client: httpx.Client) -> None:
    answer = client.get("/problem/bad-luck")
    assert answer.status_code == 404
    assert "limit-exceeded" in answer.json()["remedy"]
