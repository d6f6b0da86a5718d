"""Questions answered: rows with typed values, and the forms in which they are given."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

import lcgraph
from lcgraph.asking import as_of, parameters
from lcgraph.asking.kept import Kept
from lcgraph.asking.parameters import Bound
from lcgraph.asking.parts import WHOLE, Part, PartGone
from lcgraph.asking.question import Library, Question
from lcgraph.asking.values import Value, value_of
from lcgraph.errors import ArchiveError, InputError, NotFound, ParameterError, QueryError
from lcgraph.framework.framework import Framework
from lcgraph.language import SOURCE_LANGUAGE, SPOKEN, Text, pick
from lcgraph.reading import terms
from lcgraph.store.embedded import commit_of
from lcgraph.store.past import PastReaders
from lcgraph.store.readers import Readers, Result

_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s.,]*%?$)")
"""How a text begins that a spreadsheet would run as a formula."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question.

    :ivar question: what was asked.
    :ivar parameters: with which values.
    :ivar language: of labels and notes.
    :ivar rows: column name to value, None where there is none; in the order of the question.
    :ivar checkpoint: the state of the store that it was read from.
    :ivar count: how many rows there are in all.
    :ivar part: which of them these are.
    :ivar next: the cursor of the part after it; empty where there is none.
    """

    question: Question
    parameters: Mapping[str, Bound]
    language: str
    rows: tuple[Mapping[str, Value], ...]
    checkpoint: str
    count: int
    part: Part = WHOLE
    next: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.question.head.columns)

    @property
    def commit(self) -> int:
        """The number of the commit whose data these are; 0 for the time before the first."""
        return commit_of(self.checkpoint) or 0

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
                if name != "as_of"
            },
            "as_of": self.parameters["as_of"].text if "as_of" in self.parameters else None,
            "columns": [
                {"name": name, "label": self.heading(name), "type": column.type}
                for name, column in head.columns.items()
            ],
            "count": self.count,
            "offset": self.part.offset,
            "next": self.next or None,
            "rows": [dict(row) for row in self.rows],
            "empty": None if self.count else self.nothing(),
            "commit": self.commit,
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is asked: with which values, of which data.

    :ivar question: the question.
    :ivar parameters: its parameters.
    :ivar language: of labels and notes.
    :ivar part: which rows.
    :ivar commit: the commit whose data it is asked of; None for the newest.
    :ivar state: what tells these data from any others; empty where there are none yet.
    """

    question: Question
    parameters: Mapping[str, Bound]
    language: str
    part: Part
    commit: int | None
    state: str

    @property
    def of(self) -> str:
        """What the answer is known by, whatever the language, the part and the data."""
        said = [lcgraph.__version__, self.question.name, self.question.digest]
        said += [f"{name}={bound.text}" for name, bound in self.parameters.items()]
        return "\n".join(said)

    def tag(self, form: str) -> str:
        """What changes when the answer in a form does, and tells it from any other; empty where that is not known."""
        if not self.state:
            return ""
        said = (self.of, self.language, self.part.limit, self.part.offset, self.state, form)
        return hashlib.sha256("\n".join(map(str, said)).encode()).hexdigest()[:32]


