"""Nothing that a stranger sends makes the service connect to anywhere."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import httpx
import pytest
from service_support import Serve

from lcgraph.publishing.network import Network

QUERIES = {
    "SERVICE": "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
    "in a subselect": "SELECT * {{ {{ SELECT * {{ SERVICE SILENT <{}> {{ ?s ?p ?o }} }} }} }}",
    "in EXISTS": "ASK {{ ?s ?p ?o FILTER EXISTS {{ SERVICE <{}> {{ ?s ?p ?o }} }} }}",
    "in an expression": "SELECT (EXISTS {{ SERVICE <{}> {{}} }} AS ?x) {{}}",
    "by a variable": "SELECT * {{ BIND(<{}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
    "by a prefix": "PREFIX s: <{}> SELECT * {{ SERVICE s: {{ ?s ?p ?o }} }}",
    "by the base": "BASE <{}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "behind a comment": "ASK {{ # }}\nSERVICE # {{\n<{}> {{ ?s ?p ?o }} }}",
    "in escapes": "ASK {{ \\u0053ERVICE <{}> {{ ?s ?p ?o }} }}",
    "in escapes alone": "ASK {{ \\u0053\\u0045\\u0052\\u0056\\u0049\\u0043\\u0045 <{}> {{ ?s ?p ?o }} }}",
    "FROM": "SELECT * FROM <{}> {{ ?s ?p ?o }}",
    "FROM NAMED": "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "FROM by a prefix": "PREFIX s: <{}> ASK FROM s: {{}}",
    "LOAD": "LOAD <{}>",
    "LOAD after a comment": "# SELECT\nLOAD SILENT <{}> INTO GRAPH <urn:g>",
}


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server to which nothing may connect."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/data"
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_that_would_fetch_is_refused_and_fetches_nothing(
    client: httpx.Client, elsewhere: str, name: str
) -> None:
    query = QUERIES[name].format(elsewhere)
    for answer in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", content=query, headers={"Content-Type": "application/sparql-query"}),
    ):
        assert answer.status_code == 403, answer.text
        assert answer.json()["detail"]
        assert answer.json()["remedy"]


def test_graphs_of_the_protocol_are_not_fetched(client: httpx.Client, elsewhere: str) -> None:
    for parameter in ("default-graph-uri", "named-graph-uri"):
        answer = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }", parameter: elsewhere})
        assert answer.status_code == 403
        assert elsewhere in answer.json()["detail"]
    assert client.get("/graphs", params={"graph": elsewhere}).status_code == 404
    assert client.get("/sparql", params={"query": f"DESCRIBE <{elsewhere}>"}).status_code == 200


@pytest.mark.parametrize("engine", ["shacl", "reference"])
def test_what_an_uploaded_file_refers_to_is_not_fetched(
    serve: Serve, demo: Network, elsewhere: str, engine: str
) -> None:
    lc, owl = "https://w3id.org/lcgraph/ontology#", "http://www.w3.org/2002/07/owl#"
    imports = f"<urn:a> a <{lc}Submission>, <{owl}Ontology> ; <{owl}imports> <{elsewhere}> ."
    with serve(demo.directory, LCGRAPH_ENGINE=engine) as served:
        report = served.client.post("/checks?name=a.ttl", content=imports, timeout=100)
        assert report.status_code == 200
        assert report.json()["conforms"] is False
        for context in (elsewhere, [{"a": "urn:a"}, elsewhere], {"@import": elsewhere}):
            file = json.dumps({"@context": context, "@id": "urn:a", "urn:b": "c"})
            refused = served.client.post("/checks?name=a.jsonld", content=file)
            assert refused.status_code == 422
            assert "no address is fetched" in refused.json()["detail"]
