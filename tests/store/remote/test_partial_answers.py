"""A server that is away, slow, or answers with a part only is noticed, and what it says is never given as the whole."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from client_support import sending
from servers import free_port

from lcgraph.errors import LcgraphError, LimitExceeded, QueryError, StoreError
from lcgraph.store.limits import QueryLimits
from lcgraph.store.readers import Readers
from lcgraph.store.remote import connection as remote_connection
from lcgraph.store.remote.connection import Connection
from lcgraph.store.remote.settings import FILE, remote_settings

ROWS = [{"x": {"type": "literal", "value": str(n)}} for n in range(3)]
JSON = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": ROWS}}).encode()
TRIPLES = b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:d> .\n"
SELECT, CONSTRUCT = "SELECT ?x { ?x ?p ?o }", "CONSTRUCT { ?x ?p ?o } { ?x ?p ?o }"

Says = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A SPARQL server that does as it is told.

    :ivar says: what it does with a query that is not about its state.
    :ivar states: what it says of its state, one after the other; the last for good.
    :ivar asked: the queries that it was asked, but those about its state.
    """

    says: Says
    states: list[str] = field(default_factory=lambda: ["3-2"])
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def state(self) -> str:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


def whole(body: bytes = JSON, media_type: str = "application/sparql-results+json", **headers: str) -> Says:
    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        for name, value in {"Content-Type": media_type, "Content-Length": str(len(body)), **headers}.items():
            to.send_header(name.replace("_", "-"), value)
        to.end_headers()
        to.wfile.write(body)

    return say


def without_length(body: bytes, media_type: str) -> Says:
    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(200)
        to.send_header("Content-Type", media_type)
        to.send_header("Connection", "close")
        to.end_headers()
        to.wfile.write(body)
        to.close_connection = True

    return say


def refusing(status: int, text: str = "no", **headers: str) -> Says:
    def say(to: BaseHTTPRequestHandler) -> None:
        to.send_response(status)
        for name, value in {"Content-Length": str(len(text)), **headers}.items():
            to.send_header(name, value)
        to.end_headers()
        to.wfile.write(text.encode())

    return say


def hanging(to: BaseHTTPRequestHandler) -> None:
    time.sleep(5)
    to.close_connection = True


@contextmanager
def serving(server: Server) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if "versionInfo" in form.get("query", [""])[0]:
                rows = [{"state": {"type": "literal", "value": state}} for state in [server.state()] if state]
                whole(json.dumps({"head": {"vars": ["state"]}, "results": {"bindings": rows}}).encode())(self)
                return
            server.asked.append(form)
            server.says(self)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}/sparql"
    finally:
        listening.shutdown()
        thread.join()
        listening.server_close()


def settled(data: Path, address: str) -> Path:
    """The folder of the store of a network whose server is at an address."""
    data.mkdir(exist_ok=True)
    lines = (f'{name} = "{address}"\n' for name in ("query", "update", "graphs"))
    (data / "store.toml").write_text('engine = "virtuoso"\n' + "".join(lines))
    return data / "store"


def answer(data: Path, server: Server, query: str = SELECT, **limits: Any) -> bytes:
    with serving(server) as address, Readers(settled(data, address), 1, QueryLimits(**limits), spare=0) as readers:
        result = readers.run(query, solutions="text/csv", graph="application/n-triples")
        assert result.checkpoint == server.states[-1]
        return result.body


def error(data: Path, server: Server, query: str = SELECT, **limits: Any) -> LcgraphError:
    with pytest.raises(LcgraphError) as raised:
        answer(data, server, query, **limits)
    return raised.value


def test_a_whole_answer_is_given(tmp_path: Path) -> None:
    assert answer(tmp_path, Server(whole())) == b"x\r\n0\r\n1\r\n2\r\n"
    assert answer(tmp_path, Server(whole(TRIPLES, "application/n-triples")), CONSTRUCT) == TRIPLES
    yes = whole(b'{"head": {}, "boolean": true}')
    assert answer(tmp_path, Server(yes), "ASK { }") == b"true"


def test_yes_as_a_solution_is_yes(tmp_path: Path) -> None:
    row = {"__ask_retval": {"type": "typed-literal", "datatype": "urn:integer", "value": "1"}}
    said = {"head": {"vars": ["__ask_retval"]}, "results": {"bindings": [row]}}
    assert answer(tmp_path, Server(whole(json.dumps(said).encode())), "ASK { }") == b"true"


