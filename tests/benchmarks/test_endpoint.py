"""The comparison of servers itself: what counts as the right rows, what counts as an answer, and who is left out."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks import endpoint, servers
from benchmarks.comparing import CONNECTIONS, GIVEN_UP, Asked, Contender, Found, Standing, differs, measured, rows_of
from benchmarks.fates import Fate, fate
from benchmarks.load import Load, Plan, carried_out, load
from benchmarks.servers import NotThere, Server
from lcgraph.publishing.network import Network
from lcgraph.store.embedded import newest

pytestmark = pytest.mark.embedded("a benchmark starts the servers that it measures")

# rows


def results(*rows: Mapping[str, object]) -> bytes:
    bindings = [{name: {"type": "literal", "value": value} for name, value in row.items()} for row in rows]
    return json.dumps({"head": {"vars": list(rows[0])}, "results": {"bindings": bindings}}).encode()


def test_rows_are_the_same_whatever_engine_writes_them() -> None:
    assert rows_of(results({"v": "68.0", "t": "a; b"})) == rows_of(results({"v": "68", "t": "b; a"}))
    assert rows_of(results({"v": "1e2"})) == rows_of(results({"v": "100"}))
    assert rows_of(results({"v": "68.5"})) != rows_of(results({"v": "68"}))
    assert rows_of(results({"a": "x"}, {"a": "x"})) != rows_of(results({"a": "x"}))


def test_a_yes_is_a_yes_also_as_virtuoso_writes_it() -> None:
    assert rows_of(b'{"head": {}, "boolean": true}') == rows_of(results({"__ASK_RETVAL": "1"}))
    assert rows_of(b'{"head": {}, "boolean": false}') == rows_of(results({"__ASK_RETVAL": "0"}))
    assert rows_of(b'{"boolean": true}') != rows_of(b'{"boolean": false}')


def test_rows_of_our_own_interface_are_held_against_the_columns_that_it_has() -> None:
    asked = Asked("q", "SELECT ?city ?n { }", "/questions/q", ("n",))
    wanted = rows_of(results({"city": "c", "n": "1.50"}))
    assert differs(rows_of(b'{"rows": [{"n": 1.5, "note": null}]}'), wanted, asked, ox.Store()) == ""
    assert differs(rows_of(b'{"rows": [{"n": 2}]}'), wanted, asked, ox.Store())
    assert differs(rows_of(b'{"rows": []}'), wanted, asked, ox.Store())


def test_any_rows_will_do_under_a_limit_if_they_are_so_many_and_true() -> None:
    store = ox.Store()
    store.load("".join(f"<http://a/{n}> <http://p> <http://b/{n}> .\n" for n in range(5)), ox.RdfFormat.N_TRIPLES)
    asked = Asked("some", "SELECT ?s ?o { ?s <http://p> ?o } LIMIT 2", some=True)
    rows = [{"s": f"http://a/{n}", "o": f"http://b/{n}"} for n in range(3)]
    wanted = rows_of(results(*rows[:2]))
    assert differs(rows_of(results(*rows[1:])), wanted, asked, store) == ""
    assert differs(rows_of(results(*rows)), wanted, asked, store)
    assert differs(rows_of(results(rows[0], rows[0])), wanted, asked, store)
    assert differs(rows_of(results(rows[0], {"s": "http://a/1", "o": "http://b/2"})), wanted, asked, store)


def test_every_question_is_asked_and_a_city_of_the_data_is_named(network: Network) -> None:
    asked = {one.name: one for one in endpoint.requests(network)}
    questions = {path.stem for path in Path("queries").rglob("*.rq")} if Path("queries").is_dir() else set()
    assert questions <= asked.keys() - endpoint.PLAIN.keys()
    assert len(asked) >= 13
    assert "city=ie-cork" in asked["measure-series"].path
    for one in asked.values():
        ox.Store().query(one.query)  # as it stands, without anything of ours


# the client


@contextmanager
def answering(*answers: bytes) -> Iterator[int]:
    """A server that gives one answer after the other, in two pieces, and closes where one ends in a full stop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        over = False

        def serve(connection: socket.socket) -> None:
            with connection:
                for n in range(1_000_000):
                    asked = b""
                    while not asked.endswith(b"\r\n\r\n"):
                        piece = connection.recv(65536)
                        if not piece:
                            return
                        asked += piece
                    answer = answers[n % len(answers)]
                    connection.sendall(answer[:20])
                    connection.sendall(answer[20:].removesuffix(b"."))
                    if answer.endswith(b"."):
                        return

        def accept() -> None:
            while not over:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        over = True
        listener.shutdown(socket.SHUT_RDWR)


WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
CLOSED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello."


@pytest.mark.parametrize("answer", [WHOLE, IN_CHUNKS, CLOSED])
def test_an_answer_counts_when_it_is_whole(answer: bytes) -> None:
    with answering(answer) as port:
        came = load(Plan(port, ["GET / HTTP/1.1\r\n\r\n"], connections=3, seconds=0.1, least=5))
    assert came.failures == []
    assert len(came.times) >= 3
    assert came.per_second > 0


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\nhello", "status 503"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello.", "broken off"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n.", "broken off"),
        (WHOLE.replace(b"5\r", b"2\r").replace(b"hello", b"{}"), "only 2 bytes"),
    ],
)
def test_one_that_is_not_whole_is_a_failure(answer: bytes, said: str) -> None:
    with answering(answer) as port:
        came = carried_out(Plan(port, ["GET / HTTP/1.1\r\n\r\n"], connections=2, seconds=0.0, least=5))
    assert came.times == []
    assert came.failures == [said, said]


def test_no_answer_is_waited_for_longer_than_it_may_take() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        plan = Plan(silent.getsockname()[1], ["GET / HTTP/1.1\r\n\r\n"], connections=2, seconds=0.0, patience=0.1)
        assert carried_out(plan).failures == ["no answer in 0.1 s"] * 2


# servers


@pytest.fixture
def served(network: Network) -> tuple[Network, Path]:
    network.rebuild()
    return network, network.store_directory / "checkpoints" / str(newest(network.store_directory))


def test_a_server_that_gives_the_right_rows_is_timed_and_one_that_does_not_is_told_of(
    served: tuple[Network, Path], tmp_path: Path
) -> None:
    network, checkpoint = served
    ask = Asked("ASK", "ASK { ?s ?p ?o }", alone=True)
    few = Asked("few", "SELECT ?s { ?s a <https://w3id.org/lcgraph/ontology#Commitment> }")
    standing = Standing(lambda: servers.lcgraph(network.directory))
    with answering(b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"boolean": false}') as port:
        lying = Contender(Standing(lambda: _fixed(port)), "a liar")
        try:
            found = measured("data", checkpoint, [ask, few], [Contender(standing, "lcgraph"), lying], 1, 0.1)
        finally:
            standing.close()
    assert {name: list(loads) for name, loads in found.loads.items()} == {"ASK": ["lcgraph"], "few": ["lcgraph"]}
    assert found.loads["few"]["lcgraph"].failures == []
    assert len(found.loads["few"]["lcgraph"].times) >= CONNECTIONS
    assert [remark.split(",")[0] for remark in found.remarks] == [
        "a liar is not timed on ASK",
        "a liar is not timed on few",
    ]
    assert set(found.alone) == {"ASK"}


@contextmanager
def _fixed(port: int) -> Iterator[Server]:
    yield Server("a liar", port, "/", 0)


