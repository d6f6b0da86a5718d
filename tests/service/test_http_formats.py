"""The SPARQL endpoint's formats, graphs and headers, as clients of many kinds ask for them."""

from __future__ import annotations

import gzip
import http.client
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from service_support import Served

SOLUTIONS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPHS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
SELECT = "SELECT ?c { ?c a lc:Commitment }"
CONSTRUCT = "CONSTRUCT WHERE { ?c a lc:Commitment }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def asked(client: httpx.Client, query: str, accept: str = "*/*", **parameters: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **parameters}, headers={"Accept": accept})


def media_type(answer: httpx.Response) -> str:
    return answer.headers["content-type"].partition(";")[0]


def count(client: httpx.Client, query: str, graphs: list[tuple[str, str]] | None = None) -> int:
    answer = client.get("/sparql", params=[("query", query), *(graphs or [])], headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    return int(answer.text.split()[1])


@pytest.mark.parametrize(("name", "of"), SOLUTIONS.items())
def test_an_ask_is_answered_in_every_format_of_solutions(client: httpx.Client, name: str, of: str) -> None:
    for answer in (asked(client, "ASK {}", of), asked(client, "ASK {}", format=name)):
        assert media_type(answer) == of
        assert "true" in answer.text
        if name in ("json", "xml"):
            syntax = ox.QueryResultsFormat.from_media_type(of)
            assert bool(ox.parse_query_results(answer.content, syntax)) is True


@pytest.mark.parametrize(("name", "of"), GRAPHS.items())
def test_a_graph_comes_in_every_format_of_graphs(client: httpx.Client, name: str, of: str) -> None:
    description = client.get("/sparql", headers={"Accept": of})
    cities = client.get("/graphs/graph/cities", headers={"Accept": of})
    for answer in (asked(client, CONSTRUCT, of), asked(client, CONSTRUCT, format=name), description, cities):
        assert answer.status_code == 200
        assert media_type(answer) == of
        assert len(list(ox.parse(answer.content, ox.RdfFormat.from_media_type(of)))) >= 12


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, "text/csv;q=0.5, application/sparql-results+xml;q=0.9, */*;q=0.1", SOLUTIONS["xml"]),
        (SELECT, "application/sparql-results+json;q=0, */*", SOLUTIONS["xml"]),
        (SELECT, "text/*", "text/csv"),
        (SELECT, "text/turtle, text/tab-separated-values;q=0.01", "text/tab-separated-values"),
        (SELECT, "application/json", SOLUTIONS["json"]),
        (SELECT, "application/xml;q=0.8, application/json;q=0.7", SOLUTIONS["xml"]),
        (SELECT, CHROME, SOLUTIONS["json"]),
        (SELECT, "", SOLUTIONS["json"]),
        (CONSTRUCT, "application/rdf+xml;q=0.8, application/n-triples;q=0.9", "application/n-triples"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/sparql-results+json, text/plain", "application/n-triples"),
        (CONSTRUCT, CHROME, "text/turtle"),
        (CONSTRUCT, "TEXT/TURTLE ; Q=1.0", "text/turtle"),
    ],
)
def test_the_format_is_the_one_that_the_client_likes_best(
    client: httpx.Client, query: str, accept: str, expected: str
) -> None:
    assert media_type(asked(client, query, accept)) == expected


def test_a_list_of_formats_may_be_spread_over_several_headers(client: httpx.Client) -> None:
    headers = [
        ("Accept", "text/turtle"),
        ("Accept", "text/csv;q=0.2"),
        ("Accept", "application/sparql-results+xml;q=0.3"),
    ]
    assert media_type(client.get("/sparql", params={"query": SELECT}, headers=headers)) == SOLUTIONS["xml"]


