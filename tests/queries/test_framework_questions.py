"""The questions on the framework, against the typed framework and the files of the ontology."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pyoxigraph as ox
import pytest
from handing_in import rows

from lcgraph.asking.answer import Answerer
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, DIMENSIONS, LC, SKOS

LANGUAGES = ("en", "zh")
NAMES = (
    "actions-measured",
    "edition-differences",
    "features",
    "find",
    "measure-about",
    "measures-by-source",
    "source-notes",
    "temple",
    "value-cells",
)


def statements() -> Iterator[ox.Quad]:
    """What the files on the Declaration and the editions say."""
    folder = resources.directory("ontology")
    for path in (folder / "declaration.ttl", *sorted((folder / "editions").glob("*.ttl"))):
        yield from resources.read_turtle(path, DEFAULT_BASE)


def values(prop: str, language: str = "") -> dict[str, list[str]]:
    """Subject to the values of a property, literals in one language or none."""
    found: dict[str, list[str]] = {}
    for quad in statements():
        if quad.predicate.value != prop or not isinstance(quad.subject, ox.NamedNode):
            continue
        if isinstance(quad.object, ox.Literal) and (quad.object.language or "") != language:
            continue
        assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
        found.setdefault(quad.subject.value, []).append(quad.object.value)
    return found


def natural(code: str) -> list[int | str]:
    """Of codes such as 2.10.1-a: as people count."""
    return [int(part) if part.isdigit() else part for part in code.replace("-", ".").split(".")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_asked_of_the_one_edition_there_is_the_answer_is_the_same(
    name: str, language: str, few_answers: Answerer
) -> None:
    heads = few_answers.question(name).head.parameters
    given = {parameter: head.example for parameter, head in heads.items() if head.required}
    whole = few_answers.ask(name, given, language).rows
    assert few_answers.ask(name, {**given, "edition": "2013-draft"}, language).rows == whole
    assert bool(whole) == (name != "edition-differences")


def test_with_one_edition_nothing_differs_and_the_answer_says_why(few_answers: Answerer) -> None:
    for given in ({}, {"other": "2013-draft"}, {"other": "2013-draft", "edition": "2013-draft"}):
        answer = few_answers.ask("edition-differences", given, "en")
        assert answer.rows == ()
        assert answer.nothing().startswith("Nothing differs - there is no second edition here")


@pytest.mark.parametrize("language", LANGUAGES)
def test_measures_by_source(language: str, few_answers: Answerer) -> None:
    framework, columns = few_answers.framework, "source_code source_label measures figures measure_codes edition_code"
    found = rows(few_answers, "measures-by-source", columns, language)
    expected = []
    for code in sorted(framework.codes("data-source-type").codes):
        those = [measure for measure in framework.edition().measures if measure.expected_source == code]
        label = framework.codes("data-source-type").code(code).label[language]
        codes = " ".join(sorted((measure.code for measure in those), key=natural))
        expected.append((code, label, len(those), sum(len(m.cells) for m in those), codes, "2013-draft"))
    assert found == expected
    # by hand, from the column of sources in the table of the Key Features
    assert [row[:1] + row[2:4] for row in found] == [
        ("expert-review", 14, 14),
        ("official", 24, 47),
        ("survey", 16, 18),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_with_how_it_is_seen(language: str, few_answers: Answerer) -> None:
    framework = few_answers.framework
    columns = "commitment_code action_code action_label seen direct_measures partial_measures"
    how = {"en": ("directly", "in part", "by nothing"), "zh": ("直接", "部分", "无测量点")}[language]
    expected = []
    for action in framework.actions:
        by = {
            relation: [m.code for m in framework.edition().measures if m.informs.get(action.iri) == relation]
            for relation in ("direct", "partial")
        }
        expected.append(
            (
                framework.commitments[action.commitment].code,
                action.code,
                action.label[language],
                how[0] if by["direct"] else how[1] if by["partial"] else how[2],
                " ".join(sorted(by["direct"], key=natural)) or None,
                " ".join(sorted(by["partial"], key=natural)) or None,
            )
        )
    found = rows(few_answers, "actions-measured", columns, language)
    assert found == expected
    assert len(found) == 50
    assert [row[1] for row in found if row[3] == how[2]] == ["2.2", "4.4", "5.2", "5.4", "8.2", "10.3"]


def test_an_action_that_nothing_measures_has_the_project_s_reason(few_answers: Answerer) -> None:
    columns = "action_code reason"
    assert rows(few_answers, "actions-measured", columns, commitment="2")[1] == (
        "2.2",
        "poverty: no feature in the draft",
    )
    for language in LANGUAGES:
        reasons = values(SKOS + "definition", language)
        of_action: dict[str, set[str]] = {}
        for alignment, actions in values(LC + "alignsAction").items():
            of_action.setdefault(actions[0], set()).update(reasons[alignment])
        for code, reason in rows(few_answers, "actions-measured", columns, language):
            action = few_answers.framework.actions.code(str(code))
            assert set(str(reason).split("\n")) == of_action[action.iri]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_on_the_source_stands_beside_its_item(language: str, few_answers: Answerer) -> None:
    found = rows(few_answers, "source-notes", "item note", language)
    notes = values(SKOS + "note", language)
    assert len(found) == len(notes)
    assert {str(item): sorted(str(note).split("\n")) for item, note in found} == {
        item: sorted(said) for item, said in notes.items()
    }


def test_a_note_comes_with_kind_place_and_the_wording_of_the_source(few_answers: Answerer) -> None:
    found = rows(few_answers, "source-notes", "kind code source_wording place edition_code note")
    assert Counter(row[0] for row in found)["action"] == 9
    assert {row[4] for row in found if row[0] == "action"} == {None}  # the Declaration is of no edition
    assert {row[4] for row in found if row[0] != "action"} == {"2013-draft"}
    assert [row for row in found if row[1] == "1.1.2-a"] == [
        (
            "measure",
            "1.1.2-a",
            "选兴趣参与率：达法定投票年龄的人口参与最近一次城市主要选兴趣活动的比例",
            "table 1, row of feature 1.1.2",
            "2013-draft",
            "seed reads 选兴趣参与率 / 选兴趣活动: 举 was replaced by 兴趣 twice; corrected to 选举",
        )
    ]
    kinds = list(dict.fromkeys(row[0] for row in found))
    assert kinds.index("action") < kinds.index("edition") < kinds.index("focal area") < kinds.index("measure")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_temple_from_pediment_to_steps(language: str, few_answers: Answerer) -> None:
    framework, edition = few_answers.framework, few_answers.framework.edition()
    columns = "group_code temple_part area_code area_label commitment_code features measures figures"
    expected = []
    for group in edition.groups:
        part = framework.codes("temple-part").code(group.temple_part).label[language]
        for area in (edition.areas[iri] for iri in group.areas):
            features = {feature.iri for feature in edition.features if feature.area == area.iri}
            measures = [measure for measure in edition.measures if measure.feature in features]
            (commitment,) = [c.code for c in framework.commitments if area.iri in c.areas]
            counts = (len(features), len(measures), sum(len(measure.cells) for measure in measures))
            expected.append((group.code, part, area.code, area.label[language], commitment, *counts))
    found = rows(few_answers, "temple", columns, language)
    assert found == expected
    assert [sum(int(str(row[n])) for row in found) for n in (5, 6, 7)] == [38, 54, 79]
    assert [row[4] for row in found] == [str(n) for n in range(1, 13)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_feature_with_its_measures_and_the_actions_that_it_addresses(
    language: str, few_answers: Answerer
) -> None:
    framework, edition = few_answers.framework, few_answers.framework.edition()
    addresses = [values(LC + name) for name in ("addressesDirectly", "addressesPartially")]

    def codes(actions: list[str]) -> str | None:
        return " ".join(sorted((framework.actions[action].code for action in actions), key=natural)) or None

    expected = [
        (
            feature.code,
            feature.label[language],
            edition.areas[feature.area].code,
            " ".join(m.code for m in edition.measures if m.feature == feature.iri),
            *(codes(said.get(feature.iri, [])) for said in addresses),
        )
        for feature in edition.features
    ]
    columns = "code label area_code measures direct_actions partial_actions"
    found = rows(few_answers, "features", columns, language)
    assert found == expected
    # the table of the Key Features: the last feature of area 2.5 is asked for by no action
    assert [row[0] for row in found if row[4] is None and row[5] is None] == ["2.5.4"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_that_is_asked_for(language: str, few_answers: Answerer) -> None:
    framework = few_answers.framework
    expected = [
        (
            measure.code,
            cell.label[language],
            *(framework.codes_of(d)[cell.dimensions[d]].label[language] for d in DIMENSIONS),
            measure.unit_label[language],
            measure.minimum,
            measure.maximum,
            framework.codes("data-source-type").code(measure.expected_source).label[language],
        )
        for measure in framework.edition().measures
        for cell in measure.cells
    ]
    columns = "measure_code label sex household_income sector education_level setting unit minimum maximum"
    found = rows(few_answers, "value-cells", f"{columns} expected_source", language)
    assert found == expected
    assert len(found) == 79
    of_one = rows(few_answers, "value-cells", f"{columns} expected_source", language, measure="1.2.2-a")
    assert of_one == [row for row in found if row[0] == "1.2.2-a"]
    assert len(of_one) == 3


def test_all_about_a_measure(few_answers: Answerer) -> None:
    (row,) = few_answers.ask("measure-about", {"measure": "2.5.1-a"}, "en").rows
    measure = few_answers.framework.measures.code("2.5.1-a")
    known = {name: row[name] for name in row if name not in ("definition", "note", "source_wording", "range_note")}
    assert known == {
        "code": "2.5.1-a",
        "label": measure.label["en"],
        "unit": measure.unit_label["en"],
        "value_type": few_answers.framework.codes("value-type").code(measure.value_type).label["en"],
        "minimum": Decimal(0),
        "maximum": None,
        "maximum_is_firm": None,
        "polarity": "lower is progress",
        "expected_source": "official data",
        "cells": len(measure.cells),
        "cell_labels": "; ".join(cell.label["en"] for cell in measure.cells),
        "shares_over": None,
        "feature_code": "2.5.1",
        "feature_label": "A suitable professional teaching force",
        "area_code": "2.5",
        "area_label": "Enhanced quality in learning",
        "direct_actions": None,
        "partial_actions": "8.3",
        "place": "table 1, row of feature 2.5.1",
        "edition_code": "2013-draft",
        "measure": measure.iri,
        "feature": measure.feature,
        "area": few_answers.framework.edition().features[measure.feature].area,
        "unit_iri": measure.unit,
    }
    assert row["definition"] == measure.definition["en"]
    assert row["note"] == measure.notes["en"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["1.1.2-a", "1.3.1-a", "2.3.1-a", "2.5.4-a", "3.1.2-a", "3.3.1-a"])
def test_what_is_told_of_a_measure_is_what_the_framework_holds(code: str, language: str, few_answers: Answerer) -> None:
    framework, measure = few_answers.framework, few_answers.framework.measures.code(code)
    (row,) = few_answers.ask("measure-about", {"measure": code}, language).rows
    assert row["label"] == measure.label[language]
    assert (row["minimum"], row["maximum"], row["maximum_is_firm"]) == (
        measure.minimum,
        measure.maximum,
        None if measure.maximum is None else measure.maximum_is_firm,
    )
    assert row["range_note"] == measure.range_note.get(language)
    assert row["note"] == measure.notes.get(language)
    assert row["polarity"] == framework.codes("polarity").code(measure.polarity).label[language]
    assert (row["shares_over"] is None) == (measure.shares_over == "")
    for column, relation in (("direct_actions", "direct"), ("partial_actions", "partial")):
        actions = [framework.actions[iri].code for iri, how in measure.informs.items() if how == relation]
        assert row[column] == (" ".join(actions) or None)


@pytest.mark.parametrize("text", ["LITERACY", "women", "妇女", "Learn", "100%", '"} } #', "no such words"])
def test_words_are_found_in_names_and_definitions_of_either_language(text: str, few_answers: Answerer) -> None:
    framework, edition = few_answers.framework, few_answers.framework.edition()
    items = (*framework.commitments, *framework.actions, *edition.areas, *edition.features, *edition.measures)
    holding = [
        item.iri
        for item in items
        if any(text.lower() in said.lower() for labels in (item.label, item.definition) for said in labels.values())
    ]
    for language in LANGUAGES:
        found = few_answers.ask("find", {"text": text}, language).rows
        assert [row["item"] for row in found] == holding
        assert all(text.lower() in str(row["found"]).lower() for row in found)


def test_a_name_is_shown_before_a_definition_and_the_language_asked_for_before_the_other(
    few_answers: Answerer,
) -> None:
    columns = "kind code found_in found edition_code"
    assert rows(few_answers, "find", columns, text="literacy") == [
        ("key feature", "1.1.1", "name", "Basic literacy for every citizen", "2013-draft"),
        ("measure", "1.1.1-a", "name", "Adult literacy rate", "2013-draft"),
    ]
    assert rows(few_answers, "find", columns, "zh", text="literacy") == [
        ("主要特征", "1.1.1", "名称", "Basic literacy for every citizen", "2013-draft"),
        ("测量点", "1.1.1-a", "名称", "Adult literacy rate", "2013-draft"),
    ]
    assert rows(few_answers, "find", columns, "zh", text="基本读写") == [
        ("主要特征", "1.1.1", "名称", "确保每个公民具备基本读写能力", "2013-draft")
    ]
    answer = few_answers.ask("find", {"text": "no such words"}, "en")
    assert answer.nothing() == "These words stand in no name and no definition."
