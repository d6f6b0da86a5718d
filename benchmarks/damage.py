"""Forms of real cities, damaged in many ways: which damage is found at its cell, and what else is said."""

from __future__ import annotations

import multiprocessing
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.importing import TABLES, imported
from benchmarks.kinds_of_damage import KINDS, Kind, Spot
from benchmarks.measure import Aim, Outcome, Table
from benchmarks.opened_form import Form
from benchmarks.synthetic import LUMENPORT
from lcgraph.checking.report import Report
from lcgraph.framework.namespaces import local_name
from lcgraph.publishing.claims import ANY, Claim, hold_against
from lcgraph.publishing.network import Network
from lcgraph.reading.as_table import to_workbook
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import read
from lcgraph.reading.submission import PARTS, Source, Submission
from lcgraph.reading.table import in_order

SEED = 1
TRIALS = 40
YEARS = 4
"""So many of its newest years stand in a form: three are a past."""

AIM = 0.99

Key = tuple[str, str | None, str | None, str]
"""A result: severity, sheet, cell, rule."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that is damaged.

    :ivar name: the city's code, the language, and which of its workbooks it is.
    :ivar kind: ``form``, ``wide`` or ``tables``.
    :ivar city: IRI of the city.
    :ivar year: the reference year.
    :ivar lossless: whether reading it gave the submission that it was made of.
    :ivar results: what a check of it finds undamaged.
    :ivar places: kind of damage to how many places it can happen at.
    """

    name: str
    kind: str
    city: str
    year: int
    data: bytes
    lossless: bool = True
    results: Counter[Key] = field(default_factory=Counter)
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trial:
    """One damage, done and checked.

    :ivar found: whether a result of the right rule stands at the right cell.
    :ivar right: how many new violations and warnings stand where the damage was done.
    :ivar other: the rules of those that stand elsewhere.
    :ivar looks_right: whether nothing in the form can tell.
    """

    kind: str
    workbook: str
    found: bool
    right: int
    other: tuple[str, ...]
    looks_right: bool
    new: tuple[Key, ...] = ()
    spot: Spot | None = None


def one_of_a_city(submissions: Iterable[Submission]) -> Submission:
    """A city's submissions of several years as one, for the newest of them."""
    in_order = sorted(submissions, key=lambda s: s.year)
    sources: dict[str, Source] = {source.key: source for s in in_order for source in s.sources}
    used = {key for s in in_order for o in s.observations for key in o.source}
    return replace(
        in_order[-1],
        observations=tuple(o for s in in_order for o in s.observations),
        sources=tuple(sources[key] for key in sorted(sources) if key in used),
    )


def submissions(network: Network) -> dict[str, list[Submission]]:
    """The demonstration network's submissions and Lumenport's, by city."""
    found: dict[str, list[Submission]] = defaultdict(list)
    for name, table in TABLES:
        for reading in imported(network, name, table).readings:
            assert reading.submission is not None
            found[reading.submission.city].append(reading.submission)
    lumenport = read("lumenport.csv", (LUMENPORT / "lumenport.csv").read_bytes(), network.framework).submission
    assert lumenport is not None
    found[lumenport.city].append(lumenport)
    return found


def workbooks(submissions: dict[str, list[Submission]], few: int | None) -> Iterator[tuple[str, str, str, Submission]]:
    """Name, kind, language and submission of each workbook; English and Chinese in turn.

    :param few: of so many cities only.
    """
    cities = sorted(submissions)
    if few is not None:
        cities = [*cities[-few:], *(city for city in cities[:-few] if len(submissions[city]) == 1)]
    for n, city in enumerate(cities):
        whole = one_of_a_city(submissions[city])
        newest = one_of_a_city(_newest_years(submissions[city]))
        here, there = ("en", "zh") if n % 2 else ("zh", "en")
        code = local_name(city)
        alone = len(submissions[city]) == 1
        for language in (here, there) if alone else (here,):
            yield f"{code}-{language}", "form", language, newest
        if n % 3 == 0:
            yield f"{code}-{there}-wide", "wide", there, whole
        if n % 9 == 0:
            yield f"{code}-{there}-tables", "tables", there, newest


