"""The page of a thing: what its document says, for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from lcgraph.errors import LcgraphError
from lcgraph.framework.framework import natural
from lcgraph.framework.namespaces import (
    DC,
    DCAT,
    DCTERMS,
    DIMENSIONS,
    GEO,
    LC,
    PROV,
    QB,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
    TYPE,
)
from lcgraph.language import Text, pick
from lcgraph.service.http import pages
from lcgraph.store.partitions import VOID
from lcgraph.telling.documents import NAMING, Document, Documents, Links, Name, Term, named
from lcgraph.telling.forms import ALL_PREFIXES, FORMS

_MANY = 40
"""So many values of one property are shown open; more are folded."""

_DEPTH = 6

_FORMS = [
    (name, extension, FORMS[extension])
    for name, extension in (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("RDF/XML", "rdf"))
]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is shown.

    :ivar text: what stands there.
    :ivar link: where it leads; empty for nowhere.
    :ivar code: a code that stands before the text.
    :ivar language: of the text, where it is not the page's.
    :ivar facts: what a nested node says.
    """

    text: str
    link: str = ""
    code: str = ""
    language: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A property with its values."""

    name: Value
    values: tuple[Value, ...]

    @property
    def many(self) -> bool:
        """Whether there are so many that they are folded."""
        return len(self.values) > _MANY


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a thing, with a hash IRI of its own."""

    fragment: str
    name: Value
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """An observation as a row: what it is a figure of, and what it rests on."""

    fragment: str
    measure: Value
    year: str
    splits: tuple[Value, ...]
    value: str
    unit: Value | None
    match: Value | None
    status: Value | None
    sources: tuple[Value, ...]
    place: str
    evidence: tuple[Value, ...]
    notes: tuple[Value, ...] = field(default=())


def page(request: Request, language: str, documents: Documents, document: Document, status: int = 200) -> Response:
    """The page of a thing.

    :raises LcgraphError: as running a query does.
    """
    links = Links((), False)
    if document.state == "current":
        with suppress(LcgraphError):  # an ontology can be read before anything is published
            links = documents.links(document.iri)
    view = _View(request, language, documents, document, links)
    return pages.page(
        "thing.html",
        request,
        language,
        status,
        thing=view,
        title=view.title,
        canonical=document.iri + ".html",
        place=quote(documents.path_of(document.iri) or ""),
        forms=_FORMS,
    )


