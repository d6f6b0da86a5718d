"""Some of what a network has published, as a reasoner is given it: the same some each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import pyoxigraph as ox

from lcgraph.framework import resources
from lcgraph.framework.framework import CITIES_FILE
from lcgraph.framework.namespaces import DC, LC, OWL, PROV, RDFS, SDMX_DIMENSION, TYPE, Names
from lcgraph.reasoning.hermit import Fact
from lcgraph.store.statements import Statements

SIZE = 40
"""How many submissions are taken unless more or fewer are asked for."""

OF_ITEM = frozenset(LC + name for name in ("evidenceForAction", "evidenceForCommitment"))
OF_CITY = frozenset(LC + name for name in ("hasEvidenceForAction", "hasEvidenceForCommitment"))
EVIDENCE = OF_ITEM | OF_CITY
"""The properties that say what is evidence for what: of observations and documents, and of cities."""

_TERMS_FILE = "lcgraph.ttl"
_MEANS_NOTHING = {RDFS + "label", RDFS + "comment", RDFS + "seeAlso"}
_ABOUT_CITY = (ox.NamedNode(SDMX_DIMENSION + "refArea"), ox.NamedNode(LC + "city"))

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Current:
    """A current submission.

    :ivar iri: its IRI.
    :ivar city: IRI of its city.
    :ivar by: who handed it in, as it says.
    """

    iri: str
    city: str
    by: str


@dataclass(slots=True)
class Sample:
    """What a reasoner is given.

    :ivar submissions: those that were taken.
    :ivar terms: the ontology's own terms and axioms, as lines of N-Triples.
    :ivar framework: the Declaration, the editions, code lists, places and cities.
    :ivar parts: the IRI of each submission to its statements.
    :ivar beside: what other submissions of these cities are evidence for, one item for each action.
    :ivar materialised: what the store says is evidence for what, of what was taken and of its cities.
    :ivar witnesses: IRIs of the items in ``beside``.
    """

    submissions: tuple[Current, ...]
    terms: list[str] = field(default_factory=list)
    framework: list[str] = field(default_factory=list)
    parts: dict[str, list[str]] = field(default_factory=dict)
    beside: list[str] = field(default_factory=list)
    materialised: set[Fact] = field(default_factory=set)
    witnesses: set[str] = field(default_factory=set)

    def statements(self, only: Iterable[str] | None = None) -> Iterator[str]:
        """All that the reasoner is given, as lines of N-Triples.

        :param only: of these submissions alone; without it of all.
        """
        yield from self.terms
        yield from self.framework
        for submission in self.parts if only is None else only:
            yield from self.parts[submission]
        if only is None:
            yield from self.beside


def current(store: Statements) -> list[Current]:
    """The current submissions, of each city the newest first."""
    found: list[tuple[str, str, Current]] = []
    for quad in store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(LC + "Submission")):
        node = quad.subject
        if isinstance(node, ox.NamedNode) and node == quad.graph_name:
            said = {
                prop: next((_text(q.object) for q in store.quads_for_pattern(node, ox.NamedNode(prop), None, node)), "")
                for prop in (LC + "city", LC + "referenceYear", DC + "creator")
            }
            city, year, by = said.values()
            found.append((city, year, Current(node.value, city, by)))
    newest_first = sorted(found, key=lambda one: (one[1], one[2].iri), reverse=True)
    return [one for _, _, one in sorted(newest_first, key=lambda one: one[0])]


def choose(submissions: Sequence[Current], size: int) -> tuple[Current, ...]:
    """Some of the submissions, the same each time: of everybody who handed in, then of each city, then further ones.

    Where not all of a kind can be taken, those that are lie evenly among all, by their cities' codes.

    :param submissions: of each city the newest first.
    """
    rounds: dict[int, list[Current]] = {}
    seen: dict[str, int] = {}
    for one in submissions:
        rounds.setdefault(seen.get(one.city, 0), []).append(one)
        seen[one.city] = seen.get(one.city, 0) + 1
    by = {one.by: one for one in reversed(rounds.get(0, []))}
    chosen: dict[str, Current] = {}
    for some in (list(by.values())[::-1], *rounds.values()):
        left = [one for one in some if one.iri not in chosen]
        chosen |= {one.iri: one for one in _evenly(left, size - len(chosen))}
    return tuple(chosen.values())


def _evenly(items: Sequence[T], n: int) -> Sequence[T]:
    return items if n >= len(items) else [items[i * len(items) // n] for i in range(n)]


def take(store: Statements | None, names: Names, submissions: tuple[Current, ...], every: Sequence[Current]) -> Sample:
    """What a reasoner is given of submissions, and what the store says follows from them.

    :param store: None where there is none yet.
    :param every: all current submissions.
    """
    sample = Sample(submissions)
    cities = [] if store is None else list(store.quads_for_pattern(None, None, None, _node(names.graph("cities"))))
    quads: dict[bool, list[ox.Quad]] = {True: [], False: cities}
    for path in resources.turtle_files("ontology"):
        if path.name != CITIES_FILE or not cities:
            quads[path.name == _TERMS_FILE].extend(resources.read_turtle(path, names.base))
    annotations = _annotations(quads[True])
    sample.terms, sample.framework = _lines(quads[True], annotations), _lines(quads[False], annotations)
    if store is None:
        return sample
    for one in submissions:
        sample.parts[one.iri] = _lines(_told_of(store, one.iri, names), annotations)
        sample.materialised |= _facts(store, Names.evidence_graph(one.iri), OF_ITEM)
    for city in dict.fromkeys(one.city for one in submissions):
        sample.materialised |= _facts(store, None, OF_CITY, city)
        _look_beside(store, sample, city, [one for one in every if one.city == city and one.iri not in sample.parts])
    return sample


def _look_beside(store: Statements, sample: Sample, city: str, others: Iterable[Current]) -> None:
    """What a city has evidence for by submissions that were not taken: an item for each further action."""
    for_action = LC + "evidenceForAction"
    own = [one.iri for one in sample.submissions if one.city == city]
    covered = {value for s, p, value in sample.materialised if p == for_action and s.partition("#")[0] in own}
    for other in others:
        for item, _, action in sorted(_facts(store, Names.evidence_graph(other.iri), frozenset([for_action]))):
            if action in covered:
                continue
            covered.add(action)
            sample.witnesses.add(item)
            sample.beside.append(f"<{item}> <{for_action}> <{action}> .\n")
            for prop in _ABOUT_CITY:
                about = store.quads_for_pattern(_node(item), prop, None, _node(other.iri))
                sample.beside.extend(f"{quad.triple} .\n" for quad in about)


def _told_of(store: Statements, submission: str, names: Names) -> Iterator[ox.Quad]:
    """What is said of a submission: in its own graph, and in that of the archive."""
    node, archive = _node(submission), _node(names.graph("archive"))
    yield from store.quads_for_pattern(None, None, None, node)
    todo: list[ox.NamedNode] = [node]
    while todo:  # the submission, its acceptance, and the commit of that
        for quad in store.quads_for_pattern(todo.pop(), None, None, archive):
            yield quad
            if quad.predicate.value in (PROV + "wasGeneratedBy", LC + "inCommit"):
                assert isinstance(quad.object, ox.NamedNode)
                todo.append(quad.object)


def _facts(store: Statements, graph: str | None, properties: frozenset[str], subject: str = "") -> set[Fact]:
    """The values of properties in a graph, or in all of them."""
    about = _node(subject) if subject else None
    where = None if graph is None else _node(graph)
    return {
        (_text(quad.subject), prop, _text(quad.object))
        for prop in properties
        for quad in store.quads_for_pattern(about, ox.NamedNode(prop), None, where)
    }


def _annotations(quads: Iterable[ox.Quad]) -> set[str]:
    """The properties whose values mean nothing to a reasoner."""
    kind = ox.NamedNode(OWL + "AnnotationProperty")
    return _MEANS_NOTHING | {_text(q.subject) for q in quads if q.predicate.value == TYPE and q.object == kind}


def _lines(quads: Iterable[ox.Quad], annotations: set[str]) -> list[str]:
    return [f"{quad.triple} .\n" for quad in quads if quad.predicate.value not in annotations]


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _text(term: object) -> str:
    return str(getattr(term, "value", ""))
