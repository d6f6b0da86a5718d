"""The W3C Service Description manifest: three tests, which say in words what must hold."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from http_suite import Entry, entries
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from support import SHARED

SUITE = {
    test.name: test for test in entries(SHARED / "conformance" / "sparql" / "service-description" / "manifest.ttl")
}
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

DOMAINS = {
    "endpoint": "Service",
    "supportedLanguage": "Service",
    "feature": "Service",
    "resultFormat": "Service",
    "defaultDataset": "Service",
    "defaultGraph": "Dataset",
    "namedGraph": "Dataset",
    "name": "NamedGraph",
    "graph": "NamedGraph",
}
"""The properties that are used, and what the vocabulary says that they are of."""

TERMS = {"supportedLanguage": {"SPARQL11Query"}, "feature": {"UnionDefaultGraph"}}
pytestmark = pytest.mark.skipif(not SUITE, reason="the Service Description manifest is not here")


@pytest.fixture(scope="module")
def answer(served_framework: httpx.Client) -> httpx.Response:
    return served_framework.get("/sparql")


def returns_rdf(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/turtle")
    assert len(Graph().parse(data=answer.text, format="turtle"))


def has_endpoint_triple(answer: httpx.Response) -> None:
    graph = Graph().parse(data=answer.text, format="turtle")
    assert list(graph.objects(None, SD.endpoint)) == [URIRef(str(answer.request.url))]


def conforms_to_schema(answer: httpx.Response) -> None:
    graph = Graph().parse(data=answer.text, format="turtle")
    (service,) = graph.subjects(RDF.type, SD.Service)
    assert set(graph.objects(service, SD.endpoint))
    for subject, prop, value in graph:
        if not str(prop).startswith(str(SD)):
            continue
        local = str(prop).removeprefix(str(SD))
        assert (subject, RDF.type, SD[DOMAINS[local]]) in graph
        assert not isinstance(value, Literal)
        if local in TERMS:
            assert str(value).removeprefix(str(SD)) in TERMS[local]
    (dataset,) = graph.objects(service, SD.defaultDataset)
    (default,) = graph.objects(dataset, SD.defaultGraph)
    assert (default, RDF.type, SD.Graph) in graph


CHECKS: dict[str, Callable[[httpx.Response], None]] = {
    "returns-rdf": returns_rdf,
    "has-endpoint-triple": has_endpoint_triple,
    "conforms-to-schema": conforms_to_schema,
}


def test_the_manifest_is_the_one_that_is_known() -> None:
    assert set(SUITE) == set(CHECKS)


@pytest.mark.parametrize("test", SUITE.values(), ids=lambda test: test.name)
def test_the_description_is_as_the_recommendation_asks(
    test: Entry, answer: httpx.Response, earl: Callable[..., None]
) -> None:
    earl(test.iri)
    CHECKS[test.name](answer)
