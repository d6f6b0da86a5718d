"""What the graph says of each city is what the sources say, and no more than they say."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

import pyoxigraph as ox
import pytest
from support import DEMO, SHARED

from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES, local_name

PLACES = SHARED / "data" / "places"
NOT_POPULATED_PLACES = {"gb-kirklees", "se-botkyrka", "se-gotland", "se-jarfalla"}
"""Districts and municipalities that are not one populated place of GeoNames: they have no point."""


@dataclass
class Said:
    """What the graph says of one city; empty where it says nothing."""

    languages: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    country: str = ""
    region: str = ""
    geonames: str = ""
    wikidata: str = ""
    wkt: str = ""
    inhabitants: str = ""
    year: str = ""
    population_source: str = ""
    status: str = ""
    since: str = ""
    awards: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)


PATHS = {
    "names": "skos:prefLabel",
    "country": "lc:country/skos:notation",
    "region": "lc:country/lc:region/skos:notation",
    "geonames": "lc:geonames",
    "wikidata": "lc:wikidata",
    "wkt": "geo:hasGeometry/geo:asWKT",
    "inhabitants": "lc:population/lc:inhabitants",
    "year": "lc:population/lc:countYear",
    "population_source": "lc:population/dcterms:source",
    "status": "lc:membership/lc:membershipStatus/skos:notation",
    "since": "lc:membership/lc:memberSince",
    "awards": "lc:membership/lc:awardYear",
    "sources": "lc:membership/dcterms:source",
}


@pytest.fixture(scope="module")
def cities(framework: Framework) -> dict[str, Said]:
    store = ox.Store()
    for path in resources.turtle_files("ontology"):
        store.extend(resources.read_turtle(path, DEFAULT_BASE))
    found = {city.code: Said(languages=set(city.label)) for city in framework.cities}
    for name, steps in PATHS.items():
        rows = store.query(f"SELECT ?code ?v {{ ?c a lc:City ; skos:notation ?code ; {steps} ?v }}", prefixes=PREFIXES)
        assert isinstance(rows, ox.QuerySolutions)
        for row in rows:
            city, value = found[row["code"].value], row["v"].value
            if isinstance(getattr(city, name), set):
                getattr(city, name).add(value)
            else:
                assert not getattr(city, name), (row["code"], name, "is said twice")
                setattr(city, name, value)
    return found


def test_each_city_has_names_a_country_and_a_region(cities: dict[str, Said]) -> None:
    for code, city in cities.items():
        assert {"en", "zh"} <= city.languages, code
        assert code.startswith(city.country.casefold() + "-"), code
        assert city.region, code


def test_each_city_is_named_in_a_language_of_its_own_country(cities: dict[str, Said]) -> None:
    assert {code for code, city in cities.items() if city.languages == {"en", "zh"}} <= {
        "gb-bristol",
        "gb-derby",
        "gb-kirklees",
    }


def test_each_city_is_a_place_of_geonames_with_its_point_or_is_known_not_to_be_one(cities: dict[str, Said]) -> None:
    assert {code for code, city in cities.items() if not city.geonames} == NOT_POPULATED_PLACES
    assert {code for code, city in cities.items() if not city.wkt} == NOT_POPULATED_PLACES
    for code, city in cities.items():
        assert not city.geonames or re.fullmatch(r"https://sws\.geonames\.org/\d+/", city.geonames), code
        assert not city.wikidata or re.fullmatch(r"http://www\.wikidata\.org/entity/Q\d+", city.wikidata), code
    identifiers = [city.geonames for city in cities.values() if city.geonames]
    assert len(set(identifiers)) == len(identifiers)


def test_points_are_longitude_then_latitude(cities: dict[str, Said]) -> None:
    """Without a CRS a WKT literal is in CRS84 (GeoSPARQL 1.1, 8.5.1): Europe lies at 10 W to 45 E, 35 N to 70 N."""
    for code, city in cities.items():
        if city.wkt:
            x, y = map(float, re.fullmatch(r"POINT\((\S+) (\S+)\)", city.wkt).groups())  # type: ignore[union-attr]  # fails if it is none
            assert -10 < x < 45, code
            assert 35 < y < 70, code


def test_a_population_names_its_source_and_its_year_where_the_source_has_one(cities: dict[str, Said]) -> None:
    assert {code for code, city in cities.items() if not city.inhabitants} == {"gb-kirklees"}
    for code, city in cities.items():
        if city.inhabitants:
            assert city.population_source, code
            assert city.year == ("" if "geonames" in city.population_source else "2022"), code


def test_the_population_of_municipalities_is_that_of_the_table_shipped_with_them(cities: dict[str, Said]) -> None:
    with (DEMO / "kolada" / "municipalities.csv").open(encoding="utf-8", newline="") as source:
        rows = [r for r in csv.DictReader(source) if r["kpi"] == "n01951" and r["sex"] == "T" and r["year"] == "2022"]
    found = {
        name: city.inhabitants for city in cities.values() for name in city.names if city.country == "SE" and city.year
    }
    assert {row["kommun_name"]: str(int(float(row["value"]))) for row in rows}.items() <= found.items()
    assert len(rows) == 40


def test_membership_is_evidenced_by_a_page_or_said_not_to_be(cities: dict[str, Said]) -> None:
    for code, city in cities.items():
        assert bool(city.sources) == (city.status == "member"), code
        assert not city.since or city.status == "member", code
    members = {code for code, city in cities.items() if city.status == "member"}
    assert len(members) == 29
    assert {city.country for code, city in cities.items() if code not in members} == {"SE"}


def test_since_when_is_said_only_where_the_page_says_it(cities: dict[str, Said]) -> None:
    assert sum(bool(city.since) for city in cities.values()) == 15


def _table(name: str) -> list[dict[str, str]]:
    if not PLACES.is_dir():
        pytest.skip("the tables of places do not lie beside the project")
    with (PLACES / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def test_members_are_as_the_table_of_learning_cities_has_them(cities: dict[str, Said]) -> None:
    rows = {(row["iso2"], name): row for row in _table("learning_cities_partial.csv") for name in [row["city"]]}
    for code, city in cities.items():
        if city.status != "member":
            continue
        (row,) = [row for (iso2, name), row in rows.items() if iso2 == city.country and name in city.names]
        assert city.geonames == (f"https://sws.geonames.org/{row['geonameid']}/" if row["geonameid"] else ""), code
        assert city.inhabitants == row["geonames_population"], code
        assert city.since == row["admitted_year_seen"], code
        assert city.awards == set(filter(None, row["award_years_seen"].split("|"))), code
        assert city.sources == set(re.findall(r"https?://[^\s|;]+", row["source_addresses"])), code
        assert "candidates" not in row["match_note"], (code, "the place is ambiguous, which must be said")


def test_points_are_those_of_geonames(cities: dict[str, Said]) -> None:
    rows = {row["geonameid"]: row for row in _table("geonames_cities15000_compact.csv")}
    for code, city in cities.items():
        if city.geonames:
            row = rows[local_name(city.geonames.rstrip("/"))]
            assert row["iso2"] == city.country, code
            assert city.wkt == f"POINT({float(row['lon'])} {float(row['lat'])})", code


def test_wikidata_is_named_wherever_natural_earth_knows_it(cities: dict[str, Said]) -> None:
    known = {r["geonameid"].removesuffix(".0"): r["wikidata"] for r in _table("ne50m_populated_places_ids.csv")}
    for code, city in cities.items():
        wanted = known.get(local_name(city.geonames.rstrip("/")), "") if city.geonames else ""
        assert city.wikidata == (f"http://www.wikidata.org/entity/{wanted}" if wanted else ""), code


def test_country_and_region_are_those_of_iso_3166_and_m49(cities: dict[str, Said]) -> None:
    rows = {row["ISO3166-1-Alpha-2"]: row for row in _table("country-codes.csv")}
    for code, city in cities.items():
        region = rows[city.country]["Intermediate Region Code"] or rows[city.country]["Sub-region Code"]
        assert city.region == region.zfill(3), code
