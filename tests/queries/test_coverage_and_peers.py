"""Who has evidence for what, what nobody reports, and whom to learn from, on a network worked out by hand.

=============  ==========================================================================================
be-liege       2015; 2016 in its second revision: a zero that is a proxy of two sources, a total where splits
               are asked for; a document for an action with and one without measures
de-dresden     2016: all three figures of a measure, and a gap that does not apply
fi-espoo       2016: only says that it has no figure
fr-brest       2016: one document for all fifty actions
ie-cork        2016: a document
ie-dublin      2016: a document
ie-limerick    handed in and withdrew
=============  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from handing_in import rows_of_the_edition as rows
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.framework.framework import framework
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

HEAD = "record,city,year,edition,submitter,key,type,title,measure,period,sex,value,match,source,note,supports,reason\n"


def table(city: str, year: int, *lines: str) -> tuple[str, str]:
    """A submission as a table, by its name; the lines say what stands in it after the sources."""
    return f"{city}-{year}.csv", "\n".join(
        [
            f"submission,{city},{year},2013-draft,{city},,,,,,,,,,,,",
            "source,,,,,lfs,official,Labour force survey,,,,,,,,,",
            "source,,,,,people,survey,Survey of households,,,,,,,,,",
            *lines,
            "",
        ]
    )


def figure(
    measure: str, period: int, sex: str, value: str, match: str = "exact", source: str = "lfs", note: str = ""
) -> str:
    """A line of a table."""
    return f"observation,,,,,,,,{measure},{period},{sex},{value},{match},{source},{note},,"


def document(*actions: str) -> str:
    """A line of a table."""
    return f"document,,,,,plan,policy,Plan,,,,,,,,{';'.join(actions)},"


def gap(measure: str, period: int, reason: str) -> str:
    """A line of a table."""
    return f"gap,,,,,,,,{measure},{period},,,,,,,{reason}"


ALL_ACTIONS = tuple(action.code for action in framework().actions)

SUBMISSIONS = (
    table(
        "be-liege", 2015, figure("1.2.2-a", 2014, "", "9"), figure("1.2.2-a", 2015, "", "10"), document("2.3", "2.2")
    ),
    table("be-liege", 2016, figure("1.2.2-a", 2016, "female", "50"), figure("1.1.2-a", 2016, "", "60")),
    table(
        "be-liege",
        2016,
        figure("1.2.2-a", 2016, "female", "0", "close", "lfs;people", "Ages 15 to 64."),
        figure("2.5.2-a", 2016, "", "70", "broad", note="Any place."),
        figure("2.3.1-a", 2016, "", "12"),
    ),
    table(
        "de-dresden",
        2016,
        *(figure("1.2.2-a", 2016, sex, value) for sex, value in (("male", "9"), ("female", "7"), ("", "8"))),
        gap("1.3.1-a", 2016, "not-applicable"),
    ),
    table("fi-espoo", 2016, gap("1.2.2-a", 2016, "not-available")),
    table("fr-brest", 2016, document(*ALL_ACTIONS)),
    table("ie-cork", 2016, document("2.3")),
    table("ie-dublin", 2016, document("2.3", "2.2")),
    table("ie-limerick", 2016, figure("1.2.2-a", 2016, "", "15")),
)


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers over the network; nobody changes it."""
    network = Network(tmp_path_factory.mktemp("alike"), clock=lambda: NOW)
    for name, rows_of in SUBMISSIONS:
        network.publish([read(name, (HEAD + rows_of).encode(), network.framework)], "test")
    network.withdraw("ie-limerick/2016/1", "an error in the survey", "test")
    with asking(network) as answers:
        yield answers


@pytest.fixture(scope="module")
def nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    """Answers over a network in which nobody has handed in anything."""
    network = Network(tmp_path_factory.mktemp("nobody"), clock=lambda: NOW)
    network.rebuild()
    with asking(network) as answers:
        yield answers


