"""What follows from a submission: for which actions and commitments it is evidence.

It is what the property chains of the ontology entail (a test compares the two), worked out here
from the statements of one submission, since a reasoner would take seconds where this takes
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DIMENSIONS, LC, SDMX_DIMENSION

_OF_MEASURE = f"<{LC}ofMeasure>"
_SUPPORTS = f"<{LC}supports>"
_REF_AREA = f"<{SDMX_DIMENSION}refArea>"
_CITY = f"<{LC}city>"
_DIMENSIONS = {f"<{dimension}>": i for i, dimension in enumerate(DIMENSIONS)}


def evidence(statements: Iterable[str], framework: Framework) -> list[str]:
    """What follows from the statements of a submission.

    :param statements: each ``subject predicate object`` in N-Triples syntax; what stands after
        the object does not matter, so lines of N-Quads will do.
    :return: statements of the graph of evidence, each once, in no order.
    """
    measures: dict[str, str] = {}
    codes: dict[str, list[str]] = {}
    supports: dict[str, list[str]] = {}
    city_of: dict[str, str] = {}
    totals = list(framework.totals.values())
    for statement in statements:
        subject, predicate, rest = statement.split(" ", 2)
        if predicate == _OF_MEASURE:
            measures[subject] = rest.partition(" ")[0][1:-1]
        elif predicate in _DIMENSIONS:
            codes.setdefault(subject, list(totals))[_DIMENSIONS[predicate]] = rest.partition(" ")[0][1:-1]
        elif predicate == _SUPPORTS:
            supports.setdefault(subject, []).append(rest.partition(" ")[0][1:-1])
        elif predicate in (_REF_AREA, _CITY):
            city_of[subject] = rest.partition(" ")[0]
    said: set[str] = set()
    for node, measure in measures.items():
        cell = _cells(framework).get((measure, *codes.get(node, totals)))
        if cell is not None:
            said.add(f"{node} <{LC}fillsCell> <{cell}>")
        _bears_on(said, node, _actions(framework).get(measure, ()), city_of.get(node), framework)
    for node, actions in supports.items():
        _bears_on(said, node, actions, city_of.get(node), framework)
    return list(said)


def _bears_on(said: set[str], node: str, actions: Iterable[str], city: str | None, framework: Framework) -> None:
    for action in actions:
        known = framework.actions.get(action)
        said.add(f"{node} <{LC}evidenceForAction> <{action}>")
        if city is not None:
            said.add(f"{city} <{LC}hasEvidenceForAction> <{action}>")
        if known is not None:
            said.add(f"{node} <{LC}evidenceForCommitment> <{known.commitment}>")
            if city is not None:
                said.add(f"{city} <{LC}hasEvidenceForCommitment> <{known.commitment}>")


@cache
def _actions(framework: Framework) -> dict[str, tuple[str, ...]]:
    return {measure.iri: tuple(measure.informs) for measure in framework.measures}


@cache
def _cells(framework: Framework) -> dict[tuple[str, ...], str]:
    return {
        (cell.measure, *(cell.dimensions[d] for d in DIMENSIONS)): cell.iri
        for edition in framework.editions
        for cell in edition.cells
    }
