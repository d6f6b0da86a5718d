"""The questions by which data here are joined with data elsewhere, against the typed framework."""

from __future__ import annotations

from decimal import Decimal

import pytest
from handing_in import rows

from lcgraph.asking.answer import Answerer
from lcgraph.framework.framework import CODE_LISTS
from lcgraph.framework.namespaces import DIMENSIONS, SDMX_CODE, SKOS, UNIT, local_name

LANGUAGES = ("en", "zh")
LISTS = [
    "alignment-relation",
    "data-source-type",
    "definition-match",
    "document-type",
    "education-level",
    "gap-reason",
    "household-income",
    "membership-status",
    "observation-status",
    "polarity",
    "scale",
    "sector",
    "setting",
    "sex",
    "temple-part",
    "value-type",
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["city-identifiers", "code-lists", "measure-units"])
def test_asked_of_the_one_edition_there_is_the_answer_is_the_same(
    name: str, language: str, few_answers: Answerer
) -> None:
    whole = few_answers.ask(name, {}, language).rows
    assert whole
    assert few_answers.ask(name, {"edition": "2013-draft"}, language).rows == whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_city_with_its_identifiers(language: str, few_answers: Answerer) -> None:
    framework = few_answers.framework
    expected = []
    for city in framework.cities:
        country = framework.countries.get(city.country)
        region = framework.regions[country.region] if country is not None else None
        expected.append(
            (
                city.code,
                city.label.get(language, city.label.get("en")),
                country.code if country is not None else None,
                region.code if region is not None else None,
                region.label[language] if region is not None else None,
                city.geonames or None,
                city.wikidata or None,
            )
        )
    columns = "code label country_code region_code region geonames wikidata"
    found = rows(few_answers, "city-identifiers", columns, language)
    assert found == expected
    assert [row[0] for row in found] == sorted(str(row[0]) for row in found)
    assert {row[6] is None for row in found} == {True, False}  # what no source gives is left empty


def test_coordinates_are_degrees_east_and_north(few_answers: Answerer) -> None:
    columns = "code longitude latitude"
    found = rows(few_answers, "city-identifiers", columns, country="BE")
    assert found == [("be-liege", Decimal("5.56749"), Decimal("50.63373"))]  # as in cities.ttl
    every = rows(few_answers, "city-identifiers", columns)
    # four cities have no point in cities.ttl
    nowhere = [code for code, longitude, latitude in every if longitude is None and latitude is None]
    assert nowhere == ["gb-kirklees", "se-botkyrka", "se-gotland", "se-jarfalla"]
    for _, longitude, latitude in (row for row in every if row[0] not in nowhere):
        assert isinstance(longitude, Decimal)
        assert isinstance(latitude, Decimal)
        assert abs(longitude) <= 180
        assert abs(latitude) <= 90


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_with_its_unit_and_the_codes_that_split_it(language: str, few_answers: Answerer) -> None:
    framework = few_answers.framework
    expected = []
    for measure in framework.edition().measures:
        split: dict[str, set[str]] = {}
        for cell in measure.cells:
            for dimension in DIMENSIONS:
                if cell.dimensions[dimension] != framework.totals[dimension]:
                    split.setdefault(dimension, set()).add(cell.dimensions[dimension])
        codes = sorted({code for codes in split.values() for code in codes})
        expected.append(
            (
                measure.code,
                framework.units[measure.unit].label[language],
                "QUDT" if measure.unit.startswith(UNIT) else "lcgraph",
                measure.unit,
                " ".join(sorted(split)) or None,
                " ".join(codes) or None,
                framework.codes("value-type").code(measure.value_type).label[language],
            )
        )
    columns = "code unit unit_vocabulary unit_iri dimensions codes value_type"
    assert rows(few_answers, "measure-units", columns, language) == expected


def test_units_and_splits_in_words_and_in_ucum(few_answers: Answerer) -> None:
    columns = "code ucum split_by split_codes"
    found = {row[0]: row[1:] for row in rows(few_answers, "measure-units", columns)}
    # by hand, from the table of the Key Features and the units of UCUM
    assert found["1.2.2-a"] == ("%", "sex", "female male")
    assert found["1.3.1-b"] == ("kg/a", None, None)
    assert found["2.3.1-a"] == ("h/{person}/a", "sector", "private public")
    assert found["1.1.2-a"] == ("%", None, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_every_list_in_both_languages(language: str, few_answers: Answerer) -> None:
    framework = few_answers.framework
    expected = set()
    for name in LISTS:
        scheme = CODE_LISTS.get(name) or framework.names.item("scheme", name)
        for code in framework.codes(name):
            expected.add(
                (
                    scheme,
                    framework.name_of_codes(name)[language],
                    code.code,
                    code.label["en"],
                    code.label["zh"],
                    code.definition[language],
                    code.iri,
                )
            )
    columns = "list_iri list_label code label_en label_zh definition code_iri"
    found = rows(few_answers, "code-lists", columns, language)
    assert {row for row in found if row[0] is not None} == expected
    units = {(unit.code, unit.label["en"], unit.label["zh"], unit.iri) for unit in framework.units}
    assert {(*row[2:5], row[6]) for row in found if row[0] is None} == units
    assert len(found) == len(expected) + len(units)


def test_a_code_says_of_which_vocabulary_it_is(few_answers: Answerer) -> None:
    found = rows(few_answers, "code-lists", "code vocabulary code_there code_iri")
    for _, vocabulary, there, iri in found:
        whole = {"SDMX": SDMX_CODE, "QUDT": UNIT, "SKOS": SKOS}.get(str(vocabulary))
        assert (there is None) == (whole is None) == (vocabulary == "lcgraph")
        assert whole is None or (str(iri).startswith(whole) and local_name(str(iri)).endswith(str(there)))
    by_code = {(row[0], row[1]): row[2] for row in found}
    assert by_code["female", "SDMX"] == "F"
    assert by_code["normal", "SDMX"] == "A"
    assert by_code["close", "SKOS"] == "closeMatch"
    assert by_code["%", "QUDT"] == "PERCENT"
