"""The addresses of the questions: what there is to ask, each answer in its forms, and the schema of each."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lcgraph.asking import forms, parameters, schema
from lcgraph.asking.forms import CSV, JSON, written
from lcgraph.asking.parts import part
from lcgraph.asking.question import Question
from lcgraph.errors import ParameterError
from lcgraph.language import Text, pick
from lcgraph.service.http import openapi, pages
from lcgraph.service.http.headers import takes_gzip
from lcgraph.service.http.linked_data import is_known
from lcgraph.service.http.service import Service, language_of, media_type_for

HTML = "text/html"
_OWN_PARAMETERS = ("lang", "format", "limit", "cursor")
_WORTH_PACKING = 1024
_PACKED = frozenset([forms.XLSX, forms.PARQUET])
"""These are compressed already."""


def add(app: FastAPI, service: Service) -> None:
    """Adds the addresses to the service."""

    @app.get(
        "/questions",
        summary=str(Text("The questions that can be asked")),
        tags=["questions"],
        responses=openapi.responses((JSON, HTML), 406, 422),
        openapi_extra={"parameters": openapi.OWN_PARAMETERS},
    )
    def list_questions(request: Request) -> Response:
        language = language_of(request)
        listed = [_described(question, service, language) for question in service.library]
        if media_type_for(request, (JSON, HTML)) == HTML:
            return pages.questions(request, language, listed)
        return JSONResponse({"questions": listed}, headers={"Content-Language": language})

    for question in service.library:
        _add(app, service, question, f"/questions/{question.name}", question.group, question.name)

    @app.get("/questions/{name}", include_in_schema=False)
    def no_such_question(name: str) -> Response:
        service.answerer.question(name)  # says which ones come near
        raise AssertionError(name)

    @app.get(
        "/questions/{name}/schema",
        summary=str(Text("The JSON Schema of the answers to a question")),
        tags=["questions"],
        responses=openapi.responses((schema.MEDIA_TYPE,), 404, 422),
        openapi_extra={"parameters": [openapi.name_of_question(service.library), openapi.OWN_PARAMETERS[0]]},
    )
    def schema_of(request: Request) -> Response:  # its name is described above; FastAPI would describe it again
        language = language_of(request)
        question = service.answerer.question(request.path_params["name"])
        said = {
            "$schema": schema.DIALECT,
            "$id": str(request.url.replace(query="")),
            **schema.schema(question, language),
        }
        body = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
        headers = {"Content-Language": language, "Cache-Control": "no-cache"}
        return Response(body, headers=headers, media_type=schema.MEDIA_TYPE)

    for path, name in (("/cities", "cities"), ("/commitments", "commitments")):
        _add(app, service, service.answerer.question(name), path, "questions", f"{name}-list")


def _add(app: FastAPI, service: Service, question: Question, path: str, tag: str, name: str) -> None:
    app.add_api_route(
        path,
        _answering(question.name, service),
        methods=["GET"],
        summary=question.head.title.en,
        description=question.head.description.en,
        tags=[tag],
        name=name,
        responses=openapi.answers(question, offered(question), 406, 410, 413, 422, 503),
        openapi_extra={"parameters": openapi.question_parameters(question, service.network.framework)},
    )


def offered(question: Question) -> tuple[str, ...]:
    """The media types that the address of a question answers in."""
    first, *others = forms.offered(question)
    return (first, HTML, *others)


def _answering(name: str, service: Service) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        answerer = service.answerer
        question = answerer.question(name)
        language = language_of(request)
        media_type = media_type_for(request, offered(question))
        given = given_in(request, _OWN_PARAMETERS)
        if media_type == HTML:
            return pages.answer(service, request, language, question, given)
        wanted = part(request.query_params.get("limit", "").strip(), request.query_params.get("cursor", "").strip())
        asked = answerer.asked(name, given, language, wanted)
        tag = asked.tag(media_type)
        if tag and is_known(request, f'"{tag}"'):
            return Response(status_code=304, headers=_headers(question, media_type, language, tag))
        packed = media_type not in _PACKED and takes_gzip(request.headers)
        kept = service.kept.get((tag, packed)) if tag else None
        if kept is None:
            found = written(answerer, asked, media_type)
            tag = found.asked.tag(media_type)
            body = found.body
            packed = packed and len(body) > _WORTH_PACKING
            if packed:
                body = gzip.compress(body, 4, mtime=0)
            kept = body, json.dumps([found.checkpoint, found.next, packed])
            if tag:
                service.kept.put((tag, media_type not in _PACKED and takes_gzip(request.headers)), *kept)
        checkpoint, further, packed = json.loads(kept[1])
        headers = _headers(question, media_type, language, tag)
        headers["Lcgraph-Checkpoint"] = checkpoint
        if packed:
            headers["Content-Encoding"] = "gzip"
        if further:
            headers["Link"] = f'<{_further(request, further)}>; rel="next"'
        content_type = "text/csv; charset=utf-8; header=present" if media_type == CSV else media_type
        return Response(kept[0], headers=headers, media_type=content_type)

    return answer


def _headers(question: Question, media_type: str, language: str, tag: str) -> dict[str, str]:
    headers = {"Content-Language": language, "Cache-Control": "no-cache"}
    if tag:
        headers["ETag"] = f'"{tag}"'
    if media_type == CSV or media_type in _PACKED:
        how = "inline" if media_type == CSV else "attachment"
        headers["Content-Disposition"] = f'{how}; filename="{question.name}.{forms.EXTENSIONS[media_type]}"'
    return headers


def _further(request: Request, cursor: str) -> str:
    """The address of the part of an answer after this one."""
    pairs = {name: value for name, value in request.query_params.items() if value} | {"cursor": cursor}
    return f"/{quote(request.scope['path'].lstrip('/'))}?{urlencode(pairs)}"


def given_in(request: Request, besides: tuple[str, ...]) -> dict[str, str]:
    """The parameters of a request.

    :param besides: those that are left out.
    :raises ParameterError: if one is given more than once: which of its values counts, nobody can know.
    """
    given: dict[str, str] = {}
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name in seen and name not in ("lang", "format"):
            raise ParameterError(
                Text("The parameter “{name}” is given more than once.", name=name[:80]),
                parameter=name,
                remedy=Text("Ask for one value at a time."),
            )
        seen.add(name)
        if name not in besides:
            given[name] = value
    return given


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
        "group_title": pick(service.library.group_title(question.group), language),
        "titles": head.title.labels(),
        "title": pick(head.title.labels(), language),
        "description": pick(head.description.labels(), language),
        "parameters": described_parameters,
        "columns": [
            {"name": name, "label": pick(column.labels(), language), "type": column.type}
            for name, column in head.columns.items()
        ],
        "formats": list(offered(question)),
        "address": f"/questions/{question.name}",
        "schema": f"/questions/{question.name}/schema",
        "example": _example(question),
    }


def _example(question: Question) -> str:
    pairs = "&".join(f"{name}={p.example}" for name, p in question.head.parameters.items() if p.required)
    return f"/questions/{question.name}" + (f"?{pairs}" if pairs else "")
