"""Queries to a real service: results, terms, graphs, and errors as the service tells them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import rdflib
from client_support import Reply, answering
from rdflib.namespace import XSD
from service_support import Served, serving

from lcgraph.client import Client, ServiceError, Unreachable
from lcgraph.errors import InputError, LimitExceeded, QueryError, QueryRefused, QuerySyntaxError
from lcgraph.publishing.network import Network

LC = rdflib.Namespace("https://w3id.org/lcgraph/ontology#")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def narrow(small_network: Network) -> Iterator[Served]:
    """A service with narrow limits."""
    with serving(
        small_network.directory, LCGRAPH_QUERY_SECONDS="3", LCGRAPH_RESULT_ROWS="5000", LCGRAPH_READERS="1"
    ) as served:
        yield served


def test_figures_come_with_their_types(small_client: Client) -> None:
    frame = small_client.query(
        """
        SELECT ?year ?value ?note WHERE {
          ?o lc:ofMeasure <https://w3id.org/lcgraph/measure/1.2.2-a> ; sdmx-dimension:refPeriod ?year ;
             sdmx-measure:obsValue ?value . OPTIONAL { ?o skos:note ?note }
        } ORDER BY ?value
        """
    )
    assert frame["year"].tolist() == [2016, 2016]
    assert frame["value"].tolist() == [11.0, 12.5]
    assert frame["note"].isna().sum() == 1
    assert frame.attrs["checkpoint"]


def test_ask_is_true_or_false(small_client: Client) -> None:
    assert small_client.query("ASK { ?c a lc:City }") is True
    assert small_client.query("ASK { ?c a lc:Village }") is False


def test_ask_is_true_or_false_with_virtuoso_too() -> None:
    yes = b"""{ "head": { "link": [], "vars": ["__ASK_RETVAL"] }, "results": { "distinct": false, "bindings": [
      { "__ASK_RETVAL": { "type": "typed-literal",
        "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "1" }}]}}
    """
    no = b"""{ "head": { "link": [], "vars": ["__ASK_RETVAL"] }, "results": { "distinct": false, "bindings": [ ] } }"""
    with answering([Reply(body=yes), Reply(body=no)]) as (address, _), Client(sparql=address) as client:
        assert client.query("ASK { ?s ?p ?o }") is True
        assert client.query("ASK { ?s ?p ?o }") is False


@pytest.mark.embedded("a server may take no query as long as this one, as docs/scale.md says")
def test_a_query_that_is_longer_than_an_address_may_be_is_asked_all_the_same(small_client: Client) -> None:
    values = " ".join(f"<urn:x:{n}>" for n in range(20_000))
    assert len(small_client.query(f"SELECT ?x {{ VALUES ?x {{ {values} }} }}")) == 20_000


def test_a_query_keeps_every_character(small_client: Client) -> None:
    for padding in ("", " " * 3000):  # by GET and by POST
        found = small_client.query(f'SELECT ("100%25+é&科;克" AS ?x) {{{padding}}}', frame="records")
        assert found == [{"x": "100%25+é&科;克"}]


def test_graphs_can_be_chosen_by_the_protocol(small_client: Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    graph = small_client.query("SELECT ?g { GRAPH ?g { ?g a lc:Submission } }", frame="records")[0]["g"]
    alone = small_client.query(count, default_graphs=[str(graph)], frame="records")[0]["n"]
    everything = small_client.query(count, frame="records")[0]["n"]
    assert isinstance(alone, int)
    assert isinstance(everything, int)
    assert 0 < alone < everything
    named = small_client.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", named_graphs=[str(graph)])
    assert named["g"].tolist() == [graph]


def test_rows_are_terms_with_datatype_and_language(small_client: Client) -> None:
    (row,) = small_client.rows('SELECT ("科克"@zh AS ?a) ("2.5"^^xsd:decimal AS ?b) (<urn:x> AS ?c) ?d {}')
    assert row == {
        "a": rdflib.Literal("科克", lang="zh"),
        "b": rdflib.Literal("2.5", datatype=XSD.decimal),
        "c": rdflib.URIRef("urn:x"),
        "d": None,
    }


def test_a_graph_is_one_of_rdflib_with_its_prefixes(small_client: Client) -> None:
    graph = small_client.graph("CONSTRUCT { ?c a lc:City ; skos:notation ?code } WHERE { ?c skos:notation ?code }")
    assert (None, rdflib.RDF.type, LC.City) in graph
    assert "lc:City" in graph.serialize(format="turtle")
    described = small_client.graph("DESCRIBE <https://w3id.org/lcgraph/commitment/2>")
    assert (rdflib.URIRef("https://w3id.org/lcgraph/commitment/2"), rdflib.RDF.type, LC.Commitment) in described


def test_several_threads_share_a_client(small_client: Client) -> None:
    def count(n: int) -> object:
        return small_client.query(f"SELECT ({n} AS ?n) (COUNT(*) AS ?all) {{ ?s a ?o }}", frame="records")[0]["n"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(count, range(24))) == list(range(24))


def test_a_query_of_another_sort_says_how_it_is_asked(small_client: Client) -> None:
    with pytest.raises(QueryError, match=r"graph\(…\)"):
        small_client.query("DESCRIBE <urn:x>")
    with pytest.raises(QueryError, match=r"query\(…\)"):
        small_client.graph("SELECT * { ?s ?p ?o }")
    with pytest.raises(QueryError, match=r"query\(…\)"):
        list(small_client.rows("ASK {}"))


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT", QuerySyntaxError),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", QueryRefused),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", QueryRefused),
        ("SELECT * FROM <urn:elsewhere> { ?s ?p ?o }", QueryRefused),
    ],
)
def test_what_the_service_refuses_is_the_error_that_it_is(
    small_client: Client, query: str, error: type[QueryError]
) -> None:
    with pytest.raises(error) as refused:
        small_client.query(query)
    assert refused.value.remedy is not None
    assert str(refused.value.remedy) in str(refused.value)


def test_errors_are_told_in_the_language_of_the_client(small_service: Served) -> None:
    with Client(small_service.address, language="zh") as client:
        with pytest.raises(QueryRefused, match="改正办法"):
            client.query("DROP ALL")
        with pytest.raises(QueryError, match="此查询的结果是图"):
            client.query("DESCRIBE <urn:x>")


def test_a_query_that_passes_its_deadline_is_asked_once(narrow: Served) -> None:
    with Client(narrow.address) as client, pytest.raises(LimitExceeded) as refused:
        client.query(ENDLESS)
    assert refused.value.limit == "deadline"


def test_a_result_that_is_too_large_is_an_error_and_comes_in_pages(narrow: Served) -> None:
    with Client(narrow.address) as client:
        with pytest.raises(LimitExceeded, match="“page”") as refused:
            client.query("SELECT ?s ?p ?o { ?s ?p ?o }")
        assert refused.value.limit == "rows"
        everything = client.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", frame="records")[0]["n"]
        assert len(client.query("SELECT ?s ?p ?o { ?s ?p ?o }", page=4000)) == everything


def test_an_address_that_is_none_is_refused() -> None:
    for address in ("", "127.0.0.1:8000", "ftp://example.org", "http://", "file:///etc/passwd"):
        with pytest.raises(InputError, match="Write it whole"):
            Client(address)


def test_a_service_that_is_away_is_told_after_all_retries(free_port: int) -> None:
    with Client(f"http://127.0.0.1:{free_port}", retries=1) as client, pytest.raises(Unreachable) as away:
        client.query("ASK {}")
    assert away.value.address == f"http://127.0.0.1:{free_port}/sparql"


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.query("SELECT * { ?s ?p ?o }"),
        lambda client: client.graph("DESCRIBE <urn:x>"),
        lambda client: client.questions(),
    ],
)
def test_an_address_that_is_no_endpoint_is_told(ask: Callable[[Client], object]) -> None:
    page = Reply(body=b"<!DOCTYPE html><p>Welcome", media_type="text/html; charset=utf-8")
    with answering([page]) as (address, _), Client(address) as client, pytest.raises(ServiceError, match="text/html"):
        ask(client)


def test_the_client_says_who_asks_and_takes_compressed_answers() -> None:
    with (
        answering([Reply()]) as (address, asked),
        Client(sparql=f"{address}/any/path", user_agent="project (mail@example.org)", language="zh") as client,
    ):
        assert client.query("SELECT ?a { ?a ?b ?c }", frame="records") == [{"a": "urn:x"}]
    headers = asked[0].headers
    assert asked[0].path == "/any/path"
    assert headers["user-agent"].startswith("project (mail@example.org) lcgraph/")
    assert "gzip" in headers["accept-encoding"]
    assert headers["accept-language"] == "zh"


def test_parameters_that_an_address_has_itself_are_kept() -> None:
    with answering([Reply()]) as (address, asked), Client(sparql=f"{address}/sparql?timeout=1000&key=a+b") as client:
        for query in ("SELECT ?a { ?a ?b ?c }", "SELECT ?a { ?a ?b ?c }" + " " * 3000):
            assert len(client.query(query, default_graphs=["urn:a", "urn:b"])) == 1
    by_get, by_post = asked
    assert (by_get.query["timeout"], by_get.query["key"]) == (["1000"], ["a b"])
    assert by_get.query["default-graph-uri"] == ["urn:a", "urn:b"]
    assert by_post.query == {"timeout": ["1000"], "key": ["a b"]}


def test_a_client_of_an_endpoint_alone_knows_no_questions() -> None:
    with Client(sparql="http://127.0.0.1:9/sparql") as client, pytest.raises(InputError, match="endpoint alone"):
        client.questions()


def test_name_and_password_are_sent_where_they_are_given() -> None:
    with answering([Reply()]) as (address, asked), Client(address, auth=("ann", "secret")) as client:
        client.query("SELECT ?a { ?a ?b ?c }")
    assert asked[0].headers["authorization"].startswith("Basic ")
