"""SPARQL servers beside ours, each a process of its own on this machine, with the same data.

Oxigraph's server is a package among those for the tests, rdflib-endpoint one in ``.venv/benchmarks``
(``make bench`` installs it), Virtuoso is Debian's ``virtuoso-opensource-7``. One that is not there is left out, and the
report says so.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

BESIDE = Path(sys.prefix) / "benchmarks"
"""Where the packages are that are only measured, apart from ours."""

_START = 300.0
_POINTS = (b"<http://www.opengis.net/ont/geosparql#wktLiteral>", b"<urn:kept-as-it-is-written:wktLiteral>")
"""Virtuoso would make geometries of points, and round them; so it is given texts, as our service does with its own."""

_VIRTUOSO = "virtuoso-t"
_ISQL = ("isql-vt", "isql-virtuoso")
_FOR_RDFLIB = 2_000_000
BUFFERS = 340_000
"""Pages of 8 kB that Virtuoso keeps in memory: what its own file advises for 4 GB."""


class NotThere(Exception):
    """A server that cannot be measured here, and why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs.

    :ivar name: for the tables.
    :ivar port: on this machine.
    :ivar path: of its SPARQL endpoint.
    :ivar pid: of its process.
    :ivar only_get: whether it reads no forms as others do.
    """

    name: str
    port: int
    path: str
    pid: int
    only_get: bool = False

    @property
    def address(self) -> str:
        """Of its SPARQL endpoint."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def lives(self) -> bool:
        """Whether its process has not ended."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2][0] != "Z"
        except OSError:
            return False

    def kill(self) -> None:
        """Ends its process at once."""
        os.kill(self.pid, signal.SIGKILL)

    def processor_seconds(self) -> float:
        """What its processes have worked so far."""
        return sum(map(_worked, [self.pid, *children(self.pid)]))

    def megabytes(self) -> int:
        """What its processes have in memory."""
        return sum(map(_resident, [self.pid, *children(self.pid)]))


def children(pid: int) -> list[int]:
    """The processes that a process has started, on Linux."""
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, tasks.read_text(encoding="ascii").split())
        except OSError:
            continue
    return found


def _worked(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


@contextmanager
def lcgraph(data: Path, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Our service over a network's folder, with its default settings."""
    port = _free_port()
    command = [str(Path(sys.executable).with_name("lcgraph")), "serve", "--port", str(port), "--data", str(data)]
    with _running(command, data, {**os.environ, **(settings or {})}) as process:
        _wait(process, lambda: _answers(f"http://127.0.0.1:{port}/sparql"))
        yield Server("lcgraph", port, "/sparql", process.pid)


@contextmanager
def oxigraph(checkpoint: Path, folder: Path, *options: str) -> Iterator[Server]:
    """Oxigraph's own server, over a copy of a checkpoint: the very same database.

    :raises NotThere: if it is not installed.
    """
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        raise NotThere("oxigraph serve is not installed; make bench does it")
    copy = folder / "oxigraph"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(checkpoint, copy, copy_function=_linked)
    port = _free_port()
    command = [str(program), "serve", "-l", str(copy), "-b", f"127.0.0.1:{port}", "--union-default-graph", *options]
    with _running(command, folder) as process:
        _wait(process, lambda: _answers(f"http://127.0.0.1:{port}/query"))
        yield Server("oxigraph serve", port, "/query", process.pid)


@contextmanager
def rdflib_endpoint(quads: Path, folder: Path, triples: int) -> Iterator[Server]:
    """rdflib-endpoint over a file of N-Quads, which it keeps in memory.

    :raises NotThere: if it is not installed, or there are more triples than it can take.
    """
    if triples > _FOR_RDFLIB:
        raise NotThere(
            f"rdflib-endpoint would need some {triples * 2 // 10**6} GB of memory and minutes to load {triples:,} triples"
        )
    program = BESIDE / "bin" / "rdflib-endpoint"
    if not program.exists():
        raise NotThere("rdflib-endpoint is not installed; make bench does it")
    port = _free_port()
    command = [sys.executable, str(program), "serve", "--host", "127.0.0.1", "--port", str(port), str(quads)]
    with _running(command, folder, {**os.environ, "PYTHONPATH": str(BESIDE)}) as process:
        _wait(process, lambda: _answers(f"http://127.0.0.1:{port}/"))
        yield Server("rdflib-endpoint", port, "/", process.pid, only_get=True)


