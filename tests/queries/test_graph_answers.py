"""Every question answers as a graph too, which speaks of what stands in the rows and claims nothing more."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from support import NOW, SMALL, asking

from lcgraph.asking.answer import Answerer
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read


def triples(answers: Answerer, name: str, given: dict[str, str]) -> list[ox.Quad]:
    return list(ox.parse(answers.graph(name, given, "en"), ox.RdfFormat.TURTLE))


def test_the_graph_of_each_question_speaks_of_every_item_of_its_rows(
    few_answers: Answerer, framework: Framework
) -> None:
    terms = {q.subject.value for _, quads in framework.graphs() for q in quads if isinstance(q.subject, ox.NamedNode)}
    for question in few_answers.library:
        given = {name: head.example for name, head in question.head.parameters.items() if head.required}
        rows = few_answers.ask(question.name, given, "en").rows
        if not (rows and question.head.graph):
            continue  # a question without a graph, or one that this network has no answer to
        said = triples(few_answers, question.name, given)
        nodes = {node.value for q in said for node in (q.subject, q.object) if isinstance(node, ox.NamedNode)}
        hidden = [c for c, how in question.head.columns.items() if how.type == "iri" and not how.show]
        items = {str(row[c]) for row in rows for c in hidden if str(row[c]).startswith(DEFAULT_BASE)}
        assert items, question.name
        assert items - nodes == set(), question.name
        own = {q.predicate.value for q in said if q.predicate.value.startswith(LC)}
        assert own - terms == set(), question.name


@pytest.fixture(scope="module")
def satisfied(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network whose only figure is of the one measure that no action asks for."""
    network = Network(tmp_path_factory.mktemp("satisfied"), clock=lambda: NOW)
    kept = [line for line in SMALL.splitlines(keepends=True) if not line.startswith(("gap", "target", "document"))]
    text = "".join(kept[:4]).replace("1.2.2-a,2016,female,12.5,%", "2.5.4-a,2016,,4,")
    network.publish([read("cork.csv", text.encode(), network.framework)], "test")
    return network


def test_a_figure_that_no_action_asks_for_is_shown_but_is_no_evidence(satisfied: Network) -> None:
    with asking(satisfied) as answers:
        (row,) = answers.ask("city-commitments", {"city": "ie-cork"}, "en").rows
        assert (row["commitment_code"], row["action_code"], row["measure_code"], row["value"]) == (
            "8",
            None,
            "2.5.4-a",
            4,
        )
        assert row["relation"] == "no action"
        said = triples(answers, "city-commitments", {"city": "ie-cork"})
        assert str(row["item"]) in {q.subject.value for q in said if isinstance(q.subject, ox.NamedNode)}
        assert [q for q in said if "evidenceFor" in q.predicate.value] == []
        assert answers.ask("commitment-cities", {"commitment": "8"}, "en").rows == ()
        missing = {row["measure_code"] for row in answers.ask("city-gaps", {"city": "ie-cork"}, "en").rows}
        assert "2.5.4-a" not in missing


def test_its_absence_is_a_gap_of_no_action(few_answers: Answerer) -> None:
    rows = few_answers.ask("city-gaps", {"city": "pt-braga", "commitment": "8"}, "zh").rows
    assert rows[-1]["measure_code"] == "2.5.4-a"
    assert [row["measure_code"] for row in rows if row["action_code"] is None] == ["2.5.4-a"]
    assert {row["edition_code"] for row in rows} == {"2013-draft"}
