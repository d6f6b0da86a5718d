"""The W3C's manifests of HTTP requests and of the responses that they must get."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")
_STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


@dataclass(frozen=True)
class Exchange:
    """A request, and the response that it must get.

    :ivar statuses: those that it may have, as beginnings: ``2`` or ``404``.
    :ivar says: what an ASK must say; empty where it is none.
    :ivar kind: ``boolean``, ``tabular`` or ``RDF``; empty where nothing is asked for.
    :ivar graph: the graph that must come, in Turtle; empty where none must.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: tuple[str, ...]
    says: str
    kind: str
    graph: str

    def send(self, client: httpx.Client, path: str) -> httpx.Response:
        """Sends the request to a path of a server of ours."""
        return client.request(self.method, path, headers=self.headers, content=self.body or None)


@dataclass(frozen=True)
class Entry:
    """A test.

    :ivar iri: its name.
    :ivar name: the last part of it.
    :ivar graphs: names of the graphs that there must be, to their Turtle.
    :ivar exchanges: requests, one after the other.
    """

    iri: str
    name: str
    graphs: dict[str, str]
    exchanges: tuple[Exchange, ...]


def entries(manifest: Path) -> list[Entry]:
    """The tests of a manifest; none where it is not there."""
    if not manifest.is_file():
        return []
    graph = Graph().parse(manifest, format="turtle", publicID=manifest.as_uri())
    (listed,) = graph.objects(None, MF.entries)
    return [_entry(graph, test, manifest) for test in Collection(graph, listed)]


def _entry(graph: Graph, test: Node, manifest: Path) -> Entry:
    graphs = {}
    for data in graph.objects(test, UT.graphData):
        file = manifest.parent / str(graph.value(data, UT.graph)).rsplit("/", 1)[-1]
        graphs[str(graph.value(data, LABEL))] = file.read_text(encoding="utf-8")
    action = graph.value(test, MF.action)
    requests: Iterable[Node] = Collection(graph, _the(graph, action, HT.requests)) if action is not None else []
    iri = str(test)
    return Entry(iri, iri.rsplit("#", 1)[-1], graphs, tuple(_exchange(graph, request) for request in requests))


def _exchange(graph: Graph, request: Node) -> Exchange:
    response = _the(graph, request, HT.resp)
    body, expected = graph.value(request, HT.body), graph.value(response, HT.body)
    encoding = str(graph.value(body, CNT.characterEncoding)) if body is not None else ""
    statuses = []
    for status in graph.objects(response, MF.expectedStatus):
        name = str(status).rsplit("#", 1)[-1]
        statuses.append(_STATUSES[name] if name in _STATUSES else name.removeprefix("StatusCode").rstrip("x"))
    return Exchange(
        str(_the(graph, request, HT.methodName)),
        str(_the(graph, request, HT.absolutePath)),
        _headers(graph, request),
        str(graph.value(body, CNT.chars)).encode(encoding) if body is not None else b"",
        tuple(sorted(statuses)),
        str(graph.value(response, MF.expectedBoolean) or "").lower(),
        str(graph.value(response, MF.expectedFormat) or ""),
        str(graph.value(expected, CNT.chars)) if expected is not None else "",
    )


def _headers(graph: Graph, message: Node) -> dict[str, str]:
    listed = graph.value(message, HT.headers)
    headers: Iterable[Node] = Collection(graph, listed) if listed is not None else []
    return {str(_the(graph, h, HT.fieldName)): str(_the(graph, h, HT.fieldValue)) for h in headers}


def _the(graph: Graph, node: Node | None, prop: URIRef) -> Node:
    value = graph.value(node, prop)
    assert value is not None, (node, prop)
    return value
