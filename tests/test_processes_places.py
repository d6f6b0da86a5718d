"""Requests that take long make place for others, and no client has all the places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from support import until

from lcgraph.errors import LimitExceeded
from lcgraph.processes import Asker, Ended, Workers, asker

WORKER = """
import os, time
from lcgraph.processes import Sender, work

def handle(request, connection):
    out = Sender(connection, 1000)
    while request and not os.path.exists(request):
        time.sleep(0.01)
    out.write(str(os.getpid()).encode())
    out.flush()
    return {"ok": True}

if __name__ == "__main__":
    work(handle)
"""


Opened = Callable[[int, float | None], AbstractContextManager["Hall"]]


class Hall:
    """Workers, and those who ask them; ``may_end`` is the file for which long requests wait."""

    def __init__(self, folder: Path, pool: ThreadPoolExecutor, workers: Workers) -> None:
        self.may_end = folder / "end"
        self.workers = workers
        self._pool = pool

    def ask(self, client: str, what: str = "", patience: float = 20) -> Ended:
        asker.set(Asker(client))
        return self.workers.run(what, patience, 10)

    def long(self, client: str) -> Future[Ended]:
        """A request that works until it may end; works when this returns, or waits."""
        before = sum(self.workers.busy())
        running = self._pool.submit(self.ask, client, str(self.may_end))
        assert until(lambda: sum(self.workers.busy()) > before)
        return running

    def short(self, client: str) -> Future[Ended]:
        return self._pool.submit(self.ask, client)


@pytest.fixture
def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Opens a hall of workers."""
    (tmp_path / "worker_in_places.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")

    @contextmanager
    def opened(count: int, makes_place_after: float | None) -> Iterator[Hall]:
        workers = Workers("worker_in_places", count, 0, spare=0, makes_place_after=makes_place_after)
        with ThreadPoolExecutor(20) as pool, workers:
            here = Hall(tmp_path, pool, workers)
            try:
                yield here
            finally:
                here.may_end.touch()

    return opened


def test_who_takes_long_makes_place_for_another(hall: Opened) -> None:
    with hall(1, 0.1) as here:
        long = here.long("a")
        assert here.short("b").result(20).said["ok"]
        assert not long.done()


def test_without_a_time_for_it_nobody_makes_place(hall: Opened) -> None:
    with hall(1, None) as here:
        here.long("a")
        with pytest.raises(LimitExceeded, match="waiting"):
            here.ask("b", patience=0.5)


def test_only_so_many_make_place_as_work_at_once(hall: Opened) -> None:
    with hall(1, 0.1) as here:
        here.long("a")
        here.long("b")
        assert until(lambda: here.workers.busy() == (2, 0))
        with pytest.raises(LimitExceeded, match="waiting"):
            here.ask("c", patience=0.5)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_however_much_a_client_asks_there_is_place_for_another(hall: Opened, count: int) -> None:
    with hall(count, 0.1) as here:
        many = [here.long("greedy") for _ in range(2 * count + 3)]
        assert until(lambda: here.workers.busy() == (2 * count - 1, 4))
        for _ in range(3):
            assert here.short("modest").result(20).said["ok"]
        assert not any(one.done() for one in many)
        here.may_end.touch()
        assert all(one.result(20).said["ok"] for one in many)


def test_who_makes_place_leaves_no_more_processes_behind_than_work_at_once(hall: Opened) -> None:
    with hall(2, 0.1) as here:
        long = [here.long(client) for client in "abcd"]
        assert until(lambda: here.workers.busy() == (4, 0))
        here.may_end.touch()
        assert len({one.result(20).body for one in long}) == 4
        later = {here.ask("a").body for _ in range(10)} | {one.result(20).body for one in map(here.short, "abcdefgh")}
        assert len(later) <= 2


def test_a_quick_request_beside_long_ones_needs_no_new_process_each_time(hall: Opened) -> None:
    with hall(1, 0.1) as here:
        here.long("a")
        assert len({here.ask("b").body for _ in range(5)}) == 1
