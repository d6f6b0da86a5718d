"""No statement stands in two graphs, so the union of all graphs is a set: a count counts each thing once."""

from __future__ import annotations

import json
from collections import Counter

from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading
from lcgraph.store.readers import Readers


def repeated(network: Network) -> list[tuple[str, int]]:
    """Statements that stand in more than one graph."""
    counted = Counter(line.rsplit(" ", 2)[0] for line in network.dump())
    return [(statement, n) for statement, n in counted.items() if n > 1]


def count(network: Network, pattern: str) -> int:
    with Readers(network.store_directory, 1, spare=0) as readers:
        body = readers.run(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}").body
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_in_the_demonstration_network(demo: Network) -> None:
    assert repeated(demo) == []
    assert count(demo, "?s a lc:Submission") == 656


def test_after_revisions_and_withdrawals(network: Network, read_small: object) -> None:
    assert callable(read_small)

    def small(*changes: tuple[str, str]) -> Reading:
        reading = read_small(*changes)
        assert isinstance(reading, Reading)
        return reading

    network.publish([small()], "test")
    network.publish([small(("submission,ie-cork,2016", "submission,ie-cork,2017"))], "test")
    network.publish([small((",female,12.5", ",female,13"))], "test")
    assert repeated(network) == []
    assert count(network, "?s a lc:Submission") == 2
    assert count(network, "?city lc:hasEvidenceForCommitment ?c") == 3
    network.withdraw("ie-cork/2017/1", "a test", "test")
    assert repeated(network) == []
    assert count(network, "?s a lc:Submission") == 1
    assert count(network, "?city lc:hasEvidenceForCommitment ?c") == 3
    network.withdraw("ie-cork/2016/2", "a test", "test")
    assert count(network, "?s a lc:Submission") == 0
    assert count(network, "?city lc:hasEvidenceForCommitment ?c") == 0


def test_what_a_revision_takes_away_is_no_evidence_any_more(network: Network, read_small: object) -> None:
    assert callable(read_small)
    network.publish([read_small()], "test")
    network.publish([read_small(("10.2; 1.1", "10.2"))], "test")
    assert count(network, "?city lc:hasEvidenceForCommitment ?c") == 2
    assert count(network, "?city lc:hasEvidenceForAction ?a") == 2
