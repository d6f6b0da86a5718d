"""The shapes of the measures, made from the ontology.

What a figure of a measure must be is said once, in ``ontology/``; ``lcgraph shapes`` writes
``shapes/measures.ttl`` from it, and a test fails when that file is out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lcgraph.framework import resources
from lcgraph.framework.canonical import canonical
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Measure, Unit
from lcgraph.framework.namespaces import LC, LCS, PREFIXES, PROV, QB, SDMX_ATTRIBUTE, SDMX_DIMENSION, SDMX_MEASURE, XSD
from lcgraph.language import Labels, pick
from lcgraph.reading import terms

_QUERY_PREFIXES = f"""PREFIX lc: <{LC}>
PREFIX lcs: <{LCS}>
PREFIX qb: <{QB}>
PREFIX sdmx-dimension: <{SDMX_DIMENSION}>
PREFIX sdmx-measure: <{SDMX_MEASURE}>
PREFIX xsd: <{XSD}>
"""


_NUMBER = "^[+-]?[0-9]{1,15}([.][0-9]{1,15})?$"
"""Numbers that every engine can reckon with; what else a datatype allows is told as no number."""


def path() -> Path:
    """The file that the shapes of the measures are written to."""
    return resources.directory("shapes") / "measures.ttl"


def measure_shapes(framework: Framework) -> str:
    """The shapes of all measures of all editions, as canonical Turtle.

    Each measure has a node shape that targets the measure itself; its property shapes reach the
    observations (and targets) of the measure backwards, so that engines find them by index and
    results have the observation as focus node.
    """
    lines = [f"@prefix {prefix}: <{namespace}> ." for prefix, namespace in PREFIXES.items()]
    lines.append(f"@prefix lcs: <{LCS}> .")
    measures = [measure for edition in framework.editions for measure in edition.measures]
    lines.extend(_known_measure(measures))
    lines.extend(_known_action([action.iri for action in framework.actions]))
    for measure in measures:
        lines.extend(shapes_of(measure, framework))
    return canonical("\n".join(lines) + "\n")


def _known_measure(measures: list[Measure]) -> Iterator[str]:
    known = " ".join(terms.iri(measure.iri) for measure in measures)
    for name, target, prop in (
        ("Observation-measure", "lc:Observation", "lc:ofMeasure"),
        ("Gap-measure", "lc:DeclaredGap", "lc:concernsMeasure"),
        ("Target-measure", "lc:Target", "lc:concernsMeasure"),
    ):
        yield f"lcs:{name}-target a sh:NodeShape ; sh:targetClass {target} ; rdfs:seeAlso {prop} ; sh:property lcs:{name} ."
        yield _property(
            name,
            f"sh:path {prop} ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( {known} )",
            {"en": "It names one measure of an edition.", "zh": "应注明某一版本的一个测量点。"},
            {"en": "Give the measure, such as measure/1.2.2-a.", "zh": "填写测量点，如 measure/1.2.2-a。"},
            prop,
        )


def _known_action(actions: list[str]) -> Iterator[str]:
    yield "lcs:Document-supports-target a sh:NodeShape ; sh:targetClass lc:EvidenceDocument ; rdfs:seeAlso lc:supports ; sh:property lcs:Document-supports ."
    yield _property(
        "Document-supports",
        f"sh:path lc:supports ; sh:minCount 1 ; sh:in ( {' '.join(map(terms.iri, actions))} )",
        {
            "en": "A document supports at least one action of the Declaration.",
            "zh": "佐证文件至少佐证《宣言》的一项行动。",
        },
        {"en": "Name the actions, such as action/10.2.", "zh": "注明所佐证的行动，如 action/10.2。"},
        "lc:supports",
    )


def shapes_of(measure: Measure, framework: Framework) -> Iterator[str]:
    """The shapes of one measure, each a Turtle statement."""
    name = f"measure-{measure.code}"
    see = terms.iri(measure.iri)
    parts = [f"{name}-value", f"{name}-unit"]
    if measure.maximum is not None and not measure.maximum_is_firm:
        parts.append(f"{name}-maximum")
    yield (
        f"lcs:{name} a sh:NodeShape ; {_both('rdfs:label', measure.label)} ; sh:targetNode {see} ; rdfs:seeAlso {see} ; "
        f"sh:property lcs:{name}-observations , lcs:{name}-targets ."
    )
    nested = " , ".join(f"lcs:{part}" for part in parts)
    yield (
        f"lcs:{name}-observations a sh:PropertyShape ; sh:path [ sh:inversePath lc:ofMeasure ] ; "
        f"sh:property {nested} , lcs:{name}-source ."
    )
    yield f"lcs:{name}-targets a sh:PropertyShape ; sh:path [ sh:inversePath lc:concernsMeasure ] ; sh:property {nested} ."
    yield _value(measure, name, see)
    yield _unit(measure, framework, name, see)
    if len(parts) > 2:
        yield _soft_maximum(measure, name, see)
    yield _source(measure, framework, name, see)
    if measure.shares_over:
        yield from _shares(measure, framework, name, see)


def _value(measure: Measure, name: str, see: str) -> str:
    constraints = []
    if measure.minimum is not None:
        constraints.append(f"sh:minInclusive {measure.minimum}")
    if measure.maximum is not None and measure.maximum_is_firm:
        constraints.append(f"sh:maxInclusive {measure.maximum}")
    if measure.value_type == "ordinal-5":
        constraints.append('sh:pattern "^[1-5](\\\\.0*)?$"')
    return _property(
        f"{name}-value",
        _of_numbers(" ; ".join(constraints)),
        {language: _range(measure, language) for language in ("en", "zh")},
        {
            "en": "Look whether the figure is in another unit, or has a slip in its digits.",
            "zh": "核对数值是否用了其他单位，或数字有误。",
        },
        see,
    )


def _of_numbers(constraints: str) -> str:
    """Constraints of a figure that is a number; that it is one at all is asked elsewhere, once."""
    number = f'sh:or ( [ sh:datatype xsd:decimal ] [ sh:datatype xsd:integer ] ) ; sh:pattern "{_NUMBER}"'
    return f"sh:path <{SDMX_MEASURE}obsValue> ; sh:or ( [ sh:not [ {number} ] ] [ {constraints} ] )"


def _range(measure: Measure, language: str) -> str:
    unit = pick(measure.unit_label, language)
    low = None if measure.minimum is None else terms.digits(measure.minimum)
    high = None if measure.maximum is None or not measure.maximum_is_firm else terms.digits(measure.maximum)
    if measure.value_type == "ordinal-5":
        said = {"en": "a whole number from 1 (poor) to 5 (excellent)", "zh": "应为1（很差）至5（优秀）的整数"}[language]
    elif high is not None:
        said = {"en": f"a figure from {low} to {high}, unit: {unit}", "zh": f"数值应在{low}至{high}之间，单位：{unit}"}[
            language
        ]
    else:
        said = {"en": f"a figure not below {low}, unit: {unit}", "zh": f"数值不应低于{low}，单位：{unit}"}[language]
    label = pick(measure.label, language)
    return f"{label} ({measure.code}): {said}." if language == "en" else f"{label}（{measure.code}）：{said}。"


def _soft_maximum(measure: Measure, name: str, see: str) -> str:
    assert measure.maximum is not None
    high = terms.digits(measure.maximum)
    note_en, note_zh = pick(measure.range_note, "en"), pick(measure.range_note, "zh")
    return _property(
        f"{name}-maximum",
        _of_numbers(f"sh:maxInclusive {measure.maximum}"),
        {
            "en": f"{pick(measure.label, 'en')} ({measure.code}): a figure above {high} is rarely right. Can it exceed {high}? {note_en}.",
            "zh": f"{pick(measure.label, 'zh')}（{measure.code}）：数值很少会超过{high}。能否超过{high}：{note_zh}",
        },
        {"en": "If it is right, say in a note why.", "zh": "若数值无误，请在备注中说明原因。"},
        see,
        "sh:Warning",
    )


def _unit(measure: Measure, framework: Framework, name: str, see: str) -> str:
    unit = framework.units[measure.unit]
    return _property(
        f"{name}-unit",
        f"sh:path <{SDMX_ATTRIBUTE}unitMeasure> ; sh:in ( {terms.iri(measure.unit)} )",
        {
            "en": f"{pick(measure.label, 'en')} ({measure.code}) is given in: {pick(unit.label, 'en')} ({unit.code}).",
            "zh": f"{pick(measure.label, 'zh')}（{measure.code}）的单位为：{pick(unit.label, 'zh')}{_symbol(unit)}。",
        },
        {"en": "Convert the figure to that unit.", "zh": "将数值换算为该单位。"},
        see,
    )


def _source(measure: Measure, framework: Framework, name: str, see: str) -> str:
    expected = framework.codes("data-source-type").code(measure.expected_source)
    return _property(
        f"{name}-source",
        f"sh:path ( <{PROV}wasDerivedFrom> lc:dataSourceType ) ; sh:in ( {terms.iri(expected.iri)} )",
        {
            "en": f"The Key Features expect {pick(expected.label, 'en')} for {pick(measure.label, 'en')} ({measure.code}).",
            "zh": f"主要特征预期{pick(measure.label, 'zh')}（{measure.code}）采用{pick(expected.label, 'zh')}。",
        },
        {
            "en": "Another kind of source may stay; say in a note why it was used.",
            "zh": "可以采用其他类型的来源；请在备注中说明理由。",
        },
        see,
        "sh:Info",
    )


def _shares(measure: Measure, framework: Framework, name: str, see: str) -> Iterator[str]:
    total = framework.totals[measure.shares_over]
    n = sum(1 for cell in measure.cells if cell.dimensions[measure.shares_over] != total)
    message = {
        "en": f"{pick(measure.label, 'en')} ({measure.code}): the shares add up to {{?sum}}, not to 100.",
        "zh": f"{pick(measure.label, 'zh')}（{measure.code}）：各项份额合计为 {{?sum}}，而非100。",
    }
    remedy = {
        "en": "Look whether a share stands at the wrong code. If the whole has further parts, say so in a note.",
        "zh": "核对是否有份额填错代码。若整体还有其他部分，请在备注中说明。",
    }
    query = f"""{_QUERY_PREFIXES}SELECT $this (sdmx-measure:obsValue AS ?path) ?value ?sum WHERE {{
  {{
    SELECT $this ?period ?tolerance (SUM(?share) AS ?all) (COUNT(DISTINCT ?code) AS ?codes) (MIN(IF(isIRI(?part), STR(?part), "")) AS ?first) WHERE {{
      ?part qb:dataSet $this ; lc:ofMeasure {see} ; sdmx-dimension:refPeriod ?period ;
        <{measure.shares_over}> ?code ; sdmx-measure:obsValue ?share .
      FILTER (?code != {terms.iri(total)} && (DATATYPE(?share) = xsd:decimal || DATATYPE(?share) = xsd:integer))
      FILTER (REGEX(STR(?share), "{_NUMBER}") && (DATATYPE(?share) = xsd:decimal || !CONTAINS(STR(?share), ".")))
      lcs:thresholds lcs:compositionTolerance ?tolerance .
    }} GROUP BY $this ?period ?tolerance
  }}
  FILTER (?all > 100 + ?tolerance || (?codes = {n} && ?all < 100 - ?tolerance))
  BIND (IF(?first = "", $this, IRI(?first)) AS ?value)
  BIND (REPLACE(REPLACE(STR(?all), "([.][0-9]*[1-9])0+$", "$1"), "[.]0*$", "") AS ?sum)
}}"""
    yield (
        f"lcs:{name}-shares a sh:NodeShape ; sh:targetClass lc:Submission ; sh:severity sh:Warning ; rdfs:seeAlso {see} ; "
        f"{_both('sh:message', message)} ; {_both('lcs:remedy', remedy)} ; sh:sparql lcs:{name}-shares-query ."
    )
    yield f'lcs:{name}-shares-query a sh:SPARQLConstraint ; {_both("sh:message", message)} ; sh:select """{query}""" .'


def _property(
    name: str, constraints: str, message: Labels, remedy: Labels, see: str, severity: str = "sh:Violation"
) -> str:
    return (
        f"lcs:{name} a sh:PropertyShape ; {constraints} ; sh:severity {severity} ; "
        f"{_both('sh:message', message)} ; {_both('lcs:remedy', remedy)} ; rdfs:seeAlso {see} ."
    )


def _symbol(unit: Unit) -> str:
    """The code of a unit behind its name in Chinese, unless it is English words: the name is understood as well."""
    return "" if re.search(r"[A-Za-z]{3}", unit.code) else f"（{unit.code}）"


def _both(prop: str, labels: Labels) -> str:
    return f"{prop} " + " , ".join(terms.tagged(text, language) for language, text in sorted(labels.items()))
