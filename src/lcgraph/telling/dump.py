"""The whole graph in one file: canonical N-Quads, compressed; the same graph gives the same bytes.

It is made from a checkpoint by a process of its own, with low priority, so that neither publishing
nor answering waits for it; once for each state of the store, however many ask.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lcgraph.errors import LimitExceeded, StoreError
from lcgraph.language import Text
from lcgraph.publishing.network import Network
from lcgraph.store.embedded import nothing_yet

_LEVEL = 6
_PATIENCE = 20.0
_LOOK_AGAIN = 0.02


@dataclass(frozen=True, slots=True)
class Dump:
    """A dump that is made.

    :ivar path: its file.
    :ivar checkpoint: the state of the store that it is of.
    :ivar sha256: hash of its bytes, in hexadecimal.
    """

    path: Path
    checkpoint: str
    sha256: str


class Dumps:
    """Makes dumps of a network's graph, and keeps the newest.

    :param network: the network.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._folder = tempfile.TemporaryDirectory(prefix="lcgraph-dumps-")
        self._made: list[Dump] = []
        self._at_work: subprocess.Popen[bytes] | None = None

    async def newest(self) -> Dump:
        """The dump of the newest state; where that is not made soon, of the one before.

        However many wait for it, no thread does: others need them meanwhile.

        :raises LimitExceeded: if there is none yet, and it takes longer to make one.
        :raises StoreError: if there is nothing to dump, or it cannot be made.
        """
        until = time.monotonic() + _PATIENCE
        while not self._is_of(wanted := await asyncio.to_thread(self.network.store.state)):
            process = self._at_work = self._at_work or self._begun(wanted)
            while process.poll() is None and time.monotonic() < until:  # noqa: ASYNC110 - a process sets no event
                await asyncio.sleep(_LOOK_AGAIN)
            if process.poll() is not None:
                self._take(process)
            if time.monotonic() >= until:
                break
        if not self._made:
            raise LimitExceeded(
                Text("The dump of the graph is being made."),
                limit="queue",
                remedy=Text("Ask again in a while."),
            )
        return self._made[-1]

    def close(self) -> None:
        """Ends what is being made, and throws away what is made."""
        if self._at_work is not None:
            self._at_work.kill()
            self._at_work.communicate()
            self._at_work = None
        self._made.clear()
        self._folder.cleanup()

    def _is_of(self, wanted: str | None) -> bool:
        """Whether the newest is of this state."""
        return bool(self._made) and self._made[-1].checkpoint == wanted

    def _begun(self, wanted: str | None) -> subprocess.Popen[bytes]:
        if wanted is None:
            raise nothing_yet(self.network.store_directory)
        target = Path(self._folder.name) / f"{wanted}.nq.gz"
        of = (str(self.network.directory), self.network.base)
        return subprocess.Popen(  # noqa: S603 - this very module
            [sys.executable, "-m", "lcgraph.telling.dump", *of, str(target)], stdout=subprocess.PIPE
        )

    def _take(self, process: subprocess.Popen[bytes]) -> None:
        """Keeps what a process has made; each who waited for it learns where it failed."""
        if process is self._at_work:
            self._at_work = None
            said, _ = process.communicate()
            if process.returncode == 0:
                told = json.loads(said)
                self._made.append(Dump(Path(told["path"]), told["checkpoint"], told["sha256"]))
        if process.returncode:
            raise StoreError(
                Text("The dump of the graph could not be made."), remedy=Text("The log of the service says why.")
            )
        for old in self._made[:-2]:  # one more than the newest: somebody may be about to read it
            old.path.unlink(missing_ok=True)
        del self._made[:-2]


def write(network: Network, target: Path) -> str:
    """Writes the dump of the state that readers see; the file is there whole or not at all.

    :return: the name of the state.
    :raises LcgraphError: if there is none, or it cannot be read.
    """
    beside = target.with_name(target.name + ".part")
    with (
        network.dumped() as (name, lines),
        beside.open("wb") as out,
        # neither a time nor a name, so that the same graph gives the same bytes
        gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=out, mtime=0) as packed,
    ):
        while some := list(islice(lines, 1000)):
            packed.write("".join(some).encode())
    beside.rename(target)
    return name


def _main() -> None:
    directory, base, to = sys.argv[1:]
    target = Path(to)
    os.nice(10)
    checkpoint = write(Network(Path(directory), base), target)
    with target.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    json.dump({"path": str(target), "checkpoint": checkpoint, "sha256": digest}, sys.stdout)


if __name__ == "__main__":
    _main()