def test_what_is_not_offered_is_refused_with_the_list_of_what_is(client: httpx.Client) -> None:
    for answer, offered in (
        (asked(client, SELECT, "image/png"), SOLUTIONS.values()),
        (asked(client, CONSTRUCT, "text/csv"), GRAPHS.values()),
        (asked(client, CONSTRUCT, "*/*;q=0"), GRAPHS.values()),
        (asked(client, SELECT, format="docx"), SOLUTIONS),
    ):
        assert answer.status_code == 406
        assert set(answer.json()["allowed"]) == set(offered)
        for name in offered:
            assert name in answer.json()["remedy"]


# graphs


def test_from_and_from_named_are_heeded(client: httpx.Client) -> None:
    everything, cities = count(client, COUNT), count(client, COUNT.replace("{", "FROM <graph/cities> {", 1))
    framework = count(client, COUNT.replace("{", "FROM <graph/framework> {", 1))
    both = count(client, COUNT.replace("{", "FROM <graph/framework> FROM <graph/cities> {", 1))
    assert 0 < cities < both == cities + framework < everything
    in_graphs = "SELECT (COUNT(DISTINCT ?g) AS ?n) FROM NAMED <graph/cities> { GRAPH ?g { ?s ?p ?o } }"
    assert count(client, in_graphs) == 1
    assert count(client, COUNT.replace("{", "FROM NAMED <graph/cities> {", 1)) == 0


def test_the_graphs_of_the_protocol_go_before_those_of_the_query(client: httpx.Client, served: Served) -> None:
    names = asked(client, "SELECT DISTINCT ?g { GRAPH ?g { ?s a ?class } }").json()["results"]["bindings"]
    cities, framework = (
        next(row["g"]["value"] for row in names if row["g"]["value"].endswith(f"graph/{name}"))
        for name in ("cities", "framework")
    )
    alone = {name: count(client, COUNT, [("default-graph-uri", name)]) for name in (cities, framework)}
    with_from = COUNT.replace("{", f"FROM <{framework}> {{", 1)
    assert count(client, with_from) == alone[framework] != alone[cities]
    assert count(client, with_from, [("default-graph-uri", cities)]) == alone[cities]
    several = [("default-graph-uri", cities), ("default-graph-uri", framework)]
    assert count(client, COUNT, several) == sum(alone.values())
    named = [("named-graph-uri", cities), ("named-graph-uri", framework), ("default-graph-uri", cities)]
    assert count(client, "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named) == 2
    assert count(client, with_from, named) == alone[cities]
    assert count(client, COUNT, [("named-graph-uri", cities)]) == 0, "without a default graph it is empty"
    body = client.post(
        f"/sparql?default-graph-uri={quote(cities)}", data={"query": COUNT}, headers={"Accept": "text/csv"}
    )
    assert int(body.text.split()[1]) == alone[cities]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <https://example.org/data.ttl> { ?s ?p ?o }",
        "ASK FROM NAMED <https://example.org/data.ttl> {}",
        "PREFIX e: <https://example.org/> CONSTRUCT { ?s ?p ?o } FROM e:data WHERE { ?s ?p ?o }",
        "BASE <https://example.org/> DESCRIBE ?s FROM <data.ttl> { ?s ?p ?o }",
        "SELECT * FROM <https://example.org/\\u0064ata.ttl> { ?s ?p ?o }",
    ],
)
def test_a_graph_from_elsewhere_is_refused_and_not_taken_for_an_empty_one(client: httpx.Client, query: str) -> None:
    answer = asked(client, query)
    assert answer.status_code == 403
    assert "https://example.org/data" in answer.json()["detail"]
    assert answer.json()["type"].endswith("/unknown-graph")
    for parameter in ("default-graph-uri", "named-graph-uri"):
        refused = asked(client, "SELECT * { ?s ?p ?o }", **{parameter: "https://example.org/data.ttl"})
        assert refused.status_code == 403


def test_relative_iris_are_relative_to_the_base_of_the_deployment(client: httpx.Client) -> None:
    assert asked(client, "ASK { <city/ie-cork> a lc:City }").json()["boolean"] is True


# graphs by their name


