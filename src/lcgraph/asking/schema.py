"""The JSON Schema of the answers to a question: what each has, whatever its parameters and its rows.

https://json-schema.org/draft/2020-12/schema
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lcgraph.asking.question import ColumnType, Question
from lcgraph.language import Text, languages, pick

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MEDIA_TYPE = "application/schema+json"

_VALUES: Mapping[ColumnType, Mapping[str, Any]] = {
    "text": {"type": "string"},
    "iri": {"type": "string", "format": "iri"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "year": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "time": {"type": "string", "format": "date-time"},
}
_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_NUMBER = {"type": "integer", "minimum": 0}


def schema(question: Question, language: str) -> dict[str, Any]:
    """The schema of the answers to a question.

    :param language: of the descriptions in it.
    """

    def said(text: Text) -> str:
        return text.to(language)

    head = question.head
    given = {name: parameter for name, parameter in head.parameters.items() if name != "as_of"}
    columns = {
        name: {
            "title": pick(column.labels(), language),
            **_VALUES[column.type],
            "type": [_VALUES[column.type]["type"], "null"],
        }
        for name, column in head.columns.items()
    }
    parts: dict[str, Any] = {
        "question": {"const": question.name},
        "title": _TEXT,
        "description": _TEXT,
        "language": {"enum": list(languages())},
        "parameters": {
            "type": "object",
            "properties": {
                name: {
                    "description": pick(parameter.description.labels(), language),
                    **_whole({"value": _TEXT, "label": _TEXT_OR_NONE}),
                }
                for name, parameter in given.items()
            },
            "required": [name for name, parameter in given.items() if parameter.required],
            "additionalProperties": False,
        },
        "as_of": {"description": said(Text("the day or time that the data are as of; null for now")), **_TEXT_OR_NONE},
        "columns": {
            "type": "array",
            "prefixItems": [
                _whole({"name": {"const": name}, "label": _TEXT, "type": {"const": column.type}})
                for name, column in head.columns.items()
            ],
            "items": False,
            "minItems": len(columns),
        },
        "count": {"description": said(Text("how many rows there are in all")), **_NUMBER},
        "offset": {"description": said(Text("how many of them stand before these")), **_NUMBER},
        "next": {"description": said(Text("the cursor of the part after this one; null for none")), **_TEXT_OR_NONE},
        "rows": {"type": "array", "items": _whole(columns)},
        "empty": {
            "description": said(Text("what it means that there are no rows; null where there are")),
            **_TEXT_OR_NONE,
        },
        "commit": {"description": said(Text("the commit of the archive whose data these are")), **_NUMBER},
        "checkpoint": {"description": said(Text("the state of the store that was read")), **_TEXT},
    }
    return {
        "title": pick(head.title.labels(), language),
        "description": pick(head.description.labels(), language),
        **_whole(parts),
    }


def _whole(parts: Mapping[str, Any]) -> dict[str, Any]:
    """An object with all of these members, and no others."""
    return {"type": "object", "properties": dict(parts), "required": list(parts), "additionalProperties": False}
