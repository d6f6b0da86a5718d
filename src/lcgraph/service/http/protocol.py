"""What is refused before it is a request: told as problems too, and never kept without bound."""

from __future__ import annotations

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lcgraph.language import choose_language
from lcgraph.service.http import problems
from lcgraph.service.http.headers import always

_LINE = 65_535
"""Bytes that the address of a request may have: the parser of addresses takes no more."""
_HEAD = 1024 * 1024
"""Bytes that all that stands before the body of a request may have."""


class Protocol(HttpToolsProtocol):
    """Reads requests from a connection."""

    _before_body = 0
    _in_head = True

    def data_received(self, data: bytes) -> None:
        """Takes what has come."""
        if self._in_head:
            self._before_body += len(data)
        super().data_received(data)
        if self._in_head and self._before_body > _HEAD and not self.transport.is_closing():
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._before_body = True, 0

    def on_headers_complete(self) -> None:
        """All that stands before the body of a request has come."""
        self._in_head, self._before_body = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request has come whole."""
        super().on_message_complete()
        self._in_head = True

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it says in English that it is no request
        """Tells what is wrong with what has come, and ends the connection."""
        status = 400
        if len(getattr(self, "url", b"")) > _LINE:
            status = 414
        elif self._before_body > _HEAD:
            status = 431
        wanted = dict(getattr(self, "headers", ())).get(b"accept-language", b"").decode("latin-1")
        response = problems.of_status(status, choose_language(wanted)).response()
        always(response.headers)
        response.headers["connection"] = "close"
        head = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        head += [name + b": " + value for name, value in response.raw_headers]
        self.transport.write(b"\r\n".join([*head, b"", bytes(response.body)]))
        self.transport.close()
