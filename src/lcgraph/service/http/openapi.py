"""What ``/openapi.json`` says beyond what FastAPI sees for itself: formats, errors, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lcgraph.asking import parameters
from lcgraph.asking.parts import MOST
from lcgraph.asking.question import Question
from lcgraph.asking.schema import schema
from lcgraph.framework.framework import Framework
from lcgraph.language import Labels, Text, languages, pick, translated
from lcgraph.service.http.problems import PROBLEM, title

_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": str(Text("what was found"))},
        "where": {"type": "string"},
        "expected": {"type": "string"},
        "remedy": {"type": "string", "description": str(Text("how to mend it"))},
        "parameter": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
        "limit": {"type": "string", "enum": ["deadline", "memory", "size", "rows", "queue"]},
    },
}


def responses(formats: tuple[str, ...], *errors: int) -> dict[int | str, dict[str, Any]]:
    """The responses of an address.

    :param formats: media types that the answer comes in.
    :param errors: statuses that it may have otherwise.
    """
    answer: dict[str, Any] = {
        media_type: {"schema": {} if media_type.endswith("json") else {"type": "string"}} for media_type in formats
    }
    said: dict[int | str, dict[str, Any]] = {200: {"description": str(Text("The whole answer")), "content": answer}}
    for status in errors:
        said[status] = {
            "description": str(title(status)),
            "content": {PROBLEM: {"schema": _PROBLEM_SCHEMA}},
        }
    return said


def _parameter(name: str, about: str, schema: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema, **more}


_TEXT: dict[str, Any] = {"type": "string"}
OWN_PARAMETERS = [
    _parameter(
        "lang", str(Text("language, in place of the header Accept-Language")), {**_TEXT, "enum": list(languages())}
    ),
    _parameter("format", str(Text("format, in place of the header Accept")), _TEXT, example="json"),
]
"""What every address takes."""


_PARTS = [
    _parameter(
        "limit",
        str(Text("how many rows at the most; then “Link” leads to the next ones")),
        {"type": "integer", "minimum": 1, "maximum": MOST},
        example=100,
    ),
    _parameter("cursor", str(Text("where the next rows begin, as the answer before says")), _TEXT),
]
"""What every question takes beside them."""


def name_of_question(library: Iterable[Question]) -> dict[str, Any]:
    """The parameter for the name of a question, in the path."""
    about, names = str(Text("name of the question")), [question.name for question in library]
    return _parameter("name", about, {**_TEXT, "enum": names}, example="cities") | {"in": "path", "required": True}


def schema_name(question: Question) -> str:
    """The name of the schema of a question's answers, among the components."""
    return f"{question.name}-answer"


def answers(question: Question, formats: tuple[str, ...], *errors: int) -> dict[int | str, dict[str, Any]]:
    """The responses of the address of a question.

    :param formats: media types that the answer comes in.
    :param errors: statuses that it may have otherwise.
    """
    said = responses(formats, *errors)
    said[200]["content"]["application/json"] = {"schema": {"$ref": f"#/components/schemas/{schema_name(question)}"}}
    said[200]["headers"] = {
        name: {"description": about, "schema": _TEXT}
        for name, about in (
            ("ETag", str(Text("changes when the answer does; send it as “If-None-Match”"))),
            ("Link", str(Text("the address of the next rows, as “next”"))),
        )
    }
    said[304] = {"description": str(Text("the answer is still the one with this ETag"))}
    return said


def question_parameters(question: Question, framework: Framework) -> list[dict[str, Any]]:
    """The parameters of a question."""
    listed = []
    for name, parameter in question.head.parameters.items():
        schema: dict[str, Any] = {"type": "integer" if parameter.type in ("year", "integer") else "string"}
        if parameter.type == "date":
            schema["format"] = "date"
        if parameter.type == "text":
            schema["maxLength"] = parameters.MAX_TEXT
        allowed = parameters.allowed(parameter, framework)
        if allowed is not None and parameter.type != "city":  # cities are registered while the service runs
            schema["enum"] = list(allowed)
        about = parameter.description.en
        example = int(parameter.example) if schema["type"] == "integer" else parameter.example
        listed.append(_parameter(name, about, schema, example=example) | {"required": parameter.required})
    return [*listed, *_PARTS, *OWN_PARAMETERS]


