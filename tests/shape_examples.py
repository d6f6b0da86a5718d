"""The examples of ``tests/shapes``: a submission and a city that are valid, and what breaks each shape of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from lcgraph.checking.engines import CITY_SHAPES, SUBMISSION_SHAPES, EngineResult, engine
from lcgraph.framework import resources
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, LCS, RDF

HERE = Path(__file__).parent / "shapes"
TODAY = f'<{LCS}context> <{LCS}today> "2026-11-23"^^<http://www.w3.org/2001/XMLSchema#date> .\n'


@dataclass(frozen=True)
class Example:
    """An invalid example.

    :ivar shape: local name of the shape that it breaks.
    :ivar also: local names of shapes that the same slip cannot help breaking.
    :ivar out: statements to take out of the valid example; ``:x *`` for all of a node.
    :ivar into: statements to put in.
    """

    shape: str
    also: frozenset[str]
    out: tuple[str, ...]
    into: tuple[str, ...]

    @property
    def of_city(self) -> bool:
        """Whether it is a city, not a submission."""
        return self.shape.startswith(("City", "Membership", "RealCity"))

    def data(self) -> set[ox.Triple]:
        """Its graph."""
        data = valid_city() if self.of_city else valid_submission()
        for statement in self.out:
            if statement.endswith(" *"):
                node = next(iter(triples(f"{prefixes()}{statement[:-1]} a lc:Submission ."))).subject
                gone = {triple for triple in data if triple.subject == node}
            else:
                gone = triples(f"{prefixes()}{statement} .")
            assert gone, statement
            assert gone <= data, f"not in the valid example: {statement}"
            data -= gone
        for statement in self.into:
            data |= triples(f"{prefixes()}{statement} .")
        return data


def examples() -> list[Example]:
    """The invalid examples, as ``invalid.txt`` lists them."""
    found = []
    for block in (HERE / "invalid.txt").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.strip().splitlines() if line and not line.startswith("#")]
        if lines:
            shape, _, also = lines[0].partition(" also ")
            out = tuple(line[2:] for line in lines[1:] if line[0] == "-")
            into = tuple(line[2:] for line in lines[1:] if line[0] == "+")
            found.append(Example(shape, frozenset(also.split()), out, into))
    return found


EXAMPLES = examples()
NAMES = [f"{n}-{example.shape}" for n, example in enumerate(EXAMPLES)]


@cache
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


@cache
def context(*, city: bool) -> str:
    """What a check adds to the data: the day, the thresholds, and what is known."""
    known = framework()
    if city:
        return "".join(f"<{country.iri}> <{RDF}type> <{LC}Country> .\n" for country in known.countries)
    cities = "".join(f"<{city.iri}> <{RDF}type> <{LC}City> .\n" for city in known.cities)
    editions = "".join(f"<{edition.iri}> <{RDF}type> <{LC}Edition> .\n" for edition in known.editions)
    path = resources.directory("shapes") / "thresholds.ttl"
    thresholds = "".join(f"{q.triple} .\n" for q in resources.read_turtle(path, DEFAULT_BASE))
    return TODAY + cities + editions + thresholds


def validate(name: str, data: set[ox.Triple], *, city: bool = False) -> list[EngineResult]:
    """The results of one engine."""
    text = "".join(sorted(f"{triple} .\n" for triple in data)) + context(city=city)
    return engine(name, DEFAULT_BASE, CITY_SHAPES if city else SUBMISSION_SHAPES).validate(text)


def agreed(data: set[ox.Triple], *, city: bool = False) -> list[EngineResult]:
    """The results on which both engines agree, messages included; fails where they differ."""
    fast = validate("shacl", data, city=city)
    reference = validate("reference", data, city=city)
    assert list(told(fast)) == list(told(reference))
    return fast


def told(results: list[EngineResult]) -> Iterator[tuple[object, ...]]:
    """All that two engines must agree on."""
    for result in results:
        yield (*result.key(), tuple(sorted(result.messages.items())))
