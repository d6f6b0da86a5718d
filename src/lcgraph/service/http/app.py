"""The HTTP service: addresses to what answers them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles

import lcgraph
from lcgraph.errors import (
    FileTooLarge,
    InputError,
    LcgraphError,
    ParameterError,
)
from lcgraph.language import Text, choose_language
from lcgraph.processes import MEGABYTE
from lcgraph.publishing.check_many import run_check
from lcgraph.publishing.check_process import CheckRequest
from lcgraph.publishing.claims import Claim, edition_of
from lcgraph.publishing.forms import city_of, filled_form, form, form_name
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import MEDIA_TYPES
from lcgraph.service.http import (
    bodies,
    dumps,
    endpoint,
    explanations,
    graph_store,
    linked_data,
    openapi,
    pages,
    plain_words,
    problem_kinds,
    problems,
    questions,
)
from lcgraph.service.http.below import Below
from lcgraph.service.http.departures import Departures
from lcgraph.service.http.headers import Compression, Headers, always
from lcgraph.service.http.negotiation import NotAcceptable, choose
from lcgraph.service.http.service import Service, accept_of, language_of, media_type_for
from lcgraph.service.mcp import server as mcp
from lcgraph.service.settings import Settings

HTML = "text/html"
_JSON = "application/json"
_PAPER = "application/pdf"
_REPORTS = (
    _JSON,
    HTML,
    "text/turtle",
    "application/n-triples",
    "text/csv",
    "text/plain",
    _PAPER,
    MEDIA_TYPES["xlsx"],
)


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application."""
    service = Service(settings)
    tools = mcp.http_app(service)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Who waits for a reader waits in a thread; there must be threads left for those who do not.
        to_thread.current_default_thread_limiter().total_tokens = service.threads
        await run_in_threadpool(service.start)
        async with tools.router.lifespan_context(tools):
            yield
        await run_in_threadpool(service.close)

    app = FastAPI(
        title="lcgraph",
        summary=str(Text("The knowledge graph of learning cities")),
        version=lcgraph.__version__,
        lifespan=lifespan,
        openapi_url=None,  # it comes in languages
        docs_url=None,  # the pages of FastAPI load scripts from another host
        redoc_url=None,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.service = service
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    _add_errors(app)
    app.add_middleware(Compression)
    app.add_middleware(Departures)
    app.add_middleware(Headers)
    app.add_middleware(Below, path=settings.root_path)  # outermost: the last that is added
    questions.add(app, service)
    plain_words.add(app, service)
    explanations.add(app, service)
    endpoint.add(app, service)
    graph_store.add(app, service)
    _add_checks(app, service)
    _add_template(app, service)
    _add_pages(app, service)
    dumps.add(app, service)
    problem_kinds.add(app)
    app.router.routes += tools.routes
    linked_data.add(app, service)
    return app


def _add_errors(app: FastAPI) -> None:
    def respond(request: Request, problem: problems.Problem) -> Response:
        if _is_for_a_browser(request):
            return pages.problem(request, problem)
        return problem.response()

    @app.exception_handler(LcgraphError)
    async def _(request: Request, error: LcgraphError) -> Response:
        return respond(request, problems.of_error(error, _language_of_error(request)))

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else error.headers
        return respond(request, problems.of_status(error.status_code, _language_of_error(request), headers))

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, _: RequestValidationError) -> Response:
        return respond(request, problems.of_status(422, _language_of_error(request)))

    @app.exception_handler(Exception)
    async def _(request: Request, _: Exception) -> Response:
        # the server writes the traceback to its own log; a stranger learns nothing of the inside
        response = respond(request, problems.of_status(500, _language_of_error(request)))
        always(response.headers)
        return response


def _allowed(request: Request) -> str:
    """The methods that an address takes, for the header ``Allow``."""
    methods: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= set(getattr(route, "methods", None) or ["GET"])
    methods = methods or {"GET"}  # no route leads to the things of the graph, which are read only
    return ", ".join(sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])}))


def _language_of_error(request: Request) -> str:
    try:
        return language_of(request)
    except ParameterError:
        return choose_language(request.headers.get("accept-language"))


def _is_for_a_browser(request: Request) -> bool:
    """Whether a page is liked better than a problem document: browsers name HTML first, programs do not."""
    if request.query_params.get("format"):
        return False
    try:
        return choose(accept_of(request), (problems.PROBLEM, _JSON, HTML)) == HTML
    except NotAcceptable:
        return False


# checks


def _add_checks(app: FastAPI, service: Service) -> None:
    @app.post(
        "/checks",
        summary=str(Text("Check a submission; nothing of it is kept")),
        tags=["checks"],
        responses=openapi.responses(_REPORTS, 400, 406, 413, 422, 503),
        openapi_extra=openapi.FILE,
    )
    async def check(request: Request) -> Response:
        language = language_of(request)
        media_type = media_type_for(request, _REPORTS)
        claim = await run_in_threadpool(_claim, request, service.network)
        name, data = await _upload(request, service.settings.upload_mb * MEGABYTE)
        ask_for = _JSON if media_type == HTML else media_type
        body, conforms = await run_in_threadpool(_checked, service, name, data, ask_for, language, claim)
        if media_type == HTML:
            return await run_in_threadpool(pages.report, request, language, body)
        headers = {"Content-Language": language, "Cache-Control": "no-store", "Lcgraph-Conforms": str(conforms).lower()}
        if media_type == MEDIA_TYPES["xlsx"]:
            headers["Content-Disposition"] = 'attachment; filename="report.xlsx"'
        elif media_type == _PAPER:
            headers["Content-Disposition"] = 'inline; filename="report.pdf"'
        return Response(body, headers=headers, media_type=media_type)