_GRAPHS: list[dict[str, Any]] = [
    _parameter(name, about, {"type": "array", "items": {"type": "string", "format": "uri"}})
    for name, about in (
        ("default-graph-uri", str(Text("graphs that make up the default graph"))),
        ("named-graph-uri", str(Text("graphs that GRAPH may name"))),
    )
]
QUERY_BY_GET: dict[str, Any] = {
    "parameters": [
        _parameter("query", str(Text("the query")), _TEXT, example="ASK { ?city a lc:City }"),
        *_GRAPHS,
        *OWN_PARAMETERS,
    ]
}
QUERY_BY_POST: dict[str, Any] = {
    "parameters": [*_GRAPHS, *OWN_PARAMETERS],
    "requestBody": {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": _TEXT, "example": "ASK { ?city a lc:City }"},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": {"query": _TEXT}}
            },
        },
    },
}
GRAPH: dict[str, Any] = {
    "parameters": [
        _parameter("graph", str(Text("name of the graph")), {**_TEXT, "format": "uri"}),
        _parameter("default", str(Text("the default graph, in place of a name")), _TEXT) | {"allowEmptyValue": True},
        *OWN_PARAMETERS,
    ]
}
GRAPH_BY_PATH: dict[str, Any] = {
    "parameters": [
        _parameter(
            "path", str(Text("what the name of the graph has after the base IRI")), _TEXT, example="graph/framework"
        )
        | {"in": "path", "required": True},
        *OWN_PARAMETERS,
    ]
}
_YEAR: dict[str, Any] = {"type": "integer", "minimum": 1000, "maximum": 9999}
FORM: list[dict[str, Any]] = [
    _parameter("city", str(Text("code or name of the city")), _TEXT, example="ie-cork") | {"required": True},
    _parameter("year", str(Text("the reference year")), _YEAR, example=2024) | {"required": True},
    _parameter("since", str(Text("the first year to ask for, if more than one")), _YEAR, example=2020),
    _parameter("published", str(Text("filled in with what the city has published for the year")), {"type": "boolean"}),
    OWN_PARAMETERS[0],
]
FORM_PARAMETERS = tuple(str(parameter["name"]) for parameter in FORM if parameter["name"] != "lang")

FILE: dict[str, Any] = {
    "parameters": [
        _parameter("name", str(Text("name of the file, where it is the whole body")), _TEXT, example="cork.xlsx"),
        _parameter("city", str(Text("the city that it is handed in for; a file of another does not conform")), _TEXT),
        _parameter("year", str(Text("the year that it is handed in for; a file for another does not conform")), _YEAR),
        _parameter(
            "edition", str(Text("the edition that it is handed in under; a file of another does not conform")), _TEXT
        ),
        *OWN_PARAMETERS,
    ],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    },
}


def in_language(said: Mapping[str, Any], language: str, library: Iterable[Question]) -> Mapping[str, Any]:
    """The description of the service in a language.

    :param said: in English.
    :param library: the questions, which speak for themselves.
    """
    texts = [text for question in library for text in _texts(question)]
    known = {labels["en"]: pick(labels, language) for labels in texts}
    schemas = {schema_name(question): schema(question, language) for question in library}

    def told(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: told(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [told(one) for one in value]
        if isinstance(value, str) and key in ("summary", "description"):
            return known.get(value) or translated(value, language)
        return value

    found: dict[str, Any] = told(said)
    found["components"] = {"schemas": {**found.get("components", {}).get("schemas", {}), **schemas}}
    return found


def _texts(question: Question) -> Iterator[Labels]:
    """What a question says of itself and its parameters."""
    head = question.head
    yield head.title.labels()
    yield head.description.labels()
    yield from (parameter.description.labels() for parameter in head.parameters.values())
