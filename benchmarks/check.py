"""Checking one full submission, beside loading its triples and beside the reference engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from benchmarks.measure import TIMES_HEAD, Aim, Contender, Outcome, Table, interleaved, milliseconds, times_rows
from benchmarks.synthetic import LUMENPORT
from lcgraph.checking.check import Checker
from lcgraph.checking.report import Report
from lcgraph.framework.framework import Framework
from lcgraph.reading.graph import SubmissionGraph
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Observation, Submission

TODAY = date(2026, 11, 24)
LOADS = 4.0
FASTER = 100.0

PartT = TypeVar("PartT")


def run(quick: bool, folder: Path) -> Outcome:  # noqa: ARG001 - nothing is written
    """Runs the benchmark."""
    framework = Framework(cities=ox.parse((LUMENPORT / "city.ttl").read_bytes(), ox.RdfFormat.TURTLE))
    fast, reference = Checker(framework), Checker(framework, "reference")
    csv, turtle = ((LUMENPORT / name).read_bytes() for name in ("lumenport.csv", "lumenport.ttl"))
    from_csv, from_turtle = read("lumenport.csv", csv, framework), read("lumenport.ttl", turtle, framework)
    table_graph, turtle_graph = _graph(from_csv, framework), _graph(from_turtle, framework)
    table_text, turtle_text = table_graph.ntriples(), turtle_graph.ntriples()

    rounds = 5 if quick else 25
    every = rounds if quick else 5
    table = interleaved(
        [
            Contender("pyoxigraph loads the triples (N-Triples)", lambda: _load(table_text, ox.RdfFormat.N_TRIPLES)),
            Contender("check, from the typed submission", lambda: fast.check(from_csv, TODAY)),
            Contender("check, from its graph in memory", lambda: fast.check_graph(from_csv, table_graph, TODAY)),
            Contender("check, from the CSV file", lambda: fast.check(read("l.csv", csv, framework), TODAY)),
            Contender("pyshacl, from the typed submission", lambda: reference.check(from_csv, TODAY), every=every),
            Contender(
                "pyshacl, from its graph in memory",
                lambda: reference.check_graph(from_csv, table_graph, TODAY),
                every=every,
            ),
        ],
        rounds,
    )
    rdf = interleaved(
        [
            Contender("pyoxigraph loads the triples (N-Triples)", lambda: _load(turtle_text, ox.RdfFormat.N_TRIPLES)),
            Contender("pyoxigraph loads the Turtle file", lambda: _load(turtle, ox.RdfFormat.TURTLE)),
            Contender("check, from the graph in memory", lambda: fast.check(from_turtle, TODAY)),
            Contender("check, from the Turtle file", lambda: fast.check(read("l.ttl", turtle, framework), TODAY)),
        ],
        rounds,
    )
    floor, checked, graphed, filed, slow, slow_graphed = table.values()
    rdf_floor, turtle_floor, rdf_checked, rdf_filed = rdf.values()
    whole, damaged = (_same_results(fast, reference, reading) for reading in (from_csv, _damaged(from_csv, framework)))
    loads = max(checked.median / floor.median, rdf_checked.median / rdf_floor.median)
    faster = slow.median / checked.median
    faster_on_graph = slow_graphed.median / graphed.median
    observations = len(from_csv.submission.observations) if from_csv.submission is not None else 0
    return Outcome(
        title="check",
        measured=(
            f"Lumenport's submission: 54 measures, 79 cells, three years, {observations} observations; "
            f"{len(table_graph.statements):,} triples from the CSV file (each record says its line), "
            f"{len(turtle_graph.statements):,} from the Turtle file. A check gives the finished report. "
            "“From the typed submission” writes the graph and validates it; “from the graph in memory” validates it; "
            "“from the … file” also reads the file into the typed model, with every value's place. "
            "The floor is pyoxigraph loading the same triples into a new store in memory."
        ),
        tables=[
            Table(TIMES_HEAD, times_rows(table, next(iter(table)))),
            Table(TIMES_HEAD, times_rows(rdf, next(iter(rdf)))),
        ],
        aims=[
            Aim(f"at most {LOADS:g} times pyoxigraph's load of the same triples", f"{loads:.2f} times", loads <= LOADS),
            Aim(
                f"at least {FASTER:g} times faster than pyshacl",
                f"{faster:,.0f} times ({faster_on_graph:,.0f} times on a graph that is written already)",
                faster >= FASTER,
            ),
            Aim(
                "the same results as pyshacl",
                f"{_told(whole)} on the submission, {_told(damaged)} on a copy with faults of many kinds",
                whole is not None and damaged is not None and damaged > 0,
            ),
        ],
        remarks=[
            (
                "With reading, the whole way from a file to the report takes "
                f"{filed.median / floor.median:.1f} times the load for CSV ({milliseconds(filed.median)} ms) and "
                f"{rdf_filed.median / turtle_floor.median:.1f} times the load of the file for Turtle "
                f"({milliseconds(rdf_filed.median)} ms)."
            )
        ],
        figures={
            "triples": {"csv": len(table_graph.statements), "turtle": len(turtle_graph.statements)},
            "csv": {name: times.as_json() for name, times in table.items()},
            "turtle": {name: times.as_json() for name, times in rdf.items()},
            "results": {"whole": whole, "damaged": damaged},
        },
    )


def _load(data: str | bytes, rdf_format: ox.RdfFormat) -> None:
    ox.Store().load(data, rdf_format)


def _graph(reading: Reading, framework: Framework) -> SubmissionGraph:
    graph = reading.stated or reading.graph(framework)
    assert graph is not None
    return graph


def _told(results: int | None) -> str:
    return (
        "different results" if results is None else f"the same {results} results" if results else "no result by either"
    )


def _same_results(fast: Checker, reference: Checker, reading: Reading) -> int | None:
    """How many results both engines give; None where they differ."""
    found, wanted = (_keys(checker.check(reading, TODAY)) for checker in (fast, reference))
    return found.total() if found == wanted else None


def _keys(report: Report) -> Counter[tuple[object, ...]]:
    return Counter((r.severity, r.place, r.shape, r.focus, r.path, r.component, r.term) for r in report.results)


def _damaged(reading: Reading, framework: Framework) -> Reading:
    """The same submission with a dozen faults of different kinds."""
    submission = reading.submission
    assert submission is not None
    measure = {
        code: framework.edition().measures.code(code).iri for code in ("1.1.3-a", "1.2.2-a", "1.3.1-b", "1.3.2-b")
    }

    def first(code: str) -> Callable[[Observation], bool]:
        return lambda o: o.measure == measure[code] and o.period == 2024

    def the_total(code: str) -> Callable[[Observation], bool]:
        totals = tuple(framework.totals.values())
        return lambda o: first(code)(o) and o.codes == totals

    observations = submission.observations
    observations = _with(observations, first("1.1.3-a"), lambda o: replace(o, value=Decimal(140)))  # past its maximum
    observations = _with(
        observations, the_total("1.2.2-a"), lambda o: replace(o, value=Decimal(50))
    )  # beside its parts
    observations = _with(observations, first("1.3.1-b"), lambda o: replace(o, note={}))  # a broad match without a note
    observations = _with(observations, first("1.3.2-b"), lambda o: replace(o, value=Decimal("3.5")))  # off the scale
    observations = _with(observations, lambda o: o.value == 91, lambda o: replace(o, source=()))  # without a source
    observations = _with(observations, lambda o: o.value == 72, lambda o: replace(o, value=Decimal(-72)))  # negative
    observations = (*observations, replace(observations[0]))  # one figure twice
    mended: Submission = replace(
        submission,
        observations=observations,
        sources=_with(
            _with(submission.sources, lambda s: s.key == "yearbook", lambda s: replace(s, publisher="")),
            lambda s: s.key == "citizen-survey",
            lambda s: replace(s, sample_size=None),
        ),
        gaps=(*submission.gaps, replace(submission.gaps[0], period=2023)),  # a gap where there is a figure
        documents=_with(submission.documents, lambda d: d.key == "festival", lambda d: replace(d, title={})),
    )
    return replace(reading, submission=mended)


def _with(
    parts: tuple[PartT, ...], wanted: Callable[[PartT], bool], change: Callable[[PartT], PartT]
) -> tuple[PartT, ...]:
    """The parts with the first of those wanted changed."""
    at = next(n for n, part in enumerate(parts) if wanted(part))
    return (*parts[:at], change(parts[at]), *parts[at + 1 :])