def _newest_years(submissions: list[Submission]) -> list[Submission]:
    return sorted(submissions, key=lambda s: s.year)[-YEARS:]


@cache
def _network(directory: str) -> Network:
    return Network(Path(directory))


def prepare(directory: str, name: str, kind: str, language: str, submission: Submission) -> Workbook:
    """Makes a workbook, checks it undamaged, and looks where it can be damaged."""
    network = _network(directory)
    framework = network.framework
    data = (
        to_workbook(submission, framework, language)
        if kind == "tables"
        else write_form(submission, framework, [submission.year], language)
    )
    reading = read(f"{name}.xlsx", data, framework)
    report = network.checker.check(reading, network.today)
    form = Form(data, framework)
    return Workbook(
        name,
        kind,
        submission.city,
        submission.year,
        data,
        in_one_order(reading.submission) == in_one_order(submission),
        _keys(report),
        {k.name: n for k in KINDS.values() if k.form == kind and (n := len(k.places(form)))},
    )


def in_one_order(submission: Submission | None) -> Submission | None:
    """What a submission says, whatever the order in which it stands."""
    if submission is None:
        return None
    parts: dict[str, Any] = {part: tuple(in_order(getattr(submission, part))) for part in PARTS.values()}
    return replace(submission, **parts)


def _keys(report: Report) -> Counter[Key]:
    return Counter(
        (r.severity, r.place.sheet, r.place.cell, local_name(r.shape)) for r in report.results if r.severity != "info"
    )


def try_out(directory: str, workbook: Workbook, wanted: list[tuple[str, int]], seed: int) -> list[Trial]:
    """Damages a workbook in each of some ways, one at a time.

    :param wanted: kinds of damage, each with the number of the trial in this workbook.
    """
    network = _network(directory)
    form = Form(workbook.data, network.framework)
    return [_try(network, workbook, form, KINDS[kind], number, seed) for kind, number in wanted]


def _try(network: Network, workbook: Workbook, form: Form, kind: Kind, number: int, seed: int) -> Trial:
    places = list(kind.places(form))
    Random(f"{seed}/{kind.name}/{workbook.name}").shuffle(places)
    spot = kind.damage(form, places[number % len(places)], Random(f"{seed}/{kind.name}/{workbook.name}/{number}"))
    data = form.saved()
    form.restore()
    reading = read(f"{workbook.name}.xlsx", data, network.framework)
    before = workbook.results
    hold_against(reading, Claim(workbook.city, workbook.year) if kind.claimed else ANY, network.framework)
    report = network.check(reading) if kind.published else network.checker.check(reading, network.today)
    if not kind.rules:
        after = Counter((severity, rule) for severity, _, _, rule in _keys(report).elements())
        new = after - Counter((severity, rule) for severity, _, _, rule in before.elements())
        return Trial(kind.name, workbook.name, not new, 0, tuple(rule for _, rule in new.elements()), False)
    added = list((_keys(report) - before).elements())
    right = [key for key in added if key[1:3] == spot.at or key[1:3] in spot.also]
    return Trial(
        kind.name,
        workbook.name,
        any(key[1:3] == spot.at and kind.sees(key[3]) for key in right)
        or (spot.anywhere and any(kind.sees(key[3]) for key in right)),
        len(right),
        tuple(key[3] for key in added if key not in right),
        spot.looks_right,
        tuple(added),
        spot,
    )


