"""Women and men, poorer and richer households, and what a city declares as missing; worked out by hand from the tables here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from handing_in import hand_in, rows
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network

LFS = 'source key=lfs type=official title="Labour force survey"'

CORK_2014 = f"""
{LFS}
source key=register type=official title="Register of pupils" title_zh=学生登记
observation measure=1.2.2-a period=2014 sex=female value=18 source=lfs
observation measure=1.2.2-a period=2014 sex=male value=20.5 source=lfs match=close note="Another definition."
observation measure=1.2.2-b period=2014 sex=female value=31 source=lfs
observation measure=1.2.2-b period=2014 sex=male value=30 source=lfs
observation measure=2.1.1-a period=2014 household_income=bottom-20 value=80 source=register
observation measure=2.1.1-a period=2014 household_income=top-20 value=95 source=lfs match=related note="Another definition."
gap measure=1.2.3-b period=2014 reason=not-applicable note="No office of patents." note_zh=没有专利局
gap measure=1.2.4-a period=2014 reason=confidential
gap measure=2.3.1-a period=2014 sector=public reason=not-collected
"""

CORK_2015_FIRST = f"""
{LFS}
observation measure=1.2.2-a period=2015 sex=female value=90 source=lfs
observation measure=1.2.2-a period=2015 sex=male value=99 source=lfs
gap measure=3.1.2-a period=2015 reason=not-available
"""

CORK_2015 = f"""
{LFS}
observation measure=1.2.2-a period=2015 sex=female value=0 source=lfs
observation measure=1.2.2-b period=2014 sex=female value=29 source=lfs
observation measure=1.1.1-a period=2015 sex=female value=97 source=lfs
observation measure=2.1.1-a period=2015 household_income=top-20 value=96 source=lfs
observation measure=2.1.2-a period=2015 household_income=bottom-20 value=9 source=lfs
observation measure=2.1.2-a period=2015 sex=female household_income=bottom-20 value=8 source=lfs
observation measure=2.1.2-a period=2015 sex=male household_income=bottom-20 value=10 source=lfs
observation measure=2.1.2-a period=2015 sex=male household_income=top-20 value=15 source=lfs
observation measure=1.2.3-b period=2015 value=3 source=lfs
gap measure=1.1.2-a period=2015 reason=not-available
"""

CORK_2016 = f"""
{LFS}
observation measure=1.1.2-a period=2014 value=61 source=lfs
"""

ESPOO = f"""
{LFS}
observation measure=1.2.2-a period=2016 value=9 source=lfs
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    network = Network(tmp_path_factory.mktemp("splits"), clock=lambda: NOW)
    hand_in(
        network,
        ("cork-2014.csv", "ie-cork", 2014, CORK_2014),
        ("first.csv", "ie-cork", 2015, CORK_2015_FIRST),
        ("cork-2015.csv", "ie-cork", 2015, CORK_2015),
        ("cork-2016.csv", "ie-cork", 2016, CORK_2016),
        ("espoo.csv", "fi-espoo", 2016, ESPOO),
        ("dublin.csv", "ie-dublin", 2015, CORK_2015_FIRST),
    )
    network.withdraw("ie-dublin/2015/1", "an error in the survey", "test")
    with asking(network) as answerer:
        yield answerer


BOTTOM = "bottom 20 % of household income"


def test_women_and_men_are_told_side_by_side_of_the_newest_year_that_both_have(answers: Answerer) -> None:
    columns = "measure_code split year female male difference missing"
    assert rows(answers, "gender-gaps", columns, city="ie-cork") == [
        ("1.1.1-a", None, 2015, 97, None, None, "figure of men"),
        # of 2015 there are women alone; what was superseded had both
        ("1.2.2-a", None, 2014, 18, Decimal("20.5"), Decimal("-2.5"), None),
        ("1.2.2-b", None, 2014, 29, 30, -1, None),  # a later submission speaks of 2014 anew
        ("2.1.2-a", BOTTOM, 2015, 8, 10, -2, None),
        ("2.1.2-a", "top 20 % of household income", 2015, None, 15, None, "figure of women"),
    ]
    matches = "female_match male_match female_source male_source"
    assert rows(answers, "gender-gaps", matches, city="ie-cork", measure="1.2.2-a") == [
        ("exact", "close", "Labour force survey", "Labour force survey")
    ]
    assert rows(answers, "gender-gaps", "missing", "zh", city="ie-cork", measure="1.1.1-a") == [("男性数值",)]


def test_poorer_and_richer_households_likewise(answers: Answerer) -> None:
    columns = "measure_code split year bottom top difference missing"
    assert rows(answers, "income-gaps", columns, city="ie-cork") == [
        ("2.1.1-a", None, 2014, 80, 95, 15, None),
        ("2.1.2-a", "female", 2015, 8, None, None, "figure of the highest fifth"),
        ("2.1.2-a", "male", 2015, 10, 15, 5, None),
        ("2.1.2-a", None, 2015, 9, None, None, "figure of the highest fifth"),
    ]
    matches = "bottom_match top_match bottom_source top_source"
    assert rows(answers, "income-gaps", matches, "zh", city="ie-cork", measure="2.1.1-a") == [
        ("一致", "相关", "学生登记", "Labour force survey")
    ]


@pytest.mark.parametrize("name", ["gender-gaps", "income-gaps"])
def test_a_figure_that_is_not_split_is_no_row(name: str, answers: Answerer) -> None:
    for city in ("fi-espoo", "ie-dublin", "pt-braga"):
        assert answers.ask(name, {"city": city}, "en").rows == ()


def test_what_a_city_declares_as_missing_stands_with_its_reason_and_place(answers: Answerer) -> None:
    columns = "measure_code figure year reason note figure_year reference_year file line"
    first, training = "cork-2014.csv", "Employee participation in education and training"
    assert rows(answers, "declared-gaps", columns, city="ie-cork") == [
        (
            "1.1.2-a",
            "Election turnout",
            2015,
            "not available",
            None,
            None,
            2015,
            "cork-2015.csv",
            13,
        ),  # 2014 is earlier
        ("1.2.3-b", "Patents", 2014, "not applicable", "No office of patents.", 2015, 2014, first, 11),
        ("1.2.4-a", "Participation in cultural activities", 2014, "confidential", None, None, 2014, first, 12),
        ("2.3.1-a", f"{training}: public sector", 2014, "not collected", None, None, 2014, first, 13),
    ]
    chinese = rows(answers, "declared-gaps", "reason note", "zh", city="ie-cork", measure="1.2.3-b")
    assert chinese == [("不适用", "没有专利局")]
    for city in ("fi-espoo", "ie-dublin", "pt-braga"):
        assert answers.ask("declared-gaps", {"city": city}, "en").rows == ()


@pytest.mark.parametrize("name", ["gender-gaps", "income-gaps", "declared-gaps"])
def test_asked_of_the_only_edition_the_answer_is_the_same(name: str, answers: Answerer) -> None:
    found = answers.ask(name, {"city": "ie-cork"}, "en").rows
    assert found
    assert answers.ask(name, {"city": "ie-cork", "edition": "2013-draft"}, "en").rows == found
