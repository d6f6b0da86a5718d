"""One publishes while others ask: no error, and every answer is from a whole state."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from support import SMALL

from lcgraph.errors import LimitExceeded
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read
from lcgraph.store.readers import Readers

YEARS = (2013, 2014, 2015, 2016)
STATE = "SELECT ?v { GRAPH ?s { ?o qb:dataSet ?s ; sdmx-measure:obsValue ?v ; sdmx-dimension:sex sdmx-code:sex-F } }"

PUBLISHER = """
import sys
from pathlib import Path
from test_together import publish
from lcgraph.publishing.network import Network
network = Network(Path(sys.argv[1]))
for value in range(int(sys.argv[2]), int(sys.argv[3])):
    publish(network, value)
"""


def publish(network: Network, value: int) -> None:
    """Publishes a revision of each year in one commit, all with the same figure."""
    texts = (SMALL.replace(",2016,", f",{year},").replace("12.5", str(value)) for year in YEARS)
    network.publish([read("cork.csv", text.encode(), network.framework) for text in texts], "me")


def figures(readers: Readers) -> list[int]:
    body = readers.run(STATE, solutions="text/csv").body.decode()
    return [int(line) for line in body.split()[1:]]


def test_every_answer_is_from_a_whole_state_while_processes_publish(tmp_path: Path) -> None:
    network = Network(tmp_path / "data")
    publish(network, 1)
    done = Event()

    def ask() -> list[int]:
        seen: list[int] = []
        while not done.is_set():
            try:
                found = figures(readers)
            except LimitExceeded as error:
                if error.limit == "queue":  # a server's store is being changed
                    continue
                raise
            assert len(found) == len(YEARS)
            assert len(set(found)) == 1, "the four years of one commit are seen together"
            seen.append(found[0])
            assert network.framework.cities
        return seen

    folder = str(Path(__file__).parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([folder, str(Path(folder).parent)])}
    with Readers(network.store_directory, 2) as readers, ThreadPoolExecutor(4) as pool:
        askers = [pool.submit(ask) for _ in range(4)]
        publishers = [
            subprocess.Popen([sys.executable, "-c", PUBLISHER, str(network.directory), *range_], env=environment)
            for range_ in (("2", "7"), ("52", "57"))
        ]
        statuses = [publisher.wait(120) for publisher in publishers]
        done.set()
        seen = [asker.result() for asker in askers]
        last = figures(readers)[0]
    assert statuses == [0, 0]
    assert last in {6, 56}
    assert len({value for values in seen for value in values}) > 3, "they saw it change"
    assert network.archive.last == 11
    assert list(network.archive.verify()) == []
    grown = list(network.dump())
    network.rebuild()
    assert list(network.dump()) == grown


def test_threads_of_one_process_share_a_network(tmp_path: Path) -> None:
    network = Network(tmp_path / "data")
    publish(network, 1)
    with ThreadPoolExecutor(6) as pool, Readers(network.store_directory, 2, spare=0) as readers:
        changes = [pool.submit(publish, network, value) for value in range(2, 6)]
        checks = [
            pool.submit(lambda: network.check(read("cork.csv", SMALL.encode(), network.framework)).conforms)
            for _ in range(20)
        ]
        answers = [pool.submit(figures, readers) for _ in range(20)]
        for change in changes:
            change.result()
        assert all(check.result() for check in checks)
        assert all(len(set(answer.result())) == 1 for answer in answers)
    assert network.archive.last == 5
