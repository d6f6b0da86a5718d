"""What holds for every response: methods that HTTP asks for, and headers."""

from __future__ import annotations

import re

from starlette import datastructures
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_METHODS = "GET, HEAD, POST, OPTIONS"


def always(headers: MutableHeaders) -> None:
    """Sets the headers that make a browser do no more than it has to, and let scripts of others read."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Access-Control-Allow-Origin"] = "*"  # without credentials: there are none
    headers["Access-Control-Expose-Headers"] = (
        "Content-Language, Content-Profile, ETag, Lcgraph-Checkpoint, Lcgraph-Conforms, Link, Retry-After"
    )
    headers["Vary"] = "Accept, Accept-Encoding, Accept-Language, Accept-Profile"
    if headers.get("content-type", "").startswith("text/html"):
        headers["Content-Security-Policy"] = _CONTENT_POLICY


class Headers:
    """Sets the headers of every response, answers HEAD as GET without the body, and OPTIONS by itself.

    :param app: what answers all else.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                always(MutableHeaders(scope=message))
            await send(message)

        if scope["method"] == "OPTIONS":
            await send_with_headers({"type": "http.response.start", "status": 204, "headers": _preflight()})
            await send({"type": "http.response.body", "body": b""})
            return
        if scope["method"] == "HEAD":  # the server leaves out the body, which it knows to do by its own scope
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send_with_headers)


class Compression(GZipMiddleware):
    """Compresses what is worth it, for clients that take it.

    A strong tag says that bytes are the same, which compressed ones are not; so a response that is
    compressed has the weak one (RFC 9110, 8.8.3.3), and so has the answer that such a copy is still good.

    :param app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        compressed = ("application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        super().__init__(
            app,
            minimum_size=1024,
            compresslevel=4,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *compressed),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = datastructures.Headers(scope=scope)
        if not takes_gzip(asked):
            await self.app(scope, receive, send)
            return
        known = ", ".join(asked.getlist("if-none-match"))

        async def send_with_tag(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                tag = headers.get("etag", "")
                if tag.startswith('"') and ("content-encoding" in headers or f"W/{tag}" in known):
                    headers["ETag"] = f"W/{tag}"
            await send(message)

        await super().__call__(scope, receive, send_with_tag)


def takes_gzip(headers: datastructures.Headers) -> bool:
    """Whether a client takes gzip: it names it, and not only to rule it out (RFC 9110, 12.5.3)."""
    found = re.search(
        r"(?:^|[\s,])(?:x-)?gzip\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?))?\s*(?:,|$)", headers.get("accept-encoding", "")
    )
    return found is not None and (found[1] is None or float(found[1]) > 0)


def _preflight() -> list[tuple[bytes, bytes]]:
    """The answer to a browser that asks on behalf of another site's script what it may send."""
    return [
        (b"allow", _METHODS.encode()),
        (b"access-control-allow-methods", _METHODS.encode()),
        (b"access-control-allow-headers", b"Accept, Accept-Language, Accept-Profile, Content-Type, If-None-Match"),
        (b"access-control-max-age", b"86400"),
    ]