AMOUNTS = "measures figures proxies documents first_year last_year"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (
            "2.3",
            [
                ("be-liege", "1.2.2-a", 3, 1, 1, 2014, 2016),
                ("de-dresden", "1.2.2-a", 3, 0, 0, 2016, 2016),
                ("fr-brest", None, 0, 0, 1, None, None),
                ("ie-cork", None, 0, 0, 1, None, None),
                ("ie-dublin", None, 0, 0, 1, None, None),
            ],
        ),
        (
            "2.2",  # which no measure serves
            [
                ("be-liege", None, 0, 0, 1, None, None),
                ("fr-brest", None, 0, 0, 1, None, None),
                ("ie-dublin", None, 0, 0, 1, None, None),
            ],
        ),
        ("8.4", [("be-liege", "2.5.2-a", 1, 1, 0, 2016, 2016), ("fr-brest", None, 0, 0, 1, None, None)]),
        ("1.2", [("fr-brest", None, 0, 0, 1, None, None)]),  # Liège's figure was in the superseded revision
    ],
)
def test_cities_with_evidence_for_an_action(
    action: str, expected: list[tuple[object, ...]], alike: Answerer, nobody: Answerer
) -> None:
    assert rows(alike, "action-cities", f"city_code {AMOUNTS}", action=action) == expected
    assert rows(nobody, "action-cities", "city_code", action=action) == []


def test_cities_with_evidence_for_a_commitment_count_a_document_once(alike: Answerer) -> None:
    columns = f"city_code {AMOUNTS} submissions"
    assert rows(alike, "commitment-cities", columns, commitment="2") == [
        ("be-liege", "1.2.2-a", 3, 1, 1, 2014, 2016, 2),
        ("de-dresden", "1.2.2-a", 3, 0, 0, 2016, 2016, 1),
        ("fr-brest", None, 0, 0, 1, None, None, 1),
        ("ie-cork", None, 0, 0, 1, None, None, 1),
        ("ie-dublin", None, 0, 0, 1, None, None, 1),
    ]


def test_the_matrix_has_a_place_for_each_city_that_handed_in_and_each_commitment(
    alike: Answerer, nobody: Answerer
) -> None:
    found = rows(alike, "coverage-matrix", "city_code commitment_code figures proxies documents last_year")
    cities = ("be-liege", "de-dresden", "fi-espoo", "fr-brest", "ie-cork", "ie-dublin")
    assert [row[:2] for row in found] == [(city, str(n)) for city in cities for n in range(1, 13)]
    assert [row for row in found if row[2:] != (0, 0, 0, None) and row[0] != "fr-brest"] == [
        ("be-liege", "2", 3, 1, 1, 2016),
        ("be-liege", "6", 1, 0, 0, 2016),
        ("be-liege", "8", 1, 1, 0, 2016),
        ("de-dresden", "2", 3, 0, 0, 2016),
        ("ie-cork", "2", 0, 0, 1, None),
        ("ie-dublin", "2", 0, 0, 1, None),
    ]
    assert {row[2:] for row in found if row[0] == "fr-brest"} == {(0, 0, 1, None)}
    ireland = rows(alike, "coverage-matrix", "city_code commitment_code", country="IE")
    assert ireland == [(city, str(n)) for city in ("ie-cork", "ie-dublin") for n in range(1, 13)]
    assert rows(alike, "coverage-matrix", "city_code", country="SE") == []
    assert rows(nobody, "coverage-matrix", "city_code") == []


def test_how_many_cities_have_evidence_for_each_commitment(alike: Answerer, nobody: Answerer) -> None:
    columns = "commitment_code cities with_evidence share figures_only documents_only both without_evidence measures"
    found = rows(alike, "least-evidenced", columns)
    fewest_first = ["1", "3", "4", "5", "7", "9", "10", "11", "12", "6", "8", "2"]
    assert [row[0] for row in found] == fewest_first
    assert {row[1:8] for row in found[:9]} == {(6, 1, 17, 0, 1, 0, 5)}
    assert found[9][:8] == ("6", 6, 2, 33, 1, 1, 0, 4)
    assert found[10:] == [("8", 6, 2, 33, 1, 1, 0, 4, 4), ("2", 6, 5, 83, 1, 3, 1, 1, 7)]
    assert rows(nobody, "least-evidenced", "commitment_code") == []


