"""A remote store, as the rest of the house sees it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import pyoxigraph as ox

from lcgraph.archive.archive import Archive
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import Names
from lcgraph.store import embedded
from lcgraph.store.contents import Beside, whole
from lcgraph.store.embedded import commit_of
from lcgraph.store.outcome import Outcome
from lcgraph.store.remote.connection import Connection
from lcgraph.store.remote.examination import examine
from lcgraph.store.remote.settings import RemoteSettings
from lcgraph.store.remote.state import State
from lcgraph.store.remote.statements import RemoteStatements
from lcgraph.store.remote.writer import RemoteWriter


class RemoteStore:
    """The store of a network at a SPARQL server.

    :param settings: which server.
    :param data: the folder of the network.
    :param names: of the deployment.
    :raises InputError: if the password cannot be read.
    """

    at_a_server = True

    def __init__(self, settings: RemoteSettings, data: Path, names: Names) -> None:
        self.connection = Connection(settings, data)
        self._state = State(self.connection, names)
        self._using = Lock()
        self._held: tuple[str, RemoteStatements] | None = None

    def state(self) -> str | None:
        """The name of its state; None where nothing was ever written. Waits a while where it is being changed.

        :raises LimitExceeded: if it is still being changed then.
        :raises StoreError: if the server cannot be reached.
        """
        return self._state.name()

    def is_at(self, commit: int) -> bool:
        """Whether it holds the archive up to a commit, whole; does not wait.

        :raises StoreError: if the server cannot be reached.
        """
        said = self._state.said()
        return (commit_of(said) if said else 0) == commit  # while it is changed it is at none

    @contextmanager
    def newest(self, archive: Archive, framework: Framework) -> Iterator[tuple[str, RemoteStatements] | None]:
        """Its state and what it holds, for one user at a time; None where nothing was ever written.

        :raises LimitExceeded: if it is being changed.
        :raises StoreError: if the server cannot be reached.
        """
        with self._using:
            name = self._state.name()
            if name is None:
                self._held = None
            elif self._held is None or self._held[0] != name:
                self._held = name, RemoteStatements(self.connection, archive, framework)
            yield self._held

    def writer(self, archive: Archive, framework: Framework, beside: Beside) -> RemoteWriter:
        """Who changes it; whoever asks holds the archive's right to write."""
        return RemoteWriter(self.connection, archive, framework, beside)

    @contextmanager
    def lines(self, archive: Archive, framework: Framework, beside: Beside) -> Iterator[tuple[str, Iterator[str]]]:
        """The state, and all that it holds as canonical N-Quads: made anew from the archive.

        Servers write figures and times in their own ways; from the archive it is the same graph, letter
        by letter, that an embedded store has. Only literals are written in more than one way, so nothing
        else has to go through a store, one in memory.
        """
        state = self.state() or ""
        lines = dict.fromkeys(whole(archive, framework, beside))
        store = ox.Store()
        store.bulk_load("".join(filter(_may_be_rewritten, lines)).encode(), ox.RdfFormat.N_QUADS)
        others = sorted(line for line in lines if not _may_be_rewritten(line))
        del lines
        yield state, heapq.merge(others, embedded.canonical_lines(store))

    def examine(self, archive: Archive, names: Names) -> Iterator[Outcome]:
        """Tries the server out; see :func:`lcgraph.store.remote.examination.examine`."""
        yield from examine(self.connection, archive, names)

    def close(self) -> None:
        """Lets go of all connections."""
        self.connection.close()


def _may_be_rewritten(line: str) -> bool:
    """Whether a store may write a line in another way than it was given: one with a literal, or with an escape."""
    return '"' in line or "\\" in line
