"""A process that asks another SPARQL service; see :mod:`lcgraph.processes`.

It is the only one that connects to anywhere, and it runs no query: it sends one, to the address that
it is told, follows no redirection, and writes what comes back as ``VALUES``.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox

import lcgraph
from lcgraph.errors import reason
from lcgraph.language import languages
from lcgraph.processes import Sender, work

_FORMATS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
}
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """What to ask of whom.

    :ivar address: of the service.
    :ivar query: a SELECT.
    :ivar result_bytes: size that its answer may have, and what is written of it.
    :ivar result_rows: rows that it may have.
    :ivar seconds: for how long it may say nothing; who waits for this process ends it before.
    :ivar blank: beginning of the IRIs that stand for its blank nodes: ``VALUES`` has no blank nodes.
    """

    address: str
    query: str
    result_bytes: int
    result_rows: int
    seconds: float
    blank: str


class _Failed(Exception):
    """The other service gave no answer that can be used.

    :param kind: how: ``status``, ``format``, ``rows``, ``part`` or ``garbage``.
    :param found: what it gave instead.
    """

    def __init__(self, kind: str, found: str = "") -> None:
        super().__init__()
        self.kind = kind
        self.found = found[:200]


def _ask(request: OtherRequest, connection: Connection) -> dict[str, Any]:
    try:
        answer, media_type, most = _fetched(request)
        written = "".join(_as_values(answer, media_type, most, request))
        out = Sender(connection, request.result_bytes)
        out.write(written.encode())
        out.flush()
    except _Failed as error:
        return {"ok": False, "kind": error.kind, "found": error.found}
    except OverflowError:
        return {"ok": False, "kind": "size"}
    except http.client.IncompleteRead:
        return {"ok": False, "kind": "part", "found": ""}
    except http.client.HTTPException:
        return {"ok": False, "kind": "garbage", "found": ""}
    except OSError as error:
        told = {language: reason(error).to(language) for language in languages()}
        return {"ok": False, "kind": "away", "found": told}
    return {"ok": True}


def _fetched(request: OtherRequest) -> tuple[bytes, str, int | None]:
    """The answer, its media type, and after how many rows the service cuts its answers, where it says so."""
    parts = urlsplit(request.address)
    assert parts.hostname is not None
    connection = (
        http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=request.seconds, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(parts.hostname, parts.port, timeout=request.seconds)
    )
    try:
        connection.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            urlencode({"query": request.query}).encode(),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/sparql-results+json, application/sparql-results+xml;q=0.9",
                "User-Agent": f"lcgraph/{lcgraph.__version__}",
            },
        )
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise _Failed("status", str(response.status))
        media_type = response.headers.get_content_type()
        if media_type not in _FORMATS:
            raise _Failed("format", media_type)
        body = bytearray()
        while piece := response.read(_PIECE):
            body += piece
            if len(body) > request.result_bytes:
                raise OverflowError
        # a length that was promised and is not there; Virtuoso says so where its time was over
        if response.length or "X-SQL-State" in response.headers:
            raise _Failed("part")
        most = response.headers.get("X-SPARQL-MaxRows", "")
        return bytes(body), media_type, int(most) if most.isdecimal() else None
    finally:
        connection.close()


def _as_values(answer: bytes, media_type: str, most: int | None, request: OtherRequest) -> Iterator[str]:
    """The rows of an answer, for the query that is run here."""
    try:
        results = ox.parse_query_results(answer, format=_FORMATS[media_type])
        if not isinstance(results, ox.QuerySolutions):
            raise _Failed("garbage")
        names = results.variables
        yield f"VALUES ({' '.join(map(str, names))}) {{"
        for number, solution in enumerate(results, 1):
            if number > request.result_rows:
                raise _Failed("rows")
            if number == most:
                raise _Failed("part")
            yield f" ({' '.join(_written(solution[name], request.blank) for name in names)})"
        yield " }"
    except (SyntaxError, ValueError) as error:
        raise _Failed("garbage", str(error)) from error


def _written(term: object, blank: str) -> str:
    if isinstance(term, ox.BlankNode):
        return f"<{blank}{quote(term.value, safe='')}>"
    if term is not None and not isinstance(term, (ox.NamedNode, ox.Literal)):
        raise _Failed("garbage", str(term))
    return "UNDEF" if term is None else str(term)


if __name__ == "__main__":
    work(_ask)
