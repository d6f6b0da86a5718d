"""Comunica against one endpoint, and over two of them at once."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from service_support import COMUNICA, WITHOUT_COMUNICA, Served, node, serving
from support import NOW, SMALL

from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

pytestmark = pytest.mark.skipif(not COMUNICA.exists(), reason=WITHOUT_COMUNICA)

FIGURES = """
PREFIX lc: <https://w3id.org/lcgraph/ontology#>
PREFIX sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#>
PREFIX sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?code ?value WHERE {
  ?observation lc:ofMeasure <https://w3id.org/lcgraph/measure/1.2.2-a> ;
    sdmx-dimension:refArea ?city ; sdmx-measure:obsValue ?value .
  ?city skos:notation ?code .
}
"""


@pytest.fixture(scope="module")
def other_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service over a second network, which Limerick has handed in a submission to."""
    network = Network(tmp_path_factory.mktemp("other") / "data", clock=lambda: NOW)
    text = SMALL.replace("ie-cork", "ie-limerick").replace("Cork City", "Limerick City").replace("12.5", "14.5")
    network.publish([read("limerick.csv", text.encode(), network.framework)], "test")
    with serving(network.directory) as started:
        yield started


def _comunica(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [node(), str(COMUNICA), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _values(ran: subprocess.CompletedProcess[str]) -> set[tuple[str, ...]]:
    assert ran.returncode == 0, ran.stderr
    rows = json.loads(ran.stdout)["results"]["bindings"]
    return {tuple(term["value"] for term in row.values()) for row in rows}


_JSON = ("-t", "application/sparql-results+json")


def test_it_finds_out_by_itself_that_the_address_is_an_endpoint(endpoint: str, queries: Any) -> None:
    assert len(_values(_comunica(endpoint, "-q", queries.commitments, *_JSON))) == 12


def test_it_reads_graphs(endpoint: str, queries: Any) -> None:
    ran = _comunica(f"sparql@{endpoint}", "-q", queries.graph, "-t", "application/n-triples")
    assert ran.returncode == 0, ran.stderr
    assert len(ran.stdout.splitlines()) == 12


def test_it_joins_two_services_that_each_know_another_city(endpoint: str, other_service: Served) -> None:
    other = f"{other_service.address}/sparql"
    assert _values(_comunica(f"sparql@{endpoint}", "-q", FIGURES, *_JSON)) == {("ie-cork", "11"), ("ie-cork", "12.5")}
    both = _values(_comunica(f"sparql@{endpoint}", f"sparql@{other}", "-q", FIGURES, *_JSON))
    assert both == {("ie-cork", "11"), ("ie-cork", "12.5"), ("ie-limerick", "11"), ("ie-limerick", "14.5")}


def test_what_is_refused_fails_and_says_why(endpoint: str) -> None:
    elsewhere = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    ran = _comunica(f"sparql@{endpoint}", "-q", elsewhere)
    assert ran.returncode != 0
    assert "SERVICE in line 1 would make this service ask another one" in ran.stderr


def test_it_tells_a_deadline_and_never_ends_well_with_a_part(strict: str, queries: Any) -> None:
    late = _comunica(f"sparql@{strict}", "-q", queries.endless)
    assert late.returncode != 0
    assert '"limit": "deadline"' in late.stderr
    part = _comunica(f"sparql@{strict}", "-q", queries.too_many, "-t", "text/csv")
    assert part.returncode != 0
