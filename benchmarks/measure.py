"""How time is taken: contenders in turn, medians and quartiles, and where time goes."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Any

LIBRARIES = ("pyoxigraph", "shacl", "pyshacl", "rdflib")


@dataclass(frozen=True, slots=True)
class Times:
    """The times that one contender took.

    :ivar seconds: of each repetition, in the order in which they ran.
    """

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median, in seconds."""
        return median(self.seconds)

    @property
    def quartiles(self) -> tuple[float, float]:
        """The first and the third quartile, in seconds."""
        return self.percentile(25), self.percentile(75)

    def percentile(self, n: int) -> float:
        """The n-th percentile, in seconds, between the values measured."""
        if len(self.seconds) == 1:
            return self.seconds[0]
        return quantiles(self.seconds, n=100, method="inclusive")[n - 1]

    def as_json(self) -> dict[str, Any]:
        """For the file of figures."""
        return {"median": self.median, "quartiles": self.quartiles, "seconds": self.seconds}


@dataclass(frozen=True, slots=True)
class Contender:
    """One of those that are measured beside each other.

    :ivar name: what it is called in the table.
    :ivar run: what is timed.
    :ivar before: run first, and not timed.
    :ivar every: takes part in each so-manieth round; more than 1 for what is very slow.
    """

    name: str
    run: Callable[[], object]
    before: Callable[[], object] = lambda: None
    every: int = 1


def interleaved(contenders: Sequence[Contender], rounds: int, *, warm: bool = True) -> dict[str, Times]:
    """Times contenders in turn (A, B, C, A, B, C …), so that a noisy minute hits all of them.

    :param rounds: how often the whole turn is taken.
    :param warm: let each that takes part in every round run once before, without timing it.
    :return: name to times.
    """
    taken: dict[str, list[float]] = defaultdict(list)
    if warm:
        for contender in contenders:
            if contender.every == 1:
                contender.before()
                contender.run()
    gc.collect()
    gc.freeze()  # what one contender keeps in memory shall not slow the collector for another
    try:
        for n in range(rounds):
            for contender in contenders:
                if n % contender.every:
                    continue
                contender.before()
                gc.collect()
                start = time.perf_counter()
                contender.run()
                taken[contender.name].append(time.perf_counter() - start)
    finally:
        gc.unfreeze()
    return {name: Times(tuple(seconds)) for name, seconds in taken.items()}


class Stopwatch:
    """Where time goes among some functions: each step's own time, without that of steps within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within: list[float] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Takes the time of a block."""
        self._within.append(0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            whole = time.perf_counter() - start
            self.seconds[name] += whole - self._within.pop()
            if self._within:
                self._within[-1] += whole

    @contextmanager
    def watching(self, functions: Iterable[tuple[Any, str, str]]) -> Iterator[None]:
        """Takes the time of every call of some functions while the block runs.

        :param functions: owner (a class or module), name of the function, name of the step.
        """
        with ExitStack() as stack:
            for owner, name, step in functions:
                stack.enter_context(self._replaced(owner, name, step))
            yield

    @contextmanager
    def _replaced(self, owner: Any, name: str, step: str) -> Iterator[None]:
        original = getattr(owner, name)

        @wraps(original)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self.step(step):
                return original(*arguments, **named)

        setattr(owner, name, timed)
        try:
            yield
        finally:
            setattr(owner, name, original)


# what came out


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in rows."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Aim:
    """What was aimed at and what came out.

    :ivar says: the aim, in words.
    :ivar came_out: what came out, in words.
    :ivar reached: whether that is enough.
    """

    says: str
    came_out: str
    reached: bool


@dataclass(slots=True)
class Outcome:
    """What a benchmark gave.

    :ivar title: its name.
    :ivar measured: what was measured, in sentences.
    :ivar figures: for the file of figures.
    """

    title: str
    measured: str
    tables: list[Table] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


def milliseconds(seconds: float) -> str:
    """A time for a table, in milliseconds with three digits that count."""
    value = seconds * 1000
    return f"{value:,.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def times_rows(times: dict[str, Times], floor: str) -> list[tuple[str, ...]]:
    """Rows of name, median, quartiles and how many times the floor's median that is."""
    least = times[floor].median
    return [
        (
            name,
            milliseconds(found.median),
            " – ".join(map(milliseconds, found.quartiles)),
            str(len(found.seconds)),
            f"{found.median / least:,.2f}",
        )
        for name, found in times.items()
    ]


TIMES_HEAD = ("", "median, ms", "quartiles, ms", "repetitions", "times the floor")


# the machine


def machine() -> dict[str, str]:
    """What the figures depend on, as far as it can be found out."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found = {
        "processor": _processor(),
        "cores": str(cores),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        **{name: version(name) for name in LIBRARIES},
    }
    if hasattr(os, "getloadavg"):
        found["load at the start"] = f"{os.getloadavg()[0]:.1f}"
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
