"""A city is asked about its newest figure where that is old for the reference year, and only then."""

from __future__ import annotations

from datetime import date

from lcgraph.checking.check import Checker
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.reading.reader import read

TODAY = date(2026, 11, 24)


def rules_broken(year: int, periods: tuple[int, ...], framework: Framework) -> list[str]:
    head = "record,city,year,edition,submitter,key,type,title,publisher,measure,period,value,source"
    lines = [head, f"submission,ie-cork,{year},2013-draft,Council,,,,,,,,", "source,,,,,a,official,Yearbook,CSO,,,,"]
    lines += [f"observation,,,,,,,,,1.2.2-a,{period},5.{period % 10},a" for period in periods]
    reading = read("cork.csv", "\n".join(lines).encode(), framework)
    return [local_name(result.shape) for result in Checker(framework).check(reading, TODAY).results]


def test_a_newest_figure_more_than_five_years_old_is_asked_about(framework: Framework) -> None:
    assert rules_broken(2024, (2018,), framework) == ["NewestFigureTooOld"]
    assert rules_broken(2024, (2019,), framework) == []


def test_the_older_figures_of_a_series_are_its_past(framework: Framework) -> None:
    assert rules_broken(2024, (2012, 2013, 2014, 2023), framework) == []
    assert rules_broken(2024, (2012, 2013, 2014, 2015), framework) == ["NewestFigureTooOld"]


def test_a_reference_year_to_come_makes_no_figure_old(framework: Framework) -> None:
    assert rules_broken(2035, (2025,), framework) == ["YearNotInTheFuture"]
    assert rules_broken(2035, (2022, 2023, 2024, 2025), framework) == ["YearNotInTheFuture"]