def test_our_service_is_well_under_a_hostile_query(served: tuple[Network, Path]) -> None:
    network, _ = served
    hostile = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    network.register(
        "city.ttl", (Path(__file__).parents[2] / "examples" / "fictional-city" / "city.ttl").read_bytes(), "test"
    )
    with servers.lcgraph(network.directory, {"LCGRAPH_QUERY_SECONDS": "1"}) as server:
        came = fate(server, [hostile], "ASK { ?s a <https://w3id.org/lcgraph/ontology#City> }")
    assert came.is_well
    assert came.asked >= 5
    assert 0 < came.megabytes < 2000


def test_a_server_that_is_not_installed_is_left_out_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "BESIDE", tmp_path / "nowhere")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    for start, what in (
        (servers.oxigraph(tmp_path, tmp_path), "oxigraph serve is not installed"),
        (servers.virtuoso(tmp_path / "all.nq", tmp_path), "Virtuoso is not installed"),
        (servers.rdflib_endpoint(tmp_path / "all.nq", tmp_path, 1), "rdflib-endpoint is not installed"),
        (servers.rdflib_endpoint(tmp_path / "all.nq", tmp_path, 9_000_000), "rdflib-endpoint would need some 18 GB"),
    ):
        with pytest.raises(NotThere, match=what), start:
            raise AssertionError("it is there")


@pytest.mark.skipif(not Path(sys.executable).with_name("oxigraph").exists(), reason="oxigraph is not installed")
def test_oxigraph_serves_the_very_same_database(served: tuple[Network, Path], tmp_path: Path) -> None:
    _, checkpoint = served
    store = ox.Store.read_only(str(checkpoint))
    with servers.oxigraph(checkpoint, tmp_path) as server:
        body = Contender(Standing(lambda: _same(server)), server.name).answer(
            Asked("n", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"), 20
        )
    ((row,),) = [list(rows_of(body))]
    assert row == (("n", str(len({(q.subject, q.predicate, q.object) for q in store}))),)


@contextmanager
def _same(server: Server) -> Iterator[Server]:
    yield server


# the report


def found(**per_second: float) -> Found:
    came = Found("data")
    for request, ratio in per_second.items():
        loads = {"lcgraph": Load([0.001] * 100, 1 / ratio), "oxigraph serve": Load([0.001] * 100, 1.0)}
        came.loads[{"ten_thousand": "10,000 rows", "hundred": "100 rows"}[request]] = loads
        came.work[{"ten_thousand": "10,000 rows", "hundred": "100 rows"}[request]] = dict.fromkeys(loads, 0.001)
    return came


WELL, DEAD = Fate(9, 0, 0.1, 100, ""), Fate(9, 3, 0.1, 7000, "ended by us at 6 GB")


def test_an_aim_is_reached_only_on_all_data() -> None:
    fast, slow = found(ten_thousand=1.1, hundred=0.6), found(ten_thousand=0.9, hundred=0.6)
    reached = {aim.says.partition(":")[0]: aim.reached for aim in endpoint.aims([fast, slow], {"lcgraph": WELL})}
    assert reached["10,000 rows"] is False
    assert reached["100 rows"] is True
    assert [aim.reached for aim in endpoint.aims([fast], {"lcgraph": WELL})][-1] is True
    assert [aim.reached for aim in endpoint.aims([fast], {"lcgraph": DEAD})][-1] is False
    assert [aim.reached for aim in endpoint.aims([fast], {"Virtuoso": DEAD})][-1] is False


def test_one_that_gives_no_answer_counts_as_one_that_just_gave_one() -> None:
    came = Found("data")
    came.loads["measures"] = {"lcgraph": Load([0.01] * 100, 1.0), "rdflib-endpoint": Load([], GIVEN_UP, ["no answer"])}
    assert came.ratio("measures", "lcgraph", "rdflib-endpoint") == pytest.approx(100 * GIVEN_UP)
    assert came.ratio("measures", "lcgraph", "Virtuoso") is None


def test_rows_are_counted_as_often_as_they_come() -> None:
    assert rows_of(results({"a": "x"}, {"a": "x"}, {"a": "y"})) == Counter({(("a", "x"),): 2, (("a", "y"),): 1})
