"""Questions answered: rows with typed values, and the forms in which they are given."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from lcgraph.asking import parameters
from lcgraph.asking.parameters import Bound
from lcgraph.asking.question import Library, Question
from lcgraph.errors import NotFound
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import XSD
from lcgraph.language import SOURCE_LANGUAGE, SPOKEN, Text, pick, translated
from lcgraph.reading import terms
from lcgraph.store.readers import Readers

Value = str | int | Decimal | bool | None

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s.,]*%?$)")
"""How a text begins that a spreadsheet would run as a formula."""

_INTEGERS = {XSD + name for name in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long")}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    :ivar question: what was asked.
    :ivar parameters: with which values.
    :ivar language: of labels and notes.
    :ivar rows: column name to value, None where there is none; in the order of the question.
    :ivar checkpoint: the state of the store that it was read from.
    """

    question: Question
    parameters: Mapping[str, Bound]
    language: str
    rows: tuple[Mapping[str, Value], ...]
    checkpoint: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.question.head.columns)

    def heading(self, column: str) -> str:
        """What a column is called."""
        return pick(self.question.head.columns[column].labels(), self.language)

    def nothing(self) -> str:
        """What it means that there are no rows."""
        empty = self.question.head.empty
        return pick(empty.labels(), self.language) if empty else Text("There are no rows.").to(self.language)

    def as_json(self) -> dict[str, Any]:
        """The answer as documented in ``docs/questions.md``; stable."""
        head = self.question.head
        return {
            "question": self.question.name,
            "title": pick(head.title.labels(), self.language),
            "description": pick(head.description.labels(), self.language),
            "language": self.language,
            "parameters": {
                name: {"value": bound.text, "label": pick(bound.label, self.language) or None}
                for name, bound in self.parameters.items()
            },
            "columns": [{"name": name, "label": self.heading(name)} for name in self.columns],
            "count": len(self.rows),
            "rows": [dict(row) for row in self.rows],
            "empty": None if self.rows else self.nothing(),
            "checkpoint": self.checkpoint,
        }

    def json(self) -> str:
        """The answer as JSON text; figures keep all their digits."""
        parts = self.as_json()
        parts["rows"] = _Written(
            "[" + ",".join("\n  {" + ", ".join(map(_member, row, row.values())) + "}" for row in self.rows) + "\n ]"
            if self.rows
            else "[]"
        )
        return "{\n" + ",\n".join(f" {_member(name, part)}" for name, part in parts.items()) + "\n}\n"

    def csv(self) -> str:
        """The answer as CSV: a row of column names, then the rows.

        A text that a spreadsheet would run as a formula has an apostrophe before it.
        """
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
        writer.writerow(self.columns)
        writer.writerows([_cell(row[column]) for column in self.columns] for row in self.rows)
        return out.getvalue()


class _Written(str):
    """JSON that is written already."""

    __slots__ = ()


def _member(name: str, value: object) -> str:
    return f"{json.dumps(name)}: {_json(value)}"


def _json(value: object) -> str:
    match value:
        case _Written():
            return str(value)
        case Decimal():
            return terms.digits(value)  # a float would lose digits, and the module writes no decimals
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return terms.digits(value)
        case str() if _FORMULA.match(value):
            return f"'{value}"
    return str(value)


class Answerer:
    """Answers the questions of a library.

    :param library: the questions.
    :param readers: where queries run.
    :param framework: where parameters are looked up.
    """

    def __init__(self, library: Library, readers: Readers, framework: Framework) -> None:
        self.library = library
        self.readers = readers
        self.framework = framework

    def question(self, name: str) -> Question:
        """A question by its name.

        :raises NotFound: if there is none, with the nearest ones.
        """
        question = self.library.get(name)
        if question is None:
            near = get_close_matches(name, self.library.names, n=3)
            raise NotFound(
                Text("There is no question “{name}”.", name=name),
                remedy=Text("Did you mean {near}?", near=near)
                if near
                else Text("The questions are: {names}.", names=list(self.library.names)),
            )
        return question

    def ask(self, name: str, given: Mapping[str, str], language: str) -> Answer:
        """The answer to a question as rows.

        :param given: parameters, name to text.
        :raises NotFound: if there is no such question.
        :raises ParameterError: if a parameter is wrong or missing.
        :raises LimitExceeded: if the query passes a limit.
        """
        question = self.question(name)
        bound = parameters.bind(question, given, self.framework)
        found = self.readers.run(question.query, bindings=_bindings(question, bound, language))
        said = json.loads(found.body)
        columns = tuple(question.head.columns)
        rows = tuple(
            {column: _value(row.get(column), language) for column in columns} for row in said["results"]["bindings"]
        )
        return Answer(question, bound, language, rows, found.checkpoint)

    def graph(self, name: str, given: Mapping[str, str], language: str, media_type: str = "text/turtle") -> bytes:
        """The answer to a question as a graph.

        :param media_type: the RDF format.
        :raises InputError: if the question has no such answer; else as :meth:`ask`.
        """
        question = self.question(name)
        bound = parameters.bind(question, given, self.framework)
        return self.readers.run(
            question.construct(), bindings=_bindings(question, bound, language), graph=media_type
        ).body


def _bindings(question: Question, bound: Mapping[str, Bound], language: str) -> dict[str, str]:
    bindings = {name: value.term for name, value in bound.items()}
    if "?lang" in question.query:
        bindings["lang"] = terms.plain(language if language in SPOKEN else SOURCE_LANGUAGE)
    return bindings


def _value(term: Mapping[str, str] | None, language: str) -> Value:
    """The value of a term of the SPARQL results format in JSON.

    :param language: into which what the framework says in English is put, if the framework does not speak it.
    """
    if term is None:
        return None
    value, datatype = term["value"], term.get("datatype", "")
    if datatype in _INTEGERS:
        return int(value)
    if datatype == XSD + "decimal":
        return Decimal(value)
    if datatype == XSD + "boolean":
        return value in ("true", "1")
    if language not in SPOKEN and term.get("xml:lang") == SOURCE_LANGUAGE:
        return _told(value, language)
    return value


_YEAR = re.compile(r"(.+)( \(\d{4}\))", re.DOTALL)


def _told(english: str, language: str) -> str:
    """What a label says in a language; of several in one text, what each of them says."""
    told = translated(english, language)
    if told != english:
        return told
    for separator in ("\n", "; ", ": "):
        first, found, last = english.rpartition(separator)
        if found:
            return _told(first, language) + separator + _told(last, language)
    said = _YEAR.fullmatch(english)
    return _told(said[1], language) + said[2] if said is not None else english
