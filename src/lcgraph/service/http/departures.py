"""Clients that go away before they are answered: what is done for them ends."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from ipaddress import ip_network

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lcgraph.processes import Asker, asker

_MOMENTS = 0.05


class Departures:
    """Notices that a client has gone, and tells whoever works for it.

    Only who listens for a client hears it leave; so from the end of its request on, this listens, but
    for the first moments: most are answered by then.

    :param app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        who = Asker(_name(scope))
        gone = asyncio.Event()
        timer: asyncio.TimerHandle | None = None
        listener: list[asyncio.Task[None]] = []

        async def listen() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            if who.waits:
                await asyncio.to_thread(who.leave)

        def begin_to_listen() -> None:
            listener.append(asyncio.create_task(listen()))

        async def receive_request() -> Message:
            nonlocal timer
            if timer is not None:
                await gone.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            if message["type"] == "http.disconnect":
                gone.set()
            elif not message.get("more_body", False):
                timer = asyncio.get_running_loop().call_later(_MOMENTS, begin_to_listen)
            return message

        bodiless = scope["method"] in ("GET", "HEAD") and not _has_body(scope)
        first: list[Message] = [await receive_request()] if bodiless else []

        async def replayed() -> Message:
            return first.pop() if first else await receive_request()

        token = asker.set(who)
        try:
            await self.app(scope, replayed, send)
        finally:
            asker.reset(token)
            if timer is not None:
                timer.cancel()
            for task in listener:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


def _name(scope: Scope) -> str:
    """The address of a client; of one of IPv6 its network, in which a client may choose any."""
    host = str((scope.get("client") or ("",))[0])
    with suppress(ValueError):
        return str(ip_network((host, 64), strict=False)) if ":" in host else host
    return host


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])
