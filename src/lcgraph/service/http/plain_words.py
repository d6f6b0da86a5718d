"""``/ask``: a question in plain words leads to the question of the library that it means, or to the nearest."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from lcgraph.asking.plain_words import MAX_LETTERS, Proposal, Understanding, understand
from lcgraph.errors import InputError, ParameterError
from lcgraph.language import Text, enumerate_in, pick
from lcgraph.service.http import openapi, pages
from lcgraph.service.http.negotiation import NotAcceptable
from lcgraph.service.http.service import Service, language_of, media_type_for

_HTML, _JSON = "text/html", "application/json"
_OWN = ("q", "lang")

_RESPONSES: dict[int | str, dict[str, Any]] = {
    **{
        status: said
        for status, said in openapi.responses((_JSON, _HTML), 422).items()
        if status != 200  # who asks nothing gets the page to ask at; who asks is led on
    },
    200: {"description": str(Text("A page to ask at")), "content": {_HTML: {"schema": {"type": "string"}}}},
    300: {
        "description": str(Text("It is not sure what is meant: the nearest questions")),
        "content": {_JSON: {"schema": {"type": "object"}}, _HTML: {"schema": {"type": "string"}}},
    },
    303: {
        "description": str(Text("The question or the explanation that is meant, with its parameters")),
        "headers": {"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
    },
}
_Q: dict[str, Any] = {
    "name": "q",
    "in": "query",
    "required": True,
    "description": str(Text("the question, in English or Chinese")),
    "schema": {"type": "string", "maxLength": MAX_LETTERS},
    "example": "Which commitments does Cork have evidence for?",
}


def add(app: FastAPI, service: Service) -> None:
    """Adds the address."""

    @app.get(
        "/ask",
        summary=str(Text("Ask a question in plain words")),
        tags=["questions"],
        status_code=303,
        response_class=Response,
        responses=_RESPONSES,
        openapi_extra={"parameters": [_Q, *openapi.OWN_PARAMETERS]},
    )
    def ask(request: Request) -> Response:
        given = request.query_params
        language = language_of(request)
        text = given.get("q", "")
        if not text.strip() and _wants_page(request):
            return _page(request, language, Understanding("", "", None))
        if len(given.getlist("q")) > 1:
            raise ParameterError(
                Text("The parameter “{name}” is given more than once.", name="q"),
                parameter="q",
                remedy=Text("Ask for one value at a time."),
            )
        found = understand(text, service.library, service.network.framework)
        if "lang" not in given:  # who asks in a language wants to be answered in it
            language = found.language or language
        more = {name: value for name, value in given.items() if name not in _OWN} | {"lang": language}
        if found.reasons is not None:  # which come whole
            address = found.reasons.address({name: more[name] for name in more if name not in ("limit", "cursor")})
        elif found.understood is not None:
            address = found.understood.address(more)
        else:
            return _offered(request, language, found)
        location = request.scope.get("root_path", "") + address
        return Response(status_code=303, headers={"Location": location, "Cache-Control": "no-cache"})


def _wants_page(request: Request) -> bool:
    try:
        return media_type_for(request, (_JSON, _HTML)) == _HTML
    except NotAcceptable:  # an answer comes in more formats than what is said of one that there is not
        return False


def _offered(request: Request, language: str, found: Understanding) -> Response:
    assert found.why is not None
    if _wants_page(request):
        return _page(request, language, found)
    if not found.offers:
        raise InputError(found.why, remedy=Text("See {address} for all questions.", address="/questions"))
    addresses = [proposal.address({"lang": language}) for proposal in found.offers]
    said = {
        "asked": found.text,
        "language": language,
        "detail": found.why.to(language),
        "refused": found.refused,
        "remedy": Text("Ask one of the nearest: {addresses}", addresses=addresses).to(language),
        "offers": [_described(proposal, language) for proposal in found.offers],
    }
    body = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    return Response(body, 300, {"Content-Language": language, "Cache-Control": "no-cache"}, _JSON)


def _page(request: Request, language: str, found: Understanding) -> Response:
    offers = [
        {
            "title": pick(proposal.question.head.title.labels(), language),
            "given": enumerate_in(proposal.named, language),
            "needs": enumerate_in(proposal.needs, language),
            "address": proposal.address({"lang": language}, examples=False),
            "command": proposal.command(),
        }
        for proposal in found.offers
    ]
    why = found.why.to(language) if found.why is not None else ""
    status = 200 if not why else 300 if offers else 422
    return pages.page("ask.html", request, language, status, asked=found.text, why=why, offers=offers)


def _described(proposal: Proposal, language: str) -> dict[str, object]:
    return {
        "question": proposal.question.name,
        "title": pick(proposal.question.head.title.labels(), language),
        "parameters": dict(proposal.given),
        "missing": list(proposal.missing),
        "address": proposal.address({"lang": language}),
        "command": proposal.command(),
    }
