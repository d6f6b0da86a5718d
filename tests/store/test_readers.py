"""Queries that run away, flood, crash or reach out: each ends, and the next one is answered."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from lcgraph.errors import LimitExceeded, QueryError, QuerySyntaxError, StoreError
from lcgraph.processes import MEGABYTE
from lcgraph.publishing.network import Network
from lcgraph.store.limits import QueryLimits
from lcgraph.store.readers import Readers

pytestmark = pytest.mark.embedded("it is about the processes that its queries run in")

LIMITS = QueryLimits(seconds=1.0, memory_bytes=1024 * MEGABYTE, result_bytes=2 * MEGABYTE, queue=1)

RUNAWAYS = {
    "cross product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "order by rand": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY RAND() LIMIT 1",
    "group_concat": "SELECT (GROUP_CONCAT(STR(?c)) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "distinct": "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } OFFSET 100000000",
    "regex": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER REGEX(CONCAT(STR(?c), STR(?f)), '(.*)(.*)(.*)x$') }",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (<urn:x>|!<urn:y>)* ?b . ?c (<urn:x>|!<urn:y>)* ?d }",
    "growing text": "SELECT ?z { BIND('xxxxxxxxxxxxxxxx' AS ?a) "
    + " ".join(
        f"BIND(CONCAT(?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}, ?{a}) AS ?{b})"
        for a, b in zip("abcdefghij", "bcdefghijz", strict=True)
    )
    + "}",
    "rows": "SELECT * { ?a ?b ?c . ?d ?e ?f }",
    "triples": "CONSTRUCT { ?a ?e ?c } { ?a ?b ?c . ?d ?e ?f }",
}


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """Readers of a network without submissions: the framework alone is enough to run away on."""
    network = Network(tmp_path_factory.mktemp("readers"))
    network.rebuild()
    with Readers(network.store_directory, 1, LIMITS) as readers:
        readers.start()
        yield readers


def ask(readers: Readers) -> bytes:
    query = "SELECT (COUNT(?c) AS ?n) { ?c a lc:Commitment }"
    return readers.run(query, solutions="text/csv").body


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_query_that_runs_away_is_ended_and_the_next_is_answered(readers: Readers, name: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        readers.run(RUNAWAYS[name])
    assert caught.value.limit in {"deadline", "memory", "size"}
    assert caught.value.remedy is not None
    assert ask(readers) == b"n\r\n12\r\n"


def test_an_answer_that_is_too_large_is_not_cut_off_but_refused(readers: Readers) -> None:
    with pytest.raises(LimitExceeded) as caught:
        readers.run(RUNAWAYS["rows"] + " LIMIT 20000")
    assert caught.value.limit == "size"
    assert ask(readers) == b"n\r\n12\r\n"


def test_memory_is_limited_on_its_own(tmp_path: Path) -> None:
    network = Network(tmp_path)
    network.rebuild()
    with Readers(network.store_directory, 1, QueryLimits(seconds=60, memory_bytes=512 * MEGABYTE), spare=0) as readers:
        with pytest.raises(LimitExceeded) as caught:
            readers.run("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f LIMIT 1")
        assert caught.value.limit == "memory"
        assert ask(readers) == b"n\r\n12\r\n"


def test_a_query_that_is_too_long_is_refused_before_it_runs(readers: Readers) -> None:
    with pytest.raises(LimitExceeded) as caught:
        readers.run("ASK {} #" + "x" * LIMITS.query_bytes)
    assert caught.value.limit == "size"


def test_a_reader_killed_from_outside_is_replaced(readers: Readers) -> None:
    with ThreadPoolExecutor(1) as pool:
        runs = pool.submit(readers.run, RUNAWAYS["cross product"])
        time.sleep(0.3)
        for pid in reader_processes():
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(QueryError) as caught:
            runs.result()
    assert not isinstance(caught.value, LimitExceeded)
    assert ask(readers) == b"n\r\n12\r\n"


def reader_processes() -> list[int]:
    """The processes that this one has started to read."""
    command = ["pgrep", "-P", str(os.getpid()), "-f", "reader_process"]
    return [int(pid) for pid in subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()]


def test_too_many_at_once_are_told_to_come_back(readers: Readers) -> None:
    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(readers.run, RUNAWAYS["cross product"]) for _ in range(6)]
        limits = sorted(error.limit for a in asked if isinstance(error := a.exception(), LimitExceeded))
    assert len(limits) == 6
    assert limits.count("queue") >= 4, "one runs, one waits"
    assert ask(readers) == b"n\r\n12\r\n"


@pytest.mark.parametrize("query", ["SELECT", "ASK { ?s :p }", "INSERT DATA { <urn:a> <urn:b> <urn:c> }", "\0", ""])
def test_what_is_no_query_is_said_to_be_none(readers: Readers, query: str) -> None:
    with pytest.raises(QuerySyntaxError):
        readers.run(query)
    assert ask(readers) == b"n\r\n12\r\n"


def test_values_are_bound_and_not_pasted(readers: Readers) -> None:
    hostile = '"x\\" } DROP ALL #"'
    result = readers.run("SELECT ?v { ?s a lc:Declaration }", bindings={"v": hostile}, solutions="text/csv")
    assert result.body == b'v\r\n"x"" } DROP ALL #"\r\n'


# reaching out


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """An HTTP server of this machine: its address, and the requests that it has seen."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            seen.append(self.path)
            self.send_response(200)
            self.end_headers()

        do_GET = do_POST = do_HEAD = answer  # noqa: N815 - names that the library looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/", seen
        listening.shutdown()
        thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="here only the text of a query keeps it from reaching out")
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND(<{url}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
        "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        "LOAD <{url}>",
        "DESCRIBE <{url}>",
    ],
)
def test_no_query_makes_a_reader_fetch_an_address(readers: Readers, server: tuple[str, list[str]], query: str) -> None:
    url, seen = server
    with suppress(QueryError):
        readers.run(query.format(url=url))
    assert seen == []
    assert ask(readers) == b"n\r\n12\r\n"


# stores that cannot be read


def test_where_there_is_no_store_it_is_said(tmp_path: Path) -> None:
    with Readers(tmp_path / "store", 1, LIMITS, spare=0) as readers, pytest.raises(StoreError, match="nothing to ask"):
        readers.run("ASK {}")


def test_a_damaged_checkpoint_is_said_to_be_one_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    network = Network(tmp_path)
    network.rebuild()
    (checkpoint,) = (path for path in (tmp_path / "store" / "checkpoints").iterdir() if path.is_dir())
    for manifest in checkpoint.glob("MANIFEST-*"):
        manifest.write_bytes(b"not a manifest")
    with Readers(network.store_directory, 1, LIMITS, spare=0) as readers:
        with pytest.raises(StoreError, match="cannot be read"):
            ask(readers)
        network.rebuild()
        assert ask(readers) == b"n\r\n12\r\n"
