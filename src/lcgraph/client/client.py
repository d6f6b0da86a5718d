"""The client."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal, Self, overload
from urllib.parse import quote

import rdflib
from rdflib.term import Node

from lcgraph import sparql as sparql_text
from lcgraph.client import frames, pages, results
from lcgraph.client.columns import of_values
from lcgraph.client.connection import ASK_FOR_LESS, Connection, checked_address, media_type_of, whole
from lcgraph.client.errors import DataChanged, ServiceError
from lcgraph.client.frames import Frame, Records
from lcgraph.errors import InputError, LcgraphError, LimitExceeded, NotFound, ParameterError, QueryError
from lcgraph.language import SOURCE_LANGUAGE, Text

_SHORT = 2000
"""Characters of a query that still go into the address, where caches and redirections know what is asked."""

_JSON = "application/json"
_BEGINNINGS = 3
"""How often the pages of a result are read anew because the data changed in between."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question.

    :ivar type: what sort of value it takes, such as ``city`` or ``year``.
    :ivar required: whether the question cannot be asked without it.
    :ivar allowed: the values that it takes, where they are few.
    :ivar example: a value that works.
    """

    type: str
    required: bool
    description: str
    example: str
    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the service answers.

    :ivar columns: names of the columns of its answer, with their headings.
    """

    name: str
    title: str
    description: str
    parameters: Mapping[str, Parameter]
    columns: Mapping[str, str]


