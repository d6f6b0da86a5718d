"""A query may ask those other services that the operator allows, and none besides."""

from __future__ import annotations

import http.server
import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import servers
from service_support import Run, Serve, Served
from support import SMALL, Clock, until

from lcgraph.client import Client
from lcgraph.errors import OtherServiceFailed
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

CORK = "https://w3id.org/lcgraph/city/ie-cork"


@dataclass
class Strange:
    """A server that answers as it is told, and keeps what it was asked."""

    address: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/sparql-results+json"})
    body: bytes = b""
    wait: float = 0
    asked: list[bytes] = field(default_factory=list)
    left: int = 0
    """So many went away before they were answered."""


@contextmanager
def strange(**how: object) -> Iterator[Strange]:
    told = Strange(**how)  # type: ignore[arg-type]  # a test names its fields

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            if select.select([self.connection], [], [], told.wait)[
                0
            ]:  # who has asked says nothing more but that it goes
                told.left += 1
                self.close_connection = True
                return
            with suppress(OSError):
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.address = f"http://127.0.0.1:{server.server_address[1]}/sparql"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def results(names: list[str], *rows: dict[str, dict[str, str]]) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


@pytest.fixture(scope="module")
def other() -> Iterator[Strange]:
    with strange() as started:
        yield started


@pytest.fixture(scope="module")
def never() -> Iterator[str]:
    """An address that nobody allowed; nothing connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a second service: one submission."""
    network = Network(tmp_path_factory.mktemp("other"), clock=Clock())
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "the tests")
    return network.directory


@pytest.fixture(scope="module")
def far(serve: Serve, small: Path) -> Iterator[Served]:
    with serve(small) as started:
        yield started


@pytest.fixture(scope="module")
def near(serve: Serve, demo: Network, far: Served, other: Strange) -> Iterator[Served]:
    """A service that may ask the second one, and a strange one."""
    allowed = f"{far.address}/sparql, {other.address}\n{away()}"
    seconds = "4" if servers.servers is None else "20"  # in which Virtuoso also compiles two queries
    with serve(demo.directory, LCGRAPH_SERVICES=allowed, LCGRAPH_QUERY_SECONDS=seconds) as started:
        yield started


def away() -> str:
    """The address of a service that is away: nobody listens at the port of discarding."""
    return "http://127.0.0.1:9/sparql"


@pytest.fixture
def ask(near: Served) -> Callable[[str], httpx.Response]:
    def asking(query: str) -> httpx.Response:
        return near.client.post("/sparql", data={"query": query})

    return asking


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return [{name: term["value"] for name, term in row.items()} for row in answer.json()["results"]["bindings"]]


# two services of ours


@pytest.mark.embedded("a server may fail at joining rows that are given to it, as docs/scale.md says")
@pytest.mark.parametrize(
    "group",
    [
        "SERVICE <{0}> {{ ?o lc:ofMeasure ?m ; sdmx-measure:obsValue ?v }}",
        "service silent\n<{0}>{{ ?o lc:ofMeasure ?m ; sdmx-measure:obsValue ?v }}",
        "{{ SELECT ?o ?m ?v {{ SERVICE <{0}> {{ ?o lc:ofMeasure ?m ; sdmx-measure:obsValue ?v # }}\n }} }} }}",
        "OPTIONAL {{ SERVICE <{0}> {{ ?o lc:ofMeasure ?m . {{ ?o sdmx-measure:obsValue ?v }} UNION {{ ?x a '}}' }} }} }}",
        "SERVICE <{0}> {{ ?o sdmx-measure:obsValue ?v }} . SERVICE <{0}> {{ ?o lc:ofMeasure ?m }}",
    ],
)
def test_what_another_service_says_is_joined_with_what_is_here(
    ask: Callable[[str], httpx.Response], far: Served, group: str
) -> None:
    where = group.format(f"{far.address}/sparql")
    found = rows(ask(f"SELECT ?v ?code {{ {where} ?m skos:notation ?code ; a lc:Measure }} ORDER BY ?v"))
    assert found == [{"v": "11", "code": "1.2.2-a"}, {"v": "12.5", "code": "1.2.2-a"}]


