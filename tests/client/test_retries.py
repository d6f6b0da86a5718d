"""What may succeed is sent again, what cannot is not."""

from __future__ import annotations

import json
import socket
import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from client_support import Reply, answering, sending

from lcgraph.client import Client, ServiceError, Unreachable
from lcgraph.errors import LimitExceeded, QueryError

QUERY = "SELECT ?a { ?a ?b ?c }"


def _problem(status: int, limit: str, **headers: str) -> Reply:
    said = {
        "type": "https://w3id.org/lcgraph/problem/limit-exceeded",
        "status": status,
        "detail": "It is past the limit.",
        "remedy": "Ask for less.",
        "limit": limit,
    }
    return Reply(status, json.dumps(said).encode(), "application/problem+json", headers)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
@pytest.mark.parametrize("query", [QUERY, QUERY + " " * 3000])
def test_a_service_that_is_busy_is_asked_again(status: int, query: str) -> None:
    with answering([Reply(status, b"busy", "text/plain"), Reply()]) as (address, asked), Client(address) as client:
        assert len(client.query(query)) == 1
    assert len(asked) == 2
    assert (asked[0].query, asked[0].body) == (asked[1].query, asked[1].body)


def test_a_queue_that_is_full_is_waited_for_as_long_as_the_service_says(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("lcgraph.client.connection.time.sleep", pauses.append)
    at_once = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    replies = [
        _problem(503, "queue", **{"Retry-After": "7"}),
        _problem(503, "queue", **{"Retry-After": at_once}),
        _problem(503, "queue", **{"Retry-After": "soon"}),
        Reply(),
    ]
    with answering(replies) as (address, asked), Client(address) as client:
        assert len(client.query(QUERY)) == 1
    assert len(asked) == 4
    assert pauses[:2] == [7.0, 0.0]
    assert 0 < pauses[2] <= 1


def test_pauses_grow_and_retries_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("lcgraph.client.connection.time.sleep", pauses.append)
    down = Reply(503, b"down for repair", "text/plain")
    with (
        answering([down]) as (address, asked),
        Client(address, retries=3) as client,
        pytest.raises(ServiceError, match="down for repair") as failed,
    ):
        client.query(QUERY)
    assert failed.value.status == 503
    assert len(asked) == 4
    assert 0.125 <= pauses[0] <= 0.25 <= pauses[1] <= 0.5 <= pauses[2] <= 1


def test_a_service_that_wants_to_be_left_alone_for_long_is_an_error_at_once() -> None:
    replies = [_problem(503, "queue", **{"Retry-After": "3600"}), Reply()]
    with answering(replies) as (address, asked), Client(address, patience=10) as client:
        with pytest.raises(LimitExceeded) as refused:
            client.query(QUERY)
        assert refused.value.limit == "queue"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        _problem(503, "deadline"),
        _problem(503, "memory"),
        _problem(413, "size"),
        _problem(413, "rows"),
        Reply(400, b"Parse error", "text/plain"),
        Reply(401, b"", "text/plain"),
        Reply(403, b"", "text/plain"),
        Reply(404, b"<html>", "text/html"),
        Reply(406, b"", "text/plain"),
        Reply(500, b"Virtuoso 42000 Error", "text/plain"),
        Reply(200, b"{", "application/sparql-results+json"),
    ],
)
def test_what_cannot_succeed_is_sent_once(reply: Reply) -> None:
    with answering([reply, Reply()]) as (address, asked), Client(address) as client:
        with pytest.raises((ServiceError, LimitExceeded, QueryError)):
            client.query(QUERY)
        assert len(asked) == 1


def test_an_error_of_another_endpoint_is_told_in_its_own_words() -> None:
    reply = Reply(400, b"Virtuoso 37000 Error SP030: syntax error", "text/plain")
    with (
        answering([reply]) as (address, _),
        Client(sparql=address) as client,
        pytest.raises(QueryError, match="37000 Error SP030"),
    ):
        client.query(QUERY)


def test_a_connection_that_is_closed_without_an_answer_is_made_again() -> None:
    body = b'{"head":{},"boolean":true}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: %d\r\n\r\n" % len(body)
    with sending(None, head + body) as (address, heads), Client(address) as client:
        assert client.query("ASK {}") is True
    assert len(heads) == 2


def test_a_service_that_starts_late_is_waited_for(free_port: int) -> None:
    body = b'{"head":{},"boolean":true}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: %d\r\n\r\n" % len(body)
    began = threading.Event()

    def serve() -> None:
        began.wait(20)
        with socket.create_server(("127.0.0.1", free_port)) as listener:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(head + body)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with Client(f"http://127.0.0.1:{free_port}", retries=6) as client:
            threading.Timer(0.3, began.set).start()
            assert client.query("ASK {}") is True
    finally:
        began.set()
        thread.join()


def test_a_name_that_nobody_knows_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("lcgraph.client.connection.time.sleep", pauses.append)

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # the test reaches no resolver
    with Client("http://no-such-service.invalid") as client, pytest.raises(Unreachable):
        client.query(QUERY)
    assert pauses == []


def test_a_service_that_says_nothing_is_an_error_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes the connection, and never answers
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(address, timeout=0.2) as client, pytest.raises(Unreachable, match="timeout"):
            client.query(QUERY)


def test_a_service_that_has_moved_is_followed_or_told() -> None:
    with answering([Reply()]) as (there, _):
        for status in (301, 302, 303, 307, 308):
            moved = Reply(status, b"", "text/plain", {"Location": f"{there}/sparql?query=x"})
            with answering([moved]) as (here, _), Client(here) as client:
                assert len(client.query(QUERY)) == 1
                if status in (307, 308):
                    assert len(client.query(QUERY + " " * 3000)) == 1
                else:
                    with pytest.raises(ServiceError, match="has moved to"):
                        client.query(QUERY + " " * 3000)
