"""SHACL engines behind one small interface. They must agree on every fixture.

``shacl`` is fast: it compiles the shapes once and checks a submission in milliseconds. ``pyshacl``
is the reference, and the fall-back where the first has no build.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.framework.namespaces import LCS, RDF, SH, XSD
from lcgraph.language import Labels, Text

if TYPE_CHECKING:
    import rdflib  # takes long to load, and only the reference engine needs it

SUBMISSION_SHAPES = ("submission.ttl", "measures.ttl", "rules.ttl", "plausibility.ttl")
"""The files of ``shapes/`` that a submission is checked against."""

CITY_SHAPES = ("city.ttl",)
"""The files of ``shapes/`` that the description of a city is checked against."""


@dataclass(frozen=True, slots=True)
class EngineResult:
    """One result of an engine, in terms that do not depend on it.

    :ivar focus: the focus node, an IRI, or a blank node as ``_:label``.
    :ivar path: the property path, IRIs in angle brackets; empty for a node as a whole.
    :ivar value: the value as a term; None where the constraint names none.
    :ivar shape: IRI of the shape; for a SPARQL constraint the shape that has it.
    :ivar component: local name of the constraint component.
    :ivar severity: ``violation``, ``warning`` or ``info``.
    :ivar messages: the message by language, with the values that the constraint names filled in.
    """

    focus: str
    path: str
    value: ox.NamedNode | ox.BlankNode | ox.Literal | None
    shape: str
    component: str
    severity: str
    messages: Labels = field(default_factory=dict)

    def key(self) -> tuple[str, ...]:
        """What two engines must agree on."""
        return (self.focus, self.path, str(self.value), self.shape, self.component, self.severity)


class Engine(Protocol):
    """Validates a data graph against the shapes of the project."""

    name: str

    def validate(self, data: str) -> list[EngineResult]:
        """The results for a data graph, in a fixed order.

        :param data: the graph as N-Triples.
        """


@cache
def shapes_text(base: str, files: tuple[str, ...] = SUBMISSION_SHAPES) -> str:
    """The shapes of some files, with the base IRI of the deployment, as N-Triples."""
    directory = resources.directory("shapes")
    lines: list[str] = []
    for n, name in enumerate(files):
        lines.extend(
            f"{_apart(quad.subject, n)} {quad.predicate} {_apart(quad.object, n)} .\n"
            for quad in resources.read_turtle(directory / name, base)
        )
    return "".join(sorted(lines))


def _apart(term: object, n: int) -> str:
    """Blank nodes of different files stay different nodes."""
    return f"_:f{n}x{term.value}" if isinstance(term, ox.BlankNode) else str(term)


class ShaclEngine:
    """The fast engine, https://pypi.org/project/shacl/: compiled shapes, used again and again.

    :param shapes: the shapes as N-Triples.
    """

    name = "shacl"

    def __init__(self, shapes: str) -> None:
        import shacl

        self._shapes = shacl.Shapes.from_text(shapes, "ntriples")
        if len(self._shapes) == 0:  # the engine does not complain of a graph without shapes
            raise AssertionError("no shapes were compiled")
        self._blank_nodes = len(_blank_nodes(shapes))

    def validate(self, data: str) -> list[EngineResult]:
        """The results for a data graph, in a fixed order."""
        report = self._shapes.validate_text(data, "ntriples")
        if len(report) == 0:
            return []
        # `results` drops the languages of messages; the report as RDF keeps them
        said = report.serialize("ntriples")
        if "_:0_" in said:
            said = self._with_labels_of(data, said)
        return results_of(ox.parse(said, ox.RdfFormat.N_TRIPLES))

    def _with_labels_of(self, data: str, report: str) -> str:
        """The engine numbers blank nodes in the order in which it meets them, those of the shapes first."""
        label = {f"_:0_b{n}": f"_:{name}" for n, name in enumerate(_blank_nodes(data), self._blank_nodes)}
        return re.sub(r"_:0_b\d+", lambda found: label.get(found[0], found[0]), report)


def _blank_nodes(ntriples: str) -> list[str]:
    """The labels of the blank nodes of a graph in the order in which they first stand in it."""
    labels: dict[str, None] = {}
    if "_:" in ntriples:
        for quad in ox.parse(ntriples, ox.RdfFormat.N_TRIPLES):
            labels.update((term.value, None) for term in (quad.subject, quad.object) if isinstance(term, ox.BlankNode))
    return list(labels)


class ReferenceEngine:
    """The reference engine, pySHACL.

    :param shapes: the shapes as N-Triples.
    """

    name = "reference"

    def __init__(self, shapes: str) -> None:
        logging.getLogger("rdflib.term").setLevel(logging.ERROR)  # it logs each ill-formed literal with a traceback
        self._shapes = _graph(shapes)
        self._templates = {
            quad.object.value: quad.object.language
            for quad in ox.parse(shapes, ox.RdfFormat.N_TRIPLES)
            if quad.predicate.value == SH + "message" and isinstance(quad.object, ox.Literal)
        }

    def validate(self, data: str) -> list[EngineResult]:
        """The results for a data graph, in a fixed order."""
        import pyshacl
        import rdflib

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rdflib warns of each literal that is ill-formed
            conforms, report, _ = pyshacl.validate(_graph(data), shacl_graph=self._shapes, allow_infos=False)
        if conforms:
            return []
        assert isinstance(report, rdflib.Graph)
        found = results_of(ox.parse(report.serialize(format="nt"), ox.RdfFormat.N_TRIPLES))
        return [self._with_languages(result) for result in found]

    def _with_languages(self, result: EngineResult) -> EngineResult:
        """PySHACL drops the language of the message of a SPARQL constraint; the template tells it."""
        messages = {language: text for language, text in result.messages.items() if language and "\x00" not in language}
        for key, text in result.messages.items():
            if "\x00" in key:
                for template, language in self._templates.items():
                    if language and _pattern(template).fullmatch(text):
                        messages.setdefault(language, text)
        return EngineResult(
            result.focus, result.path, result.value, result.shape, result.component, result.severity, messages
        )


def _graph(data: str) -> rdflib.Graph:
    """A graph with its literals and blank nodes as they are written: rdflib's own parser changes both."""
    import rdflib

    def term(of: object) -> rdflib.term.Node:
        if isinstance(of, ox.NamedNode):
            return rdflib.URIRef(of.value)
        if isinstance(of, ox.BlankNode):
            return rdflib.BNode(of.value)
        assert isinstance(of, ox.Literal)
        if of.language:
            return rdflib.Literal(of.value, lang=of.language)
        datatype = of.datatype.value
        return rdflib.Literal(
            of.value, datatype=None if datatype == XSD + "string" else rdflib.URIRef(datatype), normalize=False
        )

    graph = rdflib.Graph()
    for quad in ox.parse(data, ox.RdfFormat.N_TRIPLES):
        graph.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return graph


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[?$]\w+\}", template)
    return re.compile(".*".join(map(re.escape, parts)), re.DOTALL)