@pytest.mark.embedded("a server may fail at joining rows that are given to it, as docs/scale.md says")
@pytest.mark.parametrize(
    "query",
    [
        "PREFIX far: <{}/> SELECT ?s {{ SERVICE far:sparql {{ ?s a lc:Submission }} }}",
        "BASE <{}/x> SELECT ?s {{ SERVICE <sparql> {{ ?s a lc:Submission }} }}",
        "PREFIX service: <{}/> SELECT ?s {{ SERVICE service:sparql {{ ?s a lc:Submission }} }}",
        "PREFIX lc: <{}/> SELECT ?s {{ SERVICE lc:sparql {{ ?s a <https://w3id.org/lcgraph/ontology#Submission> }} }}",
    ],
)
def test_an_address_may_be_written_by_a_prefix_or_the_base(
    ask: Callable[[str], httpx.Response], far: Served, query: str
) -> None:
    (row,) = rows(ask(query.format(far.address)))
    assert row["s"].endswith("submission/ie-cork/2016/1")


def test_every_form_of_query_may_ask_another_service(ask: Callable[[str], httpx.Response], far: Served) -> None:
    group = f"{{ SERVICE <{far.address}/sparql> {{ ?s a lc:Submission }} }}"
    assert ask(f"ASK {group}").json()["boolean"] is True
    assert ask(f"ASK {{ ?c a lc:City FILTER NOT EXISTS {group} }}").json()["boolean"] is False
    assert "submission/ie-cork/2016/1> a" in ask(f"CONSTRUCT {{ ?s a <urn:x> }} WHERE {group}").text
    assert ask(f"DESCRIBE ?s {group}").status_code == 200
    assert rows(ask(f"SELECT (COUNT(*) AS ?n) {{ {group} MINUS {group} }}")) == [{"n": "0"}]


def test_the_command_line_may_ask_them_too(run: Run, demo: Network, far: Served) -> None:
    query = f"SELECT ?s {{ SERVICE <{far.address}/sparql> {{ ?s a lc:Submission }} }}".encode()
    here = ("query", "-", "--format", "csv", "--data", str(demo.directory))
    refused = run(*here, given=query)
    assert refused.status == 2
    assert "SERVICE in line 1" in refused.err
    asked = run(*here, given=query, LCGRAPH_SERVICES=f"{far.address}/sparql")
    assert asked.status == 0, asked.err
    assert "submission/ie-cork/2016/1" in asked.out


def test_the_service_says_whom_it_asks(near: Served, client: httpx.Client, far: Served) -> None:
    described = near.client.get("/sparql", headers={"Accept": "text/turtle"}).text
    assert "BasicFederatedQuery" in described
    assert f"{far.address}/sparql" in described
    page = near.client.get("/sparql", headers={"Accept": "text/html"}).text
    assert f"{far.address}/sparql" in page
    assert "BasicFederatedQuery" not in client.get("/sparql", headers={"Accept": "text/turtle"}).text


# what is refused


