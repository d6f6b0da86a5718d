"""A process that is killed while it changes a network; see ``test_kills.py``.

It reads names of folders, one a line, and for each forks a child, which works on the network in it
until it is killed or done. A child says on its standard output what was acknowledged, as the
command line does, and the parent says ``pid N`` before and ``done`` after.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random

from support import SMALL

from lcgraph.errors import NotFound
from lcgraph.publishing import network as network_module
from lcgraph.publishing.network import Network, Published
from lcgraph.reading.reader import Reading, read
from lcgraph.store import embedded

YEARS = range(2003, 2017)
LUMENPORT = Path(__file__).parents[2] / "examples" / "fictional-city"


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def acknowledged(published: Published) -> None:
    say(f"published {published.submission}")


def readings(network: Network, rng: Random) -> list[Reading]:
    found = []
    for year in rng.sample(list(YEARS), 8):
        text = SMALL.replace(",2016,", f",{year},").replace("12.5", str(rng.randrange(1, 100)))
        found.append(read("cork.csv", text.encode(), network.framework))
    return found


def work(directory: Path, seed: int) -> None:
    """Publishes in several commits, revises, withdraws, registers, rebuilds."""
    rng = Random(seed)
    network_module.COMMIT_SUBMISSIONS = rng.choice([1, 3])
    embedded.BULK = rng.choice([10, 100_000])
    embedded.MANY_FILES = rng.choice([20, 80])
    network = Network(directory)
    while True:
        outcomes = network.publish(readings(network, rng), "test", partly=rng.random() < 0.5, acknowledged=acknowledged)
        chosen = rng.choice(outcomes).submission
        kind = rng.choice(["withdraw", "register", "rebuild", "nothing", "nothing"])
        if kind == "withdraw":
            try:
                say(f"withdrawing {chosen}")
                network.withdraw(chosen, "a slip", "test")
                say(f"withdrawn {chosen}")
            except NotFound:
                say(f"kept {chosen}")
        elif kind == "register":
            network.register("city.ttl", (LUMENPORT / "city.ttl").read_bytes(), "test")
        elif kind == "rebuild":
            network.rebuild()


def main() -> None:
    """Forks, once everything that takes time is loaded."""
    Network(Path("/nonexistent")).checker  # noqa: B018 - so that each child finds it loaded
    for line in sys.stdin:
        directory, _, seed = line.strip().partition("\t")
        pid = os.fork()
        if not pid:
            work(Path(directory), int(seed))
            os._exit(1)
        say(f"pid {pid}")
        os.waitpid(pid, 0)
        say("done")


if __name__ == "__main__":
    main()
