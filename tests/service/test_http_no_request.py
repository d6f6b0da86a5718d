"""What is no request, or too long to be one, is told as a problem, and is not kept in memory."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from service_support import Served

HEADERS = b"Host: a\r\nAccept-Language: zh\r\nConnection: close\r\n\r\n"
LONG = b"x" * 100_000


def sent(served: Served, *pieces: bytes) -> bytes:
    """All that the server answers to what is sent."""
    host, port = served.address.removeprefix("http://").split(":")
    said = b""
    with socket.create_connection((host, int(port)), timeout=30) as connection, suppress(OSError):
        for piece in pieces:
            connection.sendall(piece)
        while piece := connection.recv(65536):
            said += piece
    return said


@pytest.mark.parametrize(
    ("request_", "status", "kind"),
    [
        (b"GET /sparql?query=ASK%20%7B%7D%23" + LONG + b" HTTP/1.1\r\n" + HEADERS, 414, "uri-too-long"),
        (b"GET /health HTTP/9.9\r\n" + HEADERS, 400, "bad-request"),
        (b"hello\r\n\r\n", 400, "bad-request"),
        (b"GET /health HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", 400, "bad-request"),
    ],
)
def test_it_is_told_as_a_problem(served: Served, request_: bytes, status: int, kind: str) -> None:
    head, _, body = sent(served, request_).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"\r\ncontent-type: application/problem+json" in head
    assert b"\r\nx-content-type-options: nosniff" in head
    told = json.loads(body)
    assert (told["status"], told["type"].rpartition("/")[2]) == (status, kind)
    assert served.client.get("/health").status_code == 200


def test_a_long_address_is_told_in_the_language_of_who_asks(served: Served) -> None:
    body = sent(served, b"GET /" + LONG + b" HTTP/1.1\r\n" + HEADERS).partition(b"\r\n\r\n")[2]
    assert not json.loads(body)["detail"].isascii()


def test_headers_as_long_as_may_be_are_taken(served: Served) -> None:
    answer = sent(served, b"GET /health HTTP/1.1\r\nX: " + LONG * 5 + b"\r\n" + HEADERS)
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("begin", [b"GET /", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /"])
def test_what_never_ends_is_cut_off(served: Served, begin: bytes) -> None:
    pid = served.process.pid
    before = memory(pid)
    sent(served, begin, *[LONG] * 2_000)
    assert memory(pid) - before < 50_000


def memory(pid: int) -> int:
    """The most memory that a process has had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def test_many_requests_over_one_connection_are_each_counted_by_themselves(served: Served) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + LONG + b"\r\n\r\n"
    last = b"GET /health HTTP/1.1\r\n" + HEADERS
    assert sent(served, *[one] * 20, last).count(b"HTTP/1.1 200 OK") == 21


def test_a_body_is_none_of_the_headers(served: Served) -> None:
    answer = served.client.post("/checks?name=a.csv", content=b"record,city\n" + b"x,y\n" * 600_000)
    assert answer.status_code in (200, 413)
