"""The HTTP service: addresses to what answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

import lcgraph
from lcgraph.asking import parameters, sparql
from lcgraph.asking.answer import Answer, Answerer
from lcgraph.asking.question import Library, Question
from lcgraph.errors import FileTooLarge, InputError, LcgraphError, ParameterError, QueryError, UnreadableFile
from lcgraph.framework import resources
from lcgraph.language import Text, choose_language, languages, pick
from lcgraph.processes import MEGABYTE, Died, Workers
from lcgraph.publishing.check_process import CheckRequest
from lcgraph.publishing.network import Network
from lcgraph.service.http import pages, problems
from lcgraph.service.http.negotiation import wanted
from lcgraph.service.settings import Settings
from lcgraph.store.embedded import newest
from lcgraph.store.readers import Readers

HTML = "text/html"
_JSON = "application/json"
_ANSWER_FORMATS = (_JSON, HTML, "text/csv", "text/turtle", "application/n-triples", "application/ld+json")
_TABLES = (_JSON, HTML, "text/csv")
_REPORTS = (_JSON, HTML, "text/turtle", "application/n-triples", "text/csv", "text/plain")
_SOLUTIONS = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
_GRAPHS = (
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/n-quads",
    "application/trig",
)
_OWN_PARAMETERS = ("lang", "format")


class Service:
    """What the addresses share.

    :param settings: the settings of the deployment.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.network = Network(settings.directory, settings.base, settings.engine)
        self.library = Library(resources.directory("queries"), self.network.base)
        self.readers = Readers(self.network.store_directory, settings.readers, settings.query_limits)
        self.checkers = Workers(
            "lcgraph.publishing.check_process", settings.checkers, settings.check_memory_mb * MEGABYTE, spare=0
        )

    @property
    def answerer(self) -> Answerer:
        """Answers questions, with the cities that are known now."""
        return Answerer(self.library, self.readers, self.network.framework)

    def start(self) -> None:
        """Starts the processes that queries and checks run in."""
        self.readers.start()
        self.checkers.start()

    def close(self) -> None:
        """Ends them."""
        self.readers.close()
        self.checkers.close()


def language_of(request: Request) -> str:
    """The language of an answer: by ``?lang=``, else by ``Accept-Language``.

    :raises ParameterError: if ``lang`` names a language that there is not.
    """
    given = request.query_params.get("lang", "")
    if not given:
        return choose_language(request.headers.get("accept-language"))
    if given not in languages():
        raise ParameterError(
            Text("“{found}” is not a language that answers come in.", found=given[:40]),
            parameter="lang",
            allowed=languages(),
            remedy=Text("Write one of {codes}.", codes=list(languages())),
        )
    return given


def media_type_for(request: Request, offered: tuple[str, ...]) -> str:
    """The format of an answer: by ``?format=``, else by ``Accept``."""
    return wanted(request.query_params.get("format"), request.headers.get("accept"), offered)


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(service.start)
        yield
        await run_in_threadpool(service.close)

    app = FastAPI(
        title="lcgraph",
        summary="The knowledge graph of learning cities",
        version=lcgraph.__version__,
        lifespan=lifespan,
        docs_url=None,  # the pages of FastAPI load scripts from another host
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.service = service
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    _add_errors(app)
    _add_headers(app)
    _add_questions(app, service)
    _add_sparql(app, service)
    _add_checks(app, service)
    _add_pages(app, service)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(LcgraphError)
    async def _(request: Request, error: LcgraphError) -> Response:
        return problems.problem(error, choose_language(request.headers.get("accept-language")))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        language = choose_language(request.headers.get("accept-language"))
        return problems.plain_problem(error.status_code, language, error.headers)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, _: RequestValidationError) -> Response:
        return problems.plain_problem(422, choose_language(request.headers.get("accept-language")))


