"""Work that may run away: done in processes that are killed at their deadline and replaced.

A worker is started as ``python -m MODULE FD`` with one end of a socket pair. It limits its own
memory, gives up the network where the platform lets it (unless reaching another service is what it
is for), and then answers requests, one at a time.
The answer to a request is at most one message that begins with ``B`` (what the data are, as JSON),
any number that begin with ``D`` (data), then one that begins with ``S`` (how it ended, as JSON). An
answer without ``S`` is not whole and is never given out as such.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Protocol, Self

from lcgraph.errors import Abandoned, LimitExceeded
from lcgraph.language import Text

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MEGABYTE = 1024 * 1024
_CHUNK = 64 * 1024
_PIECE = 64 * 1024
_GRACE = 2.0
_LOOK_AGAIN = 0.1
"""Seconds after which a request that waits looks again whether others make place."""

_SOCKET_CALLS = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""For each machine: how the kernel names it, and the number of the system call ``socket``."""
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _SECCOMP_FILTER = 38, 22, 2
_SECCOMP_ERROR, _SECCOMP_ALLOW = 0x00050000, 0x7FFF0000


@dataclass(frozen=True, slots=True)
class Ended:
    """How a request ended, with all its data.

    :ivar body: the data.
    :ivar said: what the worker said at the end.
    """

    body: bytes
    said: dict[str, Any]


class Died(Exception):
    """A worker died while it worked.

    :param of_memory: whether it wanted more memory than it may have; else it was ended from outside.
    """

    def __init__(self, *, of_memory: bool) -> None:
        super().__init__()
        self.of_memory = of_memory


class Sink(Protocol):
    """Takes an answer as it comes, from the thread that waits for it."""

    def begin(self, said: dict[str, Any]) -> None:
        """Is told what the data are, before they come, where the worker says so."""

    def take(self, piece: bytes, seconds: float) -> bool:
        """Takes a piece of the data.

        :param seconds: how long it may wait for room.
        :return: whether it has taken it.
        """


class TaskSink(Protocol):
    """Takes an answer as it comes, from a task that waits for it."""

    def begin(self, said: dict[str, Any]) -> None:
        """Is told what the data are, before they come, where the worker says so."""

    async def put(self, piece: bytes) -> bool:
        """Takes a piece of the data, once there is room for it.

        :return: whether it has taken it.
        """


class InMemory:
    """A sink that keeps all it is given.

    :ivar body: the data.
    """

    def __init__(self) -> None:
        self.body = bytearray()

    def begin(self, said: dict[str, Any]) -> None:
        """Needs to know nothing."""

    def take(self, piece: bytes, seconds: float) -> bool:  # noqa: ARG002 - there is always room
        """Takes a piece."""
        self.body += piece
        return True


class Asker:
    """Who waits for an answer, and may go away before it is there.

    :param name: by which one asks again; empty where nobody can tell.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.gone = False
        self._then: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def waits(self) -> bool:
        """Whether something is being done for this asker."""
        return bool(self._then)

    def leave(self) -> None:
        """Says that nobody waits any longer; whatever is done for this asker is ended."""
        with self._lock:
            self.gone = True
            for call in self._then:
                call()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """While this lasts, ``end`` is called should the asker go away, at once where it is gone already."""
        with self._lock:
            self._then.append(end)
            if self.gone:
                end()
        try:
            yield
        finally:
            with self._lock:
                self._then.remove(end)


asker: ContextVar[Asker | None] = ContextVar("asker", default=None)
"""For whom the present thread or task works, where that is somebody who may go away."""


# the side of the worker


class _Outgoing(Connection):
    """Sends a short message together with the next one, so that who waits for them is woken once."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._waiting = bytearray()

    def send_bytes(self, buf: ReadableBuffer, offset: int = 0, size: int | None = None) -> None:
        """Sends a message; it may wait for the next one, or for :meth:`flush`."""
        message = memoryview(buf)[offset : None if size is None else offset + size]
        head = struct.pack("!i", len(message))
        if len(message) < _CHUNK:
            self._waiting += head + message  # both or, where there is no memory for them, neither
            if len(self._waiting) >= _CHUNK:
                self.flush()
        else:
            self._waiting += head
            self.flush()
            self._write(message)

    def flush(self) -> None:
        """Sends what waits."""
        waiting, self._waiting = self._waiting, bytearray()
        self._write(memoryview(waiting))

    def _write(self, left: memoryview) -> None:
        while left:
            left = left[os.write(self.fileno(), left) :]


