"""The sample is the same each time, and has something of everybody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lcgraph.reasoning.sample import Current, choose

SUBMISSIONS = st.lists(st.integers(1, 6), max_size=12).map(
    lambda years: [
        Current(
            f"http://e/submission/city-{city:02}/{2030 - year}/1", f"http://e/city/city-{city:02}", f"by-{city % 3}"
        )
        for city, n in enumerate(years)
        for year in range(n)
    ]
)
"""Up to twelve cities with one to six submissions each, newest first; three bodies hand them in."""


@given(SUBMISSIONS, st.integers(0, 80))
def test_a_sample_has_as_many_as_asked_for_each_once(every: list[Current], size: int) -> None:
    chosen = choose(every, size)
    assert len(chosen) == len(set(chosen)) == min(size, len(every))
    assert set(chosen) <= set(every)
    assert choose(every, size) == chosen


@given(SUBMISSIONS, st.integers(0, 80))
def test_it_covers_everybody_who_handed_in_then_every_city_by_its_newest(every: list[Current], size: int) -> None:
    chosen = choose(every, size)
    by, cities = {one.by for one in every}, {one.city for one in every}
    assert len({one.by for one in chosen}) == min(size, len(by))
    if size >= len(by) + len(cities):
        assert {one.city for one in chosen} == cities
    newest = {one.city: one for one in reversed(every)}
    if size <= len(cities):
        assert set(chosen) <= set(newest.values())
