"""The document of each thing: the statements that an IRI of the graph answers with.

A thing's document holds every statement of which the thing, or one of its hash IRIs, is the subject,
in whatever graph it stands, and those of the framework and the cities that lead to it. A submission
that was superseded is read from the archive: it was published under its IRI, and people cite it.
Of one that was withdrawn only what the archive says of the withdrawal is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit
from lcgraph.archive.records import Accepted, FileEntry
from lcgraph.framework import resources
from lcgraph.framework.namespaces import (
    DCAT,
    DCTERMS,
    DEFAULT_BASE,
    LC,
    OWL,
    PROV,
    RDFS,
    SKOS,
    TYPE,
    XSD,
    Names,
    local_name,
)
from lcgraph.reading import terms
from lcgraph.store.embedded import commit_of
from lcgraph.store.partitions import VOID, examples_of, graph_of
from lcgraph.store.readers import Readers
from lcgraph.telling import catalogue

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_FIXED = ("ontology", "shapes")
"""What has its IRI under the project's own base in every deployment."""

_VERSION = r"\d+(\.\d+)*"

_LINKS = 50
"""So many links from submissions are read; of more it is only said that there are more."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement and the graph that it stands in; an empty name for what stands in a file."""

    triple: ox.Triple
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """What is said of a thing.

    :ivar iri: of the thing, without a fragment.
    :ivar statements: of it, of its hash IRIs, and of what leads to it.
    :ivar state: ``current``, ``superseded`` or ``withdrawn``.
    :ivar newer: IRI of the submission that is published in its place now; empty for none.
    """

    iri: str
    statements: tuple[Statement, ...]
    state: str = "current"
    newer: str = ""

    @property
    def triples(self) -> list[ox.Triple]:
        """The statements, each once, in a fixed order."""
        return in_order(statement.triple for statement in self.statements)


@dataclass(frozen=True, slots=True)
class Original:
    """A file as it was handed in.

    :ivar commit: the commit of the archive that holds it.
    :ivar path: where in it.
    """

    commit: Commit
    path: str

    @property
    def entry(self) -> FileEntry:
        """What is known of it."""
        return self.commit.manifest.files[self.path]

    @property
    def name(self) -> str:
        """Its name."""
        return self.path.rpartition("/")[2]

    def read(self) -> bytes:
        """Its bytes.

        :raises ArchiveDamaged: if they are not what was handed in.
        """
        return self.commit.read(self.path)


