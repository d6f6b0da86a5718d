"""Figures that would be right in another unit: per cent as a fraction, per 1,000 for per 100,000, and so on.

Which slips there are, and between which figures cities mostly report, is data: ``shapes/usual-figures.ttl``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from lcgraph.framework import resources
from lcgraph.framework.framework import Description
from lcgraph.framework.items import Measure
from lcgraph.framework.namespaces import LC, LCS, RDFS
from lcgraph.language import Labels, Text, in_every_language
from lcgraph.reading import terms

_DIGITS = 6
"""Digits that a suggested figure is given with at the most."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip that people make with a unit.

    :ivar unit: IRI of the unit that is asked for.
    :ivar factor: what the figure must be multiplied by to be in that unit.
    :ivar message: what may have happened, by language, with ``{value}`` and ``{meant}``.
    """

    unit: str
    factor: Decimal
    message: Labels


@cache
def _data(base: str) -> tuple[tuple[Slip, ...], dict[str, tuple[Decimal, Decimal]]]:
    path = resources.directory("shapes") / "usual-figures.ttl"
    said = Description(resources.read_turtle(path, base))
    slips = tuple(
        Slip(unit, Decimal(said.text(iri, LCS + "factor") or 1), in_every_language(said.labels(iri, RDFS + "comment")))
        for iri in said.of_class(LCS + "UnitSlip")
        for unit in said.iris(iri, LC + "unit")
    )
    usual = {
        said.iri(iri, LCS + "ofMeasure"): (
            Decimal(said.text(iri, LCS + "usualMinimum") or 0),
            Decimal(said.text(iri, LCS + "usualMaximum") or 0),
        )
        for iri in said.of_class(LCS + "UsualRange")
    }
    return slips, usual


def usual_range(measure: str, base: str) -> tuple[Decimal, Decimal] | None:
    """Between which figures cities mostly report; None where nothing is usual.

    :param measure: IRI of the measure.
    """
    return _data(base)[1].get(measure)


def probable_slips(measure: Measure, value: str, base: str) -> Iterator[Text]:
    """What may have happened to a figure that is not usual, where another unit would make it usual.

    :param value: the figure as a person reads it.
    :param base: the base IRI of the deployment.
    """
    slips, usual = _data(base)
    if measure.iri not in usual:
        return
    try:
        figure = Decimal(value)
    except InvalidOperation:
        return
    low, high = usual[measure.iri]
    for slip in slips:
        meant = figure * slip.factor
        if slip.unit == measure.unit and low <= meant <= high:
            yield _told(slip, value, meant)


def odd_one_out(
    measure: Measure, total: Decimal, parts: Sequence[Decimal], tolerance: Decimal, base: str
) -> tuple[int, Text] | None:
    """Which of a total and its parts would be right in another unit, so that the total lies between its parts.

    Where several would, it is the one by which the figures come nearest to one another.

    :param tolerance: so much may the total lie outside its parts.
    :return: 0 for the total, else the number of the part, from 1; and what may have happened to it.
        None where no other unit would make it right.
    """
    slips, usual = _data(base)
    low, high = usual.get(measure.iri, (Decimal("-Infinity"), Decimal("Infinity")))
    found: list[tuple[Decimal, int, Text]] = []
    figures = [total, *parts]
    for n, figure in enumerate(figures):
        for slip in slips:
            meant = figure * slip.factor
            changed = [*figures[:n], meant, *figures[n + 1 :]]
            lies_between = min(changed[1:]) - tolerance <= changed[0] <= max(changed[1:]) + tolerance
            if slip.unit == measure.unit and low <= meant <= high and lies_between:
                found.append((max(changed) - min(changed), n, _told(slip, terms.digits(figure), meant)))
    return min(found, key=lambda one: one[:2])[1:] if found else None


def _told(slip: Slip, value: str, meant: Decimal) -> Text:
    """What may have happened to a figure."""
    shown = terms.digits(+meant.normalize().quantize(Decimal(1).scaleb(max(meant.adjusted() + 1 - _DIGITS, -_DIGITS))))
    return Text("{text}", text={lang: text.format(value=value, meant=shown) for lang, text in slip.message.items()})
