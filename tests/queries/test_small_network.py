"""Each question on the network of few cities, with answers worked out by hand from ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from handing_in import rows

from lcgraph.asking.answer import Answerer

Label = Callable[..., str]


def test_a_city_s_commitments_show_the_newest_figure_of_each_cell_and_the_documents(few_answers: Answerer) -> None:
    columns = "commitment_code action_code measure_code figure year value match file line"
    second, first = "cork-2016.csv", "cork-2015.csv"
    unemployment = "Unemployment rate"
    assert rows(few_answers, "city-commitments", columns, city="ie-cork") == [
        ("1", "1.1", None, "Learning strategy", 2014, None, None, second, 13),
        ("2", "2.3", "1.2.2-a", f"{unemployment}: male", 2016, Decimal("12.5"), "close", second, 6),
        ("2", "2.3", "1.2.2-a", f"{unemployment}: female", 2016, 0, "exact", second, 5),  # zero was reported
        ("2", "2.3", "1.2.2-a", f"{unemployment}: total", 2015, 20, "exact", first, 4),
        # the later submission speaks of 2015 anew
        ("3", "3.1", "1.3.1-a", "CO2 emissions per capita", 2015, Decimal("4.25"), "exact", second, 8),
        # no value cell asks for this split; it is evidence all the same, with all its digits
        (
            "3",
            "3.1",
            "1.3.1-a",
            "CO2 emissions per capita: M",
            2016,
            Decimal("1234567890.12345678"),
            "exact",
            second,
            7,
        ),
        ("4", "4.4", None, "灵活学习计划", None, None, None, second, 14),
        ("7", "7.1", "3.1.2-a", "Public policies and strategies", 2016, 4, "exact", second, 9),
        ("10", "10.2", "3.1.2-a", "Public policies and strategies", 2016, 4, "exact", second, 9),
        ("10", "10.2", None, "Learning strategy", 2014, None, None, second, 13),
    ]


def test_several_sources_of_a_figure_stand_in_one_row(few_answers: Answerer) -> None:
    for name, given in (("city-commitments", {"commitment": "2"}), ("measure-series", {"measure": "1.2.2-a"})):
        found = rows(few_answers, name, "value source source_type source_link", city="ie-cork", **given)
        assert [row for row in found if row[0] == 0] == [
            (
                0,
                "Labour force survey; 居民调查",
                "official data; survey",
                "https://example.org/lfs https://example.org/residents",
            )
        ]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", {"Another age limit.", "四舍五入", None}),
        ("zh", {"Another age limit.", "四舍五入", None}),
    ],
)
def test_a_note_in_one_language_only_is_shown_in_every_language(
    language: str, expected: set[str | None], few_answers: Answerer
) -> None:
    given = {"city": "ie-cork", "commitment": "2"}
    assert {row[0] for row in rows(few_answers, "city-commitments", "note", language, **given)} == expected
    assert rows(few_answers, "city-commitments", "figure", language, city="ie-dublin") == [("Fête du savoir",)]


def test_the_order_of_rows_is_the_same_in_every_language(few_answers: Answerer) -> None:
    for question in few_answers.library:
        for city in ("ie-cork", "fi-espoo"):
            given = {name: head.example for name, head in question.head.parameters.items() if head.required}
            if "city" in given:
                given["city"] = city
            keys = " ".join(name for name, column in question.head.columns.items() if not column.show)
            codes = " ".join(name for name in question.head.columns if name.endswith("code"))
            english, chinese = (rows(few_answers, question.name, f"{keys} {codes}", x, **given) for x in ("en", "zh"))
            assert english == chinese
            assert english or city == "fi-espoo" or question.head.empty


@pytest.mark.parametrize("city", ["ie-limerick", "pt-braga"])
def test_of_a_city_with_nothing_or_only_what_it_withdrew_there_is_no_evidence(city: str, few_answers: Answerer) -> None:
    answer = few_answers.ask("city-commitments", {"city": city}, "en")
    assert answer.rows == ()
    assert answer.nothing() == "The city has handed in nothing yet."
    missing = few_answers.ask("city-gaps", {"city": city}, "en").rows
    cells = {cell.iri for m in few_answers.framework.measures for cell in m.cells}
    by_measure = {row["measure_code"]: row["missing_count"] for row in missing}
    assert sum(v for v in by_measure.values() if isinstance(v, int)) == len(cells) == 79
    assert {row["declared"] for row in missing} == {None}


def test_no_data_not_available_not_applicable_and_zero_are_four_things(few_answers: Answerer) -> None:
    columns = "measure_code gap missing declared"

    def gap(city: str, measure: str) -> list[tuple[object, ...]]:
        return [row[1:] for row in rows(few_answers, "city-gaps", columns, city=city) if row[0] == measure]

    three = "Unemployment rate: male; Unemployment rate: female; Unemployment rate: total"
    assert gap("pt-braga", "1.2.2-a") == [("no figure", three, None)]
    assert gap("fi-espoo", "1.2.2-a") == [("no figure", three, "not available (2016)")]
    training = "Employee participation in education and training"
    assert gap("fi-espoo", "2.3.1-a") == [
        (
            "no figure",
            f"{training}: public sector; {training}: private sector",
            f"{training}: public sector: not applicable (2016); {training}: private sector: not collected (2016)",
        )
    ]
    assert gap("ie-cork", "2.3.1-a") == [
        (
            "no figure",
            f"{training}: public sector; {training}: private sector",
            f"{training}: public sector: not collected (2016)",
        )
    ]
    assert gap("ie-cork", "1.2.3-b") == [("no figure", "Patents", "not available (2016)")]  # not that of 2015
    assert gap("ie-cork", "1.2.2-a") == []  # zero is a figure


def test_an_action_without_measures_is_a_gap_until_a_document_supports_it(few_answers: Answerer) -> None:
    def unserved(city: str) -> list[object]:
        found = rows(few_answers, "city-gaps", "action_code measure_code", city=city)
        return [action for action, measure in found if measure is None]

    assert unserved("pt-braga") == ["2.2", "4.4", "5.2", "5.4", "8.2", "10.3"]
    assert unserved("ie-cork") == ["2.2", "5.2", "5.4", "8.2", "10.3"]


@pytest.mark.parametrize(
    ("commitment", "expected"),
    [
        ("1", [("ie-cork", None, 0, 0, 1, None, None, 1)]),
        ("2", [("fi-espoo", "1.2.2-b", 1, 1, 0, 2016, 2016, 1), ("ie-cork", "1.2.2-a", 4, 1, 0, 2015, 2016, 2)]),
        ("3", [("ie-cork", "1.3.1-a", 3, 0, 0, 2015, 2016, 2)]),
        ("9", [("ie-dublin", None, 0, 0, 1, None, None, 1)]),
        ("12", []),
    ],
)
def test_cities_with_evidence_for_a_commitment(
    commitment: str, expected: list[tuple[object, ...]], few_answers: Answerer
) -> None:
    columns = "city_code measures figures proxies documents first_year last_year submissions"
    assert rows(few_answers, "commitment-cities", columns, commitment=commitment) == expected


def test_a_series_leaves_out_what_was_superseded(few_answers: Answerer) -> None:
    columns = "year sex value match submission"
    base = "https://w3id.org/lcgraph/submission/ie-cork"
    assert rows(few_answers, "measure-series", columns, city="ie-cork", measure="1.2.2-a") == [
        (2015, "both sexes", 20, "exact", f"{base}/2015/1"),
        (2015, "female", 18, "exact", f"{base}/2015/1"),
        (2016, "female", 0, "exact", f"{base}/2016/2"),
        (2016, "male", Decimal("12.5"), "close", f"{base}/2016/2"),
    ]
    assert rows(few_answers, "measure-series", columns, city="ie-cork", measure="1.1.2-a") == []


def test_the_cities_with_what_they_handed_in(few_answers: Answerer) -> None:
    columns = "code submissions first_year last_year"
    found = rows(few_answers, "cities", columns)
    assert len(found) == 69
    assert [row for row in found if row[1]] == [
        ("fi-espoo", 1, 2016, 2016),
        ("ie-cork", 2, 2015, 2016),
        ("ie-dublin", 1, 2016, 2016),
    ]
    assert [row[0] for row in rows(few_answers, "cities", "code", country="IE")] == [
        "ie-cork",
        "ie-dublin",
        "ie-limerick",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_framework_answers_as_the_ontology_says(language: str, few_answers: Answerer, label: Label) -> None:
    framework = few_answers.framework
    edition = framework.edition()
    assert rows(few_answers, "commitments", "code label actions", language) == [
        (c.code, c.label[language], sum(a.commitment == c.iri for a in framework.actions))
        for c in framework.commitments
    ]
    assert rows(few_answers, "measures", "code label cells", language) == [
        (m.code, m.label[language], len(m.cells)) for m in edition.measures
    ]
    assert rows(few_answers, "actions-without-feature", "action_code action_label", language) == [
        (code, label("action", code, language)) for code in ("2.2", "4.4", "5.2", "5.4", "8.2", "10.3")
    ]
    assert len(rows(few_answers, "features-without-action", "feature_code", language)) == 2
    for commitment in framework.commitments:
        found = rows(
            few_answers, "commitment-framework", "action_code measure_code", language, commitment=commitment.code
        )
        assert len(set(found)) == len(found)
        expected = {
            (framework.actions[action].code, m.code)
            for m in edition.measures
            for action in m.informs
            if framework.actions[action].commitment == commitment.iri
        }
        assert {pair for pair in found if pair[1]} == expected
        assert {a for a, _ in found} == {a.code for a in framework.actions if a.commitment == commitment.iri}
