"""What the writers of all stores have in common: how a store knows up to which commit it was built."""

from __future__ import annotations

from typing import Protocol

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, PROV, TYPE, XSD
from lcgraph.store.contents import NOTHING_BESIDE, Beside, Progress, is_marked
from lcgraph.store.index import commit_iri
from lcgraph.store.statements import Statements


class Writing(Protocol):
    """The one who changes a store, and holds the archive's right to write."""

    framework: Framework

    @property
    def store(self) -> Statements:
        """What the store holds now.

        :raises StoreError: if it is not open.
        """

    def open(self) -> None:
        """Brings the store up to the archive's last commit.

        A store that is missing, cannot be opened, or was made with another ontology is built anew.
        One that holds more than the archive is left as it is: it shows that commits were lost.

        :raises ArchiveDamaged: if the archive ends before the store does.
        :raises StoreError: if the store cannot be reached or written to.
        """

    def apply(self, commit: Commit) -> None:
        """Changes the store by a commit.

        :raises ArchiveDamaged: if a file of the commit is not what was written.
        :raises StoreError: if the store cannot be written to.
        """

    def rebuild(self, progress: Progress | None = None) -> None:
        """Builds the store anew from the archive.

        :raises ArchiveDamaged: if a commit is not what was written.
        :raises StoreError: if the store cannot be written to.
        """

    def adopt(self) -> None:
        """Takes over what the server's own loader has loaded from a dump.

        :raises StoreError: if that is not what the archive makes.
        """

    def close(self) -> None:
        """Has readers see what was written.

        :raises StoreError: if the store cannot be written to.
        """


class Index:
    """An index of the archive, which says of itself how far it goes.

    :param archive: what it is an index of.
    :param framework: the ontology and the framework.
    :param beside: what the store holds beside them that does not change with the data.
    """

    def __init__(self, archive: Archive, framework: Framework, beside: Beside | None = None) -> None:
        self.archive = archive
        self.framework = framework
        self.beside = beside or NOTHING_BESIDE

    def applied_in(self, store: Statements) -> int | None:
        """The last commit in a store; None if it was not built from this archive with this ontology.

        :raises ArchiveDamaged: if the archive ends before the store does.
        """
        if self._commit_quad(self.archive.last + 1) in store:
            raise self.archive.ends_early(self.archive.last + 1)
        if not is_marked(store, self.framework, self.beside):
            return None
        low, high = 0, self.archive.last
        while low < high:  # commits are applied in order, so there is one border to find
            middle = (low + high + 1) // 2
            if self._commit_quad(middle) in store:
                low = middle
            else:
                high = middle - 1
        if low and self._time_quad(self.archive.commit(low)) not in store:
            return None
        return low

    def _commit_quad(self, number: int) -> ox.Quad:
        names = self.framework.names
        return ox.Quad(
            ox.NamedNode(commit_iri(number, names)),
            ox.NamedNode(TYPE),
            ox.NamedNode(LC + "Commit"),
            ox.NamedNode(names.graph("archive")),
        )

    def _time_quad(self, commit: Commit) -> ox.Quad:
        names = self.framework.names
        return ox.Quad(
            ox.NamedNode(commit_iri(commit.number, names)),
            ox.NamedNode(PROV + "generatedAtTime"),
            ox.Literal(commit.manifest.at, datatype=ox.NamedNode(XSD + "dateTime")),
            ox.NamedNode(names.graph("archive")),
        )
