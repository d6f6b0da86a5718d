"""How questions are timed: a city question of many cities, and what counts as too slow."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks import questions
from benchmarks.endpoint import Ground
from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.publishing.network import Network


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(resources.directory("queries"), DEFAULT_BASE)


def found(tmp_path: Path, **seconds: float) -> questions.Found:
    ground = Ground("a network", Network(tmp_path / "600" / "network"), tmp_path, tmp_path, 1, 1.0)
    times = {name.replace("_", "-"): [taken, taken, 9.0] for name, taken in seconds.items()}
    return questions.Found(ground, times, {name: [0.001] for name in times}, dict.fromkeys(times, 5))


def test_a_question_of_a_city_is_asked_of_cities_from_all_over_the_alphabet(library: Library) -> None:
    question = library.get("city-commitments")
    assert question is not None
    assert questions.is_of_city(question)
    addresses = questions._addresses(question, [f"c-{n:02d}" for n in range(30)], 3)
    assert [parse_qs(urlsplit(one).query)["city"] for one in addresses] == [["c-00"], ["c-10"], ["c-20"]]
    beside_others, of_network = library.get("peers"), library.get("commitment-cities")
    assert beside_others is not None
    assert of_network is not None
    assert not questions.is_of_city(beside_others)
    assert len(set(questions._addresses(beside_others, ["c-1", "c-2"], 2))) == 2
    of_two = library.get("side-by-side")
    assert of_two is not None
    assert questions.is_of_city(of_two)
    assert not questions.is_of_city(of_network)
    assert len(set(questions._addresses(of_network, ["c"], 3))) == 1


def test_what_grows_with_the_network_or_takes_too_long_is_named(tmp_path: Path) -> None:
    names = {"city-gaps": True, "commitment-cities": False, "coverage-matrix": False}
    small = found(tmp_path, city_gaps=0.05, commitment_cities=0.1, coverage_matrix=0.4)
    large = found(tmp_path, city_gaps=0.05, commitment_cities=0.5, coverage_matrix=0.8)
    city, growth, seconds, repeat, answered = questions._aims(small, large, names)
    assert (city.reached, growth.reached, seconds.reached, repeat.reached, answered.reached) == (
        True,
        False,
        False,
        True,
        True,
    )
    assert "commitment-cities" in growth.came_out
    assert "5.00" in growth.came_out
    assert seconds.came_out.startswith("400 ms (coverage-matrix)")
    large.failed["city-gaps"] = "503"
    assert not questions._aims(small, large, names)[-1].reached