@dataclass(frozen=True, slots=True)
class Links:
    """What in submissions leads to a thing.

    :ivar found: pairs of subject and property, some of them.
    :ivar more: whether there are more.
    """

    found: tuple[tuple[str, str], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called.

    :ivar code: its code; empty for none.
    :ivar labels: its name by language, with an empty language where none is given.
    """

    code: str
    labels: Mapping[str, str]


NAMING = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title")
"""Properties that say what a thing is called."""


def in_order(triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Triples, each once, in a fixed order: same triples, same bytes."""
    return sorted(set(triples), key=str)


@dataclass(frozen=True)
class Documents:
    """Finds the document of a thing.

    :ivar names: of the deployment.
    :ivar readers: where the store is asked.
    :ivar archive: where superseded submissions are.
    :ivar with_originals: whether documents say where files are to be had as they were handed in.
    """

    names: Names
    readers: Readers
    archive: Archive
    with_originals: bool = False
    _files: dict[str, tuple[Statement, ...]] = field(default_factory=dict, compare=False)
    _times: dict[int, str] = field(default_factory=dict, compare=False)

    def iri_of(self, path: str) -> str:
        """The IRI that is asked for at a path below the root of the service."""
        fixed = path.partition("/")[0] in _FIXED
        return (DEFAULT_BASE if fixed else self.names.base) + path

    def path_of(self, iri: str) -> str | None:
        """The path at which this service answers for an IRI, with its fragment; None for an IRI of others."""
        for base in (self.names.base, DEFAULT_BASE):
            if iri.startswith(base):
                path = iri[len(base) :]
                if base == self.names.base or path.partition("#")[0].partition("/")[0] in _FIXED:
                    return path
        return None

    def document(self, iri: str) -> Document | None:
        """The document of a thing; None where the graph does not know it.

        :param iri: without a fragment.
        :raises LcgraphError: as running a query does.
        """
        if iri in self._of_files:
            return Document(iri, self._from_file(iri))
        if iri == self.names.base + catalogue.PATH:
            return Document(iri, tuple(Statement(triple) for triple in self._catalogue()))
        try:
            thing, evidence = ox.NamedNode(iri), ox.NamedNode(Names.evidence_graph(iri))
        except ValueError:
            return None
        graphs = ""
        if iri.startswith(self.names.item("submission", "")):
            graphs = f"{thing} {evidence}"
        elif iri.startswith(self.names.item("city", "")):
            graphs = str(evidence)
        elif iri in (graph_of(self.names), examples_of(self.names)):
            graphs = str(thing)
        found = self._select(
            _DOCUMENT.format(
                thing=thing,
                graphs=graphs,
                prefix=terms.plain(iri + "#"),
                **{
                    name: ox.NamedNode(self.names.graph(name))
                    for name in ("archive", "framework", "cities", "ontology")
                },
                genid=terms.plain(self.names.base + ".well-known/genid/"),
            )
        )
        statements = [_statement(row) for row in found]
        statements.extend(self._within(iri, statements))
        statements.extend(self._graphs(iri, statements))
        if not statements:
            return None
        document = self._with_history(iri, statements)
        return replace(document, statements=(*document.statements, *self._downloads(document)))

    def _within(self, iri: str, statements: list[Statement]) -> Iterator[Statement]:
        """What is said, in the same graph, of the parts of a thing that it leads to.

        Asked for by their names: Virtuoso misses them at times where one query goes from the thing to its parts.
        """
        said = {(s.graph, s.triple.subject) for s in statements}
        parts = dict.fromkeys(
            (s.graph, s.triple.object)
            for s in statements
            if _is(s.triple.subject, iri)
            and isinstance(s.triple.object, ox.NamedNode)
            and s.triple.object.value.startswith(iri + "#")
            and (s.graph, s.triple.object) not in said
        )
        if parts:
            arms = (
                f"{{ GRAPH <{graph}> {{ {part} ?p ?o }} BIND (<{graph}> AS ?g) BIND ({part} AS ?s) }}"
                for graph, part in parts
            )
            yield from map(_statement, self._select(f"SELECT ?g ?s ?p ?o WHERE {{ {' UNION '.join(arms)} }}"))

    def _downloads(self, document: Document) -> list[Statement]:
        """Where the files of a submission are to be had, at the IRI of each with a slash for its ``#``."""
        if not self.with_originals or document.state == "withdrawn":
            return []
        files = (
            s.triple.subject.value
            for s in document.statements
            if isinstance(s.triple.subject, ox.NamedNode)
            and s.triple.subject.value.startswith(document.iri + "#file-")
            and s.triple.predicate.value == TYPE
            and _is(s.triple.object, LC + "SubmittedFile")
        )
        address = ox.NamedNode(DCAT + "downloadURL")
        return [
            Statement(ox.Triple(ox.NamedNode(file), address, ox.NamedNode(file.replace("#", "/")))) for file in files
        ]

    def original(self, document: Document, number: int) -> Original | None:
        """A file of a submission as it was handed in.

        :param number: of the file, from 1.
        """
        found = self._accepted(document.iri, document.statements)
        if found is None:
            return None
        commit, event = found
        return Original(commit, event.originals[number - 1]) if 0 < number <= len(event.originals) else None

    def _catalogue(self) -> list[ox.Triple]:
        span = self._select(catalogue.EXTENT)[0]
        countries = tuple(sorted(row["country"]["value"] for row in self._select(catalogue.COUNTRIES)))
        licences = tuple(sorted(row["licence"]["value"] for row in self._select(catalogue.LICENCES)))
        version = commit_of(self.state()) or 0
        extent = catalogue.Extent(
            span.get("first", {}).get("value", ""),
            span.get("last", {}).get("value", ""),
            countries,
            version,
            self.modified(),
            self.archive.commit(1).manifest.at if version else "",
            licences,
        )
        ontology = self._from_file(LC[:-1])
        (of_ontology,) = (
            s.triple.object.value
            for s in ontology
            if s.triple.predicate.value == OWL + "versionInfo" and isinstance(s.triple.object, ox.Literal)
        )
        return catalogue.catalogue(self.names, extent, of_ontology)

    def _with_history(self, iri: str, statements: list[Statement]) -> Document:
        said = {s.triple.predicate.value: s.triple.object for s in statements if _is(s.triple.subject, iri)}
        ended = said.get(PROV + "wasInvalidatedBy")
        if not isinstance(ended, ox.NamedNode):
            return Document(iri, tuple(statements))
        if ended.value == iri + "#withdrawal":
            return Document(iri, tuple(statements), "withdrawn")
        statements.extend(self._from_archive(iri, statements))
        later = self._select(_NEWER.format(old=ox.NamedNode(iri), archive=ox.NamedNode(self.names.graph("archive"))))
        return Document(iri, tuple(statements), "superseded", later[0]["new"]["value"] if later else "")

    def _from_archive(self, iri: str, statements: Iterable[Statement]) -> list[Statement]:
        """What a submission said while it was current."""
        found = self._accepted(iri, statements)
        if found is None:
            return []
        commit, event = found
        return [Statement(quad.triple, iri) for quad in ox.parse(commit.read(event.graph), ox.RdfFormat.N_QUADS)]

    def _accepted(self, iri: str, statements: Iterable[Statement]) -> tuple[Commit, Accepted] | None:
        """The commit by which a submission was accepted, and what it says of that."""
        commits = [
            int(local_name(s.triple.object.value))
            for s in statements
            if _is(s.triple.subject, iri + "#acceptance")
            and s.triple.predicate.value == LC + "inCommit"
            and isinstance(s.triple.object, ox.NamedNode)
        ]
        for number in commits:
            commit = self.archive.commit(number)
            for event in commit.manifest.events:
                if isinstance(event, Accepted) and event.submission == iri:
                    return commit, event
        return None

    def _graphs(self, iri: str, statements: Iterable[Statement]) -> list[Statement]:
        """What there is to say of the graphs that have a name of this thing."""
        counts: dict[str, int] = {}
        for statement in statements:
            if statement.graph.partition("#")[0] == iri:
                counts[statement.graph] = counts.get(statement.graph, 0) + 1
        if iri.startswith(self.names.graph("")):
            found = self._select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH {ox.NamedNode(iri)} {{ ?s ?p ?o }} }}")
            if found[0]["n"]["value"] != "0":
                counts[iri] = int(found[0]["n"]["value"])
        said = []
        for graph, n in counts.items():
            node = ox.NamedNode(graph)
            count = ox.Literal(str(n), datatype=ox.NamedNode(XSD + "integer"))
            said.append(ox.Triple(node, ox.NamedNode(TYPE), ox.NamedNode(VOID + "Dataset")))
            said.append(ox.Triple(node, ox.NamedNode(VOID + "triples"), count))
            if graph != iri:
                said.append(ox.Triple(node, ox.NamedNode(PROV + "wasDerivedFrom"), ox.NamedNode(iri)))
        return [Statement(triple) for triple in said]

    def links(self, iri: str) -> Links:
        """What in submissions leads to a thing."""
        graphs = " ".join(f"<{self.names.graph(name)}>" for name in ("archive", "framework", "cities", "ontology"))
        found = self._select(
            _LEADING.format(thing=ox.NamedNode(iri), graphs=", ".join(graphs.split()), limit=_LINKS + 1)
        )
        pairs = tuple(sorted((row["s"]["value"], row["p"]["value"]) for row in found[:_LINKS]))
        return Links(pairs, len(found) > _LINKS)

    def names_of(self, iris: Iterable[str]) -> dict[str, Name]:
        """What things are called, as far as the graph says so."""
        nodes = []
        for iri in iris:
            try:
                nodes.append(str(ox.NamedNode(iri)))
            except ValueError:
                continue
        said: list[tuple[str, str, str, str]] = []
        for start in range(0, len(nodes), 500):
            for row in self._select(_NAMES.format(things=" ".join(nodes[start : start + 500]))):
                label = row["label"]
                said.append((row["thing"]["value"], row["says"]["value"], label.get("xml:lang", ""), label["value"]))
        return named(said)

    def state(self) -> str | None:
        """The checkpoint that documents are read from."""
        return self.readers.state()

    def modified(self) -> str:
        """When the data changed last, UTC, ISO 8601; empty where nothing was published yet."""
        number = commit_of(self.state())
        if not number:
            return ""
        if number not in self._times:  # a manifest is long where much was published at once
            self._times.clear()
            self._times[number] = self.archive.commit(number).manifest.at
        return self._times.get(number, "")

    # ontologies and shapes, each a file

    @cached_property
    def _of_files(self) -> Mapping[str, list[Path]]:
        """IRI of an ontology, of a version of it, or of the shapes, to its files."""
        found = {DEFAULT_BASE + "shapes": resources.turtle_files("shapes")}
        for path in resources.turtle_files("ontology"):
            for quad in resources.read_turtle(path, self.names.base):
                if quad.predicate.value == TYPE and _is(quad.object, OWL + "Ontology"):
                    assert isinstance(quad.subject, ox.NamedNode)
                    found[quad.subject.value] = [path]
                if quad.predicate.value == OWL + "versionIRI":
                    assert isinstance(quad.object, ox.NamedNode)
                    found[quad.object.value] = [path]
        return found

    def versions_beside(self, iri: str) -> tuple[str, ...]:
        """The versions that there are of the ontology of which an IRI would be one; none where it is of none."""
        of, _, version = iri.rpartition("/")
        if not re.fullmatch(_VERSION, version):
            return ()
        return tuple(known for known in self._of_files if re.fullmatch(re.escape(of) + "/" + _VERSION, known))

    def _from_file(self, iri: str) -> tuple[Statement, ...]:
        if iri not in self._files:
            triples: list[ox.Triple] = []
            for path in self._of_files[iri]:
                dataset = ox.Dataset(resources.read_turtle(path, self.names.base))
                dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
                triples.extend(_relabelled(quad, path.stem) for quad in dataset)
            self._files[iri] = tuple(Statement(triple) for triple in in_order(triples))
        return self._files[iri]

    def _select(self, query: str) -> list[dict[str, dict[str, str]]]:
        found = self.readers.run(query, solutions="application/sparql-results+json")
        rows: list[dict[str, dict[str, str]]] = json.loads(found.body)["results"]["bindings"]
        return rows


