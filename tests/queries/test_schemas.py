"""Every answer of every question is as its JSON Schema says, and keeps to the types of its columns."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from lcgraph.asking.answer import Answerer
from lcgraph.asking.parts import Part
from lcgraph.asking.question import Library
from lcgraph.asking.schema import schema
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE

LIBRARY = Library(resources.directory("queries"), DEFAULT_BASE)
OF_NOTHING = {"city": "pt-braga", "commitment": "12", "country": "TR", "measure": "3.2.3-a", "action": "12.1"}
"""Values for which most questions have no rows on the network of few cities."""


@pytest.mark.parametrize("name", LIBRARY.names)
def test_an_answer_is_as_its_schema_says(name: str, demo_answers: Answerer, few_answers: Answerer) -> None:
    for language, answerer in (("en", demo_answers), ("zh", few_answers)):
        validator = Draft202012Validator(schema(answerer.question(name), language))
        Draft202012Validator.check_schema(validator.schema)
        heads = answerer.question(name).head.parameters
        examples = {key: head.example for key, head in heads.items() if head.required}
        nothing = {key: OF_NOTHING.get(heads[key].type, value) for key, value in examples.items()}
        for given, part in ((examples, Part()), (examples, Part(1)), (nothing, Part())):
            validator.validate(json.loads(answerer.ask(name, given, language, part).json()))
    validator.validate(json.loads(few_answers.ask(name, {**examples, "as_of": "2001-01-01"}, "zh").json()))


def test_what_is_not_as_the_schema_says_is_found(demo_answers: Answerer) -> None:
    validator = Draft202012Validator(schema(demo_answers.question("cities"), "en"))
    said = json.loads(demo_answers.ask("cities", {}, "en").json())
    for change in (
        {"count": -1},
        {"question": "commitments"},
        {"more": 1},
        {"columns": said["columns"][:-1]},
        {"rows": [{**said["rows"][0], "inhabitants": "many"}]},
        {"rows": [{"code": "ie-cork"}]},
        {"parameters": {"county": {"value": "IE", "label": None}}},
    ):
        with pytest.raises(ValidationError):
            validator.validate({**said, **change})
