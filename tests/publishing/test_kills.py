"""A kill at any moment loses nothing that was acknowledged and leaves nothing half-done.

``LCGRAPH_KILLS=1000`` in the environment kills so many times instead of 60.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
import servers

from lcgraph.archive.records import Accepted, Withdrawn
from lcgraph.framework.namespaces import LC, TYPE
from lcgraph.publishing.network import Network
from lcgraph.store.embedded import commit_of

KILLS = int(os.environ.get("LCGRAPH_KILLS", "60"))
PARTS = 3
"""The kills are shared out, so that several processors can take part."""


class Victim:
    """Works on networks and is killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killed.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )

    def work_and_die(self, directory: Path, rng: Random) -> list[str]:
        """Lets it work for a time, kills it, and gives what it had said.

        The time runs from its start, or from its n-th acknowledgement.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{directory}\t{rng.randrange(2**32)}\n")
        self.process.stdin.flush()
        wait_for, seconds = rng.choice([(0, 0.8), (1, 0.1), (4, 0.1), (8, 0.2), (8, 0.4), (10, 0.4)])
        pid, killed = 0, False
        said: list[str] = []
        for line in self.process.stdout:
            assert line.endswith("\n"), "half a line is no acknowledgement"
            if line == "done\n":
                break
            if line.startswith("pid "):
                pid = int(line.split()[1])
            else:
                said.append(line.strip())
            if not killed and len(said) >= wait_for:
                time.sleep(rng.random() * seconds)
                os.kill(pid, signal.SIGKILL)
                killed = True
        assert killed, "it ended by itself: see its error"
        return said


@pytest.fixture
def victim() -> Iterator[Victim]:
    victim = Victim()
    yield victim
    assert victim.process.stdin is not None
    victim.process.stdin.close()
    victim.process.wait(30)
    assert victim.process.stdout is not None
    victim.process.stdout.close()


def state_of(network: Network) -> tuple[set[str], set[str], set[str]]:
    """The submissions that were accepted, those of them that are current, and those that were withdrawn."""
    accepted: set[str] = set()
    ended: set[str] = set()
    withdrawn: set[str] = set()
    for commit in network.archive.commits():
        for event in commit.manifest.events:
            match event:
                case Accepted():
                    accepted.add(event.submission)
                    ended.add(event.supersedes)
                case Withdrawn():
                    ended.add(event.submission)
                    withdrawn.add(event.submission)
    return accepted, accepted - ended, withdrawn


def graphs_in_store(network: Network) -> set[str]:
    with network.newest() as found:
        assert found is not None
        typed = found[1].quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(LC + "Submission"), None)
        return {str(quad.graph_name)[1:-1] for quad in typed}


@pytest.mark.parametrize("part", range(PARTS))
def test_a_kill_loses_nothing_and_leaves_nothing_half_done(tmp_path: Path, victim: Victim, part: int) -> None:
    servers.settle(tmp_path)
    rng = Random(part)
    told = {"published": set[str](), "withdrawn": set[str]()}
    kills = -(-KILLS // PARTS)
    commits = 0
    for kill in range(kills):
        for line in victim.work_and_die(tmp_path, rng):
            verb, _, submission = line.partition(" ")
            if verb in told:
                told[verb].add(submission)
        network = Network(tmp_path)
        assert list(network.archive.verify()) == []
        network.catch_up()
        assert commit_of(network.store.state()) == network.archive.last or not network.archive.last
        accepted, current, withdrawn = state_of(network)
        assert told["published"] <= accepted
        assert told["withdrawn"] <= withdrawn
        commits = network.archive.last
        if commits:
            assert graphs_in_store(network) == current
        if commits and (kill % 10 == 9 or kill == kills - 1):
            grown = list(network.dump())
            if network.store.at_a_server:
                network.adopt()  # the server has in each graph what the archive makes
            network.rebuild()
            assert list(network.dump()) == grown
    assert commits > kills // 4, "most were killed while they worked"
    assert told["published"]
