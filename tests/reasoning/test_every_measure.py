"""For a city with every figure and documents, what publishing wrote is what follows: evidence for every commitment."""

from __future__ import annotations

from support import EXAMPLES

from lcgraph.framework.namespaces import LC
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading
from lcgraph.reasoning import sample
from lcgraph.reasoning.check import check
from lcgraph.reasoning.hermit import Reasoner


def test_a_city_with_every_figure_has_the_evidence_that_follows_for_every_commitment(
    network: Network, lumenport_reading: Reading, reasoner: Reasoner
) -> None:
    network.register("city.ttl", (EXAMPLES / "fictional-city" / "city.ttl").read_bytes(), "test")
    network.publish([lumenport_reading], "test")
    known = network.framework
    with network.newest() as found:
        assert found is not None
        every = sample.current(found[1])
        taken = sample.take(found[1], known.names, sample.choose(every, 1), every)
    assert len({o for _, p, o in taken.materialised if p == LC + "hasEvidenceForCommitment"}) == 12
    assert len({s for s, p, _ in taken.materialised if p == LC + "evidenceForAction"}) > 200
    assert check(taken, known, reasoner, plant=False).good
