"""Runs the service."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import uvicorn

from lcgraph.errors import ArchiveInUse, InputError, reason
from lcgraph.language import Text
from lcgraph.publishing.network import Network
from lcgraph.service.http.app import create_app
from lcgraph.service.http.protocol import Protocol
from lcgraph.service.settings import Settings

_SHORT = 4096
_BROKEN_OFF = "ASGI callable returned without completing response."
"""What uvicorn writes to its log of an answer that does not end as it should, before it closes the connection."""


def run(settings: Settings, host: str, port: int, say: Callable[[Text], None]) -> None:
    """Serves until it is told to stop.

    :param say: tells the operator something.
    :raises InputError: if the address cannot be listened on.
    """
    _begin(settings)
    app = create_app(settings)
    listener = listen(host, port)
    address = listener.getsockname()
    shown = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
    say(
        Text("lcgraph serves {directory} at {address}", directory=settings.data, address=f"http://{shown}:{address[1]}")
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
        http=_Protocol,
        ws="none",
    )
    _tell_what_was_broken_off(say)
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _tell_what_was_broken_off(say: Callable[[Text], None]) -> None:
    """Has an answer that was broken off with intent not look like a fault of the program in its log."""

    def told(record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError):
            return False  # the service ends, and the line before says how many requests do with it
        if record.msg != _BROKEN_OFF:
            return True
        with suppress(OSError):  # nobody is there to read it, and the connection is still to be closed
            say(
                Text(
                    "An answer was broken off: a part of it was sent when it passed a limit, or its client took no more of it."
                )
            )
        return False

    logging.getLogger("uvicorn.error").addFilter(told)


class _Protocol(Protocol):
    """HTTP, with the head of a response and the begin of its body in one packet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(cast("asyncio.Transport", _Together(transport)))


class _Together:
    """A transport that sends something short together with what follows it at once.

    Each packet wakes the client, and for a short answer that is much of what it costs.

    :param transport: which sends.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._call_soon = asyncio.get_running_loop().call_soon
        self._waiting = b""

    def write(self, data: bytes) -> None:
        """Sends data; something short waits until the loop goes on."""
        if self._waiting:
            data, self._waiting = self._waiting + data, b""
        elif len(data) < _SHORT:
            self._waiting = data
            self._call_soon(self._flush)
            return
        self._transport.write(data)

    def close(self) -> None:
        """Closes the connection, once all is sent."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            self._transport.write(self._waiting)
            self._waiting = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _begin(settings: Settings) -> None:
    """Builds the store where there is none, so that what the framework says can be asked before anything is published.

    :raises ArchiveError: if the folder cannot be written to.
    """
    network = Network(settings.directory, settings.base, settings.engine)
    network.checker  # noqa: B018 - an engine that there is not is told now, not to the first who checks a file
    if network.store.state() is None:
        with suppress(ArchiveInUse):  # then somebody is publishing, and builds it
            network.rebuild()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    :raises InputError: if the address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        raise InputError(
            Text(
                "It cannot listen on {host}, port {port}: {error}.",
                host=host,
                port=port,
                error=reason(error),
            ),
            remedy=Text("Name an address of this machine with --host.")
            if isinstance(error, socket.gaierror)
            else Text("Choose another port with --port; with “make demo”: make demo PORT=8001."),
        ) from error
    return listener
