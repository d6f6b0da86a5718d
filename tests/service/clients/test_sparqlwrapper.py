"""SPARQLWrapper 2 against the endpoint."""

from __future__ import annotations

import http.client
import json
import urllib.error
from typing import Any

import pytest
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed

# it reads RDF into a class that rdflib wants to give up
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning", "ignore:Sending Accept header")


def _wrapper(endpoint: str, query: str, format_: str = JSON, method: str = GET, request: str = URLENCODED) -> Any:
    wrapper = Wrapper(endpoint)
    wrapper.setQuery(query)
    wrapper.setReturnFormat(format_)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request)
    return wrapper


METHODS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.mark.parametrize(("method", "request_"), METHODS)
@pytest.mark.parametrize("format_", [JSON, XML, CSV, TSV])
def test_it_reads_solutions_in_every_format(
    endpoint: str, queries: Any, format_: str, method: str, request_: str
) -> None:
    found = _wrapper(endpoint, queries.commitments, format_, method, request_).queryAndConvert()
    if format_ == JSON:
        assert len(found["results"]["bindings"]) == 12
    elif format_ == XML:
        assert len(found.getElementsByTagName("result")) == 12
    else:
        assert len(found.splitlines()) == 13


@pytest.mark.parametrize(("method", "request_"), METHODS)
@pytest.mark.parametrize("format_", [TURTLE, N3, RDFXML, XML, JSONLD, JSON])
def test_it_reads_graphs_in_every_format(endpoint: str, queries: Any, format_: str, method: str, request_: str) -> None:
    found = _wrapper(endpoint, queries.graph, format_, method, request_).queryAndConvert()
    if isinstance(found, bytes):
        assert found.count(b"lc:Commitment") + found.count(b"ontology#Commitment") == 12
    else:
        assert len(found) == 12


def test_it_reads_truth_values(endpoint: str, queries: Any) -> None:
    assert _wrapper(endpoint, queries.ask).queryAndConvert()["boolean"] is True


def test_it_chooses_graphs(endpoint: str) -> None:
    wrapper = _wrapper(endpoint, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    everything = int(wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"])
    wrapper.addDefaultGraph("https://w3id.org/lcgraph/submission/ie-cork/2016/1")
    alone = int(wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"])
    assert 0 < alone < everything


def test_it_tells_a_query_that_is_none_with_the_place(endpoint: str) -> None:
    with pytest.raises(QueryBadFormed, match="error at 1:7"):
        _wrapper(endpoint, "SELECT", method=POST).query()


def test_what_else_is_refused_is_an_http_error_whose_body_says_why(endpoint: str) -> None:
    for query, said in (
        ("DROP ALL", "submission is the only way in"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE in line 1"),
        ("SELECT * FROM <urn:elsewhere> { ?s ?p ?o }", "urn:elsewhere"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            _wrapper(endpoint, query, method=POST).query()
        assert refused.value.code == 403
        assert said in json.load(refused.value)["detail"]


def test_another_address_is_told(endpoint: str, queries: Any) -> None:
    with pytest.raises(EndPointNotFound):
        _wrapper(endpoint + "l", queries.ask).query()


@pytest.mark.embedded("a server may take so long for the first row that the deadline comes before a limit")
def test_it_tells_a_deadline_and_never_gives_a_part(strict: str, queries: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        _wrapper(strict, queries.endless).query()
    assert refused.value.code == 503
    assert json.load(refused.value)["limit"] == "deadline"
    for format_ in (JSON, CSV):
        with pytest.raises(http.client.IncompleteRead):
            _wrapper(strict, queries.too_many, format_).queryAndConvert()