def _checked(
    service: Service, name: str, data: bytes, media_type: str, language: str, claim: Claim
) -> tuple[bytes, bool]:
    settings = service.settings
    request = CheckRequest(
        str(service.network.directory.absolute()),
        service.network.base,
        name,
        data,
        media_type,
        language,
        settings.engine,
        claim,
    )
    memory = settings.check_memory_mb * MEGABYTE
    ended = run_check(service.checkers, request, settings.check_seconds, memory, settings.queue)
    return ended.body, bool(ended.said["conforms"])


def _claim(request: Request, network: Network) -> Claim:
    """For which city and year, and under which edition, a file is handed in: ``?city=``, ``?year=``, ``?edition=``."""
    city, edition = (request.query_params.get(name, "").strip() for name in ("city", "edition"))
    return Claim(
        city_of(network, city).iri if city else "",
        _year(request, "year"),
        edition_of(network.framework, edition).iri if edition else "",
    )


def _year(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise ParameterError(
            Text("“{found}” is not a value of “{name}”.", found=text[:80], name=name),
            parameter=name,
            remedy=Text("Write a whole number such as {example}.", example=2024),
        )
    return int(text)


async def _upload(request: Request, limit: int) -> tuple[str, bytes]:
    """The file of a request, in memory alone; one that is too large is not read whole."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        file = await bodies.file_of_form(request, limit, _too_large)
        if file is None:
            raise InputError(
                Text("No file was sent."), remedy=Text("Send it as “file” in a form, or as the body with ?name=.")
            )
        return file
    name = request.query_params.get("name", "")
    data = await bodies.whole(request, limit, _too_large)
    if not name:
        raise InputError(
            Text("Nothing says what the file is called."),
            remedy=Text("Send it as “file” in a form, or as the body with ?name=."),
        )
    return name, data


def _too_large(limit: int) -> FileTooLarge:
    return FileTooLarge(
        Text("The file is larger than {limit} MB.", limit=limit // MEGABYTE),
        remedy=Text("Hand in one submission at a time, without pictures and other attachments."),
    )


# the form


def _add_template(app: FastAPI, service: Service) -> None:
    @app.get(
        "/template",
        summary=str(Text("The form of a city: the workbook that its officer fills in")),
        tags=["checks"],
        responses=openapi.responses((MEDIA_TYPES["xlsx"],), 404, 422),
        openapi_extra={"parameters": openapi.FORM},
    )
    def template(request: Request) -> Response:
        language = language_of(request)
        given = questions.given_in(request, ("lang", "format"))
        for name in given:
            if name not in openapi.FORM_PARAMETERS:
                raise ParameterError(
                    Text("A form has no parameter “{name}”.", name=name[:80]),
                    parameter=name,
                    allowed=openapi.FORM_PARAMETERS,
                    remedy=Text("Its parameters are: {names}.", names=list(openapi.FORM_PARAMETERS)),
                )
        city, year = given.get("city", "").strip(), _year(request, "year")
        for name, value, example in (("city", city, "ie-cork"), ("year", year, "2024")):
            if not value:
                raise ParameterError(
                    Text("A form needs the parameter “{name}”.", name=name),
                    parameter=name,
                    remedy=Text("Give it, as in {name}={example}.", name=name, example=example),
                )
        assert year is not None
        filled = given.get("published", "").strip().lower()
        if filled not in ("", "true", "false"):
            raise ParameterError(
                Text("“{found}” is not a value of “{name}”.", found=filled[:80], name="published"),
                parameter="published",
                allowed=("true", "false"),
                remedy=Text("Write one of {codes}.", codes=["true", "false"]),
            )
        make = filled_form if filled == "true" else form
        body = make(service.network, city, year, language, since=_year(request, "since"))
        name = form_name(service.network, city, year)
        headers = {
            "Content-Language": language,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-cache",
        }
        return Response(body, headers=headers, media_type=MEDIA_TYPES["xlsx"])


# pages and the rest


def _add_pages(app: FastAPI, service: Service) -> None:
    @app.get(
        "/health",
        summary=str(Text("Whether the service answers, and from which state")),
        tags=["service"],
        responses=openapi.responses((_JSON,)),
    )
    async def health() -> JSONResponse:  # not in a thread: it answers however many wait
        store = service.network.store
        checkpoint = await run_in_threadpool(store.state) if store.at_a_server else store.state()
        running, waiting = map(sum, zip(service.readers.busy(), service.own_readers.busy(), strict=True))
        return JSONResponse(
            {
                "status": "ok" if checkpoint else "empty",
                "version": lcgraph.__version__,
                "checkpoint": checkpoint,
                "queries": {"running": running, "waiting": waiting},
            },
            headers={"Cache-Control": "no-store"},
        )

    @app.get("/openapi.json", include_in_schema=False)
    def described(request: Request) -> JSONResponse:
        language = language_of(request)
        return _json(openapi.in_language(app.openapi(), language, service.library), language)

    @app.get("/", include_in_schema=False)
    def start(request: Request) -> Response:
        return pages.start(service, request, language_of(request))


def _json(content: object, language: str) -> JSONResponse:
    return JSONResponse(content, headers={"Content-Language": language})
