"""From the start of publishing until a reader's answer holds the new submission."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from statistics import median

from benchmarks.importing import imported
from benchmarks.measure import Aim, Outcome, Stopwatch, Table, Times, milliseconds
from benchmarks.synthetic import MadeUp
from lcgraph.archive.archive import Archive
from lcgraph.checking.check import Checker
from lcgraph.framework.namespaces import LC, XSD, local_name
from lcgraph.publishing import network as publishing
from lcgraph.publishing.network import Network
from lcgraph.reading import as_table
from lcgraph.reading.reader import Reading, read
from lcgraph.store import embedded
from lcgraph.store.embedded import Writer, newest
from lcgraph.store.readers import Readers

WITHIN = 0.150
AT_ONCE = 100
"""So many submissions are published in one go while the network is made."""

OTHER = "the rest: locks, looking up, hashing"
READER = "reader: open the checkpoint, answer"
STEPS = (
    (Network, "_known", "look whether the known cities changed"),
    (Writer, "open", "open the store"),
    (publishing, "submission_graph", "write the graph"),
    (Checker, "check_graph", "check"),
    (Archive, "append", "archive: hash, pack, write"),
    (os, "fsync", "fsync"),
    (embedded, "change", "work out the evidence"),
    (Writer, "apply", "index"),
    (Writer, "close", "close the store, checkpoint for readers"),
    (shutil, "rmtree", "afterwards: remove an old checkpoint"),
    (Writer, "_tidy", "afterwards: merge files where there are many"),
)
"""Functions whose time is taken, and what they do. Each step's time is without that of the others."""


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    network, commits = Network(folder / "network"), 5 if quick else 25
    made_up = MadeUp(cities=4 if quick else 40, years=10)
    start = time.perf_counter()
    network.register("made-up.ttl", made_up.descriptions(network.base), "benchmarks")
    readings = made_up.readings(network.framework)
    while some := list(islice(readings, AT_ONCE)):
        network.publish(some, "benchmarks")
    made_in = time.perf_counter() - start
    small = list(islice(_small_submissions(network), commits + 1))
    seen, returned = [], []
    steps: dict[str, list[float]] = defaultdict(list)
    with Readers(network.store_directory, 1, spare=0) as readers, ThreadPoolExecutor(1) as observer:
        triples = _ask(readers, "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")
        for n, reading in enumerate(small):
            observed = observer.submit(_observe, readers, newest(network.store_directory), reading)
            watch, start = Stopwatch(), time.perf_counter()
            with watch.watching(STEPS), watch.step(OTHER):
                (outcome,) = network.publish([reading], "benchmarks")
            end = time.perf_counter()
            noticed, answered = observed.result()
            assert outcome.status == "accepted"
            if n == 0:
                continue  # the first one warms everything up
            seen.append(answered - start)
            returned.append(end - start)
            steps[READER].append(answered - noticed)
            for name, seconds in watch.seconds.items():
                steps[name].append(seconds)
    times, whole = Times(tuple(seen)), Times(tuple(returned))
    p50, p95 = times.median, times.percentile(95)
    return Outcome(
        title="visible",
        measured=(
            f"A store of {triples:,} triples: {made_up.cities * made_up.years} submissions of made-up cities with 100 "
            f"observations each, published in {made_in:,.0f} s. Then {commits} small submissions of real cities "
            "(Eurostat), one after the other: from the call of `Network.publish` until a reader process that is "
            "already running has answered a query with all observations of the new submission. The call itself "
            "returns later: it also removes an old checkpoint and, where the database has many files, merges them."
        ),
        tables=[
            Table(
                ("", "p50, ms", "p95, ms", "max, ms"),
                [
                    (name, milliseconds(t.median), milliseconds(t.percentile(95)), milliseconds(max(t.seconds)))
                    for name, t in (("commit to visible", times), ("until the call returns", whole))
                ],
            ),
            Table(
                ("step", "p50, ms", "max, ms"),
                [
                    (name, milliseconds(median(found)), milliseconds(max(found)))
                    for name, found in sorted(steps.items(), key=lambda pair: -median(pair[1]))
                ],
            ),
        ],
        aims=[
            Aim(
                f"under {WITHIN * 1000:g} ms at 1 million triples",
                f"p50 {milliseconds(p50)} ms, p95 {milliseconds(p95)} ms at {triples:,}",
                p95 < WITHIN and triples >= 1_000_000,
            )
        ],
        remarks=["This quick run has fewer triples than the aim is about."] if quick else [],
        figures={
            "triples": triples,
            "seconds to publish them": made_in,
            "visible": times.as_json(),
            "returned": whole.as_json(),
            "steps": steps,
        },
    )


def _observe(readers: Readers, before: str | None, reading: Reading) -> tuple[float, float]:
    """Waits for a new checkpoint and asks for what it should hold.

    :return: when it was noticed, and when the answer was there.
    """
    assert reading.submission is not None
    city, year = reading.submission.city, reading.submission.year
    query = f"""
        SELECT (COUNT(DISTINCT ?observation) AS ?n) WHERE {{
            ?submission a <{LC}Submission> ; <{LC}city> <{city}> ; <{LC}referenceYear> "{year}"^^<{XSD}gYear> .
            GRAPH ?submission {{ ?observation a <{LC}Observation> }}
        }}"""
    while newest(readers.directory) == before:
        time.sleep(0.001)
    noticed = time.perf_counter()
    found, wanted = _ask(readers, query), len(reading.submission.observations)
    answered = time.perf_counter()
    assert found == wanted, f"{found} observations are to be seen, not {wanted}"
    return noticed, answered


def _small_submissions(network: Network) -> Iterator[Reading]:
    """The Eurostat submissions, each as a CSV file that the city could have handed in."""
    for reading in imported(network, "eurostat", "cities.csv").readings:
        submission = reading.submission
        assert submission is not None
        name = f"{local_name(submission.city)}-{submission.year}.csv"
        yield read(name, as_table.to_csv(submission, network.framework).encode(), network.framework)


def _ask(readers: Readers, query: str) -> int:
    said = json.loads(readers.run(query).body)
    return int(said["results"]["bindings"][0]["n"]["value"])
