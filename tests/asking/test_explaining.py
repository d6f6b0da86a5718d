"""An explanation says step by step why there is evidence, or what is missing where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from support import NOW, SMALL, asking

from lcgraph.asking.answer import Answerer
from lcgraph.asking.explaining import QUESTION, explain, explained
from lcgraph.asking.explanation import Explanation, Statement
from lcgraph.errors import ParameterError
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PROV, RDF, SDMX_DIMENSION
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.reasoning import hermit

CORK, CITY = DEFAULT_BASE + "submission/ie-cork/2016/1", DEFAULT_BASE + "city/ie-cork"
MALE, STRATEGY = f"{CORK}#1.2.2-a.2016.M", f"{CORK}#document-strategy"
FRAMEWORK = DEFAULT_BASE + "graph/framework"
MEASURE, FEATURE, ACTION = (DEFAULT_BASE + item for item in ("measure/1.2.2-a", "feature/1.2.2", "action/2.3"))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers over Cork alone: figures of one measure for two years, gaps, and a document."""
    network = Network(tmp_path_factory.mktemp("explained"), clock=lambda: NOW)
    earlier = SMALL.replace(",2016,", ",2015,").replace("gap,,,,,,,,,,1.2.2-a", "gap,,,,,,,,,,3.1.2-a")
    earlier = "".join(f"{line}\n" for line in earlier.splitlines() if not line.startswith(("document", "target")))
    for name, text in (("cork.csv", SMALL), ("earlier.csv", earlier)):
        network.publish([read(name, text.encode(), network.framework)], "test")
    with asking(network) as answerer:
        yield answerer


def of(answers: Answerer, language: str = "en", **given: str) -> Explanation:
    return explain(answers, {"city": "ie-cork", **given}, language)


def test_evidence_by_a_figure_is_explained_from_the_observation_to_the_commitment(answers: Answerer) -> None:
    found = of(answers, commitment="2")
    assert found.has_evidence
    (action,) = [explained for explained in found.actions if explained.evidence]
    assert action.action.code == "2.3"
    (evidence,) = action.evidence  # of four figures the newest; of two of a year the first by its value cell
    assert evidence.item == MALE
    assert evidence.further == 3
    assert str(evidence.words) == "Unemployment rate: male, 2016: 11 %"
    assert dict(evidence.place) == {"file": "cork.csv", "cell": "value", "line": 5}
    area = Statement(MALE, SDMX_DIMENSION + "refArea", CITY, CORK)
    of_measure = Statement(MALE, LC + "ofMeasure", MEASURE, CORK)
    informs = Statement(MEASURE, LC + "informsDirectly", ACTION, FRAMEWORK)
    for_action = Statement(MALE, LC + "evidenceForAction", ACTION)
    has = Statement(CITY, LC + "hasEvidenceForAction", ACTION)
    conclusion = Statement(CITY, LC + "hasEvidenceForCommitment", DEFAULT_BASE + "commitment/2")
    assert [(step.uses, step.axiom, step.concludes) for step in evidence.steps] == [
        ((area, of_measure), "", None),
        (
            (
                Statement(MEASURE, LC + "measureOf", FEATURE, FRAMEWORK),
                Statement(FEATURE, LC + "addressesDirectly", ACTION, FRAMEWORK),
                informs,
            ),
            "",
            None,
        ),
        ((of_measure, informs), LC + "evidenceForAction", for_action),
        ((area, for_action), LC + "hasEvidenceForAction", has),
        (
            (has, Statement(ACTION, LC + "actionOf", DEFAULT_BASE + "commitment/2", FRAMEWORK)),
            LC + "hasEvidenceForCommitment",
            conclusion,
        ),
    ]
    assert found.conclusion == conclusion


