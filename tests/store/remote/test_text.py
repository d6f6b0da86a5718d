"""A query as a server is asked it means what it meant."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from lcgraph.errors import QueryRefused
from lcgraph.framework.namespaces import PREFIXES
from lcgraph.store.remote.text import asked_as, refuse

DATA = """\
<urn:a> <urn:n> 1 ; <urn:of> <urn:x> .
<urn:b> <urn:n> 2 , 3 ; <urn:of> <urn:x> , <urn:y> .
<urn:c> <urn:n> 4 .
"""

QUERIES = [
    "SELECT ?s ?n { ?s <urn:n> ?n } ORDER BY ?n",
    "SELECT ?s (SUM(?n) AS ?all) { ?s <urn:n> ?n } GROUP BY ?s",
    "SELECT ?s (COUNT(?n) AS ?all) { ?s <urn:n> ?n ; <urn:of> <urn:nothing> } GROUP BY ?s",
    "SELECT ?s ?x (SUM(?n) AS ?all) { ?s <urn:n> ?n ; <urn:of> ?x } GROUP BY ?s ?x ORDER BY ?s ?x",
    "SELECT ?s ?all { { SELECT ?s (SUM(?n) AS ?all) { ?s <urn:n> ?n } GROUP BY ?s } }",
    "SELECT ?s ?all { ?s <urn:of> ?x { SELECT ?s (MAX(?n) AS ?all) WHERE { ?s <urn:n> ?n } GROUP BY ?s } } ORDER BY ?x",
    # within, the same name is another variable, since it is not selected
    "SELECT ?s ?most { ?s <urn:of> <urn:x> { SELECT (MAX(?n) AS ?most) { ?s <urn:n> ?n } } }",
    "SELECT ?s ?n { ?s <urn:n> ?n FILTER (BOUND(?s) && EXISTS { ?s <urn:of> ?x }) } ORDER BY ?s DESC(?n)",
    "SELECT ?s ?n { { ?s <urn:n> ?n } UNION { ?s <urn:of> ?n } } ORDER BY STR(?n)",
    "SELECT ?s ?n { ?s <urn:n> ?n MINUS { SELECT DISTINCT ?s { ?s <urn:of> <urn:y> } } }",
    "SELECT ?s ?n { ?s <urn:n> ?n MINUS { ?s <urn:of> ?x } }",
    "SELECT ?s ?n { ?s <urn:n> ?n MINUS { ?s <urn:of> ?x . ?x ?p ?n } }",
    'SELECT ?s ?n { ?s <urn:n> ?n FILTER (STR(?s) = "urn:b") # not ?s\n } ORDER BY ?n',
    "SELECT * { ?s <urn:n> ?n . { SELECT * { ?s <urn:of> ?x } } } ORDER BY ?n ?x",
]


def rows(query: str, **substitutions: str) -> list[dict[str, str]]:
    store = ox.Store()
    store.load(DATA, ox.RdfFormat.TURTLE)
    given: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple] = {
        ox.Variable(name): ox.NamedNode(value) for name, value in substitutions.items()
    }
    found = store.query(query, substitutions=given or None)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    return [{n: str(v) for n in names if (v := solution[n]) is not None} for solution in found]


@pytest.mark.parametrize("value", ["urn:a", "urn:b", "urn:c", "urn:d"])
@pytest.mark.parametrize("query", QUERIES)
def test_a_value_in_the_text_says_the_same_as_a_value_that_is_bound(query: str, value: str) -> None:
    written = asked_as(query, {"s": f"<{value}>"}, "urn:base")
    bound = [{**row, "s": f"<{value}>"} for row in rows(query, s=value)]
    assert [{**row, "s": f"<{value}>"} for row in rows(written)] == bound


def test_prefixes_are_declared_where_the_query_does_not() -> None:
    written = asked_as("PREFIX lc: <urn:other/> SELECT ?s { ?s lc:a skos:b }", {}, "https://example.org/")
    assert "skos: <http://www.w3.org/2004/02/skos/core#>" in written
    assert written.count("lc:") == 2
    assert written.startswith("BASE <https://example.org/>\n")
    assert asked_as("BASE <urn:x> ASK { <a> ?p ?o }", {}, "urn:base").startswith("BASE <urn:x>")


def test_a_string_with_a_variable_s_name_stays() -> None:
    assert asked_as('ASK { ?s <urn:p> "?city" , ?city }', {"city": "<urn:c>"}, "urn:b").endswith(
        'ASK { ?s <urn:p> "?city" , <urn:c> }'
    )


def test_datatypes_go_by_the_names_that_the_server_was_given() -> None:
    kept = {PREFIXES["geo"] + "wktLiteral": "urn:kept"}
    written = asked_as(f'ASK {{ ?s ?p "x"^^geo:wktLiteral , "y"^^<{PREFIXES["geo"]}wktLiteral> }}', {}, "urn:b", kept)
    assert written.endswith('ASK { ?s ?p "x"^^<urn:kept> , "y"^^<urn:kept> }')
    other = asked_as('PREFIX geo: <urn:mine/> ASK { ?s ?p "x"^^geo:wktLiteral }', {}, "urn:b", kept)
    assert other.endswith('"x"^^geo:wktLiteral }')


@pytest.mark.parametrize("name", ["<bif:http_get>", "<BIF:http_get>", "bif:http_get", "sql:file_open"])
def test_functions_of_the_server_are_refused(name: str) -> None:
    with pytest.raises(QueryRefused, match="line 2"):
        refuse(f"SELECT (1 AS ?x)\n{{ BIND ({name}('x') AS ?y) }}", ("bif:", "sql:"))
    refuse("SELECT ?x { ?x ?p 'bif:now' } # bif:now", ("bif:", "sql:"))
