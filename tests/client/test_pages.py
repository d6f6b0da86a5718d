"""The pages of a large result are all of it, from one state of the data, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from client_support import RESULTS, Reply, answering
from hypothesis import given, settings
from hypothesis import strategies as st
from service_support import serving
from support import NOW, SMALL

from lcgraph.client import Client, DataChanged, ServiceError
from lcgraph.client.pages import Paged
from lcgraph.errors import InputError, QueryError
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } # all of it"


def _rows(frame: Any) -> list[tuple[object, ...]]:
    return sorted(map(tuple, frame.itertuples(index=False)))


@pytest.mark.parametrize("size", [1_000_000, 2000])
def test_pages_of_any_size_are_the_whole_result(small_client: Client, size: int) -> None:
    assert _rows(small_client.query(EVERYTHING, page=size)) == _rows(small_client.query(EVERYTHING))


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX select: <urn:x> SELECT DISTINCT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (COUNT(*) > 1)",
        "SELECT ?type { ?s a ?type }",  # many rows that are alike
        "SELECT * { VALUES ?x { 1 1.0 '1' <urn:1> '1'@en UNDEF } }",
        "SELECT ?x ?limit { ?x ?limit ?y } VALUES ?limit { rdf:type }",
        "SELECT ?s ?b { ?s ?p ?b FILTER(isBlank(?b)) }",
        "SELECT ?x { FILTER(false) }",
        "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 7 } }",
    ],
)
def test_pages_keep_every_row_of_every_sort_of_query(small_client: Client, query: str) -> None:
    whole = small_client.query(query)
    pages = small_client.query(query, page=len(whole) // 5 + 1)
    assert pages.dtypes.equals(whole.dtypes)
    assert sorted(map(str, pages.itertuples(index=False))) == sorted(map(str, whole.itertuples(index=False)))


@given(st.lists(st.one_of(st.integers(), st.text("ab ")), max_size=30), st.integers(2, 9))
@settings(deadline=None)
def test_each_row_is_in_one_page(values: list[int | str], count: int) -> None:
    terms = [str(ox.Literal(value)) for value in values]
    query = f"SELECT ?a ?b {{ VALUES ?a {{ {' '.join(terms)} }} OPTIONAL {{ FILTER(isLiteral(?a)) BIND(1 AS ?b) }} }}"
    store = ox.Store()

    def rows(text: str) -> list[str]:
        found = store.query(text)
        assert isinstance(found, ox.QuerySolutions)
        return [str(solution) for solution in found]

    pages = [row for page in Paged(query).pages(["a", "b"], count) for row in rows(page)]
    assert sorted(pages) == sorted(rows(query))


def _publishing(network: Network, client: Client, at: Callable[[int], bool]) -> list[int]:
    """Publishes another figure before those requests of a client that ``at`` says; gives their numbers."""
    count, published = 0, []

    def before(request: httpx.Request) -> None:
        nonlocal count
        count += 1
        if at(count):
            text = SMALL.replace("12.5", f"12.{count:04}")
            network.publish([read("cork.csv", text.encode(), network.framework)], "test")
            published.append(count)

    client._connection._http.event_hooks["request"].append(before)
    return published


def test_pages_of_two_states_are_never_put_together(tmp_path: Path) -> None:
    network = Network(tmp_path / "data", clock=lambda: NOW)
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "test")
    figures = "SELECT ?o ?value { ?o sdmx-measure:obsValue ?value }"
    with serving(network.directory) as served:
        with Client(served.address) as client:
            published = _publishing(network, client, lambda count: count == 4)
            frame = client.query(figures, page=1)
            assert published == [4]
            assert _rows(frame) == _rows(client.query(figures))
            assert 12.0004 in set(frame["value"])
        with Client(served.address) as client:
            _publishing(network, client, lambda count: count % 3 == 0)
            with pytest.raises(DataChanged):
                client.query(figures, page=1)


@pytest.mark.parametrize("function", ["RAND()", "rand()", "STRUUID()", "NOW()"])
def test_a_query_that_gives_other_rows_each_time_is_refused(small_client: Client, function: str) -> None:
    with pytest.raises(QueryError, match="other values each time"):
        small_client.query(f"SELECT (STR({function}) AS ?x) {{ ?s a lc:Action }}", page=3)


def test_pages_have_as_many_rows_as_the_service_counts() -> None:
    told = {"Lcgraph-Checkpoint": "1-1"}
    five = RESULTS.replace(b'["a"]', b'["lcgraph_rows"]').replace(
        b'{"a":{"type":"uri","value":"urn:x"}}',
        b'{"lcgraph_rows":{"type":"literal","datatype":"http://www.w3.org/2001/XMLSchema#integer","value":"5"}}',
    )
    none = RESULTS.replace(b'{"a":{"type":"uri","value":"urn:x"}}', b"")
    replies = [Reply(body=none, headers=told), Reply(body=five, headers=told), Reply(headers=told)]
    with answering(replies) as (address, asked), Client(address) as client:
        with pytest.raises(QueryError, match="The pages have 2 rows, and the result has 5"):
            client.query("SELECT ?a { ?a ?b ?c }", page=3)
        assert len(asked) == 4


@pytest.mark.parametrize(
    "end", ["ORDER BY ?s", "LIMIT 10", "limit 10", "OFFSET 3", "ORDER BY DESC(?s) LIMIT 3", "}LIMIT3"]
)
def test_a_query_that_sorts_or_cuts_its_rows_is_refused(small_client: Client, end: str) -> None:
    query = "SELECT ?s { { ?s ?p ?o } " + (end if end.startswith("}") else f"}} {end}")
    with pytest.raises(QueryError, match="cannot be answered in pages"):
        small_client.query(query, page=10)


def test_what_has_no_pages_is_refused(small_client: Client) -> None:
    with pytest.raises(QueryError, match="default_graphs"):
        small_client.query("SELECT ?s FROM <https://w3id.org/lcgraph/graph/framework> { ?s ?p ?o }", page=10)
    with pytest.raises(QueryError, match="SELECT"):
        small_client.query("ASK {}", page=10)
    with pytest.raises(InputError, match="at least one row"):
        small_client.query(EVERYTHING, page=0)


def test_a_service_that_does_not_say_the_state_of_its_data_gives_no_pages() -> None:
    with answering([Reply()]) as (address, _), Client(address) as client:  # noqa: SIM117  # two things, two lines
        with pytest.raises(ServiceError, match="Lcgraph-Checkpoint"):
            client.query("SELECT ?a { ?a ?b ?c }", page=10)
