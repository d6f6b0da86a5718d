"""Values stand in the text of a query in place of its variables."""

from __future__ import annotations

import pytest

from lcgraph.sparql import tokens
from lcgraph.store.bound import with_values


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        ("SELECT ?city ?x { ?x lc:city ?city }", "SELECT (<c> AS ?city) ?x { ?x lc:city <c> }"),
        ("SELECT ?x { { SELECT ?city ?x { ?x lc:city ?city } } }", "SELECT ?x { { SELECT  ?x { ?x lc:city <c> } } }"),
        (
            "SELECT ?n { { SELECT ?city (COUNT(?x) AS ?n) { ?x lc:city ?city } GROUP BY ?city } }",
            'SELECT ?n { { SELECT  (COUNT(?x) AS ?n) { ?x lc:city <c> }  GROUP BY ("" AS ?lcgraph_group) } }',
        ),
        ('SELECT ?x { ?x rdfs:label "?city" }', 'SELECT ?x { ?x rdfs:label "?city" }'),
        ("SELECT ?x { FILTER (?cityname = ?city) }", "SELECT ?x { FILTER (?cityname = <c>) }"),
    ],
)
def test_a_value_stands_in_place_of_its_variable(query: str, bound: str) -> None:
    assert with_values(list(tokens(query)), {"city": "<c>"}) == bound
