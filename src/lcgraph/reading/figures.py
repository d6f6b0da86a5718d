"""Which figures a submission states, as far as what is known around it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from lcgraph.framework.namespaces import DIMENSIONS, LC, PROV, SDMX_DIMENSION, SDMX_MEASURE

Figure: TypeAlias = tuple[str, ...]
"""Which figure: the IRI of the measure, then of the code of each splitting property in their order."""

_OF_MEASURE = f"<{LC}ofMeasure>"
_PERIOD = f"<{SDMX_DIMENSION}refPeriod>"
_VALUE = f"<{SDMX_MEASURE}obsValue>"
_SOURCE = f"<{PROV}wasDerivedFrom>"
_DIMENSIONS = {f"<{dimension}>": i for i, dimension in enumerate(DIMENSIONS)}

_REFERENCE_YEAR = f"<{LC}referenceYear>"
_NAMING = {f"<{LC}city>", f"<{SDMX_DIMENSION}refArea>", f"<{LC}edition>"}
"""Properties whose values are cities or editions."""

_TOLD = {_OF_MEASURE, _PERIOD, _VALUE, _SOURCE, *_DIMENSIONS}


@dataclass(slots=True)
class Stated:
    """What an observation states.

    :ivar measure: IRI of its measure.
    :ivar codes: IRIs of the codes by which it is split.
    :ivar year: the year that it is about; None where none is stated, or none that is a year.
    :ivar value: the figure; None where none is stated, or none that is a number.
    :ivar sources: the nodes of its sources.
    """

    measure: str = ""
    codes: list[str] = field(default_factory=list)
    year: int | None = None
    value: Decimal | None = None
    sources: list[str] = field(default_factory=list)

    @property
    def figure(self) -> Figure:
        """Which figure it is."""
        return (self.measure, *self.codes)


@dataclass(frozen=True, slots=True)
class Told:
    """What a submission tells that matters for what is known around it.

    :ivar figures: the node of each observation, in N-Triples syntax, to what it states.
    :ivar reference_year: the year that it reports for; None where none is stated, or none that is a year.
    :ivar named: IRIs of the cities and editions that it names.
    """

    figures: Mapping[str, Stated]
    reference_year: int | None
    named: frozenset[str]


def told_by(submission: str, statements: Iterable[str], totals: Sequence[str]) -> Told:
    """What the statements of a submission tell.

    :param submission: its IRI.
    :param statements: each ``subject predicate object`` in N-Triples syntax.
    :param totals: for each splitting property the IRI of the code that means *not split*.
    """
    parts = [statement.split(" ", 2) for statement in statements]
    named = frozenset(rest.strip("<>") for _, predicate, rest in parts if predicate in _NAMING)
    years = [
        rest for subject, predicate, rest in parts if predicate == _REFERENCE_YEAR and subject == f"<{submission}>"
    ]
    return Told(stated_figures(parts, totals), _year(years[0]) if years else None, named)


def stated_figures(statements: Iterable[Sequence[str]], totals: Sequence[str]) -> dict[str, Stated]:
    """What each observation states.

    :param statements: each as subject, predicate and the rest in N-Triples syntax; what stands after
        the object does not matter, so the parts of lines of N-Quads will do.
    :param totals: for each splitting property the IRI of the code that means *not split*.
    :return: the node of each observation, in N-Triples syntax, to what it states.
    """
    found: dict[str, Stated] = {}
    for subject, predicate, rest in statements:
        if predicate not in _TOLD:
            continue
        stated = found.get(subject)
        if stated is None:
            stated = found[subject] = Stated(codes=list(totals))
        if predicate == _OF_MEASURE:
            stated.measure = rest.partition(" ")[0][1:-1]
        elif predicate in _DIMENSIONS:
            stated.codes[_DIMENSIONS[predicate]] = rest.partition(" ")[0][1:-1]
        elif predicate == _PERIOD:
            stated.year = _year(rest)
        elif predicate == _VALUE:
            stated.value = _number(rest[1:].partition('"')[0])
        else:
            stated.sources.append(rest.partition(" ")[0])
    return {node: stated for node, stated in found.items() if stated.measure}


def _year(literal: str) -> int | None:
    text = literal[1:].partition('"')[0]
    return int(text) if text.isdecimal() else None


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