def test_it_is_told_in_plain_words_of_each_language(answers: Answerer) -> None:
    english = of(answers, commitment="2").text("en").splitlines()
    assert english[0] == "Cork has evidence for commitment 2 “Enhancing economic development and cultural prosperity”."
    assert (
        "    1. The observation “Unemployment rate: male, 2016: 11 %” is about Cork and of measure 1.2.2-a." in english
    )
    assert any("feature 1.2.2" in line and "addresses action 2.3 directly" in line for line in english)
    assert "    5. Action 2.3 is an action of commitment 2: so Cork has evidence for commitment 2." in english
    assert "    3 further figures of this measure are evidence in the same way." in english
    assert (
        f"       {MALE.removeprefix(DEFAULT_BASE)} lc:ofMeasure measure/1.2.2-a  [submission/ie-cork/2016/1]" in english
    )
    chinese = of(answers, commitment="2").text("zh")
    assert chinese.splitlines()[0].startswith("科克具有承诺2“")
    assert "故科克具有承诺2的证据。" in chinese
    assert "测量点另有3个数值" in chinese


def test_a_proxy_is_told_as_a_proxy(answers: Answerer, demo_answers: Answerer) -> None:
    assert "proxy" not in of(answers, commitment="2").text("en")
    found = of(demo_answers, action="2.3")
    assert found.as_json("en")["actions"][0]["evidence"][0]["proxy"] == "close"
    assert "[a proxy, close: The definition is near enough to be used in most places.]" in found.text("en")
    assert "[替代数据，接近：定义足够接近，多数场合可用。]" in found.text("zh")


def test_it_tells_the_source_that_a_figure_rests_on_in_the_language_that_is_asked_for(
    answers: Answerer, demo_answers: Answerer
) -> None:
    assert "    Source: Labour force survey\n" in of(answers, commitment="2").text("en")
    assert "    来源：劳动力调查\n" in of(answers, "zh", commitment="2").text("zh")
    (evidence,) = of(demo_answers, action="2.3").as_json("en")["actions"][0]["evidence"]
    assert evidence["source"].startswith("Eurostat, Labour market in cities")
    assert evidence["source_link"].startswith("https://")
    (document,) = of(answers, action="10.2").as_json("en")["actions"][0]["evidence"]
    assert (document["source"], document["source_link"]) == (None, None)  # it is one itself


def test_evidence_by_a_document_is_explained(answers: Answerer) -> None:
    found = of(answers, action="10.2")
    (evidence,) = found.actions[0].evidence
    assert evidence.item == STRATEGY
    assert str(evidence.words) == "Learning strategy"
    supports = Statement(STRATEGY, LC + "supports", DEFAULT_BASE + "action/10.2", CORK)
    for_action = Statement(STRATEGY, LC + "evidenceForAction", DEFAULT_BASE + "action/10.2")
    assert [step.concludes for step in evidence.steps] == [None, for_action, found.conclusion]
    assert evidence.steps[1].axiom == LC + "supports"
    assert supports in evidence.steps[1].uses
    assert found.conclusion.property == LC + "hasEvidenceForAction"


def test_where_there_is_none_it_says_for_each_action_what_is_missing_and_what_would_close_it(answers: Answerer) -> None:
    found = of(answers, commitment="7")
    assert not found.has_evidence
    assert [explained.action.code for explained in found.actions] == ["7.1", "7.2", "7.3", "7.4"]
    (missing,) = found.actions[0].missing
    assert missing.measure.code == "3.1.2-a"
    assert "expected source: expert review" in str(missing.closes)
    assert [(dict(reason)["en"], year) for _, reason, year in missing.declared] == [("not available", 2015)]
    text = found.text("en")
    assert text.startswith("Cork has no evidence for commitment 7 ")
    assert (
        "no figure and no document that is published of the city" in text.splitlines()[0]
    )  # it may have withdrawn one
    assert "for 2015: not available." in text
    assert "Or hand in a document that supports action 7.1." in text


def test_an_action_that_no_measure_informs_needs_a_document(answers: Answerer) -> None:
    found = of(answers, action="2.2")
    assert found.actions[0].missing == ()
    assert "No measure informs action 2.2" in found.text("en")
    assert "行动2.2" in found.text("zh")


