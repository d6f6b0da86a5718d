"""The store as it was: of the archive up to one of its commits, made from the archive when somebody asks.

::

    store/as-of/COMMIT-HASH/   a store by itself, with one checkpoint, which never changes
    store/as-of/lock           held by the process that makes one: one is made at a time

Few are kept: the one that was asked longest ago goes, unless somebody reads it. The ontology and the
framework are those of today: the archive tells what cities handed in, not what they were asked.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, sync
from lcgraph.errors import LcgraphError, LimitExceeded, StoreError, reason
from lcgraph.framework.framework import framework
from lcgraph.language import Text
from lcgraph.store.contents import NOTHING_BESIDE, Progress, marker, whole
from lcgraph.store.embedded import commit_of
from lcgraph.store.limits import QueryLimits
from lcgraph.store.readers import Readers, Result

KEEP = 4
"""So many are kept."""

Make = Callable[[int], None]
"""Sees to it that there is the store of a commit; raises an error where there cannot be one."""

_LOOK_AGAIN = 0.05


class Past:
    """The stores of the past of a network.

    :param store: the folder of the network's store, embedded or not.
    :param archive: the network's archive.
    :param base: the base IRI of the deployment.
    :param keep: how many are kept.
    """

    def __init__(self, store: Path, archive: Archive, base: str, keep: int = KEEP) -> None:
        self.directory = store / "as-of"
        self.archive = archive
        self.base = base
        self.keep = keep
        self._times: dict[int, datetime] = {}
        self._names: dict[int, str] = {}

    def commit_at(self, moment: datetime) -> int:
        """The number of the last commit that was written until then; 0 where there was none yet.

        :param moment: a time with its zone.
        :raises ArchiveDamaged: if a commit cannot be read.
        """
        return bisect_right(range(1, self.archive.last + 1), moment, key=self.time_of)

    def time_of(self, commit: int) -> datetime:
        """When a commit was written.

        :raises ArchiveDamaged: if it cannot be read.
        """
        if commit not in self._times:
            self._times[commit] = datetime.fromisoformat(self.archive.commit(commit).manifest.at)
        return self._times[commit]

    def name(self, commit: int) -> str:
        """What tells the data of a commit, as they are read today, from any other.

        :param commit: its number; 0 for the time before the first.
        :raises ArchiveDamaged: if it cannot be read.
        """
        if commit not in self._names:
            said = marker(framework(self.base), NOTHING_BESIDE)
            if commit:
                said += json.dumps(self.archive.commit(commit).manifest.as_json(), sort_keys=True)
            self._names[commit] = f"{commit}-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
        return self._names[commit]

    def is_there(self, commit: int) -> bool:
        """Whether its store is made."""
        folder = self._folder(commit)
        return (folder / "newest").exists() and _lease(folder, commit).exists()

    @contextmanager
    def held(self, commit: int, make: Make) -> Iterator[Path]:
        """The folder of the store of a commit, which nobody removes meanwhile.

        :param make: makes it where it is not there.
        :raises LcgraphError: what that raises.
        """
        folder = self._folder(commit)
        while True:
            try:
                lease = _lease(folder, commit).open()
            except FileNotFoundError:
                make(commit)
                continue
            with lease:
                fcntl.flock(lease, fcntl.LOCK_SH)
                if not self.is_there(commit):
                    continue  # it was removed in this very moment
                with suppress(OSError):  # a folder that can only be read keeps no order of use
                    os.utime(folder)
                yield folder
                return

    def make(self, commit: int, progress: Progress | None = None) -> None:
        """Makes the store of a commit, unless another process has just done so; waits for that.

        A process that is killed meanwhile leaves nothing that is taken for a store.

        :param progress: is told the number of commits read and of all.
        :raises ArchiveDamaged: if a commit is not what was written.
        :raises StoreError: if the folder cannot be written to.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with (self.directory / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not self.is_there(commit):
                    self._tidy()
                    try:
                        self._make(commit, progress)
                    finally:
                        shutil.rmtree(self._beside(commit), ignore_errors=True)
        except (OSError, RuntimeError) as error:
            raise StoreError(
                Text(
                    "The store in {directory} cannot be written: {error}.",
                    directory=str(self.directory),
                    error=reason(error),
                ),
                remedy=Text("See to it that the folder may be written to and that the disk is not full."),
            ) from error

    def _make(self, commit: int, progress: Progress | None) -> None:
        beside = self._beside(commit)
        name = _checkpoint(commit)
        checkpoint = beside / "checkpoints" / name
        checkpoint.parent.mkdir(parents=True)
        lines = whole(self.archive, framework(self.base), NOTHING_BESIDE, progress, up_to=commit)
        store = ox.Store(str(checkpoint))
        store.bulk_load("".join(lines), ox.RdfFormat.N_QUADS)
        store.flush()
        del store
        for file in (*checkpoint.iterdir(), checkpoint):
            sync(file)
        _lease(beside, commit).touch()
        (beside / "newest").write_text(name + "\n", encoding="ascii")
        beside.rename(self._folder(commit))

    def _tidy(self) -> None:
        """Removes what killed processes left, and the stores that were asked longest ago, to make place for one."""
        for left in self.directory.glob(".*"):
            shutil.rmtree(left, ignore_errors=True)
        stores = [path for path in self.directory.iterdir() if path.is_dir()]
        for old in sorted(stores, key=lambda path: path.stat().st_mtime_ns, reverse=True)[self.keep - 1 :]:
            of = int(old.name.partition("-")[0])
            with suppress(BlockingIOError), _lease(old, of).open("a") as lease:  # else somebody reads it
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
                gone = old.rename(old.with_name(f".{old.name}"))
                shutil.rmtree(gone, ignore_errors=True)

    def _beside(self, commit: int) -> Path:
        """Where a store is made, which takes its place when it is whole."""
        return self.directory / f".{commit}"

    def _folder(self, commit: int) -> Path:
        return self.directory / self.name(commit)


def _checkpoint(commit: int) -> str:
    return f"0-{commit}"  # those of the present begin with 1


def _lease(folder: Path, commit: int) -> Path:
    return folder / "checkpoints" / f"{_checkpoint(commit)}.lease"


class Maker:
    """Has the stores of the past made by another process, one at a time, so that nobody's time is bound to theirs.

    :param past: the stores.
    :param data: the folder of the network.
    :param seconds: how long is waited for one.
    :param queue: how many may wait.
    """

    def __init__(self, past: Past, data: Path, seconds: float, queue: int) -> None:
        self._past = past
        self._data = data
        self._seconds = seconds
        self._places = BoundedSemaphore(queue + 1)
        self._lock = Lock()
        self._at_work: tuple[int, subprocess.Popen[bytes]] | None = None

    def make(self, commit: int) -> None:
        """Sees to it that there is the store of a commit.

        :raises LimitExceeded: if that takes longer, when it is being made on; or if too many wait.
        :raises StoreError: if it cannot be made.
        """
        if not self._places.acquire(blocking=False):
            raise _not_yet()
        try:
            self._wait_for(commit)
        finally:
            self._places.release()

    def _wait_for(self, commit: int) -> None:
        until = time.monotonic() + self._seconds
        while not self._past.is_there(commit):
            of, process = self._working(commit)
            while process.poll() is None:
                if time.monotonic() > until:
                    raise _not_yet()
                time.sleep(_LOOK_AGAIN)
            if process.returncode and of == commit:
                raise StoreError(
                    Text("The data of that time could not be brought back from the archive."),
                    remedy=Text("The log of the service says why."),
                )

    def _working(self, commit: int) -> tuple[int, subprocess.Popen[bytes]]:
        with self._lock:
            if self._at_work is None or self._at_work[1].poll() is not None:
                self._at_work = commit, self._begun(commit)
            return self._at_work

    def _begun(self, commit: int) -> subprocess.Popen[bytes]:
        of = (str(self._data), self._past.base, str(commit), str(self._past.keep), self._past.name(commit))
        return subprocess.Popen([sys.executable, "-m", "lcgraph.store.past", *of])  # noqa: S603 - this very module

    def close(self) -> None:
        """Ends what is being made."""
        with self._lock:
            if self._at_work is not None:
                self._at_work[1].kill()
                self._at_work[1].wait()


def _not_yet() -> LimitExceeded:
    return LimitExceeded(
        Text("The data of that time are being brought back from the archive."),
        limit="queue",
        remedy=Text("Ask again in a few seconds."),
    )


class PastReaders:
    """Runs queries on the data of any commit: where it is the newest one, as on the present.

    :param past: the stores of the past.
    :param present: where queries on the present run.
    :param count: how many queries on the past run at once.
    :param limits: what each of them may take.
    :param make: makes a store where it is not there; without it that is done here and now.
    """

    def __init__(self, past: Past, present: Readers, count: int, limits: QueryLimits, make: Make | None = None) -> None:
        self.past = past
        self._present = present
        self._make = make or past.make
        self._readers = Readers(past.directory, count, limits, base=past.base, spare=0)

    def run(self, commit: int, query: str, **how: Any) -> Result:
        """Runs a query on the data of a commit.

        :param commit: its number; 0 for the time before the first. Where the store of the present has
            not come so far yet, it is asked: its answer says how far it has.
        :param how: as :meth:`Readers.run` takes it.
        :raises LcgraphError: as :meth:`Readers.run`, and where the store cannot be made.
        """
        newest = commit_of(self._present.state())
        if newest is not None and 0 < newest <= commit:
            result = self._present.run(query, **how)
            if (commit_of(result.checkpoint) or 0) <= commit:
                return result
        with self.past.held(commit, self._make) as folder:
            return self._readers.run(query, at=folder, **how)

    def close(self) -> None:
        """Ends the processes that are idle; busy ones end with their query."""
        self._readers.close()


def _main() -> None:
    data, base, commit, keep, name = sys.argv[1:]
    os.nice(5)
    past = Past(Path(data) / "store", Archive(Path(data) / "archive"), base, int(keep))
    try:
        if past.name(int(commit)) != name:
            raise StoreError(
                Text("The ontology, or lcgraph itself, is another than when the service was started."),
                remedy=Text("Start the service again."),
            )
        past.make(int(commit))
    except LcgraphError as error:
        sys.exit(error.tell("en"))


if __name__ == "__main__":
    _main()
