"""A question: a SPARQL query in a file, with a head that says what it asks and what it needs.

The head is YAML in lines that begin with ``#+``. ``docs/questions.md`` is the guide for those who
add one: adding the file is all that it takes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pyoxigraph as ox
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from lcgraph import sparql
from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.framework.namespaces import PREFIXES
from lcgraph.language import Text
from lcgraph.reading.mapping import load_yaml

HEAD = "#+"
LANGUAGE = "lang"
"""The variable that is bound to the language that labels are wanted in."""

RESERVED = {LANGUAGE, "format", "data", "edition", "as_of", "limit", "cursor", "output", "frame", "exact", "page"}
"""What no parameter of a head may be called, since every question can be asked with it somewhere."""

ParameterType = Literal[
    "city",
    "commitment",
    "action",
    "measure",
    "country",
    "region",
    "edition",
    "data-source-type",
    "year",
    "date",
    "integer",
    "text",
    "moment",
]

ColumnType = Literal["text", "iri", "integer", "decimal", "boolean", "year", "date", "time"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Part):
    """A text in English and Chinese; both are needed."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def labels(self) -> Mapping[str, str]:
        """The text by language."""
        return {"en": self.en, "zh": self.zh}


class Asked(_Part):
    """How people ask a question: sentences or key words, with parameters as in ``{city}``."""

    en: Annotated[tuple[str, ...], Field(min_length=2)]
    zh: Annotated[tuple[str, ...], Field(min_length=2)]

    def phrasings(self) -> Mapping[str, tuple[str, ...]]:
        """The phrasings by language."""
        return {"en": self.en, "zh": self.zh}


class ParameterHead(_Part):
    """What a question needs to know.

    :ivar type: what sort of value it is, which decides what is allowed.
    :ivar required: whether the question cannot be asked without it.
    :ivar example: a value that works.
    """

    type: ParameterType
    required: bool = False
    example: Annotated[str, BeforeValidator(str)]
    description: Bilingual


EDITION = ParameterHead(
    type="edition",
    example="2013-draft",
    description=Bilingual(en="only this edition of the Key Features", zh="仅限主要特征的此版本"),
)
"""The parameter ``edition`` of every question."""

AS_OF = ParameterHead(
    type="moment",
    example="2026-01-31",
    description=Bilingual(
        en="as the data were at the end of this day (UTC), or at this time",
        zh="按该日结束时（UTC）或该时刻的数据作答",
    ),
)
"""The parameter ``as_of`` of every question. It chooses the data that are asked, and is no variable of the query."""


class Column(_Part):
    """A column of the answer.

    :ivar type: what sort of value stands in it, in every row where one does.
    :ivar show: whether it is shown where there is little room.
    """

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    type: ColumnType = "text"
    show: bool = True

    def labels(self) -> Mapping[str, str]:
        """Its heading by language."""
        return {"en": self.en, "zh": self.zh}


