"""What a service refuses, as the errors that they are: ``application/problem+json``, RFC 9457, or what else it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from lcgraph.client.errors import ServiceError
from lcgraph.errors import (
    FileTooLarge,
    InputError,
    LcgraphError,
    LimitExceeded,
    NotFound,
    OtherServiceFailed,
    ParameterError,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    UnreadableFile,
)
from lcgraph.language import Text

_LONGEST = 1000
"""Characters that are shown of what a service says in its own words."""

_KINDS: Mapping[str, type[LcgraphError]] = {
    "file-too-large": FileTooLarge,
    "input-error": InputError,
    "not-found": NotFound,
    "other-service-failed": OtherServiceFailed,
    "query-error": QueryError,
    "query-refused": QueryRefused,
    "query-syntax-error": QuerySyntaxError,
    "unknown-graph": QueryRefused,
    "unreadable-file": UnreadableFile,
}


def problem_in(media_type: str, body: bytes) -> Mapping[str, object]:
    """The problem document in a body; empty where it is none."""
    if not media_type.endswith("json"):
        return {}
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("detail"), str) else {}


def error_of(address: str, status: int, media_type: str, body: bytes) -> LcgraphError:
    """The error that an answer with an error status tells of.

    :param address: what was asked.
    :param media_type: of the body, without parameters.
    """
    problem = problem_in(media_type, body)
    if not problem:
        return _in_its_own_words(address, status, media_type, body)
    message = Text(_text(problem, "detail"))
    remedy = Text(_text(problem, "remedy")) if problem.get("remedy") else None
    where = _text(problem, "where") or None
    expected = Text(_text(problem, "expected")) if problem.get("expected") else None
    kind = _text(problem, "type").rpartition("/")[2]
    if kind == "parameter-error":
        said = problem.get("allowed")
        allowed = tuple(map(str, said)) if isinstance(said, list) else ()
        error = ParameterError(message, parameter=_text(problem, "parameter"), allowed=allowed, remedy=remedy)
        error.expected = expected
        return error
    if kind == "limit-exceeded":
        return LimitExceeded(message, limit=_text(problem, "limit"), remedy=remedy)
    if kind in _KINDS:
        return _KINDS[kind](message, where=where, expected=expected, remedy=remedy)
    return ServiceError(message, address=address, status=status, expected=expected, remedy=remedy)


def _text(problem: Mapping[str, object], name: str) -> str:
    value = problem.get(name, "")
    return value if isinstance(value, str) else ""


def _in_its_own_words(address: str, status: int, media_type: str, body: bytes) -> LcgraphError:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    said = (
        body.decode("utf-8", "replace").strip()[:_LONGEST] if media_type in ("text/plain", "application/json") else ""
    )
    if said:
        told = Text(
            "The service answers with status {status} {phrase}: {said}", status=status, phrase=phrase, said=said
        )
    else:
        told = Text("The service answers with status {status} {phrase}.", status=status, phrase=phrase)
    if status == HTTPStatus.BAD_REQUEST:
        return QueryError(told, where=address)
    return ServiceError(told, address=address, status=status)