_DOCUMENT = """SELECT DISTINCT ?g ?s ?p ?o WHERE {{
  {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} }}
  UNION {{ GRAPH ?g {{ {thing} ?p ?o }} BIND ({thing} AS ?s) }}
  UNION {{ GRAPH {archive} {{ ?s lc:inCommit {thing} ; ?p ?o }} BIND ({archive} AS ?g) FILTER (STRSTARTS(STR(?s), {prefix})) }}
  UNION {{ VALUES ?g {{ {framework} {cities} {ontology} }} GRAPH ?g {{ ?s ?p {thing} }} BIND ({thing} AS ?o)
    FILTER (!STRSTARTS(STR(?s), {genid})) }}
  UNION {{ GRAPH ?s {{ ?s lc:city {thing} }} BIND (?s AS ?g) BIND (lc:city AS ?p) BIND ({thing} AS ?o) }}
  UNION {{ GRAPH {archive} {{ ?s prov:wasRevisionOf {thing} }} BIND ({archive} AS ?g) BIND (prov:wasRevisionOf AS ?p) BIND ({thing} AS ?o) }}
}}"""

_NEWER = """SELECT ?new WHERE {{ GRAPH {archive} {{ ?new prov:wasRevisionOf+ {old}
  FILTER NOT EXISTS {{ ?new prov:wasInvalidatedBy ?ended }} }} }} LIMIT 1"""

