"""A full form is read, checked and reported, beside pySHACL on the same data; and a folder of a thousand of them."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox

from benchmarks.measure import (
    TIMES_HEAD,
    Aim,
    Contender,
    Outcome,
    Stopwatch,
    Table,
    interleaved,
    milliseconds,
    times_rows,
)
from benchmarks.synthetic import LUMENPORT
from lcgraph.checking import check as checking
from lcgraph.checking import formats, marked_workbook
from lcgraph.checking.check import Checker
from lcgraph.checking.engines import ShaclEngine
from lcgraph.framework.framework import Framework
from lcgraph.publishing.check_many import How, check_many, submissions_in
from lcgraph.publishing.network import Network
from lcgraph.reading import workbook
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission
from lcgraph.reading.table import Assembler

YEARS = 5
SECONDS = 0.3
WORKBOOKS = 1000

OTHER = "walk the sheets: tell rows and columns, read the cells"
"""What the other steps leave over."""

STEPS = (
    (workbook, "inspect", "look through the archive for traps"),
    (workbook, "open_workbook", "open the workbook (openpyxl)"),
    (Assembler, "assemble", "read the values, assemble the submission"),
    (checking, "submission_graph", "write the graph"),
    (checking, "context", "say what else is known"),
    (ShaclEngine, "validate", "validate"),
    (Checker, "check_graph", "word the results"),
    (formats, "text", "report as text"),
)
"""Functions whose time is taken, and what they do. Each step's time is without that of the others."""


def full(submission: Submission) -> Submission:
    """Lumenport's submission with further years, smaller figures each, so that a form of so many years is full."""
    first = min(o.period for o in submission.observations)
    have = {o.period for o in submission.observations}
    years = [submission.year - n for n in range(YEARS) if submission.year - n not in have]
    oldest = [o for o in submission.observations if o.period == first]
    more = tuple(replace(o, period=year) for year in years for o in oldest)
    return replace(submission, observations=(*submission.observations, *more), gaps=())  # each has a figure now


def with_slips(submission: Submission) -> Submission:
    """The same with some figures that cannot be, so that there is something to report."""
    wrong = {5: Decimal(-4), 70: Decimal(700), 140: Decimal("-0.5"), 233: Decimal(5000), 300: Decimal(-1)}
    return replace(
        submission,
        observations=tuple(
            replace(o, value=wrong.get(n, o.value), note=o.note if n % 11 else {})
            for n, o in enumerate(submission.observations)
        ),
    )


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    framework = Framework(cities=ox.parse((LUMENPORT / "city.ttl").read_bytes(), ox.RdfFormat.TURTLE))
    lumenport = read("lumenport.csv", (LUMENPORT / "lumenport.csv").read_bytes(), framework).submission
    assert lumenport is not None
    submission = full(lumenport)
    network = Network(folder / "network")
    network.register("city.ttl", (LUMENPORT / "city.ttl").read_bytes(), "benchmarks")
    today = network.today
    data = write_form(with_slips(submission), framework, [], "en")
    fast, reference = Checker(framework), Checker(framework, "reference")
    reading = read("lumenport.xlsx", data, framework)
    turtle = _turtle(reading, framework)
    watch = Stopwatch()

    def as_text() -> None:
        formats.text(fast.check(read("lumenport.xlsx", data, framework), today), "en")

    def in_steps() -> None:
        with watch.watching(STEPS), watch.step(OTHER):
            as_text()

    def as_workbook() -> None:
        report = fast.check(read("lumenport.xlsx", data, framework), today)
        marked_workbook.marked_workbook(data, report, "en")

    def by_reference() -> None:
        formats.text(reference.check(read("lumenport.ttl", turtle, framework), today), "en")

    rounds = 3 if quick else 15
    times = interleaved(
        [
            Contender("read, check, report as text", as_text),
            Contender("read, check, report as the workbook, marked", as_workbook),
            Contender(
                "the same data as Turtle: read, check by pyshacl, report", by_reference, every=rounds if quick else 5
            ),
        ],
        rounds,
    )
    for _ in range(rounds):
        in_steps()
    whole, _, slow = times.values()
    total = sum(watch.seconds.values())
    results = fast.check(reading, today).results
    many = _folder(folder, write_form(submission, framework, [], "en"), data, 20 if quick else WORKBOOKS)
    observations = len(submission.observations)
    return Outcome(
        title="workbook",
        measured=(
            f"A full form: Lumenport's 79 cells in {YEARS} years, {observations} observations, {len(data) / 1024:,.0f} kB; "
            f"{len(results)} findings. Warm, in one process, from the bytes of the file to the bytes of the report. "
            "Beside it the same submission as Turtle, checked by pySHACL."
        ),
        tables=[
            Table(TIMES_HEAD, times_rows(times, next(iter(times)))),
            Table(
                ("step", "ms", "share"),
                [
                    (name, milliseconds(s / rounds), f"{s / total:.0%}")
                    for name, s in sorted(watch.seconds.items(), key=lambda pair: -pair[1])
                ],
            ),
            Table(tuple(many), [tuple(many.values())]),
        ],
        aims=[
            Aim(
                f"read, checked and reported in under {SECONDS * 1000:.0f} ms",
                f"{milliseconds(whole.median)} ms; pyshacl takes {slow.median / whole.median:.0f} times as long",
                whole.median < SECONDS,
            )
        ],
        figures={
            "observations": observations,
            "results": len(results),
            "times": {name: found.as_json() for name, found in times.items()},
            "steps": {name: s / rounds for name, s in watch.seconds.items()},
            "folder": many,
        },
    )


def _turtle(reading: Reading, framework: Framework) -> bytes:
    graph = reading.graph(framework)
    assert graph is not None
    quads = ox.parse(graph.ntriples(), ox.RdfFormat.N_TRIPLES)
    data = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.TURTLE)
    assert data is not None
    return data


def _folder(folder: Path, good: bytes, bad: bytes, n: int) -> dict[str, str]:
    """Checks a folder of forms, every tenth with slips, as ``lcgraph check FOLDER`` does."""
    forms = folder / "forms"
    forms.mkdir()
    for i in range(n):
        (forms / f"form-{i:04d}.xlsx").write_bytes(good if i % 10 else bad)
    how = How(str(folder / "network"), "", "", "text/plain", "en")
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    checked = list(check_many(submissions_in(forms), how))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert not any(one.error for one in checked)
    assert sum(not one.conforms for one in checked) == len(range(0, n, 10))
    return {
        "a folder of": f"{n:,} forms",
        "processes": str(os.cpu_count()),
        "wall, s": f"{wall:,.1f}",
        "CPU of the processes, s": f"{cpu:,.1f}",
        "forms/s": f"{n / wall:,.1f}",
        "peak memory of a process, MB": f"{after.ru_maxrss / 1024:,.0f}",
    }
