"""The project's own JSON-LD context, which is published at a stable address and made from the ontology.

The terms of the ontology go by their names, those of other vocabularies by their prefix; nothing
that a reader of the context alone would not understand stands in a document.
https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pyoxigraph as ox

from lcgraph.framework import resources
from lcgraph.framework.namespaces import (
    DCAT,
    DCTERMS,
    DEFAULT_BASE,
    LC,
    OWL,
    PREFIXES,
    PROV,
    QB,
    RDF,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
    TYPE,
    XSD,
)

PATH = "context.jsonld"
"""Where the context is published, below the root of the service."""

_TEXTS = (
    *(SKOS + name for name in ("prefLabel", "altLabel", "definition", "note", "example", "scopeNote")),
    *(RDFS + name for name in ("label", "comment")),
    *(DCTERMS + name for name in ("title", "description")),
)
_LINKS = (
    *(SDMX_DIMENSION + name for name in ("refArea", "sex")),
    *(SDMX_ATTRIBUTE + name for name in ("unitMeasure", "obsStatus")),
    *(PROV + name for name in ("wasDerivedFrom", "wasGeneratedBy", "wasInvalidatedBy", "wasRevisionOf")),
    *(QB + name for name in ("dataSet", "structure", "component", "dimension", "measure", "attribute", "codeList")),
    *(
        SKOS + name
        for name in ("inScheme", "broader", "narrower", "topConceptOf", "hasTopConcept", "exactMatch", "closeMatch")
    ),
    *(RDFS + name for name in ("domain", "range", "subClassOf", "subPropertyOf", "isDefinedBy", "seeAlso")),
    *(OWL + name for name in ("inverseOf", "imports", "versionIRI", "onProperty")),
    *(RDF + name for name in ("first", "rest")),
    *(DCTERMS + name for name in ("license", "spatial", "conformsTo", "isPartOf", "publisher")),
    *(DCAT + name for name in ("mediaType", "distribution", "dataset", "accessURL", "downloadURL")),
)
_TYPED = {
    SDMX_MEASURE + "obsValue": XSD + "decimal",
    SDMX_DIMENSION + "refPeriod": XSD + "gYear",
    PROV + "generatedAtTime": XSD + "dateTime",
    PROV + "endedAtTime": XSD + "dateTime",
    DCAT + "byteSize": XSD + "nonNegativeInteger",
}


@cache
def context() -> Mapping[str, Any]:
    """The context: prefixes, and for each term what its values are where nothing else is said."""
    entries: dict[str, Any] = {"@version": 1.1, "id": "@id", "type": "@type", **_prefixes()}
    for prop in _TEXTS:
        entries[short(prop)] = {"@id": short(prop), "@container": "@language"}
    for prop in _LINKS:
        entries[short(prop)] = {"@id": short(prop), "@type": "@id"}
    for prop, datatype in _TYPED.items():
        entries[short(prop)] = {"@id": short(prop), "@type": short(datatype)}
    entries |= _own_terms()
    return entries


@cache
def _prefixes() -> Mapping[str, str]:
    """The prefixes that are not the name of a term of ours, as ``unit`` is."""
    return {prefix: namespace for prefix, namespace in PREFIXES.items() if prefix not in _own_names()}


@cache
def _own_names() -> frozenset[str]:
    return frozenset(iri.removeprefix(LC) for iri in _own_said())


@cache
def _own_said() -> Mapping[str, Mapping[str, str]]:
    """What the ontology says of its terms: the kinds that they are of, and their range."""
    said: dict[str, dict[str, str]] = {}
    for quad in resources.read_turtle(resources.directory("ontology") / "lcgraph.ttl", DEFAULT_BASE):
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(LC):
            about = said.setdefault(quad.subject.value, {})
            if isinstance(quad.object, ox.NamedNode):
                if quad.predicate.value == TYPE and quad.object.value.startswith(OWL):
                    about.setdefault(quad.object.value, "")
                elif quad.predicate.value == RDFS + "range":
                    about["range"] = quad.object.value
    return said


def _own_terms() -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for iri, about in sorted(_own_said().items()):
        name = iri.removeprefix(LC)
        if OWL + "ObjectProperty" in about:
            terms[name] = {"@id": f"lc:{name}", "@type": "@id"}
        elif about.get("range", "").startswith(XSD) and about["range"] != XSD + "string":
            terms[name] = {"@id": f"lc:{name}", "@type": short(about["range"])}
        else:
            terms[name] = f"lc:{name}"
    return terms


def document() -> bytes:
    """The context as it is published."""
    return json.dumps({"@context": context()}, indent=1).encode() + b"\n"


def short(iri: str) -> str:
    """An IRI by its prefix, where the rest is a name that cannot be mistaken."""
    for prefix, namespace in _prefixes().items():
        rest = iri.removeprefix(namespace)
        if rest != iri and rest and "/" not in rest and ":" not in rest and "#" not in rest:
            return f"{prefix}:{rest}"
    return iri
