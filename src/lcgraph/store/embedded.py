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
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit, sync
from lcgraph.errors import StoreError
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, PROV, SDMX_DIMENSION, TYPE, XSD
from lcgraph.language import Text
from lcgraph.store import index, partitions
from lcgraph.store.index import Change, change, commit_iri, fold, framework_lines
from lcgraph.store.partitions import Tally

KEEP_CHECKPOINTS = 2
BULK = 20_000
"""From this many statements on, a change is bulk-loaded: twice as fast, but more files."""

MANY_FILES = 80
"""So many files of the database are merged before it is closed; a commit stalls at about twice as many."""

_BROKEN = (OSError, RuntimeError)
"""What a database raises that is missing, in use or full, and one that is damaged."""

_SORT_RUN = 1_000_000


@dataclass(frozen=True, slots=True)
class Beside:
    """Statements that a store holds beside the archive and the framework.

    :ivar digest: changes when they do.
    :ivar lines: makes them, as lines of N-Quads.
    """

    digest: str
    lines: Callable[[], list[str]]


class Writer:
    """The one process that changes a store. It holds the archive's right to write.

    :param directory: the folder of the store.
    :param archive: what the store is an index of.
    :param framework: the ontology and the framework.
    :param beside: what the store holds beside it that does not change with the data.
    """

    def __init__(self, directory: Path, archive: Archive, framework: Framework, beside: Beside | None = None) -> None:
        self.directory = directory
        self.archive = archive
        self.framework = framework
        self.beside = beside or Beside("", list)
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
                applied = self._applied()
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

    def _applied(self) -> int | None:
        """The last commit in the store; None if it was not built from this archive with this ontology."""
        if self._commit_quad(self.archive.last + 1) in self.store:
            raise self.archive.ends_early(self.archive.last + 1)
        if ox.Quad(*self._marker()) not in self.store:
            return None
        applied = self.applied()
        if applied and self._time_quad(self.archive.commit(applied)) not in self.store:
            return None
        return applied

    def applied(self) -> int:
        """The number of the last commit that the store holds."""
        low, high = 0, self.archive.last
        while low < high:  # commits are applied in order, so there is one border to find
            middle = (low + high + 1) // 2
            if self._commit_quad(middle) in self.store:
                low = middle
            else:
                high = middle - 1
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

    def apply(self, commit: Commit) -> None:
        """Changes the store by a commit: all of it or, where the process is killed, nothing.

        :raises ArchiveDamaged: if a file of the commit is not what was written.
        :raises StoreError: if the store cannot be written to.
        """
        done = change(commit, self.framework)
        tally = self._tally
        with self._written():
            tally.begin(done.drop, self._spoken_of_again(done), done.forget)
            self._change(done)
            tally.end(done.add, commit_iri(commit.number, self.framework.names))
        self._holds, self._shown = commit.number, False

    @property
    def _tally(self) -> Tally:
        return Tally(self.store, self.framework.names)

    def _spoken_of_again(self, done: Change) -> Iterator[str]:
        """The cities of which a change says something that may have been said before."""
        yield from done.recount
        evidence = f" <{self.framework.names.graph('evidence')}> .\n"
        yield from {line.partition(" ")[0][1:-1] for line in done.add if line.endswith(evidence)}

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
        self.store.update(_update(done, self.framework))

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

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Builds the store anew from the archive.

        The old store stays in use until the new one is whole.

        :param progress: is told the number of commits read and of all.
        :raises ArchiveDamaged: if a commit is not what was written.
        :raises StoreError: if the folder cannot be written to.
        """
        self._store = None
        beside = self.directory / "rebuilding"
        shutil.rmtree(beside, ignore_errors=True)
        done = fold(self._counted(self.archive.commits(), progress), self.framework)
        lines = [line for line in framework_lines(self.framework) if not _forgotten(line, done, self.framework)]
        lines.append(_marker_line(self._marker()))
        lines.extend(done.add)
        last = commit_iri(self.archive.last, self.framework.names) if self.archive.last else ""
        lines.extend(partitions.lines(_counted_lines(lines), last, self.framework.names))
        lines.extend(self.beside.lines())
        with self._written():
            beside.mkdir(parents=True)
            store = ox.Store(str(beside / "writer"))
            store.bulk_load("".join(lines), ox.RdfFormat.N_QUADS)
            store.flush()
            del store
            shutil.rmtree(self.directory / "writer", ignore_errors=True)
            (beside / "writer").rename(self.directory / "writer")
            shutil.rmtree(beside, ignore_errors=True)
            self._store = ox.Store(str(self.directory / "writer"))
        self._holds, self._shown = self.archive.last, False

    def _counted(self, commits: Iterable[Commit], progress: Callable[[int, int], None] | None) -> Iterator[Commit]:
        last = self.archive.last
        for commit in commits:
            yield commit
            if progress is not None:
                progress(commit.number, last)

    def _marker(self) -> tuple[ox.NamedNode, ox.NamedNode, ox.Literal, ox.NamedNode]:
        """A statement that tells with which ontology the store was built."""
        names = self.framework.names
        graph = ox.NamedNode(names.graph("archive"))
        parts = (
            resources.digest("ontology", names.base),
            index.VERSION,
            partitions.fixed_digest(names),
            self.beside.digest,
        )
        digest = ox.Literal("-".join(map(str, parts)))
        return (ox.NamedNode(names.graph("framework")), ox.NamedNode(LC + "graphHash"), digest, graph)


def _counted_lines(lines: list[str]) -> Mapping[partitions.Key, int]:
    """How much stands in each partition of what is about to be loaded; a line that comes twice counts once."""
    quads = [partitions.split(line) for line in dict.fromkeys(lines)]
    types = partitions.Types()
    types.update(partitions.types_in(quads))
    return partitions.counts(partitions.uses(quads, types))


def _marker_line(marker: tuple[ox.NamedNode, ox.NamedNode, ox.Literal, ox.NamedNode]) -> str:
    return " ".join(map(str, marker)) + " .\n"


def _forgotten(line: str, done: Change, framework: Framework) -> bool:
    """Whether a line of the ontology describes a city that was registered anew."""
    if not done.forget or not line.endswith(f"<{framework.names.graph('cities')}> .\n"):
        return False
    return any(line.startswith((f"<{city}> ", f"<{city}#")) for city in done.forget)


def _update(done: Change, framework: Framework) -> str:
    """The change as one SPARQL update, which the store carries out as one transaction."""
    operations = [f"DROP SILENT GRAPH <{graph}>" for graph in done.drop]
    cities = framework.names.graph("cities")
    operations.extend(
        f"DELETE {{ GRAPH <{cities}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{cities}> {{ ?s ?p ?o }} "
        f'FILTER (?s = <{city}> || STRSTARTS(STR(?s), "{city}#")) }}'
        for city in done.forget
    )
    by_graph: dict[str, list[str]] = {}
    for line in done.add:
        statement, graph = line.rstrip(" .\n").rsplit(" ", 1)
        by_graph.setdefault(graph, []).append(statement)
    blocks = [f"GRAPH {graph} {{\n" + " .\n".join(statements) + "\n}" for graph, statements in by_graph.items()]
    if blocks:
        operations.append("INSERT DATA {\n" + "\n".join(blocks) + "\n}")
    operations.extend(_recount(city, framework) for city in done.recount)
    return " ;\n".join(operations)


def _recount(city: str, framework: Framework) -> str:
    """Says anew for which actions and commitments a city has evidence, from what is evidence now."""
    graph = framework.names.graph("evidence")
    operations = [f"DELETE WHERE {{ GRAPH <{graph}> {{ <{city}> ?p ?o }} }}"]
    for what in ("Action", "Commitment"):
        operations.extend(
            f"INSERT {{ GRAPH <{graph}> {{ <{city}> <{LC}hasEvidenceFor{what}> ?o }} }} WHERE {{ "
            f"GRAPH ?submission {{ ?item <{of_city}> <{city}> }} GRAPH ?follows {{ ?item <{LC}evidenceFor{what}> ?o }} }}"
            for of_city in (SDMX_DIMENSION + "refArea", LC + "city")
        )
    return " ;\n".join(operations)


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


class Held:
    """The newest checkpoint, kept open until there is a newer one: opening one takes longer than a look-up.

    :param directory: the folder of the store.
    :ivar name: the name of the checkpoint that is open; None for none.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.name: str | None = None
        self._store: ox.Store | None = None
        self._lease = ExitStack()
        self._using = Lock()

    @contextmanager
    def newest(self) -> Iterator[ox.Store | None]:
        """The newest checkpoint, for one user at a time; None where nothing was published yet.

        :raises StoreError: if it cannot be opened.
        """
        with self._using:
            name = newest(self.directory)
            if name is None or name != self.name:
                self._store = None
                self._lease.close()
                self.name = name
                if name is not None:
                    self.name, self._store = self._lease.enter_context(newest_opened(self.directory))
            yield self._store


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
