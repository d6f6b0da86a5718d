"""What follows from a submission: for which actions and commitments it is evidence.

It is what the property chains of the ontology entail (a test compares the two), worked out here
from the statements of one submission, since a reasoner would take seconds where this takes
milliseconds. What follows from all submissions of a city together is worked out in
:mod:`lcgraph.store.summaries`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DIMENSIONS, LC
from lcgraph.reading import terms
from lcgraph.reading.figures import Figure, stated_figures

_SUPPORTS = f"<{LC}supports>"


def evidence(statements: Iterable[str], framework: Framework) -> list[str]:
    """What follows from the statements of a submission.

    :param statements: each ``subject predicate object`` in N-Triples syntax; what stands after
        the object does not matter, so lines of N-Quads will do.
    :return: statements of the graph of evidence, each once, in no order.
    """
    parts = [statement.split(" ", 2) for statement in statements]
    said: set[str] = set()
    used: dict[str, list[str]] = {}
    for node, stated in stated_figures(parts, list(framework.totals.values())).items():
        cell = _cells(framework).get(stated.figure)
        if cell is not None:
            said.add(f"{node} <{LC}fillsCell> <{cell}>")
        _bears_on(said, node, informed(framework).get(stated.measure, ()), framework)
        for source in stated.sources:
            used.setdefault(source, []).append(stated.measure)
    for subject, predicate, rest in parts:
        if predicate == _SUPPORTS:
            _bears_on(said, subject, (rest.partition(" ")[0][1:-1],), framework)
    for source, measures in used.items():
        said.add(f"{source} <{LC}figureCount> {terms.typed(str(len(measures)), 'integer')}")
        said.add(f"{source} <{LC}measureCount> {terms.typed(str(len(set(measures))), 'integer')}")
    return list(said)


def _bears_on(said: set[str], node: str, actions: Iterable[str], framework: Framework) -> None:
    for action in actions:
        said.add(f"{node} <{LC}evidenceForAction> <{action}>")
        known = framework.actions.get(action)
        if known is not None:
            said.add(f"{node} <{LC}evidenceForCommitment> <{known.commitment}>")


@cache
def informed(framework: Framework) -> dict[str, tuple[str, ...]]:
    """The IRI of each measure to those of the actions that its figures are evidence for."""
    return {measure.iri: tuple(measure.informs) for measure in framework.measures}


@cache
def _cells(framework: Framework) -> dict[Figure, str]:
    return {
        (cell.measure, *(cell.dimensions[d] for d in DIMENSIONS)): cell.iri
        for edition in framework.editions
        for cell in edition.cells
    }
