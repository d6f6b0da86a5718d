"""The SPARQL 1.1 Protocol, for queries.

https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import pyoxigraph as ox
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lcgraph import sparql
from lcgraph.asking.services import Call
from lcgraph.errors import LimitExceeded, QueryError, StoreError
from lcgraph.language import Text
from lcgraph.service.http import bodies, description, openapi, pages, under_way
from lcgraph.service.http.negotiation import GRAPH_ALIASES, SOLUTION_ALIASES, NotAcceptable, wanted
from lcgraph.service.http.service import Service, accept_of, language_of
from lcgraph.telling import graphs

HTML = "text/html"
SOLUTIONS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
GRAPHS = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-quads",
    "application/trig",
)
_LONG = 20_000
"""A query of so many characters takes longer to read than others are to wait for it."""


def add(app: FastAPI, service: Service) -> None:
    """Adds the endpoint to the service."""

    async def endpoint(request: Request) -> Response:
        asked = await _asked(request, service.settings.query_kb * 1024)
        language = language_of(request) if asked.query is None or asked.names_language else ""
        if asked.query is None:
            return await _without_query(service, request, language)
        if len(asked.query) < _LONG:
            calls, prologue, clause, is_graph = _read(service, asked.query)
        else:
            calls, prologue, clause, is_graph = await run_in_threadpool(_read, service, asked.query)
        media_type = _format(asked.format, request, is_graph=is_graph)
        how = {
            "solutions": media_type if not is_graph else SOLUTIONS[0],
            "graph": media_type if is_graph else GRAPHS[0],
            "default_graphs": asked.default_graphs,
            "named_graphs": asked.named_graphs,
            "clause": clause,
            "prologue": prologue,
        }
        if not calls:
            return await answer(service, asked.query, **how)
        run = partial(service.federation.run, service.readers, asked.query, calls, **how)
        return await under_way.answer(service.room, under_way.in_thread(lambda sink: run(sink=sink)), {})

    # what a client asks again and again goes without what FastAPI does for others, which takes longer than all else
    app.router.routes.insert(0, Route("/sparql", _Bare(endpoint), methods=["GET", "POST"], include_in_schema=False))
    for method, more in (("GET", openapi.QUERY_BY_GET), ("POST", openapi.QUERY_BY_POST)):
        app.add_api_route(
            "/sparql",
            endpoint,
            methods=[method],
            name=f"sparql-{method.lower()}",
            summary=str(Text("The SPARQL 1.1 endpoint, for queries; without one, its description")),
            tags=["sparql"],
            responses=openapi.responses((*SOLUTIONS, *GRAPHS), 400, 403, 406, 413, 415, 422, 502, 503),
            openapi_extra=more,
        )


def _read(service: Service, query: str) -> tuple[tuple[Call, ...], str, tuple[str, ...], bool]:
    """What a query asks of others, what it says of its dataset, and whether its answer is a graph.

    :raises QueryRefused: if it asks for what is not offered.
    """
    calls = service.federation.calls(query)
    return calls, *sparql.dataset_clause(query), sparql.form(query) in ("CONSTRUCT", "DESCRIBE")


class _Bare:
    """What answers an address, with nothing between it and the server but what holds for every address.

    :param endpoint: which answers.
    """

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        response = await self._endpoint(Request(scope, receive))
        await response(scope, receive, send)


def format_of(request: Request, *, is_graph: bool) -> str:
    """The format for the answer to a query.

    :raises NotAcceptable: if the client likes none that there is.
    """
    return _format(request.query_params.get("format", ""), request, is_graph=is_graph)


def _format(named: str, request: Request, *, is_graph: bool) -> str:
    offered, aliases = (GRAPHS, GRAPH_ALIASES) if is_graph else (SOLUTIONS, SOLUTION_ALIASES)
    return wanted(named, accept_of(request), offered, aliases)


async def answer(service: Service, query: str, **how: Any) -> Response:
    """The answer to a query that asks no other service.

    :param how: as :meth:`Readers.run` takes it.
    """
    return await under_way.answer(service.room, lambda sink: service.readers.run_in_task(query, sink, **how), {})


async def _without_query(service: Service, request: Request, language: str) -> Response:
    """The description of the endpoint, or in a browser a page to write a query."""
    given = {key for key, _ in bodies.form_fields(_utf8(request.scope["query_string"]))}
    if request.method == "GET" and not given - {"format", "lang"}:
        try:
            media_type = wanted(request.query_params.get("format"), accept_of(request), (*GRAPHS, HTML), GRAPH_ALIASES)
        except NotAcceptable:
            media_type = ""  # a client that wants a table has forgotten its query
        if media_type == HTML:
            return await run_in_threadpool(pages.sparql, service, request, language)
        if media_type:
            address = str(request.url.replace(query=""))
            described = await run_in_threadpool(_graphs, service, address)
            body = description.describe(service.settings, address, media_type, described)
            return Response(body, media_type=media_type)
    raise QueryError(
        Text("No query was given."), remedy=Text("Give it as “query”, by GET or POST (SPARQL 1.1 Protocol).")
    )


def _graphs(service: Service, address: str) -> list[ox.Triple]:
    """What is said of the graphs; nothing where there is nothing to ask yet, or the address is none."""
    try:
        return graphs.described(service.network.framework.names, service.own_readers, address)
    except (StoreError, ValueError):
        return []


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks.

    :ivar query: the query; None where there is none.
    :ivar default_graphs: graphs that are to make up the default graph.
    :ivar named_graphs: graphs that ``GRAPH`` may name.
    :ivar format: what its answer is to be in, where a field says so.
    :ivar names_language: whether the address names one.
    """

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    format: str
    names_language: bool


