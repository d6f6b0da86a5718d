"""The made-up network that is measured with: the same each time, and fit to be published."""

from __future__ import annotations

from itertools import islice

import pyoxigraph as ox

from benchmarks.synthetic import MadeUp
from lcgraph.framework.framework import Framework
from lcgraph.publishing.network import Network
from lcgraph.store.embedded import canonical_lines


def test_the_same_seed_gives_the_same_network(framework: Framework) -> None:
    once, again = ("".join(MadeUp(2, 2, seed=7).lines(framework)) for _ in range(2))
    assert once == again
    assert once != "".join(MadeUp(2, 2, seed=8).lines(framework))
    assert MadeUp(2, 2, seed=7).descriptions() == MadeUp(2, 2, seed=7).descriptions()


def test_a_large_network_begins_as_a_small_one_does(framework: Framework) -> None:
    large = MadeUp(cities=600, years=10).submissions(framework)
    assert list(islice(large, 20)) == list(MadeUp(cities=2, years=10).submissions(framework))


def test_the_cities_differ(framework: Framework) -> None:
    first, second = MadeUp(2, 1).submissions(framework)
    assert [o.value for o in first.observations] != [o.value for o in second.observations]


def test_what_is_made_is_read_back_without_loss(network: Network) -> None:
    made = MadeUp(2, 2)
    network.register("made-up.ttl", made.descriptions(), "test")
    assert [r.submission for r in made.readings(network.framework)] == list(made.submissions(network.framework))


def test_every_submission_conforms_and_is_published(network: Network) -> None:
    made = MadeUp(3, 4)
    network.register("made-up.ttl", made.descriptions(), "test")
    assert [city.fictional for city in network.framework.cities if "made-up" in city.code] == [True] * 3
    outcomes = network.publish(made.readings(network.framework), "test")
    assert [outcome.status for outcome in outcomes] == ["accepted"] * 12
    assert [outcome.report.results for outcome in outcomes] == [()] * 12  # not even a warning
    assert {len(o.reading.submission.observations) for o in outcomes if o.reading.submission} == {100}


def test_a_bare_store_holds_what_a_published_network_says_of_the_cities(network: Network) -> None:
    made = MadeUp(1, 2)
    network.register("made-up.ttl", made.descriptions(), "test")
    network.publish(made.readings(network.framework), "test")
    bare = ox.Store()
    bare.load("".join(made.lines(network.framework)), ox.RdfFormat.N_QUADS)
    # beside it a published network only says in which file and on which line a record stood
    assert set(canonical_lines(bare)) < set(network.dump())
