"""Figures that would be right in another unit: per cent as a fraction, per 1,000 for per 100,000, and so on.

Which slips there are, and between which figures cities mostly report, is data: ``shapes/usual-figures.ttl``.
"""

from __future__ import annotations

from collections.abc import Iterator
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
            shown = terms.digits(
                +meant.normalize().quantize(Decimal(1).scaleb(max(meant.adjusted() + 1 - _DIGITS, -_DIGITS)))
            )
            yield Text(
                "{text}", text={lang: text.format(value=value, meant=shown) for lang, text in slip.message.items()}
            )
