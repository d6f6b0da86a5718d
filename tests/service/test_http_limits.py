"""Never a part of an answer that looks like the whole, and no work for those who have gone."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote

import httpx
import pytest
import rdflib
import servers
from service_support import Serve, Served
from support import until

from lcgraph.publishing.network import Network

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ROWS = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT "
SORTED = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?f ?c LIMIT 1"
SECONDS = "2" if servers.servers is None else "10"  # a server takes its time for products of everything
LIMITS = {
    "LCGRAPH_QUERY_SECONDS": SECONDS,
    "LCGRAPH_QUERY_MEMORY_MB": "3072",
    "LCGRAPH_RESULT_MB": "24",
    "LCGRAPH_RESULT_ROWS": "20000",
    "LCGRAPH_READERS": "1",
    "LCGRAPH_QUEUE": "1",
}


@pytest.fixture(scope="module")
def strict(serve: Serve, demo: Network) -> Iterator[Served]:
    """A server with narrow limits."""
    with serve(demo.directory, **LIMITS) as served:
        yield served


@pytest.fixture(scope="module")
def cramped(serve: Serve, demo: Network) -> Iterator[Served]:
    """The same with so little room that large answers are sent as they come."""
    with serve(
        demo.directory, **LIMITS | {"LCGRAPH_ANSWERS_MB": "1", "LCGRAPH_QUERY_SECONDS": str(3 * int(SECONDS))}
    ) as served:
        yield served


def wide(characters: int) -> str:
    """A query with as many rows as there may be, each of so many characters."""
    return f"SELECT ('{'x' * characters}' AS ?x) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 20000"


def queries(served: Served) -> tuple[int, int]:
    """How many queries run, and how many wait."""
    said = httpx.get(served.address + "/health", timeout=10).json()["queries"]
    return said["running"], said["waiting"]


@contextmanager
def asked(served: Served, query: str) -> Iterator[socket.socket]:
    """A connection on which a query was asked and nothing read yet."""
    host, port = served.address.removeprefix("http://").split(":")
    path = f"/sparql?query={quote(query)}"
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the kernel takes little for the client
        connection.settimeout(30)
        connection.connect((host, int(port)))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/csv\r\n\r\n".encode())
        yield connection


def everything(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    pieces = []
    while piece := connection.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("query", "limit", "status", "named"),
    [
        (ENDLESS, "deadline", 503, f"{SECONDS} seconds"),
        (ROWS + "20001", "rows", 413, "20000 rows"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "rows", 413, "20000 rows"),
        (wide(1400), "size", 413, "24 MB"),
        ("ASK {} #" + "x" * 1024 * 1024, "size", 413, "1024 kB"),
    ],
    ids=["deadline", "rows", "statements", "size", "text"],
)  # fmt: skip
def test_a_query_past_a_limit_is_told_which_and_how_to_stay_within_it(
    strict: Served, query: str, limit: str, status: int, named: str
) -> None:
    answer = strict.client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv, text/turtle"})
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["limit"] == limit
    assert named in problem["detail"]
    assert problem["remedy"]


def test_who_asks_for_more_than_a_graph_may_have_is_told_where_all_of_it_is(strict: Served) -> None:
    answer = strict.client.get("/graphs?default")
    assert (answer.status_code, answer.json()["limit"]) == (413, "rows")
    assert "/dump.nq.gz" in answer.json()["remedy"]


@pytest.mark.embedded("what a query takes of memory is a server's own affair, as docs/scale.md says")
def test_memory_has_a_limit_of_its_own(serve: Serve, demo: Network) -> None:
    with serve(demo.directory, LCGRAPH_QUERY_MEMORY_MB="512", LCGRAPH_QUERY_SECONDS="60") as served:
        answer = served.client.get("/sparql", params={"query": SORTED})
        assert (answer.status_code, answer.json()["limit"]) == (503, "memory")
        assert "512 MB" in answer.json()["detail"]


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values", "application/sparql-results+json",
                                    "application/sparql-results+xml"])  # fmt: skip
def test_as_many_rows_as_there_may_be_are_a_whole_answer(strict: Served, accept: str) -> None:
    values = 'SELECT ?x ?y { VALUES ?x { \'},{\' \'{}\' \'<result>\' """a\n\r\n"b""" } ?s a lc:Key, ?any OPTIONAL { ?s lc:no ?y } }'
    assert strict.client.get("/sparql", params={"query": values}, headers={"Accept": accept}).status_code == 200
    for rows, status in ((20_000, 200), (20_001, 413)):
        query = "SELECT ?x ?no { ?a ?b ?c . ?d ?e ?f BIND('x,\\n{}' AS ?x) } LIMIT " + str(rows)
        answer = strict.client.get("/sparql", params={"query": query}, headers={"Accept": accept})
        assert answer.status_code == status
    unbound = strict.client.get("/sparql", params={"query": "SELECT ?no { ?a ?b ?c . ?d ?e ?f } LIMIT 20001"})
    assert unbound.status_code == 413


