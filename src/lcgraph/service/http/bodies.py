"""The bodies of requests, read into memory up to a limit and never further."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Callable
from urllib.parse import parse_qsl

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from lcgraph.errors import LcgraphError

TooLarge = Callable[[int], LcgraphError]
"""Makes the error for a body that is larger than so many bytes."""

_AROUND_A_FILE = 100_000
"""Bytes that a form may have beside the file that it carries."""

_FIELDS = 100


class _InMemory(MultiPartParser):
    """Keeps files in memory: nothing that a stranger sends is written to the disk."""

    spool_max_size = sys.maxsize


async def _chunks(request: Request, limit: int, too_large: TooLarge, around: int = 0) -> AsyncGenerator[bytes, None]:
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit + around:
        raise too_large(limit)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit + around:
            raise too_large(limit)
        yield chunk


async def whole(request: Request, limit: int, too_large: TooLarge) -> bytes:
    """The body of a request.

    :param limit: bytes that it may have.
    :raises LcgraphError: what ``too_large`` makes, as soon as there are more.
    """
    return b"".join([chunk async for chunk in _chunks(request, limit, too_large)])


async def file_of_form(request: Request, limit: int, too_large: TooLarge) -> tuple[str, bytes] | None:
    """Name and bytes of the field ``file`` of a multipart form; None where there is no such file.

    :param limit: bytes that the file may have.
    :raises LcgraphError: what ``too_large`` makes, as soon as there are more.
    :raises HTTPException: 400, if the body is not such a form.
    """
    chunks = _chunks(request, limit, too_large, _AROUND_A_FILE)
    try:
        form = await _InMemory(request.headers, chunks, max_files=1, max_fields=4).parse()
    except (MultiPartException, KeyError) as error:  # KeyError: the header names no boundary
        raise HTTPException(400) from error
    file = form.get("file")
    if not isinstance(file, UploadFile):
        return None
    data = await file.read()
    await form.close()
    if len(data) > limit:
        raise too_large(limit)
    return file.filename or "", data


def form_fields(body: str) -> list[tuple[str, str]]:
    """The fields of a form in ``application/x-www-form-urlencoded``.

    :raises HTTPException: 400, if there are absurdly many, or they are not in UTF-8.
    """
    try:
        return parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except ValueError as error:
        raise HTTPException(400) from error
