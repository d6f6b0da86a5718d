"""A deployment has a base IRI of its own: its items move there, the terms of the ontology stay."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SMALL, Clock, asking

from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, LCS, Names, local_name
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

BASE = "https://data.example.org/lc/"
NO_BASES = (
    "foo",
    "https://data.example.org",
    "ftp://data.example.org/",
    "https://a b/",
    "https://e/#",
    "https://e/?q=/",
    "http:///",
    "http://[/",
    "http://e/%zz/",
)


@pytest.fixture(scope="module")
def moved() -> Framework:
    return framework_of(BASE)


@pytest.mark.parametrize("base", NO_BASES)
def test_what_cannot_be_a_base_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base IRI"):
        Names(base)


@pytest.mark.parametrize("base", NO_BASES)
def test_a_network_says_what_a_base_must_be(base: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        Network(tmp_path, base=base)
    assert base in caught.value.tell("en")
    assert "ends with a slash" in caught.value.tell("en")
    assert base in caught.value.tell("zh")


@pytest.mark.parametrize("base", [DEFAULT_BASE, BASE, "http://localhost:8000/", "https://例子.org/学习/"])
def test_an_address_that_ends_in_a_slash_can_be_one(base: str) -> None:
    assert Names(base).city("ie-cork") == base + "city/ie-cork"


def test_items_move_and_terms_stay(moved: Framework) -> None:
    default = framework_of()
    for here, there in (
        (default.actions, moved.actions),
        (default.measures, moved.measures),
        (default.cities, moved.cities),
        (default.countries, moved.countries),
        (default.editions, moved.editions),
    ):
        assert [i.iri.replace(DEFAULT_BASE, BASE) for i in here] == [i.iri for i in there]
        assert here.codes == there.codes


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_nothing_but_terms_and_shapes_is_left_under_the_old_base(folder: str) -> None:
    for path in resources.turtle_files(folder):
        for quad in resources.read_turtle(path, BASE):
            for term in (quad.subject, quad.predicate, quad.object):
                if isinstance(term, ox.NamedNode) and term.value.startswith(DEFAULT_BASE):
                    assert term.value.startswith((LC, LCS)) or term.value.startswith(LC.rstrip("#")), term


def test_the_graph_under_another_base_is_the_same_graph() -> None:
    for path in resources.turtle_files("ontology"):
        moved = [str(quad) for quad in resources.read_turtle(path, BASE)]
        default = [str(quad) for quad in resources.read_turtle(path, DEFAULT_BASE)]
        assert len(moved) == len(default)


def test_rebasing_to_the_default_base_changes_nothing() -> None:
    text = "<https://w3id.org/lcgraph/city/ie-cork> a lc:City"
    assert resources.rebase(text, DEFAULT_BASE) is text


def test_a_network_of_another_base_checks_publishes_and_answers(tmp_path: Path, clock: Clock) -> None:
    network = Network(tmp_path / "data", base=BASE, clock=clock)
    reading = read("cork.csv", SMALL.encode(), network.framework)
    assert network.check(reading).conforms
    network.publish([reading], "test")
    with asking(network) as answers:
        answer = answers.ask("city-commitments", {"city": "ie-cork"}, "en")
    told = answer.json()
    assert BASE + "submission/ie-cork/2016/1" in told
    assert BASE + "action/2.3" in told
    assert DEFAULT_BASE not in told.replace(LC, "")


def test_an_archive_keeps_the_base_it_was_begun_with(tmp_path: Path, clock: Clock) -> None:
    first = Network(tmp_path / "data", base=BASE, clock=clock)
    first.publish([read("cork.csv", SMALL.encode(), first.framework)], "test")
    assert Network(tmp_path / "data").base == BASE
    with pytest.raises(InputError, match="begun with"):
        Network(tmp_path / "data", base="https://elsewhere.example.org/")


@given(st.text("abc-1.", min_size=1), st.sampled_from(["#", "/"]))
def test_a_local_name_is_what_stands_last(name: str, mark: str) -> None:
    assert local_name(f"https://e.org/x{mark}{name}") == name
