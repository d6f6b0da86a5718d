"""rdflib's SPARQLStore against the endpoint."""

from __future__ import annotations

import http.client
from typing import Any

import pytest
from rdflib import RDF, SKOS, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")  # of rdflib by rdflib

LC = Namespace("https://w3id.org/lcgraph/ontology#")
COMMITMENT = URIRef("https://w3id.org/lcgraph/commitment/2")
SUBMISSION = URIRef("https://w3id.org/lcgraph/submission/ie-cork/2016/1")


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("format_", ["xml", "json", "csv", "tsv"])
def test_it_reads_solutions_in_every_format(endpoint: str, queries: Any, format_: str, method: str) -> None:
    graph = Graph(SPARQLStore(endpoint, returnFormat=format_, method=method))
    assert len(list(graph.query(queries.commitments))) == 12


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_it_reads_graphs_and_truth_values(endpoint: str, queries: Any, method: str) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method))
    found = graph.query(queries.graph).graph
    assert found is not None
    assert len(found) == 12
    assert bool(graph.query(queries.ask)) is True


def test_it_is_a_graph_like_others(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    assert (COMMITMENT, RDF.type, LC.Commitment) in graph
    assert len(set(graph.subjects(RDF.type, LC.Commitment))) == 12
    assert {label.language for label in graph.objects(COMMITMENT, SKOS.prefLabel) if isinstance(label, Literal)} == {
        "en",
        "zh",
    }
    assert len(graph) > 5000
    bound = graph.query("SELECT ?label { ?c skos:prefLabel ?label }", initBindings={"c": COMMITMENT})
    assert len(list(bound)) == 2


def test_a_graph_with_a_name_is_that_graph(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint), identifier=SUBMISSION)
    assert 0 < len(graph) == len(list(graph)) < len(Graph(SPARQLStore(endpoint)))


def test_a_dataset_has_to_be_the_union(endpoint: str, queries: Any) -> None:
    assert len(list(Dataset(SPARQLStore(endpoint), default_union=True).query(queries.commitments))) == 12
    with pytest.raises(ValueError, match="something wrong"):  # asks for a graph urn:x-rdflib:default
        list(Dataset(SPARQLStore(endpoint)).query(queries.commitments))


def test_it_cannot_write(endpoint: str) -> None:
    with pytest.raises(TypeError, match="read only"):
        Graph(SPARQLStore(endpoint)).add((COMMITMENT, RDF.type, LC.City))


def test_by_get_it_raises_what_the_endpoint_refuses(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    for query in ("SELECT", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "DROP ALL"):
        with pytest.raises(ValueError, match="something wrong"):
            list(graph.query(query))


def test_by_post_it_hides_what_the_endpoint_refuses(endpoint: str) -> None:
    """A fault of rdflib 7: an error becomes a result of three parts. ``docs/clients.md`` warns of it."""
    found = list(Graph(SPARQLStore(endpoint, method="POST_FORM")).query("SELECT"))
    assert found[0] == 400


@pytest.mark.embedded("a server may take so long for the first row that the deadline comes before a limit")
def test_it_tells_a_deadline_and_never_gives_a_part(strict: str, queries: Any) -> None:
    with pytest.raises(ValueError, match="something wrong"):
        list(Graph(SPARQLStore(strict)).query(queries.endless))
    for format_ in ("xml", "csv"):
        with pytest.raises(http.client.IncompleteRead):
            list(Graph(SPARQLStore(strict, returnFormat=format_)).query(queries.too_many))
