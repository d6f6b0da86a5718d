"""The embedded store: one writer, and checkpoints that readers open.

::

    store/writer/                 the writer's database
    store/checkpoints/N-COMMIT/   snapshots (hard links), each opened read-only by readers: the N-th
                                  one, of the archive up to its commit COMMIT
    store/checkpoints/*.lease     locked by the readers that have a checkpoint open
    store/newest                  the name of the checkpoint that readers should open

A reader never opens the writer's own folder: opening a live database read-only fails one time in
ten. The store holds nothing that the archive does not; where in doubt it is built anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import heapq
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Lock

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit, sync
from lcgraph.errors import StoreError
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import Names
from lcgraph.language import Text
from lcgraph.store.contents import Beside, Progress, whole
from lcgraph.store.index import Change, change, commit_iri
from lcgraph.store.outcome import Outcome
from lcgraph.store.partitions import Tally
from lcgraph.store.updates import all_at_once
from lcgraph.store.writer import Index

KEEP_CHECKPOINTS = 2
BULK = 20_000
"""From this many statements on, a change is bulk-loaded: twice as fast, but more files."""

MANY_FILES = 80
"""So many files of the database are merged before it is closed; a commit stalls at about twice as many."""

_BROKEN = (OSError, RuntimeError)
"""What a database raises that is missing, in use or full, and one that is damaged."""

_SORT_RUN = 1_000_000


class Writer(Index):
    """The one process that changes a store. It holds the archive's right to write.

    :param directory: the folder of the store.
    :param archive: what the store is an index of.
    :param framework: the ontology and the framework.
    :param beside: what the store holds beside it that does not change with the data.
    """

    def __init__(self, directory: Path, archive: Archive, framework: Framework, beside: Beside | None = None) -> None:
        super().__init__(archive, framework, beside)
        self.directory = directory
        self._store: ox.Store | None = None
        self._holds = 0
        self._shown = True

    @property
    def store(self) -> ox.Store:
        """The writer's database.

        :raises StoreError: if it is not open.
        """
        if self._store is None:
            raise StoreError(Text("The store is not open."))
        return self._store

    def open(self) -> None:
        """Opens the store and brings it up to the archive's last commit.

        A store that is missing, cannot be opened, or was made with another ontology is built anew.
        One that holds more than the archive is left as it is: it shows that commits were lost.

        :raises ArchiveDamaged: if the archive ends before the store does.
        :raises StoreError: if the folder cannot be written to.
        """
        path = self.directory / "writer"
        applied = None
        if (path / "CURRENT").exists():
            try:
                self._store = ox.Store(str(path))
                applied = self.applied_in(self._store)
            except _BROKEN as error:
                if "lock" in str(error).lower():
                    raise StoreError(
                        Text("Another process has the store in {directory} open.", directory=str(self.directory)),
                        remedy=Text("Wait until it has finished, or end it."),
                    ) from error
        if applied is None:
            self.rebuild()
            return
        for old in path.glob("LOG.old.*"):  # one for each time that it was opened
            old.unlink(missing_ok=True)
        self._holds = applied
        self._shown = commit_of(newest(self.directory)) == applied
        if applied and not self._tally.holds(commit_iri(applied, self.framework.names)):
            with self._written():  # ended between a commit and its counting
                self._tally.anew(commit_iri(applied, self.framework.names))
            self._shown = False
        for commit in self.archive.commits(after=applied):
            self.apply(commit)

    def close(self) -> None:
        """Lets go of the database, and has readers see what was written.

        :raises StoreError: if the folder cannot be written to.
        """
        self._store = None
        if not self._shown:
            self._checkpoint()
            self._shown = True
            self._tidy()

    def apply(self, commit: Commit) -> None:
        """Changes the store by a commit: all of it or, where the process is killed, nothing.

        :raises ArchiveDamaged: if a file of the commit is not what was written.
        :raises StoreError: if the store cannot be written to.
        """
        done = change(commit, self.framework, self.store)
        tally = self._tally
        with self._written():
            tally.begin(done.drop, done.forget)
            self._change(done)
            tally.end(done.add, commit_iri(commit.number, self.framework.names))
        self._holds, self._shown = commit.number, False

    @property
    def _tally(self) -> Tally:
        return Tally(self.store, self.framework.names)

    @contextmanager
    def _written(self) -> Iterator[None]:
        """:raises StoreError: for what goes wrong when the store is written to."""
        try:
            yield
        except _BROKEN as error:
            raise StoreError(
                Text(
                    "The store in {directory} cannot be written: {error}.",
                    directory=str(self.directory),
                    error=str(error).rstrip("."),
                ),
                remedy=Text(
                    "See to it that the folder may be written to and that the disk is not full. What was accepted is safe in the archive; “lcgraph rebuild” builds the store anew from it."
                ),
            ) from error

    def _change(self, done: Change) -> None:
        if not done.drop and not done.forget:
            text = "".join(done.add)
            if len(done.add) >= BULK:
                self.store.bulk_load(text, ox.RdfFormat.N_QUADS)
            else:
                self.store.load(text, ox.RdfFormat.N_QUADS)
            return
        self.store.update(all_at_once(done, self.framework))

    def adopt(self) -> None:
        """There is nothing to adopt: no other program loads this store.

        :raises StoreError: always.
        """
        raise StoreError(
            Text("The store is embedded: nothing but lcgraph loads it."), remedy=Text("Leave --loaded out.")
        )

    def _checkpoint(self) -> None:
        """Makes a snapshot of the closed database, and points readers to it.

        It shares the database's files, which are never changed, and has a copy of its log, which is
        short. The database's own way to make one writes all that is in memory to eleven files and
        syncs each of them thrice, which takes several times as long.
        """
        checkpoints = self.directory / "checkpoints"
        with self._written():
            checkpoints.mkdir(parents=True, exist_ok=True)
            number = max((_number(path.name) for path in checkpoints.iterdir()), default=0) + 1
            name = f"{number}-{self._holds}"
            (checkpoints / f"{name}.lease").touch()
            _snapshot(self.directory / "writer", checkpoints / name)
            _point_to(self.directory, name)
        self._remove_old(checkpoints, number)

    @staticmethod
    def _remove_old(checkpoints: Path, newest_number: int) -> None:
        for lease in checkpoints.glob("*.lease"):
            if _number(lease.name) > newest_number - KEEP_CHECKPOINTS:
                continue
            with lease.open("a") as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue  # a reader still has it open; it goes the next time
                shutil.rmtree(lease.with_suffix(""), ignore_errors=True)
                with suppress(OSError):
                    lease.unlink()

    def _tidy(self) -> None:
        """Merges the files of the database where there are many.

        A database that stays open does so by itself, and a commit that finds too many waits for it
        for seconds; but this one is closed after each commit, which breaks the merging off.
        """
        writer = self.directory / "writer"
        if len(list(writer.glob("*.sst"))) > MANY_FILES:
            with self._written():
                store = ox.Store(str(writer))
                store.optimize()

    def rebuild(self, progress: Progress | None = None) -> None:
        """Builds the store anew from the archive.

        The old store stays in use until the new one is whole.

        :param progress: is told the number of commits read and of all.
        :raises ArchiveDamaged: if a commit is not what was written.
        :raises StoreError: if the folder cannot be written to.
        """
        self._store = None
        beside = self.directory / "rebuilding"
        shutil.rmtree(beside, ignore_errors=True)
        lines = whole(self.archive, self.framework, self.beside, progress)
        with self._written():
            beside.mkdir(parents=True)
            store = ox.Store(str(beside / "writer"))
            store.bulk_load("".join(lines), ox.RdfFormat.N_QUADS)
            store.optimize()  # readers never do it, and each of their queries would look into every file
            store.flush()
            del store
            shutil.rmtree(self.directory / "writer", ignore_errors=True)
            (beside / "writer").rename(self.directory / "writer")
            shutil.rmtree(beside, ignore_errors=True)
            self._store = ox.Store(str(self.directory / "writer"))
        self._holds, self._shown = self.archive.last, False


# what readers need to know


@contextmanager
def opened(directory: Path, name: str) -> Iterator[ox.Store]:
    """A checkpoint, open read-only and held: while it is, the writer does not remove it.

    :raises OSError: if it is gone; then there is a newer one.
    """
    checkpoints = directory / "checkpoints"
    with (checkpoints / f"{name}.lease").open() as lease:  # the writer made it: readers need not write
        fcntl.flock(lease, fcntl.LOCK_SH)
        yield ox.Store.read_only(str(checkpoints / name))


@contextmanager
def newest_opened(directory: Path) -> Iterator[tuple[str, ox.Store]]:
    """The newest checkpoint, open and held, with its name.

    :raises StoreError: if there is none, or it cannot be opened.
    """
    with ExitStack() as held:
        tried = None
        while True:
            name = newest(directory)
            if name is None:
                raise nothing_yet(directory)
            try:
                store = held.enter_context(opened(directory, name))
            except _BROKEN as error:
                if name == tried:
                    raise cannot_be_read(directory) from error
                tried = name  # removed in this very moment, perhaps: then there is a newer one
            else:
                break
        yield name, store


class EmbeddedStore:
    """The embedded store, as the rest of the house sees it.

    Its newest checkpoint is kept open until there is a newer one: opening one takes longer than a look-up.

    :param directory: the folder of the store.
    """

    at_a_server = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._held: tuple[str, ox.Store] | None = None
        self._lease = ExitStack()
        self._using = Lock()

    def state(self) -> str | None:
        """The name of the newest checkpoint; None where there is none."""
        return newest(self.directory)

    def is_at(self, commit: int) -> bool:
        """Whether it holds the archive up to a commit."""
        return (commit_of(newest(self.directory)) or 0) == commit

    @contextmanager
    def newest(self, archive: Archive, framework: Framework) -> Iterator[tuple[str, ox.Store] | None]:  # noqa: ARG002 - a remote one needs them
        """The newest checkpoint, for one user at a time; None where nothing was published yet.

        :raises StoreError: if it cannot be opened.
        """
        with self._using:
            name = newest(self.directory)
            if name is None or self._held is None or name != self._held[0]:
                self._held = None
                self._lease.close()
                if name is not None:
                    self._held = self._lease.enter_context(newest_opened(self.directory))
            yield self._held

    def writer(self, archive: Archive, framework: Framework, beside: Beside) -> Writer:
        """Who changes it; whoever asks holds the archive's right to write."""
        return Writer(self.directory, archive, framework, beside)

    @contextmanager
    def lines(self, archive: Archive, framework: Framework, beside: Beside) -> Iterator[tuple[str, Iterator[str]]]:  # noqa: ARG002
        """The newest checkpoint's name, and all that it holds as canonical N-Quads.

        :raises StoreError: if there is none.
        """
        with newest_opened(self.directory) as (name, store):
            yield name, canonical_lines(store)

    def examine(self, archive: Archive, names: Names) -> Iterator[Outcome]:  # noqa: ARG002 - a remote one needs them
        """Whether it can be read, and how far it goes."""
        yield Outcome(True, Text("The store is embedded, in {directory}.", directory=str(self.directory)))
        try:
            with newest_opened(self.directory) as (name, _):
                commit = commit_of(name)
        except StoreError as error:
            yield Outcome(False, error.message, error.remedy)
            return
        if commit != archive.last:
            yield Outcome(
                False,
                Text("It holds the archive up to commit {commit} of {last}.", commit=commit, last=archive.last),
                Text("Run “lcgraph rebuild”."),
            )
        else:
            yield Outcome(True, Text("It holds the archive up to its last commit, {last}.", last=archive.last))


