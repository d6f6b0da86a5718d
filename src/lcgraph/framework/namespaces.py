"""The namespaces of the graph and the IRIs of what is in it."""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

DEFAULT_BASE: Final = "https://w3id.org/lcgraph/"

LC: Final = "https://w3id.org/lcgraph/ontology#"
LCS: Final = "https://w3id.org/lcgraph/shapes#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
SH: Final = "http://www.w3.org/ns/shacl#"
PROV: Final = "http://www.w3.org/ns/prov#"
QB: Final = "http://purl.org/linked-data/cube#"
DC: Final = "http://purl.org/dc/elements/1.1/"
DCTERMS: Final = "http://purl.org/dc/terms/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
GEO: Final = "http://www.opengis.net/ont/geosparql#"
QUDT: Final = "http://qudt.org/schema/qudt/"
UNIT: Final = "http://qudt.org/vocab/unit/"
VOID: Final = "http://rdfs.org/ns/void#"
SPDX: Final = "http://spdx.org/rdf/terms#"
SDMX_DIMENSION: Final = "http://purl.org/linked-data/sdmx/2009/dimension#"
SDMX_MEASURE: Final = "http://purl.org/linked-data/sdmx/2009/measure#"
SDMX_ATTRIBUTE: Final = "http://purl.org/linked-data/sdmx/2009/attribute#"
SDMX_CODE: Final = "http://purl.org/linked-data/sdmx/2009/code#"

PREFIXES: Final[dict[str, str]] = {
    "dc": DC,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "geo": GEO,
    "lc": LC,
    "owl": OWL,
    "prov": PROV,
    "qb": QB,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "sdmx-attribute": SDMX_ATTRIBUTE,
    "sdmx-code": SDMX_CODE,
    "sdmx-dimension": SDMX_DIMENSION,
    "sdmx-measure": SDMX_MEASURE,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "unit": UNIT,
    "xsd": XSD,
}
"""Prefixes that Turtle output, queries and the query editor share."""

TYPE: Final = RDF + "type"
SEX: Final = SDMX_DIMENSION + "sex"
HOUSEHOLD_INCOME: Final = LC + "householdIncome"
SECTOR: Final = LC + "sector"
EDUCATION_LEVEL: Final = LC + "educationLevel"
SETTING: Final = LC + "setting"
DIMENSIONS: Final = (SEX, HOUSEHOLD_INCOME, SECTOR, EDUCATION_LEVEL, SETTING)
"""The properties by which a figure is split, in the order of the data structure definition."""


class Names:
    """IRIs of a deployment: everything that is not a term of the ontology lies under its base.

    :param base: an absolute ``http`` or ``https`` IRI that ends in a slash.
    :raises ValueError: if it is none.
    """

    def __init__(self, base: str = DEFAULT_BASE) -> None:
        if not (re.fullmatch(r"https?://[^\s/#?][^\s#?]*/", base) and _is_iri(base)):
            raise ValueError(f"a base IRI is http(s), has no query or fragment, and ends in a slash: {base!r}")
        self.base = base

    def item(self, kind: str, code: str) -> str:
        """The IRI of an item: ``item("commitment", "7")``."""
        return f"{self.base}{kind}/{code}"

    def city(self, code: str) -> str:
        """The IRI of a city: ``city("ie-cork")``."""
        return self.item("city", code)

    def submission(self, city: str, year: int, revision: int | str) -> str:
        """The IRI of a submission, which is also the name of its graph."""
        return f"{self.base}submission/{city}/{year}/{revision}"

    def graph(self, name: str) -> str:
        """The name of a graph that is not a submission: ``ontology``, ``framework``, ``cities``, ``archive``."""
        return self.item("graph", name)

    @staticmethod
    def evidence_graph(submission: str) -> str:
        """The name of the graph with what follows from a submission."""
        return submission + "#evidence"


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def local_name(iri: str) -> str:
    """The last part of an IRI, after ``#`` or ``/``.

    >>> local_name("https://w3id.org/lcgraph/measure/1.1.1-a")
    '1.1.1-a'
    """
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]
