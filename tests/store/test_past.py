"""Stores of the past: each is made once, from the archive; few are kept; a killed maker leaves nothing broken."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from support import NOW, SMALL, Clock, until

from lcgraph.errors import ArchiveDamaged, LimitExceeded, StoreError
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.store.limits import QueryLimits
from lcgraph.store.past import Maker, Past, PastReaders
from lcgraph.store.readers import Readers

COUNT = "SELECT (COUNT(?s) AS ?n) { GRAPH ?g { ?s a lc:Submission } }"
YEARS = (2013, 2014, 2015, 2016)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network with a commit on each of four days; nobody changes it."""
    clock = Clock()
    network = Network(tmp_path_factory.mktemp("past") / "data", clock=clock)
    for number, year in enumerate(YEARS):
        clock.now = NOW + timedelta(days=number)
        network.publish([read("f.csv", SMALL.replace("2016", str(year)).encode(), network.framework)], "test")
    return network


@pytest.fixture
def network(published: Network, tmp_path: Path) -> Network:
    """A copy of it."""
    shutil.copytree(published.directory, tmp_path / "data")
    return Network(tmp_path / "data", published.base)


@pytest.fixture
def past(network: Network) -> Past:
    return Past(network.store_directory, network.archive, network.base, keep=2)


@contextmanager
def reading(past: Past, network: Network, make: object = None) -> Iterator[PastReaders]:
    with Readers(network.store_directory, 1, spare=0) as present:
        readers = PastReaders(past, present, 1, QueryLimits(), make)  # type: ignore[arg-type]  # a Make, or None
        yield readers
        readers.close()


def count(readers: PastReaders, commit: int) -> str:
    return readers.run(commit, COUNT, solutions="text/csv").body.decode().split()[1]


def made(past: Past) -> list[int]:
    """The commits of which there is a store."""
    folders = [path.name for path in past.directory.iterdir() if path.is_dir()] if past.directory.exists() else []
    assert not any(name.startswith(".") for name in folders)
    return sorted(int(name.partition("-")[0]) for name in folders)


def test_a_query_is_answered_as_of_any_commit_and_the_newest_needs_no_store_of_its_own(
    past: Past, network: Network
) -> None:
    with reading(past, network) as readers:
        assert [count(readers, commit) for commit in range(5)] == ["0", "1", "2", "3", "4"]
    assert 4 not in made(past)


def test_the_commit_of_a_moment_is_the_last_one_until_then(past: Past) -> None:
    at = [NOW + timedelta(days=days) for days in (-1, 0, 0.5, 1, 3, 1000)]
    assert [past.commit_at(moment) for moment in at] == [0, 1, 1, 2, 4, 4]


def test_those_that_were_asked_last_are_kept(past: Past, network: Network) -> None:
    with reading(past, network) as readers:
        for commit in (1, 2, 1, 3):
            count(readers, commit)
            time.sleep(0.01)
        assert made(past) == [1, 3]
        assert count(readers, 2) == "2"


def test_one_that_is_read_is_not_removed(past: Past) -> None:
    with past.held(1, past.make) as folder:
        for commit in (2, 3, 0):
            past.make(commit)
        assert (folder / "newest").exists()
    past.make(2)
    assert 1 not in made(past)


def test_several_that_ask_at_once_make_one_store(past: Past, network: Network) -> None:
    maker = Maker(past, network.directory, 60, 8)
    with reading(past, network, maker.make) as readers, ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: count(readers, 2), range(4))) == {"2"}
    assert made(past) == [2]
    inodes = {path.stat().st_ino for path in past.directory.iterdir()}
    maker.make(2)
    maker.close()
    assert {path.stat().st_ino for path in past.directory.iterdir()} == inodes


def test_who_asks_is_told_to_come_again_where_it_takes_longer_and_finds_it_made_then(
    past: Past, network: Network
) -> None:
    maker = Maker(past, network.directory, 0.0, 8)
    with pytest.raises(LimitExceeded, match="being brought back") as refused:
        maker.make(2)
    assert refused.value.limit == "queue"
    assert until(lambda: past.is_there(2))
    maker.make(2)
    maker.close()


def test_too_many_that_wait_are_refused_at_once(past: Past, network: Network) -> None:
    maker = Maker(past, network.directory, 60, 0)
    past.directory.mkdir(parents=True, exist_ok=True)
    with (past.directory / "lock").open("a") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever makes one waits
        first = threading.Thread(target=maker.make, args=(1,))
        first.start()
        assert until(lambda: maker._at_work is not None)
        with pytest.raises(LimitExceeded):
            maker.make(2)
    first.join()
    assert made(past) == [1]
    maker.close()


@pytest.mark.parametrize("after", [0.0, 0.02, 0.1])
def test_a_maker_that_is_killed_leaves_nothing_that_is_taken_for_a_store(
    past: Past, network: Network, after: float
) -> None:
    command = [sys.executable, "-m", "lcgraph.store.past", str(network.directory), past.base, "2", "2", past.name(2)]
    process = subprocess.Popen(command)
    assert until(lambda: past.directory.exists() or process.poll() is not None)
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with reading(past, network) as readers:
        assert count(readers, 2) == "2"
        assert count(readers, 1) == "1"
    assert made(past) == [1, 2]


def test_what_cannot_be_made_is_an_error_and_not_an_answer(past: Past, network: Network) -> None:
    commit = network.archive.commit(1).path
    commit.chmod(0o644)
    commit.write_bytes(commit.read_bytes()[:-2000])
    maker = Maker(past, network.directory, 60, 8)
    with pytest.raises((ArchiveDamaged, StoreError)):
        maker.make(3)
    maker.close()
    assert made(past) == []


def test_a_maker_of_another_version_makes_nothing_that_nobody_would_find(
    past: Past, network: Network, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lcgraph.store.index.VERSION", 10**6)  # of this process alone
    maker = Maker(past, network.directory, 60, 8)
    with pytest.raises(StoreError):
        maker.make(2)
    assert "Start the service again" in capfd.readouterr().err


def test_a_store_that_was_made_with_another_ontology_is_not_taken(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    past.make(1)
    monkeypatch.setattr("lcgraph.store.index.VERSION", 10**6)
    anew = Past(past.directory.parent, past.archive, past.base)
    assert not anew.is_there(1)
