"""The store of a network, embedded or remote: one way in for all that do not care which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from lcgraph.archive.archive import Archive
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import Names
from lcgraph.store.contents import Beside
from lcgraph.store.embedded import EmbeddedStore
from lcgraph.store.outcome import Outcome
from lcgraph.store.remote.settings import remote_settings
from lcgraph.store.remote.store import RemoteStore
from lcgraph.store.statements import Statements
from lcgraph.store.writer import Writing


class Store(Protocol):
    """An index of the archive that queries run on.

    :ivar at_a_server: whether those who look into it need a network.
    """

    at_a_server: bool

    def state(self) -> str | None:
        """The name of the state that readers see, ``N-COMMIT``; None where nothing was written yet.

        :raises LcgraphError: if it cannot be told.
        """

    def is_at(self, commit: int) -> bool:
        """Whether it holds the archive up to a commit, whole; does not wait.

        :param commit: its number; 0 for none.
        :raises StoreError: if it cannot be told.
        """

    def newest(self, archive: Archive, framework: Framework) -> AbstractContextManager[tuple[str, Statements] | None]:
        """The state that readers see, and what it holds, for one user at a time; None where nothing was written yet.

        :param archive: what the store is an index of.
        :param framework: the framework.
        :raises LcgraphError: if it cannot be read.
        """

    def writer(self, archive: Archive, framework: Framework, beside: Beside) -> Writing:
        """Who changes it; whoever asks holds the archive's right to write."""

    def lines(
        self, archive: Archive, framework: Framework, beside: Beside
    ) -> AbstractContextManager[tuple[str, Iterator[str]]]:
        """A state, and all that it holds as canonical N-Quads.

        :raises LcgraphError: if there is none, or it cannot be read.
        """

    def examine(self, archive: Archive, names: Names) -> Iterator[Outcome]:
        """Tries it out, one thing after the other; what it writes for that is gone afterwards."""


def store_at(directory: Path, names: Names) -> Store:
    """The store of a network.

    :param directory: the folder that it has, or would have if it were embedded.
    :param names: of the deployment.
    :raises InputError: if ``store.toml`` beside that folder, or the password, cannot be used.
    """
    settings = remote_settings(directory.parent)
    return EmbeddedStore(directory) if settings is None else RemoteStore(settings, directory.parent, names)