def _add_headers(app: FastAPI) -> None:
    """Headers that make a browser do no more than it has to, and let scripts of others read."""

    @app.middleware("http")
    async def _(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Access-Control-Allow-Origin"] = "*"  # without credentials: there are none
        headers["Vary"] = "Accept, Accept-Language"
        if headers.get("content-type", "").startswith(HTML):
            headers["Content-Security-Policy"] = (
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            )
        return response


# questions


def _add_questions(app: FastAPI, service: Service) -> None:
    @app.get("/questions", summary="The questions that can be asked", tags=["questions"])
    def list_questions(request: Request) -> Response:
        language = language_of(request)
        listed = [_described(question, service, language) for question in service.library]
        if media_type_for(request, (_JSON, HTML)) == HTML:
            return pages.questions(request, language, listed)
        return _json({"questions": listed}, language)

    for question in service.library:
        app.add_api_route(
            f"/questions/{question.name}",
            _answering(question.name, service),
            methods=["GET"],
            summary=question.head.title.en,
            description=question.head.description.en,
            tags=[question.group],
            name=question.name,
            openapi_extra={"parameters": _openapi_parameters(question, service)},
        )

    @app.get("/questions/{name}", include_in_schema=False)
    def no_such_question(name: str) -> Response:
        service.answerer.question(name)  # says which ones come near
        raise AssertionError(name)

    for path, name in (("/cities", "cities"), ("/commitments", "commitments")):
        app.add_api_route(
            path,
            _answering(name, service),
            methods=["GET"],
            name=f"{name}-list",
            summary=f"The {name}",
            tags=["questions"],
        )


def _answering(name: str, service: Service) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        question = service.answerer.question(name)
        language = language_of(request)
        offered = _ANSWER_FORMATS if question.head.graph else _TABLES
        media_type = media_type_for(request, offered)
        given = {key: value for key, value in request.query_params.items() if key not in _OWN_PARAMETERS}
        if media_type == HTML:
            return pages.answer(service, request, language, question, given)
        if media_type in (_JSON, "text/csv"):
            return _table(service.answerer.ask(name, given, language), media_type, language)
        body = service.answerer.graph(name, given, language, media_type)
        return Response(body, headers={"Content-Language": language}, media_type=media_type)

    return answer


def _table(answer: Answer, media_type: str, language: str) -> Response:
    headers = {"Content-Language": language}
    if media_type == _JSON:
        return Response(answer.json(), headers=headers, media_type=_JSON)
    headers["Content-Disposition"] = f'inline; filename="{answer.question.name}.csv"'
    return Response(answer.csv(), headers=headers, media_type="text/csv; charset=utf-8; header=present")


def _described(question: Question, service: Service, language: str) -> dict[str, Any]:
    head = question.head
    described_parameters = []
    for name, parameter in head.parameters.items():
        allowed = parameters.allowed(parameter, service.network.framework)
        described: dict[str, Any] = {
            "name": name,
            "type": parameter.type,
            "required": parameter.required,
            "description": pick(parameter.description.labels(), language),
            "example": parameter.example,
            "allowed": list(allowed) if allowed is not None else None,
        }
        if parameter.type == "city":
            described["allowed_at"] = "/cities"
        described_parameters.append(described)
    return {
        "name": question.name,
        "group": question.group,
        "titles": head.title.labels(),
        "title": pick(head.title.labels(), language),
        "description": pick(head.description.labels(), language),
        "parameters": described_parameters,
        "columns": [{"name": name, "label": pick(c.labels(), language)} for name, c in head.columns.items()],
        "formats": list(_ANSWER_FORMATS if head.graph else _TABLES),
        "address": f"/questions/{question.name}",
        "example": _example(question),
    }


def _example(question: Question) -> str:
    pairs = "&".join(f"{name}={p.example}" for name, p in question.head.parameters.items() if p.required)
    return f"/questions/{question.name}" + (f"?{pairs}" if pairs else "")


def _openapi_parameters(question: Question, service: Service) -> list[dict[str, Any]]:
    listed = []
    for name, parameter in question.head.parameters.items():
        schema: dict[str, Any] = {"type": "integer" if parameter.type in ("year", "integer") else "string"}
        allowed = parameters.allowed(parameter, service.network.framework)
        if allowed is not None and parameter.type != "city":
            schema["enum"] = list(allowed)
        listed.append(
            {
                "name": name,
                "in": "query",
                "required": parameter.required,
                "description": parameter.description.en,
                "schema": schema,
                "example": parameter.example,
            }
        )
    listed.append(
        {
            "name": "lang",
            "in": "query",
            "required": False,
            "description": "language of labels and notes",
            "schema": {"type": "string", "enum": list(languages())},
        }
    )
    return listed


# SPARQL


def _add_sparql(app: FastAPI, service: Service) -> None:
    async def endpoint(request: Request) -> Response:
        language = language_of(request)
        query, default, named = await _protocol(request)
        if query is None:
            if media_type_for(request, ("application/sparql-results+json", HTML)) == HTML:
                return await run_in_threadpool(pages.sparql, service, request, language)
            raise QueryError(
                Text("No query was given."), remedy=Text("Give it as “query”, by GET or POST (SPARQL 1.1 Protocol).")
            )
        sparql.refuse(query)
        is_graph = sparql.form(query) in ("CONSTRUCT", "DESCRIBE")
        media_type = media_type_for(request, _GRAPHS if is_graph else _SOLUTIONS)
        result = await run_in_threadpool(
            service.readers.run,
            query,
            solutions=media_type if not is_graph else _SOLUTIONS[0],
            graph=media_type if is_graph else _GRAPHS[0],
            default_graphs=default,
            named_graphs=named,
        )
        return Response(result.body, media_type=result.media_type)

    for method in ("GET", "POST"):
        app.add_api_route(
            "/sparql",
            endpoint,
            methods=[method],
            name=f"sparql-{method.lower()}",
            summary="The SPARQL 1.1 endpoint, for queries",
            tags=["sparql"],
            openapi_extra={
                "parameters": [
                    {
                        "name": "query",
                        "in": "query",
                        "required": False,
                        "description": "the query; with POST it may stand in a form or be the body",
                        "schema": {"type": "string"},
                        "example": "ASK { ?city a lc:City }",
                    }
                ]
            },
        )


async def _protocol(request: Request) -> tuple[str | None, tuple[str, ...], tuple[str, ...]]:
    """Query, default graphs and named graphs by the SPARQL 1.1 Protocol."""
    values = list(request.query_params.multi_items())
    query: str | None = None
    if request.method == "POST":
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type == "application/sparql-query":
            try:
                query = (await request.body()).decode("utf-8")
            except UnicodeDecodeError as error:
                raise QueryError(Text("The query is not in UTF-8.")) from error
        elif content_type == "application/x-www-form-urlencoded":
            form = await request.form()
            values += [(key, value) for key, value in form.multi_items() if isinstance(value, str)]
        elif content_type == "application/sparql-update":
            sparql.refuse("INSERT")
        else:
            raise HTTPException(415)
    if any(key == "update" for key, _ in values):
        sparql.refuse("INSERT")
    queries = [value for key, value in values if key == "query"]
    if len(queries) + (query is not None) > 1:
        raise QueryError(Text("There is more than one query."), remedy=Text("Give one at a time."))
    default = tuple(value for key, value in values if key == "default-graph-uri")
    named = tuple(value for key, value in values if key == "named-graph-uri")
    return query if query is not None else next(iter(queries), None), default, named


# checks


def _add_checks(app: FastAPI, service: Service) -> None:
    @app.post(
        "/checks",
        summary="Check a submission; nothing of it is kept",
        tags=["checks"],
        openapi_extra={
            "parameters": [
                {
                    "name": "name",
                    "in": "query",
                    "required": False,
                    "description": "name of the file, where it is the whole body",
                    "schema": {"type": "string"},
                    "example": "cork.xlsx",
                }
            ],
            "requestBody": {
                "content": {
                    "multipart/form-data": {
                        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
                    },
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                }
            },
        },
    )
    async def check(request: Request) -> Response:
        language = language_of(request)
        media_type = media_type_for(request, _REPORTS)
        name, data = await _upload(request, service.settings.upload_mb * MEGABYTE)
        ask_for = _JSON if media_type == HTML else media_type
        body, conforms = await run_in_threadpool(_checked, service, name, data, ask_for, language)
        if media_type == HTML:
            return await run_in_threadpool(pages.report, request, language, body)
        headers = {"Content-Language": language, "Cache-Control": "no-store", "Lcgraph-Conforms": str(conforms).lower()}
        return Response(body, headers=headers, media_type=media_type)


def _checked(service: Service, name: str, data: bytes, media_type: str, language: str) -> tuple[bytes, bool]:
    settings = service.settings
    request = CheckRequest(
        str(service.network.directory.absolute()), service.network.base, name, data, media_type, language
    )
    try:
        ended = service.checkers.run(request, settings.check_seconds, settings.queue)
    except Died as error:
        raise FileTooLarge(
            Text(
                "The file {file} needed more than {limit} MB of memory to read.",
                file=name,
                limit=settings.check_memory_mb,
            ),
            remedy=Text("Hand in one submission at a time, without pictures and other attachments."),
        ) from error
    if ended.said["ok"]:
        return ended.body, bool(ended.said["conforms"])
    kind = {"FileTooLarge": FileTooLarge, "UnreadableFile": UnreadableFile}.get(ended.said["error"], InputError)
    raise _told_again(kind, ended.said["told"])


def _told_again(kind: type[LcgraphError], told: dict[str, dict[str, str]]) -> LcgraphError:
    """The error that a worker told, in all its languages."""

    def part(name: str) -> Text | None:
        by_language = {language: parts[name] for language, parts in told.items() if name in parts}
        return Text("{text}", text=by_language) if by_language else None

    return kind(
        part("message") or Text("{text}", text=kind.__name__),
        where=part("where"),
        expected=part("expected"),
        remedy=part("remedy"),
    )


async def _upload(request: Request, limit: int) -> tuple[str, bytes]:
    """The file of a request; one that is too large is not read whole."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit + 100_000:
        raise _too_large(limit)
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        async with request.form(max_files=1, max_fields=4) as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                raise InputError(
                    Text("No file was sent."), remedy=Text("Send it as “file” in a form, or as the body with ?name=.")
                )
            data = await file.read(limit + 1)
            name = file.filename or ""
    else:
        name, chunks, size = request.query_params.get("name", ""), [], 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            chunks.append(chunk)
        data = b"".join(chunks)
        if not name:
            raise InputError(
                Text("Nothing says what the file is called."),
                remedy=Text("Send it as “file” in a form, or as the body with ?name=."),
            )
    if len(data) > limit:
        raise _too_large(limit)
    return name, data


def _too_large(limit: int) -> FileTooLarge:
    return FileTooLarge(
        Text("The file is larger than {limit} MB.", limit=limit // MEGABYTE),
        remedy=Text("Hand in one submission at a time, without pictures and other attachments."),
    )


# pages and the rest


def _add_pages(app: FastAPI, service: Service) -> None:
    @app.get("/health", summary="Whether the service answers, and from which state", tags=["service"])
    def health() -> JSONResponse:
        checkpoint = newest(service.network.store_directory)
        return JSONResponse(
            {"status": "ok" if checkpoint else "empty", "version": lcgraph.__version__, "checkpoint": checkpoint},
            headers={"Cache-Control": "no-store"},
        )

    @app.get("/", include_in_schema=False)
    def start(request: Request) -> Response:
        return pages.start(service, request, language_of(request))


def _json(content: object, language: str) -> JSONResponse:
    return JSONResponse(content, headers={"Content-Language": language})
