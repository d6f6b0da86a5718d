"""JSON-LD with the project's own context, which is published at a stable address and made from the ontology.

The terms of the ontology go by their names, those of other vocabularies by their prefix; nothing
that a reader of the context alone would not understand stands in a document.
https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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
        entries[_short(prop)] = {"@id": _short(prop), "@container": "@language"}
    for prop in _LINKS:
        entries[_short(prop)] = {"@id": _short(prop), "@type": "@id"}
    for prop, datatype in _TYPED.items():
        entries[_short(prop)] = {"@id": _short(prop), "@type": _short(datatype)}
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
            terms[name] = {"@id": f"lc:{name}", "@type": _short(about["range"])}
        else:
            terms[name] = f"lc:{name}"
    return terms


def context_document() -> bytes:
    """The context as it is published."""
    return json.dumps({"@context": context()}, indent=1).encode() + b"\n"


def compact(triples: Iterable[ox.Triple], address: str) -> bytes:
    """Triples as a JSON-LD document.

    :param triples: in the order in which they are to stand.
    :param address: of the published context.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for triple in triples:
        subject = _id(triple.subject)
        node = nodes.setdefault(subject, {"id": subject})
        if triple.predicate.value == TYPE:
            node.setdefault("type", []).append(_name(triple.object))
            continue
        name, value = _value(triple.predicate.value, triple.object)
        if isinstance(value, dict) and set(value) == {"@of"}:
            language, text = value["@of"]
            node.setdefault(name, {}).setdefault(language, []).append(text)
        else:
            node.setdefault(name, []).append(value)
    for node in nodes.values():
        for key, values in node.items():
            if isinstance(values, dict):
                node[key] = {tag: _one(texts) for tag, texts in values.items()}
            elif key != "id":
                node[key] = _one(values)
    document = {"@context": address, "@graph": list(nodes.values())}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _value(prop: str, value: object) -> tuple[str, Any]:
    """The key of a property, and a value as its term in the context wants it."""
    name = prop.removeprefix(LC) if prop.startswith(LC) and prop.removeprefix(LC) in context() else _short(prop)
    term = context().get(name, {})
    coerced = term.get("@type", "") if isinstance(term, dict) else ""
    if isinstance(value, (ox.NamedNode, ox.BlankNode)):
        if isinstance(term, dict) and "@container" in term:
            return prop, {"id": _id(value)}  # by its IRI: a language map holds texts only
        return name, _id(value) if coerced == "@id" else {"id": _id(value)}
    assert isinstance(value, ox.Literal)
    if isinstance(term, dict) and "@container" in term:
        if value.language is not None:
            return name, {"@of": (value.language, value.value)}
        if value.datatype.value == XSD + "string":
            return name, {"@of": ("@none", value.value)}
        return prop, {
            "@value": value.value,
            "@type": value.datatype.value,
        }  # by its IRI: a language map holds texts only
    if value.language is not None:
        return name, {"@value": value.value, "@language": value.language}
    datatype = value.datatype.value
    if datatype == XSD + "string":
        return name, {"@value": value.value} if coerced else value.value
    return name, value.value if coerced == _short(datatype) else {"@value": value.value, "@type": _short(datatype)}


def _id(node: object) -> str:
    if isinstance(node, ox.BlankNode):
        return f"_:{node.value}"
    assert isinstance(node, ox.NamedNode)
    return node.value


def _name(node: object) -> str:
    return _short(node.value) if isinstance(node, ox.NamedNode) else _id(node)


def _short(iri: str) -> str:
    """An IRI by its prefix, where the rest is a name that cannot be mistaken."""
    for prefix, namespace in _prefixes().items():
        rest = iri.removeprefix(namespace)
        if rest != iri and rest and "/" not in rest and ":" not in rest and "#" not in rest:
            return f"{prefix}:{rest}"
    return iri
