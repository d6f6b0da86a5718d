"""Work in processes: limits, deaths and replacements, with real workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support import until

from lcgraph.errors import Abandoned, LimitExceeded
from lcgraph.processes import MEGABYTE, Asker, Died, InMemory, Workers, asker

WORKER = """
import os, signal, socket, sys, time
from lcgraph.processes import Sender, work

def handle(request, connection):
    kind, value = request
    out = Sender(connection, 1_000_000)
    if kind == "echo":
        out.write(value)
    elif kind == "spin":
        while True:
            pass
    elif kind == "sleep":
        time.sleep(value)
    elif kind == "half":
        out.write(b"half an answer")
        out.flush()
        os.kill(os.getpid(), value)
    elif kind == "memory":
        bytearray(value)
    elif kind == "flood":
        try:
            while True:
                out.write(b"x" * 10_000)
        except OverflowError:
            return {"ok": False, "kind": "size"}
    elif kind == "connect":
        try:
            socket.create_connection(("127.0.0.1", value), timeout=5).close()
        except OSError as error:
            return {"ok": False, "kind": type(error).__name__}
    elif kind == "told":
        out.begin({"what": value})
        for _ in range(3):
            out.write(b"piece")
            out.flush()
    elif kind == "pid":
        out.write(str(os.getpid()).encode())
    out.flush()
    return {"ok": True}

if __name__ == "__main__":
    work(handle)