def deal(prepared: list[Workbook], trials: int) -> dict[str, list[tuple[str, int]]]:
    """Which kinds of damage are tried in which workbook: each in as many workbooks as there are for it."""
    wanted: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for kind in KINDS.values():
        fit = [workbook for workbook in prepared if workbook.places.get(kind.name)]
        Random(kind.name).shuffle(fit)
        for n in range(trials if fit else 0):
            wanted[fit[n % len(fit)].name].append((kind.name, n // len(fit)))
    return wanted


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    network = Network(folder / "network")
    network.register("city.ttl", (LUMENPORT / "city.ttl").read_bytes(), "benchmarks")
    network = Network(folder / "network")
    for name, table in TABLES:
        network.publish(imported(network, name, table).readings, "benchmarks")
    by_city = submissions(network)
    made = list(workbooks(by_city, 3 if quick else None))
    directory = str(folder / "network")
    with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
        prepared = list(pool.map(prepare, *zip(*((directory, *one) for one in made), strict=True)))
        wanted = deal(prepared, 2 if quick else TRIALS)
        tried = [w for w in prepared if w.name in wanted]
        trials = [
            trial
            for some in pool.map(
                try_out, [directory] * len(tried), tried, [wanted[w.name] for w in tried], [SEED] * len(tried)
            )
            for trial in some
        ]
    return _outcome(prepared, trials, len(by_city))


def _outcome(prepared: list[Workbook], trials: list[Trial], cities: int) -> Outcome:
    by_kind: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_kind[trial.kind].append(trial)
    rows, missed = [], []
    for kind in KINDS.values():
        some = by_kind[kind.name]
        if not some:
            continue
        tellable = [t for t in some if not t.looks_right]
        found = sum(t.found for t in tellable)
        recall = found / len(tellable) if tellable else 1.0
        right, other = sum(t.right for t in some), sum(len(t.other) for t in some)
        if recall < AIM:
            missed.append(f"{kind.name} ({recall:.0%})")
        rows.append(
            (
                kind.name,
                str(len(some)),
                str(len(some) - len(tellable)) if len(some) > len(tellable) else "",
                str(found),
                f"{recall:.0%}" if kind.rules else "",
                f"{right / (right + other):.0%}" if right + other else "",
                ", ".join(f"{rule} {n}" for rule, n in Counter(r for t in some for r in t.other).most_common(3)),
            )
        )
    before = sum((w.results for w in prepared), Counter[Key]())
    violations = Counter(rule for severity, _, _, rule in before.elements() if severity == "violation")
    warnings = Counter(rule for severity, _, _, rule in before.elements() if severity == "warning")
    lossy = [w.name for w in prepared if not w.lossless]
    return Outcome(
        title="damage",
        measured=(
            f"{len(prepared)} workbooks of {cities} cities: the demonstration network's and Lumenport, in English and "
            f"Chinese, with their newest {YEARS} years, and with all of them side by side. {len(trials)} times one of "
            "them is damaged in one place, saved, read and checked. Found is a new result of the rule that the kind of "
            "damage is for, at the very cell. “Cannot be told” are damages that leave a figure in the measure's range, "
            "among those that cities mostly report and not far from the city's own past: nobody but the city can know, "
            "and recall is of the others. Precision is the share of new violations and warnings that stand where the "
            "damage was done."
        ),
        tables=[
            Table(
                ("kind of damage", "trials", "cannot be told", "found at its cell", "recall", "precision", "elsewhere"),
                rows,
            ),
            Table(
                ("undamaged workbooks", "violations", "warnings", "read with loss"),
                [(str(len(prepared)), str(violations.total()), str(warnings.total()), str(len(lossy)))],
            ),
        ],
        aims=[
            Aim(
                f"every kind found at its cell in at least {AIM:.0%} of trials",
                f"{len(rows) - len(missed)} of {len(rows)} kinds" + (f"; not {', '.join(missed)}" if missed else ""),
                not missed,
            ),
            Aim(
                "no violation in undamaged workbooks, and nothing lost in them",
                f"{violations.total()} violations, {len(lossy)} workbooks read with loss",
                not violations and not lossy,
            ),
        ],
        remarks=[
            "Warnings in undamaged workbooks: "
            + (", ".join(f"{rule} ({n})" for rule, n in warnings.most_common()) or "none")
            + ". They are right: the tables do not tell a survey's sample, and some series ended early."
        ],
        figures={
            "kinds": {
                name: {
                    "trials": len(some),
                    "cannot be told": sum(t.looks_right for t in some),
                    "found": sum(t.found for t in some),
                    "right": sum(t.right for t in some),
                    "elsewhere": Counter(rule for t in some for rule in t.other),
                    "not found": [
                        {"workbook": t.workbook, "at": t.spot.at if t.spot else None, "new": t.new}
                        for t in some
                        if not t.found and not t.looks_right
                    ],
                }
                for name, some in by_kind.items()
            },
            "undamaged": {"violations": violations, "warnings": warnings, "lossy": lossy},
        },
    )
