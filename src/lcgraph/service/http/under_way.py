"""Answers on their way from a reader to a client: held while there is room, sent as they come where there is not.

An answer that is held whole is sent with its length, and what goes wrong before is told with a status.
One that is sent as it comes and then goes wrong is broken off: the connection ends without the chunk
that would say that it is whole, which every client takes for an error.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol

from anyio import move_on_after, to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from lcgraph.errors import LcgraphError
from lcgraph.processes import Sink, TaskSink, asker

_ALWAYS = 1024 * 1024
"""Bytes that an answer may have waiting however little room there is."""

_AT_ONCE = 64 * 1024
_PATIENCE = 30.0
"""Seconds for which a client may take nothing of what is sent to it."""


class Room:
    """Memory that all answers under way share.

    :param size: bytes.
    """

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Takes room, if there is so much."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        """Gives room back."""
        with self._lock:
            self._left += size


class _Answer:
    """One answer: filled by the thread or task that waits for the reader, emptied by the task that sends it.

    :ivar said: what the reader says of the data before they come.
    :ivar started: whether sending has to begin before the answer is whole.
    :ivar ended: whether nothing more comes.
    """

    def __init__(self, room: Room) -> None:
        self.said: dict[str, Any] = {}
        self.started = False
        self.ended = False
        self._room = room
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._taken = 0
        self._closed = False
        self._changed = threading.Condition()
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._freed = asyncio.Event()

    def begin(self, said: dict[str, Any]) -> None:
        """Is told what the data are."""
        self.said = said

    def take(self, piece: bytes, seconds: float) -> bool:
        """Takes a piece; waits for room where there is none."""
        until = time.monotonic() + seconds
        with self._changed:
            while not self._closed and not self._has_room(len(piece)):
                self.started = True
                self._tell()
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return False
            if self._closed:
                return False
            self._keep(piece)
            if self.started:
                self._tell()
        return True

    async def put(self, piece: bytes) -> bool:
        """Takes a piece, from a task; waits for room where there is none."""
        while not self._kept(piece):
            if self._closed:
                return False
            self.started = True
            self._news.set()
            self._freed.clear()
            await self._freed.wait()
        if self.started:
            self._news.set()
        return True

    def _kept(self, piece: bytes) -> bool:
        with self._changed:
            if self._closed or not self._has_room(len(piece)):
                return False
            self._keep(piece)
            return True

    def _keep(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self._waiting += len(piece)

    def _has_room(self, size: int) -> bool:
        more = self._waiting + size - _ALWAYS - self._taken
        if more > 0:
            if not self._room.take(more):
                return False
            self._taken += more
        return True

    def done(self, task: asyncio.Task[object]) -> None:
        """Is told that nothing more comes."""
        self.ended = True
        self._news.set()
        if not task.cancelled():
            task.exception()  # which is told where the task is awaited, if it is

    def _tell(self) -> None:
        self._loop.call_soon_threadsafe(self._news.set)

    async def news(self) -> None:
        """Waits until there is something to send, or nothing more comes."""
        await self._news.wait()
        self._news.clear()

    def pop(self) -> bytes | None:
        """The next piece; None where there is none now."""
        with self._changed:
            if not self._pieces:
                return None
            piece = self._pieces.popleft()
            self._waiting -= len(piece)
            return piece

    def release(self) -> None:
        """Gives back the room of what was sent."""
        with self._changed:
            unneeded = self._taken - max(0, self._waiting - _ALWAYS)
            self._taken -= unneeded
            self._room.give_back(unneeded)
            self._changed.notify_all()
        self._freed.set()

    @property
    def waiting(self) -> int:
        """Bytes that wait."""
        return self._waiting

    def close(self) -> None:
        """Throws away what waits; the thread that brings more is told so."""
        with self._changed:
            self._closed = True
            self._pieces.clear()
            self._waiting = 0
        self.release()


class Waiting(Sink, TaskSink, Protocol):
    """Takes an answer from a thread or from a task."""


def in_thread(run: Callable[[Sink], object]) -> Callable[[Waiting], Coroutine[Any, Any, object]]:
    """Has a thread run what takes the thread that it runs in."""
    return lambda sink: to_thread.run_sync(run, sink)


async def answer(
    room: Room, run: Callable[[Waiting], Coroutine[Any, Any, object]], headers: Mapping[str, str]
) -> Response:
    """The response with what a query gives, once it is known that there is one.

    :param room: for what is not delivered yet.
    :param run: runs the query, with a sink for its answer.
    :param headers: headers of the response.
    :raises LcgraphError: what ``run`` raises, as long as nothing was sent.
    """
    under_way = _Answer(room)
    task = asyncio.create_task(run(under_way))
    task.add_done_callback(under_way.done)
    try:
        while not (under_way.started or under_way.ended):
            await under_way.news()
        if under_way.ended:
            await task
    except BaseException:
        under_way.close()
        raise
    return _Delivery(under_way, task, headers)


class _Delivery(Response):
    """Sends an answer."""

    def __init__(self, under_way: _Answer, task: asyncio.Task[object], headers: Mapping[str, str]) -> None:
        said = under_way.said
        # by which a client knows that the pages of a result belong together
        super().__init__(headers={"Lcgraph-Checkpoint": said["checkpoint"], **headers}, media_type=said["media_type"])
        del self.headers["content-length"]
        self._under_way = under_way
        self._task = task
        if under_way.ended:
            self.headers["content-length"] = str(under_way.waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        """Sends it; returns before its end where it cannot be sent whole, and the server breaks the connection off."""
        whole = False
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            with suppress(LcgraphError):
                whole = await self._deliver(send)
        finally:
            if not whole and (who := asker.get()) is not None:
                who.leave()
            self._under_way.close()

    async def _deliver(self, send: Send) -> bool:
        """Whether the client took all of it.

        :raises LcgraphError: what went wrong with it.
        """
        under_way = self._under_way
        while True:
            ended = under_way.ended
            if ended:
                await self._task
            while (piece := under_way.pop()) is not None:
                last = ended and not under_way.waiting
                if not await _sent(send, piece, last=last):
                    return False
                under_way.release()
                if last:
                    return True
            if ended:
                return await _sent(send, b"", last=True)
            await under_way.news()


async def _sent(send: Send, piece: bytes, *, last: bool) -> bool:
    """Sends a piece bit by bit; whether the client took it all."""
    for at in range(0, max(len(piece), 1), _AT_ONCE):
        more = not last or at + _AT_ONCE < len(piece)
        with move_on_after(_PATIENCE) as patience:
            await send({"type": "http.response.body", "body": piece[at : at + _AT_ONCE], "more_body": more})
        if patience.cancelled_caught:
            return False
    return True
