"""What follows from all submissions of a city together: a graph of the city's own, ``CITY#evidence``.

It says for which actions and commitments the city has evidence, how much it has handed in under an
edition, in all and for each commitment and measure, how many value cells of a measure it has left
out, and which figure is its newest of each value cell. Questions on the whole network read this
instead of every figure of every year. It is written anew, whole, whenever a submission of the city
comes or goes, and depends on nothing but the submissions that are current.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, SDMX_DIMENSION, SKOS, TYPE, Names, local_name
from lcgraph.reading import terms
from lcgraph.store.evidence import informed
from lcgraph.store.statements import Statements

_OF_MEASURE, _PERIOD, _MATCH = LC + "ofMeasure", SDMX_DIMENSION + "refPeriod", LC + "definitionMatch"
_FILLS, _SUPPORTS, _EDITION = LC + "fillsCell", LC + "supports", LC + "edition"
_EXACT = SKOS + "exactMatch"
_NEEDED = frozenset({_OF_MEASURE, _PERIOD, _MATCH, _FILLS, _SUPPORTS, _EDITION})


@dataclass(slots=True)
class Handed:
    """What a submission holds that matters for the summaries of its city.

    :ivar submission: its IRI.
    :ivar edition: IRI of the edition that it is made under.
    :ivar measures: IRI of each observation to that of its measure.
    :ivar years: IRI of each observation to its year, as it is written.
    :ivar cells: IRI of each observation that fills a value cell to that of the cell.
    :ivar proxies: IRIs of the observations that follow another definition than their measure.
    :ivar supports: IRI of each document to those of the actions that it supports.
    """

    submission: str
    edition: str = ""
    measures: dict[str, str] = field(default_factory=dict)
    years: dict[str, str] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    proxies: set[str] = field(default_factory=set)
    supports: dict[str, list[str]] = field(default_factory=dict)

    def add(self, subject: str, prop: str, value: str) -> None:
        """Takes in a statement, of IRIs and the text of literals."""
        if prop == _OF_MEASURE:
            self.measures[subject] = value
        elif prop == _PERIOD:
            self.years[subject] = value
        elif prop == _FILLS:
            self.cells[subject] = value
        elif prop == _MATCH:
            if value != _EXACT:
                self.proxies.add(subject)
        elif prop == _SUPPORTS:
            self.supports.setdefault(subject, []).append(value)
        elif prop == _EDITION:
            self.edition = value


def handed_in(submission: str, lines: Iterable[str]) -> Handed:
    """What a submission holds.

    :param lines: of its graph and of what follows from it, as N-Quads.
    """
    found = Handed(submission)
    for line in lines:
        subject, prop, rest = line.split(" ", 2)
        if prop[1:-1] in _NEEDED:  # whose values are IRIs and years, in which nothing is escaped
            found.add(subject[1:-1], prop[1:-1], rest[1:].partition('"' if rest[0] == '"' else ">")[0])
    return found


def handed_in_before(store: Statements, city: str, without: Iterable[str]) -> Iterator[Handed]:
    """What the submissions of a city hold that a store has.

    :param city: its IRI.
    :param without: IRIs of submissions that are left out.
    """
    left_out = set(without)
    for quad in list(store.quads_for_pattern(None, ox.NamedNode(LC + "city"), ox.NamedNode(city))):
        graph = quad.subject
        if graph != quad.graph_name or not isinstance(graph, ox.NamedNode) or graph.value in left_out:
            continue
        found = Handed(graph.value)
        for prop in _NEEDED:
            place = ox.NamedNode(Names.evidence_graph(graph.value)) if prop == _FILLS else graph
            for said in store.quads_for_pattern(None, ox.NamedNode(prop), None, place):
                if isinstance(said.subject, ox.NamedNode) and isinstance(said.object, ox.NamedNode | ox.Literal):
                    found.add(said.subject.value, prop, said.object.value)
        yield found


def city_lines(city: str, handed: Iterable[Handed], framework: Framework) -> Iterator[str]:
    """The lines of the graph of what follows from all submissions of a city.

    :param city: its IRI.
    :param handed: what each of its current submissions holds.
    """
    graph = terms.iri(Names.evidence_graph(city))
    for statement in city_statements(city, handed, framework):
        yield f"{statement} {graph} .\n"


@dataclass(slots=True)
class _Count:
    """What was handed in for something: each thing once, though it may bear on several actions."""

    figures: set[str] = field(default_factory=set)
    proxies: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    submissions: set[str] = field(default_factory=set)
    cells: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)


def city_statements(city: str, handed: Iterable[Handed], framework: Framework) -> list[str]:
    """What follows from all submissions of a city: statements in N-Triples syntax, each once, in order."""
    said: set[str] = set()
    counts: dict[tuple[str, str], _Count] = {}
    newest: dict[str, tuple[str, str]] = {}
    for each in handed:
        of_all = counts.setdefault((each.edition, each.edition), _Count())
        of_all.submissions.add(each.submission)
        for node, measure in each.measures.items():
            year = each.years.get(node, "")
            of = [counts.setdefault((measure, each.edition), _Count()), of_all]
            for action in informed(framework).get(measure, ()):
                of.extend(_of_action(said, counts, city, action, each.edition, framework))
            for count in of:
                count.figures.add(node)
                count.submissions.add(each.submission)
                if node in each.proxies:
                    count.proxies.add(node)
                if year.isdecimal():
                    count.years.add(int(year))
            if node in each.cells:
                of[0].cells.add(each.cells[node])
                newest[each.cells[node]] = max(newest.get(each.cells[node], ("", "")), (year, node))
        of_all.documents.update(each.supports)
        for document, actions in each.supports.items():
            for action in actions:
                for count in _of_action(said, counts, city, action, each.edition, framework):
                    count.documents.add(document)
                    count.submissions.add(each.submission)
    for (item, edition), count in counts.items():
        of_measure = framework.measures.get(item)
        missing = len({cell.iri for cell in of_measure.cells} - count.cells) if of_measure is not None else 0
        said.update(_summary(city, item, edition, count, missing))
    said.update(f"<{node}> <{LC}newestFigureFor> <{cell}>" for cell, (_, node) in newest.items())
    return sorted(said)


def _of_action(
    said: set[str],
    counts: dict[tuple[str, str], _Count],
    city: str,
    action: str,
    edition: str,
    framework: Framework,
) -> Iterator[_Count]:
    said.add(f"<{city}> <{LC}hasEvidenceForAction> <{action}>")
    known = framework.actions.get(action)
    if known is not None:
        said.add(f"<{city}> <{LC}hasEvidenceForCommitment> <{known.commitment}>")
        yield counts.setdefault((known.commitment, edition), _Count())


def _summary(city: str, item: str, edition: str, count: _Count, missing: int) -> Iterator[str]:
    kind = item.rpartition("/")[0].rpartition("/")[2]
    name = local_name(edition) if item == edition else f"{local_name(edition)}-{kind}-{local_name(item)}"
    node = f"<{city}#handed-in-{name}>"
    yield f"{node} <{TYPE}> <{LC}EvidenceSummary>"
    yield f"{node} <{LC}city> <{city}>"
    yield f"{node} <{LC}summarises> <{item}>"
    yield f"{node} <{LC}inEdition> <{edition}>"
    numbers = {
        "figureCount": len(count.figures),
        "proxyCount": len(count.proxies),
        "documentCount": len(count.documents),
        "submissionCount": len(count.submissions),
    }
    if missing:  # where none is, nothing is said: who looks for what is missing finds that alone
        numbers["missingCellCount"] = missing
    if count.years:
        numbers |= {"firstYear": min(count.years), "lastYear": max(count.years)}
    for name, number in numbers.items():
        yield f"{node} <{LC}{name}> {terms.typed(str(number), 'integer')}"
