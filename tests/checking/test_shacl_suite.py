"""The W3C SHACL test suite on both engines, through the code that checks submissions.

What is known to fail is listed with its reason; a test that passes although it is listed fails the build.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from support import SHARED

from lcgraph.checking.engines import EngineResult, ReferenceEngine, ShaclEngine, results_of
from lcgraph.framework.namespaces import RDF

SUITE = SHARED / "conformance" / "shacl" / "tests"
MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
TEST = "http://www.w3.org/ns/shacl-test#"

KNOWN_FAILURES = {
    "shacl": {
        "sparql/pre-binding/unsupported-sparql-004": "takes a sub-select without $this, which the specification forbids; ours all select it",
    },
    "reference": {
        "core/property/uniqueLang-002": "takes the value “1”^^xsd:boolean of sh:uniqueLang for true; ours say true",
        "sparql/node/prefixes-001": "does not follow owl:imports to the prefixes of a query; ours have theirs in the query",
        "sparql/pre-binding/shapesGraph-001": "does not know $shapesGraph; ours do not use it",
    },
}


@dataclass(frozen=True)
class Entry:
    """One test: graphs as N-Triples, and the results to expect, or None where validation must fail."""

    name: str
    data: str
    shapes: str
    expected: tuple[tuple[str, ...], ...] | None


def quads(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()))


def entries(path: Path) -> Iterator[Entry]:
    graph = quads(path)
    for quad in graph:
        value = quad.object
        if quad.predicate.value == MANIFEST + "include" and isinstance(value, ox.NamedNode):
            yield from entries(Path(value.value.removeprefix("file://")))
        if quad.predicate.value == RDF + "type" and value == ox.NamedNode(TEST + "Validate"):
            yield entry(path, quad.subject, graph)


def entry(path: Path, test: object, graph: list[ox.Quad]) -> Entry:
    def of(node: object, prop: str) -> object:
        return next(q.object for q in graph if q.subject == node and q.predicate.value == prop)

    def text(prop: str) -> str:
        named = of(of(test, MANIFEST + "action"), prop)
        assert isinstance(named, ox.NamedNode)
        return "".join(f"{q.triple} .\n" for q in quads(Path(named.value.removeprefix("file://"))))

    name = str(path.relative_to(SUITE).with_suffix(""))
    result = of(test, MANIFEST + "result")
    failure = result == ox.NamedNode(TEST + "Failure")
    expected = None if failure else comparable(results_of(described(graph, result)))
    return Entry(name, text(TEST + "dataGraph"), text(TEST + "shapesGraph"), expected)


def described(graph: list[ox.Quad], node: object) -> list[ox.Quad]:
    """What a graph says of a node, and of the blank nodes that it names."""
    found: dict[object, list[ox.Quad]] = {}
    ahead = [node]
    while ahead:
        here = ahead.pop()
        if here not in found:
            found[here] = [q for q in graph if q.subject == here]
            ahead += [q.object for q in found[here] if isinstance(q.object, ox.BlankNode)]
    return [q for group in found.values() for q in group]


def comparable(results: list[EngineResult]) -> tuple[tuple[str, ...], ...]:
    """Results without the labels of blank nodes, which two graphs need not share."""
    keys = (tuple("_" if "_:" in part else part for part in result.key()) for result in results)
    return tuple(sorted(keys))


@cache
def suite() -> dict[str, Entry]:
    return {e.name: e for e in entries(SUITE / "manifest.ttl")} if SUITE.is_dir() else {}


def passes(test: Entry, kind: type[ShaclEngine | ReferenceEngine]) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = comparable(kind(test.shapes).validate(test.data))
    except Exception:  # noqa: BLE001 - to fail in any way is what such a test asks for
        return test.expected is None
    return found == test.expected


@pytest.mark.skipif(not suite(), reason="the SHACL test suite is not here")
@pytest.mark.parametrize("kind", [ShaclEngine, ReferenceEngine], ids=lambda kind: kind.name)
def test_the_suite_fails_where_it_is_known_to_fail_and_nowhere_else(
    kind: type[ShaclEngine | ReferenceEngine],
) -> None:
    assert len(suite()) == 120
    failed = {name for name, test in suite().items() if not passes(test, kind)}
    assert failed == set(KNOWN_FAILURES[kind.name])