"""


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Workers]]:
    """Starts workers of the module above."""
    (tmp_path / "worker_of_the_tests.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    all_of_them: list[Workers] = []

    def start(
        count: int = 1, memory_bytes: int = 0, spare: int = 0, nice: int = 0, *, network: bool = False
    ) -> Workers:
        workers = Workers("worker_of_the_tests", count, memory_bytes, spare=spare, nice=nice, network=network)
        all_of_them.append(workers)
        return workers

    yield start
    for workers in all_of_them:
        workers.close()


def answers(workers: Workers) -> bool:
    """Whether the next request is answered."""
    return workers.run(("echo", b"there"), 20, 10).body == b"there"


def pid_of(workers: Workers) -> int:
    return int(workers.run(("pid", None), 20, 10).body)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_an_answer_larger_than_a_chunk_arrives_whole(started: Callable[..., Workers]) -> None:
    data = os.urandom(900_000)
    assert started().run(("echo", data), 20, 1).body == data


@pytest.mark.parametrize("kind", ["spin", "sleep"])
def test_what_runs_past_its_deadline_is_killed_and_replaced(started: Callable[..., Workers], kind: str) -> None:
    workers = started()
    pid = pid_of(workers)
    with pytest.raises(LimitExceeded) as caught:
        workers.run((kind, 1000), 0.2, 1)
    assert caught.value.limit == "deadline"
    assert is_gone(pid)
    assert answers(workers)
    assert pid_of(workers) != pid


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGABRT])
def test_half_an_answer_is_never_given_out(started: Callable[..., Workers], by: int) -> None:
    workers = started()
    with pytest.raises(Died) as caught:
        workers.run(("half", by), 20, 1)
    assert caught.value.of_memory == (by == signal.SIGABRT)
    assert answers(workers)


def test_a_worker_that_was_killed_while_idle_is_not_noticed(started: Callable[..., Workers]) -> None:
    workers = started()
    pid = pid_of(workers)
    os.kill(pid, signal.SIGKILL)
    while not is_gone(pid):
        time.sleep(0.01)
    assert answers(workers)


def test_memory_has_its_own_limit(started: Callable[..., Workers]) -> None:
    workers = started(memory_bytes=512 * MEGABYTE)
    with pytest.raises(Died) as caught:
        workers.run(("memory", 1024 * MEGABYTE), 20, 1)
    assert caught.value.of_memory
    assert answers(workers)


def test_an_answer_past_its_size_says_so(started: Callable[..., Workers]) -> None:
    workers = started()
    assert workers.run(("flood", None), 20, 1).said == {"ok": False, "kind": "size"}
    assert answers(workers)


def test_more_requests_than_may_wait_are_refused_at_once(started: Callable[..., Workers]) -> None:
    workers = started()
    assert answers(workers)
    with ThreadPoolExecutor(2) as pool:
        runs = pool.submit(workers.run, ("sleep", 1.5), 20, 1)
        time.sleep(0.2)
        waits = pool.submit(workers.run, ("echo", b"patient"), 20, 1)
        time.sleep(0.2)
        with pytest.raises(LimitExceeded) as caught:
            workers.run(("echo", b""), 20, 1)
        assert caught.value.limit == "queue"
        assert runs.result().said["ok"]
        assert waits.result().body == b"patient"


def test_nobody_waits_for_longer_than_the_work_itself_may_take(started: Callable[..., Workers]) -> None:
    workers = started()
    assert answers(workers)
    with ThreadPoolExecutor(1) as pool:
        runs = pool.submit(workers.run, ("sleep", 1.5), 20, 1)
        time.sleep(0.2)
        with pytest.raises(LimitExceeded) as caught:
            workers.run(("echo", b""), 0.3, 1)
        assert caught.value.limit == "queue"
        assert runs.result().said["ok"]


def test_many_at_once_each_get_their_own_answer(started: Callable[..., Workers]) -> None:
    workers = started(count=2, spare=1)
    workers.start()
    with ThreadPoolExecutor(16) as pool:
        wanted = [f"answer {n}".encode() for n in range(200)]
        found = list(pool.map(lambda data: workers.run(("echo", data), 20, 100).body, wanted))
    assert found == wanted


@pytest.mark.skipif(
    sys.platform != "linux" or os.uname().machine not in {"x86_64", "aarch64"},
    reason="here a worker cannot give up the network",
)
def test_a_worker_has_no_network(started: Callable[..., Workers]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)
        port = listener.getsockname()[1]
        assert started().run(("connect", port), 20, 1).said == {"ok": False, "kind": "PermissionError"}
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_worker_ends_when_the_process_that_asked_it_is_killed(tmp_path: Path) -> None:
    (tmp_path / "worker_of_the_tests.py").write_text(WORKER)
    asker = (
        "import threading\n"
        "from lcgraph.processes import Workers\n"
        "workers = Workers('worker_of_the_tests', 1, 0, spare=0)\n"
        "print(workers.run(('pid', None), 20, 1).body.decode(), flush=True)\n"
        "workers.run(('spin', None), 0.5, 1)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", asker], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        time.sleep(0.1)
        process.kill()
    until = time.monotonic() + 30
    while not is_gone(pid):
        assert time.monotonic() < until, "it still runs"
        time.sleep(0.1)


def test_work_stands_back_as_far_as_it_is_told_to(started: Callable[..., Workers]) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid_of(started(nice=0))) == own
    assert os.getpriority(os.PRIO_PROCESS, pid_of(started(nice=5))) == min(own + 5, 19)


def test_closing_ends_all_workers(started: Callable[..., Workers]) -> None:
    workers = started(count=1)
    pid = pid_of(workers)
    workers.close()
    assert is_gone(pid)


# those who ask, and go away


def ask_as(who: Asker, workers: Workers, request: tuple[str, object], queue: int = 1) -> bytes:
    """Has a request answered for somebody who may go away."""
    token = asker.set(who)
    try:
        return workers.run(request, 20, queue).body
    finally:
        asker.reset(token)


def test_the_work_for_one_who_goes_away_is_ended_and_the_next_request_is_answered(
    started: Callable[..., Workers],
) -> None:
    workers, who = started(), Asker()
    pid = pid_of(workers)
    with ThreadPoolExecutor(1) as pool:
        runs = pool.submit(ask_as, who, workers, ("spin", None))
        assert until(lambda: workers.busy() == (1, 0) and who.waits)
        who.leave()
        with pytest.raises(Abandoned):
            runs.result(timeout=10)
    assert is_gone(pid)
    assert workers.busy() == (0, 0)
    assert answers(workers)


def test_one_who_goes_away_while_waiting_waits_no_longer(started: Callable[..., Workers]) -> None:
    workers, first, second = started(), Asker(), Asker()
    with ThreadPoolExecutor(3) as pool:
        runs = pool.submit(ask_as, first, workers, ("spin", None))
        assert until(lambda: workers.busy() == (1, 0))
        waits = pool.submit(ask_as, second, workers, ("echo", b"never"))
        assert until(lambda: workers.busy() == (1, 1))
        second.leave()
        with pytest.raises(Abandoned):
            waits.result(timeout=10)
        assert workers.busy() == (1, 0)
        stays = pool.submit(workers.run, ("echo", b"patient"), 20, 1)
        assert until(lambda: workers.busy() == (1, 1))
        first.leave()
        assert stays.result(timeout=20).body == b"patient"
        with pytest.raises(Abandoned):
            runs.result(timeout=10)


def test_nothing_is_begun_for_one_who_has_gone_already(started: Callable[..., Workers]) -> None:
    workers, who = started(), Asker()
    assert answers(workers)
    who.leave()
    with ThreadPoolExecutor(1) as pool, pytest.raises(Abandoned):
        pool.submit(ask_as, who, workers, ("echo", b"")).result()
    assert answers(workers)


def test_whenever_one_goes_away_the_next_is_answered(started: Callable[..., Workers]) -> None:
    workers = started(spare=1)
    with ThreadPoolExecutor(2) as pool:
        for n in range(60):
            who = Asker()
            runs = pool.submit(ask_as, who, workers, ("echo", b"there"))
            time.sleep(n / 60 * 0.002)  # before, while and after it is answered
            who.leave()
            assert runs.exception(timeout=20) is None or isinstance(runs.exception(), Abandoned)
            assert answers(workers)
    assert workers.busy() == (0, 0)


# sinks


class Told(InMemory):
    """A sink that keeps what it is told, and has room for some pieces only."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.said: dict[str, object] = {}
        self.room = room

    def begin(self, said: dict[str, object]) -> None:
        self.said = said

    def take(self, piece: bytes, seconds: float) -> bool:
        assert 0 < seconds <= 20
        self.room -= 1
        return self.room >= 0 and super().take(piece, seconds)


def test_a_sink_is_told_what_comes_and_given_every_piece(started: Callable[..., Workers]) -> None:
    sink = Told(3)
    ended = started().run(("told", "that"), 20, 1, sink)
    assert (sink.said, bytes(sink.body), ended.body) == ({"what": "that"}, b"piecepiecepiece", b"")


def test_a_sink_without_room_ends_the_request(started: Callable[..., Workers]) -> None:
    workers = started()
    with pytest.raises(LimitExceeded) as caught:
        workers.run(("told", "that"), 20, 1, Told(2))
    assert caught.value.limit == "deadline"
    assert answers(workers)
