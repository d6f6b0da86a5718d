"""Cities that are alike in income, and those of a part of the world, on a network worked out by hand.

What counts is the gross domestic product per inhabitant that a city handed in last, half to twice that of the city that asks.

===========  =============================================================================================
ie-cork      10,000 in 2010, and 50,000 in 2016
ie-dublin    100,001 in 2016, which is more than twice as much
tr-bursa     25,000, which is just half of it
tr-ankara    24,999.99 in 2016, though 50,000 in 2014
de-dresden   60,000 by another definition
fi-espoo     zero
fr-brest     10 after a revision
be-liege     handed in 50,000 and withdrew
zz-lumenport is of no country
===========  =============================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from handing_in import hand_in
from handing_in import rows_of_the_edition as rows
from support import EXAMPLES, NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network


def product(year: int, value: str, more: str = "match=exact") -> str:
    return f"observation measure=1.2.1-a period={year} value={value} source=accounts {more}\n"


SUBMISSIONS = (
    ("ie-cork", product(2010, "10000") + product(2016, "50000")),
    ("ie-dublin", product(2016, "100001")),
    ("tr-bursa", product(2016, "25000")),
    ("tr-ankara", product(2014, "50000") + product(2016, "24999.99")),
    ("de-dresden", product(2016, "60000", "match=close note=Region.")),
    ("fi-espoo", product(2016, "0")),
    ("fr-brest", product(2016, "50000")),
    ("fr-brest", product(2016, "10")),
    ("be-liege", product(2016, "50000")),
)


@pytest.fixture(scope="module")
def earning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers over the network; nobody changes it."""
    network = Network(tmp_path_factory.mktemp("earning"), clock=lambda: NOW)
    for city, records in SUBMISSIONS:
        source = "source key=accounts type=official title=Accounts\n"
        hand_in(network, (f"{city}.csv", city, 2016, source + records))
    network.register("city.ttl", (EXAMPLES / "fictional-city" / "city.ttl").read_bytes(), "test")
    network.withdraw("be-liege/2016/1", "an error in the accounts", "test")
    with asking(network) as answers:
        yield answers


def test_income_is_a_reason_where_both_have_handed_it_in(earning: Answerer) -> None:
    assert rows(
        earning, "peers", "peer_code reasons shared income own_income income_year", city="ie-cork", commitment="2"
    ) == [
        ("fi-espoo", "same region; similar size", 2, 0, 50000, 2016),
        ("ie-dublin", "same country; same region", 2, 100001, 50000, 2016),
        ("de-dresden", "similar income (by a proxy)", 1, 60000, 50000, 2016),
        ("fr-brest", "similar size", 1, 10, 50000, 2016),
        ("tr-bursa", "similar income", 1, 25000, 50000, 2016),
    ]
    assert rows(earning, "peers", "peer_code reasons", "zh", city="ie-cork", commitment="2") == [
        ("fi-espoo", "同一区域；规模相近"),
        ("ie-dublin", "同一国家；同一区域"),
        ("de-dresden", "收入相近（含替代数据）"),
        ("fr-brest", "规模相近"),
        ("tr-bursa", "收入相近"),
    ]


def test_without_its_own_figure_no_city_is_alike_in_income(earning: Answerer) -> None:
    assert rows(earning, "peers", "peer_code reasons income own_income", city="ch-lausanne", commitment="2") == [
        ("fr-brest", "same region; similar size", 10, None),
        ("de-dresden", "same region", 60000, None),
        ("ie-cork", "similar size", 50000, None),
    ]


@pytest.mark.parametrize(
    ("region", "codes"),
    [
        ("154", ["fi-espoo", "ie-cork", "ie-dublin"]),
        ("Western Europe", ["de-dresden", "fr-brest"]),
        ("150", ["de-dresden", "fi-espoo", "fr-brest", "ie-cork", "ie-dublin"]),
        ("西亚", ["tr-ankara", "tr-bursa"]),
        ("Africa", []),
    ],
)
def test_cities_of_a_part_of_the_world(region: str, codes: list[str], earning: Answerer) -> None:
    assert rows(earning, "commitment-cities", "city_code", commitment="2", region=region) == [(code,) for code in codes]
    handed_in = [
        code for code, submissions in rows(earning, "cities", "code submissions", region=region) if submissions
    ]
    assert handed_in == codes


def test_a_country_and_a_region_are_both_asked_for(earning: Answerer) -> None:
    assert rows(earning, "cities", "code region_label", country="IE", region="150") == [
        (city, "Northern Europe") for city in ("ie-cork", "ie-dublin", "ie-limerick")
    ]
    assert rows(earning, "cities", "code", country="IE", region="142") == []
    everywhere = [code for (code,) in rows(earning, "cities", "code")]
    assert everywhere.count("zz-lumenport") == 1
    of_regions = [
        str(code)
        for region in ("002", "009", "019", "142", "150")
        for (code,) in rows(earning, "cities", "code", region=region)
    ]
    assert sorted([*of_regions, "zz-lumenport"]) == everywhere
