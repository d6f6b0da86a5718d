"""What the benchmarks measure with: contenders in turn, each step's own time, functions that are there."""

from __future__ import annotations

import pytest

from benchmarks import importing, visible, workbook
from benchmarks.measure import Contender, Stopwatch, Times, interleaved


def test_contenders_take_turns_and_what_is_slow_takes_part_less_often() -> None:
    ran: list[str] = []
    contenders = [
        Contender("a", lambda: ran.append("a"), before=lambda: ran.append("before a")),
        Contender("b", lambda: ran.append("b"), every=2),
    ]
    times = interleaved(contenders, rounds=3, warm=False)
    assert ran == ["before a", "a", "b", "before a", "a", "before a", "a", "b"]
    assert {name: len(found.seconds) for name, found in times.items()} == {"a": 3, "b": 2}


def test_percentiles_are_those_of_the_values() -> None:
    times = Times(tuple(float(n) for n in range(101)))
    assert (times.median, times.quartiles, times.percentile(95)) == (50.0, (25.0, 75.0), 95.0)


def test_a_step_has_its_own_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 1.0, 4.0, 10.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(now))
    watch = Stopwatch()
    with watch.step("outer"), watch.step("inner"):
        pass
    assert watch.seconds == {"inner": 3.0, "outer": 7.0}


def test_watching_ends_with_the_block() -> None:
    class Owner:
        def work(self) -> int:
            return 1

    watch, original = Stopwatch(), Owner.work
    with watch.watching([(Owner, "work", "step")]):
        assert Owner().work() == 1
    assert Owner.work is original
    assert list(watch.seconds) == ["step"]


@pytest.mark.parametrize(
    "steps", [importing.STEPS, visible.STEPS, workbook.STEPS], ids=["import", "visible", "workbook"]
)
def test_the_functions_whose_time_is_taken_are_there(steps: tuple[tuple[object, str, str], ...]) -> None:
    assert [(owner, name) for owner, name, _ in steps if not callable(getattr(owner, name, None))] == []
