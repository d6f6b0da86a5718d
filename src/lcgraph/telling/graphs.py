"""What the description of the endpoint says of its graphs, as the store has them.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

import json

import pyoxigraph as ox

from lcgraph.framework.namespaces import RDFS, TYPE, XSD, Names
from lcgraph.store.partitions import VOID, dataset_of, examples_of, graph_of
from lcgraph.store.readers import Readers

SD = "http://www.w3.org/ns/sparql-service-description#"
NAMED = ("ontology", "framework", "cities", "archive")
"""The graphs that are there whatever cities have submitted."""

_HOW_MANY = """SELECT ?graph (COUNT(*) AS ?n) WHERE {{ VALUES ?graph {{ {graphs} }} GRAPH ?graph {{ ?s ?p ?o }} }} GROUP BY ?graph"""
_IN_ALL = "SELECT ?n WHERE {{ GRAPH <{about}> {{ <{dataset}> <" + VOID + "triples> ?n }} }}"


def described(names: Names, readers: Readers, address: str) -> list[ox.Triple]:
    """The named graphs of the endpoint, each with its size, and where the whole is described.

    :param address: of the endpoint, whose hash IRIs the nodes are.
    :raises LcgraphError: as running a query does.
    """
    about = graph_of(names)
    graphs = [*map(names.graph, NAMED), about, examples_of(names)]
    found = _rows(readers, _HOW_MANY.format(graphs=" ".join(f"<{graph}>" for graph in graphs)))
    sizes = {row["graph"]["value"]: row["n"]["value"] for row in found}
    dataset, default = ox.NamedNode(f"{address}#dataset"), ox.NamedNode(f"{address}#default-graph")
    said = [ox.Triple(default, _node(RDFS + "seeAlso"), _node(about))]
    for row in _rows(readers, _IN_ALL.format(about=about, dataset=dataset_of(names))):  # which does not count itself
        n = int(row["n"]["value"]) + sum(int(sizes.get(graph, 0)) for graph in (about, examples_of(names)))
        said += _sized(default, str(n))
    for graph in graphs:
        if graph in sizes:
            name = graph.rpartition("/")[2]
            named, inside = ox.NamedNode(f"{address}#named-{name}"), ox.NamedNode(f"{address}#graph-{name}")
            said += [
                ox.Triple(dataset, _node(SD + "namedGraph"), named),
                ox.Triple(named, _node(TYPE), _node(SD + "NamedGraph")),
                ox.Triple(named, _node(SD + "name"), _node(graph)),
                ox.Triple(named, _node(SD + "graph"), inside),
                ox.Triple(inside, _node(TYPE), _node(SD + "Graph")),
                *_sized(inside, sizes[graph]),
            ]
    return said


def _sized(graph: ox.NamedNode, n: str) -> list[ox.Triple]:
    return [
        ox.Triple(graph, _node(TYPE), _node(VOID + "Dataset")),
        ox.Triple(graph, _node(VOID + "triples"), ox.Literal(n, datatype=_node(XSD + "integer"))),
    ]


def _rows(readers: Readers, query: str) -> list[dict[str, dict[str, str]]]:
    rows: list[dict[str, dict[str, str]]] = json.loads(readers.run(query).body)["results"]["bindings"]
    return rows


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)