class Head(_Part):
    """What the head of a question says.

    :ivar asked: how people ask it.
    :ivar parameters: its own, and ``edition`` and ``as_of``, which every question has.
    """

    title: Bilingual
    description: Bilingual
    asked: Asked
    empty: Bilingual | None = None
    parameters: dict[str, ParameterHead] = Field(default_factory=dict)
    columns: Annotated[dict[str, Column], Field(min_length=1)]
    graph: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the library.

    :ivar name: name of its file, without the extension.
    :ivar group: name of the folder that the file lies in.
    :ivar head: what its head says.
    :ivar query: the SPARQL text, without the head; prefixes of the project need no declaration.
    :ivar digest: changes when its file does.
    """

    name: str
    group: str
    head: Head
    query: str
    digest: str

    def construct(self) -> str:
        """The query that gives the answer as a graph.

        :raises InputError: if the question has none.
        """
        if not self.head.graph:
            raise InputError(
                Text("The question “{name}” has no answer in the form of a graph.", name=self.name),
                remedy=Text("Ask for JSON, CSV, XLSX or Parquet."),
            )
        prologue, body = _split_prologue(self.query)
        return f"{prologue}\nCONSTRUCT {{\n{self.head.graph}\n}} WHERE {{ {{\n{body}\n}} }}"


def _split_prologue(query: str) -> tuple[str, str]:
    for token in sparql.tokens(query):
        if token.kind == "word" and token.text.upper() in ("SELECT", "ASK"):
            return query[: token.at], query[token.at :]
    return "", query


def parse_question(name: str, group: str, text: str) -> Question:
    """A question from the text of its file.

    :raises InputError: if the head is missing or wrong, or head and query do not fit together.
    """
    lines = text.splitlines()
    head_lines = [line[len(HEAD) :].removeprefix(" ") for line in lines if line.startswith(HEAD)]
    query = "\n".join(line for line in lines if not line.startswith(HEAD)).strip() + "\n"
    said: Any = load_yaml(f"{name}.rq", "\n".join(head_lines).encode())
    try:
        head = Head.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "-"
        raise _wrong(name, Text("its head is wrong at {where}: {error}", where=where, error=first["msg"])) from error
    if sparql.form(query) != "SELECT":
        raise _wrong(name, Text("it is not a SELECT query"))
    projected = _projected(query)
    for parameter in head.parameters:
        if parameter in RESERVED:
            raise _wrong(name, Text("no parameter may be called {name}", name=parameter))
    head = head.model_copy(update={"parameters": {**head.parameters, "edition": EDITION}})
    in_graph = {token.text[1:] for token in sparql.tokens(head.graph) if token.kind == "variable"}
    for wanted in (*head.parameters, *head.columns, *sorted(in_graph)):
        if wanted not in projected:
            raise _wrong(name, Text("its query does not select ?{name}, which its head names", name=wanted))
    for selected in sorted(projected - {LANGUAGE, *head.parameters, *head.columns} - in_graph):
        raise _wrong(name, Text("its query selects ?{name}, which its head does not name", name=selected))
    for phrasing in (*head.asked.en, *head.asked.zh):
        for wanted in re.findall(r"\{(.*?)\}", phrasing):
            if wanted not in head.parameters:
                raise _wrong(name, Text("it is asked with {{{name}}}, which is none of its parameters", name=wanted))
    head = head.model_copy(update={"parameters": {**head.parameters, "as_of": AS_OF}})
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    question = Question(name, group, head, query, digest)
    # in place of the head blank lines, so that an error names the line of the file
    if trouble := _error("\n".join("" if line.startswith(HEAD) else line for line in lines)):
        raise _wrong(name, Text("its query is not SPARQL: {error}", error=trouble))
    if head.graph and (trouble := _error(question.construct())):
        raise _wrong(name, Text("with “graph” of its head it is not SPARQL: {error}", error=trouble))
    return question


def _error(query: str) -> str:
    try:
        ox.Store().query(query, prefixes=PREFIXES)
    except SyntaxError as error:
        return str(error.msg or error)
    return ""


def _projected(query: str) -> set[str]:
    """The variables of the outermost SELECT clause."""
    _, body = _split_prologue(query)
    clause, depth = [], 0
    for token in sparql.tokens(body):
        if token.kind == "word" and token.text.upper() == "WHERE":
            break
        if token.text == "{":
            break
        depth += (token.text == "(") - (token.text == ")")
        clause.append((token, depth))
    found: set[str] = set()
    for i, (token, depth) in enumerate(clause):
        if token.kind == "variable" and depth == 0:
            found.add(token.text[1:])
        elif token.kind == "word" and token.text.upper() == "AS" and depth == 1:
            found.update(t.text[1:] for t, _ in clause[i + 1 : i + 3] if t.kind == "variable")
    return found


def _wrong(name: str, why: Text) -> InputError:
    return InputError(
        Text("The question “{name}” cannot be used: {why}.", name=name, why=why),
        where=f"{name}.rq",
        remedy=Text("See docs/questions.md."),
    )


GROUPS = "groups.yaml"
"""What the groups are called, in the order in which they are shown; the file lies beside their folders."""


class Library:
    """The questions of a folder, group by group.

    :param directory: the folder; each folder in it is a group of questions.
    :param base: the base IRI of the deployment.
    """

    def __init__(self, directory: Path, base: str) -> None:
        self.directory = directory
        self._titles = _titles(directory / GROUPS)
        self._questions: dict[str, Question] = {}
        for path in sorted(directory.rglob("*.rq")):
            text = resources.rebase(path.read_text(encoding="utf-8"), base)
            question = parse_question(path.stem, path.parent.relative_to(directory).as_posix(), text)
            if question.name in self._questions:
                raise _wrong(question.name, Text("there is another of that name"))
            if not re.fullmatch(r"[a-z][a-z0-9-]*", question.name):
                raise _wrong(question.name, Text("its name is not of small letters, digits and hyphens"))
            self._questions[question.name] = question
        order = {group: n for n, group in enumerate(self._titles)}
        self._questions = dict(
            sorted(self._questions.items(), key=lambda item: (order.get(item[1].group, len(order)), item[1].group))
        )

    def group_title(self, group: str) -> Mapping[str, str]:
        """What a group is called, by language; a folder that nobody gave a title is called by its name."""
        title = self._titles.get(group)
        return title.labels() if title is not None else {"en": group, "zh": group}

    def __iter__(self) -> Any:
        return iter(self._questions.values())

    def __len__(self) -> int:
        return len(self._questions)

    def get(self, name: str) -> Question | None:
        """A question by its name."""
        return self._questions.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all questions."""
        return tuple(self._questions)


def _titles(path: Path) -> dict[str, Bilingual]:
    if not path.exists():
        return {}
    try:
        return TypeAdapter(dict[str, Bilingual]).validate_python(load_yaml(path.name, path.read_bytes()))
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            Text("The titles of the groups of questions cannot be used: {error}.", error=first["msg"]),
            where=f"{path.name}: {'.'.join(str(part) for part in first['loc'])}",
            remedy=Text("See docs/questions.md."),
        ) from error
