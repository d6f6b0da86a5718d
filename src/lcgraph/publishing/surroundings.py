"""What is known beside a submission when it is checked: the city's own past, and cities that report the very same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice

import pyoxigraph as ox

from lcgraph.checking.context import ALONE, Surroundings, threshold
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import ValueCell
from lcgraph.framework.namespaces import DIMENSIONS, LC, SDMX_DIMENSION, SDMX_MEASURE, XSD, local_name
from lcgraph.publishing.current import reported_figures
from lcgraph.reading import terms
from lcgraph.reading.submission import Observation, Submission
from lcgraph.store.statements import Statements

_PROBES = 3
_PER_PROBE = 2_000
"""Other cities are looked for by a few of the longest figures, and by so many places where each stands."""


class Neighbourhood:
    """What a store knows beside submissions that are checked, looked up once for each city.

    :param store: gives an index of the archive, or None where nothing was published yet. It is asked
        for each time and never kept: a store is closed when nothing refers to it any more.
    :param framework: the framework.
    """

    def __init__(self, store: Callable[[], Statements | None], framework: Framework) -> None:
        self._store = store
        self._framework = framework
        self._reported: dict[str, dict[str, dict[int, Decimal]]] = {}

    def around(self, submission: Submission | None) -> Surroundings:
        """What is known beside a submission."""
        if submission is None or self._store() is None:
            return ALONE
        earlier = {
            _figure(cell): years
            for iri, years in self._of(submission.city).items()
            if (cell := self._cell(iri)) is not None
        }
        return Surroundings(earlier, tuple(self._same(submission)))

    def _of(self, city: str) -> dict[str, dict[int, Decimal]]:
        if city not in self._reported:
            store = self._store()
            assert store is not None
            self._reported[city] = reported_figures(store, city)
        return self._reported[city]

    def _cell(self, iri: str) -> ValueCell | None:
        return next((e.cells[iri] for e in self._framework.editions if iri in e.cells), None)

    def _same(self, submission: Submission) -> Iterator[str]:
        """Codes of the cities that have published the same value for every figure that both have."""
        edition = self._framework.editions.get(submission.edition)
        needed = threshold("sameFigures", self._framework.names.base)
        if edition is None or len(submission.observations) < needed:
            return
        own = {
            (cell, o.period): o.value
            for o in submission.observations
            if (cell := edition.cell_of(o.measure, o.codes)) is not None
        }
        probes = sorted(submission.observations, key=lambda o: (-len(o.value.as_tuple().digits), o.measure))[:_PROBES]
        candidates = {city for probe in probes for city in self._with_figure(probe)} - {submission.city}
        for city in sorted(candidates):
            theirs = {(cell, year): value for cell, years in self._of(city).items() for year, value in years.items()}
            both = own.keys() & theirs.keys()
            if len(both) >= needed and all(own[key] == theirs[key] for key in both):
                yield local_name(city)

    def _with_figure(self, observation: Observation) -> Iterator[str]:
        """IRIs of the cities that have this very figure for the same measure and year."""
        store = self._store()
        assert store is not None
        value = ox.Literal(terms.digits(observation.value), datatype=ox.NamedNode(XSD + "decimal"))
        year = ox.Literal(f"{observation.period:04d}", datatype=ox.NamedNode(XSD + "gYear"))
        found = store.quads_for_pattern(None, ox.NamedNode(SDMX_MEASURE + "obsValue"), value)
        for quad in islice(found, _PER_PROBE):
            node, graph = quad.subject, quad.graph_name
            measure = ox.Quad(node, ox.NamedNode(LC + "ofMeasure"), ox.NamedNode(observation.measure), graph)
            period = ox.Quad(node, ox.NamedNode(SDMX_DIMENSION + "refPeriod"), year, graph)
            if measure in store and period in store:
                area = ox.NamedNode(SDMX_DIMENSION + "refArea")
                for place in store.quads_for_pattern(node, area, None, graph):
                    if isinstance(place.object, ox.NamedNode):
                        yield place.object.value


def _figure(cell: ValueCell) -> tuple[str, ...]:
    return (cell.measure, *(cell.dimensions[dimension] for dimension in DIMENSIONS))
