"""The example queries run as they stand, and give what the questions give."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest

from lcgraph.asking import examples
from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library
from lcgraph.asking.values import value_of
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE

NAMES = Library(resources.directory("queries"), DEFAULT_BASE).names
FIND = """
PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?sq ?comment ?query WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:label|rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query }
ORDER BY ?sq"""


def terms(answerer: Answerer, query: str) -> list[dict[str, dict[str, str]]]:
    rows: list[dict[str, dict[str, str]]] = json.loads(answerer.readers.run(query).body)["results"]["bindings"]
    return rows


def found(answerer: Answerer, query: str) -> list[dict[str, str]]:
    return [{name: term["value"] for name, term in row.items()} for row in terms(answerer, query)]


def test_the_examples_are_found_at_the_endpoint_as_editors_look_for_them(demo_answers: Answerer) -> None:
    rows = found(demo_answers, FIND)
    assert {row["sq"].rpartition("#")[2] for row in rows} == set(NAMES)
    assert len(rows) == 2 * len(NAMES), "each described in English and in Chinese"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_gives_the_rows_of_its_question(demo_answers: Answerer, name: str) -> None:
    question = demo_answers.question(name)
    (query,) = {row["query"] for row in found(demo_answers, FIND) if row["sq"].endswith(f"#{name}")}
    given = {key: head.example for key, head in question.head.parameters.items() if head.required}
    answer = demo_answers.ask(name, given, "en")
    columns = question.head.columns.items()
    assert [
        {name: value_of(row.get(name), column.type, "en") for name, column in columns}
        for row in terms(demo_answers, query)
    ] == [dict(row) for row in answer.rows]
    assert answer.rows or question.head.empty


@pytest.mark.parametrize("name", NAMES)
def test_an_example_declares_the_prefixes_that_it_uses(demo_answers: Answerer, name: str) -> None:
    ox.Store().query(examples.runnable(demo_answers.question(name), demo_answers.framework))  # knows no prefix of ours


def test_the_digest_changes_with_the_base() -> None:
    assert examples.digest(DEFAULT_BASE) != examples.digest("https://example.org/")
