"""The catalogue of a deployment in DCAT 3: its data sets, their distributions, and the services that answer for them.

It has what DCAT-AP 3 asks for. https://www.w3.org/TR/vocab-dcat-3/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from lcgraph.framework.namespaces import DCAT, DCTERMS, DEFAULT_BASE, RDFS, TYPE, XSD, Names
from lcgraph.language import Text
from lcgraph.store.partitions import FOAF, VOID, dataset_of, graph_of
from lcgraph.telling.forms import FORMS

PATH = "catalogue"
DUMP = "dump.nq.gz"
"""Where the whole graph is given, below the root of the service."""

_MEDIA = "http://www.iana.org/assignments/media-types/"
_LANGUAGE = "http://publications.europa.eu/resource/authority/language/"
_FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/IRREG"
_THEMES = "http://publications.europa.eu/resource/authority/data-theme/"
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Extent:
    """What the data span.

    :ivar first: first reference year of a current submission; empty for none.
    :ivar last: the last one.
    :ivar countries: IRIs of the countries whose cities have submitted.
    :ivar version: number of the last commit; 0 for none.
    :ivar modified: when it was written, ISO 8601; empty for none.
    :ivar issued: when the first was written.
    :ivar licences: IRIs of the licences that sources of current submissions state.
    """

    first: str = ""
    last: str = ""
    countries: tuple[str, ...] = ()
    version: int = 0
    modified: str = ""
    issued: str = ""
    licences: tuple[str, ...] = ()


LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""Of the framework."""

EXTENT = """SELECT (MIN(?year) AS ?first) (MAX(?year) AS ?last) WHERE { GRAPH ?s { ?s a lc:Submission ; lc:referenceYear ?year } }"""
COUNTRIES = (
    """SELECT DISTINCT ?country WHERE { GRAPH ?s { ?s lc:city ?city ; a lc:Submission } ?city lc:country ?country }"""
)
LICENCES = """SELECT DISTINCT ?licence WHERE { GRAPH ?s { ?s a lc:Submission . ?source a lc:Source ; dcterms:license ?licence } }"""


def catalogue(names: Names, extent: Extent, version: str) -> list[ox.Triple]:
    """The catalogue.

    :param version: of the ontology.
    """
    return list(_Written(names, extent, version).triples())


