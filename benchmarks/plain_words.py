"""Questions in plain words: how many are understood, how many are answered with an offer, how many wrongly."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Aim, Outcome, Table, Times, milliseconds
from lcgraph.asking.plain_words import PlainWords, Understanding
from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import SPOKEN

FOLDER = Path(__file__).parents[1] / "tests" / "asking"
SETS: Mapping[str, Path] = {
    "tuned on": FOLDER / "plain_words_tuned.csv",
    "held out": FOLDER / "plain_words_held_out.csv",
}
"""The phrasings that the rules and words were tuned on, and those that were written before and only measured."""

OFFER, REFUSE, EXPLAIN = "offer", "refuse", "explain"
"""What is expected of a phrasing that no question answers, or more than one; of one that asks for a ranking; and of
one that asks why a city has or lacks evidence."""
KINDS = ("right", "offered among others", "offered", "wrong")
"""What comes of a phrasing; of those that are only offered, whether the right question is among the offers."""
AIM = 0.02


@dataclass(frozen=True, slots=True)
class Phrasing:
    """A phrasing of a test set.

    :ivar expected: the question, or :data:`OFFER`, :data:`REFUSE` or :data:`EXPLAIN`.
    :ivar parameters: name to value; empty for one that is to be asked for, since the text does not say it.
    """

    language: str
    text: str
    expected: str
    parameters: Mapping[str, str]


def phrasings(path: Path) -> Iterator[Phrasing]:
    """The phrasings of a file; ``?city`` among its parameters is one that the text leaves out."""
    with path.open(encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            parameters = dict(part.partition("=")[::2] for part in row["parameters"].split())
            named = {name.removeprefix("?"): value for name, value in parameters.items()}
            yield Phrasing(row["language"], row["text"], row["expected"], named)


def judged(phrasing: Phrasing, found: Understanding) -> str:
    """What came of it, one of :data:`KINDS`.

    Right is what is expected, and of a question that lacks a parameter which the text leaves out, that just this
    is told. Wrong is any other answer, offered any other offer.
    """
    if found.understood is not None:
        same = (found.understood.question.name, found.understood.given) == (phrasing.expected, phrasing.parameters)
        return "right" if same else "wrong"
    if found.reasons is not None:
        return "right" if (EXPLAIN, phrasing.parameters) == (phrasing.expected, found.reasons.given) else "wrong"
    if phrasing.expected in (OFFER, REFUSE):
        return "right" if found.refused == (phrasing.expected == REFUSE) else "offered"
    names = {offer.question.name for offer in found.offers}
    if "" in phrasing.parameters.values() and names == {phrasing.expected}:  # with an example, or of the nearest cities
        said = {name: value for name, value in phrasing.parameters.items() if value}
        if all(said.items() <= offer.given.items() for offer in found.offers):
            return "right"
    return "offered among others" if phrasing.expected in names else "offered"


def count(found: Iterable[tuple[Phrasing, str]]) -> Counter[tuple[str, str]]:
    """How many there are of each language and kind."""
    return Counter((phrasing.language, kind) for phrasing, kind in found)


def table(name: str, counts: Counter[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The rows of a set: one for each language."""
    rows = []
    for language in SPOKEN:
        all_of_it = sum(counts[language, kind] for kind in KINDS)
        rows.append((name, language, str(all_of_it), *(str(counts[language, kind]) for kind in KINDS)))
    return rows


HEAD: tuple[str, ...] = (
    "phrasings",
    "language",
    "how many",
    "right",
    "offered, the right one among them",
    "offered",
    "wrong",
)


def run(quick: bool, folder: Path) -> Outcome:  # noqa: ARG001 - all benchmarks are called alike
    """Measures both sets on the whole library."""
    library, known = Library(resources.directory("queries"), DEFAULT_BASE), framework()
    start = time.perf_counter()
    listener = PlainWords(library, known)
    loading = time.perf_counter() - start
    rows: list[tuple[str, ...]] = []
    aims, seconds, wrong_ones = [], [], []
    for name, path in SETS.items():
        found = []
        for phrasing in phrasings(path):
            start = time.perf_counter()
            understood = listener.understand(phrasing.text)
            seconds.append(time.perf_counter() - start)
            found.append((phrasing, judged(phrasing, understood)))
        rows += table(name, count(found))
        wrong = sum(kind == "wrong" for _, kind in found)
        aims.append(
            Aim(
                f"of the phrasings {name} at most {AIM:.0%} are answered wrongly",
                f"{wrong} of {len(found)}",
                wrong <= AIM * len(found),
            )
        )
        wrong_ones += [f"Answered wrongly: “{phrasing.text}”" for phrasing, kind in found if kind == "wrong"]
    times = Times(tuple(seconds))
    aims.append(
        Aim(
            "95 of 100 are understood within 20 ms",
            f"{milliseconds(times.percentile(95))} ms; the median is {milliseconds(times.median)} ms",
            times.percentile(95) < 0.02,
        )
    )
    return Outcome(
        "plain-words",
        f"{len(seconds)} phrasings, {len(library)} questions; to load the words took {1000 * loading:.0f} ms.",
        [Table(HEAD, rows)],
        aims,
        wrong_ones,
        {"rows": rows, "seconds": seconds},
    )
