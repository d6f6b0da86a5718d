"""The state of a remote store: which change made it, and whether one is under way.

It stands in one statement, in the graph that describes the whole: ``N-COMMIT`` for the N-th state,
of the archive up to its commit COMMIT; no state has the name of another. While the store is changed
there stands ``N-COMMIT changing`` in its place.
"""

from __future__ import annotations

import time

import pyoxigraph as ox

from lcgraph.errors import LimitExceeded
from lcgraph.framework.namespaces import Names
from lcgraph.language import Text
from lcgraph.store.partitions import graph_of
from lcgraph.store.remote.connection import Connection

_SAYS = "http://www.w3.org/2002/07/owl#versionInfo"
_CHANGING = " changing"
_PATIENCE = 5.0


def is_state(line: str, names: Names) -> bool:
    """Whether a statement tells the state, and nothing of the data."""
    return line.startswith(f"<{graph_of(names)}> <{_SAYS}> ")


class State:
    """The state of a store.

    :param connection: to its server.
    :param names: of the deployment.
    """

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._graph = graph_of(names)

    def said(self) -> str:
        """What the store says: the name of its state, perhaps with the note that it is being changed, or nothing.

        :raises StoreError: if the server cannot be reached.
        """
        found = self._connection.select(
            f"SELECT ?state WHERE {{ GRAPH <{self._graph}> {{ <{self._graph}> <{_SAYS}> ?state }} }}"
        )
        states = sorted(term.value for row in found if isinstance(term := row.get("state"), ox.Literal))
        return next((state for state in states if state.endswith(_CHANGING)), states[0] if states else "")

    def name(self, patience: float = _PATIENCE) -> str | None:
        """The name of the state that may be read; None where nothing was ever written.

        :param patience: seconds to wait while the store is being changed.
        :raises LimitExceeded: if it is still being changed then.
        :raises StoreError: if the server cannot be reached.
        """
        until = time.monotonic() + patience
        while (said := self.said()).endswith(_CHANGING):
            if time.monotonic() > until:
                raise being_changed()
            time.sleep(0.05)
        return said or None

    def begin(self) -> None:
        """Says that the store is being changed."""
        said = self.said().removesuffix(_CHANGING) or "0-0"
        self._say(said + _CHANGING)

    def end(self, commit: int) -> str:
        """Says that the store is whole again.

        :param commit: the number of the last commit that it holds.
        :return: the name of its new state.
        """
        number = int(self.said().partition("-")[0] or 0) + 1
        name = f"{number}-{commit}"
        self._say(name)
        return name

    def _say(self, state: str) -> None:
        """Says what the state is.

        First the new one, then no longer the old one: a server may show the one before the other, and
        with none there would seem to be nothing. Of two the one that is being changed counts.
        """
        about = f"<{self._graph}> <{_SAYS}>"
        self._connection.update(f'INSERT DATA {{ GRAPH <{self._graph}> {{ {about} "{state}" }} }}')
        self._connection.update(
            f"DELETE {{ GRAPH <{self._graph}> {{ {about} ?old }} }} "
            f'WHERE {{ GRAPH <{self._graph}> {{ {about} ?old }} FILTER (?old != "{state}") }}'
        )

    def all_but_it(self) -> str:
        """An update that takes all from the graph but what tells the state."""
        return (
            f"DELETE {{ GRAPH <{self._graph}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{self._graph}> {{ ?s ?p ?o }} "
            f"FILTER (?p != <{_SAYS}>) }}"
        )


def being_changed() -> LimitExceeded:
    """The error for a store that is changed while it is asked."""
    return LimitExceeded(
        Text("The store is being brought up to date."), limit="queue", remedy=Text("Ask again in a few seconds.")
    )
