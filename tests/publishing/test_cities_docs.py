"""``docs/cities.md`` describes cities that can be registered as they stand there."""

from __future__ import annotations

import re

import pytest
from support import ROOT, asking

from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES, SH
from lcgraph.publishing.network import Network

PAGE = (ROOT / "docs" / "cities.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```turtle\n(.+?)```", PAGE, re.DOTALL)


def test_the_cities_of_the_page_are_registered_and_known(network: Network) -> None:
    codes = [code for example in EXAMPLES for code in network.register("city.ttl", example.encode(), "test")]
    assert codes == ["ie-galway", "zz-atlantis"]
    with asking(network) as answers:
        known = {row["code"]: row for row in answers.ask("cities", {}, "en").rows}
    assert known["ie-galway"]["longitude_latitude"] == "-9.05 53.27"
    assert known["ie-galway"]["membership"] == "membership not evidenced"
    assert (known["zz-atlantis"]["fictional"], known["zz-atlantis"]["inhabitants"]) == (True, 20000)


@pytest.mark.parametrize(
    ("example", "line", "instead", "says"),
    [
        (0, '    skos:notation "ie-galway" ;\n', "", "does not have the IRI"),
        (0, "    lc:country country:IE ;\n", "", "lies in a country, unless"),
        (0, ' , "戈尔韦"@zh', "", "name in Chinese"),
        (0, '"Galway"@en , ', "", "name in English"),
        (0, "POINT(-9.05 53.27)", "53.27 N, 9.05 W", "one point, longitude first"),
        (0, "memberstatus:not-evidenced", "memberstatus:member", "names where it is read"),
        (1, "    lc:fictional true ;\n", "", "lies in a country, unless"),
        (1, '"20000"^^xsd:nonNegativeInteger', '"about 20000"', "whole number"),
        (1, "<https://w3id.org/lcgraph/city/zz-atlantis#population>", "_:population", "no part of a city"),
    ],
)
def test_what_the_page_calls_needed_is_needed(
    example: int, line: str, instead: str, says: str, network: Network
) -> None:
    assert line in EXAMPLES[example]
    with pytest.raises(InputError, match=says):
        network.register("city.ttl", EXAMPLES[example].replace(line, instead).encode(), "test")


def test_the_page_names_every_property_that_a_shape_is_about() -> None:
    (file,) = [path for path in resources.turtle_files("shapes") if path.name == "city.ttl"]
    quads = resources.read_turtle(file, DEFAULT_BASE)
    paths = {
        quad.object.value for quad in quads if quad.predicate.value == SH + "path" and hasattr(quad.object, "value")
    }
    named = {iri.replace(ns, f"{prefix}:") for iri in paths for prefix, ns in PREFIXES.items() if iri.startswith(ns)}
    assert "lc:country" in named
    assert {name for name in named if f"`{name}`" not in PAGE} == set()
