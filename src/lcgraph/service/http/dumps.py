"""The address of the dump."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from lcgraph.language import Text
from lcgraph.service.http import openapi
from lcgraph.service.http.linked_data import is_known, time_of
from lcgraph.service.http.service import Service, language_of
from lcgraph.store.embedded import commit_of
from lcgraph.telling.catalogue import DUMP
from lcgraph.telling.dump import Dump

_GZIP = "application/gzip"


def add(app: FastAPI, service: Service) -> None:
    """Adds the address to the service."""

    @app.get(
        f"/{DUMP}",
        summary=str(Text("The whole graph as canonical N-Quads, compressed")),
        tags=["linked data"],
        responses=openapi.responses((_GZIP,), 503),
    )
    async def dump(request: Request) -> Response:
        language_of(request)
        made = await service.dumps.newest()
        headers = {"ETag": f'"{made.sha256}"', "Cache-Control": "no-cache", "Lcgraph-Checkpoint": made.checkpoint}
        modified = await run_in_threadpool(_modified, service, made)
        if modified is not None:
            headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        if is_known(request, headers["ETag"], modified):
            return Response(status_code=304, headers=headers)
        return FileResponse(made.path, headers=headers, media_type=_GZIP, filename="lcgraph.nq.gz")


def _modified(service: Service, made: Dump) -> datetime | None:
    """When the data changed last that a dump is of; None where nothing was published yet."""
    number = commit_of(made.checkpoint)
    return time_of(service.network.archive.commit(number).manifest.at) if number else None
