"""Nothing that a submission says is lost in the form, whatever it says."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from submission_strategies import submissions
from support import import_demo

from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.language import languages
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission
from lcgraph.reading.table import in_order

few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # to shrink an example would take minutes
)


def comes_back(submission: Submission, framework: Framework, language: str) -> None:
    reading = read("form.xlsx", write_form(submission, framework, [submission.year], language), framework)
    assert reading.findings == []
    assert reading.submission == submission


@st.composite
def odd_submissions(draw: st.DrawFn) -> Submission:
    """Submissions with figures that the sheets of the figures have no row for."""
    framework, submission = framework_of(), draw(submissions())
    splits = [code.iri for code in framework.codes("setting")]
    units = [unit.iri for unit in framework.units]
    more = [
        replace(
            observation,
            setting=draw(st.sampled_from(splits)),
            unit=draw(st.sampled_from(units)),
            value=observation.value + draw(st.sampled_from([0, 1])),
        )
        for observation in submission.observations
    ]
    targets = [
        replace(target, period=target.period + draw(st.integers(1, 9)), setting=draw(st.sampled_from(splits)))
        for target in submission.targets
        for _ in range(draw(st.integers(0, 5)))
    ]
    gaps = [replace(gap, setting=draw(st.sampled_from(splits)), period=gap.period - 1) for gap in submission.gaps]
    return replace(
        submission,
        observations=tuple(in_order([*submission.observations, *more])),  # type: ignore[arg-type]  # what goes in comes out
        targets=tuple(in_order([*submission.targets, *targets])),  # type: ignore[arg-type]  # what goes in comes out
        gaps=tuple(in_order([*submission.gaps, *gaps])),  # type: ignore[arg-type]  # what goes in comes out
    )


def alike(one: Submission, other: Submission) -> bool:
    """Whether two submissions say the same, in whatever order."""
    parts = ("observations", "gaps", "targets")
    heads = [replace(submission, observations=(), gaps=(), targets=()) for submission in (one, other)]
    return heads[0] == heads[1] and all(
        len(getattr(one, part)) == len(getattr(other, part))
        and all(getattr(one, part).count(record) == getattr(other, part).count(record) for record in getattr(one, part))
        for part in parts
    )


@few
@given(submissions(), st.sampled_from(languages()))
def test_any_submission_comes_back_whole(submission: Submission, language: str) -> None:
    comes_back(submission, framework_of(), language)


@few
@given(odd_submissions(), st.sampled_from(languages()))
def test_figures_without_a_row_come_back_too(submission: Submission, language: str) -> None:
    framework = framework_of()
    reading = read("form.xlsx", write_form(submission, framework, [submission.year], language), framework)
    assert reading.findings == []
    assert reading.submission is not None
    assert alike(reading.submission, submission)


def test_a_long_series_stands_side_by_side_as_far_as_it_can(
    lumenport: Submission, lumenport_framework: Framework
) -> None:
    first = lumenport.observations[0]
    series = [replace(first, period=year, value=Decimal(year)) for year in range(1950, 2025)]
    comes_back(
        replace(lumenport, observations=tuple(sorted(series, key=lambda o: o.period))), lumenport_framework, "en"
    )


@pytest.mark.parametrize("table", [("eurostat", "cities.csv"), ("kolada", "municipalities.csv")])
def test_submissions_of_the_demonstration_network_come_back_whole(table: tuple[str, str], framework: Framework) -> None:
    readings: list[Reading] = import_demo(framework, *table).readings
    for number, reading in enumerate(readings[:: max(1, len(readings) // 6)][:6]):
        assert reading.submission is not None
        comes_back(reading.submission, framework, languages()[number % 2])