class Sender:
    """Takes data in pieces and sends it on in chunks; a binary file as far as writing goes.

    :param limit: how many bytes there may be.
    """

    def __init__(self, connection: Connection, limit: int) -> None:
        self._connection = connection
        self._left = limit
        self._waiting = bytearray(b"D")

    def write(self, data: bytes) -> int:
        """Takes a piece.

        :raises OverflowError: if there are more bytes than there may be.
        """
        self._left -= len(data)
        if self._left < 0:
            raise OverflowError
        self._waiting += data
        if len(self._waiting) >= _CHUNK:
            self.flush()
        return len(data)

    def begin(self, said: dict[str, Any]) -> None:
        """Says what the data are that follow."""
        self._connection.send_bytes(b"B" + json.dumps(said).encode())

    def flush(self) -> None:
        """Sends what waits."""
        if len(self._waiting) > 1:
            self._connection.send_bytes(self._waiting)
            self._waiting = bytearray(b"D")


def work(handle: Callable[[Any, Connection], dict[str, Any]]) -> None:
    """The main loop of a worker: called by its module when it is run.

    :param handle: answers a request: sends data by a :class:`Sender`, returns how it ended.
    """
    connection = _Outgoing(int(sys.argv[1]))
    with suppress(KeyboardInterrupt, BrokenPipeError, ConnectionResetError, EOFError):
        _confine(*pickle.loads(connection.recv_bytes()))  # noqa: S301 - from the process that started this one
        connection.send_bytes(b"ready")
        connection.flush()
        while True:
            request, seconds = pickle.loads(connection.recv_bytes())  # noqa: S301
            # Should the process that keeps the deadline be dead by then, this one ends all the same.
            signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
            try:
                ending = handle(request, connection)
            except MemoryError:
                ending = {"ok": False, "kind": "memory"}
            signal.setitimer(signal.ITIMER_REAL, 0)
            connection.send_bytes(b"S" + json.dumps(ending).encode())
            connection.flush()


def _confine(memory_bytes: int, nice: int, network: bool) -> None:
    """Limits this process: its memory, its claim to the processors, and its way into the network."""
    os.nice(nice)
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and not network:
        with suppress(OSError, AttributeError):
            _forbid_sockets(ctypes.CDLL(None, use_errno=True))


def _forbid_sockets(libc: ctypes.CDLL) -> None:
    """From here on this process cannot make a socket, so there is nothing to connect by.

    It is a filter on system calls, which any process may put on itself, in a container too:
    https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html. Elsewhere than on
    Linux, what would reach out is refused before it gets here.
    """
    architecture, number = _SOCKET_CALLS[os.uname().machine]
    load, jump_if_equal, give_back = 0x20, 0x15, 0x06
    program = b"".join(
        struct.pack("=HBBI", *step)
        for step in (
            (load, 0, 0, 4),  # the architecture of the call
            (jump_if_equal, 0, 3, architecture),
            (load, 0, 0, 0),  # its number
            (jump_if_equal, 0, 1, number),
            (give_back, 0, 0, _SECCOMP_ERROR | errno.EACCES),
            (give_back, 0, 0, _SECCOMP_ALLOW),
        )
    )
    steps = ctypes.create_string_buffer(program, len(program))
    filter_ = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0:
        libc.prctl(_SET_SECCOMP, _SECCOMP_FILTER, filter_, 0, 0)


# the side of those who have work to do


