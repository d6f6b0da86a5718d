"""The demonstration network says of each city what the tables say, and names what differs."""

from __future__ import annotations

import csv
import random
from decimal import Decimal

import pytest
from support import DEMO, ROOT, import_demo

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.reading.foreign import ImportedTable
from lcgraph.reading.mapping import MappingFile, load

TABLES = {"eurostat": ("cities.csv", 26), "kolada": ("municipalities.csv", 40)}
"""Each table and how many cities have figures by it: three of Eurostat's 29 have only what no measure takes."""
every_table = pytest.mark.parametrize("name", TABLES)


def mapping_of(name: str, framework: Framework) -> MappingFile:
    return load("mapping.yaml", (DEMO / name / "mapping.yaml").read_bytes(), framework).file


@pytest.fixture(params=TABLES)
def imported(request: pytest.FixtureRequest, framework: Framework) -> tuple[str, ImportedTable]:
    return request.param, import_demo(framework, request.param, TABLES[request.param][0])


def test_a_random_sample_of_figures_is_that_of_their_lines(
    imported: tuple[str, ImportedTable], framework: Framework
) -> None:
    name, table = imported
    file, cities = TABLES[name]
    assert table.findings == []
    assert [finding for reading in table.readings for finding in reading.findings] == []
    submissions = [reading.submission for reading in table.readings if reading.submission is not None]
    assert len({s.city for s in submissions}) == cities
    with (DEMO / name / file).open(encoding="utf-8", newline="") as source:
        lines = list(csv.DictReader(source))
    if name == "eurostat":
        assert len({row["learning_city"] for row in lines}) == 29
    named, measured, sexed = (
        ("learning_city", "measure", "sex") if name == "eurostat" else ("kommun_name", "kpi", "sex")
    )
    mapping = mapping_of(name, framework)
    every = [(s, o) for s in submissions for o in s.observations]
    for submission, observation in random.Random(7).sample(every, 200):
        place = observation.place.of("value")
        assert place.line is not None
        row = lines[place.line - 2]
        city = framework.cities.find(mapping.columns.city.values.get(row[named], row[named]))
        assert city is not None
        assert city.iri == submission.city
        assert int(row["year"]) == observation.period == submission.year
        series = [s for s in mapping.series if all(row[c] in texts for c, texts in s.when.items())]
        assert len(series) == 1
        assert series[0].measure == framework.measures[observation.measure].code
        assert row[measured] in series[0].when[measured]
        factor = series[0].convert.multiply if series[0].convert else Decimal(1)
        assert observation.value == Decimal(row["value"]) * factor
        assert bool(observation.conversion) == (factor != 1)
        assert local_name(observation.sex) == f"sex-{row[sexed]}"
        assert observation.stated_as == row["value"]


@every_table
def test_every_figure_that_is_not_exact_says_in_what_it_differs(name: str, framework: Framework) -> None:
    for series in mapping_of(name, framework).series:
        assert series.match == "exact" or {"en", "zh"} <= series.note.keys(), series.measure


@every_table
def test_everything_left_out_has_its_reason_in_both_languages(name: str, framework: Framework) -> None:
    for left in mapping_of(name, framework).left_out:
        assert {"en", "zh"} <= left.reason.keys()


def test_known_faults_of_kolada_are_honoured(framework: Framework) -> None:
    by_kpi = {series.when["kpi"][0]: series for series in mapping_of("kolada", framework).series}
    assert by_kpi["n05401"].years == [2010, 2014, 2018, 2022]  # turnout is repeated between elections
    assert by_kpi["n05815"].years == [2010, 2014, 2018, 2022]
    for kpi, match, words in (
        ("n03920", "related", "not of the labour force"),
        ("n03921", "close", "as a share of the population"),  # which is what this measure asks for
        ("n00401", "broad", "not carbon dioxide alone"),
        ("n11800", "close", "not a net rate"),
        ("n07900", "related", "not use"),
    ):
        assert by_kpi[kpi].match == match, kpi
        assert words in by_kpi[kpi].note["en"], kpi
    assert "n03702" not in by_kpi  # gross regional product in thousand kronor


def test_known_faults_of_eurostat_are_honoured(framework: Framework) -> None:
    by_name = {series.when["measure"][0]: series for series in mapping_of("eurostat", framework).series}
    assert "rounded to whole per cent" in by_name["unemployment_rate"].note["en"]
    assert "reworded in 2019" in by_name["satisfied_schools_2019_wording"].note["en"]


def test_no_municipality_is_marked_as_a_member(framework: Framework) -> None:
    cities = (ROOT / "ontology" / "cities.ttl").read_text(encoding="utf-8")
    blocks = {block.split("\n", 1)[0]: block for block in cities.split("\n\n")}
    table = import_demo(framework, "kolada", "municipalities.csv")
    for iri in {reading.submission.city for reading in table.readings if reading.submission is not None}:
        block = blocks[f"<https://w3id.org/lcgraph/city/{local_name(iri)}#membership>"]
        assert "not-evidenced" in block, block


def test_the_fictional_city_is_not_in_the_network(framework: Framework) -> None:
    assert framework.cities.find("zz-lumenport") is None
    assert "lumenport" not in "".join(
        path.read_text(encoding="utf-8").casefold() for path in sorted(DEMO.rglob("*.*")) if path.is_file()
    )
