"""Where a total contradicts its parts, the one that would be right in another unit is pointed at, and the unit named."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOW

from lcgraph.checking.check import Checker
from lcgraph.checking.report import Result
from lcgraph.checking.slips import odd_one_out
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.reading.reader import read

LINES = {"total": 4, "male": 5, "female": 6}


def results(measure: str, figures: dict[str, str], framework: Framework) -> list[Result]:
    lines = [
        "record,city,year,edition,submitter,key,type,title,publisher,measure,period,sex,value,source",
        "submission,ie-cork,2016,2013-draft,Council,,,,,,,,,",
        "source,,,,,a,official,Yearbook,CSO,,,,,",
    ]
    lines += [f"observation,,,,,,,,,{measure},2016,{sex},{figures[sex]},a" for sex in LINES]
    reading = read("cork.csv", "\n".join(lines).encode(), framework)
    return list(Checker(framework).check(reading, NOW.date()).results)


@pytest.mark.parametrize(
    ("measure", "figures", "odd", "said"),
    [
        ("1.1.1-a", ("0.71", "70", "72"), "total", "0.71 may be a fraction where per cent is asked: 71 %."),
        ("1.1.1-a", ("71", "0.73", "70"), "male", "0.73 may be a fraction where per cent is asked: 73 %."),
        ("1.1.1-a", ("71", "70.5", "0.72"), "female", "0.72 may be a fraction where per cent is asked: 72 %."),
        ("1.2.2-a", ("1200", "11", "12.5"), "total", "1200 may be a hundred times too large: 12 %."),
        ("2.1.1-a", ("0.885", "90", "87"), "total", "0.885 may be a fraction where per cent is asked: 88.5 %."),
    ],
)
def test_the_figure_that_another_unit_would_make_right_is_pointed_at(
    measure: str, figures: tuple[str, str, str], odd: str, said: str, framework: Framework
) -> None:
    (result,) = [
        r
        for r in results(measure, dict(zip(LINES, figures, strict=True)), framework)
        if local_name(r.shape) == "TotalBetweenItsParts"
    ]
    assert (result.place.line, result.place.cell) == (LINES[odd], "value")
    assert result.value == dict(zip(LINES, figures, strict=True))[odd]
    assert result.remedy["en"].startswith(said + " Look at the three figures")
    assert figures[0] in result.message["en"]


def test_in_chinese_too(framework: Framework) -> None:
    result = results("1.1.1-a", {"total": "0.71", "male": "70", "female": "72"}, framework)[0]
    assert result.remedy["zh"].startswith("0.71 可能是小数，而此处要求百分比：应为 71%。")


def test_it_is_told_once_and_not_also_as_unusual(framework: Framework) -> None:
    figures = {"total": "71", "male": "0.73", "female": "70"}
    assert [local_name(r.shape) for r in results("1.1.1-a", figures, framework)] == ["TotalBetweenItsParts"]


def test_where_no_unit_explains_it_the_total_is_pointed_at_and_no_unit_named(framework: Framework) -> None:
    (result,) = results("1.1.1-a", {"total": "75", "male": "70", "female": "72"}, framework)
    assert (result.place.line, result.value) == (LINES["total"], "75")
    assert result.remedy["en"].startswith("Look at the three figures")


PER_CENT = st.decimals(Decimal(25), Decimal(99), places=1)


@given(PER_CENT, PER_CENT, st.data())
def test_whichever_of_the_three_is_a_fraction_is_found(men: Decimal, women: Decimal, data: st.DataObject) -> None:
    from lcgraph.framework.framework import framework as framework_of

    framework = framework_of()
    measure = framework.measures.code("1.1.1-a")
    low, high = sorted((men, women))
    total = data.draw(st.decimals(low, high, places=1))
    odd = data.draw(st.integers(0, 2))
    figures = [total, men, women]
    figures[odd] = figures[odd] / 100
    if min(figures[1:]) - Decimal("0.1") <= figures[0] <= max(figures[1:]) + Decimal("0.1"):
        return  # no contradiction, so nobody asks
    found = odd_one_out(measure, figures[0], figures[1:], Decimal("0.1"), framework.names.base)
    assert found is not None
    assert found[0] == odd
    assert "fraction" in str(found[1])
