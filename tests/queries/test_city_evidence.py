"""What a city's evidence is, how strong, and where it comes from; the answers are worked out by hand from the tables here.

=============  ==================================================================================
ie-cork        2015, and 2016 in its second revision: figures of three kinds of source, documents
ie-dublin      a document only
ie-limerick    handed in and withdrew
pt-braga       nothing
=============  ==================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from handing_in import hand_in, rows
from support import NOW, asking

from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network

LFS = 'source key=lfs type=official title="Labour force survey" publisher=CSO link=https://example.org/lfs licence=https://example.org/terms'

CORK_2015 = f"""
{LFS}
observation measure=1.2.2-a period=2015 value=20 source=lfs
observation measure=1.2.2-a period=2015 sex=female value=18 source=lfs match=close note="Another definition."
"""

CORK_2016_FIRST = f"""
{LFS}
observation measure=1.1.2-a period=2016 value=61 source=lfs
document key=old type=policy title="Superseded policy" supports=12.1
"""

CORK_2016 = f"""
{LFS}
source key=residents type=survey title_zh=居民调查
source key=panel type=expert-review title="Review panel"
source key=unused type=official title="A source of nothing"
observation measure=1.2.2-a period=2016 sex=female value=0 source=lfs;residents
observation measure=1.3.1-a period=2016 sex=male value=3 source=lfs
observation measure=2.5.4-a period=2016 value=3 source=residents
observation measure=3.2.1-a period=2016 value=4 source=panel
gap measure=1.2.3-b period=2016 reason=not-applicable
document key=strategy type=strategy title="Learning strategy" issued=2014-05 link=https://example.org/strategy supports=10.2;1.1
document key=plan type=policy title_zh=灵活学习计划 note_zh=草案 supports=4.4
"""

CITIES = ("ie-cork", "ie-dublin", "ie-limerick", "pt-braga")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    network = Network(tmp_path_factory.mktemp("evidence"), clock=lambda: NOW)
    hand_in(
        network,
        ("cork-2015.csv", "ie-cork", 2015, CORK_2015),
        ("first.csv", "ie-cork", 2016, CORK_2016_FIRST),
        ("cork-2016.csv", "ie-cork", 2016, CORK_2016),
        ("dublin.csv", "ie-dublin", 2016, 'document key=festival type=event title="Festival" supports=9.2'),
        ("limerick.csv", "ie-limerick", 2016, CORK_2016_FIRST),
    )
    network.withdraw("ie-limerick/2016/1", "an error in the survey", "test")
    with asking(network) as answerer:
        yield answerer


STRENGTH = (
    "commitment_code actions_evident actions actions_by_document features_evident features measures_evident measures cells_filled cells "
    "figures official survey expert_review exact proxies oldest_year newest_year documents"
)


def test_how_strong_the_evidence_is_stands_side_by_side(answers: Answerer) -> None:
    none = (0, 0, 0, 0, 0, 0, None, None)
    assert rows(answers, "city-evidence-strength", STRENGTH, city="ie-cork") == [
        ("1", 1, 4, 1, 0, 4, 0, 7, 0, 9, *none, 1),  # a document for 1.1
        # unemployment: three figures of two value cells; one of them rests on two kinds of source, one is a proxy
        ("2", 1, 6, 0, 1, 5, 1, 7, 2, 11, 3, 3, 1, 0, 2, 1, 2015, 2016, 0),
        # of men only: evidence, though no value cell asks for it
        ("3", 1, 3, 0, 1, 3, 1, 6, 0, 6, 1, 1, 0, 0, 1, 0, 2016, 2016, 0),
        ("4", 1, 5, 1, 0, 5, 0, 5, 0, 13, *none, 1),  # a document for 4.4, which no measure serves
        ("5", 0, 4, 0, 0, 3, 0, 4, 0, 4, *none, 0),
        ("6", 0, 4, 0, 0, 3, 0, 5, 0, 7, *none, 0),
        ("7", 0, 4, 0, 0, 4, 0, 7, 0, 8, *none, 0),
        ("8", 0, 5, 0, 0, 4, 0, 4, 0, 8, *none, 0),  # no action asks for 2.5.4-a
        ("9", 0, 4, 0, 0, 4, 0, 6, 0, 6, *none, 0),
        ("10", 1, 3, 1, 0, 2, 0, 2, 0, 2, *none, 1),
        ("11", 2, 3, 0, 1, 2, 1, 2, 1, 2, 1, 0, 0, 1, 1, 0, 2016, 2016, 0),  # one figure, for two actions
        ("12", 0, 5, 0, 0, 4, 0, 5, 0, 9, *none, 0),  # what was superseded does not count
    ]
    assert rows(answers, "city-evidence-strength", STRENGTH, "zh", city="ie-cork", commitment="2") == [
        ("2", 1, 6, 0, 1, 5, 1, 7, 2, 11, 3, 3, 1, 0, 2, 1, 2015, 2016, 0)
    ]


@pytest.mark.parametrize("city", ["ie-limerick", "pt-braga"])
def test_without_evidence_every_commitment_stands_with_zeros(city: str, answers: Answerer) -> None:
    found = rows(
        answers, "city-evidence-strength", "commitment_code actions_evident figures documents newest_year", city=city
    )
    assert found == [(str(n), 0, 0, 0, None) for n in range(1, 13)]


CHECKLIST = "action_code state figures proxies newest_year measures_reported measures documents"
NO_MEASURE = "no measure exists in this edition"


def test_the_checklist_has_fifty_actions_each_in_one_of_four_states(answers: Answerer) -> None:
    found = {row[0]: row[1:] for row in rows(answers, "action-checklist", CHECKLIST, city="ie-cork")}
    assert [*found] == [action.code for action in answers.framework.actions]
    assert len(found) == 50
    assert found["1.1"] == ("document only", 0, 0, None, 0, 1, 1)
    assert found["1.2"] == ("none", 0, 0, None, 0, 2, 0)
    assert found["2.2"] == (f"{NO_MEASURE}, no document either", 0, 0, None, 0, 0, 0)
    assert found["2.3"] == ("evidence", 3, 1, 2016, 1, 2, 0)
    assert found["3.1"] == ("evidence", 1, 0, 2016, 1, 2, 0)
    assert found["4.4"] == (f"{NO_MEASURE}, a document supports it", 0, 0, None, 0, 0, 1)
    assert found["10.2"] == ("document only", 0, 0, None, 0, 1, 1)
    assert found["11.1"] == ("evidence", 1, 0, 2016, 1, 1, 0)
    assert found["11.2"] == ("evidence", 1, 0, 2016, 1, 2, 0)
    rest = {code: row[0] for code, row in found.items() if row[0] != "none"}
    assert [*rest] == ["1.1", "2.2", "2.3", "3.1", "4.4", "5.2", "5.4", "8.2", "10.2", "10.3", "11.1", "11.2"]
    assert rows(answers, "action-checklist", "state", "zh", city="ie-cork", commitment="2") == [
        ("无",),
        ("本版本无测量点，也无文件",),
        ("有证据",),
        *[("无",)] * 3,
    ]


@pytest.mark.parametrize("city", CITIES)
def test_the_checklist_ticks_what_the_store_says_there_is_evidence_for(city: str, answers: Answerer) -> None:
    ticked = {"ie-cork": {"1.1", "2.3", "3.1", "4.4", "10.2", "11.1", "11.2"}, "ie-dublin": {"9.2"}}.get(city, set())
    found = rows(answers, "action-checklist", "action_code state", city=city)
    assert {code for code, state in found if state not in ("none", f"{NO_MEASURE}, no document either")} == ticked
    said = answers.graph("action-checklist", {"city": city}, "en").decode()
    assert ("hasEvidenceForAction" in said) == bool(ticked)


def test_the_chain_leads_from_the_commitment_to_the_line_of_the_file(answers: Answerer) -> None:
    columns = "action_code relation feature_code measure_code kind figure year value match note source_type source reference_year revision submitter file line"
    lfs, both = "Labour force survey", "Labour force survey; 居民调查"
    first, second = (2015, 1, "Council of ie-cork", "cork-2015.csv"), (2016, 2, "Council of ie-cork", "cork-2016.csv")
    step = ("2.3", "direct", "1.2.2", "1.2.2-a", "figure")
    assert rows(answers, "evidence-chain", columns, city="ie-cork", commitment="2") == [
        (*step, "Unemployment rate: female", 2015, 18, "close", "Another definition.", "official data", lfs, *first, 5),
        (*step, "Unemployment rate: total", 2015, 20, "exact", None, "official data", lfs, *first, 4),
        (*step, "Unemployment rate: female", 2016, 0, "exact", None, "official data; survey", both, *second, 7),
    ]
    assert rows(answers, "evidence-chain", columns, "zh", city="ie-cork", commitment="10") == [
        ("10.2", "佐证", None, None, "文件", "Learning strategy", 2014, None, None, None, "战略", None, *second, 12)
    ]


def test_a_figure_that_no_value_cell_asks_for_is_called_by_its_splits(answers: Answerer) -> None:
    given = {"city": "ie-cork", "commitment": "3"}
    assert rows(answers, "evidence-chain", "figure value", **given) == [("CO2 emissions per capita: male", 3)]
    ((chinese, _),) = rows(answers, "evidence-chain", "figure value", "zh", **given)
    assert str(chinese).endswith("：男") or str(chinese).endswith(": 男")


def test_a_figure_for_two_actions_has_a_row_for_each_and_an_action_can_be_asked_for(answers: Answerer) -> None:
    columns = "action_code relation measure_code value"
    given = {"city": "ie-cork", "commitment": "11"}
    assert rows(answers, "evidence-chain", columns, **given) == [
        ("11.1", "direct", "3.2.1-a", 4),
        ("11.2", "partial", "3.2.1-a", 4),
    ]
    assert rows(answers, "evidence-chain", columns, **given, action="11.2") == [("11.2", "partial", "3.2.1-a", 4)]
    assert rows(answers, "evidence-chain", columns, **given, action="2.3") == []  # of another commitment
    for city in ("ie-limerick", "pt-braga"):
        assert rows(answers, "evidence-chain", columns, city=city, commitment="2") == []


def test_documents_stand_under_each_action_that_they_support(answers: Answerer) -> None:
    columns = "commitment_code action_code title document_type issued link note reference_year file line"
    strategy = (
        "Learning strategy",
        "strategy",
        "2014-05",
        "https://example.org/strategy",
        None,
        2016,
        "cork-2016.csv",
        12,
    )
    assert rows(answers, "city-documents", columns, city="ie-cork") == [
        ("1", "1.1", *strategy),
        ("4", "4.4", "灵活学习计划", "policy", None, None, "草案", 2016, "cork-2016.csv", 13),
        ("10", "10.2", *strategy),
    ]
    assert rows(answers, "city-documents", "title", city="ie-cork", action="4.4") == [("灵活学习计划",)]
    assert rows(answers, "city-documents", "action_code", city="ie-cork", commitment="10") == [("10.2",)]
    assert rows(answers, "city-documents", "title", city="ie-dublin") == [("Festival",)]
    assert rows(answers, "city-documents", "title", city="ie-limerick") == []


def test_sources_are_those_that_figures_rest_on(answers: Answerer) -> None:
    columns = "source source_type publisher link licence figures measures first_year last_year submissions"
    lfs = ("Labour force survey", "official data", "CSO", "https://example.org/lfs", "https://example.org/terms")
    assert rows(answers, "city-sources", columns, city="ie-cork") == [
        (*lfs, 4, "1.2.2-a 1.3.1-a", 2015, 2016, 2),  # the same source in two submissions
        ("Review panel", "expert review", None, None, None, 1, "3.2.1-a", 2016, 2016, 1),
        ("居民调查", "survey", None, None, None, 2, "1.2.2-a 2.5.4-a", 2016, 2016, 1),
    ]
    assert rows(answers, "city-sources", columns, city="ie-cork", measure="1.2.2-a") == [
        (*lfs, 3, "1.2.2-a", 2015, 2016, 2),
        ("居民调查", "survey", None, None, None, 1, "1.2.2-a", 2016, 2016, 1),
    ]
    assert rows(answers, "city-sources", columns, city="ie-dublin") == []


@pytest.mark.parametrize(
    "name", ["city-evidence-strength", "action-checklist", "evidence-chain", "city-documents", "city-sources"]
)
def test_asked_of_the_only_edition_the_answer_is_the_same(name: str, answers: Answerer) -> None:
    given = {"city": "ie-cork", **({"commitment": "2"} if name == "evidence-chain" else {})}
    found = answers.ask(name, given, "en").rows
    assert found
    assert answers.ask(name, {**given, "edition": "2013-draft"}, "en").rows == found
