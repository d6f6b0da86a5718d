"""Each shape holds for a valid submission, and is broken by an invalid one; both engines agree on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from lcgraph.checking import measure_shapes
from lcgraph.checking.check import rules
from lcgraph.checking.engines import CITY_SHAPES, SUBMISSION_SHAPES, EngineResult, engine
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Measure
from lcgraph.framework.namespaces import (
    DEFAULT_BASE,
    LC,
    LCS,
    PROV,
    RDF,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SH,
)

HERE = Path(__file__).parent
TODAY = f'<{LCS}context> <{LCS}today> "2026-11-23"^^<http://www.w3.org/2001/XMLSchema#date> .\n'


def prefixes() -> str:
    lines = (HERE / "valid.ttl").read_text(encoding="utf-8").splitlines()
    geo = "@prefix geo: <http://www.opengis.net/ont/geosparql#> ."
    return "\n".join([geo, *(line for line in lines if line.startswith("@prefix"))]) + "\n"


def triples(turtle: str) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)}


def valid_submission() -> set[ox.Triple]:
    return triples((HERE / "valid.ttl").read_text(encoding="utf-8"))


def valid_city() -> set[ox.Triple]:
    """Cork, as the ontology describes it."""
    cork = DEFAULT_BASE + "city/ie-cork"
    path = resources.directory("ontology") / "cities.ttl"
    return {
        q.triple
        for q in resources.read_turtle(path, DEFAULT_BASE)
        if str(q.subject).startswith((f"<{cork}>", f"<{cork}#"))
    }


def patches() -> Iterator[tuple[str, list[str], list[str]]]:
    """Shape, statements to take out, statements to put in."""
    for block in (HERE / "invalid.txt").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.strip().splitlines() if line and not line.startswith("#")]
        if lines:
            yield lines[0], [x[2:] for x in lines[1:] if x[0] == "-"], [x[2:] for x in lines[1:] if x[0] == "+"]


def context(framework: Framework) -> str:
    """What a check adds: the day, and which cities and editions are known."""
    cities = "".join(f"<{city.iri}> <{RDF}type> <{LC}City> .\n" for city in framework.cities)
    editions = "".join(f"<{edition.iri}> <{RDF}type> <{LC}Edition> .\n" for edition in framework.editions)
    path = resources.directory("shapes") / "thresholds.ttl"
    thresholds = "".join(f"{q.triple} .\n" for q in resources.read_turtle(path, DEFAULT_BASE))
    return TODAY + cities + editions + thresholds


def countries(framework: Framework) -> str:
    return "".join(f"<{country.iri}> <{RDF}type> <{LC}Country> .\n" for country in framework.countries)


def validate(name: str, data: set[ox.Triple], framework: Framework, *, city: bool) -> list[EngineResult]:
    text = "".join(f"{triple} .\n" for triple in data) + (countries(framework) if city else context(framework))
    return engine(name, DEFAULT_BASE, CITY_SHAPES if city else SUBMISSION_SHAPES).validate(text)


def agreed(data: set[ox.Triple], framework: Framework, *, city: bool = False) -> list[EngineResult]:
    """The results on which both engines agree, messages included; fails where they differ."""
    fast = validate("shacl", data, framework, city=city)
    reference = validate("reference", data, framework, city=city)
    assert [r.key() for r in fast] == [r.key() for r in reference]
    assert [r.messages for r in fast] == [r.messages for r in reference]
    return fast


PATCHES = list(patches())


def names(pairs: list[tuple[str, list[str], list[str]]]) -> list[str]:
    return [f"{i}-{shape}" for i, (shape, _, _) in enumerate(pairs)]


def test_the_valid_submission_is_valid(framework: Framework) -> None:
    assert agreed(valid_submission(), framework) == []


def test_the_valid_city_is_valid(framework: Framework) -> None:
    assert agreed(valid_city(), framework, city=True) == []


@pytest.mark.parametrize(("shape", "out", "into"), PATCHES, ids=names(PATCHES))
def test_the_invalid_example_of_a_shape_breaks_it(
    shape: str, out: list[str], into: list[str], framework: Framework
) -> None:
    city = shape.startswith(("City", "Membership", "RealCity"))
    data = valid_city() if city else valid_submission()
    for statement in out:
        gone = triples(f"{prefixes()}{statement} .")
        assert gone <= data, f"not in valid.ttl: {statement}"
        data -= gone
    for statement in into:
        data |= triples(f"{prefixes()}{statement} .")
    results = agreed(data, framework, city=city)
    assert LCS + shape in {result.shape for result in results}


def observation(name: str, measure: Measure, *, value: str, unit: str, source: str, period: int) -> set[ox.Triple]:
    """A figure of this measure, to be added to the valid submission."""
    total = DEFAULT_BASE + "code/education-level/total"
    return triples(
        f"""{prefixes()}
        :{name} a lc:Observation , qb:Observation ; qb:dataSet :it ; sdmx-dimension:refArea city:ie-cork ;
          lc:ofMeasure <{measure.iri}> ; <{SDMX_DIMENSION}refPeriod> "{period}"^^xsd:gYear ; lc:educationLevel <{total}> ;
          <{SDMX_MEASURE}obsValue> {value} ; <{SDMX_ATTRIBUTE}unitMeasure> <{unit}> ; <{PROV}wasDerivedFrom> :{source} ."""
    )


SOURCES = {"official": "register", "survey": "survey", "expert-review": "review"}
OTHER_SOURCE = {"official": "survey", "survey": "review", "expert-review": "register"}


def all_measures() -> list[str]:
    return [measure.code for measure in Framework().measures]


@pytest.mark.parametrize("code", all_measures())
def test_each_measure_takes_a_figure_that_fits_and_refuses_those_that_do_not(code: str, framework: Framework) -> None:
    measure = framework.measures.code(code)
    assert measure.minimum is not None
    fits = str(measure.maximum if measure.maximum is not None else measure.minimum)
    if measure.value_type == "ordinal-5":
        fits = "5"
    source, other = SOURCES[measure.expected_source], OTHER_SOURCE[measure.expected_source]
    wrong_unit = DEFAULT_BASE + "unit/unspecified" if code != "2.4.3-a" else "http://qudt.org/vocab/unit/PERCENT"

    name = f"measure-{code}"
    expected: dict[str, set[tuple[str, str]]] = {}
    data = valid_submission()

    def figure(case: str, value: str, *shapes: tuple[str, str], unit: str = measure.unit, given: str = source) -> None:
        nonlocal data
        data |= observation(case, measure, value=value, unit=unit, source=given, period=2000 + len(expected))
        expected[case] = {(f"{name}-{shape}", severity) for shape, severity in shapes}

    figure("fits", fits)
    figure("below", str(measure.minimum - 1), ("value", "violation"))
    figure("in-another-unit", fits, ("unit", "violation"), unit=wrong_unit)
    figure("from-another-source", fits, ("source", "info"), given=other)
    if measure.maximum is not None:
        above = ("value", "violation") if measure.maximum_is_firm else ("maximum", "warning")
        figure("above", str(measure.maximum + 1), above)
    if measure.value_type == "ordinal-5":
        figure("between-two-points", "3.5", ("value", "violation"))
        figure("a-point-as-decimal", "3.0")

    found: dict[str, set[tuple[str, str]]] = {case: set() for case in expected}
    for result in agreed(data, framework):
        found[result.focus.rpartition("#")[2]].add((result.shape.removeprefix(LCS), result.severity))
    assert found == expected


def test_every_shape_has_an_invalid_example(framework: Framework) -> None:
    generated = {
        f"measure-{m.code}-{part}" for m in framework.measures for part in ("value", "unit", "source", "maximum")
    }
    shown = {shape for shape, _, _ in PATCHES} | generated
    reading = {
        quad.subject.value
        for quad in resources.read_turtle(resources.directory("shapes") / "reading.ttl", DEFAULT_BASE)
        if isinstance(quad.subject, ox.NamedNode)
    }
    with_message = {iri.removeprefix(LCS) for iri in rules(DEFAULT_BASE) if iri not in reading}
    queries = {name for name in with_message if name.endswith("-query")}  # the SPARQL of a shape of the same name
    assert with_message - queries - shown == set()


def test_every_shape_says_what_is_wrong_how_to_mend_it_and_what_demands_it(framework: Framework) -> None:
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
            continue
        assert set(rule.remedy) == {"en", "zh"}, iri
        assert rule.about, iri
        assert SH + "severity" in said[iri], iri


def test_every_constraint_has_a_message(framework: Framework) -> None:
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


def test_the_shapes_of_the_measures_are_up_to_date(framework: Framework) -> None:
    written = measure_shapes.path().read_text(encoding="utf-8")
    assert written == measure_shapes.measure_shapes(framework), "run “lcgraph shapes”"