async def _asked(request: Request, limit: int) -> _Asked:
    """What a request asks, by the protocol.

    :param limit: bytes that the query may have.
    :raises QueryRefused: if it is an update.
    :raises QueryError: if it cannot be understood.
    """
    of_address = values = bodies.form_fields(_utf8(request.scope["query_string"]))
    if request.method == "POST":
        content_type = request.headers.get("content-type", "")
        media_type = content_type.partition(";")[0].strip().lower()
        charset = re.search(r";\s*charset\s*=\s*\"?([^\s;\"]+)", content_type, re.IGNORECASE)
        if charset is not None and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
            _not_utf8()
        if media_type == "application/sparql-query":
            values = [*values, ("query", _utf8(await bodies.whole(request, limit, _query_too_long)))]
        elif media_type == "application/x-www-form-urlencoded":
            body = await bodies.whole(request, 3 * limit, _query_too_long)  # a byte may take three: %20
            values = values + bodies.form_fields(_utf8(body))
        elif media_type == "application/sparql-update":
            sparql.refuse("INSERT")
        else:
            raise HTTPException(415)
    if any(key == "update" for key, _ in values):
        sparql.refuse("INSERT")
    queries = _all("query", values)
    if len(queries) > 1:
        raise QueryError(Text("There is more than one query."), remedy=Text("Give one at a time."))
    query = queries[0] if queries and queries[0].strip() else None
    formats = [*_all("format", of_address)[-1:], *_all("format", values)[-1:], ""]
    return _Asked(
        query,
        _all("default-graph-uri", values),
        _all("named-graph-uri", values),
        next((name for name in formats if name), ""),
        any(key == "lang" for key, _ in of_address),
    )


def _all(name: str, values: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(value for key, value in values if key == name)


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        _not_utf8()


def _not_utf8() -> NoReturn:
    raise QueryError(Text("The query is not in UTF-8."))


def _query_too_long(limit: int) -> LimitExceeded:
    return LimitExceeded(
        Text("The query is longer than {limit} kB.", limit=limit // 1024),
        limit="size",
        remedy=Text("Ask for less at once."),
    )
