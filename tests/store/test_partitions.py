"""The partitions of VoID say what the endpoint itself would count, whatever was published before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest
from support import EXAMPLES, SMALL, Clock

from lcgraph.archive.archive import Archive
from lcgraph.framework.namespaces import PREFIXES
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read
from lcgraph.store.embedded import newest_opened
from lcgraph.store.partitions import Tally, examples_of, graph_of
from lcgraph.store.readers import Readers

pytestmark = pytest.mark.embedded("it compares what is in its files; tests of remote stores compare what a server says")

Read = Callable[..., Reading]
VOID = "PREFIX void: <http://rdfs.org/ns/void#> PREFIX void-ext: <http://ldf.fi/void-ext#> "
Row = tuple[str, ...]


def publish(network: Network, year: int, value: object) -> None:
    text = SMALL.replace(",2016,", f",{year},").replace("12.5", str(value))
    network.publish([read("cork.csv", text.encode(), network.framework)], "me")


@pytest.fixture
def lived(network: Network) -> Network:
    """A network in which everything has happened: revised, withdrawn, registered, registered anew."""
    city = (EXAMPLES / "fictional-city" / "city.ttl").read_bytes()
    publish(network, 2014, 1)
    publish(network, 2016, 2)
    network.register("city.ttl", city, "me")
    publish(network, 2016, 3)
    network.withdraw("ie-cork/2014/1", "a slip", "me")
    network.register("city.ttl", city.replace(b"412000", b"412001"), "me")
    publish(network, 2014, 4)
    return network


@contextmanager
def opened(network: Network) -> Iterator[ox.Store]:
    with newest_opened(network.store_directory) as (_, store):
        yield store


def rows(store: ox.Store, query: str) -> set[Row]:
    found = store.query(query, use_default_graph_as_union=True, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return {tuple("" if term is None else getattr(term, "value", "") for term in row) for row in found}


def without_descriptions(network: Network, store: ox.Store) -> ox.Store:
    """What is counted: all graphs but those that describe the others."""
    names = network.framework.names
    own = {graph_of(names), examples_of(names)}
    counted = ox.Store()
    counted.bulk_extend(quad for quad in store if getattr(quad.graph_name, "value", "") not in own)
    return counted


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        pytest.param(
            "SELECT ?n { ?d void:classPartition ?x ; void:triples ?n ; void:uriSpace ?s }",
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
            id="all",
        ),
        pytest.param(
            "SELECT ?c ?n { ?x void:class ?c ; void:entities ?n }",
            "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
            id="classes",
        ),
        pytest.param(
            "SELECT ?p ?n { ?d void:uriSpace ?s ; void:propertyPartition [ void:property ?p ; void:triples ?n ] }",
            "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
            id="properties",
        ),
        pytest.param(
            "SELECT ?c ?p ?n { ?x void:class ?c ; void:propertyPartition [ void:property ?p ; void:triples ?n ] }",
            "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p",
            id="properties of classes",
        ),
        pytest.param(
            "SELECT ?c ?p ?d ?n { ?x void:class ?c ; void:propertyPartition ?y . ?y void:property ?p ; "
            "void:classPartition [ void:class ?d ; void:triples ?n ] }",
            "SELECT ?c ?p ?d (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o . ?o a ?d } GROUP BY ?c ?p ?d",
            id="object classes",
        ),
        pytest.param(
            "SELECT ?c ?p ?t ?n { ?x void:class ?c ; void:propertyPartition ?y . ?y void:property ?p ; "
            "void-ext:datatypePartition [ void-ext:datatype ?t ; void:triples ?n ] }",
            "SELECT ?c ?p ?t (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER ISLITERAL(?o) } "
            "GROUP BY ?c ?p (DATATYPE(?o) AS ?t)",
            id="datatypes",
        ),
        pytest.param(
            "SELECT ?c ?p { ?d void:classes ?c ; void:properties ?p }",
            "SELECT ?c ?p { { SELECT (COUNT(DISTINCT ?x) AS ?c) { ?s a ?x } } "
            "{ SELECT (COUNT(DISTINCT ?x) AS ?p) { ?s ?x ?o } } }",
            id="how many",
        ),
    ],
)
def test_the_partitions_say_what_a_query_counts(lived: Network, said: str, counted: str) -> None:
    with opened(lived) as store:
        found = rows(store, VOID + said)
        assert found == rows(without_descriptions(lived, store), counted)
        assert found


def test_they_are_those_that_counting_all_anew_gives(lived: Network) -> None:
    grown = list(lived.dump())
    lived.rebuild()
    assert list(lived.dump()) == grown


def test_an_end_between_a_commit_and_its_counting_is_made_good(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(network, 2014, 1)
    with monkeypatch.context() as patch:
        patch.setattr(Tally, "end", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            publish(network, 2016, 2)
    network.catch_up()
    grown = list(network.dump())
    network.rebuild()
    assert list(network.dump()) == grown


def test_what_a_city_is_may_change_and_all_that_speaks_of_it_is_counted_anew(network: Network) -> None:
    cork = b"""
    PREFIX lc: <https://w3id.org/lcgraph/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    PREFIX geo: <http://www.opengis.net/ont/geosparql#>
    <https://w3id.org/lcgraph/city/ie-cork> a lc:City, geo:Feature ; skos:notation "ie-cork" ;
      skos:prefLabel "Cork"@en, "\xe7\xa7\x91\xe5\x85\x8b"@zh ; lc:country <https://w3id.org/lcgraph/country/IE> ;
      skos:definition "A city."@en, "\xe5\x9f\x8e\xe5\xb8\x82\xe3\x80\x82"@zh ."""
    publish(network, 2016, 1)
    network.register("cork.ttl", cork, "me")
    grown = list(network.dump())
    assert any("#class/qb:Observation/sdmx-dimension:refArea/geo:Feature>" in line for line in grown)
    network.rebuild()
    assert list(network.dump()) == grown


def test_an_editor_of_queries_learns_the_endpoint_by_its_usual_query(lived: Network) -> None:
    learn = VOID + (
        "SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE { "
        "?cp void:class ?subjectClass ; void:propertyPartition ?pp . ?pp void:property ?prop . OPTIONAL { "
        "{ ?pp void:classPartition [ void:class ?objectClass ] } UNION "
        "{ ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] } } }"
    )
    with Readers(lived.store_directory, 1, spare=0) as readers:
        found = readers.run(learn, solutions="text/csv").body.decode()
    lc, decimal = PREFIXES["lc"], "http://www.w3.org/2001/XMLSchema#decimal"
    assert f"{lc}Observation,{lc}ofMeasure,{lc}Measure,\r\n" in found
    assert f"{lc}Observation,{PREFIXES['sdmx-measure']}obsValue,,{decimal}\r\n" in found


def test_no_partition_is_left_of_what_there_is_no_longer(tmp_path: Path, clock: Clock) -> None:
    network = Network(tmp_path / "data", clock=clock)
    publish(network, 2016, 1)
    with opened(network) as store:
        assert rows(store, VOID + "SELECT ?x { ?x void:class lc:Target }")
    network.withdraw("ie-cork/2016/1", "a slip", "me")
    with opened(network) as store:
        assert not rows(store, VOID + "SELECT ?x { ?x void:class lc:Target }")
        assert rows(store, VOID + "SELECT ?n { ?x void:class lc:Withdrawal ; void:entities ?n }") == {("1",)}
    assert Archive(tmp_path / "data" / "archive").last == 2
