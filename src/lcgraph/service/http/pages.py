"""Pages for people, rendered on the server; they work without script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from lcgraph.asking import parameters
from lcgraph.asking.answer import Answer
from lcgraph.asking.question import Question
from lcgraph.errors import LcgraphError, LimitExceeded, ParameterError, StoreError
from lcgraph.language import Text, languages, pick
from lcgraph.service.http.problems import Problem, status_of
from lcgraph.service.http.table import table
from lcgraph.service.http.temple import temple

if TYPE_CHECKING:
    from lcgraph.service.http.service import Service

_SHOWN_ROWS = 500
_LIVE_ROWS = 6
_LIVE_COLUMNS = frozenset(
    [
        "commitment_code",
        "commitment_label",
        "action_code",
        "action_label",
        "figure",
        "year",
        "value",
        "unit",
        "match",
        "source",
        "file",
        "sheet",
        "line",
        "cell",
    ]
)
LANGUAGE_NAMES = {"en": "English", "zh": "中文"}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(name: str, request: Request, language: str, status: int = 200, **values: object) -> Response:
    """A page from its template.

    :param values: what the template shows.
    """

    def say(template: str, **given: object) -> str:
        return Text(template, **given).to(language)

    root = request.scope.get("root_path", "")
    others = [(tag, LANGUAGE_NAMES.get(tag, tag), _with(request, lang=tag)) for tag in languages() if tag != language]
    html = (
        _environment()
        .get_template(name)
        .render(_=say, lang=language, others=others, root=root, path=request.scope["path"].removeprefix(root), **values)
    )
    headers = {"Content-Language": language, "Cache-Control": "no-cache"}
    return Response(html, status, headers, "text/html; charset=utf-8")


def _with(request: Request, **changed: str) -> str:
    """The address of this page with other parameters; of the start page where this one cannot be asked for again."""
    if request.method == "POST":
        return f"{request.scope.get('root_path', '')}/?{urlencode(changed)}"
    pairs = {key: value for key, value in request.query_params.items() if value} | changed
    return f"/{quote(request.scope['path'].lstrip('/'))}?{urlencode(pairs)}"


def start(service: Service, request: Request, language: str) -> Response:
    """The start page: what this is, the temple, the cities, the questions, one live answer."""
    framework = service.network.framework
    try:
        cities = service.answerer.ask("cities", {}, language).rows
    except StoreError:
        cities = ()
    reporting = [row for row in cities if row["submissions"]]
    by_country: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(cities, key=lambda row: (str(row["country_label"] or ""), str(row["label"] or ""))):
        by_country.setdefault(str(row["country_label"] or ""), []).append(row)
    live, live_city = None, None
    if reporting:
        live_city = next((row for row in reporting if row["code"] == "ie-cork"), reporting[0])
        with suppress(LimitExceeded):  # the page is more than this answer
            live = service.answerer.ask("city-commitments", {"city": str(live_city["code"])}, language)
    return page(
        "start.html",
        request,
        language,
        temple=temple(framework, language),
        edition=framework.edition(),
        pick=lambda labels: pick(labels, language),
        counts={
            "commitments": len(framework.commitments),
            "actions": len(framework.actions),
            "areas": len(framework.edition().areas),
            "features": len(framework.edition().features),
            "measures": len(framework.edition().measures),
            "cells": len(framework.edition().cells),
        },
        by_country=by_country,
        last_year=service.network.today.year - 1,
        n_cities=len(cities),
        n_reporting=len(reporting),
        n_submissions=sum(int(str(row["submissions"])) for row in cities),
        groups=[
            (group, pick(service.library.group_title(group), language), list(those))
            for group, those in groupby(service.library, key=attrgetter("group"))
        ],
        example=_example_address,
        live_city=live_city,
        live_table=table(live, live.rows[:_LIVE_ROWS], _LIVE_COLUMNS) if live else None,
    )


def questions(request: Request, language: str, listed: list[dict[str, Any]]) -> Response:
    """The list of questions."""
    groups = {group: list(those) for group, those in groupby(listed, key=itemgetter("group"))}
    return page("questions.html", request, language, groups=groups)


def answer(service: Service, request: Request, language: str, question: Question, given: Mapping[str, str]) -> Response:
    """A question with a form for its parameters, and its answer once they are given."""
    framework = service.network.framework
    found: Answer | None = None
    error: LcgraphError | None = None
    status = 200
    asked = any(given.values()) or not any(p.required for p in question.head.parameters.values())
    if asked:
        try:
            found = service.answerer.ask(question.name, given, language)
        except LcgraphError as trouble:
            error, status = trouble, status_of(trouble)
    fields = []
    for name, parameter in question.head.parameters.items():
        register = parameters.register_of(parameter, framework)
        options = (
            [(item.code, pick(item.label, language)) for item in register]
            if register is not None and len(register) <= parameters.FEW + 20
            else None
        )
        fields.append(
            {
                "name": name,
                "about": pick(parameter.description.labels(), language),
                "required": parameter.required,
                "example": parameter.example,
                "value": given.get(name, ""),
                "options": options,
                "wrong": isinstance(error, ParameterError) and error.parameter == name,
            }
        )
    formats = [("JSON", "json"), ("CSV", "csv"), ("XLSX", "xlsx"), ("Parquet", "parquet")]
    if question.head.graph:
        formats += [("Turtle", "ttl"), ("N-Triples", "nt"), ("JSON-LD", "jsonld")]
    return page(
        "answer.html",
        request,
        language,
        status,
        question=question,
        title=pick(question.head.title.labels(), language),
        description=pick(question.head.description.labels(), language),
        fields=fields,
        found=found,
        table=table(found, found.rows[:_SHOWN_ROWS]) if found else None,
        hidden=max(len(found.rows) - _SHOWN_ROWS, 0) if found else 0,
        error=error.told(language) if error else None,
        formats=[(label, _with(request, format=short, lang=language)) for label, short in formats],
        query=question.query.strip(),
        form=_form_of(service, language, given.get("city", "")),
    )


def _form_of(service: Service, language: str, text: str) -> Mapping[str, object] | None:
    """Where a city that a question was about gets its form."""
    city = service.network.framework.cities.find(text) if text.strip() else None
    if city is None:
        return None
    year = service.network.today.year - 1
    address = f"/template?{urlencode({'city': city.code, 'year': year, 'lang': language})}"
    return {"address": address, "city": pick(city.label, language), "year": year}


def sparql(service: Service, request: Request, language: str) -> Response:
    """A plain form for a SPARQL query, with the questions of the library as examples."""
    return page(
        "sparql.html",
        request,
        language,
        questions=[q for q in service.library if not any(p.required for p in q.head.parameters.values())],
        seconds=f"{service.settings.query_seconds:g}",
        megabytes=service.settings.result_mb,
        services=service.settings.allowed_services,
        pick=lambda labels: pick(labels, language),
    )


def report(request: Request, language: str, body: bytes) -> Response:
    """What the check of a file found."""
    return page("report.html", request, language, report=json.loads(body))


def problem(request: Request, told: Problem) -> Response:
    """An error, for those who came with a browser."""
    response = page("problem.html", request, told.language, told.status, problem=told)
    response.headers.update({"Cache-Control": "no-store", **told.headers})
    return response


def _example_address(question: Question, language: str) -> str:
    pairs = {name: p.example for name, p in question.head.parameters.items() if p.required}
    return f"/questions/{question.name}?{urlencode(pairs | {'lang': language})}"
