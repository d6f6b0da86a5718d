"""A submission as an RDF document, in the formats that are read."""

from __future__ import annotations

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
    quads = list(ox.parse(graph.nquads(), ox.RdfFormat.N_QUADS))
    if not rdf_format.supports_datasets or kind == "jsonld":
        data = ox.serialize(
            (quad.triple for quad in quads), format=rdf_format, prefixes=PREFIXES | {"": graph.iri + "#"}
        )
    else:
        data = ox.serialize(quads, format=rdf_format, prefixes=PREFIXES | {"": graph.iri + "#"})
    assert data is not None
    return data
