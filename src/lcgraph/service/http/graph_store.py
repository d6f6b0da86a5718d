"""The reading side of the SPARQL 1.1 Graph Store HTTP Protocol.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from lcgraph.errors import LimitExceeded, NotFound, QueryError, ReadOnly, UnknownGraph
from lcgraph.language import Text
from lcgraph.service.http import openapi
from lcgraph.service.http.endpoint import GRAPHS, answer, format_of
from lcgraph.service.http.service import Service, language_of
from lcgraph.telling.catalogue import DUMP

_WRITING = ["PUT", "POST", "DELETE", "PATCH"]
_WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def add(app: FastAPI, service: Service) -> None:
    """Adds the addresses to the service."""

    async def graph(request: Request) -> Response:
        language_of(request)
        path = request.path_params.get("path")
        name = _name(request) if path is None else service.network.base + path
        media_type = format_of(request, is_graph=True)
        try:
            return await answer(service, _WHOLE, graph=media_type, default_graphs=(name,) if name else ())
        except UnknownGraph as error:
            raise NotFound(error.message, remedy=error.remedy) from error
        except LimitExceeded as error:
            if not name and error.limit in ("rows", "size"):
                address = f"{request.scope.get('root_path', '')}/{DUMP}"
                error.remedy = Text("All graphs are to be had as one file at {address}.", address=address)
            raise

    def refused() -> Response:
        raise ReadOnly(
            Text("Graphs are only read here: the archive is the truth, and a submission is the only way in."),
            remedy=Text("Hand in a submission, or a revision of one."),
        )

    for address, summary, more in (
        ("/graphs", str(Text("A graph, by its name: the SPARQL 1.1 Graph Store Protocol, for reading")), openapi.GRAPH),
        ("/graphs/{path:path}", str(Text("A graph, by the end of its name")), openapi.GRAPH_BY_PATH),
    ):
        name = "graph" if address == "/graphs" else "graph-by-path"
        app.add_api_route(
            address,
            graph,
            methods=["GET"],
            name=name,
            summary=summary,
            tags=["sparql"],
            responses=openapi.responses(GRAPHS, 400, 404, 406, 413, 422, 503),
            openapi_extra=more,
        )
        app.add_api_route(address, refused, methods=_WRITING, name=f"{name}-written", include_in_schema=False)


def _name(request: Request) -> str:
    """The name of the graph that is asked for; empty for the default graph."""
    graphs = request.query_params.getlist("graph")
    default = "default" in request.query_params
    if len(graphs) + default != 1:
        raise QueryError(
            Text("It takes one graph at a time."),
            remedy=Text("Write ?graph= and the name of a graph, or ?default."),
        )
    return graphs[0] if graphs else ""
