"""Texts from people become values of a question: bound, never pasted."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.asking import parameters
from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Question, parse_question
from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework, framework

TYPES = "city commitment action measure country region edition data-source-type year date integer text".split()  # noqa: SIM905


def question(kind: str, *, required: bool = True) -> Question:
    return parse_question(
        "probe",
        "test",
        f"""\
#+ title: {{en: A probe, zh: 探测}}
#+ description: {{en: A probe, zh: 探测}}
#+ asked: {{en: [a probe, another], zh: [探测, 再探测]}}
#+ parameters: {{x: {{type: {kind}, required: {str(required).lower()}, example: e, description: {{en: x, zh: x}}}}}}
#+ columns: {{x: {{en: x, zh: x}}}}
SELECT ?x ?edition WHERE {{ BIND (1 AS ?one) }}
""",
    )


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("city", " Ie-Cork ", "ie-cork"),
        ("city", "科克", "ie-cork"),
        ("city", "https://w3id.org/lcgraph/city/ie-cork", "ie-cork"),
        ("commitment", "7", "7"),
        ("action", "10.2", "10.2"),
        ("measure", "1.2.2-A", "1.2.2-a"),
        ("country", "ie", "IE"),
        ("region", "154", "154"),
        ("region", "Northern Europe", "154"),
        ("region", "北欧", "154"),
        ("edition", "2013-draft", "2013-draft"),
        ("data-source-type", "survey", "survey"),
        ("year", "2016", "2016"),
        ("date", "2016-02-29", "2016-02-29"),
        ("integer", "-12", "-12"),
        ("text", 'a "quote" } ; DROP ALL', 'a "quote" } ; DROP ALL'),
    ],
)
def test_a_good_value_of_each_type_is_bound(kind: str, text: str, value: str, framework: Framework) -> None:
    assert parameters.bind(question(kind), {"x": text}, framework)["x"].text == value


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind != "text"])
@pytest.mark.parametrize("bad", ["nowhere at all", '"> } ; DROP ALL #', "1\n2", "\x00", "\\u0022", "x" * 1_000_000])
def test_a_bad_value_is_refused_with_the_name_of_the_parameter(kind: str, bad: str, framework: Framework) -> None:
    with pytest.raises(ParameterError) as refused:
        parameters.bind(question(kind), {"x": bad}, framework)
    assert refused.value.parameter == "x"
    assert len(str(refused.value)) < 200
    assert refused.value.remedy is not None


@pytest.mark.parametrize("text", ["2015-02-29", "2016-2-9", "20160229", "29.2.2016", "2016", "2016-W09-1"])
def test_a_date_is_a_day_that_there_is_written_in_one_way(text: str, framework: Framework) -> None:
    with pytest.raises(ParameterError, match="is not a value") as refused:
        parameters.bind(question("date"), {"x": text}, framework)
    assert refused.value.remedy is not None
    assert "Write a day such as" in str(refused.value.remedy)


@pytest.mark.parametrize("typo", ["ie-crok", "Corck", "科克市"])
def test_a_mistyped_city_is_told_the_nearest(typo: str, framework: Framework) -> None:
    with pytest.raises(ParameterError) as refused:
        parameters.bind(question("city"), {"x": typo}, framework)
    assert "ie-cork" in refused.value.allowed


def test_few_allowed_values_are_all_told(framework: Framework) -> None:
    with pytest.raises(ParameterError) as refused:
        parameters.bind(question("commitment"), {"x": "@@@@@@"}, framework)
    assert refused.value.allowed == tuple(map(str, range(1, 13)))


def test_the_nearest_are_named_first_of_all_that_are_allowed(framework: Framework) -> None:
    with pytest.raises(ParameterError) as refused:
        parameters.bind(question("region"), {"x": "Nothern Europe"}, framework)
    assert refused.value.allowed[0] == "154"
    assert sorted(refused.value.allowed) == sorted(framework.regions.codes)
    assert str(refused.value.remedy).startswith("Did you mean 154 (Northern Europe)")


@pytest.mark.parametrize(("kind", "text"), [("commitment", "13"), ("commitment", "0"), ("region", "1")])
def test_nothing_is_near_to_a_number_that_is_not_there(kind: str, text: str, framework: Framework) -> None:
    with pytest.raises(ParameterError) as refused:
        parameters.bind(question(kind), {"x": text}, framework)
    assert len(refused.value.allowed) in (12, 22)
    assert str(refused.value.remedy).startswith("Write one of ")


@pytest.mark.parametrize("text", [None, "", "   "])
def test_a_parameter_may_be_left_out_only_where_it_is_optional(text: str | None, framework: Framework) -> None:
    said = {} if text is None else {"x": text}
    assert parameters.bind(question("city", required=False), said, framework) == {}
    with pytest.raises(ParameterError, match="needs the parameter"):
        parameters.bind(question("city"), said, framework)


def test_an_unknown_parameter_is_refused_with_those_there_are(framework: Framework) -> None:
    with pytest.raises(ParameterError, match="has no parameter") as refused:
        parameters.bind(question("city"), {"y": "1"}, framework)
    assert refused.value.allowed == ("x", "edition", "as_of")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])).filter(lambda text: text.strip() != ""))
def test_any_text_is_one_literal_that_says_just_that(text: str) -> None:
    bound = parameters.bind(question("text"), {"x": text}, framework())["x"]
    (quad,) = ox.parse(f"<urn:s> <urn:p> {bound.term} .", ox.RdfFormat.N_TRIPLES)
    assert quad.object == ox.Literal(text.strip())


def test_a_text_too_long_to_look_for_is_refused_and_not_said_again(framework: Framework) -> None:
    longest = "x" * parameters.MAX_TEXT
    assert parameters.bind(question("text"), {"x": longest}, framework)["x"].text == longest
    with pytest.raises(ParameterError, match="has 401 letters") as refused:
        parameters.bind(question("text"), {"x": longest + "x"}, framework)
    assert len(str(refused.value)) < 200


def test_every_example_in_a_head_works(demo_answers: Answerer) -> None:
    for asked in demo_answers.library:
        examples = {name: head.example for name, head in asked.head.parameters.items()}
        assert parameters.bind(asked, examples, demo_answers.framework).keys() == examples.keys()
