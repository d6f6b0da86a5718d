"""How a city's figures change and how they stand to its own targets; the answers are worked out by hand from the tables here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from handing_in import hand_in, rows
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network

LFS = 'source key=lfs type=official title="Labour force survey"'

CORK_2010 = f"""
{LFS}
observation measure=1.2.2-a period=2010 value=20 source=lfs
observation measure=1.2.2-a period=2010 sex=female value=22 source=lfs match=close note="Another definition."
observation measure=1.1.2-a period=2010 value=40 source=lfs
observation measure=1.1.2-b period=2010 value=20 source=lfs
observation measure=1.1.3-a period=2010 value=30 source=lfs
observation measure=1.1.1-a period=2010 sex=male value=97 source=lfs
observation measure=1.2.2-b period=2010 value=5 source=lfs
observation measure=1.3.1-a period=2010 value=5 source=lfs
observation measure=1.3.1-b period=2010 value=300 source=lfs
gap measure=1.2.4-a period=2010 reason=not-collected
target measure=1.2.2-a period=2020 value=10
target measure=1.1.2-a period=2020 value=50
target measure=1.2.4-a period=2020 value=2 note="By the plan for culture."
"""

CORK_2015_FIRST = f"""
{LFS}
observation measure=1.2.2-a period=2015 value=99 source=lfs
target measure=3.2.1-a period=2020 value=5
"""

CORK_2015 = f"""
{LFS}
source key=register type=official title="Register of the council"
observation measure=1.2.2-a period=2012 value=30 source=lfs
observation measure=1.2.2-a period=2015 value=15 source=lfs
observation measure=1.2.2-a period=2015 sex=female value=11.5 source=lfs
observation measure=1.1.2-a period=2015 value=35 source=lfs
observation measure=1.1.2-b period=2015 value=18 source=lfs
observation measure=1.1.3-a period=2015 value=60 source=register
observation measure=1.2.2-b period=2015 value=0 source=lfs
observation measure=1.3.1-a period=2015 value=5 source=lfs status=break
observation measure=1.3.1-b period=2015 value=250 source=register match=broad status=break note="Another definition."
target measure=1.2.2-a period=2020 value=8
target measure=1.2.2-a period=2030 value=5
target measure=1.1.1-a period=2020 sex=male value=99
target measure=1.1.2-b period=2020 value=20
target measure=1.1.3-a period=2020 value=50
target measure=1.2.2-b period=2020 value=0
"""

CORK_2016 = f"""
{LFS}
observation measure=1.2.2-a period=2015 value=16 source=lfs
observation measure=1.2.1-a period=2016 value=41000 source=lfs
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    network = Network(tmp_path_factory.mktemp("progress"), clock=lambda: NOW)
    hand_in(
        network,
        ("cork-2010.csv", "ie-cork", 2010, CORK_2010),
        ("first.csv", "ie-cork", 2015, CORK_2015_FIRST),
        ("cork-2015.csv", "ie-cork", 2015, CORK_2015),
        ("cork-2016.csv", "ie-cork", 2016, CORK_2016),
        ("dublin.csv", "ie-dublin", 2015, CORK_2015_FIRST),
    )
    network.withdraw("ie-dublin/2015/1", "an error in the survey", "test")
    with asking(network) as answerer:
        yield answerer


PROGRESS = "baseline_year baseline_value newest_year newest_value change direction target_year target_value towards share_of_way caution"
WITH, AGAINST = "in that direction", "against that direction"


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # lower is progress; the target for 2020 was set anew in 2015, and the figure of 2015 in 2016
        (
            "1.2.2-a",
            [
                (
                    2010,
                    22,
                    2015,
                    Decimal("11.5"),
                    Decimal("-10.5"),
                    WITH,
                    None,
                    None,
                    None,
                    None,
                    "different definition matches",
                ),
                (2010, 20, 2015, 16, -4, WITH, 2020, 8, "towards the target", Decimal("33.3"), None),
                (2010, 20, 2015, 16, -4, WITH, 2030, 5, "towards the target", Decimal("26.7"), None),
            ],
        ),
        ("1.1.2-a", [(2010, 40, 2015, 35, -5, AGAINST, 2020, 50, "away from the target", -50, None)]),
        # from 30 to 60 per cent of women: nearer to parity, and past the target of 50
        ("1.1.3-a", [(2010, 30, 2015, 60, 30, WITH, 2020, 50, "target reached", 150, None)]),
        # a target that is the baseline has no way to it
        ("1.1.2-b", [(2010, 20, 2015, 18, -2, AGAINST, 2020, 20, "away from the target", None, None)]),
        # zero is a figure, and a target
        ("1.2.2-b", [(2010, 5, 2015, 0, -5, WITH, 2020, 0, "target reached", 100, None)]),
        # one figure tells no direction
        ("1.1.1-a", [(2010, 97, 2010, 97, None, None, 2020, 99, None, None, None)]),
        ("1.2.1-a", [(2016, 41000, 2016, 41000, None, None, None, None, None, None, None)]),
        ("1.2.4-a", [(None, None, None, None, None, None, 2020, 2, None, None, None)]),
        ("1.3.1-a", [(2010, 5, 2015, 5, 0, "unchanged", None, None, None, None, "break in the series")]),
        # neither way is progress
        (
            "1.3.1-b",
            [
                (
                    2010,
                    300,
                    2015,
                    250,
                    -50,
                    None,
                    None,
                    None,
                    None,
                    None,
                    "different definition matches; break in the series",
                )
            ],
        ),
        ("3.2.1-a", []),  # what was superseded
    ],
)
def test_progress_is_told_against_the_city_s_own_baseline_and_target(
    measure: str, expected: list[tuple[object, ...]], answers: Answerer
) -> None:
    assert rows(answers, "city-progress", PROGRESS, city="ie-cork", measure=measure) == expected