def nothing_yet(directory: Path) -> StoreError:
    """The error for a store that there is not."""
    return StoreError(
        Text("There is nothing to ask yet in {directory}.", directory=str(directory.parent)),
        remedy=Text("Publish a submission first, or name another folder with --data."),
    )


def cannot_be_read(directory: Path) -> StoreError:
    """The error for a store that is damaged."""
    return StoreError(
        Text("The store in {directory} cannot be read.", directory=str(directory)),
        remedy=Text("Build it anew from the archive with “lcgraph rebuild”."),
    )


def newest(directory: Path) -> str | None:
    """The name of the checkpoint that readers should open; None where there is none."""
    try:
        name = (directory / "newest").read_text(encoding="ascii").strip()
    except OSError:
        return None
    checkpoint = directory / "checkpoints" / name
    there = name and (checkpoint / "CURRENT").exists() and checkpoint.with_name(f"{name}.lease").exists()
    return name if there else None


def commit_of(checkpoint: str | None) -> int | None:
    """The number of the last commit that a checkpoint holds; None for no checkpoint."""
    number = (checkpoint or "").partition("-")[2]
    return int(number) if number.isdecimal() else None


def _number(name: str) -> int:
    """Which one a checkpoint is, by its name or by the name of something that belongs to it."""
    number = name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _snapshot(database: Path, to: Path) -> None:
    """Another folder with a closed database; on disk when this returns."""
    to.mkdir()
    for file in database.iterdir():
        if file.suffix == ".sst":
            os.link(file, to / file.name)
        elif file.name != "LOCK" and not file.name.startswith("LOG"):
            shutil.copyfile(file, to / file.name)
            if file.suffix == ".log":
                sync(to / file.name)
    sync(to)


def _point_to(directory: Path, name: str) -> None:
    beside = directory / ".newest"
    beside.write_text(name + "\n", encoding="ascii")
    beside.replace(directory / "newest")


def canonical_lines(store: ox.Store) -> Iterator[str]:
    """All statements of a store as sorted N-Quads lines; memory does not grow with the store.

    Two stores with the same graph give the same bytes.
    """
    with tempfile.TemporaryDirectory(prefix="lcgraph-") as folder:
        runs: list[Path] = []
        dump = Path(folder) / "dump.nq"
        store.dump(str(dump), ox.RdfFormat.N_QUADS)
        with dump.open(encoding="utf-8", newline="\n") as lines:
            while run := [line for line, _ in zip(lines, range(_SORT_RUN), strict=False)]:
                path = Path(folder) / f"{len(runs)}.nq"
                path.write_text("".join(sorted(run)), encoding="utf-8", newline="\n")
                runs.append(path)
        files = [path.open(encoding="utf-8", newline="\n") for path in runs]
        try:
            yield from heapq.merge(*files)
        finally:
            for file in files:
                file.close()


def graph_hash(lines: Iterable[str]) -> str:
    """The SHA-256 of canonical N-Quads, in hexadecimal."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()
