"""Import, check and publish the demonstration network, beside a bulk load of the same triples."""

from __future__ import annotations

import os
from pathlib import Path

import pyoxigraph as ox

from benchmarks.measure import TIMES_HEAD, Aim, Contender, Outcome, Stopwatch, Table, interleaved, times_rows
from benchmarks.synthetic import EXAMPLES
from lcgraph.archive.archive import Archive
from lcgraph.checking.check import Checker
from lcgraph.publishing import network as publishing
from lcgraph.publishing.network import Network
from lcgraph.reading import foreign, mapping
from lcgraph.reading.foreign import ImportedTable
from lcgraph.store import embedded
from lcgraph.store.embedded import Writer

DEMO = EXAMPLES / "demo-network"
TABLES = (("eurostat", "cities.csv"), ("kolada", "municipalities.csv"))
LOADS = 5.0

OTHER = "the rest: looking up, hashing, comparing"
STEPS = (
    (foreign, "read_table", "read the tables by their mappings"),
    (publishing, "submission_graph", "write the graphs"),
    (Checker, "check_graph", "check"),
    (Archive, "append", "archive: hash, pack, write"),
    (os, "fsync", "fsync"),
    (embedded, "change", "read back from the archive, work out the evidence"),
    (Writer, "apply", "index"),
    (Writer, "open", "open the store; for the first table, make it"),
    (Writer, "close", "close the store, checkpoint for readers"),
)
"""Functions whose time is taken, and what they do. Each step's time is without that of the others."""


def imported(network: Network, name: str, table: str) -> ImportedTable:
    """One of the demonstration network's tables as submissions."""
    how_bytes = (DEMO / name / "mapping.yaml").read_bytes()
    how = mapping.load("mapping.yaml", how_bytes, network.framework)
    return foreign.read_table(table, (DEMO / name / table).read_bytes(), how, how_bytes, network.framework)


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    rounds = 1 if quick else 3
    stopwatch = Stopwatch()
    directories = (folder / f"network-{n}" for n in range(rounds + 1))
    stores = (folder / f"store-{n}" for n in range(rounds + 1))
    dump = folder / "dump.nq"
    submissions = 0

    def publish(directory: Path) -> None:
        nonlocal submissions
        network = Network(directory)
        submissions = sum(
            len(network.publish(imported(network, name, table).readings, "benchmarks")) for name, table in TABLES
        )

    def load(directory: Path) -> None:
        ox.Store(str(directory)).bulk_load(path=str(dump), format=ox.RdfFormat.N_QUADS)

    first = next(directories)
    publish(first)  # compiles the shapes, and gives the triples
    ox.Store(str(first / "store" / "writer")).dump(str(dump), ox.RdfFormat.N_QUADS)
    with dump.open("rb") as lines:
        triples = sum(1 for _ in lines)

    def timed() -> None:
        with stopwatch.watching(STEPS), stopwatch.step(OTHER):
            publish(next(directories))

    times = interleaved(
        [
            Contender("pyoxigraph.bulk_load", lambda: load(next(stores))),
            Contender("import, check and publish", timed),
        ],
        rounds,
        warm=False,
    )
    floor, whole = times.values()
    ratio = whole.median / floor.median
    total = sum(stopwatch.seconds.values())
    steps = sorted(stopwatch.seconds.items(), key=lambda pair: -pair[1])
    return Outcome(
        title="import",
        measured=(
            f"Both tables of the demonstration network: {submissions} submissions, which make a store of "
            f"{triples:,} triples (with the framework, the evidence and what is said of the archive). "
            "Beside it `pyoxigraph.bulk_load` of the same triples, from N-Quads, into a new store on disk."
        ),
        tables=[
            Table(
                (*TIMES_HEAD, "triples/s", "submissions/s"),
                [
                    (
                        *row,
                        f"{triples / found.median:,.0f}",
                        "" if found is floor else f"{submissions / found.median:,.0f}",
                    )
                    for row, found in zip(times_rows(times, next(iter(times))), times.values(), strict=True)
                ],
            ),
            Table(
                ("step", "ms", "share"),
                [(name, f"{s / rounds * 1000:,.0f}", f"{s / total:.0%}") for name, s in steps],
            ),
        ],
        aims=[Aim(f"at most {LOADS:g} times bulk_load", f"{ratio:.2f} times", ratio <= LOADS)],
        figures={
            "submissions": submissions,
            "triples": triples,
            "times": {name: found.as_json() for name, found in times.items()},
            "steps": {name: s / rounds for name, s in steps},
        },
    )
