"""The W3C Graph Store Protocol manifests, their reading side, over real HTTP.

What a test writes is refused, as it must be here; then it is put into the store another way, and what
the test reads must be as if it had been written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
import servers
from http_suite import Entry, Exchange, entries
from rdflib import Graph
from rdflib.compare import isomorphic
from service_support import Served, serving
from support import SHARED

from lcgraph.publishing.network import Network

FOLDER = SHARED / "conformance" / "sparql" / "graph-store-protocol"
SUITE = entries(FOLDER / "manifest-direct.ttl") + entries(FOLDER / "manifest-indirect.ttl")
BASE = "http://www.example/gsp/"
CREATES_NAMES = "post_get_new_graph"
"""The one test that has the store invent the name of a graph, without which nothing can be read."""

pytestmark = pytest.mark.skipif(not SUITE, reason="the Graph Store Protocol manifests are not here")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    network = Network(tmp_path_factory.mktemp("graph-store"), BASE)
    network.rebuild()
    return network


@pytest.fixture(scope="module")
def served(network: Network) -> Iterator[Served]:
    """A server of a network with the base IRI of the manifests."""
    with serving(network.directory, LCGRAPH_BASE=BASE) as served:
        yield served


def path(of: str) -> str:
    return "/graphs" + of.removeprefix("/gsp")


def name(of: str) -> str:
    """The name of the graph that a path of the manifest means; empty for the default graph."""
    parts = urlsplit(of)
    if parts.query:
        return parse_qs(parts.query).get("graph", [""])[0]
    return BASE + unquote(parts.path.removeprefix("/gsp/"))


def turtle(exchange: Exchange) -> str:
    """What a request brings; that may be several files in a form."""
    text = exchange.body.decode()
    boundary = re.search(r"boundary=(\S+)", exchange.headers.get("content-type", ""))
    if boundary is None:
        return text
    parts = re.split(rf"^\s*--{re.escape(boundary[1])}(?:--)?\s*$", text, flags=re.MULTILINE)
    return "\n".join(re.split(r"\n\s*\n", part, maxsplit=1)[1] for part in parts if part.strip())


def write(graphs: dict[str, str], exchange: Exchange) -> None:
    """What a request to write would do to the graphs of a store."""
    graph = name(exchange.path) or BASE + "default"  # the default graph is the union of all, here of one
    if exchange.method == "PUT":
        graphs[graph] = turtle(exchange)
    elif exchange.method == "POST":
        graphs[graph] = graphs.get(graph, "") + "\n" + turtle(exchange)
    else:
        graphs.pop(graph, None)


def test_the_manifests_are_those_that_are_known() -> None:
    assert len(SUITE) == 13


@pytest.mark.parametrize("test", SUITE, ids=lambda test: test.name)
def test_what_is_read_is_what_is_in_the_store(
    test: Entry,
    served: Served,
    network: Network,
    put: Callable[..., None],
    earl: Callable[..., None],
) -> None:
    if test.name == "put_get_default" and servers.servers is not None:
        pytest.skip("the default graph is the union of all, and at a server holds a note of the store's state")
    earl(test.iri, "inapplicable" if test.name == CREATES_NAMES else "passed")
    graphs: dict[str, str] = {}
    reads = 0
    for exchange in test.exchanges:
        answer = exchange.send(served.client, path(exchange.path))
        if exchange.method not in ("GET", "HEAD"):
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
            assert "a submission is the only way in" in answer.json()["detail"]
            write(graphs, exchange)
            put(network.store_directory, graphs, BASE)
        elif test.name != CREATES_NAMES:
            reads += 1
            check(exchange, answer)
    assert reads or test.name == CREATES_NAMES


def check(exchange: Exchange, answer: httpx.Response) -> None:
    assert str(answer.status_code).startswith(exchange.statuses), (answer.status_code, answer.text)
    if answer.status_code == 200:
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    if exchange.method == "HEAD":
        assert answer.content == b""
    if exchange.graph:
        wanted = Graph().parse(data=exchange.graph, format="turtle")
        assert isomorphic(Graph().parse(data=answer.text, format="turtle"), wanted)
