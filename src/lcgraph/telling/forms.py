"""The forms of RDF that documents come in: the same triples in each, and the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyoxigraph as ox

from lcgraph.framework.namespaces import PREFIXES
from lcgraph.telling import json_ld

FORMS = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
"""Extension of an address to the form that it gives."""

ALL_PREFIXES = {
    **PREFIXES,
    "foaf": "http://xmlns.com/foaf/0.1/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sf": "http://www.opengis.net/ont/sf#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
}


def written(triples: Sequence[ox.Triple], media_type: str, context: str) -> bytes:
    """Triples in a form of RDF.

    :param triples: in the order in which they are to stand, those of a subject together.
    :param media_type: one of :data:`FORMS`.
    :param context: address of the JSON-LD context.
    """
    if media_type == FORMS["jsonld"]:
        return json_ld.compact(triples, context)
    prefixes = ALL_PREFIXES if media_type != FORMS["nt"] else None
    body = ox.serialize(triples, format=ox.RdfFormat.from_media_type(media_type), prefixes=prefixes)
    assert body is not None
    return _with_prefixes_in_order(body.decode(), media_type).encode()


def _with_prefixes_in_order(text: str, media_type: str) -> str:
    """The engine writes all prefixes, in any order; this leaves those that are used, in one order."""
    if media_type == FORMS["ttl"]:
        declared = re.findall(r"^@prefix ([\w-]+): (<[^>]*>) \.\n", text, re.MULTILINE)
        body = text[sum(len(f"@prefix {prefix}: {iri} .\n") for prefix, iri in declared) :]
        used = {prefix for prefix, _ in declared if f"{prefix}:" in body}
        return (
            "".join(f"@prefix {prefix}: {iri} .\n" for prefix, iri in sorted(declared) if prefix in used) + "\n" + body
        )
    if media_type == FORMS["rdf"]:
        root = re.search(r"<rdf:RDF([^>]*)>", text)
        assert root is not None
        kept = sorted(a for a in root[1].split() if f"<{a.partition('=')[0].removeprefix('xmlns:')}:" in text)
        return f"{text[: root.start()]}<rdf:RDF {' '.join(kept)}>{text[root.end() :]}"
    return text