def test_what_nobody_reports(alike: Answerer, nobody: Answerer) -> None:
    columns = "measure_code missing missing_count asked_for expected_source actions"
    found = {row[0]: row[1:] for row in rows(alike, "measures-nobody-reports", columns)}
    assert len(found) == 53
    assert "1.2.2-a" not in found  # between them two cities report all of it; a zero is a figure
    environment = "Learner-friendly environment"
    # a total fills no cell
    assert found["2.5.2-a"] == (
        f"{environment}: school; {environment}: community learning space",
        2,
        2,
        "survey",
        "8.4",
    )
    assert found["2.3.1-a"][1:3] == (2, 2)
    assert found["1.1.2-a"] == ("Election turnout", 1, 1, "official data", "1.2")  # in a superseded revision only
    assert sum(row[1] for row in found.values() if isinstance(row[1], int)) == 79 - 3
    surveys = rows(alike, "measures-nobody-reports", "measure_code expected_source", data_source="survey")
    assert {source for _, source in surveys} == {"survey"}
    assert len(rows(nobody, "measures-nobody-reports", "measure_code")) == 54


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"1.2.2-a", "2.3.1-a", "2.5.2-a"}),
        ({"city": "be-liege"}, {"1.2.2-a", "2.3.1-a", "2.5.2-a"}),
        ({"measure": "2.3.1-a"}, {"2.3.1-a"}),
        ({"city": "de-dresden"}, set()),
        ({"city": "fi-espoo"}, set()),
        ({"city": "be-liege", "measure": "1.1.2-a"}, set()),
    ],
)
def test_required_splits_that_are_missing(given: dict[str, str], expected: set[str], alike: Answerer) -> None:
    rate, hours = "Unemployment rate", "Employee participation in education and training"
    environment = "Learner-friendly environment"
    wanted: list[tuple[object, ...]] = [
        ("be-liege", "1.2.2-a", f"{rate}: female; {rate}: total", f"{rate}: male", 1, 3, 2016),
        ("be-liege", "2.3.1-a", None, f"{hours}: public sector; {hours}: private sector", 2, 2, 2016),
        ("be-liege", "2.5.2-a", None, f"{environment}: school; {environment}: community learning space", 2, 2, 2016),
    ]
    columns = "city_code measure_code reported missing missing_count asked_for last_year"
    assert rows(alike, "missing-splits", columns, **given) == [row for row in wanted if row[1] in expected]


def test_the_figures_of_a_measure_and_year_side_by_side(alike: Answerer) -> None:
    columns = "city_code figure value match note source source_type"
    rate = "Unemployment rate"
    lfs = ("Labour force survey", "official data")
    assert rows(alike, "measure-cities", columns, measure="1.2.2-a", year="2016") == [
        (
            *("be-liege", f"{rate}: female", 0, "close", "Ages 15 to 64."),
            *("Labour force survey; Survey of households", "official data; survey"),
        ),
        ("de-dresden", f"{rate}: male", 9, "exact", None, *lfs),
        ("de-dresden", f"{rate}: female", 7, "exact", None, *lfs),
        ("de-dresden", f"{rate}: total", 8, "exact", None, *lfs),
    ]
    assert rows(alike, "measure-cities", "city_code value", measure="1.2.2-a", year="2014") == [("be-liege", 9)]
    assert rows(alike, "measure-cities", "city_code", measure="1.2.2-a", year="2013") == []


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        (
            "be-liege",
            [
                ("fr-brest", "same region; similar size", 2, 144899, 195278, 0, 1),
                ("de-dresden", "same region", 1, 564904, 195278, 3, 0),
                ("ie-cork", "similar size", 1, 224004, 195278, 0, 1),
            ],
        ),
        (
            "ie-cork",
            [
                ("ie-dublin", "same country; same region", 2, 1024027, 224004, 0, 1),
                ("be-liege", "similar size", 1, 195278, 224004, 3, 1),
                ("fr-brest", "similar size", 1, 144899, 224004, 0, 1),
            ],
        ),
        (
            "se-boras",
            [
                ("ie-cork", "same region; similar size", 2, 224004, 114445, 0, 1),
                ("be-liege", "similar size", 1, 195278, 114445, 3, 1),
                ("fr-brest", "similar size", 1, 144899, 114445, 0, 1),
                ("ie-dublin", "same region", 1, 1024027, 114445, 0, 1),
            ],
        ),
        ("tr-bursa", []),
    ],
)
def test_peers_are_alike_for_reasons_that_are_given(
    city: str, expected: list[tuple[object, ...]], alike: Answerer
) -> None:
    columns = "peer_code reasons shared inhabitants own_inhabitants figures documents"
    assert rows(alike, "peers", columns, city=city, commitment="2") == expected


