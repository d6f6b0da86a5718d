"""The SPARQL 1.1 endpoint: queries by every form of the protocol, and whole answers or errors."""

from __future__ import annotations

import socket
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import servers
from service_support import Serve, Served

from lcgraph.publishing.network import Network

ASK = "ASK { ?city a lc:City }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * { ?a ?b ?c } LIMIT 20000"


def problem(answer: httpx.Response, status: int) -> dict[str, object]:
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert isinstance(body, dict)
    return body


def test_a_query_comes_by_get_by_form_or_as_the_body(client: httpx.Client) -> None:
    by_get = client.get("/sparql", params={"query": ASK})
    by_form = client.post("/sparql", data={"query": ASK})
    as_body = client.post("/sparql", content=ASK, headers={"Content-Type": "application/sparql-query; charset=utf-8"})
    for answer in (by_get, by_form, as_body):
        assert answer.json()["boolean"] is True
        assert answer.headers["content-type"] == "application/sparql-results+json"


def test_a_form_is_decoded_once(client: httpx.Client) -> None:
    query = 'SELECT ("100%25+é" AS ?x) {}'
    bindings = client.post("/sparql", data={"query": query}).json()["results"]["bindings"]
    assert bindings[0]["x"]["value"] == "100%25+é"


@pytest.mark.parametrize(
    "media_type",
    ["application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"],
)
def test_solutions_come_in_each_format_of_the_protocol(client: httpx.Client, media_type: str) -> None:
    query = "SELECT ?c { ?c a lc:Commitment }"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    assert answer.headers["content-type"].startswith(media_type)
    if syntax := ox.QueryResultsFormat.from_media_type(media_type):
        if media_type != "text/csv":  # CSV does not say which values are IRIs
            solutions = ox.parse_query_results(answer.content, syntax)
            assert isinstance(solutions, ox.QuerySolutions)
            assert len(list(solutions)) == 12
        else:
            assert len(answer.text.splitlines()) == 13


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"]
)
def test_graphs_come_in_each_format(client: httpx.Client, media_type: str) -> None:
    query = "CONSTRUCT { ?c a lc:Commitment } WHERE { ?c a lc:Commitment }"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    syntax = ox.RdfFormat.from_media_type(media_type)
    assert syntax is not None
    assert len(list(ox.parse(answer.content, syntax))) == 12


def test_the_default_graph_is_the_union_unless_the_client_names_graphs(client: httpx.Client) -> None:
    def count(query: str, **graphs: str) -> int:
        answer = client.get("/sparql", params={"query": query, **graphs}).json()
        return int(answer["results"]["bindings"][0]["n"]["value"])

    submissions = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?g a lc:Submission } }"
    everything = "SELECT (COUNT(*) AS ?n) { ?s a qb:Observation }"
    graph = client.get("/sparql", params={"query": "SELECT ?g { GRAPH ?g { ?g lc:city ?c } } LIMIT 1"}).json()
    one = graph["results"]["bindings"][0]["g"]["value"]
    assert count(submissions) > 600
    assert 0 < count(everything, **{"default-graph-uri": one}) < count(everything)
    assert count(submissions, **{"named-graph-uri": one}) == 1


@pytest.mark.parametrize(
    "update", ["INSERT DATA { <urn:a> <urn:b> <urn:c> }", "DROP ALL", "LOAD <http://127.0.0.1:9/x>"]
)
def test_an_update_is_refused_however_it_comes(client: httpx.Client, update: str) -> None:
    for answer in (
        client.post("/sparql", data={"update": update}),
        client.post("/sparql", content=update, headers={"Content-Type": "application/sparql-update"}),
        client.post("/sparql", data={"query": update}),
        client.get("/sparql", params={"query": update}),
        client.get("/sparql", params={"update": update}),
    ):
        assert problem(answer, 403)["remedy"]


def test_no_query_makes_the_service_ask_another_one(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for query in (
            f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}",
            f"select * {{ sErViCe\n<{address}> {{ ?s ?p ?o }} }}",
        ):
            assert "SERVICE" in str(problem(client.post("/sparql", data={"query": query}), 403)["detail"])
        for parameter in ("default-graph-uri", "named-graph-uri"):
            client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }", parameter: address})
        with pytest.raises(TimeoutError):
            listener.accept()


def test_what_is_no_query_is_a_problem(client: httpx.Client) -> None:
    sparql_query = {"Content-Type": "application/sparql-query"}
    assert "1:7" in str(problem(client.get("/sparql", params={"query": "SELECT"}), 400)["detail"])
    problem(client.get("/sparql", headers={"Accept": "text/csv"}), 400)
    problem(client.post("/sparql", data={"lang": "en"}), 400)
    problem(client.get("/sparql", params={"query": " "}), 400)
    problem(client.post("/sparql", content=b"\xff", headers=sparql_query), 400)
    problem(
        client.post("/sparql", content="query=%FF", headers={"Content-Type": "application/x-www-form-urlencoded"}), 400
    )
    problem(client.post("/sparql", content="ASK {}", headers={"Content-Type": "text/plain"}), 415)
    problem(client.post(f"/sparql?query={quote(ASK)}", data={"query": ASK}), 400)
    problem(client.get("/sparql", params={"query": ASK, "default-graph-uri": "not an IRI"}), 400)
    problem(client.get("/sparql", params={"query": ASK}, headers={"Accept": "text/turtle"}), 406)


def test_a_query_that_is_too_long_is_refused_before_it_is_read_whole(client: httpx.Client) -> None:
    long = ASK + "#" * (8 * 1024 * 1024)
    for answer in (
        client.post("/sparql", data={"query": long}),
        client.post("/sparql", content=long, headers={"Content-Type": "application/sparql-query"}),
    ):
        assert problem(answer, 413)["limit"] == "size"


def test_what_passes_a_limit_is_an_error_and_never_a_part_of_the_answer(serve: Serve, demo: Network) -> None:
    seconds = "1" if servers.servers is None else "10"  # a server takes its time
    limits = {"LCGRAPH_QUERY_SECONDS": seconds, "LCGRAPH_RESULT_MB": "1", "LCGRAPH_READERS": "1"}
    with serve(demo.directory, **limits) as served:
        assert problem(served.client.post("/sparql", data={"query": ENDLESS}), 503)["limit"] == "deadline"
        large = served.client.post("/sparql", data={"query": LARGE}, headers={"Accept": "text/csv"})
        assert problem(large, 413)["limit"] == "size"
        assert served.client.get("/sparql", params={"query": ASK}).json()["boolean"] is True


def test_a_client_that_goes_away_takes_nothing_from_the_others(served: Served) -> None:
    host, port = served.address.removeprefix("http://").split(":")
    for _ in range(5):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(f"GET /sparql?query={quote(ASK)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert served.client.get("/sparql", params={"query": ASK}).json()["boolean"] is True
