"""Errors over HTTP: ``application/problem+json``, RFC 9457."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from lcgraph.errors import (
    ArchiveError,
    FileTooLarge,
    InputError,
    LcgraphError,
    LimitExceeded,
    NotFound,
    ParameterError,
    QueryError,
    QueryRefused,
    StoreError,
)
from lcgraph.language import Text
from lcgraph.service.http.negotiation import NotAcceptable

PROBLEM = "application/problem+json"

_STATUS: tuple[tuple[type[LcgraphError], int], ...] = (
    (ParameterError, 422),
    (FileTooLarge, 413),
    (InputError, 422),
    (NotFound, 404),
    (NotAcceptable, 406),
    (QueryRefused, 403),
    (QueryError, 400),
    (StoreError, 503),
    (ArchiveError, 503),
)
_LIMIT_STATUS = {"deadline": 503, "memory": 503, "size": 413, "queue": 503}


def status_of(error: LcgraphError) -> int:
    """The HTTP status that an error has."""
    if isinstance(error, LimitExceeded):
        return _LIMIT_STATUS[error.limit]
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def problem(error: LcgraphError, language: str) -> Response:
    """The response for an error that lcgraph itself tells."""
    told = error.told(language)
    more: dict[str, object] = {key: told[key] for key in ("where", "expected", "remedy") if key in told}
    if isinstance(error, ParameterError):
        more |= {"parameter": error.parameter, "allowed": list(error.allowed)}
    headers = {}
    if isinstance(error, LimitExceeded):
        more["limit"] = error.limit
        if error.limit == "queue":
            headers["Retry-After"] = "2"
    return details(status_of(error), type(error).__name__, told["message"], language, more, headers)


def plain_problem(status: int, language: str, headers: Mapping[str, str] | None = None) -> Response:
    """The response for what the server itself refuses: no such page, no such method."""
    texts = {
        404: Text("There is nothing at this address."),
        405: Text("This address does not take this method."),
        413: Text("What was sent is too large."),
        415: Text("What was sent is in a format that is not read here."),
    }
    text = texts.get(status, Text("The request cannot be answered."))
    return details(status, HTTPStatus(status).phrase, text.to(language), language, {}, headers)


def details(
    status: int,
    name: str,
    detail: str,
    language: str,
    more: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document.

    :param name: name of the kind of error; becomes its type.
    :param more: further members.
    """
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])|\s+", "-", name).lower()
    body = {
        "type": f"https://w3id.org/lcgraph/problem/{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return Response(
        json.dumps(body, ensure_ascii=False, indent=1) + "\n",
        status,
        {"Content-Language": language, "Cache-Control": "no-store", **(headers or {})},
        PROBLEM,
    )
