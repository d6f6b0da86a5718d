"""A reasoner finds ontology and data consistent, and its chains give just the evidence that publishing wrote."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyoxigraph as ox
import pytest

from lcgraph.framework.namespaces import DEFAULT_BASE, LC, SDMX_DIMENSION, SDMX_MEASURE, XSD, Names
from lcgraph.language import languages
from lcgraph.publishing.network import Network
from lcgraph.reasoning import sample
from lcgraph.reasoning.check import Check, check, derived
from lcgraph.reasoning.hermit import Fact, Reasoner
from lcgraph.reasoning.sample import Sample

Take = Callable[..., Sample]

CORK, LATER, ESPOO = (
    DEFAULT_BASE + f"submission/{name}/1" for name in ("ie-cork/2016", "ie-cork/2017", "fi-espoo/2016")
)
FEMALE, MALE, STRATEGY = (f"{CORK}#{name}" for name in ("1.2.2-a.2016.F", "1.2.2-a.2016.M", "document-strategy"))
HOUSES, YOUTH = f"{LATER}#1.3.1-a.2017", f"{ESPOO}#1.2.2-b.2016"


def fact(subject: str, name: str, code: str) -> Fact:
    kind = "commitment" if name.endswith("Commitment") else "action"
    return subject, LC + name, f"{DEFAULT_BASE}{kind}/{code}"


FOLLOWS = {
    *(fact(item, "evidenceForAction", "2.3") for item in (FEMALE, MALE, YOUTH)),
    *(fact(item, "evidenceForCommitment", "2") for item in (FEMALE, MALE, YOUTH)),
    fact(HOUSES, "evidenceForAction", "3.1"),
    fact(HOUSES, "evidenceForCommitment", "3"),
    *(fact(STRATEGY, "evidenceForAction", code) for code in ("1.1", "10.2")),
    *(fact(STRATEGY, "evidenceForCommitment", code) for code in ("1", "10")),
    *(fact(DEFAULT_BASE + "city/ie-cork", "hasEvidenceForAction", code) for code in ("1.1", "2.3", "3.1", "10.2")),
    *(fact(DEFAULT_BASE + "city/ie-cork", "hasEvidenceForCommitment", code) for code in ("1", "2", "3", "10")),
    fact(DEFAULT_BASE + "city/fi-espoo", "hasEvidenceForAction", "2.3"),
    fact(DEFAULT_BASE + "city/fi-espoo", "hasEvidenceForCommitment", "2"),
}
"""Worked out by hand: 1.2.2-a and 1.2.2-b inform action 2.3, 1.3.1-a informs 3.1, 2.5.4-a informs none."""


def node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


@pytest.fixture(scope="module")
def checked(small_network: Network, reasoner: Reasoner) -> Check:
    """The check of the whole small network, with every planted contradiction."""
    known = small_network.framework
    with small_network.newest() as found:
        assert found is not None
        every = sample.current(found[1])
        taken = sample.take(found[1], known.names, sample.choose(every, 99), every)
    return check(taken, known, reasoner)


def test_ontology_and_submissions_are_consistent_and_every_class_can_have_members(checked: Check) -> None:
    assert checked.consistent
    assert checked.unsatisfiable == ()
    assert sorted(checked.submissions) == sorted([ESPOO, CORK, LATER])
    assert checked.cities == 2


def test_what_follows_is_just_what_publishing_wrote(checked: Check) -> None:
    assert checked.not_materialised == checked.not_derived == ()
    assert checked.derived == len(FOLLOWS) == 22


def test_each_planted_contradiction_is_found(checked: Check) -> None:
    assert [contradiction.name for contradiction, found in checked.planted if not found] == []
    assert len(checked.planted) >= 15


def test_it_is_good_and_says_so_in_each_language(checked: Check) -> None:
    assert checked.good
    texts = {language: checked.text(language) for language in languages()}
    assert len(set(texts.values())) == len(texts)
    for text in texts.values():
        assert all(line.startswith("ok ") for line in text.splitlines())
        assert len(text.splitlines()) == 4 + len(checked.planted)
    said = json.loads(json.dumps(checked.as_json("zh")))
    assert said["good"] is True
    assert said["differences"] == []


def test_the_evidence_is_written_as_it_follows_from_what_was_taken(
    copied: ox.Store, take: Take, reasoner: Reasoner
) -> None:
    some = take(copied, 2)  # of each city the newest: what Cork handed in for 2016 is not among them
    assert [one.iri for one in some.submissions] == [ESPOO, LATER]
    of_2016 = {told for told in FOLLOWS if told[0].startswith(CORK)}
    assert derived(some, reasoner) == sorted(
        " ".join(f"<{iri}>" for iri in told) + " .\n" for told in FOLLOWS - of_2016
    )


def test_what_the_store_lacks_or_has_too_much_is_named_with_its_direction(
    copied: ox.Store, take: Take, small_network: Network, reasoner: Reasoner
) -> None:
    cork = DEFAULT_BASE + "city/ie-cork"
    lacking = [fact(MALE, "evidenceForCommitment", "2"), fact(cork, "hasEvidenceForAction", "1.1")]
    too_much = [fact(HOUSES, "evidenceForAction", "3.2"), fact(cork, "hasEvidenceForCommitment", "4")]
    for told in lacking:
        (where,) = copied.quads_for_pattern(*map(node, told))
        copied.remove(where)
    for told in too_much:
        subject, prop, value = map(node, told)
        copied.add(ox.Quad(subject, prop, value, node(LATER + "#evidence")))
    found = check(take(copied), small_network.framework, reasoner, plant=False)
    assert found.consistent
    assert found.not_materialised == tuple(sorted(lacking))
    assert found.not_derived == tuple(sorted(too_much))
    assert not found.good
    for told in (*lacking, *too_much):
        assert " ".join(f"<{iri}>" for iri in told) in found.text("en")
    directions = {d["subject"] + d["object"]: d["direction"] for d in found.as_json("en")["differences"]}
    assert sorted(directions.values()) == ["not derived"] * 2 + ["not materialised"] * 2


def test_submissions_that_contradict_the_ontology_are_named_with_the_node(
    copied: ox.Store, take: Take, small_network: Network, reasoner: Reasoner
) -> None:
    another = ox.Literal("5", datatype=node(XSD + "decimal"))
    copied.add(ox.Quad(node(HOUSES), node(SDMX_MEASURE + "obsValue"), another, node(LATER)))
    found = check(take(copied), small_network.framework, reasoner, plant=False)
    assert not found.consistent
    assert found.at_fault == (LATER, HOUSES)
    assert not found.good
    assert HOUSES in found.text("en")


def test_a_network_without_submissions_has_its_ontology_checked(small_network: Network, reasoner: Reasoner) -> None:
    empty = sample.take(None, small_network.framework.names, (), [])
    found = check(empty, small_network.framework, reasoner, plant=False)
    assert found.good
    assert found.submissions == ()
    assert found.statements > 1000


def test_an_observation_of_a_city_that_was_registered_and_of_another_is_a_contradiction(
    copied: ox.Store, take: Take, small_network: Network, reasoner: Reasoner
) -> None:
    """A city that was registered has a code as the others do, so an observation cannot be of it and of another."""
    city = node(DEFAULT_BASE + "city/ie-galway")
    cities = node(Names().graph("cities"))
    copied.add(ox.Quad(city, node("http://www.w3.org/2004/02/skos/core#notation"), ox.Literal("ie-galway"), cities))
    copied.add(ox.Quad(city, node("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), node(LC + "City"), cities))
    copied.add(ox.Quad(node(YOUTH), node(SDMX_DIMENSION + "refArea"), city, node(ESPOO)))
    assert reasoner.conclusions(take(copied).statements(), frozenset()) is None
