"""Looking into a store: the little that publishing needs to know of what is published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pyoxigraph as ox

Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
GraphName = ox.NamedNode | ox.BlankNode | ox.DefaultGraph


class Statements(Protocol):
    """What a store holds in one of its states; an :class:`pyoxigraph.Store` is one."""

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: ox.NamedNode | None,
        object: Object | None,  # noqa: A002 - as pyoxigraph calls it
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[ox.Quad]:
        """The statements of a pattern; None stands for anything."""

    def __contains__(self, quad: ox.Quad, /) -> bool:
        """Whether a statement is there."""


class Changeable(Statements, Protocol):
    """Statements that may be changed."""

    def update(self, update: str, /) -> None:
        """Carries out a SPARQL update."""
