"""Helpers that the tests import by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import servers

from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.publishing.network import Network
from lcgraph.reading import foreign, mapping
from lcgraph.store.limits import QueryLimits
from lcgraph.store.past import Past, PastReaders
from lcgraph.store.readers import Readers

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
DEMO = EXAMPLES / "demo-network"
SHARED = ROOT.parent / "shared"
"""Conformance suites and the source tables lie here where they are present; no test needs them."""

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def until(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether something comes to hold."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


SMALL = """\
record,city,year,edition,submitter,key,type,title,title_zh,publisher,measure,period,sex,value,unit,match,source,note,supports,reason
submission,ie-cork,2016,2013-draft,Cork City Council,,,,,,,,,,,,,,,
source,,,,,lfs,official,Labour force survey,劳动力调查,CSO,,,,,,,,,,
observation,,,,,,,,,,1.2.2-a,2016,female,12.5,%,close,lfs,Rounded.,,
observation,,,,,,,,,,1.2.2-a,2016,male,11,,exact,lfs,,,
gap,,,,,,,,,,1.2.2-a,2016,,,,,,,,not-available
document,,,,,strategy,strategy,Learning strategy,,,,,,,,,,,10.2; 1.1,
target,,,,,,,,,,1.2.2-a,2020,,8,,,,,,
"""


@contextmanager
def asking(network: Network, limits: QueryLimits | None = None) -> Iterator[Answerer]:
    """Answers the questions of the library over a network."""
    limits = limits or QueryLimits(seconds=servers.PATIENCE)
    library = Library(resources.directory("queries"), network.base)
    past = Past(network.store_directory, network.archive, network.base)
    with Readers(network.store_directory, 1, limits, spare=0, base=network.base) as readers:
        readers_of_past = PastReaders(past, readers, 1, limits)
        try:
            yield Answerer(library, readers, network.framework, readers_of_past, clock=lambda: network.now)
        finally:
            readers_of_past.close()


def import_demo(framework: Framework, name: str, table: str) -> foreign.ImportedTable:
    """The demonstration network's table ``name`` as submissions."""
    folder = DEMO / name
    how_bytes = (folder / "mapping.yaml").read_bytes()
    how = mapping.load("mapping.yaml", how_bytes, framework)
    return foreign.read_table(table, (folder / table).read_bytes(), how, how_bytes, framework)