@contextmanager
def virtuoso(quads: Path, folder: Path, seconds: float = 60) -> Iterator[Server]:
    """Virtuoso over a database of its own, into which a file of N-Quads is loaded first.

    :param seconds: how long a query may run.
    :raises NotThere: if it is not installed.
    """
    program, isql = shutil.which(_VIRTUOSO), next(filter(None, map(shutil.which, _ISQL)), None)
    if program is None or isql is None:
        raise NotThere("Virtuoso is not installed; on Debian: apt install virtuoso-opensource-7")
    database = folder / "virtuoso"
    shutil.rmtree(database, ignore_errors=True)
    (database / "load").mkdir(parents=True)
    sql_port, port = _free_port(), _free_port()
    (database / "virtuoso.ini").write_text(_settings(database, sql_port, port, seconds), encoding="utf-8")
    command = [program, "+foreground", "+configfile", str(database / "virtuoso.ini")]
    with _running(command, database) as process:
        _wait(process, lambda: _answers(f"http://127.0.0.1:{port}/sparql"))
        _loaded(quads, database / "load", lambda: _isql(isql, sql_port))
        yield Server("Virtuoso", port, "/sparql", process.pid)


def _settings(database: Path, sql_port: int, port: int, seconds: float) -> str:
    return f"""\
[Database]
DatabaseFile = {database}/virtuoso.db
ErrorLogFile = {database}/virtuoso.log
LockFile = {database}/virtuoso.lck
TransactionFile = {database}/virtuoso.trx
xa_persistent_file = {database}/virtuoso.pxa
FileExtend = 4000
[TempDatabase]
DatabaseFile = {database}/virtuoso-temp.db
TransactionFile = {database}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = {BUFFERS}
MaxDirtyBuffers = {BUFFERS * 3 // 4}
MaxQueryMem = 2G
DirsAllowed = {database}/load
CheckpointInterval = 0
SchedulerInterval = 10
CaseMode = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerRoot = {database}
ServerThreads = 16
MaxKeepAlives = 16
KeepAliveTimeout = 30
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = {seconds:g}
MaxQueryCostEstimationTime = 0
"""


def _isql(program: str, port: int) -> list[str]:
    return [program, f"127.0.0.1:{port}", "dba", "dba", "errors=stdout"]


def _loaded(quads: Path, folder: Path, isql: Callable[[], list[str]]) -> None:
    """Loads N-Quads in four parts, two at a time; those of which one has kept the other waiting, once more."""

    def said(statement: str) -> str:
        return subprocess.run([*isql(), f"exec={statement}"], check=True, capture_output=True, text=True).stdout

    _split(quads, folder, 4)
    said(f"ld_dir('{folder}', '*.nq', 'urn:none')")
    loaders = [subprocess.Popen([*isql(), "exec=rdf_loader_run()"], stdout=subprocess.DEVNULL) for _ in range(2)]
    for loader in loaders:
        loader.wait()
    said("update DB.DBA.load_list set ll_state = 0, ll_error = null where ll_error is not null")
    said("rdf_loader_run()")
    failed = said("select ll_file, ll_error from DB.DBA.load_list where ll_error is not null or ll_state <> 2")
    if "\n0 Rows." not in failed:
        raise NotThere(f"Virtuoso did not load all: {failed[-300:]}")
    said("checkpoint")
    shutil.rmtree(folder)


def _split(quads: Path, folder: Path, parts: int) -> None:
    size = quads.stat().st_size // parts + 1
    with quads.open("rb") as lines:
        for n in range(parts):
            with (folder / f"{n}.nq").open("wb") as part:
                while part.tell() < size and (some := lines.readlines(2**20)):
                    part.write(b"".join(some).replace(*_POINTS))


# processes


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _linked(source: str, target: str) -> None:
    """Links what a database never changes, and copies the rest."""
    if source.endswith(".sst"):
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


@contextmanager
def _running(
    command: list[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, params={"query": "ASK {}"}, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _wait(process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> None:
    until = time.monotonic() + _START
    while not answers():
        if process.poll() is not None:
            raise NotThere(f"{Path(str(process.args[0])).name} ended with {process.returncode}")  # type: ignore[index]
        if time.monotonic() > until:
            raise NotThere(f"it did not answer within {_START:g} s")
        time.sleep(0.1)
