"""What a submission tells is the same whether its records or its statements are asked."""

from __future__ import annotations

import pyoxigraph as ox
from hypothesis import given
from submission_strategies import submissions

from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.reading import terms
from lcgraph.reading.figures import told_by
from lcgraph.reading.graph import submission_graph
from lcgraph.reading.submission import Submission


@given(submissions())
def test_records_and_statements_tell_the_same(submission: Submission) -> None:
    framework = framework_of()
    graph = submission_graph(submission, framework)
    assert graph.told is not None
    assert graph.told == told_by(graph.iri, graph.statements, list(framework.totals.values()))
    assert list(graph.told.figures) == list(
        told_by(graph.iri, graph.statements, list(framework.totals.values())).figures
    )


def test_lumenport_tells_the_same(lumenport: Submission, lumenport_framework: Framework) -> None:
    graph = submission_graph(lumenport, lumenport_framework)
    totals = list(lumenport_framework.totals.values())
    assert len(graph.tells(totals).figures) == len(lumenport.observations)
    assert graph.told == told_by(graph.iri, graph.statements, totals)


@given(submissions())
def test_the_document_of_a_graph_is_ascii_and_says_what_the_statements_say(submission: Submission) -> None:
    graph = submission_graph(submission, framework_of())
    document = graph.ntriples()
    assert document.isascii()
    told = [str(quad.triple) for quad in ox.parse(document, ox.RdfFormat.N_TRIPLES)]
    plainly = "".join(f"{statement} .\n" for statement in graph.statements)
    assert told == [str(quad.triple) for quad in ox.parse(plainly, ox.RdfFormat.N_TRIPLES)]


def test_characters_beyond_two_bytes_are_escaped_too() -> None:
    assert terms.ntriples(['<a:b> <a:c> "é城🏙"']) == '<a:b> <a:c> "\\u00E9\\u57CE\\U0001F3D9" .\n'