class _Worker:
    def __init__(self, module: str, memory_bytes: int, nice: int, *, network: bool) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - a module of our own
                [sys.executable, "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                # Each thread's own arena would take 64 MB of address space, used or not: sixteen that
                # open a database would leave an ordinary query nothing of a limit of 512 MB.
                env={**os.environ, "MALLOC_ARENA_MAX": "1"},
                stdin=subprocess.DEVNULL,
                stderr=None if os.environ.get("LCGRAPH_DEBUG") else subprocess.DEVNULL,
            )
        self.socket = ours
        self.connection = Connection(ours.fileno())
        self.connection.send_bytes(pickle.dumps((memory_bytes, nice, network)))
        self.ready = False

    def wait_until_ready(self) -> None:
        if not self.ready:
            self.connection.recv_bytes()
            self.ready = True

    def is_dead(self) -> bool:
        """Whether the process has ended, though nobody here told it to."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Ends the process at once; who reads from it finds that out."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)

    def kill(self) -> int:
        """Ends the process at once, if it has not ended, and all that belongs to it.

        :return: its exit status; negative for the signal that ended it.
        """
        self.end()
        self._hang_up()
        return self.process.wait()

    def close(self) -> None:
        """Lets the process end by itself, and kills it if it does not."""
        self._hang_up()
        try:
            self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.kill()

    def _hang_up(self) -> None:
        self.socket.detach()  # both have the same descriptor
        self.connection.close()


class _Conversation:
    """What a task of an event loop and a worker send each other: nothing here keeps the others of the loop waiting."""

    def __init__(self, worker: _Worker) -> None:
        self._socket = worker.socket
        self._loop = asyncio.get_running_loop()
        self._arrived = b""
        self._left = 0

    async def say(self, message: bytes) -> None:
        """Sends a message."""
        left = memoryview(struct.pack("!i", len(message)) + message)
        while left:
            try:
                left = left[self._socket.send(left, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                await self._until(self._loop.add_writer, self._loop.remove_writer)

    async def hear(self) -> tuple[bytes, bytes]:
        """The next message, as its kind and what it says; data may come as several ones of their kind.

        :raises EOFError: if the worker says no more.
        """
        if not self._left:
            head = await self._heard(5)
            kind, size = head[4:], int.from_bytes(head[:4]) - 1
            if kind != b"D":
                return kind, await self._heard(size)
            self._left = size
        piece = self._arrived or await self._received()
        piece, self._arrived = piece[: self._left], piece[self._left :]
        self._left -= len(piece)
        return b"D", piece

    async def _heard(self, size: int) -> bytes:
        while len(self._arrived) < size:
            self._arrived += await self._received()
        heard, self._arrived = self._arrived[:size], self._arrived[size:]
        return heard

    async def _received(self) -> bytes:
        while True:
            try:
                received = self._socket.recv(_PIECE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                await self._until(self._loop.add_reader, self._loop.remove_reader)
                continue
            if not received:
                raise EOFError
            return received

    async def _until(self, watch: Callable[..., None], forget: Callable[[int], object]) -> None:
        ready = self._loop.create_future()
        descriptor = self._socket.fileno()
        watch(descriptor, _settle, ready)
        try:
            await ready
        finally:
            forget(descriptor)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


@dataclass(slots=True, eq=False)
class _Borrowed:
    """A worker while it works; only one that has said how its work ended is used again.

    :ivar client: name of who asked.
    :ivar since: when it began.
    """

    worker: _Worker
    client: str
    since: float
    usable: bool = False


@dataclass(slots=True, eq=False)
class _Waiting:
    """A request that waits, and how it is told that it may go on.

    :ivar tell: is called while the lock is held.
    """

    client: str
    tell: Callable[[], None]


def _ending(who: Asker | None, end: Callable[[], None]) -> AbstractContextManager[None]:
    return nullcontext() if who is None else who.ending(end)


_CUT_OFF = (EOFError, OSError)
"""What is raised where a worker has ended while it worked."""


def _abandoned() -> Abandoned:
    return Abandoned(Text("Nobody waits for the answer any longer."))


def _late(seconds: float) -> LimitExceeded:
    return LimitExceeded(
        Text("It took longer than {limit} seconds and was ended.", limit=f"{seconds:g}"), limit="deadline"
    )


class Workers:
    """Workers of one kind.

    :param module: what they run.
    :param count: how many work at once.
    :param memory_bytes: address space that each of them may have; 0 for no limit.
    :param spare: how many more stand ready to take the place of one that is killed.
    :param nice: how far their work stands back behind other work for the processors, 0 to 19.
    :param network: whether they may open connections; else they cannot, where the platform lets it.
    :param makes_place_after: seconds after which a request makes place for another: so many as work
        at once may then work beside them. No client has all of these places. Without it none does.
    """

    def __init__(
        self,
        module: str,
        count: int,
        memory_bytes: int,
        *,
        spare: int = 1,
        nice: int = 0,
        network: bool = False,
        makes_place_after: float | None = None,
    ) -> None:
        self._module = module
        self._count = count
        self._memory_bytes = memory_bytes
        self._spare_wanted = spare
        self._nice = nice
        self._network = network
        self._free: list[_Worker] = []
        self._spare: list[_Worker] = []
        self._makes_place_after = makes_place_after
        self._working: list[_Borrowed] = []
        self._waiting: list[_Waiting] = []
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts all of them now, so that the first requests do not wait for it."""
        with self._lock:
            while len(self._free) + len(self._working) < self._count:
                self._free.append(self._new())
            self._refill()

    def close(self) -> None:
        """Ends those that are idle; those that work end with their request."""
        with self._lock:
            self._closed = True
            workers, self._free, self._spare = self._free + self._spare, [], []
        for worker in workers:
            worker.close()

    def busy(self) -> tuple[int, int]:
        """How many work, and how many requests wait for one."""
        with self._lock:
            return len(self._working), len(self._waiting)

    def run(self, request: object, seconds: float, queue: int, sink: Sink | None = None) -> Ended:
        """Has a request answered.

        :param request: anything that can be pickled.
        :param seconds: how long it may take; then the worker is killed.
        :param queue: how many requests may wait for a free worker.
        :param sink: takes the data as they come; what ended the request may then be known only after
            it has taken some. Without one they are in what is returned.
        :raises LimitExceeded: if it takes longer, or too many requests wait already.
        :raises Abandoned: if the present :data:`asker` has gone away; the worker is killed.
        :raises Died: if the worker died.
        """
        who, kept = asker.get(), InMemory()
        to = sink or kept
        with self._borrowed(queue, seconds) as borrowed, _ending(who, borrowed.worker.end):
            worker = borrowed.worker
            try:
                worker.wait_until_ready()
                deadline = time.monotonic() + seconds
                worker.connection.send_bytes(pickle.dumps((request, seconds)))
                while True:
                    left = deadline - time.monotonic()
                    if left <= 0 or not worker.connection.poll(left):
                        raise _late(seconds)
                    message = worker.connection.recv_bytes()
                    if message[:1] == b"S":
                        break
                    if message[:1] == b"B":
                        to.begin(json.loads(message[1:]))
                    elif not to.take(message[1:], deadline - time.monotonic()):
                        raise _late(seconds)
            except _CUT_OFF as error:
                if who is not None and who.gone:
                    raise _abandoned() from error
                raise Died(of_memory=worker.process.wait() != -signal.SIGKILL) from error
            return Ended(bytes(kept.body), self._ended(borrowed, message[1:]))

    async def run_in_task(self, request: object, seconds: float, queue: int, sink: TaskSink) -> Ended:
        """Has a request answered as :meth:`run` does, for a task of an event loop: no thread waits for it.

        Threads that wait for answers, and a loop that serves the clients, keep each other waiting for
        the interpreter; for short answers that takes several times as long as all else.
        """
        who = asker.get()
        borrowed = await self._take_in_task(queue, seconds)
        worker = borrowed.worker
        try:
            with _ending(who, worker.end):
                try:
                    talk = _Conversation(worker)
                    if not worker.ready:
                        await talk.hear()
                        worker.ready = True
                    async with asyncio.timeout(seconds):
                        await talk.say(pickle.dumps((request, seconds)))
                        while (message := await talk.hear())[0] != b"S":
                            if message[0] == b"B":
                                sink.begin(json.loads(message[1]))
                            elif not await sink.put(message[1]):
                                raise _late(seconds)
                except TimeoutError as error:
                    raise _late(seconds) from error
                except _CUT_OFF as error:
                    if who is not None and who.gone:
                        raise _abandoned() from error
                    status = await asyncio.to_thread(worker.process.wait)
                    raise Died(of_memory=status != -signal.SIGKILL) from error
                return Ended(b"", self._ended(borrowed, message[1]))
        finally:
            if who is not None and who.gone:
                borrowed.usable = False
            if not borrowed.usable:  # to end a process takes a while
                await asyncio.shield(asyncio.to_thread(self._give_back, borrowed))
            elif not self._kept(borrowed):
                await asyncio.shield(asyncio.to_thread(worker.close))

    @staticmethod
    def _ended(borrowed: _Borrowed, message: bytes) -> dict[str, Any]:
        """How a request ended, by the worker's last message.

        :raises Died: if it is no use any longer.
        """
        said: dict[str, Any] = json.loads(message)
        if said.get("kind") == "memory":
            raise Died(of_memory=True)
        borrowed.usable = True
        return said

    def _new(self) -> _Worker:
        return _Worker(self._module, self._memory_bytes, self._nice, network=self._network)

    def _refill(self) -> None:
        with suppress(OSError):  # no process to be had now; one will be started when it is needed
            while len(self._spare) < self._spare_wanted and not self._closed:
                self._spare.append(self._new())

    @contextmanager
    def _borrowed(self, queue: int, patience: float) -> Iterator[_Borrowed]:
        borrowed = self._take(queue, patience)
        try:
            yield borrowed
        finally:
            if (who := asker.get()) is not None and who.gone:
                borrowed.usable = False  # it may have been killed just after it had said how its work ended
            self._give_back(borrowed)

    def _take(self, queue: int, patience: float) -> _Borrowed:
        who, told = asker.get(), threading.Condition(self._lock)
        me = _Waiting(who.name if who else "", told.notify)

        def wake() -> None:
            with self._lock:
                told.notify()

        with _ending(who, wake), self._lock:
            if self._must_wait(me, who, queue):
                until = time.monotonic() + patience
                try:
                    while self._waits_on(me, who, left := until - time.monotonic()):
                        told.wait(self._until_it_looks_again(left))
                finally:
                    self._waiting.remove(me)
            return self._begin(me, who)

    async def _take_in_task(self, queue: int, patience: float) -> _Borrowed:
        who, news, loop = asker.get(), asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
                loop.call_soon_threadsafe(news.set)

        me = _Waiting(who.name if who else "", wake)
        with self._lock:
            if not self._must_wait(me, who, queue):
                return self._begin(me, who)
        until = time.monotonic() + patience
        try:
            with _ending(who, wake):
                while True:
                    with self._lock:
                        if not self._waits_on(me, who, left := until - time.monotonic()):
                            self._waiting.remove(me)
                            return self._begin(me, who)
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._until_it_looks_again(left)):
                            await news.wait()
                    news.clear()
        except BaseException:
            with self._lock:
                if me in self._waiting:
                    self._waiting.remove(me)
                    self._pass_on()  # it may have been the one that was told
            raise

    def _must_wait(self, me: _Waiting, who: Asker | None, queue: int) -> bool:
        """Whether a request has to wait, and if so stands among those that do.

        :raises LimitExceeded: if too many wait already.
        """
        if (who is not None and who.gone) or self._may_go_on(me.client):
            return False
        if len(self._waiting) >= queue:
            raise self._busy()
        self._waiting.append(me)
        return True

    def _waits_on(self, me: _Waiting, who: Asker | None, left: float) -> bool:
        """Whether a request has to wait longer.

        :param left: seconds for which it may.
        :raises LimitExceeded: if there are none.
        """
        if (who is not None and who.gone) or self._may_go_on(me.client):
            return False
        if left <= 0:
            raise self._busy()
        return True

    def _until_it_looks_again(self, left: float) -> float:
        """Seconds; nobody tells when others have worked for so long that they make place."""
        return left if self._makes_place_after is None else min(left, _LOOK_AGAIN)

    def _begin(self, me: _Waiting, who: Asker | None) -> _Borrowed:
        if who is not None and who.gone:
            self._pass_on()  # who waits behind this one may be the one to go on
            raise _abandoned()
        borrowed = _Borrowed(self._idle(), me.client, time.monotonic())
        self._working.append(borrowed)
        return borrowed

    def _idle(self) -> _Worker:
        """A worker that lives and has nothing to do."""
        while self._free:
            worker = self._free.pop()
            if not worker.is_dead():
                return worker
            worker.kill()  # ended from outside while it was idle
        while self._spare and self._spare[-1].is_dead():
            self._spare.pop().kill()
        return self._spare.pop() if self._spare else self._new()

    def _may_go_on(self, client: str) -> bool:
        """Whether a request of a client may begin now."""
        own = sum(one.client == client for one in self._working)
        return self._taken() < self._count and (self._makes_place_after is None or own < 2 * self._count - 1)

    def _taken(self) -> int:
        """How many places are taken by requests that have not made place."""
        if self._makes_place_after is None:
            return len(self._working)
        begun = time.monotonic() - self._makes_place_after
        return len(self._working) - min(self._count, sum(one.since <= begun for one in self._working))

    def _pass_on(self) -> None:
        """Tells the first who may go on."""
        for waiting in self._waiting:
            if self._may_go_on(waiting.client):
                waiting.tell()
                return

    def _busy(self) -> LimitExceeded:
        return LimitExceeded(
            Text("{n} requests are waiting already.", n=len(self._waiting)),
            limit="queue",
            remedy=Text("Ask again in a few seconds."),
        )

    def _give_back(self, borrowed: _Borrowed) -> None:
        if not borrowed.usable:
            borrowed.worker.kill()
        if not self._kept(borrowed) and borrowed.usable:
            borrowed.worker.close()

    def _kept(self, borrowed: _Borrowed) -> bool:
        """Whether a worker stays, to be used again."""
        with self._lock:
            self._working.remove(borrowed)
            keep = borrowed.usable and not self._closed and len(self._free) + self._taken() < self._count
            if keep:
                self._free.append(borrowed.worker)
            self._pass_on()
            self._refill()
            return keep