@pytest.mark.parametrize("cut", [1, 2, 20, len(JSON) // 2])
def test_a_body_that_breaks_off_is_no_answer(tmp_path: Path, cut: int) -> None:
    broken = whole(JSON[:-cut], Content_Length=str(len(JSON)), Connection="close")

    def breaking(to: BaseHTTPRequestHandler) -> None:
        broken(to)
        to.close_connection = True

    assert isinstance(error(tmp_path, Server(breaking)), StoreError)


@pytest.mark.parametrize("cut", [1, 2, 20, len(JSON) // 2])
def test_solutions_that_break_off_are_no_answer_whatever_their_length_says(tmp_path: Path, cut: int) -> None:
    assert isinstance(error(tmp_path, Server(whole(JSON[:-cut]))), StoreError)
    assert isinstance(
        error(tmp_path, Server(without_length(JSON[:-cut], "application/sparql-results+json"))), StoreError
    )


def test_triples_whose_length_is_not_said_are_no_answer(tmp_path: Path) -> None:
    short = TRIPLES[: TRIPLES.index(b"\n") + 1]
    said = error(tmp_path, Server(without_length(short, "application/n-triples")), CONSTRUCT)
    assert isinstance(said, StoreError)
    assert "not whole" in str(said)


def test_a_header_that_says_that_it_is_a_part_is_heeded(tmp_path: Path) -> None:
    late = error(tmp_path, Server(whole(X_SQL_State="S1TAT")))
    assert isinstance(late, LimitExceeded)
    assert late.limit == "deadline"
    many = error(tmp_path, Server(whole(X_SPARQL_MaxRows="3")))
    assert isinstance(many, LimitExceeded)
    assert many.limit == "rows"


def test_a_server_that_does_not_answer_is_left_at_the_deadline(tmp_path: Path) -> None:
    late = error(tmp_path, Server(hanging), seconds=1.0)
    assert isinstance(late, LimitExceeded)
    assert late.limit == "deadline"


def test_the_server_is_told_its_deadline_and_the_query_its_prefixes(tmp_path: Path) -> None:
    server = Server(whole())
    answer(tmp_path, server, "SELECT ?x { ?x a lc:City }", seconds=4.5)
    (form,) = server.asked
    assert form["timeout"] == ["4000"]
    assert "PREFIX lc: <https://w3id.org/lcgraph/ontology#>" in form["query"][0]


def test_a_server_that_is_away_is_told_with_its_address(tmp_path: Path) -> None:
    address = f"http://127.0.0.1:{free_port()}/sparql"
    with Readers(settled(tmp_path, address), 1, spare=0) as readers, pytest.raises(StoreError) as raised:
        readers.run(SELECT)
    assert address in str(raised.value)
    assert "无法连接" in raised.value.tell("zh")


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        (refusing(500, "Virtuoso 22003 Error SR017: too long"), QueryError, "SR017"),
        (refusing(400, "syntax error"), QueryError, "syntax error"),
        (refusing(401), StoreError, "401"),
        (refusing(403), StoreError, "403"),
        (refusing(404), StoreError, "404"),
        (refusing(503), StoreError, "503"),
        (refusing(502), StoreError, "502"),
        (whole(b"<html>hello</html>", "text/html"), StoreError, "not whole"),
        (whole(b""), StoreError, "not whole"),
    ],
)
def test_what_it_says_instead_is_told(tmp_path: Path, says: Says, kind: type, words: str) -> None:
    said = error(tmp_path, Server(says))
    assert isinstance(said, kind)
    assert words in str(said)


def test_it_is_not_followed_elsewhere(tmp_path: Path) -> None:
    elsewhere = Server(whole())
    with serving(elsewhere) as other:
        said = error(tmp_path, Server(refusing(307, Location=other)))
    assert isinstance(said, StoreError)
    assert elsewhere.asked == []


def test_a_server_that_does_not_take_what_is_written_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote_connection, "_PATIENCE", 0.5)
    with serving(Server(hanging)) as address:
        settled(tmp_path, address)
        settings = remote_settings(tmp_path)
        assert settings is not None
        with (
            remote_connection.Connection(settings, tmp_path) as connection,
            pytest.raises(StoreError, match="cannot be"),
        ):
            connection.update("INSERT DATA { <urn:a> <urn:b> <urn:c> }")


def test_rows_and_bytes_are_counted_here_too(tmp_path: Path) -> None:
    rows = error(tmp_path, Server(whole()), result_rows=2)
    assert isinstance(rows, LimitExceeded)
    assert rows.limit == "rows"
    size = error(tmp_path, Server(whole()), result_bytes=5)
    assert isinstance(size, LimitExceeded)
    assert size.limit == "size"
    triples = error(tmp_path, Server(whole(TRIPLES, "application/n-triples")), CONSTRUCT, result_rows=1)
    assert isinstance(triples, LimitExceeded)
    assert triples.limit == "rows"


def test_an_answer_is_of_one_state(tmp_path: Path) -> None:
    server = Server(whole(), states=["3-2", "4-3"])
    assert answer(tmp_path, server)  # it says which
    assert len(server.asked) == 2, "asked again, since the store was changed meanwhile"
    waits = Server(whole(), states=["3-2 changing", "3-2 changing", "4-3"])
    assert answer(tmp_path, waits)
    assert len(waits.asked) == 1


def test_a_store_that_never_rests_gives_no_answer(tmp_path: Path) -> None:
    said = error(tmp_path, Server(whole(), states=[f"{n}-{n}" for n in range(3, 30)]))
    assert isinstance(said, LimitExceeded)
    assert said.limit == "queue"


def test_before_anything_was_written_there_is_nothing_to_ask(tmp_path: Path) -> None:
    said = error(tmp_path, Server(whole(), states=[""]))
    assert isinstance(said, StoreError)
    assert "nothing to ask yet" in str(said)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT ?x { ?s ?p ?o } }",
        "SELECT (<bif:http_get>('http://127.0.0.1:1/') AS ?x) { }",
        "LOAD <http://127.0.0.1:1/>",
        "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "define get:soft 'soft' SELECT * { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o option (transitive) }",
    ],
)
def test_what_would_make_it_fetch_or_write_does_not_get_there(tmp_path: Path, query: str) -> None:
    server = Server(whole())
    assert isinstance(error(tmp_path, server, query), QueryError)
    assert server.asked == []


