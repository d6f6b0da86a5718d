"""What grows old and what contradicts itself in a city's figures; the answers are worked out by hand from the tables here."""

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
observation measure=1.2.2-a period=2013 value=10 source=lfs
observation measure=3.2.1-a period=2014 value=3 source=lfs
observation measure=2.5.4-a period=2014 value=3 source=lfs
"""

CORK_2015 = f"""
{LFS}
observation measure=1.3.1-a period=2015 value=4.5 source=lfs
observation measure=1.2.2-a period=2013 value=11 source=lfs
observation measure=1.2.2-a period=2014 value=20 source=lfs
observation measure=1.1.2-a period=2014 value=0 source=lfs
observation measure=1.1.2-b period=2015 value=12 source=lfs
"""

CORK_2016_FIRST = f"""
{LFS}
observation measure=1.1.2-b period=2015 value=99 source=lfs
observation measure=1.1.2-a period=2016 value=50 source=lfs
"""

CORK_2016 = f"""
{LFS}
source key=register type=official title="Register of the council"
observation measure=1.3.1-a period=2015 value=4.25 source=register match=broad note="Another definition."
observation measure=1.3.1-a period=2015 sex=male value=6 source=register
observation measure=1.2.2-a period=2013 value=12 source=lfs
observation measure=1.2.2-a period=2014 value=20.0 source=register
observation measure=1.2.3-b period=2016 value=5 source=register
observation measure=1.1.2-a period=2014 value=61 source=lfs
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    network = Network(tmp_path_factory.mktemp("quality"), clock=lambda: NOW)
    hand_in(
        network,
        ("cork-2014.csv", "ie-cork", 2014, CORK_2014),
        ("cork-2015.csv", "ie-cork", 2015, CORK_2015),
        ("first.csv", "ie-cork", 2016, CORK_2016_FIRST),
        ("cork-2016.csv", "ie-cork", 2016, CORK_2016),
        ("dublin-2015.csv", "ie-dublin", 2015, CORK_2015),
        ("dublin-2016.csv", "ie-dublin", 2016, CORK_2016),
    )
    network.withdraw("ie-dublin/2016/1", "an error in the survey", "test")
    with asking(network) as answerer:
        yield answerer


def test_each_pair_of_values_for_one_figure_is_told_with_both_places(answers: Answerer) -> None:
    columns = (
        "figure year earlier_value later_value difference earlier_reference_year later_reference_year "
        "earlier_file earlier_line later_file later_line"
    )
    of_2014, of_2015, of_2016 = "cork-2014.csv", "cork-2015.csv", "cork-2016.csv"
    unemployment = "Unemployment rate: total"
    assert rows(answers, "contradictions", columns, city="ie-cork") == [
        ("Election turnout", 2014, 0, 61, 61, 2015, 2016, of_2015, 7, of_2016, 10),  # zero is a value
        (unemployment, 2013, 10, 11, 1, 2014, 2015, of_2014, 4, of_2015, 5),
        (unemployment, 2013, 10, 12, 2, 2014, 2016, of_2014, 4, of_2016, 7),
        (unemployment, 2013, 11, 12, 1, 2015, 2016, of_2015, 5, of_2016, 7),
        (
            "CO2 emissions per capita",
            2015,
            Decimal("4.5"),
            Decimal("4.25"),
            Decimal("-0.25"),
            2015,
            2016,
            of_2015,
            4,
            of_2016,
            5,
        ),
    ]
    columns = "earlier_source later_source earlier_match later_match unit"
    assert rows(answers, "contradictions", columns, "zh", city="ie-cork", measure="1.3.1-a") == [
        ("Labour force survey", "Register of the council", "一致", "较宽", "吨/人/年")
    ]


def test_one_city_does_not_contradict_another_nor_what_was_withdrawn(answers: Answerer) -> None:
    for city in ("ie-dublin", "pt-braga"):
        answer = answers.ask("contradictions", {"city": city}, "en")
        assert answer.rows == ()
        assert answer.nothing() == "No figures of the city contradict one another here."


OLD = "commitment_code commitment_year action_code action_year measure_code measure_year figures old"
ALL, ACTION, ALONE = "measure, action and commitment", "measure and action", "measure alone"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("2014", []),
        (
            "2015",
            [
                # turnout is of 2014, but volunteering of 2015 bears on the same action
                ("1", 2015, "1.2", 2015, "1.1.2-a", 2014, 2, ALONE),
                ("2", 2016, "2.3", 2014, "1.2.2-a", 2014, 5, ACTION),  # patents of 2016 bear on another action
                ("11", 2014, "11.1", 2014, "3.2.1-a", 2014, 1, ALL),
                ("11", 2014, "11.2", 2014, "3.2.1-a", 2014, 1, ALL),
            ],
        ),
        (
            "2016",
            [
                ("1", 2015, "1.2", 2015, "1.1.2-a", 2014, 2, ALL),
                ("1", 2015, "1.2", 2015, "1.1.2-b", 2015, 1, ALL),
                ("2", 2016, "2.3", 2014, "1.2.2-a", 2014, 5, ACTION),
                ("3", 2015, "3.1", 2015, "1.3.1-a", 2015, 3, ALL),
                ("11", 2014, "11.1", 2014, "3.2.1-a", 2014, 1, ALL),
                ("11", 2014, "11.2", 2014, "3.2.1-a", 2014, 1, ALL),
            ],
        ),
    ],
)
def test_evidence_is_old_where_the_newest_figure_is_of_an_earlier_year(
    before: str, expected: list[tuple[object, ...]], answers: Answerer
) -> None:
    assert rows(answers, "stale-evidence", OLD, city="ie-cork", before=before) == expected
    assert rows(answers, "stale-evidence", OLD, city="pt-braga", before=before) == []


@pytest.mark.parametrize(("name", "given"), [("contradictions", {}), ("stale-evidence", {"before": "2016"})])
def test_asked_of_the_only_edition_the_answer_is_the_same(name: str, given: dict[str, str], answers: Answerer) -> None:
    found = answers.ask(name, {"city": "ie-cork", **given}, "en").rows
    assert found
    assert answers.ask(name, {"city": "ie-cork", "edition": "2013-draft", **given}, "en").rows == found
