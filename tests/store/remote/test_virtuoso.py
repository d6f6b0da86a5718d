"""Virtuoso as the store of a network: all that is published is there, whatever happens to the server."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import virtuoso
from service_support import serving
from support import SMALL, asking
from virtuoso import Virtuoso

from lcgraph.errors import StoreError
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import Names
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read
from lcgraph.store.contents import by_graph, whole
from lcgraph.store.partitions import graph_of
from lcgraph.store.remote.state import is_state
from lcgraph.store.remote.store import RemoteStore

pytestmark = [
    pytest.mark.skipif(bool(virtuoso.missing()), reason=virtuoso.missing() or "-"),
    pytest.mark.embedded,  # it starts its own servers, whatever the other tests run over
]

CITY = (Path(__file__).parents[3] / "examples" / "fictional-city" / "city.ttl").read_bytes()


@pytest.fixture(scope="module")
def one_server() -> Iterator[Virtuoso]:
    server = Virtuoso()
    yield server
    server.stop()


@pytest.fixture
def server(one_server: Virtuoso) -> Iterator[Virtuoso]:
    """A server without data."""
    yield one_server
    if one_server.process.poll() is not None:
        one_server.start()
    one_server.clear()


@pytest.fixture
def network(server: Virtuoso, tmp_path: Path) -> Network:
    """An empty network whose store is the server."""
    server.settings(tmp_path / "data")
    return Network(tmp_path / "data")


def small(*changes: tuple[str, str]) -> Reading:
    text = SMALL
    for old, new in changes:
        text = text.replace(old, new)
    return read("cork.csv", text.encode(), framework())


def history(network: Network) -> Iterator[None]:
    """What may happen to a network, step by step."""
    network.publish([small()], "me")
    yield
    network.publish([small(("12.5", "13.25"))], "me")
    yield
    network.register("city.ttl", CITY, "me")
    yield
    network.publish([small((",2016,", f",{year},")) for year in (2014, 2015)], "me")
    yield
    network.withdraw("ie-cork/2015/1", "a slip", "me")
    yield
    network.register("city.ttl", CITY.replace(b"412000", b"412001"), "me")
    yield


def test_after_each_change_it_holds_what_the_archive_makes(network: Network) -> None:
    about = graph_of(Names(network.base))
    for _ in history(network):
        lines = whole(network.archive, framework(network.base), network._beside)
        found = network.store.newest(network.archive, framework(network.base))
        with found as newest:
            assert newest is not None
            said = {str(quad.triple) for quad in newest[1].quads_for_pattern(None, None, None, ox.NamedNode(about))}
        wanted = {line[:-3] for line in by_graph(lines)[about]}
        state = {line for line in said if is_state(line, Names(network.base))}
        assert said - state == wanted
        assert len(state) == 1
        network.adopt()  # which counts every graph


def test_every_question_is_answered_as_from_the_embedded_store(network: Network, tmp_path: Path) -> None:
    embedded = Network(tmp_path / "embedded", clock=network._clock)
    for _ in zip(history(network), history(embedded), strict=True):
        continue
    with asking(network) as remote, asking(embedded) as own:
        for question in own.library:
            given = {name: head.example for name, head in question.head.parameters.items()}
            required = {name: given[name] for name, head in question.head.parameters.items() if head.required}
            for parameters in (given, required):
                for language in ("en", "zh"):
                    answer = remote.ask(question.name, parameters, language)
                    assert answer.rows == own.ask(question.name, parameters, language).rows, question.name
            if question.head.graph:
                mine = own.graph(question.name, required, "en", "application/n-triples")
                theirs = remote.graph(question.name, required, "en", "application/n-triples")
                assert sorted(theirs.splitlines()) == sorted(mine.splitlines()), question.name


def test_rebuilding_gives_the_graph_of_the_embedded_store(network: Network, tmp_path: Path) -> None:
    for _ in history(network):
        continue
    (tmp_path / "copy").mkdir()
    (network.directory / "archive").rename(tmp_path / "copy" / "archive")
    embedded = Network(tmp_path / "copy").rebuild()
    (tmp_path / "copy" / "archive").rename(network.directory / "archive")
    assert network.rebuild() == embedded
    network.adopt()


# the server away


@pytest.mark.parametrize("when", range(3))
def test_a_server_that_is_killed_while_it_is_written_to_loses_nothing_acknowledged(
    network: Network, server: Virtuoso, when: int
) -> None:
    network.publish([small()], "me")
    acknowledged = []
    writes = 0
    connection = network.store.connection  # type: ignore[attr-defined]  # it is a remote store
    write = connection._write

    def writing(*args: object, **kwargs: object) -> None:
        nonlocal writes
        writes += 1
        if writes == 2 + 3 * when:
            server.kill()
        write(*args, **kwargs)

    connection._write = writing
    readings = [small((",2016,", f",{year},")) for year in (2013, 2014, 2015)]
    with pytest.raises(StoreError, match=r"cannot be reached|not whole"):
        network.publish(readings, "me", acknowledged=lambda done: acknowledged.append(done.submission))
    server.start()
    again = Network(network.directory)
    again.publish([small((",2016,", ",2012,"))], "me")
    assert again.archive.last == 2 + bool(acknowledged)
    with asking(again) as answerer:
        rows = answerer.ask("cities", {}, "en").rows
    (cork,) = (row for row in rows if row["code"] == "ie-cork")
    assert cork["submissions"] == 2 + len(acknowledged)
    again.adopt()


def test_a_service_says_that_the_server_is_away_and_recovers(network: Network, server: Virtuoso) -> None:
    network.publish([small()], "me")
    with serving(network.directory) as served:
        assert served.client.get("/cities").status_code == 200
        assert served.client.get("/health").json()["status"] == "ok"
        server.kill()
        for path in ("/cities", "/sparql?query=ASK{}", "/city/ie-cork.ttl", "/health"):
            said = served.client.get(path, headers={"Accept-Language": "zh"})
            assert said.status_code == 503, path
            assert "无法连接" in said.text, path
        server.start()
        assert served.client.get("/cities").status_code == 200
        assert served.client.get("/health").json()["status"] == "ok"


def test_while_it_is_being_changed_the_service_says_to_ask_again(network: Network) -> None:
    network.publish([small()], "me")
    store = network.store
    assert isinstance(store, RemoteStore)
    with serving(network.directory, query_seconds="7") as served:
        store._state.begin()
        said = served.client.get("/sparql", params={"query": "ASK { }"})
        assert said.status_code == 503
        assert "Retry-After" in said.headers
        store._state.end(1)
        assert served.client.get("/sparql", params={"query": "ASK { }"}).status_code == 200


def test_a_writer_that_was_ended_is_made_good_by_the_next(network: Network) -> None:
    network.publish([small()], "me")
    store = network.store
    assert isinstance(store, RemoteStore)
    store._state.begin()  # and there it was ended
    store.connection.update(f"DROP SILENT GRAPH <{network.base}submission/ie-cork/2016/1#evidence>")
    again = Network(network.directory)
    again.publish([small(("12.5", "13"))], "me")
    again.adopt()


# trying it out


def command(*arguments: str, **environment: str) -> tuple[int, str]:
    called = subprocess.run(
        [sys.executable, "-c", "from lcgraph.service.command_line import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return called.returncode, called.stdout + called.stderr


def test_a_server_that_is_set_up_as_the_docs_say_is_good(network: Network) -> None:
    network.publish([small()], "me")
    status, said = command("store", "--data", str(network.directory))
    assert status == 0, said
    assert said.count("ok ") == 9
    status, said = command("store", "--data", str(network.directory), "--lang", "zh")
    assert status == 0
    assert "查询" in said


def test_what_is_wrong_with_a_server_is_told(network: Network, server: Virtuoso) -> None:
    status, said = command("store", "--data", str(network.directory))
    assert status == 1
    assert "Nothing was ever written to it" in said
    status, said = command("store", "--data", str(network.directory), LCGRAPH_STORE_PASSWORD="wrong")
    assert status == 1
    assert "401" in said
    server.isql("SPARQL INSERT INTO <urn:foreign> { <urn:a> <urn:b> <urn:c> };")
    server.isql("GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 3, 0);")
    status, said = command("store", "--data", str(network.directory))
    server.isql("REVOKE SPARQL_UPDATE FROM \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 1, 0);")
    assert "urn:foreign" in said
    assert "can write there without signing in" in said


def test_a_server_that_cuts_answers_off_is_told_and_never_believed(tmp_path: Path) -> None:
    server = Virtuoso("ResultSetMaxRows = 1000")
    try:
        server.settings(tmp_path / "data")
        network = Network(tmp_path / "data")
        with pytest.raises(StoreError, match="no more rows"):
            network.publish([small()], "me")
        status, said = command("store", "--data", str(network.directory))
        assert status == 1
        assert "ResultSetMaxRows" in said
    finally:
        server.stop()


# its own loader


def test_what_its_own_loader_has_loaded_is_taken_over_if_it_is_whole(network: Network, server: Virtuoso) -> None:
    network.publish([small()], "me")
    lines = list(network.dump())
    server.clear()

    def load(some: list[str], name: str) -> None:
        with gzip.open(server.folder / name, "wt", encoding="utf-8") as out:
            out.writelines(some)
        server.isql(f"ld_dir('{server.folder}', '{name}', 'urn:x'); rdf_loader_run(); checkpoint;")

    load([line for line in lines if "#evidence> .\n" not in line], "part.nq.gz")
    status, said = command("rebuild", "--loaded", "--data", str(network.directory))
    assert status == 2
    assert "ie-cork/2016/1#evidence" in said
    load(lines, "all.nq.gz")
    status, said = command("rebuild", "--loaded", "--data", str(network.directory))
    assert status == 0, said
    with asking(Network(network.directory)) as answerer:
        assert answerer.ask("city-commitments", {"city": "ie-cork"}, "en").rows