class Answerer:
    """Answers the questions of a library.

    :param library: the questions.
    :param readers: where queries run.
    :param framework: where parameters are looked up.
    :param past: where queries run on data of the past; without it questions are of the newest data only.
    :param kept: keeps rows that were looked up; without it none are kept.
    :param clock: gives the time.
    """

    def __init__(
        self,
        library: Library,
        readers: Readers,
        framework: Framework,
        past: PastReaders | None = None,
        kept: Kept | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.library = library
        self.readers = readers
        self.framework = framework
        self._past = past
        self._kept = kept
        self._clock = clock

    def question(self, name: str) -> Question:
        """A question by its name.

        :raises NotFound: if there is none, with the nearest ones.
        """
        question = self.library.get(name)
        if question is None:
            near = get_close_matches(name, self.library.names, n=3)
            raise NotFound(
                Text("There is no question “{name}”.", name=name[:80]),
                remedy=Text("Did you mean {near}?", near=near)
                if near
                else Text("The questions are: {names}.", names=list(self.library.names)),
            )
        return question

    def asked(self, name: str, given: Mapping[str, str], language: str, part: Part = WHOLE) -> Asked:
        """A question as it is asked now. Nothing is looked up yet.

        :param given: parameters, name to text.
        :param part: which rows are wanted.
        :raises NotFound: if there is no such question.
        :raises ParameterError: if a parameter is wrong or missing.
        :raises PartGone: if the part belongs to an answer that is no longer to be had.
        :raises LcgraphError: if the state of the data cannot be told.
        """
        question, now = self.question(name), self._clock()
        bound = parameters.bind(question, given, self.framework, now)
        commit = part.commit
        if commit is None and "as_of" in bound:
            moment = as_of.moment(bound["as_of"].text)
            commit = self.past.past.commit_at(moment) if moment < now else None
        if part.of and not (part.commit or 0) <= self.past.past.archive.last:
            raise PartGone
        state = self._state(self.readers.state()) if commit is None else f"as of {self.past.past.name(commit)}"
        asked = Asked(question, bound, language, part, commit, state)
        if part.of and part.of != self._known_by(asked, part.commit or 0):
            raise PartGone
        return asked

    def read_at(self, asked: Asked, checkpoint: str) -> Asked:
        """A question as it turned out to be asked: of newer data, where some came meanwhile.

        :param checkpoint: the state of the store that its answer was read from.
        """
        return asked if asked.commit is not None else replace(asked, state=self._state(checkpoint))

    def _state(self, checkpoint: str | None) -> str:
        if checkpoint is None or self._past is None:
            return checkpoint or ""
        with suppress(ArchiveError):  # which the present can do without
            return f"{checkpoint} {self._past.past.name(commit_of(checkpoint) or 0)}"
        return checkpoint

    @property
    def past(self) -> PastReaders:
        """Where queries run on data of the past.

        :raises InputError: if they do nowhere.
        """
        if self._past is None:
            raise InputError(Text("Questions are answered of the newest data only here."))
        return self._past

    def ask(self, name: str, given: Mapping[str, str], language: str, part: Part = WHOLE) -> Answer:
        """The answer to a question as rows; as :meth:`asked` and :meth:`answer`."""
        return self.answer(self.asked(name, given, language, part))

    def answer(self, asked: Asked) -> Answer:
        """The answer to a question as it is asked.

        :raises LimitExceeded: if the query passes a limit.
        :raises LcgraphError: if it cannot be run.
        """
        body, checkpoint = self._rows(asked)
        found, part = json.loads(body)["results"]["bindings"], asked.part
        end = len(found) if part.limit is None else part.offset + part.limit
        rows = tuple(_row(asked.question, row, asked.language) for row in found[part.offset : end])
        commit = commit_of(checkpoint) or 0
        if part.commit is not None and commit != part.commit:
            raise PartGone  # the store has lost what it had
        more = part.cursor(commit, self._known_by(asked, commit)) if end < len(found) else ""
        return Answer(asked.question, asked.parameters, asked.language, rows, checkpoint, len(found), part, more)

    def _known_by(self, asked: Asked, commit: int) -> str:
        said = f"{asked.of}\n{self.past.past.name(commit)}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def _rows(self, asked: Asked) -> tuple[bytes, str]:
        """The rows as they come, and the state of the store that they were read from."""
        if self._kept is None:
            return self._looked_up(asked)
        key = (asked.of, _of_labels(asked.language), asked.state)
        kept = self._kept.get(key) if asked.state else None
        if kept is None:
            kept = self._looked_up(asked)
            self._kept.put((*key[:2], self.read_at(asked, kept[1]).state), *kept)
        return kept

    def _looked_up(self, asked: Asked) -> tuple[bytes, str]:
        found = self._run(asked, asked.question.query)
        return found.body, found.checkpoint

    def _run(self, asked: Asked, query: str, **how: Any) -> Result:
        how["bindings"] = _bindings(asked.question, asked.parameters, asked.language)
        if asked.commit is None:
            return self.readers.run(query, **how)
        return self.past.run(asked.commit, query, **how)

    def graph(self, name: str, given: Mapping[str, str], language: str, media_type: str = "text/turtle") -> bytes:
        """The answer to a question as a graph.

        :param media_type: the RDF format.
        :raises InputError: if the question has no such answer; else as :meth:`ask`.
        """
        return self.graph_of(self.asked(name, given, language), media_type).body

    def graph_of(self, asked: Asked, media_type: str) -> Result:
        """The answer to a question as it is asked, as a graph, and the state of the store that it was read from.

        :raises ParameterError: if a part is asked for: rows come in an order, and statements do not.
        :raises InputError: if the question has no such answer; else as :meth:`ask`.
        """
        if asked.part != WHOLE:
            raise ParameterError(
                Text("An answer in the form of a graph does not come in parts."),
                parameter="limit",
                remedy=Text("Leave “{name}” out, or ask for JSON, CSV, XLSX or Parquet.", name="limit"),
            )
        return self._run(asked, asked.question.construct(), graph=media_type)


def _of_labels(language: str) -> str:
    """The language that labels are looked up in."""
    return language if language in SPOKEN else SOURCE_LANGUAGE


def _bindings(question: Question, bound: Mapping[str, Bound], language: str) -> dict[str, str]:
    bindings = {name: value.term for name, value in bound.items() if value.term}
    if "?lang" in question.query:
        bindings["lang"] = terms.plain(_of_labels(language))
    return bindings


def _row(question: Question, found: Mapping[str, Mapping[str, str]], language: str) -> Mapping[str, Value]:
    row: dict[str, Value] = {}
    for name, column in question.head.columns.items():
        try:
            row[name] = value_of(found.get(name), column.type, language)
        except ValueError as error:
            raise QueryError(
                Text(
                    "The question “{question}” gives “{found}” in its column “{column}”, which is to hold values of the type “{type}”.",
                    question=question.name,
                    found=str(error)[:80],
                    column=name,
                    type=column.type,
                ),
                remedy=Text("Mend the file of the question."),
            ) from error
    return row
