"""The address of the dump."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from lcgraph.language import Text
from lcgraph.service.http import openapi
from lcgraph.service.http.linked_data import matches
from lcgraph.service.http.service import Service, language_of
from lcgraph.store.embedded import commit_of
from lcgraph.telling.catalogue import DUMP
from lcgraph.telling.dump import Dumps

_GZIP = "application/gzip"


def add(app: FastAPI, service: Service) -> None:
    """Adds the address to the service."""
    dumps = Dumps(service.network)

    @app.get(
        f"/{DUMP}",
        summary=str(Text("The whole graph as canonical N-Quads, compressed")),
        tags=["linked data"],
        responses=openapi.responses((_GZIP,), 503),
    )
    def dump(request: Request) -> Response:
        language_of(request)
        made = dumps.newest()
        headers = {"ETag": f'"{made.sha256}"', "Cache-Control": "no-cache", "Lcgraph-Checkpoint": made.checkpoint}
        number = commit_of(made.checkpoint)
        if number:
            at = datetime.fromisoformat(service.network.archive.commit(number).manifest.at).astimezone(UTC)
            headers["Last-Modified"] = format_datetime(at.replace(microsecond=0), usegmt=True)
        if matches(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(made.path, headers=headers, media_type=_GZIP, filename="lcgraph.nq.gz")
