"""A result that is not whole is an error, however it came about, and never a shorter frame."""

from __future__ import annotations

import gzip
import re

import pytest
from client_support import JSON, RESULTS, XML, Reply, answering, chunked, sending
from hypothesis import given, settings
from hypothesis import strategies as st

from lcgraph.client import BrokenOff, Client, ServiceError, results

IN_XML = (
    b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head><variable name="a"/></head>'
    b"<results>" + b'<result><binding name="a"><uri>urn:x</uri></binding></result>' * 3 + b"</results></sparql>\n"
)
IN_JSON = RESULTS.replace(b"}]}}", b'},{"a":{"type":"literal","value":"}]"}},{}]}}')
TURTLE = b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:d> .\n"
QUERY = "SELECT ?a { ?a ?b ?c }"
GRAPH = "CONSTRUCT WHERE { ?a ?b ?c }"


@pytest.mark.parametrize(("media_type", "body"), [(JSON, IN_JSON), (XML, IN_XML)])
def test_a_connection_that_breaks_off_is_an_error_though_the_rows_were_whole(media_type: str, body: bytes) -> None:
    with sending(chunked(media_type, body, ended=False)) as (address, heads), Client(address) as client:
        with pytest.raises(BrokenOff, match="“page”") as broken:
            client.query(QUERY)
        assert broken.value.address == f"{address}/sparql"
    assert len(heads) == 1, "it would be broken off again"


def test_an_answer_shorter_than_its_length_is_an_error() -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nContent-Length: {len(RESULTS) + 1}\r\n\r\n"
    with sending(head.encode() + RESULTS) as (address, _), Client(address) as client, pytest.raises(BrokenOff):
        client.query(QUERY)


@pytest.mark.parametrize(("media_type", "body"), [(JSON, IN_JSON), (XML, IN_XML)])
@given(cut=st.data())
@settings(deadline=None, max_examples=60)
def test_an_answer_that_was_ended_properly_too_early_is_an_error(
    media_type: str, body: bytes, cut: st.DataObject
) -> None:
    size = cut.draw(st.integers(0, len(body.rstrip()) - 1))
    with answering([Reply(body=body[:size], media_type=media_type)]) as (address, _), Client(address) as client:  # noqa: SIM117
        with pytest.raises(BrokenOff):
            client.query(QUERY)


@pytest.mark.parametrize(("media_type", "body"), [(JSON, IN_JSON), (XML, IN_XML), (XML, IN_XML + b"<!-- 0.1 s -->\n")])
def test_the_same_answers_whole_are_frames(media_type: str, body: bytes) -> None:
    with answering([Reply(body=body, media_type=media_type)]) as (address, _), Client(address) as client:
        assert len(client.query(QUERY)) == 3


def test_rows_end_in_an_error_where_the_answer_does() -> None:
    with sending(chunked(JSON, IN_JSON, ended=False)) as (address, _), Client(address) as client:
        rows = client.rows(QUERY)
        assert str(next(rows)["a"]) == "urn:x"
        with pytest.raises(BrokenOff):
            list(rows)


def test_a_compressed_answer_that_is_cut_is_an_error() -> None:
    body = gzip.compress(IN_JSON)[:-12]
    reply = Reply(body=body, headers={"Content-Encoding": "gzip"})
    with answering([reply]) as (address, _), Client(address) as client, pytest.raises(BrokenOff):
        client.query(QUERY)
    with answering([Reply(headers={"Content-Encoding": "gzip"})]) as (address, _), Client(address) as client:  # noqa: SIM117
        with pytest.raises(BrokenOff):  # it is not compressed at all
            client.query(QUERY)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=206),
        Reply(headers={"X-SQL-State": "S1TAT", "X-SQL-Message": "RC...: Returning incomplete results"}),
        Reply(headers={"X-SPARQL-MaxRows": "1"}),
    ],
)
def test_what_a_service_calls_a_part_is_an_error(reply: Reply) -> None:
    with answering([reply]) as (address, _), Client(sparql=address) as client, pytest.raises(BrokenOff):
        client.query(QUERY)


def test_fewer_rows_than_a_service_gives_at_most_are_all_of_them() -> None:
    with answering([Reply(headers={"X-SPARQL-MaxRows": "2"})]) as (address, _), Client(sparql=address) as client:
        assert len(client.query(QUERY)) == 1


def test_a_graph_that_is_broken_off_is_an_error() -> None:
    for answer in (chunked("text/turtle", TURTLE, ended=False), chunked("text/turtle", TURTLE[:-5])):
        with sending(answer) as (address, _), Client(address) as client, pytest.raises(BrokenOff):
            client.graph(GRAPH)
    with sending(chunked("text/turtle", TURTLE)) as (address, _), Client(address) as client:
        assert len(client.graph(GRAPH)) == 2


def test_a_graph_of_which_nothing_shows_that_it_is_whole_is_an_error() -> None:
    until_closed = b"HTTP/1.0 200 OK\r\nContent-Type: text/turtle\r\n\r\n" + TURTLE
    with sending(until_closed) as (address, _), Client(address) as client:  # noqa: SIM117
        with pytest.raises(BrokenOff, match=re.escape("whether it is whole")):
            client.graph(GRAPH)
    rows_until_closed = f"HTTP/1.0 200 OK\r\nContent-Type: {JSON}\r\n\r\n".encode() + RESULTS
    with sending(rows_until_closed) as (address, _), Client(address) as client:
        assert len(client.query(QUERY)) == 1, "the format shows its end"


def test_a_document_that_names_a_context_elsewhere_is_not_asked_for() -> None:
    assert "ld+json" not in results.GRAPHS
    context = b'{"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "b": "c"}'
    with answering([Reply(body=context, media_type="application/ld+json")]) as (address, asked):
        with Client(address) as client, pytest.raises(ServiceError, match="application/ld\\+json"):
            client.graph(GRAPH)
        assert len(asked) == 1
