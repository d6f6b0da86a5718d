"""What the service says of itself and its data: VoID, DCAT, examples, the service description, the dump."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from linked_support import get, network_with_history, served_at_its_base
from rdflib import DCAT, DCTERMS, FOAF, RDF, RDFS, Graph, Literal, Namespace, URIRef
from service_support import Served
from support import SMALL

from lcgraph.framework.resources import rebase
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.telling.dump import write

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
SH = Namespace("http://www.w3.org/ns/shacl#")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Served]]:
    with served_at_its_base(tmp_path_factory.mktemp("described") / "data", "/net") as found:
        yield found


@pytest.fixture(scope="module")
def there(deployed: tuple[Network, Served]) -> httpx.Client:
    network, served = deployed
    served.client.base_url = httpx.URL(network.base)
    return served.client


def graph(there: httpx.Client, path: str) -> Graph:
    answer = get(there, path, "text/turtle")
    assert answer.status_code == 200, path
    return Graph().parse(data=answer.text, format="turtle")


# VoID


def test_the_data_set_is_described_at_the_well_known_address(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    base = deployed[0].base
    void = graph(there, ".well-known/void")
    dataset = URIRef(f"{base}.well-known/void#dataset")
    assert void.value(URIRef(f"{base}.well-known/void"), FOAF.primaryTopic) == dataset
    assert void.value(dataset, VOID.sparqlEndpoint) == URIRef(f"{base}sparql")
    assert void.value(dataset, VOID.dataDump) == URIRef(f"{base}dump.nq.gz")
    assert void.value(dataset, VOID.uriSpace) == Literal(base)
    asked = there.get("sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s a lc:Observation }", "format": "json"})
    n = asked.json()["results"]["bindings"][0]["n"]["value"]
    observation = URIRef("https://w3id.org/lcgraph/ontology#Observation")
    partitions = set(void.objects(dataset, VOID.classPartition)) & set(void.subjects(VOID["class"], observation))
    (partition,) = partitions
    assert str(void.value(partition, VOID.entities)) == n


# the examples


def test_the_example_queries_are_at_the_well_known_address(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    base = deployed[0].base
    examples = graph(there, ".well-known/sparql-examples")
    found = set(examples.subjects(RDF.type, SH.SPARQLExecutable))
    assert URIRef(f"{base}.well-known/sparql-examples#city-commitments") in found
    for example in found:
        assert {
            literal.language for literal in examples.objects(example, RDFS.comment) if isinstance(literal, Literal)
        } == {"en", "zh"}
        answer = there.post(
            "sparql", data={"query": str(examples.value(example, SH.select))}, headers={"Accept": "text/csv"}
        )
        assert answer.status_code == 200, example
        assert base in str(examples.value(example, SH.select)) or "city" not in str(example)


# DCAT


def test_the_catalogue_has_what_dcat_ap_asks_for(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    said = graph(there, "catalogue")
    catalogue = URIRef(f"{base}catalogue")
    needed = {
        DCAT.Catalog: (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            DCAT.dataset,
            DCTERMS.language,
            DCTERMS.license,
        ),
        DCAT.Dataset: (
            DCTERMS.title,
            DCTERMS.description,
            DCTERMS.publisher,
            DCAT.distribution,
            URIRef(f"{DCAT}version"),
        ),
        DCAT.Distribution: (DCAT.accessURL, DCAT.mediaType, DCTERMS.title),
        DCAT.DataService: (DCTERMS.title, DCAT.endpointURL, DCAT.endpointDescription, DCAT.servesDataset),
    }
    for kind, properties in needed.items():
        assert set(said.subjects(RDF.type, kind)), kind
        for thing in said.subjects(RDF.type, kind):
            for prop in properties:
                assert said.value(thing, prop, any=True) is not None, (thing, prop)
    for agent in said.objects(catalogue, DCTERMS.publisher):
        assert (agent, RDF.type, FOAF.Agent) in said
        assert said.value(agent, FOAF.name)
    for title in ("en", "zh"):
        assert title in {
            literal.language for literal in said.objects(catalogue, DCTERMS.title) if isinstance(literal, Literal)
        }
    network = URIRef(f"{base}.well-known/void#dataset")
    assert said.value(said.value(network, DCTERMS.temporal), DCAT.startDate) == Literal(
        "2015", datatype=URIRef("http://www.w3.org/2001/XMLSchema#gYear")
    )
    assert URIRef(f"{base}country/IE") in set(said.objects(network, DCTERMS.spatial))


def test_the_catalogue_claims_no_licence_for_what_cities_report(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    said = graph(there, "catalogue")
    network = URIRef(f"{deployed[0].base}.well-known/void#dataset")
    catalogue = URIRef(f"{deployed[0].base}catalogue")
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    for thing in (network, *said.objects(network, DCAT.distribution), *said.subjects(DCAT.servesDataset, network)):
        assert said.value(thing, DCTERMS.license) is None, thing
        rights = said.value(thing, DCTERMS.rights)
        assert {label.language for label in said.objects(rights, RDFS.label) if isinstance(label, Literal)} == {
            "en",
            "zh",
        }
        assert licence in set(said.objects(rights, RDFS.seeAlso))
    partitions = graph(there, ".well-known/void")
    assert partitions.value(network, DCTERMS.license) is None
    assert partitions.value(network, DCTERMS.rights) == said.value(network, DCTERMS.rights)
    framework = URIRef(f"{catalogue}#framework")
    for thing in (catalogue, framework, *said.objects(framework, DCAT.distribution)):
        assert said.value(thing, DCTERMS.license) == licence, thing


def test_the_licences_of_sources_are_named_in_the_catalogue(client: httpx.Client) -> None:
    query = "SELECT DISTINCT ?l { ?s a lc:Source ; dcterms:license ?l }"
    stated = client.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1:]
    said = Graph().parse(data=client.get("/catalogue.nt").text, format="nt")
    assert stated
    assert {*stated} <= {str(licence) for licence in said.objects(None, RDFS.seeAlso)}


def test_every_address_that_the_catalogue_names_answers(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    said = graph(there, "catalogue")
    for prop in (
        DCAT.accessURL,
        DCAT.downloadURL,
        DCAT.endpointURL,
        DCAT.endpointDescription,
        FOAF.homepage,
        FOAF.page,
    ):
        for address in said.objects(None, prop):
            if str(address).startswith(base):
                answer = there.get(str(address), follow_redirects=True)
                assert answer.status_code == 200, address
    for distribution in said.subjects(DCAT.downloadURL, None):
        download = str(said.value(distribution, DCAT.downloadURL))
        if download.startswith(base) and not said.value(distribution, DCAT.compressFormat):
            media_type = str(said.value(distribution, DCAT.mediaType)).rpartition("media-types/")[2]
            assert there.get(download).headers["content-type"].startswith(media_type)


# the description of the endpoint


def test_the_endpoint_tells_its_graphs_with_their_sizes(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    said = graph(there, "sparql")
    sizes = {
        str(said.value(named, SD.name)): int(str(said.value(said.value(named, SD.graph), VOID.triples)))
        for named in said.subjects(RDF.type, SD.NamedGraph)
    }
    assert {f"{base}graph/framework", f"{base}graph/archive", f"{base}.well-known/void"} <= set(sizes)
    count = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    rows = there.get("sparql", params={"query": count, "format": "json"}).json()["results"]["bindings"]
    counted = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    assert sizes == {
        name: n for name, n in counted.items() if "/submission/" not in name and not name.endswith("#evidence")
    }
    (default,) = said.objects(None, SD.defaultGraph)
    assert int(str(said.value(default, VOID.triples))) == sum(counted.values())


# the dump


def test_the_dump_is_the_graph_and_the_same_bytes_each_time(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    network, _ = deployed
    first = there.get("dump.nq.gz")
    assert first.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in first.headers
    assert gzip.decompress(first.content).decode() == "".join(network.dump())
    assert first.headers["etag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    assert there.get("dump.nq.gz").content == first.content
    again = there.get("dump.nq.gz", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    part = there.get("dump.nq.gz", headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, first.content[10:20])
    head = there.head("dump.nq.gz")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(first.content)))


def test_two_networks_with_the_same_graph_have_the_same_dump(tmp_path: Path) -> None:
    base = "https://example.org/"
    dumps = []
    for name in ("grown", "rebuilt"):
        network = network_with_history(tmp_path / name, base)
        if name == "rebuilt":
            network.rebuild()
        write(network, tmp_path / f"{name}.nq.gz")
        dumps.append((tmp_path / f"{name}.nq.gz").read_bytes())
    assert dumps[0] == dumps[1]


def test_descriptions_and_dump_follow_the_data_while_the_service_runs(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    network, _ = deployed
    before = (
        graph(there, ".well-known/void"),
        there.get("dump.nq.gz").content,
        there.get("catalogue.ttl").headers["etag"],
    )
    text = rebase(SMALL.replace(",2016,", ",2010,"), network.base)
    network.publish([read("cork.csv", text.encode(), network.framework)], "me")
    dataset = URIRef(f"{network.base}.well-known/void#dataset")
    after = graph(there, ".well-known/void")
    assert int(str(after.value(dataset, VOID.triples))) > int(str(before[0].value(dataset, VOID.triples)))
    assert gzip.decompress(there.get("dump.nq.gz").content).decode() == "".join(network.dump())
    answer = there.get("catalogue.ttl", headers={"If-None-Match": before[2]})
    assert answer.status_code == 200
    assert '"2010"' in answer.text
