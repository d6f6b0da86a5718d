"""The address of explanations: why a city has evidence for a commitment or an action, or what it lacks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from lcgraph.asking import explaining, explanation
from lcgraph.asking.explaining import QUESTION
from lcgraph.asking.explanation import Explanation
from lcgraph.errors import LcgraphError, ParameterError
from lcgraph.framework import context
from lcgraph.framework.items import Item
from lcgraph.language import Text, pick
from lcgraph.service.http import openapi, pages
from lcgraph.service.http.problems import status_of
from lcgraph.service.http.questions import given_in
from lcgraph.service.http.service import Service, language_of, media_type_for
from lcgraph.telling.forms import FORMS, written

_JSON, _HTML, _TEXT = "application/json", "text/html", "text/plain"
_OFFERED = (_JSON, _HTML, *FORMS.values(), _TEXT)


def add(app: FastAPI, service: Service) -> None:
    """Adds the address to the service."""
    question = service.answerer.question(QUESTION)

    @app.get(
        "/explanations",
        summary=str(Text("Why a city has evidence for a commitment or an action, or what it lacks for that")),
        tags=["questions"],
        responses=openapi.responses(_OFFERED, 406, 422, 503),
        openapi_extra={
            "parameters": [
                parameter
                for parameter in openapi.question_parameters(question, service.network.framework)
                if parameter["name"] not in ("limit", "cursor")  # an explanation comes whole
            ]
        },
    )
    def explain(request: Request) -> Response:
        language = language_of(request)
        media_type = media_type_for(request, _OFFERED)
        given = given_in(request, ("lang", "format"))
        if media_type == _HTML:
            return _page(service, request, language, given)
        found = explaining.explain(service.answerer, given, language)
        headers = {
            "Content-Language": language,
            "Cache-Control": "no-cache",
            "Lcgraph-Checkpoint": found.checkpoint,
        }
        return Response(_body(found, media_type, language), headers=headers, media_type=media_type)


def _body(found: Explanation, media_type: str, language: str) -> bytes:
    if media_type == _JSON:
        return json.dumps(found.as_json(language), ensure_ascii=False, indent=1).encode() + b"\n"
    if media_type == _TEXT:
        return found.text(language).encode()
    return written(found.triples(), media_type, found.base + context.PATH)


def _page(service: Service, request: Request, language: str, given: Mapping[str, str]) -> Response:
    """A form for what is to be explained, and the explanation once it is given."""
    found: Explanation | None = None
    error: LcgraphError | None = None
    status = 200
    if any(given.values()):
        try:
            found = explaining.explain(service.answerer, given, language)
        except LcgraphError as trouble:
            error, status = trouble, status_of(trouble)
    framework = service.network.framework
    asked = {name: value for name, value in given.items() if value}
    choices: list[tuple[str, Text, Iterable[Item]]] = [
        ("commitment", Text("a commitment"), framework.commitments),
        ("action", Text("or an action"), framework.actions),
        ("edition", Text("only this edition of the Key Features"), framework.editions),
    ]
    return pages.page(
        "explanation.html",
        request,
        language,
        status,
        found=found,
        error=error.told(language) if error else None,
        city=given.get("city", ""),
        wrong=error.parameter if isinstance(error, ParameterError) else "",
        choices=[
            (name, about.to(language), given.get(name, ""), [(item.code, pick(item.label, language)) for item in items])
            for name, about, items in choices
        ],
        formats=[
            (label, "/explanations?" + urlencode({**asked, "format": short, "lang": language}))
            for label, short in (("JSON", "json"), ("Turtle", "ttl"), ("JSON-LD", "jsonld"), (Text("Text"), "text"))
        ],
        tell=lambda text: text.to(language),
        pick=lambda labels: pick(labels, language),
        further=explanation.further,
        place=lambda evidence: explanation.place(evidence, language),
        proxy=lambda evidence: explanation.proxy(evidence, language),
        source=lambda evidence: explanation.source(evidence, language),
        declarations=explanation.declarations,
    )