def test_an_answer_that_has_begun_and_passes_a_limit_is_broken_off(cramped: Served) -> None:
    with asked(cramped, wide(1400)) as connection:
        received = everything(connection)
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding: chunked" in head.lower()
    assert len(body) > 1_000_000
    assert not body.endswith(b"0\r\n\r\n")
    assert until(lambda: any("was broken off" in line for line in cramped.log)), "the operator is told"
    assert not [line for line in cramped.log if "ASGI" in line], "and not of a fault of the program"


def test_an_answer_that_is_broken_off_is_an_error_to_every_client(cramped: Served) -> None:
    query, accept = wide(1400), {"Accept": "text/csv"}
    with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
        cramped.client.get("/sparql", params={"query": query}, headers=accept)
    connection = http.client.HTTPConnection(cramped.address.removeprefix("http://"), timeout=30)
    connection.request("GET", f"/sparql?query={quote(query)}", headers=accept)
    with connection.getresponse() as answer, pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()
    with cramped.client.stream(
        "GET", "/sparql", params={"query": query}, headers=accept | {"Accept-Encoding": "gzip"}
    ) as compressed:
        assert compressed.headers["content-encoding"] == "gzip"
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            compressed.read()


def test_an_answer_larger_than_the_room_for_it_arrives_whole_at_a_client_that_takes_it(cramped: Served) -> None:
    with cramped.client.stream(
        "GET", "/sparql", params={"query": wide(600)}, headers={"Accept": "text/csv", "Accept-Encoding": "identity"}
    ) as answer:
        assert "content-length" not in answer.headers
        assert len(answer.read().splitlines()) == 20_001


def test_an_answer_that_there_is_room_for_says_how_long_it_is(strict: Served) -> None:
    answer = strict.client.get(
        "/sparql", params={"query": wide(600)}, headers={"Accept": "text/csv", "Accept-Encoding": "identity"}
    )
    assert int(answer.headers["content-length"]) == len(answer.content) == len("x\r\n") + 20_000 * 602


def test_who_takes_nothing_of_a_large_answer_keeps_no_reader(cramped: Served) -> None:
    with asked(cramped, wide(1000)) as connection:
        assert connection.recv(1)
        assert until(lambda: queries(cramped) == (0, 0)), "it ends at its deadline"
        assert cramped.client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
        assert not everything(connection).endswith(b"\r\n0\r\n\r\n")
    assert until(lambda: queries(cramped) == (0, 0))


def test_room_is_given_back_however_an_answer_ends(cramped: Served) -> None:
    for query in (wide(1000), wide(1400), wide(600)):
        with asked(cramped, query) as connection:
            assert connection.recv(1)  # and no more: the client goes away
        assert until(lambda: queries(cramped) == (0, 0))
    cramped.client.get("/sparql", params={"query": wide(300)}, headers={"Accept": "text/csv"})

    def is_held() -> bool:
        headers = {"Accept": "text/csv", "Accept-Encoding": "identity"}
        answer = cramped.client.get("/sparql", params={"query": wide(90)}, headers=headers)
        assert len(answer.content) > 1_800_000
        return "content-length" in answer.headers

    assert until(is_held), "nearly all of the room is needed to hold this answer whole"


def test_a_client_that_goes_away_stops_its_query(serve: Serve, demo: Network) -> None:
    with serve(demo.directory, LCGRAPH_READERS="1", LCGRAPH_QUERY_SECONDS="100") as served:
        with asked(served, ENDLESS):
            assert until(lambda: queries(served) == (1, 0))
            with asked(served, ENDLESS):
                assert until(lambda: queries(served) == (1, 1))
            assert until(lambda: queries(served) == (1, 0)), "who waits and goes away waits no longer"
            for question in ("/questions/measures", "/cities", "/commitments?format=csv"):
                assert served.client.get(question).status_code == 200, "questions do not wait for queries"
        assert until(lambda: queries(served) == (0, 0)), "long before the deadline"
        body = f"query={quote(ENDLESS)}".encode()
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + f"Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            assert until(lambda: queries(served) == (1, 0))
        assert until(lambda: queries(served) == (0, 0))
        assert served.client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
        assert served.client.get("/questions/city-commitments?city=se-malmo").status_code in (200, 422)


def test_past_the_queue_a_query_is_told_when_to_come_back(strict: Served) -> None:
    with ThreadPoolExecutor(6) as pool:
        asked_for = [
            pool.submit(httpx.get, strict.address + "/sparql", params={"query": ENDLESS}, timeout=60) for _ in range(6)
        ]
        answers = [future.result() for future in asked_for]
    assert {answer.status_code for answer in answers} == {503}
    refused = [answer for answer in answers if answer.json()["limit"] == "queue"]
    assert len(refused) >= 4
    assert all(int(answer.headers["retry-after"]) > 0 and answer.json()["remedy"] for answer in refused)


def test_the_limits_stand_in_the_service_description(strict: Served) -> None:
    query = """
        PREFIX schema: <http://schema.org/>
        SELECT ?name ?value { ?s schema:additionalProperty [ schema:propertyID ?name ; schema:value ?value ] }"""
    said = rdflib.Graph().parse(data=strict.client.get("/sparql").text, format="turtle")
    found = {str(name): float(value) for name, value in said.query(query)}  # type: ignore[misc]  # rows of a SELECT
    assert found == {"deadline": float(SECONDS), "memory": 3072, "rows": 20000, "size": 24, "query": 1024, "queue": 1}
