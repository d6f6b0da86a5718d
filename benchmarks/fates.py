"""What becomes of a SPARQL server under hostile queries; it is ended before it takes the whole machine's memory."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread

import httpx

from benchmarks.abuse import ELSEWHERE
from benchmarks.comparing import JSON, rows_of
from benchmarks.servers import Server

PATIENCE = 10.0
HOSTILE_SECONDS = 10.0
GUARD_MB = 6 * 1024
ORDINARY = "ASK { ?s a <https://w3id.org/lcgraph/ontology#Submission> }"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a server under hostile queries.

    :ivar asked: ordinary queries that were asked meanwhile.
    :ivar failed: those of them that had no right answer within :data:`PATIENCE`.
    :ivar worst: seconds that the slowest right answer took.
    :ivar megabytes: the most memory that its processes had.
    :ivar ended: how it ended; empty where it lives and answers.
    """

    asked: int
    failed: int
    worst: float
    megabytes: int
    ended: str

    @property
    def is_well(self) -> bool:
        """Whether every ordinary query was answered, and it lives."""
        return not self.failed and not self.ended


def fate(server: Server, queries: Sequence[str], ordinary_query: str = ORDINARY) -> Fate:
    """Asks a server hostile queries, four at a time, and ordinary ones meanwhile; ends it where it takes too much memory."""
    over, ordinary, ended = Event(), [], ""
    peak = 0

    def ask() -> None:
        while not over.is_set():
            ordinary.append(_ordinary(server, ordinary_query))
            over.wait(0.2)

    def attack(query: str) -> None:
        elsewhere = httpx.HTTPTransport(local_address=ELSEWHERE)
        with suppress(httpx.HTTPError), httpx.Client(transport=elsewhere, timeout=HOSTILE_SECONDS + 5) as client:
            if not over.is_set():
                client.get(server.address, params={"query": query}, headers={"Accept": JSON})

    asking = Thread(target=ask)
    asking.start()
    with ThreadPoolExecutor(4) as pool:
        attacks = [pool.submit(attack, query) for query in queries]
        while not all(each.done() for each in attacks):
            peak = max(peak, server.megabytes())
            if not server.lives():
                ended = "its process ended"
            elif peak > GUARD_MB:
                server.kill()
                ended = f"ended by us at {GUARD_MB // 1024} GB"
            if ended:
                over.set()
                break
            time.sleep(0.05)
    if not ended:
        time.sleep(1)
    over.set()
    asking.join()
    if not ended and _ordinary(server, ordinary_query) is None:
        ended = "it answers nobody any longer"
    right = [seconds for seconds in ordinary if seconds is not None]
    return Fate(len(ordinary), len(ordinary) - len(right), max(right, default=0.0), peak, ended)


def _ordinary(server: Server, query: str) -> float | None:
    """Seconds that an ordinary query took; None where it was not answered."""
    start = time.perf_counter()
    try:
        found = httpx.get(server.address, params={"query": query}, headers={"Accept": JSON}, timeout=PATIENCE)
        return time.perf_counter() - start if rows_of(found.content) == Counter([(("", "true"),)]) else None
    except (httpx.HTTPError, ValueError, KeyError):
        return None
