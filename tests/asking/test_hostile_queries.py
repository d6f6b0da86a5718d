"""A query text is parsed only in a reader's process, where it can neither break the service nor reach out."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lcgraph import sparql
from lcgraph.asking.answer import Answerer
from lcgraph.errors import LimitExceeded, QueryError, UnknownGraph
from lcgraph.store.readers import Readers

DEEP = 100_000

BOTTOMLESS = {
    "groups": f"ASK {'{' * DEEP}{'}' * DEEP}",
    "brackets": f"ASK {{ FILTER({'(' * DEEP}1{')' * DEEP}) }}",
    "paths": f"ASK {{ ?s {'(' * DEEP}<urn:p>{')' * DEEP} ?o }}",
    "lists": f"ASK {{ ?s ?p {'(' * DEEP}{')' * DEEP} }}",
    "not": f"ASK {{ FILTER({'!' * 2 * DEEP}true) }}",
}


@pytest.fixture(scope="module")
def readers(demo_answers: Answerer) -> Readers:
    return demo_answers.readers


def ask(readers: Readers) -> bytes:
    return readers.run("SELECT (COUNT(?c) AS ?n) { GRAPH ?g { ?c a lc:Commitment } }", solutions="text/csv").body


@pytest.mark.parametrize("name", BOTTOMLESS)
def test_a_query_nested_too_deeply_passes_a_limit_and_the_next_is_answered(name: str, readers: Readers) -> None:
    query = BOTTOMLESS[name]
    assert sparql.form(query) == "ASK"
    sparql.refuse(query)  # what the service itself reads of a query has no depth to fall into
    with pytest.raises(LimitExceeded) as ended:
        readers.run(query)
    assert ended.value.limit == "memory"
    assert ended.value.remedy is not None
    assert ask(readers) == b"n\r\n12\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        yield listening


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <{address}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        "SELECT * {{ GRAPH <{address}> {{ ?s ?p ?o }} }}",
        "DESCRIBE <{address}>",
        "LOAD <{address}>",
        "SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}",
    ],
)
def test_nothing_that_a_query_names_is_fetched(query: str, readers: Readers, listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/data.ttl"
    try:
        body = readers.run(query.format(address=address), solutions="text/csv").body
    except QueryError:  # not asked through the service, which refuses some of them before they get here
        body = b""
    assert b"urn:" not in body
    with pytest.raises(TimeoutError):
        listener.accept()
    # nor by the parameters of the protocol that name the graphs of a query
    with pytest.raises(UnknownGraph):
        readers.run("SELECT * { ?s ?p ?o }", default_graphs=(address,), named_graphs=(address,))
    with pytest.raises(TimeoutError):
        listener.accept()