_LEADING = """SELECT ?s ?p WHERE {{ GRAPH ?g {{ ?s ?p {thing} }} FILTER (?g NOT IN ({graphs})) }} LIMIT {limit}"""

# a list of properties in VALUES takes fifty times as long: the engine joins the two lists first
_NAMES = """SELECT ?thing ?says ?label WHERE {{ VALUES ?thing {{ {things} }} ?thing ?says ?label
  FILTER (?says IN (skos:prefLabel, rdfs:label, dcterms:title, skos:notation)) }}"""


def named(said: Iterable[tuple[str, str, str, str]]) -> dict[str, Name]:
    """The names that statements give.

    :param said: thing, property, language and text of each.
    """
    codes: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    for thing, prop, language, text in sorted(said):
        if prop == SKOS + "notation":
            codes.setdefault(thing, text)
        elif prop in NAMING:
            labels.setdefault(thing, {}).setdefault(language, text)
    return {thing: Name(codes.get(thing, ""), labels.get(thing, {})) for thing in {*codes, *labels}}


def _is(term: object, iri: str) -> bool:
    return isinstance(term, ox.NamedNode) and term.value == iri


def _statement(row: Mapping[str, Mapping[str, str]]) -> Statement:
    return Statement(ox.Triple(_node(row["s"]), ox.NamedNode(row["p"]["value"]), _term(row["o"])), row["g"]["value"])


def _node(said: Mapping[str, str]) -> ox.NamedNode | ox.BlankNode:
    return ox.NamedNode(said["value"]) if said["type"] == "uri" else ox.BlankNode(said["value"])


def _term(said: Mapping[str, str]) -> Term:
    if said["type"] != "literal":
        return _node(said)
    if "xml:lang" in said:
        return ox.Literal(said["value"], language=said["xml:lang"])
    return (
        ox.Literal(said["value"], datatype=ox.NamedNode(said["datatype"]))
        if "datatype" in said
        else ox.Literal(said["value"])
    )


def _relabelled(quad: ox.Quad, prefix: str) -> ox.Triple:
    """A triple whose blank nodes are told apart from those of other files, by labels that RDF/XML can write."""

    def named(term: Term | ox.Triple) -> Term:
        assert not isinstance(term, ox.Triple)
        return ox.BlankNode(f"b{prefix.replace('-', '')}{term.value}") if isinstance(term, ox.BlankNode) else term

    subject = named(quad.subject)
    assert not isinstance(subject, ox.Literal)
    return ox.Triple(subject, quad.predicate, named(quad.object))
