"""What a city has published, as the submissions that it can take out, change and hand in again."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph as ox

from lcgraph.errors import NotFound
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, SDMX_DIMENSION, SDMX_MEASURE, TYPE
from lcgraph.language import Text
from lcgraph.reading import rdf_file
from lcgraph.reading.form.write import Hint
from lcgraph.reading.limits import LIMITS
from lcgraph.reading.reader import submitted_file
from lcgraph.reading.submission import Submission
from lcgraph.store.statements import Statements


def published_years(store: Statements, city: str) -> dict[int, str]:
    """The reference years for which a city has a published submission, and the IRI of each.

    :param store: an index of the archive; it holds current submissions only.
    :param city: IRI of the city.
    """
    found: dict[int, str] = {}
    for quad in store.quads_for_pattern(None, ox.NamedNode(LC + "city"), ox.NamedNode(city)):
        submission, graph = quad.subject, quad.graph_name
        if submission != graph or not isinstance(submission, ox.NamedNode):
            continue
        for year in store.quads_for_pattern(submission, ox.NamedNode(LC + "referenceYear"), None, graph):
            assert isinstance(year.object, ox.Literal)
            found[int(year.object.value)] = submission.value
    return dict(sorted(found.items()))


def published_submission(store: Statements, iri: str, framework: Framework) -> Submission:
    """A published submission as it was handed in, without the places of its values.

    :raises NotFound: if there is none of this IRI.
    """
    graph = ox.NamedNode(iri)
    if ox.Quad(graph, ox.NamedNode(TYPE), ox.NamedNode(LC + "Submission"), graph) not in store:
        raise NotFound(
            Text("There is no submission {iri}.", iri=iri),
            remedy=Text("Name a submission that is published, such as ie-cork/2016/1."),
        )
    lines = "".join(f"{quad} .\n" for quad in store.quads_for_pattern(None, None, None, graph)).encode()
    name = "published.nq"
    read = rdf_file.read(submitted_file(name, lines), lines, "nq", framework, LIMITS)
    assert read.submission is not None  # what was published could be read
    return read.submission


def reported_figures(store: Statements, city: str) -> dict[str, dict[int, Decimal]]:
    """Every figure that a city has published.

    :param city: IRI of the city.
    :return: IRI of the value cell to year to figure; where several submissions give a figure of the
        same year, one of them.
    """
    found: dict[str, dict[int, Decimal]] = {}
    area, fills = ox.NamedNode(SDMX_DIMENSION + "refArea"), ox.NamedNode(LC + "fillsCell")
    for quad in store.quads_for_pattern(None, area, ox.NamedNode(city)):
        assert isinstance(quad.subject, ox.NamedNode)
        for filled in store.quads_for_pattern(quad.subject, fills, None):
            year = _literal(store, quad.subject, SDMX_DIMENSION + "refPeriod")
            value = _literal(store, quad.subject, SDMX_MEASURE + "obsValue")
            if year is not None and value is not None:
                assert isinstance(filled.object, ox.NamedNode)
                found.setdefault(filled.object.value, {})[int(year)] = Decimal(value)
    return found


def last_reported(store: Statements, city: str, before: int) -> dict[str, Hint]:
    """The newest figure of each value cell that a city has published.

    :param city: IRI of the city.
    :param before: only figures of years before this one.
    :return: IRI of the value cell to the figure.
    """
    found = {}
    for value_cell, years in reported_figures(store, city).items():
        if earlier := [year for year in years if year < before]:
            found[value_cell] = Hint(max(earlier), years[max(earlier)])
    return found


def _literal(store: Statements, node: ox.NamedNode, prop: str) -> str | None:
    for quad in store.quads_for_pattern(node, ox.NamedNode(prop), None):
        if isinstance(quad.object, ox.Literal):
            return quad.object.value
    return None