def test_peers_need_evidence_for_the_commitment(alike: Answerer) -> None:
    assert rows(alike, "peers", "peer_code reasons", "zh", city="be-liege", commitment="9") == [
        ("fr-brest", "同一区域；规模相近")
    ]


def test_the_checklists_of_a_country_s_cities(alike: Answerer) -> None:
    columns = "city_code edition_code submissions actions with_evidence complete unmeasured unmeasured_with_document"
    assert rows(alike, "country-cities", columns, country="IE") == [
        ("ie-cork", "2013-draft", 1, 44, 1, False, 6, 0),
        ("ie-dublin", "2013-draft", 1, 44, 1, False, 6, 1),
        ("ie-limerick", "2013-draft", 0, 44, 0, False, 6, 0),
    ]
    assert rows(alike, "country-cities", f"{columns} missing last_year", country="FR") == [
        ("fr-brest", "2013-draft", 1, 44, 44, True, 6, 6, None, None),
        ("fr-clermont-ferrand", "2013-draft", 0, 44, 0, False, 6, 0, " ".join(measured(())), None),
    ]
    assert rows(alike, "country-cities", "with_evidence missing last_year", country="BE") == [
        (3, " ".join(measured(("2.3", "6.2", "8.4"))), 2016)
    ]
    assert rows(alike, "country-cities", "city_code", country="AD") == []


def measured(without: tuple[str, ...]) -> list[str]:
    """The codes of the actions that some measure serves."""
    unserved = ("2.2", "4.4", "5.2", "5.4", "8.2", "10.3")
    return [code for code in ALL_ACTIONS if code not in (*unserved, *without)]


def test_two_cities_side_by_side_with_places_left_empty(alike: Answerer) -> None:
    columns = "year figure value other_value match other_match"
    rate = "Unemployment rate"
    given = {"measure": "1.2.2-a", "city": "be-liege", "other": "de-dresden"}
    assert rows(alike, "side-by-side", columns, **given) == [
        (2014, f"{rate}: total", 9, None, "exact", None),
        (2015, f"{rate}: total", 10, None, "exact", None),
        (2016, f"{rate}: male", None, 9, None, "exact"),
        (2016, f"{rate}: female", 0, 7, "close", "exact"),
        (2016, f"{rate}: total", None, 8, None, "exact"),
    ]
    assert rows(alike, "side-by-side", "figure", "zh", **given)[-2:] == [("失业率：女",), ("失业率：合计",)]
    nothing = {"measure": "1.1.2-a", "city": "be-liege", "other": "de-dresden"}
    assert rows(alike, "side-by-side", columns, **nothing) == []


def test_proxies_with_what_is_said_of_them(alike: Answerer) -> None:
    columns = "city_code match note figures first_year last_year"
    assert rows(alike, "proxies", columns, measure="1.2.2-a") == [
        ("be-liege", "close", "Ages 15 to 64.", 1, 2016, 2016)
    ]
    assert rows(alike, "proxies", columns, measure="2.5.2-a") == [("be-liege", "broad", "Any place.", 1, 2016, 2016)]
    assert rows(alike, "proxies", columns, measure="2.3.1-a") == []
    assert rows(alike, "proxies", columns, measure="1.2.2-a", city="de-dresden") == []


def test_a_document_that_stands_behind_many_actions(alike: Answerer) -> None:
    columns = "city_code reference_year kind title type measures figures actions"
    assert rows(alike, "shared-documents", columns) == [
        ("fr-brest", 2016, "document", "Plan", "policy", None, None, 50)
    ]
    two = [row for row in rows(alike, "shared-documents", columns, at_least="2") if row[0] != "fr-brest"]
    assert two == [
        ("be-liege", 2015, "document", "Plan", "policy", None, None, 2),
        ("be-liege", 2016, "source", "Labour force survey", "official data", 3, 3, None),
        ("ie-dublin", 2016, "document", "Plan", "policy", None, None, 2),
    ]
    assert rows(alike, "shared-documents", columns, at_least="2", city="ie-cork") == []