class Client:
    """Asks a service of lcgraph, or any SPARQL 1.1 endpoint.

    :param url: address of the service, such as ``http://127.0.0.1:8000``, or of its ``/sparql``.
    :param sparql: address of another SPARQL endpoint to send queries to; then ``url`` may be left out.
    :param frame: ``pandas``, ``polars`` or ``records``; without it the first of them that is installed.
    :param language: of labels in answers, and of errors: ``en``, ``zh``.
    :param timeout: seconds to wait for a connection, and for the next bytes of an answer.
    :param retries: how often a request is sent again that may succeed then.
    :param patience: seconds to wait at the most for a service that says when to come again.
    :param user_agent: who asks, as public endpoints want to know: a project, an address for mail.
    :param auth: name and password, for an endpoint that wants them.
    :raises InputError: if an address is none.
    :raises MissingPackage: if the library of the frames is not installed.

    >>> client = Client(address)
    >>> client.query("SELECT (COUNT(?c) AS ?n) { ?c a lc:Commitment }")
        n
    0  12

    It may be used by several threads, and closes its connections at the end of a ``with``:

    >>> with Client(address, frame="records") as plain:
    ...     plain.query("SELECT (COUNT(?c) AS ?n) { ?c a lc:Commitment }")
    [{'n': 12}]
    """

    def __init__(
        self,
        url: str = "",
        *,
        sparql: str = "",
        frame: Frame | None = None,
        language: str = SOURCE_LANGUAGE,
        timeout: float = 60.0,
        retries: int = 4,
        patience: float = 60.0,
        user_agent: str = "",
        auth: tuple[str, str] | None = None,
    ) -> None:
        self.language = language
        with self._telling():
            if frame is not None:
                frames.chosen(frame)
            self.url = checked_address(url).removesuffix("/sparql") if url or not sparql else ""
            self.sparql = checked_address(sparql) if sparql else f"{self.url}/sparql"
        self.frame = frame
        self._connection = Connection(
            language, timeout=timeout, retries=retries, patience=patience, user_agent=user_agent, auth=auth
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.url!r})" if self.url else f"Client(sparql={self.sparql!r})"

    def close(self) -> None:
        """Closes the connections that are open."""
        self._connection.close()

    # SPARQL

    @overload
    def query(
        self,
        sparql: str,
        *,
        frame: Literal["records"],
        exact: bool = ...,
        page: int | None = ...,
        default_graphs: Sequence[str] = ...,
        named_graphs: Sequence[str] = ...,
    ) -> Records: ...

    @overload
    def query(
        self,
        sparql: str,
        *,
        frame: Frame | None = ...,
        exact: bool = ...,
        page: int | None = ...,
        default_graphs: Sequence[str] = ...,
        named_graphs: Sequence[str] = ...,
    ) -> Any: ...

    def query(
        self,
        sparql: str,
        *,
        frame: Frame | None = None,
        exact: bool = False,
        page: int | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
    ) -> Any:
        """The whole result of a SELECT query as a frame; of an ASK query whether it is so.

        :param sparql: the query.
        :param frame: another sort of frame than the client's.
        :param exact: whether decimals are to keep all their digits; else they are floating point numbers.
        :param page: about how many rows a page has, to have a result come in pages that is too large for
            the service at once.
        :param default_graphs: IRIs of the graphs that are to make up the default graph.
        :param named_graphs: IRIs of the graphs that ``GRAPH`` may name.
        :return: a row for each solution, a column for each variable, with the types of ``docs/client.md``.
        :raises BrokenOff: if the result is not whole; a part of it is never given.
        :raises QuerySyntaxError: if it is not SPARQL.
        :raises QueryRefused: if it asks for what is not offered.
        :raises LimitExceeded: if it passes a limit of the service.
        :raises DataChanged: if the data change again and again while the pages are read.
        :raises Unreachable: if the service does not answer.
        :raises ServiceError: if it fails otherwise.

        >>> client.query('''
        ...     SELECT ?measure ?year ?value WHERE {
        ...       ?observation lc:ofMeasure ?measure ; sdmx-dimension:refPeriod ?year ; sdmx-measure:obsValue ?value
        ...     } ORDER BY ?value
        ... ''').dtypes
        measure        str
        year         Int64
        value      float64
        dtype: object
        >>> client.query("ASK { ?city a lc:City }")
        True
        """
        with self._telling(), _pages_as_remedy():
            form = sparql_text.form(sparql)
            wanted = frames.chosen("records" if form == "ASK" else frame or self.frame)
            if form in ("CONSTRUCT", "DESCRIBE"):
                raise QueryError(
                    Text("This query gives a graph."), remedy=Text("Ask with {method}.", method="graph(…)")
                )
            graphs = _graphs(default_graphs, named_graphs)
            if page is not None:
                table, checkpoint = self._in_pages(sparql, graphs, page)
            else:
                with self._solutions(sparql, graphs) as solutions:
                    if solutions.truth is not None:
                        return solutions.truth
                    table, checkpoint = results.Table(solutions.variables), solutions.checkpoint
                    table.add(solutions)
                    if table.variables == results.VIRTUOSO_ASK:
                        return table.count > 0
            columns = table.columns()
            about: dict[str, object] = {"datatypes": {name: list(column.datatypes) for name, column in columns.items()}}
            if checkpoint:
                about["checkpoint"] = checkpoint
            return frames.frame_of(columns, wanted, exact=exact, about=about)

    def rows(
        self, sparql: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> Iterator[dict[str, Node | None]]:
        """The solutions of a SELECT query one by one, as they come, as terms of rdflib with datatype and language.

        For results that are larger than memory, and where a frame's types say too little.

        :raises BrokenOff: where it shows that there are not all; what came before is a part. Else as :meth:`query`.

        >>> for row in client.rows("SELECT ?label { <https://w3id.org/lcgraph/commitment/2> skos:prefLabel ?label }"):
        ...     print(row["label"].language)
        en
        zh
        """
        with self._telling(), self._solutions(sparql, _graphs(default_graphs, named_graphs)) as solutions:
            if solutions.truth is not None:
                raise QueryError(
                    Text("This query gives no rows."), remedy=Text("Ask with {method}.", method="query(…)")
                )
            names = solutions.variables
            for solution in solutions:
                yield dict(zip(names, map(results.node, solution), strict=True))

    def graph(
        self, sparql: str, *, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> rdflib.Graph:
        """The graph that a CONSTRUCT or DESCRIBE query gives.

        :raises BrokenOff: if it is not whole. Else as :meth:`query`.

        >>> len(client.graph("CONSTRUCT WHERE { ?commitment a lc:Commitment }"))
        12
        """
        with self._telling():
            if sparql_text.form(sparql) in ("SELECT", "ASK"):
                raise QueryError(
                    Text("This query gives no graph."), remedy=Text("Ask with {method}.", method="query(…)")
                )
            with self._asked(sparql, _graphs(default_graphs, named_graphs), results.GRAPHS) as response:
                return results.graph(response, self.sparql)

    @contextmanager
    def _solutions(self, sparql: str, graphs: list[tuple[str, str]]) -> Iterator[results.Solutions]:
        with self._asked(sparql, graphs, results.SOLUTIONS) as response:
            yield results.Solutions(response, self.sparql)

    @contextmanager
    def _asked(self, sparql: str, graphs: list[tuple[str, str]], accept: str) -> Iterator[Any]:
        said = [("query", sparql), *graphs]
        if len(sparql) <= _SHORT:
            how: dict[str, Any] = {"method": "GET", "parameters": said}
        else:
            how = {"method": "POST", "form": said}
        with self._connection.send(address=self.sparql, accept=accept, **how) as response:
            yield response

    def _in_pages(self, sparql: str, graphs: list[tuple[str, str]], size: int) -> tuple[results.Table, str]:
        """All pages of a result, from one state of the data."""
        if size < 1:
            raise InputError(Text("A page has at least one row."))
        paged = pages.Paged(sparql)
        for _ in range(_BEGINNINGS):
            table, checkpoint = self._table(paged.head(), graphs)
            if not checkpoint:
                raise ServiceError(
                    Text("The service does not say which state of its data a result is from."),
                    address=self.sparql,
                    expected=Text(
                        "the header {name}, without which nobody can know whether pages belong together",
                        name=results.CHECKPOINT,
                    ),
                    remedy=Text(
                        "Ask for the whole result at once, or split it by what it is about: a year, a country."
                    ),
                )
            counted, state = self._table(paged.count(), graphs)
            (total,) = counted.columns()[pages.COUNT].values
            assert isinstance(total, int)
            for query in paged.pages(table.variables, -(-total // size)):
                if state != checkpoint:
                    break
                with self._solutions(query, graphs) as solutions:
                    state = solutions.checkpoint
                    table.add(solutions)
            if state != checkpoint:
                continue
            if table.count != total:
                raise QueryError(
                    Text("The pages have {found} rows, and the result has {total}.", found=table.count, total=total),
                    remedy=Text("Leave out what gives other values each time, such as {names}.", names=["SAMPLE"]),
                )
            return table, checkpoint
        raise DataChanged(
            Text("The data changed while the pages were read, {n} times in a row.", n=_BEGINNINGS),
            address=self.sparql,
            remedy=Text("Ask for larger pages, or at a quieter time."),
        )

    def _table(self, sparql: str, graphs: list[tuple[str, str]]) -> tuple[results.Table, str]:
        with self._solutions(sparql, graphs) as solutions:
            table = results.Table(solutions.variables)
            table.add(solutions)
            return table, solutions.checkpoint

    # questions

    def questions(self) -> dict[str, Question]:
        """The questions that the service answers, by name.

        :raises Unreachable: if the service does not answer.

        >>> question = client.questions()["city-commitments"]
        >>> question.parameters["city"].required, question.parameters["city"].example
        (True, 'ie-cork')
        """
        with self._telling():
            said = self._json("/questions")
            return {question["name"]: _question(question) for question in said["questions"]}

    @overload
    def ask(
        self,
        name: str,
        /,
        *,
        frame: Literal["records"],
        exact: bool = ...,
        page: int | None = ...,
        **parameters: object,
    ) -> Records: ...

    @overload
    def ask(
        self,
        name: str,
        /,
        *,
        frame: Frame | None = ...,
        exact: bool = ...,
        page: int | None = ...,
        **parameters: object,
    ) -> Any: ...

    def ask(
        self,
        name: str,
        /,
        *,
        frame: Frame | None = None,
        exact: bool = False,
        page: int | None = None,
        **parameters: object,
    ) -> Any:
        """The answer to a question of the service as a frame.

        :param name: of the question, as :meth:`questions` lists them.
        :param frame: another sort of frame than the client's.
        :param exact: whether decimals are to keep all their digits; else they are floating point numbers.
        :param page: how many rows come at once, to have an answer come in pages; they are of one state of
            the data, whatever is published meanwhile.
        :param parameters: of the question, such as ``as_of="2026-01-31"``; None counts as not given.
        :return: the rows and columns of the answer. ``attrs`` of a pandas frame has its ``title``, and
            ``empty``: what it means that there are no rows.
        :raises NotFound: if there is no such question, with the nearest.
        :raises ParameterError: if a parameter is wrong or missing, with the values that are allowed.
        :raises LimitExceeded: if it passes a limit of the service.
        :raises Unreachable: if the service does not answer.

        >>> try:
        ...     client.ask("city-commitments", city="ie-cork", commitment=13)
        ... except ParameterError as error:
        ...     print(error.allowed)
        ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12')
        """
        with self._telling():
            wanted = frames.chosen(frame or self.frame)
            if not name:  # which would be the list of all
                raise NotFound(Text("There is no question “{name}”.", name=name))
            given = _given(parameters)
            if page is not None and page < 1:
                raise InputError(Text("A page has at least one row."))
            try:
                said, rows = self._answer(name, given, page)
            except ParameterError as error:
                self._add_allowed(error, name)
                raise
            columns = {
                column["name"]: of_values([row[column["name"]] for row in rows], column.get("type", ""))
                for column in said["columns"]
            }
            about = {
                "question": said["question"],
                "parameters": {name: parameter["value"] for name, parameter in said["parameters"].items()},
                "title": said["title"],
                "headings": {column["name"]: column["label"] for column in said["columns"]},
                "empty": said["empty"],
                "checkpoint": said["checkpoint"],
                "as_of": said.get("as_of"),
            }
            return frames.frame_of(columns, wanted, exact=exact, about=about)

    def ask_in_words(self, text: str, /, *, frame: Frame | None = None, exact: bool = False) -> Any:
        """The answer to a question in plain words, in English or Chinese.

        :param frame: another sort of frame than the client's.
        :param exact: as in :meth:`ask`.
        :return: as :meth:`ask`. ``attrs`` of a pandas frame says which ``question`` was understood, with
            which ``parameters``. Who asks why a city has or lacks evidence gets the answer to ``premises``,
            of whose rows explanations are made.
        :raises InputError: if it is not sure which question is meant, with the nearest; or none comes near.
        :raises LimitExceeded: if it passes a limit of the service.
        :raises Unreachable: if the service does not answer.

        >>> client.ask_in_words("Which commitments does Cork have evidence for?").attrs["question"]
        'city-commitments'
        """
        with self._telling():
            try:
                said = self._json("/ask", [("q", text), ("limit", "1")])
            except ServiceError as error:
                if error.status != HTTPStatus.MULTIPLE_CHOICES:
                    raise
                raise InputError(error.message, remedy=error.remedy) from error
        if "question" in said:
            name, given = said["question"], {name: one["value"] for name, one in said["parameters"].items()}
        else:  # an explanation
            name, about = "premises", said["about"]
            given = {"city": said["city"]["code"], about["kind"]: about["code"], "edition": said["edition"]}
        return self.ask(name, frame=frame, exact=exact, as_of=said["as_of"], **given)

    def _answer(
        self, name: str, given: list[tuple[str, str]], page: int | None
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """An answer, and all of its rows."""
        address = f"/questions/{quote(name, safe='')}"
        part = [("limit", str(page))] if page is not None else []
        said = self._json(address, [*given, *part])
        rows, cursor = list(said["rows"]), said.get("next")
        while cursor:
            more = self._json(address, [*given, *part, ("cursor", cursor)])
            rows += more["rows"]
            cursor = more["next"]
        return said, rows

    def file(self, name: str, /, format: str, **parameters: object) -> bytes:  # noqa: A002 - as the service calls it
        """The answer to a question of the service as a file.

        :param name: of the question, as :meth:`questions` lists them.
        :param format: ``json``, ``csv``, ``xlsx``, ``parquet``; where the answer is a graph also ``turtle``,
            ``nt``, ``jsonld``.
        :param parameters: of the question; None counts as not given.
        :raises ServiceError: if the answer does not come in this form. Else as :meth:`ask`.

        >>> client.file("city-commitments", "csv", city="ie-cork").decode().partition(",")[0]
        'commitment_code'
        """
        with self._telling():
            address = f"{self._service()}/questions/{quote(name, safe='')}"
            given = [*_given(parameters), ("format", format), ("lang", self.language)]
            with self._connection.send("GET", address, accept="*/*", parameters=given) as response:
                return whole(response)

    def _add_allowed(self, error: ParameterError, name: str) -> None:
        """Has an error tell all values that are allowed, where the question lists them, and not the nearest alone."""
        question = self.questions().get(name)
        parameter = question.parameters.get(error.parameter) if question else None
        if parameter is not None and parameter.allowed:
            error.allowed = parameter.allowed
            error.expected = Text("one of {codes}", codes=list(parameter.allowed))

    def check(self, file: str | Path, *, city: str | None = None, year: int | None = None) -> dict[str, Any]:
        """The report on a file that a city might hand in. Nothing of it is kept.

        :param file: a workbook, CSV, Turtle or JSON-LD.
        :param city: the city that the file is to be of.
        :param year: the year that it is to be for.
        :return: the report, as ``docs/report.md`` describes it; ``conforms`` says whether it could be published.
        :raises InputError: if the file cannot be read as a submission.
        :raises OSError: if there is no such file.

        >>> client.check(cork_csv)["conforms"]
        True
        """
        with self._telling():
            path = Path(file)
            given = [("name", path.name)]
            given += [(key, str(value)) for key, value in (("city", city), ("year", year)) if value is not None]
            return self._json("/checks", given, path.read_bytes())

    def _json(
        self, path: str, parameters: Sequence[tuple[str, str]] = (), content: bytes | None = None
    ) -> dict[str, Any]:
        address = self._service() + path
        method = "GET" if content is None else "POST"
        with self._connection.send(method, address, accept=_JSON, parameters=parameters, content=content) as response:
            body, media_type = whole(response), media_type_of(response)
        try:
            if media_type != _JSON:
                raise ValueError(media_type)
            said = json.loads(body, parse_float=Decimal)
        except ValueError as error:
            raise ServiceError(
                Text("The service answers in {found}.", found=media_type or "-"),
                address=address,
                status=response.status_code,
                remedy=Text("Look at the address: it has to be that of a service of lcgraph."),
            ) from error
        assert isinstance(said, dict)
        return said

    def _service(self) -> str:
        """The address of the service.

        :raises InputError: if this client knows none.
        """
        if not self.url:
            raise InputError(
                Text("This client knows a SPARQL endpoint alone, and no service of lcgraph."),
                remedy=Text("Give it the address of the service, as in {example}.", example="Client(url)"),
            )
        return self.url

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Has an error show itself whole, in the language of the client, where a notebook prints it."""
        try:
            yield
        except LcgraphError as error:
            error.args = (error.tell(self.language),)
            raise


@contextmanager
def _pages_as_remedy() -> Iterator[None]:
    """Has an error for a result that is too large say what helps."""
    try:
        yield
    except LimitExceeded as error:
        if error.limit in ("rows", "size"):
            error.remedy = ASK_FOR_LESS
        raise


def _given(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in parameters.items() if value is not None]


def _graphs(default: Sequence[str], named: Sequence[str]) -> list[tuple[str, str]]:
    return [*(("default-graph-uri", iri) for iri in default), *(("named-graph-uri", iri) for iri in named)]


def _question(said: Mapping[str, Any]) -> Question:
    return Question(
        said["name"],
        said["title"],
        said["description"],
        {
            parameter["name"]: Parameter(
                parameter["type"],
                parameter["required"],
                parameter["description"],
                parameter["example"],
                tuple(parameter["allowed"] or ()),
            )
            for parameter in said["parameters"]
        },
        {column["name"]: column["label"] for column in said["columns"]},
    )