def test_each_measure_and_split_with_a_figure_or_a_target_has_a_row_and_says_what_its_baseline_is(
    answers: Answerer,
) -> None:
    found = rows(answers, "city-progress", "measure_code figure baseline_is measure_direction", city="ie-cork")
    first = "the city's first figure"
    assert found == [
        ("1.1.1-a", "Adult literacy rate: male", first, "higher is progress"),
        ("1.1.2-a", "Election turnout", first, "higher is progress"),
        ("1.1.2-b", "Volunteering and community participation", first, "higher is progress"),
        ("1.1.3-a", "Gender equality in politics", first, "nearer to parity is progress"),
        ("1.2.1-a", "City GDP per capita", first, "higher is progress"),
        ("1.2.2-a", "Unemployment rate: female", first, "lower is progress"),
        ("1.2.2-a", "Unemployment rate: total", first, "lower is progress"),
        ("1.2.2-a", "Unemployment rate: total", first, "lower is progress"),
        ("1.2.2-b", "Youth unemployment rate: total", first, "lower is progress"),
        ("1.2.4-a", "Participation in cultural activities", None, "higher is progress"),
        ("1.3.1-a", "CO2 emissions per capita", first, "lower is progress"),
        ("1.3.1-b", "Waste handling", first, "neither way is progress"),
    ]
    chinese = rows(answers, "city-progress", "towards direction caution", "zh", city="ie-cork", measure="1.2.2-a")
    assert chinese == [(None, "与该方向一致", "定义吻合度不同"), *[("朝向目标", "与该方向一致", None)] * 2]


def test_the_newest_figure_stands_beside_the_one_of_the_year_before_it(answers: Answerer) -> None:
    columns = "figure year_before value_before year value change comparable"
    same = "same definition match and source"
    assert rows(answers, "city-changes", columns, city="ie-cork") == [
        ("Election turnout", 2010, 40, 2015, 35, -5, same),
        ("Volunteering and community participation", 2010, 20, 2015, 18, -2, same),
        ("Gender equality in politics", 2010, 30, 2015, 60, 30, "different sources"),
        (
            "Unemployment rate: female",
            2010,
            22,
            2015,
            Decimal("11.5"),
            Decimal("-10.5"),
            "different definition matches",
        ),
        ("Unemployment rate: total", 2012, 30, 2015, 16, -14, same),  # of 2015 what was handed in last
        ("Youth unemployment rate: total", 2010, 5, 2015, 0, -5, same),
        ("CO2 emissions per capita", 2010, 5, 2015, 5, 0, "break in the series"),
        (
            "Waste handling",
            2010,
            300,
            2015,
            250,
            -50,
            "different definition matches; different sources; break in the series",
        ),
    ]
    sources = rows(
        answers,
        "city-changes",
        "match_before match source_before source comparable",
        "zh",
        city="ie-cork",
        measure="1.1.3-a",
    )
    assert sources == [("一致", "一致", "Labour force survey", "Register of the council", "来源不同")]


def test_a_target_lacks_figures_where_none_is_of_the_year_in_which_it_was_set_or_later(answers: Answerer) -> None:
    columns = "figure target_year target_value set_in lacking newest_year declared note file line"
    assert rows(answers, "targets-without-figures", columns, city="ie-cork") == [
        (
            "Adult literacy rate: male",
            2020,
            99,
            2015,
            "no figure since it was set",
            2010,
            None,
            None,
            "cork-2015.csv",
            16,
        ),
        (
            *("Participation in cultural activities", 2020, 2, 2010, "no figure at all", None),
            *("not collected (2010)", "By the plan for culture.", "cork-2010.csv", 16),
        ),
    ]
    assert rows(answers, "targets-without-figures", "lacking declared", "zh", city="ie-cork") == [
        ("自设定之年起没有数值", None),
        ("没有任何数值", "未收集 (2010)"),
    ]


@pytest.mark.parametrize("name", ["city-progress", "city-changes", "targets-without-figures"])
def test_of_a_city_with_nothing_or_what_it_withdrew_there_is_no_row_and_of_the_only_edition_the_same(
    name: str, answers: Answerer
) -> None:
    for city in ("ie-dublin", "pt-braga"):
        assert answers.ask(name, {"city": city}, "en").rows == ()
    found = answers.ask(name, {"city": "ie-cork"}, "en").rows
    assert found
    assert answers.ask(name, {"city": "ie-cork", "edition": "2013-draft"}, "en").rows == found