def results_of(report: Iterable[ox.Quad]) -> list[EngineResult]:
    """The results of a SHACL validation report in RDF."""
    said: dict[object, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = {}
    for quad in report:
        value = quad.object
        assert not isinstance(value, ox.Triple)
        said.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(value)

    def first(node: object, prop: str) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
        return next(iter(said.get(node, {}).get(prop, [])), None)

    def path_text(node: object) -> str:
        if node is None:
            return ""
        if isinstance(node, ox.NamedNode):
            return str(node)
        if (inverse := first(node, SH + "inversePath")) is not None:
            return "^" + path_text(inverse)
        if first(node, RDF + "first") is not None:
            return "/".join(path_text(step) for step in _items(node))
        return str(node)

    def _items(node: object) -> Iterator[object]:
        while (item := first(node, RDF + "first")) is not None:
            yield item
            node = first(node, RDF + "rest")

    results = []
    for node in [result for properties in said.values() for result in properties.get(SH + "result", [])]:
        properties = said[node]  # a result that is a detail of another one is none of the report's
        messages: dict[str, str] = {}
        for n, message in enumerate(properties.get(SH + "resultMessage", [])):
            assert isinstance(message, ox.Literal)
            messages[message.language or f"\x00{n}"] = message.value
        results.append(
            EngineResult(
                focus=_name(first(node, SH + "focusNode")),
                path=path_text(first(node, SH + "resultPath")),
                value=first(node, SH + "value"),
                shape=_shape(_name(first(node, SH + "sourceShape"))),
                component=_name(first(node, SH + "sourceConstraintComponent")).removeprefix(SH),
                severity=_name(first(node, SH + "resultSeverity")).removeprefix(SH).lower(),
                messages=messages,
            )
        )
    return sorted(results, key=lambda result: (result.key(), sorted(result.messages.items())))


def _shape(iri: str) -> str:
    return iri.removesuffix("-query") if iri.startswith(LCS) else iri


def _name(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return term.value
    return "" if term is None else str(term)


ENGINES = ("shacl", "reference")


@cache
def engine(name: str, base: str, files: tuple[str, ...] = SUBMISSION_SHAPES) -> Engine:
    """An engine by its name, with shapes compiled.

    :param name: ``shacl`` or ``reference``; an empty name is the fast one where it is to be had.
    :param base: the base IRI of the deployment.
    :param files: the files of ``shapes/`` that it checks against.
    :raises InputError: if there is no such engine here.
    """
    shapes = shapes_text(base, files)
    if name in ("", "shacl"):
        try:
            return ShaclEngine(shapes)
        except ImportError as error:
            if name:
                raise InputError(
                    Text("The engine “shacl” is not built for this platform."),
                    remedy=Text("Leave the option out; the reference engine is used then."),
                ) from error
            return ReferenceEngine(shapes)
    if name == "reference":
        return ReferenceEngine(shapes)
    raise InputError(
        Text("There is no engine “{name}”.", name=name), remedy=Text("Write one of {codes}.", codes=list(ENGINES))
    )
