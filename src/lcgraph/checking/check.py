"""Checks a submission: what the reader found, then the shapes, and every result at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyoxigraph as ox

from lcgraph.checking.context import ALONE, Surroundings, context, threshold
from lcgraph.checking.engines import Engine, EngineResult, engine
from lcgraph.checking.report import SEVERITIES, Report, Result
from lcgraph.checking.slips import odd_one_out, probable_slips
from lcgraph.checking.wording import what_is_wrong, why_it_matters
from lcgraph.framework import resources
from lcgraph.framework.framework import Description, Framework
from lcgraph.framework.items import Measure
from lcgraph.framework.namespaces import LC, LCS, RDFS, SDMX_MEASURE, SEX, SH, local_name
from lcgraph.language import Labels, Text, in_every_language, languages, pick
from lcgraph.reading.fields import RECORD_TYPES
from lcgraph.reading.figures import Stated
from lcgraph.reading.findings import Finding
from lcgraph.reading.graph import SubmissionGraph, submission_graph
from lcgraph.reading.places import Place
from lcgraph.reading.reader import Reading

_ABOUT_THE_SIZE = ("-value", "-maximum", "#FigureUnusual", "#FigureFarFromItsPast")
"""Endings of the shapes that ask whether a figure can be so large or so small."""

_TOTAL_AND_PARTS = LCS + "TotalBetweenItsParts"

_ABOUT_PROPERTIES = (LC + "ofMeasure", LC + "concernsMeasure")


@dataclass(frozen=True, slots=True)
class Rule:
    """What ``shapes/`` says of a shape or reading rule, for people.

    :ivar message: what is demanded, by language.
    :ivar remedy: how to meet it, by language.
    :ivar about: IRI of what demands it.
    :ivar at: for a shape of a whole record, the property whose cell to point at; of several, the
        first that the record does not state.
    :ivar because: the property whose value demands it; its cell is pointed at where the record has
        none for the other.
    """

    message: Labels
    remedy: Labels
    about: str
    at: tuple[str, ...]
    because: str


@cache
def rules(base: str) -> dict[str, Rule]:
    """Every shape and reading rule that has a message, by its IRI."""
    quads = [quad for path in resources.turtle_files("shapes") for quad in resources.read_turtle(path, base)]
    said = Description(quads)
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    return {
        iri: Rule(
            in_every_language(message),
            in_every_language(said.labels(iri, LCS + "remedy")),
            said.iri(iri, RDFS + "seeAlso"),
            tuple(said.iris(iri, LCS + "at")),
            said.iri(iri, LCS + "because"),
        )
        for iri in sorted(subjects)
        if (message := said.labels(iri, SH + "message"))
    }


class Checker:
    """Checks submissions against the shapes.

    :param framework: the framework, with the cities that are known.
    :param engine_name: ``shacl``, ``reference``, or empty for the fast one where it is to be had.
    """

    def __init__(self, framework: Framework, engine_name: str = "") -> None:
        self.framework = framework
        self.engine: Engine = engine(engine_name, framework.names.base)
        self._rules = rules(framework.names.base)

    def check(self, reading: Reading, today: date, surroundings: Surroundings = ALONE) -> Report:
        """Checks what was read from a file.

        For RDF the statements are checked as the file makes them; for a table, as they would be
        published.

        :param today: the day of the check; a submission is not for a later year.
        :param surroundings: what else is known, of this city and of others.
        """
        graph = reading.stated
        if graph is None and reading.submission is not None:
            graph = submission_graph(reading.submission, self.framework)
        return self.check_graph(reading, graph, today, surroundings)

    def check_graph(
        self, reading: Reading, graph: SubmissionGraph | None, today: date, surroundings: Surroundings = ALONE
    ) -> Report:
        """Checks the graph of a submission together with what its reader found.

        :param graph: None where so little could be read that there is no graph.
        """
        results = [self._of_finding(finding) for finding in reading.findings]
        found: list[EngineResult] = []
        if graph is not None:
            beside = context(graph, today, surroundings, self.framework)
            found = self.engine.validate(graph.ntriples() + beside)
            said = _Said(graph)
            results.extend(self._of_engine(result, graph, said, reading.name) for result in found)
            results.extend(self._of_finding(loss) for loss in _unexplained(reading, found))
        submission = graph.iri if graph is not None else ""
        once = _once(results, is_table=reading.stated is None)
        return Report(reading.name, submission, tuple(sorted(once, key=_order)), self.engine.name)

    def _of_finding(self, finding: Finding) -> Result:
        rule = self._rules.get(finding.shape)
        about = finding.about or (rule.about if rule is not None else "")
        return Result(
            severity="warning" if finding.warning else "violation",
            place=finding.place,
            value=finding.found,
            message=_in_all(finding.message),
            remedy=_in_all(finding.remedy),
            shape=finding.shape,
            about=about,
            expected=rule.message if rule is not None else {},
            why=self._why(about),
        )

    def _of_engine(self, result: EngineResult, graph: SubmissionGraph, said: _Said, file: str) -> Result:
        rule = self._rules[result.shape]
        node = result.focus
        path = result.path.lstrip("^").removeprefix("<").partition(">")[0]  # the first step says in which column
        lacks = ""
        if not path and rule.at:
            path = lacks = next((at for at in rule.at if not said.object(node, at)), rule.at[0])
            if rule.because and not graph.has_cell(node, lacks):
                path = rule.because
        if isinstance(result.value, ox.NamedNode) and result.component == "SPARQLConstraintComponent":
            node = result.value.value if result.value.value in graph.places else node
        place = graph.place(node, path) or graph.place(graph.iri, path) or Place(file)
        about = rule.about
        if not about.startswith(self.framework.names.base) or about.startswith(LC):
            about = next((a for p in _ABOUT_PROPERTIES if (a := said.object(node, p).strip("<>"))), about)
        odd = self._odd_one_out(node, said) if result.shape == _TOTAL_AND_PARTS else None
        if odd is not None:
            node = odd[0]
            place = graph.place(node, path) or place
        stands = _shown(result.value) if node == result.focus and result.path else said.value(node, path)
        measure = self.framework.measures.get(about) if path == SDMX_MEASURE + "obsValue" else None
        by_query = result.component == "SPARQLConstraintComponent"
        broken = result.severity == "violation" and not by_query  # else the shape's own message says it best
        if rule.because and lacks:
            wrong = self._what_is_lacking(node, rule, lacks, said)
        else:
            wrong = what_is_wrong(result.component, stands, measure) if broken else None
        return Result(
            severity=result.severity,
            place=place,
            value=stands,
            message=_of_query(rule, result) if by_query else _in_all(wrong) if wrong is not None else rule.message,
            remedy=self._remedy(rule, result, stands, measure) if odd is None else _before(odd[1], rule.remedy),
            shape=result.shape,
            focus=result.focus,
            path=result.path,
            about=about,
            component=result.component,
            term="" if result.value is None else str(result.value),
            expected=rule.message if wrong is not None else {},
            why=self._why(about),
        )

    def _remedy(self, rule: Rule, result: EngineResult, stands: str, measure: Measure | None) -> Labels:
        """How to mend it; first of all, what slip with the unit it may be."""
        if measure is None or not result.shape.endswith(_ABOUT_THE_SIZE):
            return rule.remedy
        remedy = rule.remedy
        for slip in reversed(list(probable_slips(measure, stands, self.framework.names.base))):
            remedy = _before(slip, remedy)
        return remedy

    def _odd_one_out(self, node: str, said: _Said) -> tuple[str, Text] | None:
        """Of a total outside its parts and these parts, the node of the figure that another unit would make right.

        :param node: the node of the total.
        :return: the node, and what may have happened; None where no unit would.
        """
        figures = said.figures(list(self.framework.totals.values()))
        total = figures.get(f"<{node}>")
        measure = self.framework.measures.get(total.measure) if total is not None else None
        if total is None or total.value is None or measure is None:
            return None
        sexes = self.framework.codes_of(SEX)
        parts = {
            other: stated.value
            for part in ("male", "female")
            for other, stated in figures.items()
            if stated.value is not None
            and (stated.measure, stated.year, *stated.codes)
            == (total.measure, total.year, sexes.code(part).iri, *total.codes[1:])
        }
        base = self.framework.names.base
        found = odd_one_out(measure, total.value, list(parts.values()), threshold("totalTolerance", base), base)
        return ([node, *(other[1:-1] for other in parts)][found[0]], found[1]) if found is not None else None

    def _what_is_lacking(self, node: str, rule: Rule, lacks: str, said: _Said) -> Text | None:
        """What a record lacks, and for which value of it."""
        iri = said.object(node, rule.because).strip("<>")
        fields = {f.predicate: f for record_type in RECORD_TYPES for f in record_type.fields}
        code = self.framework.codes(fields[rule.because].codes).get(iri)
        if code is None:
            return None
        return Text(
            "“{field}” is {value}, and “{lacking}” is empty.",
            field=fields[rule.because].names,
            value=code.label,
            lacking=fields[lacks].names,
        )

    def _why(self, about: str) -> Labels:
        told = why_it_matters(about, self.framework)
        return {} if told is None else _in_all(told)


def _before(text: Text, labels: Labels) -> Labels:
    """Labels with a sentence before them, in every language."""
    return {language: f"{text.to(language)} {pick(labels, language)}" for language in languages()}


_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


def _of_query(rule: Rule, result: EngineResult) -> Labels:
    """The message of a SPARQL constraint, also in the languages that the shape itself does not speak."""
    messages = dict(result.messages)
    template = pick(rule.message, "en")
    pattern = _PLACEHOLDER.sub(
        r"(?P<\1>.*)", re.escape(template).replace(r"\{", "{").replace(r"\}", "}").replace(r"\?", "?")
    )
    values = re.fullmatch(pattern, messages.get("en", ""), re.DOTALL)
    for language in languages():
        if language not in messages and values is not None:
            translated = pick(rule.message, language)
            messages[language] = _PLACEHOLDER.sub(lambda found: values[found[1]], translated)
    return messages


def _in_all(text: Text) -> Labels:
    """A text in every language."""
    return {language: text.to(language) for language in languages()}


def _once(results: Iterable[Result], *, is_table: bool) -> Iterator[Result]:
    """Leaves out what only follows from something worse that is said already.

    A figure that cannot be right is not unusual too; what could not be read is not missing too; a
    submission from which nothing could be read is not empty; and a source with a slip in its row is
    not unknown wherever it is named.

    :param is_table: whether the file is a table, of which a record that cannot be read is left out whole.
    """
    listed = list(results)
    wrong = {result.place for result in listed if result.severity == "violation"}
    unread = {result.place for result in listed if result.severity == "violation" and not result.component}
    for result in listed:
        rule = result.shape.removeprefix(LCS)
        follows = (
            (rule == "FigureUnusual" and result.place in wrong)
            or (rule == "SaysSomething" and unread)
            or (result.component == "MinCountConstraintComponent" and result.place in unread)
            or (rule == "Observation-source" and result.term and unread and is_table)
        )
        if not follows:
            yield result


class _Said:
    """What a graph says of a node, looked up for the few nodes that have results."""

    def __init__(self, graph: SubmissionGraph) -> None:
        self._graph = graph
        self._by_start: dict[str, str] | None = None

    def figures(self, totals: list[str]) -> Mapping[str, Stated]:
        """What each observation states, by its node in N-Triples syntax."""
        return self._graph.tells(totals).figures

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
    column = place.cell or ""
    row = place.line or 0
    if place.sheet and place.cell:
        column = place.cell.rstrip("0123456789")
        row = int(place.cell[len(column) :] or 0)
    return (
        SEVERITIES.index(result.severity),
        place.file,
        place.sheet or "",
        row,
        len(column) if place.sheet else 0,  # column Z stands before AA
        column,
        result.shape,
        result.focus,
        result.term,
    )