def test_of_another_edition_nothing_counts_that_has_no_place_in_it(answers: Answerer) -> None:
    assert of(answers, commitment="2", edition="2013-draft").has_evidence
    with pytest.raises(ParameterError):
        of(answers, commitment="2", edition="2099")


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({}, "commitment"),
        ({"commitment": "2", "action": "2.3"}, "action"),
        ({"commitment": "13"}, "commitment"),
        ({"action": "2.33"}, "action"),
        ({"commitment": "2", "city": "ie-cor"}, "city"),
        ({"commitment": "2", "measure": "1.2.2-a"}, "measure"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_the_parameter(
    answers: Answerer, given: dict[str, str], parameter: str
) -> None:
    with pytest.raises(ParameterError) as error:
        of(answers, **given)
    assert error.value.parameter == parameter


def test_the_json_form_holds_the_steps_with_their_statements_and_graphs(answers: Answerer) -> None:
    said = json.loads(json.dumps(of(answers, commitment="2").as_json("zh")))
    assert said["has_evidence"] is True
    assert said["about"]["kind"] == "commitment"
    assert said["statement"] == {
        "subject": CITY,
        "property": LC + "hasEvidenceForCommitment",
        "object": DEFAULT_BASE + "commitment/2",
        "graph": None,
    }
    steps = said["actions"][2]["evidence"][0]["steps"]
    assert steps[0]["uses"][0]["graph"] == CORK
    assert steps[-1]["concludes"] == said["statement"]
    assert [action["closes"] is None for action in said["actions"]] == [code == "2.3" for code in ACTIONS_OF_2]


ACTIONS_OF_2 = ["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"]


@pytest.mark.parametrize("given", [{"commitment": "2"}, {"action": "10.2"}, {"commitment": "1"}])
def test_a_reasoner_draws_the_conclusion_from_the_graph_of_an_explanation(
    answers: Answerer, given: dict[str, str]
) -> None:
    found = of(answers, **given)
    assert found.has_evidence
    stated = [f"{triple} .\n" for triple in found.triples()]
    terms = resources.read_turtle(resources.directory("ontology") / "lcgraph.ttl", DEFAULT_BASE)
    conclusion = (found.conclusion.subject, found.conclusion.property, found.conclusion.object)
    assert not any(line.startswith(" ".join(f"<{iri}>" for iri in conclusion)) for line in stated)
    said = hermit.find().conclusions(
        [*(f"{quad.triple} .\n" for quad in terms), *stated], frozenset([found.conclusion.property])
    )
    assert said is not None
    assert conclusion in said.facts


def test_the_graph_describes_each_step_and_what_it_uses(answers: Answerer) -> None:
    found = of(answers, commitment="2")
    graph = ox.Store()
    graph.bulk_load(found.turtle().encode(), ox.RdfFormat.TURTLE)
    steps = {quad.subject for quad in graph.quads_for_pattern(None, ox.NamedNode(LC + "byAxiom"), None)}
    assert len(steps) == 3
    for step in steps:
        assert list(graph.quads_for_pattern(step, ox.NamedNode(PROV + "used"), None))
        (made,) = graph.quads_for_pattern(None, ox.NamedNode(PROV + "wasGeneratedBy"), step)
        assert list(graph.quads_for_pattern(made.subject, ox.NamedNode(RDF + "predicate"), None))
    assert found.iri == DEFAULT_BASE + "explanations?city=ie-cork&commitment=2"


def test_explanations_agree_with_the_evidence_of_the_store_for_every_city_commitment_and_action(
    demo_answers: Answerer,
) -> None:
    known = demo_answers.framework
    query = "SELECT ?city ?what { ?city lc:hasEvidenceForCommitment|lc:hasEvidenceForAction ?what }"
    body = json.loads(demo_answers.readers.run(query).body)
    has = {(row["city"]["value"], row["what"]["value"]) for row in body["results"]["bindings"]}
    assert len(has) > 100
    for city in known.cities:
        answer = demo_answers.ask(QUESTION, {"city": city.code}, "en")
        for about in (*known.commitments, *known.actions):
            found = explained(answer, about, known)
            assert found.has_evidence == ((city.iri, about.iri) in has), (city.code, about.code)
            if not found.has_evidence:
                assert all(str(one.closes) for one in found.actions)
