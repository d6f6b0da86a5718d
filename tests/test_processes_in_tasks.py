"""Work in processes for the tasks of an event loop: as for threads, and nothing keeps the loop waiting."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_processes import WORKER, is_gone, pid_of

from lcgraph.errors import Abandoned, LimitExceeded
from lcgraph.processes import MEGABYTE, Asker, Died, Ended, Workers, asker

Started = Callable[..., Workers]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Started]:
    """Starts workers of the module of the other tests."""
    (tmp_path / "worker_of_the_tests.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    all_of_them: list[Workers] = []

    def start(count: int = 1, memory_bytes: int = 0, spare: int = 0) -> Workers:
        all_of_them.append(Workers("worker_of_the_tests", count, memory_bytes, spare=spare))
        return all_of_them[-1]

    yield start
    for workers in all_of_them:
        workers.close()


class Kept:
    """Keeps what it is told, and has room for some bytes only."""

    def __init__(self, room: int = 2_000_000) -> None:
        self.said: dict[str, object] = {}
        self.body = b""
        self.room = room

    def begin(self, said: dict[str, object]) -> None:
        self.said = said

    async def put(self, piece: bytes) -> bool:
        await asyncio.sleep(0)
        self.body += piece
        return len(self.body) <= self.room


async def ask(workers: Workers, kind: str, value: object = None, *, seconds: float = 20, queue: int = 100) -> bytes:
    kept = Kept()
    await workers.run_in_task((kind, value), seconds, queue, kept)
    return kept.body


async def ask_as(who: Asker, workers: Workers, kind: str, value: object = None) -> bytes:
    asker.set(who)  # of the task that this is run in
    return await ask(workers, kind, value)


async def until(workers: Workers, busy: tuple[int, int]) -> None:
    async with asyncio.timeout(20):
        while workers.busy() != busy:  # noqa: ASYNC110 - the workers tell nobody
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("size", [0, 1, 70_000, 999_999])
def test_what_is_asked_and_answered_arrives_whole_however_large(started: Started, size: int) -> None:
    data = os.urandom(size)
    assert asyncio.run(ask(started(), "echo", data)) == data


def test_a_sink_is_told_what_comes_and_given_all_of_it(started: Started) -> None:
    sink = Kept()
    ended = asyncio.run(started().run_in_task(("told", "that"), 20, 1, sink))
    assert (sink.said, sink.body, ended) == ({"what": "that"}, b"piecepiecepiece", Ended(b"", {"ok": True}))


def test_a_sink_without_room_ends_the_request(started: Started) -> None:
    workers = started()
    with pytest.raises(LimitExceeded) as caught:
        asyncio.run(workers.run_in_task(("told", "that"), 20, 1, Kept(room=12)))
    assert caught.value.limit == "deadline"
    assert asyncio.run(ask(workers, "echo", b"there")) == b"there"


@pytest.mark.parametrize("kind", ["spin", "sleep"])
def test_what_runs_past_its_deadline_is_killed_and_replaced(started: Started, kind: str) -> None:
    workers = started()
    pid = pid_of(workers)
    with pytest.raises(LimitExceeded) as caught:
        asyncio.run(ask(workers, kind, 1000, seconds=0.2))
    assert caught.value.limit == "deadline"
    assert is_gone(pid)
    assert workers.busy() == (0, 0)
    assert pid_of(workers) != pid


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGABRT])
def test_half_an_answer_is_never_given_out(started: Started, by: int) -> None:
    workers = started()
    with pytest.raises(Died) as caught:
        asyncio.run(ask(workers, "half", by))
    assert caught.value.of_memory == (by == signal.SIGABRT)
    assert asyncio.run(ask(workers, "echo", b"there")) == b"there"


def test_memory_has_its_own_limit(started: Started) -> None:
    workers = started(memory_bytes=512 * MEGABYTE)
    with pytest.raises(Died) as caught:
        asyncio.run(ask(workers, "memory", 1024 * MEGABYTE))
    assert caught.value.of_memory
    assert asyncio.run(ask(workers, "echo", b"there")) == b"there"


def test_the_loop_goes_on_while_workers_work(started: Started) -> None:
    async def both() -> int:
        workers = started()
        work, turns = asyncio.create_task(ask(workers, "sleep", 0.5)), 0
        while not work.done():
            turns += 1
            await asyncio.sleep(0.001)
        return turns

    assert asyncio.run(both()) > 50


def test_tasks_and_threads_each_get_their_own_answer(started: Started) -> None:
    workers = started(count=2, spare=1)
    wanted = [f"answer {n}".encode() for n in range(200)]

    async def all_at_once() -> list[bytes]:
        return await asyncio.gather(*(ask(workers, "echo", data, queue=300) for data in wanted))

    with ThreadPoolExecutor(8) as pool:
        threads = [pool.submit(lambda data: workers.run(("echo", data), 20, 300).body, data) for data in wanted]
        assert asyncio.run(all_at_once()) == wanted
        assert [thread.result() for thread in threads] == wanted
    assert workers.busy() == (0, 0)


def test_more_requests_than_may_wait_are_refused_at_once(started: Started) -> None:
    async def three() -> None:
        workers = started()
        runs = asyncio.create_task(ask(workers, "sleep", 0.5, queue=1))
        await until(workers, (1, 0))
        waits = asyncio.create_task(ask(workers, "echo", b"patient", queue=1))
        await until(workers, (1, 1))
        with pytest.raises(LimitExceeded) as caught:
            await ask(workers, "echo", b"", queue=1)
        assert caught.value.limit == "queue"
        assert await waits == b"patient"
        await runs

    asyncio.run(three())


def test_nobody_waits_for_longer_than_the_work_itself_may_take(started: Started) -> None:
    async def two() -> None:
        workers = started()
        runs = asyncio.create_task(ask(workers, "sleep", 1.0))
        await until(workers, (1, 0))
        with pytest.raises(LimitExceeded) as caught:
            await ask(workers, "echo", b"", seconds=0.2)
        assert caught.value.limit == "queue"
        assert workers.busy() == (1, 0)
        await runs

    asyncio.run(two())


def test_the_work_for_one_who_goes_away_is_ended_and_the_next_request_is_answered(started: Started) -> None:
    workers = started()
    pid = pid_of(workers)

    async def leaves() -> None:
        who = Asker()
        runs = asyncio.create_task(ask_as(who, workers, "spin"))
        await until(workers, (1, 0))
        await asyncio.to_thread(who.leave)
        with pytest.raises(Abandoned):
            await runs
        assert await ask(workers, "echo", b"there") == b"there"

    asyncio.run(leaves())
    assert is_gone(pid)
    assert workers.busy() == (0, 0)


def test_one_who_goes_away_while_waiting_waits_no_longer(started: Started) -> None:
    async def leave() -> None:
        workers, first, second = started(), Asker(), Asker()
        runs = asyncio.create_task(ask_as(first, workers, "spin"))
        await until(workers, (1, 0))
        waits = asyncio.create_task(ask_as(second, workers, "echo", b"never"))
        await until(workers, (1, 1))
        await asyncio.to_thread(second.leave)
        with pytest.raises(Abandoned):
            await waits
        stays = asyncio.create_task(ask(workers, "echo", b"patient"))
        await until(workers, (1, 1))
        await asyncio.to_thread(first.leave)
        assert await stays == b"patient"
        with pytest.raises(Abandoned):
            await runs

    asyncio.run(leave())


@pytest.mark.parametrize("which", ["runs", "waits"])
def test_a_task_that_is_cancelled_leaves_its_place_to_others(started: Started, which: str) -> None:
    async def cancelled() -> None:
        workers = started()
        tasks = {"runs": asyncio.create_task(ask(workers, "sleep", 0.5))}
        await until(workers, (1, 0))
        tasks["waits"] = asyncio.create_task(ask(workers, "echo", b""))
        await until(workers, (1, 1))
        tasks[which].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[which]
        assert await ask(workers, "echo", b"there") == b"there"
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        assert workers.busy() == (0, 0)

    asyncio.run(cancelled())


def test_whenever_one_goes_away_the_next_is_answered(started: Started) -> None:
    async def come_and_go() -> None:
        workers = started(spare=1)
        for n in range(40):
            who = Asker()
            runs = asyncio.create_task(ask_as(who, workers, "echo", b"there"))
            await asyncio.sleep(n / 40 * 0.003)  # before, while and after it is answered
            await asyncio.to_thread(who.leave)
            (came,) = await asyncio.gather(runs, return_exceptions=True)
            assert came == b"there" or isinstance(came, Abandoned)
            assert await ask(workers, "echo", b"next") == b"next"
        assert workers.busy() == (0, 0)

    asyncio.run(come_and_go())
