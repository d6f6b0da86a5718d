"""What becomes of a submission: accepted, superseded by a revision, withdrawn; and of a city: registered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from support import EXAMPLES, SMALL, Clock

from lcgraph.archive.records import Accepted, Registered, Withdrawn
from lcgraph.errors import DoesNotConform, InputError, NotFound
from lcgraph.publishing import network as network_module
from lcgraph.publishing.network import Network, refused
from lcgraph.reading import as_rdf, terms
from lcgraph.reading.reader import Reading, read
from lcgraph.store.evidence import evidence
from lcgraph.store.readers import Readers

Read = Callable[..., Reading]
CORK_2016 = "https://w3id.org/lcgraph/submission/ie-cork/2016/"
LUMENPORT = EXAMPLES / "fictional-city"


def events(network: Network) -> list[object]:
    return [event for commit in network.archive.commits() for event in commit.manifest.events]


def graphs(network: Network) -> set[str]:
    """The graphs of submissions, and of what follows from them, that readers see."""
    with Readers(network.store_directory, 1, spare=0) as readers:
        found = readers.run(
            'SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER CONTAINS(STR(?g), "/submission/") }',
            solutions="text/csv",
        )
    return {line.removeprefix("https://w3id.org/lcgraph/submission/") for line in found.body.decode().split()[1:]}


# accepted


def test_a_submission_that_conforms_is_accepted_and_seen_with_its_evidence(network: Network, read_small: Read) -> None:
    (published,) = network.publish([read_small()], "me")
    assert (published.status, published.submission, published.supersedes) == ("accepted", CORK_2016 + "1", "")
    assert graphs(network) == {"ie-cork/2016/1", "ie-cork/2016/1#evidence"}
    commit = network.archive.commit(1)
    (event,) = commit.manifest.events
    assert isinstance(event, Accepted)
    assert commit.read(event.originals[0]) == SMALL.encode(), "the file as it was handed in"
    assert commit.read(event.report).startswith(b"_:") or b"ValidationReport" in commit.read(event.report)
    assert event.by == "me"


def formats(submission_reading: Reading, network: Network) -> dict[str, Reading]:
    """The same submission handed in as CSV and in every RDF format, and once with blank nodes."""
    framework = network.framework
    assert submission_reading.submission is not None
    found = {"csv": submission_reading}
    for kind in as_rdf.FORMATS:
        data = as_rdf.to_rdf(submission_reading.submission, framework, kind)
        found[kind] = read(f"cork.{kind}", data, framework)
    triples = list(ox.parse(as_rdf.to_rdf(submission_reading.submission, framework, "nt"), ox.RdfFormat.N_TRIPLES))
    root = next(t.subject for t in triples if str(t.object).endswith("ontology#Submission>"))
    blank: dict[object, ox.BlankNode] = {}

    def without_name(node: object) -> object:
        if isinstance(node, ox.NamedNode) and node.value.startswith(f"{root.value}#"):
            return blank.setdefault(node, ox.BlankNode())
        return node

    nt = "".join(f"{without_name(t.subject)} {t.predicate} {without_name(t.object)} .\n" for t in triples)
    assert blank
    found["blank nodes"] = read("blank.nt", nt.encode(), framework)
    return found


def test_the_hash_of_a_graph_is_that_of_rdfc_1_0_whatever_format_it_was_handed_in(
    network: Network, read_small: Read
) -> None:
    noted = read_small(("Rounded.", '"Quote \\, tab\t, \u2028, 中文, \U0001f3db"'))
    for reading in formats(noted, network).values():
        network.publish([reading], "me")
        (outcome,) = network.publish([reading], "me")
        assert outcome.status == "unchanged", outcome.reading.name
        network.withdraw(outcome.submission, "to be handed in anew", "me")
    accepted = [(c, e) for c in network.archive.commits() for e in c.manifest.events if isinstance(e, Accepted)]
    assert len(accepted) >= 4
    for commit, event in accepted:
        nquads = commit.read(event.graph)
        dataset = ox.Dataset(ox.parse(nquads, ox.RdfFormat.N_QUADS))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sorted(f"{quad} .\n" for quad in dataset)
        assert hashlib.sha256("".join(lines).encode()).hexdigest() == event.graph_hash
        assert event.graph_hash == commit.manifest.files[event.graph].sha256
        assert event.quads == len(lines)
        assert {str(quad.graph_name) for quad in dataset} == {f"<{event.submission}>"}


def test_the_lines_of_a_graph_are_escaped_as_rdfc_1_0_says() -> None:
    odd = "".join(map(chr, range(0x20))) + '"\\\x7f\x80\u2028\ufeff\ufffe\uffff\U0001f3db中'
    line = terms.nquads([f"<urn:s> <urn:p> {terms.plain(odd)}"], "urn:g")
    dataset = ox.Dataset(ox.parse(line, ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert [f"{quad} .\n" for quad in dataset] == [line]


def test_the_same_file_again_changes_nothing(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    (again,) = network.publish([read_small()], "me")
    assert (again.status, again.submission) == ("unchanged", CORK_2016 + "1")
    assert network.archive.last == 1


def test_the_same_figures_in_another_file_or_another_place_change_nothing(network: Network, read_small: Read) -> None:
    reading = read_small(("Rounded.", '"Quote \\, tab\t, \u2028, 中文"'))
    (first,) = network.publish([reading], "me")
    moved = read_small(("Rounded.", '"Quote \\, tab\t, \u2028, 中文"'), ("12.5", "12.50"), ("\n", "\n\n"))
    same = formats(reading, network)
    del same["blank nodes"]  # which gives its source another key
    for again in (*same.values(), moved):
        (outcome,) = network.publish([again], "me")
        assert (outcome.status, outcome.submission) == ("unchanged", first.submission), outcome.reading.name
    (noted,) = network.publish([read_small()], "me")
    assert (noted.status, noted.submission) == ("accepted", CORK_2016 + "2")
    assert network.archive.last == 2


def test_what_cannot_be_read_is_refused_though_all_else_is_published_already(
    network: Network, read_small: Read
) -> None:
    without = read_small(("target,,,,,,,,,,1.2.2-a,2020,,8,,,,,,\n", ""))
    slip = read_small(("1.2.2-a,2020,,8,", "1.2.2-a,2020,,about 8,"))
    network.publish([without], "me")
    with pytest.raises(DoesNotConform):
        network.publish([slip], "me")
    (outcome,) = network.publish([slip], "me", partly=True)
    assert (outcome.status, outcome.report.conforms) == ("refused", False)


def test_a_revision_supersedes_and_the_archive_keeps_both(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    (revised,) = network.publish([read_small(("12.5", "13"))], "me")
    assert (revised.submission, revised.supersedes) == (CORK_2016 + "2", CORK_2016 + "1")
    assert graphs(network) == {"ie-cork/2016/2", "ie-cork/2016/2#evidence"}
    first, second = events(network)
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert b'"12.5"' in network.archive.commit(1).read(first.graph)
    assert second.supersedes == first.submission


def test_what_is_seen_of_evidence_is_what_follows_from_the_submission(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    event = events(network)[0]
    assert isinstance(event, Accepted)
    lines = network.archive.commit(1).read(event.graph).decode().splitlines()
    graph = f" <{CORK_2016}1#evidence> .\n"
    wanted = {statement + graph for statement in evidence(lines, network.framework)}
    assert wanted
    assert {line for line in network.dump() if line.endswith(graph)} == wanted


# all or none


BAD = ("12.5", "1250")


def test_one_that_does_not_conform_stops_all(network: Network, read_small: Read) -> None:
    readings = [read_small(), read_small(BAD, (",2016,", ",2015,"))]
    told: list[str] = []
    with pytest.raises(DoesNotConform) as caught:
        network.publish(readings, "me", acknowledged=lambda p: told.append(p.submission))
    assert [outcome.reading for outcome in refused(caught.value)] == [readings[1]]
    assert told == []
    assert network.archive.last == 0


def test_partly_takes_those_that_conform(network: Network, read_small: Read) -> None:
    readings = [read_small(BAD), read_small((",2016,", ",2015,"))]
    told: list[str] = []
    outcomes = network.publish(readings, "me", partly=True, acknowledged=lambda p: told.append(p.submission))
    assert [outcome.status for outcome in outcomes] == ["refused", "accepted"]
    assert told == [outcomes[1].submission]
    assert graphs(network) == {"ie-cork/2015/1", "ie-cork/2015/1#evidence"}


def test_two_of_one_city_and_year_in_one_call_are_revisions_of_one_another(network: Network, read_small: Read) -> None:
    outcomes = network.publish([read_small(), read_small(("12.5", "13")), read_small(("12.5", "13"))], "me")
    assert [(o.status, o.submission[-1], o.supersedes[-1:]) for o in outcomes] == [
        ("accepted", "1", ""),
        ("accepted", "2", "1"),
        ("unchanged", "2", ""),
    ]
    assert network.archive.last == 1
    assert graphs(network) == {"ie-cork/2016/2", "ie-cork/2016/2#evidence"}


@pytest.mark.parametrize("partly", [True, False])
def test_many_go_into_several_commits(
    network: Network, read_small: Read, monkeypatch: pytest.MonkeyPatch, partly: bool
) -> None:
    monkeypatch.setattr(network_module, "COMMIT_SUBMISSIONS", 3)
    years = range(2009, 2016)
    readings = [read_small((",2016,", f",{year},")) for year in years]
    on_disk: list[int] = []
    network.publish(readings, "me", partly=partly, acknowledged=lambda p: on_disk.append(network.archive.last))
    assert on_disk == [1, 1, 1, 2, 2, 2, 3], "each was in the archive when it was acknowledged"
    assert [len(commit.manifest.events) for commit in network.archive.commits()] == [3, 3, 1]
    assert graphs(network) == {f"ie-cork/{year}/1{also}" for year in years for also in ("", "#evidence")}


def test_files_of_one_name_are_both_kept(network: Network, read_small: Read) -> None:
    readings = [read_small(), read_small((",2016,", ",2015,"))]
    network.publish(readings, "me")
    commit = network.archive.commit(1)
    originals = [event.originals[0] for event in commit.manifest.events if isinstance(event, Accepted)]
    assert [name.rpartition("/")[2] for name in originals] == ["cork.csv", "cork.csv"]
    assert [commit.read(name) for name in originals] == [reading.originals["cork.csv"] for reading in readings]


@pytest.mark.parametrize(
    "name", ["../../x.csv", "a\0b.csv", "x" * 5000 + ".csv", "CON.csv", "C:\\tmp\\x.csv", "é 中.csv"]
)
def test_the_name_of_a_file_does_no_harm(network: Network, read_small: Read, name: str) -> None:
    (published,) = network.publish([read_small(name=name)], "me")
    assert published.status == "accepted"
    assert list(network.archive.verify()) == []
    (event,) = network.archive.commit(1).manifest.events
    assert isinstance(event, Accepted)
    assert ".." not in Path(event.originals[0]).parts


# withdrawn


def test_a_withdrawn_submission_is_no_longer_seen_and_the_archive_keeps_it(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    assert network.withdraw("ie-cork/2016/1", " 数据有误 ", "me") == CORK_2016 + "1"
    assert graphs(network) == set()
    assert events(network)[1] == Withdrawn(submission=CORK_2016 + "1", reason="数据有误", by="me")
    assert b'"12.5"' in network.archive.commit(1).read("submissions/ie-cork/2016/1/graph.nq")


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_withdrawal_needs_a_reason(network: Network, read_small: Read, reason: str) -> None:
    network.publish([read_small()], "me")
    with pytest.raises(InputError, match="reason"):
        network.withdraw("ie-cork/2016/1", reason, "me")
    assert network.archive.last == 1


def test_only_what_is_published_can_be_withdrawn(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    network.publish([read_small(("12.5", "13"))], "me")
    with pytest.raises(NotFound, match="superseded"):
        network.withdraw("ie-cork/2016/1", "why", "me")
    network.withdraw(CORK_2016 + "2", "why", "me")
    with pytest.raises(NotFound, match="withdrawn already"):
        network.withdraw("ie-cork/2016/2", "why", "me")
    for unknown in ("ie-cork/2016/3", "ie-cork", "", "not an: iri", "../../etc", "https://example.org/x"):
        with pytest.raises(NotFound, match="no submission"):
            network.withdraw(unknown, "why", "me")
    assert network.archive.last == 3


def test_what_is_published_after_a_withdrawal_is_a_new_revision_even_if_it_is_the_same(
    network: Network, read_small: Read
) -> None:
    network.publish([read_small()], "me")
    network.withdraw("ie-cork/2016/1", "too early", "me")
    (again,) = network.publish([read_small()], "me")
    assert (again.status, again.submission, again.supersedes) == ("accepted", CORK_2016 + "2", "")
    assert graphs(network) == {"ie-cork/2016/2", "ie-cork/2016/2#evidence"}


# registered


def test_a_city_that_is_registered_can_submit(network: Network) -> None:
    data = (LUMENPORT / "lumenport.csv").read_bytes()
    with pytest.raises(DoesNotConform):
        network.publish([read("lumenport.csv", data, network.framework)], "me")
    assert network.register("../city.ttl", (LUMENPORT / "city.ttl").read_bytes(), "me") == ["zz-lumenport"]
    (published,) = network.publish([read("lumenport.csv", data, network.framework)], "me")
    assert published.status == "accepted"
    event = events(network)[0]
    assert isinstance(event, Registered)
    assert network.archive.commit(1).read(event.original) == (LUMENPORT / "city.ttl").read_bytes()


def test_what_is_known_of_a_city_is_replaced_not_added_to(network: Network) -> None:
    data = (LUMENPORT / "city.ttl").read_bytes()
    network.register("city.ttl", data, "me")
    network.register("city.ttl", data.replace(b"412000", b"413000"), "me")
    inhabitants = [line for line in network.dump() if "city/zz-lumenport#" in line and "inhabitants" in line]
    assert len(inhabitants) == 1
    assert '"413000"' in inhabitants[0]


# time and place


def test_the_clock_of_the_network_is_written_down(network: Network, read_small: Read, clock: Clock) -> None:
    network.publish([read_small()], "me")
    assert network.archive.commit(1).manifest.at == "2026-11-23T12:00:00.000Z"


def test_an_archive_keeps_the_base_iri_that_it_was_begun_with(tmp_path: Path, small: str) -> None:
    base = "https://example.org/net/"
    network = Network(tmp_path, base)
    network.publish([read("cork.csv", small.encode(), network.framework)], "me")
    assert Network(tmp_path).base == base
    assert Network(tmp_path, base).base == base
    with pytest.raises(InputError, match="begun with the base IRI"):
        Network(tmp_path, "https://example.org/other/")
    assert all("w3id.org/lcgraph/submission" not in line for line in network.dump())


def test_a_damaged_commit_leaves_the_rest_usable(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    network.publish([read_small(("12.5", "13"))], "me")
    path = network.archive.commit(1).path
    path.write_bytes(b"")
    again = Network(network.directory)
    assert [Path(str(damage.where)).name for damage in again.archive.verify()] == [path.name]
    assert graphs(again) == {"ie-cork/2016/2", "ie-cork/2016/2#evidence"}
    (published,) = again.publish([read_small(("12.5", "14"))], "me")
    assert published.submission == CORK_2016 + "3"


def test_the_manifest_is_json_that_others_can_read(network: Network, read_small: Read) -> None:
    network.publish([read_small()], "me")
    manifest = network.archive.commit(1).manifest
    said = json.loads(json.dumps(manifest.as_json()))
    assert type(manifest).from_json(said) == manifest
    with pytest.raises(ValueError, match="format"):
        type(manifest).from_json(said | {"format": 2})