class _View:
    """What the template shows."""

    def __init__(self, request: Request, language: str, documents: Documents, document: Document, links: Links) -> None:
        self.document = document
        self.iri = document.iri
        self.state = document.state
        self._language = language
        self._documents = documents
        self.root = request.scope.get("root_path", "")
        self._said: dict[str, dict[str, list[Term]]] = {}
        self._incoming: dict[str, list[str]] = {}
        for triple in document.triples:
            assert not isinstance(triple.object, ox.Triple)
            subject = _key(triple.subject)
            if _is_of(subject, self.iri) or isinstance(triple.subject, ox.BlankNode) or not self._leads_here(triple):
                self._said.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
            else:
                self._incoming.setdefault(triple.predicate.value, []).append(subject)
        for subject, prop in links.found:
            if not _is_of(subject, self.iri) and subject not in self._incoming.get(prop, ()):
                self._incoming.setdefault(prop, []).append(subject)
        self.more = links.more
        self._names = self._find_names()
        self.all_links = f"{self.root}/sparql?{urlencode({'query': _ALL_LINKS.format(iri=self.iri), 'format': 'csv'})}"

    def _leads_here(self, triple: ox.Triple) -> bool:
        return isinstance(triple.object, ox.NamedNode) and triple.object.value == self.iri

    def _find_names(self) -> Mapping[str, Name]:
        mentioned = {self.iri, *self._incoming, *(s for subjects in self._incoming.values() for s in subjects)}
        own: list[tuple[str, str, str, str]] = []
        for subject, said in self._said.items():
            mentioned.update((subject, *said))
            for prop, values in said.items():
                mentioned.update(v.value for v in values if isinstance(v, ox.NamedNode))
                if prop in NAMING or prop == SKOS + "notation":
                    own += [(subject, prop, v.language or "", v.value) for v in values if isinstance(v, ox.Literal)]
        found: dict[str, Name] = {}
        with suppress(LcgraphError):
            found = self._documents.names_of(sorted(iri for iri in mentioned if ":" in iri and iri not in _STANDARD))
        return {**found, **named(own)}

    # texts

    @property
    def title(self) -> str:
        """What the thing is called."""
        return self.value(ox.NamedNode(self.iri)).text

    @property
    def code(self) -> str:
        """Its code, where it has one."""
        return self.value(ox.NamedNode(self.iri)).code

    @property
    def kinds(self) -> list[Value]:
        """The classes that it belongs to."""
        return [self.value(kind) for kind in self._said.get(self.iri, {}).get(TYPE, [])]

    @property
    def definition(self) -> str:
        """What it is, in the language of the page."""
        texts = {
            v.language: v.value
            for prop in (SKOS + "definition", DCTERMS + "description", RDFS + "comment")
            for v in self._said.get(self.iri, {}).get(prop, [])
            if isinstance(v, ox.Literal) and v.language
        }
        return pick(texts, self._language)

    def local(self, iri: str) -> str:
        """Where an IRI leads: into this service, or to an address of others; empty where it leads nowhere."""
        path = self._documents.path_of(iri)
        if path is None:
            return iri if iri.startswith(("http://", "https://")) else ""
        path, mark, fragment = path.partition("#")
        if path == self._documents.path_of(self.iri) and mark:
            return f"#{quote(fragment)}"
        return f"{self.root}/{quote(path)}?lang={self._language}" + (f"#{quote(fragment)}" if mark else "")

    def value(self, term: Term, depth: int = 0) -> Value:
        """A term as it is shown."""
        if isinstance(term, ox.Literal):
            tag = term.language or ""
            return Value(term.value, language="" if tag == self._language else tag)
        if isinstance(term, ox.BlankNode):
            key = _key(term)
            return Value("…", facts=self._facts(key, depth + 1) if depth < _DEPTH and key in self._said else ())
        iri = term.value
        if iri in _STANDARD:
            return Value(_STANDARD[iri].to(self._language), self.local(iri))
        name = self._names.get(iri)
        path = self._documents.path_of(iri) or ""
        kind, _, rest = path.partition("/")
        if kind == "submission" and "#" not in rest:  # many have the same title
            label = pick(name.labels, self._language) if name else ""
            return Value(label or rest, self.local(iri), rest if label else "")
        if name and name.labels:
            labels = {tag: text for tag, text in name.labels.items() if tag}
            text = pick(labels, self._language) if labels else name.labels[""]
            return Value(text, self.local(iri), name.code if name.code != text else "")
        if kind == "submission" or iri.startswith(self.iri + "#"):
            path = rest if kind == "submission" else iri.partition("#")[2]
        return Value((name.code if name else "") or _short(iri, path), self.local(iri))

    # facts

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is said of the thing itself."""
        return self._facts(self.iri)

    def _facts(self, subject: str, depth: int = 0) -> tuple[Fact, ...]:
        said = self._said.get(subject, {})
        facts = []
        for prop, values in said.items():
            if subject == self.iri and prop in (TYPE, SKOS + "definition", DCTERMS + "description"):
                continue
            facts.append(Fact(self.value(ox.NamedNode(prop)), self._values(prop, values, depth)))
        return tuple(sorted(facts, key=lambda fact: fact.name.text))

    def _values(self, prop: str, values: Iterable[Term], depth: int = 0) -> tuple[Value, ...]:
        texts = [v for v in values if isinstance(v, ox.Literal) and v.language]
        if prop != SKOS + "prefLabel" and any(v.language == self._language for v in texts):
            values = [v for v in values if v not in texts or v.language == self._language]  # type: ignore[union-attr]  # a literal, as it is in texts
        shown = [self.value(v, depth) for v in values]
        return tuple(sorted(shown, key=lambda v: (bool(v.language), natural(v.code), natural(v.text))))

    @property
    def parts(self) -> list[Part]:
        """Its hash IRIs, other than observations, with what is said of them."""
        figures = {figure.fragment for figure in self.figures}
        found = []
        for subject in self._said:
            fragment = subject.removeprefix(self.iri + "#") if subject.startswith(self.iri + "#") else ""
            foreign = not _is_of(subject, self._base_of_hashes) and ":" in subject and not subject.startswith("_:")
            if subject == self.iri or fragment in figures or subject.startswith("_:"):
                continue
            if fragment or foreign or _is_of(subject, self._base_of_hashes):
                fragment = fragment or subject.removeprefix(self._base_of_hashes + "#")
                name = self.value(ox.NamedNode(subject))
                found.append(
                    Part(fragment, Value(name.text, "" if not foreign else name.link, name.code), self._facts(subject))
                )
        return sorted(found, key=lambda part: natural(part.fragment))

    @property
    def _base_of_hashes(self) -> str:
        """The IRI whose hash IRIs the document is about: a version of an ontology speaks of its terms."""
        return LC[:-1] if self.iri.startswith(LC[:-1]) else self.iri

    @property
    def incoming(self) -> list[Fact]:
        """What leads here, by property."""
        facts = [
            Fact(
                self.value(ox.NamedNode(prop)),
                tuple(
                    sorted(
                        (self.value(ox.NamedNode(s)) for s in set(subjects)), key=lambda v: natural(v.code or v.text)
                    )
                ),
            )
            for prop, subjects in self._incoming.items()
        ]
        return sorted(facts, key=lambda fact: fact.name.text)

    @property
    def newer(self) -> Value | None:
        """The submission that is published in its place now."""
        return self.value(ox.NamedNode(self.document.newer)) if self.document.newer else None

    @property
    def reason(self) -> str:
        """Why a submission was withdrawn."""
        values = self._said.get(self.iri + "#withdrawal", {}).get(LC + "reason", [])
        return values[0].value if values else ""

    @property
    def figures(self) -> list[Figure]:
        """The observations of a submission."""
        rows = [
            self._figure(subject, said)
            for subject, said in self._said.items()
            if any(isinstance(v, ox.NamedNode) and v.value == QB + "Observation" for v in said.get(TYPE, []))
        ]
        return sorted(rows, key=lambda row: natural(row.fragment))

    def _figure(self, subject: str, said: Mapping[str, list[Term]]) -> Figure:
        def first(prop: str) -> Value | None:
            return self.value(said[prop][0]) if said.get(prop) else None

        def all_of(prop: str) -> tuple[Value, ...]:
            return self._values(prop, said.get(prop, []))

        def text(prop: str) -> str:
            return said[prop][0].value if said.get(prop) else ""

        place = [self._title_of_file(said), text(LC + "sheet")]
        if line := text(LC + "line"):
            place.append(Text("line {line}", line=line).to(self._language))
        place.append(text(LC + "cell"))
        splits = [
            value
            for prop in DIMENSIONS
            for term in said.get(prop, [])
            if not _is_total(term) and (value := self.value(term)).text
        ]
        return Figure(
            subject.partition("#")[2],
            first(LC + "ofMeasure") or Value(""),
            text(SDMX_DIMENSION + "refPeriod"),
            tuple(splits),
            text(SDMX_MEASURE + "obsValue"),
            first(SDMX_ATTRIBUTE + "unitMeasure"),
            first(LC + "definitionMatch"),
            first(SDMX_ATTRIBUTE + "obsStatus"),
            all_of(PROV + "wasDerivedFrom"),
            ", ".join(filter(None, place)),
            all_of(LC + "evidenceForAction"),
            (*all_of(SKOS + "note"), *all_of(LC + "conversion")),
        )

    def _title_of_file(self, said: Mapping[str, list[Term]]) -> str:
        for file in said.get(LC + "statedIn", []):
            titles = self._said.get(_key(file), {}).get(DCTERMS + "title", [])
            if titles:
                return titles[0].value
        return ""


_ALL_LINKS = "SELECT ?from ?property ?graph WHERE {{ GRAPH ?graph {{ ?from ?property <{iri}> }} }}"

_STANDARD: Mapping[str, Text] = {
    TYPE: Text("type"),
    SKOS + "prefLabel": Text("name"),
    SKOS + "altLabel": Text("other name"),
    SKOS + "definition": Text("definition"),
    SKOS + "notation": Text("code"),
    SKOS + "note": Text("note"),
    SKOS + "inScheme": Text("in code list"),
    SKOS + "exactMatch": Text("same definition"),
    SKOS + "closeMatch": Text("nearly the same definition"),
    SKOS + "broadMatch": Text("broader definition"),
    SKOS + "narrowMatch": Text("narrower definition"),
    SKOS + "relatedMatch": Text("related definition"),
    RDFS + "label": Text("name"),
    RDFS + "comment": Text("comment"),
    RDFS + "domain": Text("said of"),
    RDFS + "range": Text("has as value"),
    RDFS + "subClassOf": Text("is a kind of"),
    RDFS + "seeAlso": Text("see also"),
    DC + "creator": Text("submitted by"),
    VOID + "Dataset": Text("data set"),
    VOID + "triples": Text("statements"),
    DCAT + "Dataset": Text("data set (DCAT)"),
    GEO + "hasGeometry": Text("position"),
    GEO + "asWKT": Text("coordinates"),
    DCAT + "downloadURL": Text("as it was handed in"),
    DCTERMS + "title": Text("title"),
    DCTERMS + "description": Text("description"),
    DCTERMS + "source": Text("source"),
    DCTERMS + "publisher": Text("publisher"),
    DCTERMS + "creator": Text("created by"),
    DCTERMS + "language": Text("language"),
    DCTERMS + "license": Text("licence"),
    DCTERMS + "created": Text("created"),
    DCTERMS + "spatial": Text("place"),
    DCTERMS + "temporal": Text("period"),
    DCTERMS + "conformsTo": Text("conforms to"),
    PROV + "wasDerivedFrom": Text("derived from"),
    PROV + "wasGeneratedBy": Text("came about by"),
    PROV + "wasInvalidatedBy": Text("ended by"),
    PROV + "wasRevisionOf": Text("revision of"),
    PROV + "wasInfluencedBy": Text("influenced by"),
    PROV + "generatedAtTime": Text("came about at"),
    PROV + "endedAtTime": Text("took place at"),
    QB + "dataSet": Text("data set"),
    QB + "structure": Text("data structure"),
    QB + "component": Text("component"),
    QB + "Observation": Text("observation (Data Cube)"),
    QB + "DataSet": Text("data set (Data Cube)"),
    SDMX_DIMENSION + "refArea": Text("city reported on"),
    SDMX_DIMENSION + "refPeriod": Text("period reported on"),
    SDMX_DIMENSION + "sex": Text("sex"),
    SDMX_MEASURE + "obsValue": Text("value"),
    SDMX_ATTRIBUTE + "unitMeasure": Text("unit"),
    SDMX_ATTRIBUTE + "obsStatus": Text("status"),
}
"""What properties of the standards are called: the ontology gives names to its own only."""


def _key(term: object) -> str:
    return f"_:{term.value}" if isinstance(term, ox.BlankNode) else str(getattr(term, "value", ""))


def _is_of(subject: str, iri: str) -> bool:
    return subject == iri or subject.startswith(iri + "#")


def _is_total(term: Term) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.endswith(("/total", "sex-T"))


def _short(iri: str, path: str) -> str:
    """An IRI that has no name, as short as can be."""
    if path:
        return path
    for prefix, namespace in ALL_PREFIXES.items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :]:
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
