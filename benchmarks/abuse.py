"""Ordinary questions and queries while hostile ones run, beside the same without them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from benchmarks.importing import imported
from benchmarks.measure import Aim, Outcome, Table, Times, milliseconds
from benchmarks.servers import children
from lcgraph.publishing.network import Network

CORPUS = Path(__file__).with_name("hostile")
ATTACKERS = 4
DEADLINE = 10.0
MEMORY_MB = 512
READERS, QUESTION_READERS = ATTACKERS - 1, 1
ELSEWHERE = "127.0.0.2"
"""From where the attackers ask: an address of this machine other than that of ordinary clients."""
SPARE = 2
"""Processes that stand ready to take the place of killed ones, one for each kind of reader."""
SERVER_MB = 1024
"""What the server itself may take beside its readers: its own code, and the answers that wait for their clients."""

QUESTIONS = ("/cities", "/commitments", "/questions/measures", "/questions/network-coverage", "/graphs/graph/framework")
"""What is asked by ordinary clients; those that a network does not have are left out."""

QUERIES = (
    "SELECT ?c ?l { ?c a lc:Commitment ; skos:prefLabel ?l }",
    "SELECT ?city (COUNT(*) AS ?n) { ?o a qb:Observation ; sdmx-dimension:refArea ?city } GROUP BY ?city",
    "ASK { ?s a lc:Submission }",
    "SELECT ?o ?v { ?o lc:ofMeasure ?m ; sdmx-measure:obsValue ?v } LIMIT 100",
)
"""What a researcher asks of the endpoint."""

WHOLE = {200, 303}
REFUSED = {400, 403, 413, 503}


def generated() -> dict[str, str]:
    """Hostile queries that are too large to be files."""
    deep = 50_000
    names = " ".join(f"<urn:graph:{n}>" for n in range(10_000))
    return {
        "text-of-10-megabytes": "ASK { ?s ?p '" + "x" * (10 * 1024 * 1024) + "' }",
        "comment-of-1-megabyte": "ASK {} #" + "x" * (1024 * 1024 - 16),
        "values-flood": "SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 200_000 + "} VALUES ?y { " + "2 " * 200_000 + "} }",
        "values-flood-of-names": "SELECT * { VALUES ?g { " + names + " } GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?o ?q ?t } }",
        "ten-thousand-graphs": "SELECT * " + "".join(f"FROM <urn:graph:{n}> " for n in range(10_000)) + "{ ?s ?p ?o }",
        "ten-thousand-unions": "SELECT (COUNT(*) AS ?n) { " + " UNION ".join("{ ?s ?p ?o }" for _ in range(10_000)) + " }",
        "ten-thousand-patterns": "ASK { " + " . ".join(f"?s{n} ?p{n} ?s{n + 1}" for n in range(10_000)) + " }",
        "deep-groups": "ASK " + "{" * deep + "}" * deep,
        "deep-brackets": "ASK { FILTER(" + "(" * deep + "1" + ")" * deep + ") }",
        "deep-paths": "ASK { ?s " + "(" * deep + "<urn:p>" + ")" * deep + " ?o }",
        "deep-subselects": "SELECT * { " + "{ SELECT * { " * 5_000 + "?s ?p ?o" + " } }" * 5_000 + " }",
        "long-filter": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER (" + " || ".join(f"?o = {n}" for n in range(30_000)) + ") }",
        "many-columns": "SELECT " + " ".join(f"(CONCAT(STR(?o), '{n}') AS ?v{n})" for n in range(2_000)) + " { ?s ?p ?o }",
    }  # fmt: skip


def corpus() -> dict[str, str]:
    """All hostile queries by name."""
    files = {path.stem: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.rq"))}
    return files | generated()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended.

    :ivar seconds: after which time.
    :ivar outcome: its status; or the limit that was passed; or ``broken off``.
    """

    seconds: float
    outcome: str


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    network = Network(folder / "network")
    for name, table in (("eurostat", "cities.csv"), ("kolada", "municipalities.csv")):
        network.publish(imported(network, name, table).readings, "benchmarks")
    hostile = corpus()
    deadline = 2.0 if quick else DEADLINE
    if quick:
        hostile = dict(list(hostile.items())[::8])
    with _serving(network.directory, deadline) as (address, pid):
        ordinary = _Ordinary(address)
        with _Memory(pid) as memory:
            calm = ordinary.ask_for(5 if quick else 60)
            calm_memory = memory.peak
            stop = threading.Event()
            found: dict[str, list[Ended]] = {}
            asking = threading.Thread(target=lambda: found.update(ordinary.ask_until(stop)))
            asking.start()
            ended = _attack(address, hostile)
            stop.set()
            asking.join()
    return _outcome(calm, found, ended, deadline, (calm_memory, memory.peak))


