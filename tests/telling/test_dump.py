"""A dump is made once for each state, however many ask; nobody waits for long, and nothing of it stays behind."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from support import SMALL, until

from lcgraph.errors import LimitExceeded, StoreError
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.telling import dump
from lcgraph.telling.dump import Dump, Dumps


async def asked(dumps: Dumps, times: int) -> list[Dump | BaseException]:
    """What so many get who ask at the same time."""
    return await asyncio.gather(*(dumps.newest() for _ in range(times)), return_exceptions=True)


def being_made() -> bool:
    """Whether a process of ours makes a dump."""
    for process in Path("/proc").iterdir():
        try:
            parent = (process / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]
            if parent == str(os.getpid()) and b"lcgraph.telling.dump" in (process / "cmdline").read_bytes():
                return True
        except (OSError, IndexError):
            continue
    return False


@pytest.fixture
def published(network: Network) -> Network:
    """A network that Cork has published in."""
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "me")
    return network


def test_however_many_ask_at_once_it_is_made_once(published: Network) -> None:
    dumps = Dumps(published)
    (made,) = set(asyncio.run(asked(dumps, 200)))
    assert isinstance(made, Dump)
    assert made.checkpoint == published.store.state()
    assert list(made.path.parent.iterdir()) == [made.path]
    dumps.close()
    assert not made.path.parent.exists()


def test_nobody_waits_for_long_and_the_one_before_is_given_meanwhile(
    published: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dump, "_PATIENCE", 0.0)
    dumps = Dumps(published)

    def newest() -> Dump | BaseException:
        (found,) = asyncio.run(asked(dumps, 1))
        return found

    waiting = asyncio.run(asked(dumps, 200))
    assert all(isinstance(each, LimitExceeded) and each.limit == "queue" for each in waiting)
    assert until(lambda: isinstance(newest(), Dump))
    before = newest()
    published.withdraw("ie-cork/2016/1", "a test", "me")
    assert newest() == before
    assert until(lambda: newest() != before)
    dumps.close()


def test_what_was_begun_before_a_change_is_not_given_after_it(
    published: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    dumps = Dumps(published)
    with monkeypatch.context() as hasty:
        hasty.setattr(dump, "_PATIENCE", 0.0)
        asyncio.run(asked(dumps, 1))
    published.withdraw("ie-cork/2016/1", "a test", "me")
    (made,) = set(asyncio.run(asked(dumps, 50)))
    assert isinstance(made, Dump)
    assert made.checkpoint == published.store.state()
    dumps.close()


@pytest.mark.embedded("it takes away the folder of an embedded store")
def test_each_who_waits_for_what_cannot_be_made_is_told_so(published: Network) -> None:
    dumps = Dumps(published)
    shutil.rmtree(published.store_directory / "checkpoints")
    found = asyncio.run(asked(dumps, 20))
    assert all(isinstance(each, StoreError) for each in found), found
    dumps.close()


def test_what_is_being_made_ends_with_the_service(published: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "_PATIENCE", 0.0)
    dumps = Dumps(published)
    asyncio.run(asked(dumps, 1))
    assert being_made()
    dumps.close()
    assert not being_made()
