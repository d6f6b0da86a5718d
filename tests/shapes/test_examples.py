"""Each shape holds for a valid submission, and is broken by an invalid one, alone; both engines agree on all of them."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox
import pytest
from shape_examples import EXAMPLES, NAMES, Example, agreed, prefixes, triples, valid_city, valid_submission

from lcgraph.checking import measure_shapes
from lcgraph.checking.check import rules
from lcgraph.checking.engines import CITY_SHAPES, SUBMISSION_SHAPES
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Measure
from lcgraph.framework.namespaces import (
    DEFAULT_BASE,
    LCS,
    PROV,
    RDF,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SH,
)


def test_the_valid_submission_is_valid() -> None:
    assert agreed(valid_submission()) == []


def test_the_valid_city_is_valid() -> None:
    assert agreed(valid_city(), city=True) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_invalid_example_of_a_shape_breaks_it_and_no_other(example: Example) -> None:
    results = agreed(example.data(), city=example.of_city)
    broken = {result.shape.removeprefix(LCS) for result in results}
    assert broken == {example.shape} | example.also


def figure(name: str, measure: Measure, *, value: str, unit: str, period: int, source: str = "") -> set[ox.Triple]:
    """A figure of this measure, to be added to the valid submission; a target where no source is given."""
    total = DEFAULT_BASE + "code/education-level/total"
    kind = (
        f"a lc:Observation , qb:Observation ; qb:dataSet :it ; lc:ofMeasure <{measure.iri}> ; "
        f"<{SDMX_DIMENSION}refArea> city:ie-cork ; <{PROV}wasDerivedFrom> :{source}"
        if source
        else f"a lc:Target ; lc:inSubmission :it ; lc:concernsMeasure <{measure.iri}>"
    )
    return triples(
        f"""{prefixes()}
        :{name} {kind} ; <{SDMX_DIMENSION}refPeriod> "{period}"^^xsd:gYear ; lc:educationLevel <{total}> ;
          <{SDMX_MEASURE}obsValue> {value} ; <{SDMX_ATTRIBUTE}unitMeasure> <{unit}> ."""
    )


SOURCES = {"official": "register", "survey": "survey", "expert-review": "review"}
OTHER_SOURCE = {"official": "survey", "survey": "review", "expert-review": "register"}


def all_measures() -> list[str]:
    return [measure.code for measure in Framework().measures]


@pytest.mark.parametrize("code", all_measures())
def test_each_measure_takes_a_figure_and_a_target_that_fit_and_refuses_those_that_do_not(
    code: str, framework: Framework
) -> None:
    measure = framework.measures.code(code)
    assert measure.minimum is not None
    ordinal = measure.value_type == "ordinal-5"
    low, high = ("1", "5") if ordinal else (str(measure.minimum), str(measure.maximum or measure.minimum + 1))
    source, other = SOURCES[measure.expected_source], OTHER_SOURCE[measure.expected_source]
    wrong_unit = DEFAULT_BASE + "unit/unspecified" if code != "2.4.3-a" else "http://qudt.org/vocab/unit/PERCENT"
    cases = [
        ("least", low, measure.unit, set()),
        ("most", high, measure.unit, set()),
        ("below", str(measure.minimum - 1), measure.unit, {("value", "violation")}),
        ("in-another-unit", high, wrong_unit, {("unit", "violation")}),
    ]
    if measure.maximum is not None:
        above = ("value", "violation") if measure.maximum_is_firm else ("maximum", "warning")
        cases.append(("above", str(measure.maximum + 1), measure.unit, {above}))
    if ordinal:
        cases.append(("between-two-points", "3.5", measure.unit, {("value", "violation")}))
        cases.append(("point-as-decimal", "3.0", measure.unit, set()))

    data = valid_submission()
    expected: dict[str, set[tuple[str, str]]] = {"from-another-source": {("source", "info")}}
    data |= figure("from-another-source", measure, value=high, unit=measure.unit, source=other, period=1999)
    for n, (case, value, unit, broken) in enumerate(cases):
        data |= figure(case, measure, value=value, unit=unit, source=source, period=2000 + n)
        data |= figure(f"target-{case}", measure, value=value, unit=unit, period=2000 + n)
        expected[case] = expected[f"target-{case}"] = broken

    found: dict[str, set[tuple[str, str]]] = {case: set() for case in expected}
    for result in agreed(data):
        part = result.shape.removeprefix(f"{LCS}measure-{code}-")
        found[result.focus.rpartition("#")[2]].add((part, result.severity))
    assert found == expected


def test_every_shape_has_an_invalid_example(framework: Framework) -> None:
    generated = {
        f"measure-{m.code}-{part}" for m in framework.measures for part in ("value", "unit", "source", "maximum")
    }
    shown = {example.shape for example in EXAMPLES} | generated
    reading = {
        quad.subject.value
        for quad in resources.read_turtle(resources.directory("shapes") / "reading.ttl", DEFAULT_BASE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    with_message = {iri.removeprefix(LCS) for iri in rules(DEFAULT_BASE) if iri not in reading}
    queries = {name for name in with_message if name.endswith("-query")}  # the SPARQL of a shape of the same name
    assert with_message - queries - shown == set()


def test_every_shape_says_what_is_wrong_how_to_mend_it_and_what_demands_it() -> None:
    said: dict[str, set[str]] = {}
    kinds: dict[str, set[str]] = {}
    for path in resources.turtle_files("shapes"):
        for quad in resources.read_turtle(path, DEFAULT_BASE):
            if isinstance(quad.subject, ox.NamedNode):
                said.setdefault(quad.subject.value, set()).add(quad.predicate.value)
                if quad.predicate.value == RDF + "type" and isinstance(quad.object, ox.NamedNode):
                    kinds.setdefault(quad.subject.value, set()).add(quad.object.value)
    for iri, rule in rules(DEFAULT_BASE).items():
        assert set(rule.message) == {"en", "zh"}, iri
        if SH + "SPARQLConstraint" in kinds[iri]:
            assert rule.message == rules(DEFAULT_BASE)[iri.removesuffix("-query")].message, iri
            continue
        assert set(rule.remedy) == {"en", "zh"}, iri
        assert rule.about, iri
        assert SH + "severity" in said[iri], iri


def test_every_constraint_has_a_message() -> None:
    """A result without a message of ours would be a result that nobody can read."""
    structural = {SH + "property", SH + "path", SH + "targetClass", SH + "targetNode"}
    known = rules(DEFAULT_BASE)
    for name in (*SUBMISSION_SHAPES, *CITY_SHAPES):
        said: dict[str, set[str]] = {}
        for quad in resources.read_turtle(resources.directory("shapes") / name, DEFAULT_BASE):
            if isinstance(quad.subject, ox.NamedNode) and quad.predicate.value.startswith(SH):
                said.setdefault(quad.subject.value, set()).add(quad.predicate.value)
        for iri, predicates in said.items():
            if predicates - structural:
                assert iri in known, iri


def test_the_shapes_of_the_measures_follow_the_ontology(framework: Framework) -> None:
    """Another unit in the ontology is another line in the shapes, so that the comparison below can fail."""
    measure = framework.measures.code("1.2.2-a")
    other = replace(measure, unit=framework.measures.code("1.2.1-a").unit)
    assert list(measure_shapes.shapes_of(other, framework)) != list(measure_shapes.shapes_of(measure, framework))


def test_the_shapes_of_the_measures_are_up_to_date(framework: Framework) -> None:
    written = measure_shapes.path().read_text(encoding="utf-8")
    assert written == measure_shapes.measure_shapes(framework), "run “lcgraph shapes”"
