"""A small network, and the reasoner of this machine."""

from __future__ import annotations

from collections.abc import Callable

import pyoxigraph as ox
import pytest
from support import NOW, SMALL

from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.reasoning import hermit, sample
from lcgraph.reasoning.hermit import Reasoner
from lcgraph.reasoning.sample import Sample

ESPOO = """\
record,city,year,edition,submitter,key,type,title,measure,period,sex,value,match,source,note
submission,fi-espoo,2016,2013-draft,Espoo,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,,,,,,,
source,,,,,employers,survey,Employers,,,,,,,
observation,,,,,,,,1.2.2-b,2016,,9,broad,lfs,All ages under 30.
observation,,,,,,,,2.5.4-a,2016,,3,,employers,
"""
"""Of its two measures the second informs no action."""


@pytest.fixture(scope="session")
def reasoner() -> Reasoner:
    """HermiT, as it is installed here."""
    return hermit.find()


@pytest.fixture(scope="session")
def small_network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """Cork with two years, of which the second has another figure and no document, and Espoo."""
    network = Network(tmp_path_factory.mktemp("reasoned"), clock=lambda: NOW)
    later = "\n".join(line for line in SMALL.splitlines() if not line.startswith(("document", "target")))
    later = later.replace(",2016,", ",2017,").replace("1.2.2-a", "1.3.1-a").replace(",female,12.5,%", ",,4.5,")
    later = "\n".join(line for line in later.splitlines() if ",male," not in line and not line.startswith("gap")) + "\n"
    for name, text in (("cork.csv", SMALL), ("later.csv", later), ("espoo.csv", ESPOO)):
        network.publish([read(name, text.encode(), network.framework)], "test")
    return network


@pytest.fixture
def copied(small_network: Network) -> ox.Store:
    """All that its store holds, to be changed."""
    store = ox.Store()
    with small_network.newest() as found:
        assert found is not None
        store.extend(found[1].quads_for_pattern(None, None, None))
    return store


Take = Callable[..., Sample]


@pytest.fixture
def take(small_network: Network) -> Take:
    """Takes a sample of a store: all of it, or so many submissions."""

    def taken(store: ox.Store, size: int = 99) -> Sample:
        every = sample.current(store)
        return sample.take(store, small_network.framework.names, sample.choose(every, size), every)

    return taken
