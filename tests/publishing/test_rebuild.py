"""The store that grew step by step is the one that is built anew, now and as of any moment before."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import EXAMPLES, NOW, SMALL, Clock, asking

from lcgraph.errors import InputError, NotFound
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.store import embedded
from lcgraph.store.readers import Readers

CITY = (EXAMPLES / "fictional-city" / "city.ttl").read_bytes()

steps = st.one_of(
    st.tuples(st.just("publish"), st.lists(st.tuples(st.sampled_from([2014, 2016]), st.integers(1, 3)), max_size=3)),
    st.tuples(st.just("withdraw"), st.tuples(st.sampled_from([2014, 2016]), st.integers(1, 3))),
    st.tuples(st.just("register"), st.integers(1, 2)),
)


def take(network: Network, step: tuple[str, object]) -> None:
    match step:
        case ("publish", list(wanted)):
            texts = (SMALL.replace(",2016,", f",{year},").replace("12.5", str(value)) for year, value in wanted)
            network.publish([read("cork.csv", text.encode(), network.framework) for text in texts], "me")
        case ("withdraw", (year, revision)):
            with suppress(NotFound):
                network.withdraw(f"ie-cork/{year}/{revision}", "a slip", "me")
        case ("register", n):
            network.register("city.ttl", CITY.replace(b"412000", f"41200{n}".encode()), "me")


@settings(max_examples=5, deadline=None)
@given(st.lists(steps, min_size=2, max_size=5), st.sampled_from([10, 100_000]))
def test_after_any_history_the_store_built_anew_is_the_one_that_grew(
    history: list[tuple[str, object]], bulk: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "BULK", bulk)
        clock = Clock()
        network = Network(Path(folder) / "data", clock=clock)
        grown: dict[int, list[str]] = {}
        for day, step in enumerate(history):
            clock.now = NOW + timedelta(days=day)
            take(network, step)
            if network.store.at_a_server and network.archive.last:
                network.adopt()  # it has in each graph as much as the archive makes
            grown[day] = list(network.dump()) if network.archive.last else []
        if network.archive.last:
            network.rebuild()
            assert list(network.dump()) == grown[len(history) - 1]
        for day, lines in grown.items():
            to = Path(folder) / f"day {day}"
            if lines:
                network.rebuild(until=NOW + timedelta(days=day, hours=1), to=to)
                assert list(Network(to).dump()) == lines
        assert list(network.archive.verify()) == []


@pytest.fixture
def revised(tmp_path: Path, clock: Clock) -> Network:
    """A network under a base IRI of its own, whose only submission was revised a day later."""
    network = Network(tmp_path / "data", "https://example.org/net/", clock=clock)
    take(network, ("publish", [(2016, 1)]))
    clock.now = NOW + timedelta(days=1)
    take(network, ("publish", [(2016, 2)]))
    return network


def test_the_network_as_it_was_can_be_asked_verified_and_dumped_by_itself(revised: Network, tmp_path: Path) -> None:
    to = tmp_path / "then"
    before = list(revised.dump())
    revised.rebuild(until=NOW, to=to)
    then = Network(to)
    assert then.base == revised.base
    with Readers(then.store_directory, 1, spare=0, base=then.base) as readers:
        found = readers.run(
            "SELECT ?r { GRAPH ?g { ?s a lc:Submission ; lc:revision ?r ; qb:structure ?x } }", solutions="text/csv"
        )
    assert found.body.split() == [b"r", b"1"]
    with asking(then) as answerer:
        assert answerer.ask("city-commitments", {"city": "ie-cork"}, "en").rows
    assert list(then.archive.verify()) == []
    assert then.rebuild() == then.rebuild()
    assert list(revised.dump()) == before, "the present one is as it was"


def test_the_past_never_takes_the_place_of_the_present(revised: Network) -> None:
    with pytest.raises(InputError, match="past"):
        revised.rebuild(until=NOW)
    with pytest.raises(InputError, match="archive"):
        revised.rebuild(until=NOW, to=revised.directory)


def test_a_past_before_the_first_commit_is_the_framework_alone(revised: Network, tmp_path: Path) -> None:
    revised.rebuild(until=NOW - timedelta(days=1), to=tmp_path / "then")
    assert not any("/submission/" in line for line in Network(tmp_path / "then", revised.base).dump())


def test_a_rebuild_that_meets_damage_names_it_and_leaves_the_store_in_use(revised: Network) -> None:
    before = list(revised.dump())
    path = revised.archive.commit(2).path
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    with pytest.raises(Exception, match=path.name):
        revised.rebuild()
    with Readers(revised.store_directory, 1, spare=0, base=revised.base) as readers:
        assert b"true" in readers.run("ASK { ?s a lc:Submission }").body
    path.write_bytes(whole)
    assert list(revised.dump()) == before


def test_the_archive_alone_is_a_backup(revised: Network, tmp_path: Path) -> None:
    shutil.copytree(revised.directory / "archive", tmp_path / "copy" / "archive")
    copy = Network(tmp_path / "copy")
    copy.catch_up()
    assert list(copy.dump()) == list(revised.dump())


@pytest.mark.embedded("its folder is removed")
def test_a_command_that_asks_first_brings_the_store_up_to_the_archive(revised: Network) -> None:
    shutil.rmtree(revised.store_directory)
    asked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from lcgraph.service.command_line import main; main()",
            "query",
            "-",
            "--format",
            "csv",
            "--data",
            str(revised.directory),
        ],
        input="SELECT ?r { GRAPH ?s { ?s lc:revision ?r ; qb:structure ?x } }",
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.split() == ["r", "2"]


def test_a_store_of_another_version_is_built_anew_before_it_is_asked(
    network: Network, small: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.publish([read("cork.csv", small.encode(), network.framework)], "test")
    before = network.store.state()
    network.catch_up()
    assert network.store.state() == before
    monkeypatch.setattr("lcgraph.store.index.VERSION", 10**6)
    network.catch_up()
    after = network.store.state()
    assert after != before
    network.catch_up()
    assert network.store.state() == after