REFUSED = {
    "another address": "SELECT * {{ SERVICE <{never}> {{ ?s ?p ?o }} }}",
    "SILENT": "SELECT * {{ SERVICE SILENT <{never}> {{ ?s ?p ?o }} }}",
    "a variable": "SELECT * {{ BIND(<{allowed}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "one beside another": "SELECT * {{ SERVICE <{allowed}> {{ ?s ?p ?o }} SERVICE <{never}> {{ ?s ?p ?o }} }}",
    "one within another": "SELECT * {{ SERVICE <{allowed}> {{ ?s ?p ?o SERVICE <{never}> {{ ?s ?p ?o }} }} }}",
    "an allowed one within another": "SELECT * {{ SERVICE <{allowed}> {{ SERVICE <{allowed}> {{ ?s ?p ?o }} }} }}",
    "one within another, in escapes": "ASK {{ SERVICE <{allowed}> {{ \\u0053ERVICE <{never}> {{ ?s ?p ?o }} }} }}",
    "one grown together with a word": "ASK {{ SERVICE <{allowed}> {{ ?s ?p trueSERVICE <{never}> {{ }} }} }}",
    "one in escapes": "ASK {{ SERVICE <{allowed}> {{ }} \\u0053ERVICE <{never}> {{ ?s ?p ?o }} }}",
    "a longer address": "ASK {{ SERVICE <{allowed}?x=y> {{ ?s ?p ?o }} }}",
    "the same host": "ASK {{ SERVICE <{allowed}/../health> {{ ?s ?p ?o }} }}",
    "a host after a name": "ASK {{ SERVICE <http://127.0.0.1@{authority}/> {{ ?s ?p ?o }} }}",
    "a prefix that says otherwise": "PREFIX a: <{allowed}> PREFIX a: <{never}> ASK {{ SERVICE a: {{ ?s ?p ?o }} }}",
    "a comment": "ASK {{ SERVICE #<{allowed}>\n<{never}> {{ ?s ?p ?o }} }}",
    "LOAD": "LOAD <{allowed}>",
    "FROM": "SELECT * FROM <{allowed}> {{ ?s ?p ?o }}",
    "no end": "ASK {{ SERVICE <{allowed}> {{ SERVICE <{never}> {{",
    "too many": "ASK {{ " + "SERVICE <{allowed}> {{ }} " * 9 + "}}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_else_is_asked(ask: Callable[[str], httpx.Response], other: Strange, never: str, name: str) -> None:
    other.asked.clear()
    authority = never.split("/")[2]
    answer = ask(REFUSED[name].format(allowed=other.address, never=never, authority=authority))
    assert answer.status_code == 403, answer.text
    assert other.asked == []
    if name in ("another address", "SILENT", "a variable", "one beside another", "a comment"):
        assert other.address in answer.json()["expected"]
        assert "line" in answer.json()["detail"]


def test_no_redirection_is_followed(ask: Callable[[str], httpx.Response], other: Strange, never: str) -> None:
    query = f"SELECT * {{ SERVICE <{other.address}> {{ ?s ?p ?o }} }}"
    for status in (301, 302, 303, 307, 308):
        other.status, other.headers = status, {"Location": never, "Content-Length": "0"}
        answer = ask(query)
        assert answer.status_code == 502
        assert str(status) in answer.json()["detail"]


def test_what_another_service_is_sent_is_the_query_alone(
    near: Served, ask: Callable[[str], httpx.Response], other: Strange
) -> None:
    other.asked.clear()
    tell(other, results(["s"]))
    near.client.post(
        "/sparql",
        data={"query": f"SELECT * {{ SERVICE <{other.address}> {{ ?s a lc:City }} ?s ?p 'secret' }}"},
        headers={"Authorization": "Basic c2VjcmV0", "Cookie": "secret=1"},
    )
    (asked,) = other.asked
    assert asked.startswith(b"query=")
    assert asked.endswith(b"SELECT+%2A+%7B+%3Fs+a+lc%3ACity+%7D")
    assert b"secret" not in asked


# another service that is not as it should be


def tell(other: Strange, body: bytes, media_type: str = "application/sparql-results+json", **headers: str) -> None:
    other.status, other.body, other.wait = 200, body, 0
    other.headers = {"Content-Type": media_type, **{name.replace("_", "-"): value for name, value in headers.items()}}


ONE = results(["x"], {"x": {"type": "literal", "value": "1"}})
WRONG = {
    "garbage": (b"\xff{", "application/sparql-results+json", {}, "cannot be read"),
    "another format": (b"<p>Sign in</p>", "text/html", {}, "text/html"),
    "no results": (b'{"head":{},"boolean":true}', "application/sparql-results+json", {}, "cannot be read"),
    "half of it": (ONE[:-9], "application/sparql-results+json", {}, "cannot be read"),
    "less than promised": (ONE, "application/sparql-results+json", {"Content_Length": "9999"}, "only a part"),
    "time that was over": (ONE, "application/sparql-results+json", {"X_SQL_State": "S1TAT"}, "only a part"),
    "rows that were cut": (ONE, "application/sparql-results+json", {"X_SPARQL_MaxRows": "1"}, "only a part"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_answer_that_cannot_be_used_is_told(ask: Callable[[str], httpx.Response], other: Strange, name: str) -> None:
    body, media_type, headers, expected = WRONG[name]
    tell(other, body, media_type, **headers)
    answer = ask(f"SELECT * {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}")
    assert answer.status_code == 502, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert expected in answer.json()["detail"]
    assert other.address in answer.json()["detail"]
    assert rows(ask(f"SELECT * {{ SERVICE SILENT <{other.address}> {{ ?x ?y ?z }} BIND(2 AS ?w) }}")) == [{"w": "2"}]


def test_a_service_that_is_away_or_has_an_error_is_told(ask: Callable[[str], httpx.Response], other: Strange) -> None:
    answer = ask(f"SELECT * {{ SERVICE <{away()}> {{ ?x ?y ?z }} }}")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.json()["detail"]
    tell(other, b"")
    other.status = 500
    answer = ask(f"SELECT * {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}")
    assert answer.status_code == 502
    assert "status 500" in answer.json()["detail"]


def test_the_python_client_tells_it_as_what_it_is(near: Served) -> None:
    with (
        Client(near.address, retries=0) as client,
        pytest.raises(OtherServiceFailed, match="cannot be reached") as failed,
    ):
        client.query(f"SELECT * {{ SERVICE <{away()}> {{ ?x ?y ?z }} }}")
    assert failed.value.remedy is not None


@pytest.mark.parametrize("silent", ["", "SILENT"])
def test_a_slow_service_does_not_outlast_the_deadline(
    ask: Callable[[str], httpx.Response], other: Strange, silent: str
) -> None:
    tell(other, ONE)
    other.wait = 30
    answer = ask(f"SELECT * {{ SERVICE {silent} <{other.address}> {{ ?x ?y ?z }} }}")
    assert answer.status_code == 503
    assert answer.json()["limit"] == "deadline"
    assert other.address in answer.json()["detail"]
    other.wait = 0
    assert len(rows(ask(f"SELECT * {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}"))) == 1


def test_when_the_client_goes_away_the_other_service_is_asked_no_longer(
    serve: Serve, demo: Network, other: Strange
) -> None:
    tell(other, ONE)
    other.asked.clear()
    other.wait, other.left = 60, 0
    query = f"SELECT * {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}"
    with serve(demo.directory, LCGRAPH_SERVICES=other.address, LCGRAPH_QUERY_SECONDS="100") as served:
        host, port = served.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET /sparql?query={quote(query)} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            assert until(lambda: len(other.asked) == 1)
            assert other.left == 0
        assert until(lambda: other.left == 1), "long before the deadline"
        other.wait = 0
        assert len(rows(served.client.post("/sparql", data={"query": query}))) == 1


def test_the_limits_hold_for_what_others_say(serve: Serve, demo: Network, other: Strange) -> None:
    many = [{"x": {"type": "literal", "value": str(n)}} for n in range(100)]
    query = f"SELECT (COUNT(*) AS ?n) {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}"
    limits = {"LCGRAPH_RESULT_ROWS": "99", "LCGRAPH_RESULT_MB": "1"}
    with serve(demo.directory, LCGRAPH_SERVICES=other.address, **limits) as served:
        tell(other, results(["x"], *many))
        assert served.client.post("/sparql", data={"query": query}).json()["limit"] == "rows"
        tell(other, results(["x"], *many[:99]))
        assert rows(served.client.post("/sparql", data={"query": query})) == [{"n": "99"}]
        tell(other, b" " * 1_100_000)
        assert served.client.post("/sparql", data={"query": query}).json()["limit"] == "size"


# what may stand in rows


def test_every_term_arrives_as_it_was(ask: Callable[[str], httpx.Response], other: Strange) -> None:
    terms = [
        {"type": "uri", "value": "http://x/é#%20"},
        {"type": "literal", "value": 'a "quoted" \\u0022 } SERVICE <http://x/> {\n\t\r # ?x \x01 \u2028'},
        {"type": "literal", "value": "学习", "xml:lang": "zh"},
        {"type": "literal", "value": "1.5", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"},
        {"type": "literal", "value": ""},
    ]
    tell(other, results(["x", "never"], *({"x": term} for term in terms)))
    answer = ask(f"SELECT ?x ?never {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}")
    assert [row["x"] for row in answer.json()["results"]["bindings"]] == terms


def test_a_blank_node_is_an_iri_of_its_own_for_each_answer(
    ask: Callable[[str], httpx.Response], other: Strange
) -> None:
    tell(other, results(["x"], *[{"x": {"type": "bnode", "value": label}} for label in ("a", "a", "b")]))
    query = f"SELECT ?x {{ SERVICE <{other.address}> {{ ?x ?y ?z }} }}"
    first, second = ([row["x"] for row in rows(ask(query))] for _ in range(2))
    assert first[0] == first[1] != first[2]
    assert not {*first} & {*second}
    assert all("/.well-known/genid/" in iri for iri in first)


def test_a_slip_behind_a_group_is_told_in_its_line(ask: Callable[[str], httpx.Response], other: Strange) -> None:
    tell(other, results(["x"]))
    answer = ask(f"SELECT *\n{{ SERVICE <{other.address}> {{\n ?x ?y\n ?z }}\n ?a ?b }}")
    assert answer.status_code == 400
    assert "5:" in answer.json()["detail"]
