"""The W3C's suites: a store with the graphs that they name, and the EARL report of what passed.

``make conformance`` writes the report. It has no times in it, so that it changes only with an outcome.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from service_support import serving

import lcgraph
from lcgraph.archive.archive import Archive
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import DEFAULT_BASE, Names
from lcgraph.store.contents import NOTHING_BESIDE
from lcgraph.store.embedded import newest
from lcgraph.store.partitions import graph_of
from lcgraph.store.remote.state import State
from lcgraph.store.remote.store import RemoteStore
from lcgraph.store.store import store_at

Earl = Callable[..., None]
_HEAD = """\
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix earl: <http://www.w3.org/ns/earl#> .

<https://w3id.org/lcgraph/> a doap:Project, earl:Software, earl:TestSubject ;
    doap:name "lcgraph" ;
    doap:release [ doap:revision "{version}" ] .
"""
_ASSERTION = """
[] a earl:Assertion ;
    earl:subject <https://w3id.org/lcgraph/> ;
    earl:test <{test}> ;
    earl:mode earl:automatic ;
    earl:result [ a earl:TestResult ; earl:outcome earl:{outcome} ] .
"""
_outcomes: dict[str, str] = {}


@pytest.fixture
def earl(record_property: Callable[[str, object], None]) -> Earl:
    """Says which test of a suite this one is: ``earl(iri)``, or ``earl(iri, "inapplicable")`` for what is not offered."""

    def is_test(test: str, outcome: str = "passed") -> None:
        record_property("earl", (test, outcome))

    return is_test


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Notes the outcome of a test."""
    if report.when == "call":
        for name, value in report.user_properties:
            if name == "earl":
                assert isinstance(value, tuple)
                test, outcome = map(str, value)
                _outcomes[test] = outcome if report.passed else "failed"


def pytest_sessionfinish() -> None:
    """Writes the report, where one is wanted."""
    if to := os.environ.get("EARL"):
        assertions = [_ASSERTION.format(test=test, outcome=outcome) for test, outcome in sorted(_outcomes.items())]
        Path(to).write_text(_HEAD.format(version=lcgraph.__version__) + "".join(assertions), encoding="utf-8")


Put = Callable[..., None]


@pytest.fixture(scope="session")
def put() -> Put:
    """Makes a checkpoint of nothing but some graphs: ``put(store folder, {name: Turtle}, base IRI)``."""

    def putting(directory: Path, graphs: dict[str, str], base: str = DEFAULT_BASE) -> None:
        at_a_server = store_at(directory, Names(base))
        if isinstance(at_a_server, RemoteStore):
            _put_at_a_server(at_a_server, graphs, base)
            return
        before = newest(directory)
        assert before is not None
        number, commit = before.split("-")
        name = f"{int(number) + 1}-{commit}"
        folder = directory / "checkpoints" / name
        shutil.rmtree(folder, ignore_errors=True)
        store = ox.Store(str(folder))
        for graph, turtle in graphs.items():
            store.add_graph(ox.NamedNode(graph))
            store.load(turtle, ox.RdfFormat.TURTLE, base_iri=graph, to_graph=ox.NamedNode(graph))
        store.flush()
        del store
        (directory / "checkpoints" / f"{name}.lease").touch()
        beside = directory / "newest.new"
        beside.write_text(name + "\n", encoding="ascii")
        beside.replace(directory / "newest")

    return putting


def _put_at_a_server(store: RemoteStore, graphs: dict[str, str], base: str) -> None:
    state = State(store.connection, Names(base))
    writer = store.writer(Archive(Path("none")), framework(base), NOTHING_BESIDE)
    about = graph_of(Names(base))  # which says the state
    state.begin()
    for graph in writer.graphs().keys() - {about}:
        store.connection.update(f"DROP SILENT GRAPH <{graph}>")
    store.connection.update(state.all_but_it())
    for graph, turtle in graphs.items():
        quads = ox.parse(turtle, ox.RdfFormat.TURTLE, base_iri=graph)
        store.connection.put(graph, [f"{quad.triple} .\n" for quad in quads])
    state.end(0)


@pytest.fixture(scope="session")
def served_framework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server to which nothing was published yet."""
    with serving(tmp_path_factory.mktemp("framework")) as served:
        yield served.client