def test_a_graph_that_it_does_not_have_is_not_asked_for(tmp_path: Path) -> None:
    server = Server(whole(b'{"head": {}, "boolean": false}'))
    said = error(tmp_path, server, "SELECT * FROM <http://127.0.0.1:1/x> { ?s ?p ?o }")
    assert isinstance(said, QueryError)
    assert all("ASK" in form["query"][0] for form in server.asked)


def test_datatypes_that_it_was_given_otherwise_come_back_as_they_were(tmp_path: Path) -> None:
    kept = "urn:lcgraph:kept-as-it-is-written:wktLiteral"
    body = f'<urn:a> <urn:b> "POINT(1 2)"^^<{kept}> .\n'.encode()
    many = body * 2000  # some of them lie across the pieces that are read
    found = answer(tmp_path, Server(whole(many, "application/n-triples")), CONSTRUCT)
    assert found.count(b"^^<http://www.opengis.net/ont/geosparql#wktLiteral> .\n") == 2000
    assert kept.encode() not in found


def test_a_query_is_asked_again_where_the_server_let_go_of_the_connection_before_it_said_anything(
    tmp_path: Path,
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\nContent-Length: %d\r\n\r\n"
    with sending(None, head % len(JSON) + JSON) as (address, heads), connected(tmp_path, address) as connection:
        assert len(connection.select(SELECT)) == len(ROWS)
    assert len(heads) == 2
    with (
        sending(None, None) as (address, _),
        connected(tmp_path, address) as connection,
        pytest.raises(StoreError, match="not whole"),
    ):
        connection.select(SELECT)


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT])
def test_an_answer_that_is_sent_as_it_comes_is_of_the_state_that_the_store_is_in_and_not_of_the_last_answer(
    tmp_path: Path, query: str
) -> None:
    rows = [{"x": {"type": "literal", "value": f"{n:060}"}} for n in range(9000)]
    large = whole(json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode())
    if query == CONSTRUCT:
        large = whole(
            "".join(f"<urn:{n:060}> <urn:b> <urn:c> .\n" for n in range(9000)).encode(), "application/n-triples"
        )
    server = Server(large)
    with serving(server) as address, Readers(settled(tmp_path, address), 1, QueryLimits(), spare=0) as readers:
        for state in ("3-2", "4-3"):
            server.states = [state]
            result = readers.run(query, solutions="text/csv", graph="application/n-triples")
            assert (result.checkpoint, result.body.count(b"\n")) == (state, 9000 + (query == SELECT))


def connected(folder: Path, address: str) -> Connection:
    """A connection to a server of which nothing is known."""
    said = "".join(f'{name} = "{address}/"\n' for name in ("query", "update", "graphs"))
    (folder / FILE).write_text(said, encoding="ascii")
    settings = remote_settings(folder)
    assert settings is not None
    return Connection(settings, folder)
