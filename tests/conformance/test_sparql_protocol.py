"""The W3C SPARQL 1.1 Protocol manifest over real HTTP: all its tests of queries, and that updates are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import httpx
import pyoxigraph as ox
import pytest
from http_suite import Entry, entries
from service_support import serving
from support import SHARED

from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.publishing.network import Network

SUITE = entries(SHARED / "conformance" / "sparql" / "protocol" / "manifest.ttl")
UPDATES = [test for test in SUITE if "update" in test.name]
QUERIES = [test for test in SUITE if test not in UPDATES]
EMPTY = "http://kasei.us/2009/09/sparql/data/data0.rdf"
"""A graph that the tests name and of which the manifest has no data; it is given a statement, since servers keep no
empty graph."""

KINDS = {
    "boolean": ("application/sparql-results+json", "application/sparql-results+xml"),
    "tabular": (
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ),
    "RDF": ("text/turtle", "application/rdf+xml", "application/n-triples"),
}

pytestmark = pytest.mark.skipif(not SUITE, reason="the SPARQL Protocol manifest is not here")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory, put: Callable[..., None]) -> Iterator[httpx.Client]:
    """A server whose store has the graphs of the manifest: none is ever fetched."""
    network = Network(tmp_path_factory.mktemp("protocol"))
    network.rebuild()
    graphs = {name: data for test in SUITE for name, data in test.graphs.items()}
    put(network.store_directory, {EMPTY: "<urn:s> <urn:p> <urn:o> .", **graphs})
    with serving(network.directory) as served:
        yield served.client


def path(of: str) -> str:
    return "/sparql" + of.removeprefix("/sparql/")


def test_the_manifest_is_the_one_that_is_known() -> None:
    assert (len(QUERIES), len(UPDATES)) == (20, 14)


@pytest.mark.parametrize("test", QUERIES, ids=lambda test: test.name)
def test_every_query_gets_the_response_that_the_protocol_asks_for(
    test: Entry, endpoint: httpx.Client, earl: Callable[..., None]
) -> None:
    earl(test.iri)
    assert test.exchanges
    for exchange in test.exchanges:
        answer = exchange.send(endpoint, path(exchange.path))
        assert str(answer.status_code).startswith(exchange.statuses), answer.text
        media_type = answer.headers["content-type"].partition(";")[0]
        if exchange.kind:
            assert media_type in KINDS[exchange.kind]
        if exchange.kind == "RDF":
            syntax = ox.RdfFormat.from_media_type(media_type)
            list(ox.parse(answer.content, syntax))
        if exchange.says:
            assert answer.json()["boolean"] is (exchange.says == "true")


@pytest.mark.parametrize("test", UPDATES, ids=lambda test: test.name)
def test_every_update_is_refused_and_says_why(test: Entry, endpoint: httpx.Client, earl: Callable[..., None]) -> None:
    """Those that must be refused are, and so are all others: then what the manifest asks for does not apply."""
    must_fail = all("4" in exchange.statuses for exchange in test.exchanges)
    earl(test.iri, "passed" if must_fail else "inapplicable")
    for exchange in test.exchanges:
        if exchange.kind:
            continue  # it would ask what the update has done
        answer = exchange.send(endpoint, path(exchange.path))
        problem = json.loads(answer.text)
        assert answer.status_code in (400, 403, 415), problem
        assert answer.status_code == 403 or must_fail
        if answer.status_code == 403:
            assert "a submission is the only way in" in problem["detail"]


def test_nothing_of_the_store_has_changed(endpoint: httpx.Client) -> None:
    found = endpoint.get(
        "/sparql", params={"query": "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"}
    )
    counted = {row["g"]["value"]: row["n"]["value"] for row in found.json()["results"]["bindings"]}
    counted.pop(f"{DEFAULT_BASE}.well-known/void", None)  # where a server's store notes its state
    assert set(counted) == {EMPTY, *(name for test in SUITE for name in test.graphs)}
    assert set(counted.values()) == {"1"}
