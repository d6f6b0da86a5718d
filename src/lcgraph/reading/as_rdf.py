"""A submission as an RDF document, in the formats that are read."""

from __future__ import annotations

import json
from typing import Final

import pyoxigraph as ox

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import PREFIXES
from lcgraph.reading.graph import submission_graph
from lcgraph.reading.submission import Submission

FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}
"""Extension to format."""


def to_rdf(submission: Submission, framework: Framework, kind: str) -> bytes:
    """The submission as RDF; reading it gives the same submission.

    :param kind: a key of :data:`FORMATS`.
    """
    graph = submission_graph(submission, framework)
    rdf_format = FORMATS[kind]
    prefixes = {"": graph.iri + "#"} | {p: n for p, n in PREFIXES.items() if f"<{n}" in graph.ntriples()}
    quads = ox.parse(graph.nquads(), ox.RdfFormat.N_QUADS)
    as_dataset = rdf_format.supports_datasets and kind != "jsonld"
    statements = quads if as_dataset else (quad.triple for quad in quads)
    data = ox.serialize(statements, format=rdf_format, prefixes=prefixes)
    assert data is not None
    if kind == "jsonld":  # the serializer writes one long line, in which no place could be named
        return json.dumps(json.loads(data), ensure_ascii=False, indent=1).encode() + b"\n"
    return _sorted_prefixes(data) if kind in ("ttl", "trig") else data


def _sorted_prefixes(turtle: bytes) -> bytes:
    """The same document with its prefixes in order: the serializer writes them in any."""
    lines = turtle.split(b"\n")
    n = next(i for i, line in enumerate(lines) if not line.startswith(b"@prefix"))
    return b"\n".join(sorted(lines[:n]) + lines[n:])
