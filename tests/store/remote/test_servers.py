"""A server as the store of a network: all that is published is there, whatever happens to the server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from servers import SparqlServer
from service_support import serving
from support import SMALL, asking

from lcgraph.errors import StoreError
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import Names
from lcgraph.publishing import network as network_module
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read
from lcgraph.store.contents import by_graph, whole
from lcgraph.store.limits import QueryLimits
from lcgraph.store.partitions import graph_of
from lcgraph.store.remote.state import is_state
from lcgraph.store.remote.store import RemoteStore

pytestmark = pytest.mark.embedded("these start their own servers")

CITY = (Path(__file__).parents[3] / "examples" / "fictional-city" / "city.ttl").read_bytes()


def small(*changes: tuple[str, str]) -> Reading:
    text = SMALL
    for old, new in changes:
        text = text.replace(old, new)
    return read("cork.csv", text.encode(), framework())


def history(network: Network) -> Iterator[None]:
    """What may happen to a network, step by step."""
    network.publish([small()], "me")
    yield
    network.publish([small(("12.5", "13.25"))], "me")
    yield
    network.register("city.ttl", CITY, "me")
    yield
    network.publish([small((",2016,", f",{year},")) for year in (2014, 2015)], "me")
    yield
    network.withdraw("ie-cork/2015/1", "a slip", "me")
    yield
    network.register("city.ttl", CITY.replace(b"412000", b"412001"), "me")
    yield


def partitions_of(network: Network) -> set[str]:
    """What the server says of the partitions."""
    names = Names(network.base)
    with network.newest() as found:
        assert found is not None
        quads = found[1].quads_for_pattern(None, None, None, ox.NamedNode(graph_of(names)))
        said = {str(quad.triple) for quad in quads}
    state = {line for line in said if is_state(line, names)}
    assert len(state) == 1
    return said - state


def partitions_made_of(network: Network) -> set[str]:
    """What the archive makes of them."""
    lines = whole(network.archive, framework(network.base), network._beside)
    return {line[:-3] for line in by_graph(lines)[graph_of(Names(network.base))]}


def test_after_each_change_it_holds_what_the_archive_makes(network: Network) -> None:
    for _ in history(network):
        assert partitions_of(network) == partitions_made_of(network)
        network.adopt()  # which counts every graph


def test_several_commits_of_one_publisher_are_counted_one_by_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_module, "COMMIT_SUBMISSIONS", 1)
    texts = [("12.5", "13"), (",2016,", ",2014,"), ("12.5", "14"), ("12.5", "15"), (",2016,", ",2015,")]
    network.publish([small(change) for change in texts], "me")
    assert network.archive.last == len(texts)
    assert partitions_of(network) == partitions_made_of(network)
    network.adopt()


def test_every_question_is_answered_as_from_the_embedded_store(network: Network, tmp_path: Path) -> None:
    embedded = Network(tmp_path / "embedded", clock=network._clock)
    for _ in zip(history(network), history(embedded), strict=True):
        continue
    patient = QueryLimits(seconds=60)  # some engines take a second and more to compile some questions
    with asking(network, patient) as remote, asking(embedded) as own:
        for question in own.library:
            given = {name: head.example for name, head in question.head.parameters.items()}
            required = {name: given[name] for name, head in question.head.parameters.items() if head.required}
            for parameters in (given, required):
                for language in ("en", "zh"):
                    answer = remote.ask(question.name, parameters, language)
                    assert answer.rows == own.ask(question.name, parameters, language).rows, question.name
            if question.head.graph:
                mine = own.graph(question.name, required, "en", "application/n-triples")
                theirs = remote.graph(question.name, required, "en", "application/n-triples")
                assert as_embedded(theirs) == as_embedded(mine), question.name


def as_embedded(ntriples: bytes) -> list[str]:
    """The statements of a graph as the embedded store keeps them: a positive integer is an integer to it."""
    store = ox.Store()
    store.load(ntriples, ox.RdfFormat.N_TRIPLES)
    return sorted(map(str, store))


def test_rebuilding_gives_the_graph_of_the_embedded_store(network: Network, tmp_path: Path) -> None:
    for _ in history(network):
        continue
    (tmp_path / "copy").mkdir()
    (network.directory / "archive").rename(tmp_path / "copy" / "archive")
    embedded = Network(tmp_path / "copy").rebuild()
    (tmp_path / "copy" / "archive").rename(network.directory / "archive")
    assert network.rebuild() == embedded
    network.adopt()


# the server away


@pytest.mark.parametrize("when", range(3))
def test_a_server_that_is_killed_while_it_is_written_to_loses_nothing_acknowledged(
    network: Network, server: SparqlServer, when: int
) -> None:
    network.publish([small()], "me")
    acknowledged = []
    writes = 0
    connection = network.store.connection  # type: ignore[attr-defined]  # it is a remote store
    write = connection._write

    def writing(*args: object, **kwargs: object) -> None:
        nonlocal writes
        writes += 1
        if writes == 2 + 3 * when:
            server.kill()
        write(*args, **kwargs)

    connection._write = writing
    readings = [small((",2016,", f",{year},")) for year in (2013, 2014, 2015)]
    with pytest.raises(StoreError, match=r"cannot be reached|not whole"):
        network.publish(readings, "me", acknowledged=lambda done: acknowledged.append(done.submission))
    server.start()
    again = Network(network.directory)
    again.publish([small((",2016,", ",2012,"))], "me")
    assert again.archive.last == 2 + bool(acknowledged)
    with asking(again) as answerer:
        rows = answerer.ask("cities", {}, "en").rows
    (cork,) = (row for row in rows if row["code"] == "ie-cork")
    assert cork["submissions"] == 2 + len(acknowledged)
    again.adopt()


def test_a_service_says_that_the_server_is_away_and_recovers(network: Network, server: SparqlServer) -> None:
    network.publish([small()], "me")
    with serving(network.directory) as served:
        assert served.client.get("/cities").status_code == 200
        assert served.client.get("/health").json()["status"] == "ok"
        server.kill()
        for path in ("/cities", "/sparql?query=ASK{}", "/city/ie-cork.ttl", "/health"):
            said = served.client.get(path, headers={"Accept-Language": "zh"})
            assert said.status_code == 503, path
            assert "无法连接" in said.text, path
        server.start()
        assert served.client.get("/cities").status_code == 200
        assert served.client.get("/health").json()["status"] == "ok"


def test_while_it_is_being_changed_the_service_says_to_ask_again(network: Network) -> None:
    network.publish([small()], "me")
    store = network.store
    assert isinstance(store, RemoteStore)
    # whoever changes a store holds the right to write; without it the service would bring the store up to date
    with network.archive.writing(), serving(network.directory, LCGRAPH_QUERY_SECONDS="7") as served:
        store._state.begin()
        said = served.client.get("/sparql", params={"query": "ASK { }"})
        assert said.status_code == 503
        assert "Retry-After" in said.headers
        store._state.end(1)
        assert served.client.get("/sparql", params={"query": "ASK { }"}).status_code == 200


def test_at_no_moment_of_a_change_there_seems_to_be_nothing(network: Network) -> None:
    network.publish([small()], "me")
    store = network.store
    assert isinstance(store, RemoteStore)
    update, seen = store.connection.update, []

    def updating(operations: str) -> None:
        update(operations)
        seen.append(store._state.said())

    store.connection.update = updating  # type: ignore[method-assign]
    network.publish([small(("12.5", "13"))], "me")
    assert len(seen) > 5
    assert all(said.endswith(" changing") for said in seen[:-1])
    assert seen[-1] == store.state()


def test_a_writer_that_was_ended_is_made_good_by_the_next(network: Network) -> None:
    network.publish([small()], "me")
    store = network.store
    assert isinstance(store, RemoteStore)
    store._state.begin()  # and there it was ended
    store.connection.update(f"DROP SILENT GRAPH <{network.base}submission/ie-cork/2016/1#evidence>")
    again = Network(network.directory)
    again.publish([small(("12.5", "13"))], "me")
    again.adopt()
