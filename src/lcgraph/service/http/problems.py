"""Errors over HTTP: ``application/problem+json``, RFC 9457."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.responses import Response

from lcgraph.asking.parts import PartGone
from lcgraph.errors import (
    Abandoned,
    ArchiveError,
    FileTooLarge,
    InputError,
    LcgraphError,
    LimitExceeded,
    NotFound,
    OtherServiceFailed,
    ParameterError,
    QueryError,
    QueryRefused,
    ReadOnly,
    StoreError,
)
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import Text
from lcgraph.service.http.negotiation import NotAcceptable

PROBLEM = "application/problem+json"
IRIS = DEFAULT_BASE + "problem/"
"""What the IRIs of the kinds of problems begin with, in every deployment; each leads to what it means."""

STATUS: tuple[tuple[type[LcgraphError], int], ...] = (
    (ParameterError, 422),
    (FileTooLarge, 413),
    (InputError, 422),
    (NotFound, 404),
    (NotAcceptable, 406),
    (PartGone, 410),
    (ReadOnly, 405),
    (QueryRefused, 403),
    (OtherServiceFailed, 502),
    (QueryError, 400),
    (StoreError, 503),
    (ArchiveError, 503),
    (Abandoned, 503),  # which nobody is there to read
)
LIMIT_STATUS = {"deadline": 503, "memory": 503, "size": 413, "rows": 413, "queue": 503}


def status_of(error: LcgraphError) -> int:
    """The HTTP status that an error has."""
    if isinstance(error, LimitExceeded):
        return LIMIT_STATUS[error.limit]
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is told over HTTP.

    :ivar status: the HTTP status.
    :ivar kind: name of the kind of error, as in its type; empty where the status says all.
    :ivar detail: what was found.
    :ivar language: of the texts.
    :ivar more: further members: ``where``, ``expected``, ``remedy``, ``parameter``, ``allowed``, ``limit``.
    :ivar headers: further headers of the response.
    """

    status: int
    kind: str
    detail: str
    language: str
    more: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The problem document."""
        body = {
            "type": IRIS + self.kind if self.kind else "about:blank",
            "title": title(self.status).to(self.language),
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        return Response(
            json.dumps(body, ensure_ascii=False, indent=1) + "\n",
            self.status,
            {"Content-Language": self.language, "Cache-Control": "no-store", **self.headers},
            PROBLEM,
        )


def of_error(error: LcgraphError, language: str) -> Problem:
    """What an error of lcgraph says."""
    told = error.told(language)
    more: dict[str, object] = {key: told[key] for key in ("where", "expected", "remedy") if key in told}
    if isinstance(error, ParameterError):
        more |= {"parameter": error.parameter, "allowed": list(error.allowed)}
    headers = {}
    if isinstance(error, NotAcceptable):
        more["allowed"] = list(error.offered)
    if isinstance(error, ReadOnly):
        headers["Allow"] = "GET, HEAD, OPTIONS"
    if isinstance(error, LimitExceeded):
        more["limit"] = error.limit
        if error.limit == "queue":
            headers["Retry-After"] = "2"
    return Problem(status_of(error), _kind(type(error).__name__), told["message"], language, more, headers)


def of_status(status: int, language: str, headers: Mapping[str, str] | None = None) -> Problem:
    """What the server itself refuses: no such page, no such method."""
    texts = {
        404: Text("There is nothing at this address."),
        405: Text("This address does not take this method."),
        413: Text("What was sent is too large."),
        414: Text("The address is too long."),
        415: Text("What was sent is in a format that is not read here."),
        431: Text("The headers are too long."),
        500: Text("This is a fault in lcgraph. Its log says where."),
    }
    text = texts.get(status, Text("The request cannot be answered."))
    kind = _kind(_TITLES[status].template) if status in _OF_STATUS else ""
    return Problem(status, kind, text.to(language), language, headers=headers or {})


_TITLES = {
    400: Text("Bad Request"),
    403: Text("Forbidden"),
    404: Text("Not Found"),
    405: Text("Method Not Allowed"),
    406: Text("Not Acceptable"),
    410: Text("Gone"),
    413: Text("Content Too Large"),
    414: Text("URI Too Long"),
    415: Text("Unsupported Media Type"),
    422: Text("Unprocessable Content"),
    431: Text("Request Header Fields Too Large"),
    500: Text("Internal Server Error"),
    502: Text("Bad Gateway"),
    503: Text("Service Unavailable"),
}
"""What a status is called: as RFC 9110, section 15, calls it in English."""
_OF_STATUS = (400, 404, 405, 410, 413, 414, 415, 422, 431, 500)
"""Those that the server answers with by itself, each a kind of problem of that name."""


def title(status: int) -> Text:
    """What a status is called."""
    return _TITLES.get(status) or Text("{text}", text=HTTPStatus(status).phrase)


def kinds() -> frozenset[str]:
    """All kinds of problems that a client may be told."""
    classes = [LcgraphError]
    for one in classes:
        classes.extend(one.__subclasses__())
    ours = (one for one in classes[1:] if one.__module__.startswith("lcgraph.") and ".client" not in one.__module__)
    errors = {one.__name__ for one in ours}
    return frozenset(map(_kind, errors | {_TITLES[status].template for status in _OF_STATUS}))


def _kind(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])|\s+", "-", name).lower()
