"""What the shapes need to know beside the submission itself.

The day, which cities and editions are known, the thresholds, what the city reported earlier, and
which other city reports the very same: said as statements beside the submission's own, so that
every rule is a query and both engines see the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Final

import pyoxigraph as ox

from lcgraph.checking.slips import usual_range
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, LCS, TYPE, XSD
from lcgraph.reading import terms
from lcgraph.reading.figures import Figure, Stated, Told
from lcgraph.reading.graph import SubmissionGraph

_SERIES = f"{LCS}series"
"""IRIs of what is said here begin so; none of them is ever published."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the submission.

    :ivar earlier: what the city has published for other reference years: for each figure its values by year.
    :ivar same_figures: codes of other cities that have published the same value for every figure that
        both have, where these are many.
    """

    earlier: Mapping[Figure, Mapping[int, Decimal]] = field(default_factory=dict)
    same_figures: tuple[str, ...] = ()


ALONE: Final = Surroundings()
"""Nothing is known beside the submission."""


def context(graph: SubmissionGraph, today: date, surroundings: Surroundings, framework: Framework) -> str:
    """The statements to put beside a submission, as N-Triples.

    :param today: the day of the check.
    """
    told = graph.tells(list(framework.totals.values()))
    named = sorted(told.named)
    statements = [
        f'<{LCS}context> <{LCS}today> "{today.isoformat()}"^^<{XSD}date>',
        *(f"<{iri}> <{TYPE}> <{LC}City>" for iri in named if iri in framework.cities),
        *(f"<{iri}> <{TYPE}> <{LC}Edition>" for iri in named if iri in framework.editions),
        *_series(told, today, surroundings.earlier, framework),
        *(f"<{LCS}context> <{LCS}sameFiguresAs> {terms.plain(city)}" for city in sorted(surroundings.same_figures)),
    ]
    return thresholds(framework.names.base) + terms.ntriples(statements)


@cache
def thresholds(base: str) -> str:
    """The thresholds of ``shapes/thresholds.ttl``, as N-Triples."""
    path = resources.directory("shapes") / "thresholds.ttl"
    return terms.ntriples(str(quad.triple) for quad in resources.read_turtle(path, base))


def threshold(name: str, base: str) -> Decimal:
    """A threshold of ``shapes/thresholds.ttl``, by the local name of its property."""
    return _numbers(base)[LCS + name]


@cache
def _numbers(base: str) -> dict[str, Decimal]:
    path = resources.directory("shapes") / "thresholds.ttl"
    return {
        quad.predicate.value: Decimal(quad.object.value)
        for quad in resources.read_turtle(path, base)
        if isinstance(quad.object, ox.Literal) and quad.object.datatype.value in (XSD + "decimal", XSD + "integer")
    }


def _series(
    told: Told,
    today: date,
    earlier: Mapping[Figure, Mapping[int, Decimal]],
    framework: Framework,
) -> Iterator[str]:
    """Each figure's own past, and what is known of its measure.

    A figure of the submission takes the place of one that was published for the same year. Only
    what a rule can need is said: a past of several years, a newest year before the reference year.
    A reference year to come is wrong itself, and makes no figure old.
    """
    own: dict[Figure, dict[int, list[str]]] = {}
    values: dict[Figure, dict[int, Decimal]] = {}
    for node, observation in told.figures.items():
        if observation.year is None:
            continue
        figure, year = observation.figure, observation.year
        own.setdefault(figure, {}).setdefault(year, []).append(node)
        if observation.value is not None:
            values.setdefault(figure, {})[year] = observation.value
    needed = threshold("pastYears", framework.names.base)
    for n, (figure, nodes) in enumerate(own.items()):
        past = {**{y: v for y, v in earlier.get(figure, {}).items() if y not in nodes}, **values.get(figure, {})}
        newest = max(nodes)
        has_past = sum(year < newest for year in past) >= needed
        is_old = told.reference_year is not None and newest < told.reference_year <= today.year
        if not (has_past or is_old):
            continue
        series = f"<{_SERIES}-{n}>"
        for node in (node for year in sorted(nodes) for node in sorted(nodes[year])):
            yield f"{series} <{LCS}hasFigure> {node}"
        if is_old:
            yield f"{series} <{LCS}newest> {terms.typed(str(newest), 'integer')}"
        if has_past:
            for year, value in sorted(past.items()):
                point = f"<{_SERIES}-{n}-{year}>"
                yield f"{series} <{LCS}hasPoint> {point}"
                yield f"{point} <{LCS}year> {terms.typed(str(year), 'integer')}"
                yield f"{point} <{LCS}number> {terms.decimal(value)}"
    yield from _of_measures(told.figures, framework)


def _of_measures(stated: Mapping[str, Stated], framework: Framework) -> Iterator[str]:
    """What is known of the measures that the submission has figures of."""
    kinds = framework.codes("data-source-type")
    figures: dict[str, list[Decimal]] = {}
    for observation in stated.values():
        values = figures.setdefault(observation.measure, [])
        if observation.value is not None:
            values.append(observation.value)
    one_source = len({source for observation in stated.values() for source in observation.sources}) == 1
    for iri, values in sorted(figures.items()):
        measure = framework.measures.get(iri)
        if measure is None:
            continue
        if one_source:
            yield f"<{iri}> <{LCS}expects> <{kinds.code(measure.expected_source).iri}>"
        usual = usual_range(iri, framework.names.base)
        if usual is not None and not all(usual[0] <= value <= usual[1] for value in values):
            yield f"<{iri}> <{LCS}usualMinimum> {terms.decimal(usual[0])}"
            yield f"<{iri}> <{LCS}usualMaximum> {terms.decimal(usual[1])}"
        for edition in framework.editions:
            if iri not in edition.measures:
                yield f"<{iri}> <{LCS}isNotOf> <{edition.iri}>"
