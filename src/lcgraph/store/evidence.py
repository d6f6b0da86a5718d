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
from lcgraph.reading.figures import Figure, stated_figures

_SUPPORTS = f"<{LC}supports>"
_REF_AREA = f"<{SDMX_DIMENSION}refArea>"
_CITY = f"<{LC}city>"


def evidence(statements: Iterable[str], framework: Framework) -> list[str]:
    """What follows from the statements of a submission.

    :param statements: each ``subject predicate object`` in N-Triples syntax; what stands after
        the object does not matter, so lines of N-Quads will do.
    :return: statements of the graph of evidence, each once, in no order.
    """
    parts = [statement.split(" ", 2) for statement in statements]
    supports: dict[str, list[str]] = {}
    city_of: dict[str, str] = {}
    for subject, predicate, rest in parts:
        if predicate == _SUPPORTS:
            supports.setdefault(subject, []).append(rest.partition(" ")[0][1:-1])
        elif predicate in (_REF_AREA, _CITY):
            city_of[subject] = rest.partition(" ")[0]
    said: set[str] = set()
    for node, stated in stated_figures(parts, list(framework.totals.values())).items():
        cell = _cells(framework).get(stated.figure)
        if cell is not None:
            said.add(f"{node} <{LC}fillsCell> <{cell}>")
        _bears_on(said, node, _actions(framework).get(stated.measure, ()), city_of.get(node), framework)
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
def _cells(framework: Framework) -> dict[Figure, str]:
    return {
        (cell.measure, *(cell.dimensions[d] for d in DIMENSIONS)): cell.iri
        for edition in framework.editions
        for cell in edition.cells
    }
