"""SPARQL servers as the store of the tests: ``pytest --store=virtuoso``, ``pytest --store=oxigraph``.

Each network of a test gets a server of its own, since a server holds one network. Servers are kept and
emptied from test to test; starting one takes seconds.
"""

from __future__ import annotations

import ctypes
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from lcgraph.publishing.network import Network
from lcgraph.store.limits import QueryLimits
from lcgraph.store.remote.connection import Connection
from lcgraph.store.remote.settings import FILE, remote_settings

SERVER, ISQL = "virtuoso-t", "isql-vt"

_INI = """\
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
CaseMode = 2
SchedulerInterval = 10
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 10
[SPARQL]
{limit}
MaxQueryExecutionTime = 60
MaxQueryCostEstimationTime = 0
"""

_PRIVATE = "http://www.openlinksw.com/schemas/virtrdf#PrivateGraphs"
_SET_UP = f"""
DB.DBA.USER_CREATE('lcgraph', 'lcgraph');
GRANT SPARQL_SELECT TO lcgraph;
GRANT SPARQL_UPDATE TO lcgraph;
DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 1, 0);
DB.DBA.RDF_DEFAULT_USER_PERMS_SET('lcgraph', 3, 0);
DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 0, 1);
DB.DBA.RDF_GRAPH_GROUP_CREATE('{_PRIVATE}', 1);
DB.DBA.RDF_GRAPH_GROUP_INS('{_PRIVATE}', 'http://www.openlinksw.com/schemas/virtrdf#');
DB.DBA.RDF_GRAPH_GROUP_INS('{_PRIVATE}', 'http://www.w3.org/ns/ldp#');
DB.DBA.RDF_GRAPH_GROUP_INS('{_PRIVATE}', 'http://localuriqaserver/sparql');
"""
"""As docs/scale.md says."""

_VIRTUOSO = """\
# of {directory}
engine = "virtuoso"
query = "http://127.0.0.1:{http}/sparql"
update = "http://127.0.0.1:{http}/sparql-auth"
graphs = "http://127.0.0.1:{http}/sparql-graph-crud-auth"
user = "lcgraph"
password_file = "store.password"
"""


_OXIGRAPH = """\
# of {directory}
engine = "oxigraph"
query = "http://127.0.0.1:{http}/query"
update = "http://127.0.0.1:{http}/update"
graphs = "http://127.0.0.1:{http}/store"
"""


def missing(kind: str = "virtuoso") -> str:
    """Why there is no server of a kind here; empty where there is one."""
    if kind == "oxigraph":
        return "" if (Path(sys.prefix) / "bin" / "oxigraph").exists() else "oxigraph is not installed"
    absent = [name for name in (SERVER, ISQL) if shutil.which(name) is None]
    return f"{' and '.join(absent)} not installed (Debian: virtuoso-opensource-7)" if absent else ""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def use_server(directory: Path, store: str, http: int) -> None:
    """Makes a server the store of a network.

    :param store: what ``store.toml`` says of its kind.
    :param http: the port of its endpoint.
    """
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "store.password").write_text("lcgraph\n", encoding="ascii")
    (directory / FILE).write_text(store.format(directory=directory, http=http), encoding="utf-8")


