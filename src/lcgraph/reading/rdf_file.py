"""A submission from RDF: Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML.

The file may name its nodes as it likes. What it says is checked as it stands; for publishing it
is read into the typed model, and every node gets its IRI under the submission's own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeAlias
from urllib.parse import unquote
from xml.parsers import expat

import pyoxigraph as ox

from lcgraph.errors import FileTooLarge, UnreadableFile
from lcgraph.framework import context
from lcgraph.framework.framework import Framework, natural
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PROV, SPDX, TYPE, VOID, XSD, local_name
from lcgraph.language import Text
from lcgraph.reading import json_ld, values
from lcgraph.reading.fields import RECORD_TYPES, SUBMISSION, Field, Kind, RecordType
from lcgraph.reading.file_kinds import looks_like
from lcgraph.reading.findings import Finding, Unreadable
from lcgraph.reading.graph import SubmissionGraph
from lcgraph.reading.limits import Limits
from lcgraph.reading.lines import Lines
from lcgraph.reading.places import LazyPlace, Place
from lcgraph.reading.submission import PARTS, Record, Submission, SubmittedFile
from lcgraph.reading.table import RECORDS, in_order

Node: TypeAlias = ox.NamedNode | ox.BlankNode
Term: TypeAlias = Node | ox.Literal

_XML_DEPTH = 100
_UNREAD_SHOWN = 100
"""How many nodes that are not read are named one by one."""

BASE = "https://submission.invalid/file"
"""What relative IRIs are resolved against; such nodes get their own IRI when published."""

FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}

_AUXILIARY = {LC + "SubmittedFile", SPDX + "Checksum"}
"""Classes of nodes that publishing writes anew."""

_TOLD = {LC + "Acceptance", LC + "Withdrawal"}
"""Classes of nodes by which the document of a published submission tells of its publishing."""

_ADDED = {
    *(LC + name for name in ("evidenceForAction", "evidenceForCommitment", "fillsCell", "graphHash")),
    *(LC + name for name in ("figureCount", "measureCount")),
    *(PROV + name for name in ("wasGeneratedBy", "wasInvalidatedBy", "wasRevisionOf")),
    VOID + "triples",
}
"""What such a document says beside the submission; publishing finds or writes it anew."""


@dataclass(slots=True)
class ReadGraph:
    """What was read from an RDF file.

    :ivar graph: what the file says, as it stands.
    :ivar submission: the same in the typed model; None where city, year or edition is missing.
    :ivar findings: what could not be taken.
    :ivar losses: what the typed model could not hold, by node; a check that finds nothing wrong
        with such a node must report them.
    """

    graph: SubmissionGraph
    submission: Submission | None
    findings: list[Finding] = field(default_factory=list)
    losses: dict[str, list[Finding]] = field(default_factory=dict)


def parse(name: str, data: bytes, kind: str, limits: Limits) -> tuple[list[ox.Quad], dict[str, str]]:
    """The statements of an RDF file and the prefixes it declares.

    :param kind: the file's extension, a key of :data:`FORMATS`.
    :raises UnreadableFile: if the file is not in that format, with the line.
    :raises FileTooLarge: if it has too many statements.
    """
    if kind == "rdf":
        _inspect_xml(name, data)
    if kind == "jsonld":
        json_ld.inspect(name, data)
    parser = ox.parse(data, FORMATS[kind], base_iri=BASE)
    quads: list[ox.Quad] = []
    try:
        for quad in parser:
            if len(quads) >= limits.statements:
                raise FileTooLarge(
                    Text(
                        "The file {file} has more than {limit} statements.", file=name, limit=f"{limits.statements:,}"
                    ),
                    where=name,
                    remedy=Text("A submission is one city and one year; hand in one at a time."),
                )
            quads.append(quad)
    except SyntaxError as error:
        raise _not_that_format(name, data, kind, error) from error
    except MemoryError as error:
        raise FileTooLarge(
            Text("The file {file} has a text that is too long to read.", file=name),
            where=name,
            remedy=Text("Shorten it, or hand it in as a document and name that with its link."),
        ) from error
    return quads, dict(parser.prefixes)


def _inspect_xml(name: str, data: bytes) -> None:
    """Refuses XML that defines entities or is nested so deeply that reading it takes very long."""
    parser = expat.ParserCreate()
    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _XML_DEPTH:
            raise FileTooLarge(
                Text("The file {file} is nested more than {limit} levels deep.", file=name, limit=_XML_DEPTH),
                where=Place(name, line=parser.CurrentLineNumber).text(),
                remedy=Text("A submission is flat: write each record as a node of its own, beside the others."),
            )

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise UnreadableFile(
            Text("The file {file} declares a document type or entities; they are not read.", file=name),
            where=Place(name, line=parser.CurrentLineNumber).text(),
            remedy=Text("Write the RDF/XML without <!DOCTYPE> and <!ENTITY>, or hand in Turtle."),
        )

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = doctype
    with suppress(expat.ExpatError):  # the RDF parser says where, and what
        parser.Parse(data, True)


def _not_that_format(name: str, data: bytes, kind: str, error: SyntaxError) -> UnreadableFile:
    wanted = FORMATS[kind].name
    if "LoadDocumentCallback" in str(error.msg):
        return UnreadableFile(
            Text("The file {file} refers to a JSON-LD context at another address; no address is fetched.", file=name),
            where=name,
            remedy=Text("Write the context into the file, in place of its address."),
        )
    line = error.lineno
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as undecodable:
        line = data[: undecodable.start].count(b"\n") + 1
        return UnreadableFile(
            Text("The file {file} is not in UTF-8: line {line} has bytes that are none.", file=name, line=line),
            where=Place(name, line=line).text(),
            expected=Text("UTF-8"),
            remedy=Text("Save it in UTF-8 and hand it in again."),
        )
    what = looks_like(data)
    return UnreadableFile(
        Text("The file {file} is not {format}: {error}.", file=name, format=wanted, error=str(error.msg))
        if what is None
        else Text("The file {file} is not {format}; it looks like {what}.", file=name, format=wanted, what=what),
        where=Place(name, line=line).text(),
        expected=Text("{format}", format=wanted),
        remedy=Text("Mend the place that is named, or save the file in the format that its name says."),
    )


def read(file: SubmittedFile, data: bytes, kind: str, framework: Framework, limits: Limits) -> ReadGraph:
    """A submission from an RDF file.

    :param kind: the file's extension, a key of :data:`FORMATS`.
    :raises UnreadableFile: if the file is not in that format.
    :raises FileTooLarge: if it has too many statements.
    """
    if kind == "jsonld":
        addresses = {base + context.PATH for base in (DEFAULT_BASE, framework.names.base)}
        data = json_ld.prepared(file.name, data, addresses)
    quads, prefixes = parse(file.name, data, kind, limits)
    nodes = len({quad.subject for quad in quads})
    if nodes > 2 * limits.rows:
        raise FileTooLarge(
            Text(
                "The file {file} describes {n} nodes; at most {limit} are read.",
                file=file.name,
                n=nodes,
                limit=2 * limits.rows,
            ),
            where=file.name,
            remedy=Text("A submission is one city and one year; hand in one at a time."),
        )
    return _Reader(file, data, kind, framework, quads, prefixes).read()


class _Reader:
    def __init__(
        self,
        file: SubmittedFile,
        data: bytes,
        kind: str,
        framework: Framework,
        quads: list[ox.Quad],
        prefixes: dict[str, str],
    ) -> None:
        self.file = file
        self.framework = framework
        self.lines = Lines(data, kind, prefixes, BASE)
        self.findings: list[Finding] = []
        self.losses: dict[str, list[Finding]] = defaultdict(list)
        self.said: dict[Node, dict[str, list[Term]]] = defaultdict(dict)
        self.statements: list[str] = []
        self.keys: dict[Node, str] = {}
        self.taken_keys: dict[str, dict[str, int]] = defaultdict(dict)
        for quad in dict.fromkeys(ox.Quad(q.subject, q.predicate, q.object) for q in _as_submitted(quads)):
            subject, value = quad.subject, quad.object
            if isinstance(subject, ox.Triple) or isinstance(value, ox.Triple):
                self._statement_about_statement(quad)
                continue
            self.said[subject].setdefault(quad.predicate.value, []).append(value)
            self.statements.append(str(quad.triple))

    def read(self) -> ReadGraph:
        submissions = self._of_class(LC + "Submission")
        file = self.file.name
        if not submissions:
            self.findings.append(
                Finding(
                    "SubmissionRowMissing",
                    Place(file),
                    "",
                    Text("Nothing in the file is a submission."),
                    Text("Say of one node that it is a lc:Submission, with its city, reference year and edition."),
                )
            )
        for extra in submissions[1:]:
            self.findings.append(
                Finding(
                    "SubmissionRowRepeated",
                    Place(file, line=self.lines.of(extra)),
                    str(extra),
                    Text("The file holds a second submission."),
                    Text("Hand in one file for each city and year."),
                )
            )
        self._unread()
        language = self._language(submissions[0]) if submissions else "en"
        head = self._record(submissions[0], SUBMISSION, language) if submissions else None
        parts: dict[str, list[Record]] = {}
        places = {}
        for record_type in RECORD_TYPES:
            for node in self._of_class(record_type.iri):
                places[_name(node)] = self._place(node)
        for record_type in RECORD_TYPES[1:]:
            parts[PARTS[record_type.name]] = [
                RECORDS[record_type.name](**values_, place=self._place(node))
                for node in self._of_class(record_type.iri)
                if (values_ := self._record(node, record_type, language)) is not None
            ]
        graph = SubmissionGraph(_name(submissions[0]) if submissions else BASE, self.statements, places)
        submission = None
        if head is not None:
            submission = Submission(
                **head,  # type: ignore[arg-type]  # the fields' kinds give the types
                **{attribute: tuple(in_order(records)) for attribute, records in parts.items()},  # type: ignore[arg-type]
                files=(self.file,),
                place=self._place(submissions[0]),
            )
        return ReadGraph(graph, submission, self.findings, dict(self.losses))

    def _statement_about_statement(self, quad: ox.Quad) -> None:
        about = quad.subject if not isinstance(quad.subject, ox.Triple) else None
        self.findings.append(
            Finding(
                "UnknownStatement",
                Place(self.file.name, line=self.lines.of(about) if about is not None else None),
                values.shorten(str(quad.object)),
                Text("A statement about a statement (RDF 1.2) has no place in a submission and is not kept."),
                Text("Say it of the record itself, as a note, or take it out."),
                warning=True,
            )
        )

    def _language(self, submission: Node) -> str:
        """The language of texts that have no tag."""
        terms = self.said[submission].get(SUBMISSION.field("language").predicate, [])
        try:
            return values.language(terms[0].value) if terms else "en"
        except Unreadable:
            return "en"  # what is wrong with it is found among the values

    def _of_class(self, class_iri: str) -> list[Node]:
        return [
            node
            for node, said in self.said.items()
            if any(isinstance(c, ox.NamedNode) and c.value == class_iri for c in said.get(TYPE, ()))
        ]

    def _place(self, node: Node) -> LazyPlace:
        predicates = {
            f.name: f.predicate
            for t in RECORD_TYPES
            if any(isinstance(c, ox.NamedNode) and c.value == t.iri for c in self.said[node].get(TYPE, ()))
            for f in t.fields
        }

        def find(name: str) -> int | None:
            return self.lines.of(node, predicates.get(name))

        return LazyPlace(self.file.name, None, None, {}, find)

    def _unread(self) -> None:
        """Says which nodes are of no class that a submission has."""
        known = {t.iri for t in RECORD_TYPES} | _AUXILIARY
        unread = [
            node
            for node, said in self.said.items()
            if known.isdisjoint(c.value for c in said.get(TYPE, ()) if isinstance(c, ox.NamedNode))
        ]
        if len(unread) > _UNREAD_SHOWN:
            self.findings.append(
                Finding(
                    "UnknownStatement",
                    Place(self.file.name),
                    "",
                    Text("What is said of {n} nodes has no place in a submission and is not kept.", n=len(unread)),
                    Text("Say what kind of record each is (rdf:type), or take it out; the first of them are named."),
                    warning=True,
                )
            )
        for node in unread[:_UNREAD_SHOWN]:
            self.findings.append(
                Finding(
                    "UnknownStatement",
                    Place(self.file.name, line=self.lines.of(node)),
                    str(node),
                    Text("What is said of {node} has no place in a submission and is not kept.", node=str(node)),
                    Text("Say what kind of record it is (rdf:type), or take it out."),
                    warning=True,
                )
            )

    def _record(self, node: Node, record_type: RecordType, language: str) -> dict[str, object] | None:
        said, found, whole = self.said[node], {}, True
        for f in record_type.fields:
            terms = said.get(f.predicate, [])
            try:
                value = self._key(node, record_type) if f.kind is Kind.KEY else self._value(f, terms, language)
            except Unreadable as trouble:
                self._lost(node, f, terms, trouble)
                whole = whole and not (f.required or f.default or f.kind is Kind.UNIT)
                continue
            if value not in (None, {}, ()):
                found[f.name] = value
            elif f.default:
                found[f.name] = self.framework.codes(f.codes).code(f.default).iri
            elif f.kind is Kind.UNIT:
                measure = self.framework.measures.get(str(found.get("measure", "")))
                found["unit"] = measure.unit if measure is not None else ""
            elif f.required:
                whole = False
        return found if whole else None

    def _lost(self, node: Node, f: Field, terms: list[Term], trouble: Unreadable) -> None:
        self.losses[_name(node)].append(
            Finding(
                "NotUnderstood",
                Place(self.file.name, line=self.lines.of(node, f.predicate)),
                values.shorten(", ".join(map(str, terms))),
                trouble.message,
                trouble.remedy,
            )
        )

    def _key(self, node: Node, record_type: RecordType) -> str:
        if node not in self.keys:
            name = unquote(local_name(node.value)).removeprefix(record_type.name + "-")
            name = " ".join(re.sub(r"[;；\x00-\x1f\x7f]", " ", name).split()) or "-"
            taken = self.taken_keys[record_type.name]
            key = name
            while key in taken:
                taken[name] += 1
                key = f"{name}-{taken[name]}"
            taken[key] = 1
            self.keys[node] = key
        return self.keys[node]

    def _value(self, f: Field, terms: list[Term], language: str) -> object:
        if f.kind is Kind.TEXTS:
            texts: dict[str, str] = {}
            for term in _literals(terms):
                text, tag = values.words(term.value), term.language or language
                if texts.setdefault(tag, text) != text:
                    raise Unreadable(
                        "NotUnderstood",
                        Text("There are two texts in the language “{language}”.", language=tag),
                        Text("Keep one of them, or make one of the two."),
                    )
            return {tag: text for tag, text in texts.items() if text}
        if f.kind is Kind.SOURCES:
            source = next(t for t in RECORD_TYPES if t.name == "source")
            return tuple(sorted(self._key(t, source) for t in terms if not isinstance(t, ox.Literal)))
        if f.kind is Kind.ACTIONS:
            known = {_known(term, self.framework.actions.__contains__) for term in terms}
            return tuple(sorted(known, key=lambda iri: natural(local_name(iri))))
        if not terms:
            return None
        if len(terms) > 1:
            raise Unreadable(
                "NotUnderstood",
                Text("There are {n} values where there can be one.", n=len(terms)),
                Text("Keep one of them."),
            )
        return self._one(f, terms[0])

    def _one(self, f: Field, term: Term) -> object:
        framework = self.framework
        match f.kind:
            case Kind.CITY:
                return _known(term, framework.cities.__contains__)
            case Kind.EDITION:
                return _known(term, framework.editions.__contains__)
            case Kind.MEASURE:
                return _known(term, framework.measures.__contains__)
            case Kind.UNIT:
                return _known(term, framework.units.__contains__)
            case Kind.CODE:
                return _known(term, framework.codes(f.codes).__contains__)
            case Kind.LINK:
                return values.link(term.value)
            case Kind.NUMBER:
                return _number(term)
            case Kind.COUNT:
                return values.count(term.value)
            case Kind.YEAR:
                return values.year(term.value)
            case Kind.DATE:
                return values.day(term.value)
            case Kind.LANGUAGE:
                return values.language(term.value)
            case _:
                return values.words(term.value)


def _as_submitted(quads: list[ox.Quad]) -> Iterator[ox.Quad]:
    """What a file says, without what the document of a published submission says beside what was submitted.

    Who hands such a document in again, mended or not, need not take out what is found or written anew.
    In a file that tells nothing of publishing it stays, and is found to have no place there.
    """
    classes: dict[object, set[str]] = defaultdict(set)
    for quad in quads:
        if quad.predicate.value == TYPE and isinstance(quad.object, ox.NamedNode):
            classes[quad.subject].add(quad.object.value)
    published = any(_TOLD & found for found in classes.values())
    for quad in quads:
        found = classes[quad.subject]
        is_graph = VOID + "Dataset" in found
        added = (
            quad.predicate.value in _ADDED
            or _TOLD & found
            or (is_graph and LC + "Submission" not in found)
            or quad.object == ox.NamedNode(VOID + "Dataset")
        )
        if not (published and added):
            yield quad


def _name(node: Node) -> str:
    return node.value if isinstance(node, ox.NamedNode) else str(node)


def _literals(terms: list[Term]) -> Iterator[ox.Literal]:
    return (term for term in terms if isinstance(term, ox.Literal))


def _known(term: Term, known: Callable[[str], bool]) -> str:
    if isinstance(term, ox.NamedNode) and known(term.value):
        return term.value
    raise Unreadable("NotUnderstood", Text("{term} is not known here.", term=str(term)), Text("Write a known IRI."))


def _number(term: Term) -> Decimal:
    numeric = {XSD + name for name in ("decimal", "integer", "double", "float", "int", "long", "short")}
    if isinstance(term, ox.Literal) and term.datatype.value in numeric:
        try:
            return values.finite(Decimal(term.value))
        except InvalidOperation:
            pass
    raise Unreadable("NotUnderstood", Text("{term} is not a number.", term=str(term)), Text("Write an xsd:decimal."))
