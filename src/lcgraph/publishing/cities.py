"""Descriptions of cities that are handed in for registration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from lcgraph.checking.check import rules
from lcgraph.checking.engines import CITY_SHAPES, engine
from lcgraph.errors import InputError
from lcgraph.framework.framework import Description, Framework
from lcgraph.framework.namespaces import LC, SKOS, TYPE
from lcgraph.language import Text
from lcgraph.reading.limits import LIMITS, check_size
from lcgraph.reading.lines import Lines
from lcgraph.reading.rdf_file import BASE, FORMATS, parse
from lcgraph.reading.reader import extension


@dataclass(frozen=True, slots=True)
class DescribedCities:
    """What a file says of cities.

    :ivar cities: their IRIs.
    :ivar quads: the statements about them.
    """

    cities: list[str]
    quads: list[ox.Quad]

    def lines(self, graph: str) -> Iterator[str]:
        """The statements as N-Quads lines of a graph."""
        return (f"{quad.triple} <{graph}> .\n" for quad in self.quads)


def described_cities(name: str, data: bytes, framework: Framework) -> DescribedCities:
    """Reads and checks descriptions of cities.

    :param name: name of the file; its extension says in which RDF format it is.
    :raises InputError: if it cannot be read, or does not meet ``shapes/city.ttl``.
    """
    kind = extension(name)
    if kind not in FORMATS:
        raise InputError(
            Text("Cities are described in RDF; {file} is not.", file=name),
            where=name,
            remedy=Text("Hand in Turtle (.ttl). See docs/cities.md."),
        )
    check_size(name, data, LIMITS)
    quads, prefixes = parse(name, data, kind, LIMITS)
    said = Description(quads)
    lines = Lines(data, kind, prefixes, BASE)
    cities = said.of_class(LC + "City")
    if not cities:
        raise InputError(
            Text("The file {file} describes no city.", file=name),
            where=name,
            remedy=Text("Say of each city that it is a lc:City. See docs/cities.md."),
        )
    for city in cities:
        wanted = framework.names.city(said.text(city, SKOS + "notation") or "")
        if city != wanted:
            raise InputError(
                Text("The city {city} does not have the IRI that follows from its code.", city=city),
                where=Text("{file}, line {line}", file=name, line=lines.of(ox.NamedNode(city))),
                expected=Text("{iri}", iri=wanted),
                remedy=Text("Name it so."),
            )
    for quad in quads:
        subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else ""
        if not any(subject == city or subject.startswith(city + "#") for city in cities):
            raise InputError(
                Text("The file says something of {node}, which is no part of a city.", node=str(quad.subject)),
                where=Text("{file}, line {line}", file=name, line=_line(lines, quad.subject)),
                remedy=Text(
                    "Give what belongs to a city an IRI that is the city's with # and a name. Blank nodes will not do."
                ),
            )
    _conform(name, quads, framework, lines)
    return DescribedCities(cities, quads)


def _line(lines: Lines, node: object) -> int | str:
    return (lines.of(node) if isinstance(node, (ox.NamedNode, ox.BlankNode)) else None) or "?"


def _conform(name: str, quads: list[ox.Quad], framework: Framework, lines: Lines) -> None:
    base = framework.names.base
    countries = "".join(f"<{country.iri}> <{TYPE}> <{LC}Country> .\n" for country in framework.countries)
    data = "".join(f"{quad.triple} .\n" for quad in quads) + countries
    results = engine("", base, CITY_SHAPES).validate(data)
    if results:
        first = results[0]
        rule = rules(base)[first.shape]
        raise InputError(
            Text("{message}", message=rule.message),
            where=Text("{file}, line {line}", file=name, line=_line(lines, ox.NamedNode(first.focus))),
            remedy=Text("{remedy}", remedy=rule.remedy),
        )
