"""A Chinese report holds no English: what is not Chinese in it is a code, a symbol or an address."""

from __future__ import annotations

import re
from datetime import date

import pytest
from shape_examples import EXAMPLES

from lcgraph.checking.check import Checker, rules
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import pick
from lcgraph.reading.reader import read

KNOWN = {"GDP", "CSV", "RDF", "IRI", "Excel", "UTF-8", "GeoNames", "POINT", "JSON-LD", "lcgraph", "ISCED", "ISO", "urn"}
CODES = {
    *("submission", "source", "observation", "gap", "target", "document", "en", "zh", "member", "not-evidenced"),
    *("not-collected", "not-available", "not-applicable", "confidential", "ie-cork", "ie-dublin"),
}
"""What stands in a cell, whatever the language."""

_NO_WORDS = re.compile(r"https?://\S*|[a-z-]+:\w+|[a-z]+/[\w.-]+|\{[?$]\w+\}|2013-draft")


def english(chinese: str) -> list[str]:
    words = re.findall(r"[A-Za-z][A-Za-z0-9-]+", _NO_WORDS.sub(" ", chinese))
    return [word for word in words if word not in KNOWN | CODES]


def test_every_shape_and_rule_speaks_chinese() -> None:
    for iri, rule in rules(DEFAULT_BASE).items():
        assert rule.message["zh"], iri
        assert english(rule.message["zh"] + rule.remedy.get("zh", "")) == [], iri


def test_what_is_found_is_told_in_chinese(framework: Framework) -> None:
    for example in (example for example in EXAMPLES if not example.of_city):
        text = "".join(f"{triple} .\n" for triple in example.data())
        for result in Checker(framework).check(read("cork.nt", text.encode(), framework), date(2026, 11, 23)).results:
            said = [pick(part, "zh") for part in (result.message, result.expected, result.remedy, result.why)]
            assert english("".join(said).replace(result.value or "\0", " ")) == [], example.shape


def test_a_unit_may_be_written_by_its_chinese_name(framework: Framework) -> None:
    for measure in framework.measures:
        unit = framework.units[measure.unit]
        assert framework.units.find(unit.label["zh"]) is unit


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_code_that_is_none_is_told_with_the_name_of_its_list(language: str, framework: Framework) -> None:
    for name in ("sex", "definition-match", "document-type", "gap-reason"):
        told = framework.name_of_codes(name)[language]
        assert told
        assert "-" not in told
