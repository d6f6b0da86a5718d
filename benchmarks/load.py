"""Asks a server over several connections at once, and notes how long each answer takes.

It runs in a process of its own (``python -m benchmarks.load`` with a plan on standard input), so that
what measures does not wait for what it measures. Requests are bytes that were made beforehand, and of
an answer only its head is read; so a request costs the client a few hundredths of a millisecond.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

_AT_ONCE = 256 * 1024
_END_OF_CHUNKS = b"\r\n0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked.

    :ivar port: of the server, on this machine.
    :ivar requests: whole HTTP requests, asked in turn; characters stand for bytes.
    :ivar connections: how many wait for an answer at once.
    :ivar seconds: for how long requests are sent; then their answers are waited for.
    :ivar patience: how many seconds an answer may take.
    :ivar least: bytes that an answer has at least; one that is shorter is none.
    """

    port: int
    requests: Sequence[str]
    connections: int = 8
    seconds: float = 1.0
    patience: float = 60.0
    least: int = 1


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it.

    :ivar times: seconds that each answer took.
    :ivar elapsed: seconds from the first request to the last answer.
    :ivar failures: what went wrong, for each request that has no whole answer with status 200.
    :ivar busy: seconds that the client itself worked.
    """

    times: list[float]
    elapsed: float
    failures: list[str] = field(default_factory=list)
    busy: float = 0.0

    def __add__(self, other: Load) -> Load:
        return Load(
            self.times + other.times,
            self.elapsed + other.elapsed,
            self.failures + other.failures,
            self.busy + other.busy,
        )

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return len(self.times) / self.elapsed


def load(plan: Plan) -> Load:
    """Carries a plan out, in another process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Load(**json.loads(done.stdout))


class _Connection:
    """A connection, with at most one request under way."""

    def __init__(self, port: int, least: int) -> None:
        self._port = port
        self._least = least
        self.socket: socket.socket | None = None
        self.started = 0.0
        self._head = b""
        self._last = b""
        self._size = 0
        self._length: int | None = None
        self._status = ""
        self._closes = False
        self._until_closed = False

    def ask(self, request: bytes) -> socket.socket:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=60)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head, self._last, self._size, self._length = b"", b"", 0, None
        self.started = time.perf_counter()
        self.socket.sendall(request)
        return self.socket

    def hear(self, into: memoryview) -> str | None:
        """Takes what has arrived; empty when the answer is whole, what went wrong when it never will be, else None."""
        assert self.socket is not None
        try:
            size = self.socket.recv_into(into)
        except OSError as error:
            return type(error).__name__
        if not size:
            return "" if self._until_closed and self._enough() else "broken off"
        received = into[:size]
        if not self._status:
            self._head += bytes(received)
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return None
            self._read_head(head.decode("latin-1"))
            self._size, self._last = len(rest), (b"\r\n" + rest)[-len(_END_OF_CHUNKS) :]
        else:
            self._size += size
            self._last = (self._last + bytes(received[-len(_END_OF_CHUNKS) :]))[-len(_END_OF_CHUNKS) :]
        whole = self._size >= self._length if self._length is not None else self._last == _END_OF_CHUNKS
        if not whole or self._until_closed:
            return None
        if self._status != "200":
            return f"status {self._status}"
        return "" if self._enough() else f"only {self._size} bytes"

    def _read_head(self, head: str) -> None:
        first, *lines = head.split("\r\n")
        self._status = first.split(" ")[1]
        fields = {name.lower(): value.strip().lower() for name, _, value in (line.partition(":") for line in lines)}
        self._length = int(fields["content-length"]) if "content-length" in fields else None
        self._closes = fields.get("connection") == "close" or first.startswith("HTTP/1.0")
        self._until_closed = self._length is None and fields.get("transfer-encoding") != "chunked"

    def _enough(self) -> bool:
        return self._size >= self._least

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def rest(self, *, failed: bool) -> None:
        """Makes ready for the next request."""
        if failed or self._closes:
            self.close()
        self._status, self._closes, self._until_closed = "", False, False


def carried_out(plan: Plan) -> Load:
    """Carries a plan out, here."""
    requests = [request.encode("latin-1") for request in plan.requests]
    turn = count()
    times: list[float] = []
    failures: list[str] = []
    buffer = memoryview(bytearray(_AT_ONCE))
    with selectors.DefaultSelector() as selector:

        def ask(connection: _Connection) -> None:
            known = connection.socket
            asked = connection.ask(requests[next(turn) % len(requests)])
            if asked is not known:
                selector.register(asked, selectors.EVENT_READ, connection)

        start, busy = time.perf_counter(), time.process_time()
        end, last = start + plan.seconds, start
        connections = [_Connection(plan.port, plan.least) for _ in range(plan.connections)]
        under_way = set(connections)
        for connection in connections:
            ask(connection)
        while under_way:
            ready = selector.select(1.0)
            now = time.perf_counter()
            for key, _ in ready:
                connection = key.data
                if connection not in under_way:
                    continue
                said = connection.hear(buffer)
                if said is None:
                    continue
                last = now = time.perf_counter()
                if said:
                    failures.append(said)
                else:
                    times.append(now - connection.started)
                held = connection.socket
                connection.rest(failed=bool(said))
                if connection.socket is None:
                    selector.unregister(held)
                if now < end:
                    ask(connection)
                else:
                    under_way.discard(connection)
            for connection in [each for each in under_way if now - each.started > plan.patience]:
                failures.append(f"no answer in {plan.patience:g} s")
                under_way.discard(connection)
                last = now
        for connection in connections:
            connection.close()
        return Load(times, max(last - start, 1e-9), failures, time.process_time() - busy)


def main() -> None:
    """Carries out the plan on standard input."""
    given: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(carried_out(Plan(**given))), sys.stdout)


if __name__ == "__main__":
    main()