def _outcome(
    calm: dict[str, list[Ended]],
    abused: dict[str, list[Ended]],
    ended: dict[str, Ended],
    deadline: float,
    memory: tuple[int, int],
) -> Outcome:
    late = {name: one.seconds for name, one in ended.items() if one.seconds > deadline + 1}
    odd = {name: one.outcome for name, one in ended.items() if one.outcome.startswith("failed")}
    wrong = [one for asked in (calm, abused) for found in asked.values() for one in found if one.outcome != "200"]
    bound = (2 * READERS + QUESTION_READERS + SPARE) * MEMORY_MB + SERVER_MB
    rows = []
    for kind in calm:
        for name, asked in (("without", calm), ("with", abused)):
            times = Times(tuple(one.seconds for one in asked[kind]))
            errors = sum(one.outcome != "200" for one in asked[kind])
            p50, p99 = milliseconds(times.median), milliseconds(times.percentile(99))
            rows.append((kind, name, p50, p99, str(len(times.seconds)), str(errors)))
    worst = max(one.seconds for one in ended.values())
    outcomes = Counter(one.outcome for one in ended.values())
    return Outcome(
        title="abuse",
        measured=f"Ordinary clients while {len(ended)} hostile queries run, {ATTACKERS} at a time, with a deadline of "
        f"{deadline:g} s and {MEMORY_MB} MB for each reader, {READERS} and as many for those that take long; and before.",
        tables=[
            Table(("what", "abuse", "p50, ms", "p99, ms", "asked", "errors"), rows),
            Table(("how the hostile queries ended", "queries"), [(name, str(n)) for name, n in outcomes.most_common()]),
        ],
        aims=[
            Aim("no ordinary question or query fails", f"{len(wrong)} failed", not wrong),
            Aim(
                "every hostile query ends within its deadline and one second",
                f"the last after {worst:.1f} s" + (f"; late: {', '.join(late)}" if late else ""),
                not late,
            ),
            Aim("none ends in a way that is not foreseen", f"{len(odd)} did: {odd or 'none'}", not odd),
            Aim(
                f"memory of all processes together stays under {bound:,} MB, which the settings allow",
                f"{memory[1]:,} MB at the most; {memory[0]:,} MB without abuse",
                memory[1] < bound,
            ),
        ],
        figures={
            "hostile": {name: {"seconds": one.seconds, "outcome": one.outcome} for name, one in ended.items()},
            "ordinary": {
                name: {kind: [one.seconds for one in found] for kind, found in asked.items()}
                for name, asked in (("without", calm), ("with", abused))
            },
            "megabytes": {"without": memory[0], "with": memory[1]},
        },
    )


@contextmanager
def _serving(data: Path, deadline: float) -> Iterator[tuple[str, int]]:
    settings = {
        "LCGRAPH_QUERY_SECONDS": f"{deadline:g}",
        "LCGRAPH_QUERY_MEMORY_MB": str(MEMORY_MB),
        "LCGRAPH_READERS": str(READERS),
        "LCGRAPH_QUESTION_READERS": str(QUESTION_READERS),
    }
    command = [str(Path(sys.executable).with_name("lcgraph")), "serve", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, **settings})
    assert process.stderr is not None
    try:
        yield process.stderr.readline().rsplit(" ", 1)[-1].strip(), process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stderr.close()


def _asked(client: httpx.Client, *, path: str = "", query: str = "") -> Ended:
    start = time.perf_counter()
    try:
        answer = client.get(path) if path else client.post("/sparql", data={"query": query})
    except httpx.RemoteProtocolError:
        return Ended(time.perf_counter() - start, "broken off")
    except httpx.HTTPError as error:
        return Ended(time.perf_counter() - start, f"failed: {type(error).__name__}")
    seconds = time.perf_counter() - start
    if answer.status_code in WHOLE:
        return Ended(seconds, "200")
    if answer.status_code not in REFUSED:
        return Ended(seconds, f"failed: {answer.status_code}")
    limit = answer.json().get("limit", "refused")
    return Ended(seconds, f"{answer.status_code} {limit}")


class _Ordinary:
    """Those who ask questions, and those who ask queries as a researcher would; each waits for an answer and asks on."""

    def __init__(self, address: str) -> None:
        self.address = address
        with httpx.Client(base_url=address, timeout=60) as client:
            self.questions = [path for path in QUESTIONS if client.get(path).status_code == 200]

    def ask_for(self, seconds: float) -> dict[str, list[Ended]]:
        """Asks for some time."""
        stop = threading.Event()
        threading.Timer(seconds, stop.set).start()
        return self.ask_until(stop)

    def ask_until(self, stop: threading.Event) -> dict[str, list[Ended]]:
        """Asks, ten times a second at the most, until it is told to stop."""
        found: dict[str, list[Ended]] = {"questions": [], "SPARQL queries": []}

        def ask(kind: str, choices: list[dict[str, str]]) -> None:
            choice = random.Random(2026)
            with httpx.Client(base_url=self.address, timeout=60) as client:
                while not stop.is_set():
                    found[kind].append(_asked(client, **choice.choice(choices)))
                    stop.wait(0.1)

        asking = [
            threading.Thread(target=ask, args=("questions", [{"path": path} for path in self.questions])),
            threading.Thread(target=ask, args=("SPARQL queries", [{"query": query} for query in QUERIES])),
        ]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
        return found


def _attack(address: str, hostile: dict[str, str]) -> dict[str, Ended]:
    """Asks all hostile queries, some at a time; where too many wait, again."""
    waiting = list(hostile.items())
    ended: dict[str, Ended] = {}
    lock = threading.Lock()

    def attack() -> None:
        transport = httpx.HTTPTransport(local_address=ELSEWHERE)
        with httpx.Client(base_url=address, timeout=120, transport=transport) as client:
            while True:
                with lock:
                    if not waiting:
                        return
                    name, query = waiting.pop(0)
                one = _asked(client, query=query)
                while one.outcome == "503 queue":
                    one = _asked(client, query=query)
                with lock:
                    ended[name] = one

    attackers = [threading.Thread(target=attack) for _ in range(ATTACKERS)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    return ended


class _Memory:
    """Watches the memory of a process and its children together.

    :ivar peak: the most that it was, in MB; memory that several of them share is counted once.
    """

    def __init__(self, pid: int) -> None:
        self.peak = 0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak = max(self.peak, sum(map(_megabytes, [self._pid, *children(self._pid)])))


def _megabytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) // 1024
