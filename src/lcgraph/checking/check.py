"""Checks a submission: what the reader found, then the shapes, and every result at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyoxigraph as ox

from lcgraph.checking.engines import Engine, EngineResult, engine
from lcgraph.checking.report import SEVERITIES, Report, Result
from lcgraph.framework import resources
from lcgraph.framework.framework import Description, Framework
from lcgraph.framework.namespaces import LC, LCS, RDFS, SH, TYPE, XSD, local_name
from lcgraph.language import Labels, languages
from lcgraph.reading.findings import Finding
from lcgraph.reading.graph import SubmissionGraph, submission_graph
from lcgraph.reading.places import Place
from lcgraph.reading.reader import Reading

_ABOUT_PROPERTIES = (LC + "ofMeasure", LC + "concernsMeasure")


@dataclass(frozen=True, slots=True)
class Rule:
    """What ``shapes/`` says of a shape or reading rule, for people.

    :ivar message: what is demanded, by language.
    :ivar remedy: how to meet it, by language.
    :ivar about: IRI of what demands it.
    :ivar at: for a shape of a whole record, the property whose cell to point at.
    """

    message: Labels
    remedy: Labels
    about: str
    at: str


@cache
def rules(base: str) -> dict[str, Rule]:
    """Every shape and reading rule that has a message, by its IRI."""
    quads = [quad for path in resources.turtle_files("shapes") for quad in resources.read_turtle(path, base)]
    said = Description(quads)
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    return {
        iri: Rule(message, said.labels(iri, LCS + "remedy"), said.iri(iri, RDFS + "seeAlso"), said.iri(iri, LCS + "at"))
        for iri in sorted(subjects)
        if (message := said.labels(iri, SH + "message"))
    }


@cache
def _thresholds(base: str) -> str:
    path = resources.directory("shapes") / "thresholds.ttl"
    return "".join(f"{quad.triple} .\n" for quad in resources.read_turtle(path, base))


class Checker:
    """Checks submissions against the shapes.

    :param framework: the framework, with the cities that are known.
    :param engine_name: ``shacl``, ``reference``, or empty for the fast one where it is to be had.
    """

    def __init__(self, framework: Framework, engine_name: str = "") -> None:
        self.framework = framework
        self.engine: Engine = engine(engine_name, framework.names.base)
        self._rules = rules(framework.names.base)

    def check(self, reading: Reading, today: date) -> Report:
        """Checks what was read from a file.

        For RDF the statements are checked as the file makes them; for a table, as they would be
        published.

        :param today: the day of the check; a submission is not for a later year.
        """
        graph = reading.stated
        if graph is None and reading.submission is not None:
            graph = submission_graph(reading.submission, self.framework)
        return self.check_graph(reading, graph, today)

    def check_graph(self, reading: Reading, graph: SubmissionGraph | None, today: date) -> Report:
        """Checks the graph of a submission together with what its reader found.

        :param graph: None where so little could be read that there is no graph.
        """
        results = [self._of_finding(finding) for finding in reading.findings]
        found = list(self.engine.validate(graph.ntriples() + self._context(graph, today))) if graph is not None else []
        if graph is not None:
            said = _Said(graph)
            results.extend(self._of_engine(result, graph, said, reading.name) for result in found)
            results.extend(self._of_finding(loss) for loss in _unexplained(reading, found))
        submission = graph.iri if graph is not None else ""
        return Report(reading.name, submission, tuple(sorted(results, key=_order)), self.engine.name)

    def _context(self, graph: SubmissionGraph, today: date) -> str:
        """What the shapes need to know beside the submission: the day, known cities, thresholds."""
        lines = [
            f'<{LCS}context> <{LCS}today> "{today.isoformat()}"^^<{XSD}date> .\n',
            _thresholds(self.framework.names.base),
        ]
        named = {statement.rsplit(" ", 1)[-1].strip("<>") for statement in graph.statements if statement.endswith(">")}
        lines.extend(f"<{iri}> <{TYPE}> <{LC}City> .\n" for iri in sorted(named) if iri in self.framework.cities)
        lines.extend(f"<{iri}> <{TYPE}> <{LC}Edition> .\n" for iri in sorted(named) if iri in self.framework.editions)
        return "".join(lines)

    def _of_finding(self, finding: Finding) -> Result:
        return Result(
            severity="warning" if finding.warning else "violation",
            place=finding.place,
            value=finding.found,
            message={language: finding.message.to(language) for language in languages()},
            remedy={language: finding.remedy.to(language) for language in languages()},
            shape=finding.shape,
            about=finding.about or (rule.about if (rule := self._rules.get(finding.shape)) else ""),
        )

    def _of_engine(self, result: EngineResult, graph: SubmissionGraph, said: _Said, file: str) -> Result:
        rule = self._rules[result.shape]
        path = (
            result.path.lstrip("^").removeprefix("<").partition(">")[0] or rule.at
        )  # the first step says in which column
        node = result.focus
        if isinstance(result.value, ox.NamedNode) and result.component == "SPARQLConstraintComponent":
            node = result.value.value if result.value.value in graph.places else node
        place = graph.place(node, path) or graph.place(graph.iri, path) or Place(file)
        about = rule.about
        if not about.startswith(self.framework.names.base) or about.startswith(LC):
            about = next((a for p in _ABOUT_PROPERTIES if (a := said.object(node, p).strip("<>"))), about)
        stands = _shown(result.value) if node == result.focus and result.path else said.value(node, path)
        return Result(
            severity=result.severity,
            place=place,
            value=stands,
            message=result.messages if result.component == "SPARQLConstraintComponent" else rule.message,
            remedy=rule.remedy,
            shape=result.shape,
            focus=result.focus,
            path=result.path,
            about=about,
            component=result.component,
            term="" if result.value is None else str(result.value),
        )


class _Said:
    """What a graph says of a node, looked up for the few nodes that have results."""

    def __init__(self, graph: SubmissionGraph) -> None:
        self._graph = graph
        self._by_start: dict[str, str] | None = None

    def object(self, node: str, prop: str) -> str:
        """The object of a statement in N-Triples syntax; an empty text where there is none."""
        if self._by_start is None:
            self._by_start = {}
            for statement in self._graph.statements:
                subject, predicate, value = statement.split(" ", 2)
                self._by_start.setdefault(f"{subject} {predicate}", value)
        subject = node if node.startswith("_:") else f"<{node}>"
        return self._by_start.get(f"{subject} <{prop}>", "")

    def value(self, node: str, prop: str) -> str:
        """The object as a person reads it."""
        term = self.object(node, prop)
        return term[1 : term.rindex('"')] if term.startswith('"') else local_name(term.strip("<>")) if term else ""


def _shown(term: ox.NamedNode | ox.BlankNode | ox.Literal | None) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return local_name(term.value) or term.value
    return term.value


def _unexplained(reading: Reading, found: Iterable[EngineResult]) -> Iterator[Finding]:
    """What the typed model could not hold although no shape complains of it."""
    complained = {result.focus for result in found if result.severity == "violation"}
    for node, losses in reading.losses.items():
        if node not in complained:
            yield from losses


def _order(result: Result) -> tuple[object, ...]:
    place = result.place
    row = int("".join(c for c in place.cell if c.isdigit()) or 0) if place.sheet and place.cell else (place.line or 0)
    return (
        SEVERITIES.index(result.severity),
        place.file,
        place.sheet or "",
        row,
        place.cell or "",
        result.shape,
        result.focus,
        result.term,
    )