class _Written:
    def __init__(self, names: Names, extent: Extent, version: str) -> None:
        self.names = names
        self.extent = extent
        self.version = version
        self.iri = names.base + PATH

    def part(self, name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{self.iri}#{name}")

    def triples(self) -> Iterator[ox.Triple]:
        this, publisher = ox.NamedNode(self.iri), self.part("publisher")
        network, framework = ox.NamedNode(dataset_of(self.names)), self.part("framework")
        sparql, questions = self.part("sparql"), self.part("questions")
        yield from self.said(
            this,
            DCAT + "Catalog",
            {
                DCAT + "dataset": [network, framework],
                DCAT + "service": [sparql, questions],
                FOAF + "homepage": [ox.NamedNode(self.names.base)],
            },
        )
        yield from _texts(
            this,
            Text("Catalogue of the learning cities' knowledge graph"),
            Text(
                "What this service offers: the graph as a whole, the ontology and the framework, and the ways to ask them."
            ),
        )
        yield from self.terms(this, LICENCE)
        yield from self.times(this)
        yield from self.network(network)
        yield from self.framework(framework)
        yield from self.service(
            sparql, "sparql", "sparql", Text("The SPARQL endpoint"), network, "http://www.w3.org/TR/sparql11-protocol/"
        )
        yield from self.service(
            questions,
            "questions",
            "openapi.json",
            Text("The questions, with answers as JSON and CSV"),
            network,
            "https://spec.openapis.org/oas/v3.1.0",
        )
        yield from self.rights()
        yield ox.Triple(publisher, _node(TYPE), _node(FOAF + "Agent"))
        yield ox.Triple(publisher, _node(FOAF + "name"), ox.Literal("lcgraph"))

    def said(self, subject: ox.NamedNode, kind: str, more: dict[str, list[ox.NamedNode]]) -> Iterator[ox.Triple]:
        """What DCAT-AP asks of catalogues and data sets alike."""
        yield ox.Triple(subject, _node(TYPE), _node(kind))
        yield ox.Triple(subject, _node(DCTERMS + "publisher"), self.part("publisher"))
        for language in ("ENG", "ZHO"):
            yield ox.Triple(subject, _node(DCTERMS + "language"), _node(_LANGUAGE + language))
        for prop, values in more.items():
            for value in values:
                yield ox.Triple(subject, _node(prop), value)

    def terms(self, subject: ox.NamedNode, licence: str = "") -> Iterator[ox.Triple]:
        """Under which terms something may be used: a licence, or what is to be known where there is none for all of it."""
        if licence:
            yield ox.Triple(subject, _node(DCTERMS + "license"), _node(licence))
        else:
            yield ox.Triple(subject, _node(DCTERMS + "rights"), self.part("rights"))

    def rights(self) -> Iterator[ox.Triple]:
        """The terms of the network's data: what cities report is theirs, or of the sources that they took it from."""
        this = self.part("rights")
        text = Text(
            "The framework is under CC BY 4.0. What cities report keeps the terms of its sources: each source names its publisher and, where it has one, its licence. Name the city and the source with each figure."
        )
        yield ox.Triple(this, _node(TYPE), _node(DCTERMS + "RightsStatement"))
        for language in _LANGUAGES:
            yield ox.Triple(this, _node(RDFS + "label"), ox.Literal(text.to(language), language=language))
        for licence in sorted({LICENCE, *self.extent.licences}):
            yield ox.Triple(this, _node(RDFS + "seeAlso"), _node(licence))

    def times(self, subject: ox.NamedNode) -> Iterator[ox.Triple]:
        """When the first commit was written, and the last."""
        for prop, at in (("issued", self.extent.issued), ("modified", self.extent.modified)):
            if at:
                yield ox.Triple(subject, _node(DCTERMS + prop), ox.Literal(at, datatype=_node(XSD + "dateTime")))

    def network(self, this: ox.NamedNode) -> Iterator[ox.Triple]:
        dump, extent = self.part("dump"), self.extent
        theme = [_node(_THEMES + name) for name in ("EDUC", "SOCI", "REGI")]
        more = {
            DCAT + "theme": theme,
            DCAT + "distribution": [dump, self.part("endpoint")],
            DCTERMS + "conformsTo": [_node(DEFAULT_BASE + "ontology"), _node("http://purl.org/linked-data/cube")],
            DCTERMS + "accrualPeriodicity": [_node(_FREQUENCY)],
            DCTERMS + "spatial": [_node(country) for country in extent.countries],
            FOAF + "page": [_node(self.names.base)],
            DCTERMS + "isReferencedBy": [_node(graph_of(self.names))],
        }
        yield from self.said(this, DCAT + "Dataset", more)
        yield from self.terms(this)
        yield from self.times(this)
        yield ox.Triple(this, _node(TYPE), _node(VOID + "Dataset"))
        yield ox.Triple(this, _node(DCAT + "version"), ox.Literal(str(extent.version)))
        for word in ("learning cities", "Beijing Declaration", "lifelong learning", "indicators"):
            yield ox.Triple(this, _node(DCAT + "keyword"), ox.Literal(word, language="en"))
        for word in ("学习型城市", "北京宣言", "终身学习", "指标"):
            yield ox.Triple(this, _node(DCAT + "keyword"), ox.Literal(word, language="zh"))
        yield from _texts(
            this,
            Text("Learning cities: their commitments, features and measures, and what cities report"),
            Text(
                "The Beijing Declaration, the Key Features of Learning Cities, and every current submission of a city with its observations, sources and the evidence that follows. It shows evidence and gaps; it never ranks cities."
            ),
        )
        if extent.first:
            period = self.part("period")
            yield ox.Triple(this, _node(DCTERMS + "temporal"), period)
            yield ox.Triple(period, _node(TYPE), _node(DCTERMS + "PeriodOfTime"))
            for prop, year in (("startDate", extent.first), ("endDate", extent.last)):
                yield ox.Triple(period, _node(DCAT + prop), ox.Literal(year, datatype=_node(XSD + "gYear")))
        address = self.names.base + DUMP
        yield from self.distribution(
            dump, address, "application/n-quads", Text("The whole graph as canonical N-Quads, compressed")
        )
        yield from self.terms(dump)
        yield ox.Triple(dump, _node(DCAT + "downloadURL"), _node(address))
        yield ox.Triple(dump, _node(DCAT + "compressFormat"), _node(_MEDIA + "application/gzip"))
        endpoint = self.part("endpoint")
        yield from self.distribution(
            endpoint, self.names.base + "sparql", "application/sparql-results+json", Text("The SPARQL endpoint")
        )
        yield from self.terms(endpoint)
        yield ox.Triple(endpoint, _node(DCAT + "accessService"), self.part("sparql"))

    def framework(self, this: ox.NamedNode) -> Iterator[ox.Triple]:
        forms = {extension: self.part(f"ontology-{extension}") for extension in FORMS}
        yield from self.said(
            this,
            DCAT + "Dataset",
            {DCAT + "distribution": list(forms.values()), FOAF + "page": [_node(DEFAULT_BASE + "ontology")]},
        )
        yield from self.terms(this, LICENCE)
        yield ox.Triple(this, _node(DCAT + "version"), ox.Literal(self.version))
        yield from _texts(
            this,
            Text("The ontology, the framework and its codes"),
            Text(
                "The classes and properties, the Beijing Declaration, the editions of the Key Features, the code lists, countries and cities."
            ),
        )
        for extension, media_type in FORMS.items():
            address = f"{DEFAULT_BASE}ontology.{extension}"
            title = Text("The terms of the ontology as {format}", format=media_type)
            yield from self.distribution(forms[extension], address, media_type, title)
            yield from self.terms(forms[extension], LICENCE)
            yield ox.Triple(forms[extension], _node(DCAT + "downloadURL"), _node(address))

    def distribution(self, this: ox.NamedNode, address: str, media_type: str, title: Text) -> Iterator[ox.Triple]:
        yield ox.Triple(this, _node(TYPE), _node(DCAT + "Distribution"))
        yield ox.Triple(this, _node(DCAT + "accessURL"), _node(address))
        yield ox.Triple(this, _node(DCAT + "mediaType"), _node(_MEDIA + media_type))
        yield from _texts(this, title)

    def service(
        self, this: ox.NamedNode, path: str, description: str, title: Text, serves: ox.NamedNode, conforms: str
    ) -> Iterator[ox.Triple]:
        yield ox.Triple(this, _node(TYPE), _node(DCAT + "DataService"))
        yield ox.Triple(this, _node(DCAT + "endpointURL"), _node(self.names.base + path))
        yield ox.Triple(this, _node(DCAT + "endpointDescription"), _node(self.names.base + description))
        yield ox.Triple(this, _node(DCAT + "servesDataset"), serves)
        yield ox.Triple(this, _node(DCTERMS + "conformsTo"), _node(conforms))
        yield from self.terms(this)
        yield ox.Triple(this, _node(DCTERMS + "publisher"), self.part("publisher"))
        yield from _texts(this, title)


def _texts(subject: ox.NamedNode, title: Text, description: Text | None = None) -> Iterator[ox.Triple]:
    for language in _LANGUAGES:
        yield ox.Triple(subject, _node(DCTERMS + "title"), ox.Literal(title.to(language), language=language))
        if description is not None:
            text = ox.Literal(description.to(language), language=language)
            yield ox.Triple(subject, _node(DCTERMS + "description"), text)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)