class SparqlServer:
    """A server on loopback, with a folder of its own, that is gone when this process is.

    :ivar http: the port of its endpoint.
    """

    store = ""
    """What ``store.toml`` says of it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="lcgraph-server-"))
        self.http = free_port()

    def command(self) -> list[str]:
        """How it is started, in the foreground."""
        raise NotImplementedError

    def log(self) -> str:
        """What it has said last."""
        return ""

    def start(self) -> None:
        """Starts it, again where it was killed, and waits until it answers."""
        self.process = subprocess.Popen(
            self.command(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - it makes one system call
        )
        address = re.findall(r'query = "(.*)"', self.store.format(directory="", http=self.http))[0]
        until = time.monotonic() + 200
        while True:
            assert self.process.poll() is None, self.log()
            with suppress(httpx.HTTPError):
                if httpx.get(address, params={"query": "ASK { }"}).is_success:
                    return
            assert time.monotonic() < until, self.log()
            time.sleep(0.1)

    def settings(self, directory: Path) -> None:
        """Makes this server the store of a network."""
        use_server(directory, self.store, self.http)

    def clear(self) -> None:
        """Drops all graphs that are seen."""
        with tempfile.TemporaryDirectory() as folder:
            self.settings(Path(folder))
            settings = remote_settings(Path(folder))
            assert settings is not None
            with Connection(settings, Path(folder)) as connection:
                found = connection.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
                for row in found:
                    connection.update(f"DROP SILENT GRAPH {row['g']}")

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ends it at once, and removes its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Virtuoso(SparqlServer):
    """Virtuoso, set up as docs/scale.md says.

    :param limit: a line of its settings for SPARQL.
    """

    store = _VIRTUOSO

    def __init__(self, limit: str = "") -> None:
        super().__init__()
        self.sql = free_port()
        ini = self.folder / "virtuoso.ini"
        said = _INI.format(folder=self.folder, sql=self.sql, http=self.http, limit=limit)
        ini.write_text(said, encoding="ascii")
        self.start()
        self.isql(_SET_UP)

    def command(self) -> list[str]:
        """How it is started, in the foreground."""
        (self.folder / "virtuoso.lck").unlink(missing_ok=True)
        return [SERVER, "+configfile", str(self.folder / "virtuoso.ini"), "+foreground"]

    def log(self) -> str:
        """What it has said last."""
        return (self.folder / "virtuoso.log").read_text(errors="replace")[-2000:]

    def isql(self, commands: str) -> str:
        """What the server says to SQL commands of its administrator."""
        called = [ISQL, f"127.0.0.1:{self.sql}", "dba", "dba", f"exec={commands}"]
        return subprocess.run(called, capture_output=True, text=True, check=True, timeout=60).stdout


class Oxigraph(SparqlServer):
    """``oxigraph serve``, which comes with the packages of the tests."""

    store = _OXIGRAPH

    def __init__(self) -> None:
        super().__init__()
        self.start()

    def command(self) -> list[str]:
        """How it is started, in the foreground."""
        program = str(Path(sys.prefix) / "bin" / "oxigraph")
        return [program, "serve", "--location", str(self.folder / "db"), "--bind", f"127.0.0.1:{self.http}"]


KINDS: Mapping[str, type[SparqlServer]] = {"virtuoso": Virtuoso, "oxigraph": Oxigraph}


class Servers:
    """The servers of a test run, and which networks they are of.

    As a plugin of pytest it gives each new :class:`Network` a server, and takes those of a test's own
    networks back when the test is over.

    :param kind: the kind of servers.
    :param shared: port of the server of the network that all processes of the run share; 0 where there is one process.
    """

    def __init__(self, kind: str, shared: int = 0) -> None:
        self._kind = KINDS[kind]
        self._shared = shared
        self._all: list[SparqlServer] = []
        self._free: list[SparqlServer] = []
        self._of_test: list[SparqlServer] = []
        self._takers = [self._of_test]

    def give(self, directory: Path) -> bool:
        """Gives a network a server, if it has none of its own; whether it had none."""
        file = directory / FILE
        if file.exists() and file.read_text(encoding="utf-8").startswith(f"# of {directory}\n"):
            return False
        server = self._free.pop() if self._free else self._new()
        server.settings(directory)
        self._takers[-1].append(server)
        return True

    def give_shared(self, directory: Path) -> None:
        """Gives the network that all processes of the run share its server."""
        if not self._shared:
            self.give(directory)
        elif not (directory / FILE).exists():
            use_server(directory, self._kind.store, self._shared)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Starts the server of the shared network here, where the processes of the run are started: it outlives them."""
        if not self._all:
            self._new()
        node.workerinput["shared"] = self._all[0].http

    def _new(self) -> SparqlServer:
        server = self._kind()
        self._all.append(server)
        return server

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        """Notes which servers a fixture takes, and takes them back when what it made is gone."""
        taken = self._of_test
        if fixturedef.scope != "function":
            taken = []
        if fixturedef.scope in ("class", "module", "package"):
            fixturedef.addfinalizer(lambda: self._take_back(taken))
        self._takers.append(taken)
        try:
            return (yield)
        finally:
            self._takers.pop()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self) -> Iterator[None]:
        """Takes the servers of a test back."""
        try:
            return (yield)
        finally:
            self._take_back(self._of_test)

    def _take_back(self, taken: list[SparqlServer]) -> None:
        for server in taken:
            if server.process.poll() is not None:
                server.start()
            server.clear()
        self._free += taken
        taken.clear()

    def pytest_unconfigure(self) -> None:
        """Ends all servers."""
        for server in self._all:
            server.stop()


PATIENCE = QueryLimits().seconds
"""Seconds that a query may run where a test says nothing else."""

servers: Servers | None = None
"""Those of this run; None where the store is embedded."""


def patience() -> dict[str, str]:
    """Settings of a process that asks, where the tests run over servers."""
    return {} if servers is None else {"LCGRAPH_QUERY_SECONDS": f"{PATIENCE:g}"}


def settle(directory: Path) -> None:
    """Gives a network a server, where the tests run over servers."""
    if servers is not None:
        servers.give(directory)


def settle_for(command: list[str], folder: Path) -> None:
    """Gives the network that a command of the command line makes a server, where the tests run over servers.

    :param folder: where it is run.
    """
    options = dict(pairwise(command))
    if command[:1] in (["publish"], ["import"], ["register"]):
        settle(folder / options.get("--data", "lcgraph-data"))
    if "--to" in options and command[0] == "rebuild":
        settle(folder / options["--to"])


def use(config: pytest.Config, kind: str) -> None:
    """Has every network that this process makes use a server."""
    global servers, PATIENCE  # noqa: PLW0603 - there is one run in a process
    servers = given = Servers(kind, getattr(config, "workerinput", {}).get("shared", 0))
    PATIENCE = 60.0  # Virtuoso takes a second and more to compile some questions
    config.pluginmanager.register(given, "servers")
    begin = Network.__init__

    def begin_with_server(self: Network, directory: Path, *args: Any, **kwargs: Any) -> None:
        is_new = given.give(directory)
        begin(self, directory, *args, **kwargs)
        if is_new and self.archive.last:  # a copy of another network
            self.rebuild()

    Network.__init__ = begin_with_server  # type: ignore[method-assign]