def test_a_graph_is_read_by_its_name_by_the_end_of_it_or_as_the_default(client: httpx.Client) -> None:
    triples = {"Accept": "application/n-triples"}
    by_path = client.get("/graphs/graph/cities", headers=triples)
    name = "https://w3id.org/lcgraph/graph/cities"
    by_name = client.get("/graphs", params={"graph": name}, headers=triples)
    assert set(by_path.text.splitlines()) == set(by_name.text.splitlines())
    assert len(by_path.text.splitlines()) == count(client, COUNT, [("default-graph-uri", name)])
    whole = client.get("/graphs?default", headers=triples)
    assert len(whole.text.splitlines()) == count(client, COUNT)
    head = client.head("/graphs/graph/cities")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/graphs", 400),
        ("/graphs?default&graph=https://w3id.org/lcgraph/graph/cities", 400),
        ("/graphs?graph=urn:a&graph=urn:b", 400),
        ("/graphs?graph=not%20an%20IRI", 400),
        ("/graphs?graph=https://example.org/nothing", 404),
        ("/graphs/submission/ie-cork/1066/1", 404),
        ("/graphs/graph/cities?format=csv", 406),
    ],
)
def test_a_graph_that_cannot_be_had_is_a_problem(client: httpx.Client, address: str, status: int) -> None:
    for answer in (client.get(address), client.head(address)):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("address", ["/graphs?default", "/graphs?graph=urn:x", "/graphs/graph/cities"])
def test_a_graph_is_not_written_to(client: httpx.Client, method: str, address: str) -> None:
    answer = client.request(method, address, content=b"<urn:a> <urn:b> <urn:c> .")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "a submission is the only way in" in answer.json()["detail"]


# headers


def test_a_method_that_is_not_taken_is_told_those_that_are(client: httpx.Client) -> None:
    answer = client.put("/sparql", content=b"ASK {}")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


@pytest.mark.parametrize(
    ("encoding", "compressed"),
    [
        ("gzip", True),
        ("br;q=1, gzip;q=0.2", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("gzip; q=0.0, br", False),
    ],
)
def test_answers_are_compressed_for_those_who_take_it(served: Served, encoding: str, *, compressed: bool) -> None:
    plain = {"Accept-Encoding": encoding, "Accept": "text/csv"}
    connection = http.client.HTTPConnection(served.address.removeprefix("http://"), timeout=30)
    for query, large in (("SELECT * { ?s ?p ?o } LIMIT 3000", True), ("ASK {}", False)):
        connection.request("GET", f"/sparql?query={quote(query)}", headers=plain)
        with connection.getresponse() as answer:
            body = answer.read()
        assert "Accept-Encoding" in str(answer.headers["vary"])
        assert (answer.headers["content-encoding"] == "gzip") == (compressed and large)
        if large:
            text = gzip.decompress(body) if compressed else body
            assert len(text.splitlines()) > 3000
            assert not compressed or len(body) < len(text) / 4
    connection.close()


def test_other_sites_may_ask_and_there_are_no_credentials_to_send(client: httpx.Client) -> None:
    origin = {"Origin": "https://example.org", "Cookie": "a=b"}
    for answer in (
        client.get("/sparql", params={"query": "ASK {}"}, headers=origin),
        client.options("/graphs/graph/cities", headers=origin | {"Access-Control-Request-Method": "GET"}),
        asked(client, "nonsense"),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers


def test_what_is_not_utf8_is_refused(client: httpx.Client) -> None:
    utf16 = {"Content-Type": "application/sparql-query; charset=UTF-16"}
    for answer in (
        client.post("/sparql", content="ASK {}".encode("utf-16-le"), headers=utf16),
        client.post("/sparql", content=b"ASK {}", headers=utf16),
        client.get("/sparql?query=ASK%20%7B%7D%20%23%FF"),
    ):
        assert answer.status_code == 400
    named = {"Content-Type": 'application/sparql-query; charset="UTF-8"'}
    assert client.post("/sparql", content="ASK {} # 都柏林".encode(), headers=named).status_code == 200
