"""The tools.

https://modelcontextprotocol.io
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlencode

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, InputRequiredResult, ToolAnnotations
from pydantic import BeforeValidator, Field, ValidationError
from starlette.applications import Starlette

import lcgraph
from lcgraph import sparql
from lcgraph.asking import explaining
from lcgraph.asking.answer import Answer, Answerer
from lcgraph.asking.parameters import allowed
from lcgraph.asking.parts import part
from lcgraph.asking.question import AS_OF, EDITION, ParameterHead, Question
from lcgraph.asking.services import calls
from lcgraph.errors import LcgraphError, NotFound, ParameterError
from lcgraph.language import Text, pick
from lcgraph.processes import MEGABYTE
from lcgraph.publishing.network import Network
from lcgraph.reading import terms
from lcgraph.service.mcp import describing
from lcgraph.service.mcp.shown import (
    AnswerShown,
    Cell,
    Column,
    Described,
    Explained,
    FrameworkShown,
    Parameter,
    QuestionShown,
    QuestionsShown,
    Solutions,
    Source,
    cell,
)
from lcgraph.store.readers import Readers, Result

PATH = "/mcp"
"""Where it is served over HTTP."""

ROWS = 50
"""Rows that a tool gives if nothing else is asked for: a model has little room."""
MOST_ROWS = 500
FEW = 20
"""So many allowed values of a parameter are listed; who gives another one is told the nearest."""
_SHARED: Mapping[str, ParameterHead] = {"edition": EDITION, "as_of": AS_OF}
_ROWS_BYTES, _GRAPH_BYTES = 8_000_000, 100_000
"""What the answer to a SPARQL query may have: rows are counted to the last and few are given, a graph is given whole."""

INSTRUCTIONS = """\
lcgraph is the knowledge graph of learning cities: the twelve commitments and fifty actions of the Beijing Declaration (2013), \
the Key Features by which one sees whether a city keeps them, and what cities have handed in, with sources and provenance.
Begin with list_questions, then ask_question: its answers carry their sources, which are to be cited. explain says why there is evidence, or what is missing. \
describe_framework and describe_item say what commitments, actions, features and measures are. run_sparql is for what no question answers.
The graph shows evidence and gaps. It never ranks cities, has no scores, and neither should you make any. "No data", "not applicable" and \
zero are three different things. A proxy (a figure by a near definition) is to be called a proxy. What an item marks as read by this \
project is not the wording of the source.
All tools are read-only.
"""

Code = Annotated[str, BeforeValidator(lambda value: str(value) if type(value) is int else value)]
"""A code or another value as text: models write a commitment as a number."""
Language = Annotated[Literal["en", "zh"], Field(description="language of labels and sentences")]
_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


class Ground(Protocol):
    """What the tools answer from.

    :ivar network: the network.
    :ivar readers: where the queries of strangers run.
    """

    network: Network
    readers: Readers

    @property
    def answerer(self) -> Answerer:
        """Answers questions."""


def create_server(ground: Ground) -> MCPServer[Any]:
    """The server with its tools, for any transport."""
    server = _Server(
        "lcgraph", instructions=INSTRUCTIONS, version=lcgraph.__version__, log_level="WARNING"
    )  # at INFO, each request to a server of the store would be in the log
    for tool in (_list_questions, _ask_question, _explain, _describe_framework, _describe_item, _run_sparql):
        function = tool(ground)
        server.tool(annotations=_READ_ONLY, structured_output=True)(function)
    server.take_nothing_else()
    return server


class _Server(MCPServer[Any]):
    """The server, which tells of wrong arguments in the words of the project, and takes none that it does not know."""

    def take_nothing_else(self) -> None:
        """Has the tools say that they take no further arguments."""
        for tool in self._tool_manager.list_tools():
            tool.parameters["additionalProperties"] = False

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Calls a tool.

        :raises ToolError: if there is no such tool, an argument is wrong, or the tool cannot do it.
        """
        tool = self._tool_manager.get_tool(name)
        if tool is not None:
            with _told("zh" if arguments.get("lang") == "zh" else "en"):
                _check(tool, arguments)
        return await super().call_tool(name, arguments, context)


def _check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    """:raises ParameterError: if an argument of a tool is unknown, missing or wrong."""
    known = tool.parameters["properties"]
    for name in arguments:
        if name not in known:
            raise ParameterError(
                Text("The tool “{tool}” has no argument “{name}”.", tool=tool.name, name=name[:80]),
                parameter=name[:80],
                allowed=tuple(known),
                remedy=Text("Its arguments are: {names}.", names=list(known)),
            )
    try:
        tool.fn_metadata.validate_arguments(dict(arguments))
    except ValidationError as error:
        wrong = error.errors()[0]
        name = str(wrong["loc"][0])
        schema = {key: value for key, value in known[name].items() if key not in ("title", "description", "default")}
        if wrong["type"] == "missing":
            found = Text("The tool “{tool}” needs the argument “{name}”.", tool=tool.name, name=name)
        else:
            found = Text("“{found}” is not a value of “{name}”.", found=str(wrong["input"])[:80], name=name)
        raise ParameterError(
            found,
            parameter=".".join(str(part)[:80] for part in wrong["loc"]),
            remedy=Text("It has to follow this schema: {schema}", schema=json.dumps(schema, ensure_ascii=False)),
        ) from error


def http_app(ground: Ground) -> Starlette:
    """The server as an ASGI application: each request by itself, with its answer in one piece.

    What it gives is open to everybody and nobody signs in, so there is nothing that a page of another
    host could get at by a false name (DNS rebinding): any name will do, as at a proxy.
    """
    logging.getLogger("mcp").setLevel(logging.WARNING)
    app = create_server(ground).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=4 * MEGABYTE,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    for route in app.routes:
        route.methods = {"POST"}  # type: ignore[attr-defined]  # with requests by themselves there is no stream to get, and no session to delete
    return app


@contextmanager
def _told(language: str) -> Iterator[None]:
    """Has a model read what was found, where, what was expected and how to mend it."""
    try:
        yield
    except LcgraphError as error:
        raise ToolError(error.tell(language)) from error


def _list_questions(ground: Ground) -> Callable[..., QuestionsShown]:
    def list_questions(
        group: Annotated[
            str | None, Field(description="only questions of this group, such as evidence or gaps")
        ] = None,
        lang: Language = "en",
    ) -> QuestionsShown:
        """List the questions that the knowledge graph answers, with their parameters. Ask one with ask_question."""
        answerer = ground.answerer
        listed = [one for one in answerer.library if group is None or one.group == group]
        groups = sorted({one.group for one in answerer.library})
        if not listed:
            with _told(lang):
                raise NotFound(
                    Text("There is no group “{name}”.", name=str(group)[:80]),
                    remedy=Text("The groups are: {names}.", names=groups),
                )
        shared = [_parameter(name, one, answerer, lang) for name, one in _SHARED.items()]
        return QuestionsShown(
            count=len(listed),
            groups=groups,
            every_question_takes=shared,
            questions=[_question(one, answerer, lang) for one in listed],
        )

    return list_questions


def _question(question: Question, answerer: Answerer, language: str) -> QuestionShown:
    head = question.head
    return QuestionShown(
        name=question.name,
        group=question.group,
        title=pick(head.title.labels(), language),
        description=pick(head.description.labels(), language),
        parameters=[
            _parameter(name, one, answerer, language) for name, one in head.parameters.items() if name not in _SHARED
        ],
    )


def _parameter(name: str, head: ParameterHead, answerer: Answerer, language: str) -> Parameter:
    values = None if head.type == "city" else allowed(head, answerer.framework)
    return Parameter(
        name=name,
        type=head.type,
        required=head.required,
        description=pick(head.description.labels(), language),
        example=head.example,
        allowed=list(values) if values is not None and len(values) <= FEW else None,
    )


def _ask_question(ground: Ground) -> Callable[..., AnswerShown]:
    def ask_question(
        question: Annotated[str, Field(description="name of a question, as list_questions gives it")],
        parameters: Annotated[
            dict[str, Code] | None,
            Field(description='its parameters, such as {"city": "ie-cork", "commitment": "2"}; cities by code or name'),
        ] = None,
        lang: Language = "en",
        limit: Annotated[int, Field(description="rows to give", ge=1, le=MOST_ROWS)] = ROWS,
        cursor: Annotated[
            str, Field(description="where to go on: “next” of the part before, of the same question")
        ] = "",
    ) -> AnswerShown:
        """Ask a question of the library. The answer says what its rows mean, how many there are, and what they rest on."""
        with _told(lang):
            given = parameters or {}
            answer = ground.answerer.ask(question, given, lang, part(str(limit), cursor))
        return _answer(answer, given)

    return ask_question


def _answer(answer: Answer, given: Mapping[str, str]) -> AnswerShown:
    head, language = answer.question.head, answer.language
    query = urlencode({**given, "lang": language})
    return AnswerShown(
        question=answer.question.name,
        title=pick(head.title.labels(), language),
        description=pick(head.description.labels(), language),
        parameters={
            name: " ".join(filter(None, (bound.text, f"({label})" if (label := pick(bound.label, language)) else "")))
            for name, bound in answer.parameters.items()
        },
        columns=[Column(name=name, label=answer.heading(name)) for name in answer.columns],
        rows=[{name: cell(value) for name, value in row.items()} for row in answer.rows],
        count=answer.count,
        offset=answer.part.offset,
        next=answer.next or None,
        empty=None if answer.count else answer.nothing(),
        sources=_sources(answer.rows),
        state=answer.checkpoint,
        address=f"questions/{answer.question.name}?{query}",
    )


def _sources(rows: Iterable[Mapping[str, Any]]) -> list[Source]:
    """What rows rest on, each once, in the order in which they are first named."""
    found: dict[tuple[Cell, ...], None] = {}
    for row in rows:
        named = tuple(row.get(name) or None for name in ("source", "source_link", "submission"))
        if any(named):
            found[named] = None
    return [Source(title=title, link=link, submission=submission) for title, link, submission in found]


def _describe_framework(ground: Ground) -> Callable[..., FrameworkShown]:
    def describe_framework(lang: Language = "en") -> FrameworkShown:
        """Describe the framework as a whole: its commitments and focal areas with their codes, and how much belongs to it."""
        return describing.whole(ground.network.framework, lang)

    return describe_framework


def _describe_item(ground: Ground) -> Callable[..., Described]:
    def describe_item(
        kind: Annotated[
            Literal["commitment", "action", "area", "feature", "measure", "city"], Field(description="what it is")
        ],
        code: Annotated[Code, Field(description="its code or name, such as 2, 2.3, 1.2.2-a or ie-cork")],
        lang: Language = "en",
    ) -> Described:
        """Describe one item of the framework, or a city: its definition, unit and the like, and what it is related to."""
        with _told(lang):
            return describing.item(ground.network.framework, kind, code, lang)

    return describe_item


def _explain(ground: Ground) -> Callable[..., Explained]:
    def explain(
        city: Annotated[str, Field(description="code or name of the city, such as ie-cork")],
        commitment: Annotated[Code, Field(description="code of a commitment; either this or an action")] = "",
        action: Annotated[str, Field(description="code of an action, such as 2.3")] = "",
        edition: Annotated[str, Field(description="code of the only edition that is to count")] = "",
        as_of: Annotated[str, Field(description="the day whose data are meant, such as 2026-03-31")] = "",
        lang: Language = "en",
    ) -> Explained:
        """Explain why a city has evidence for a commitment or an action, step by step, or what is missing where it has none."""
        given = {"city": city, "commitment": commitment, "action": action, "edition": edition, "as_of": as_of}
        with _told(lang):
            made = explaining.explain(ground.answerer, {name: value for name, value in given.items() if value}, lang)
        return Explained(
            has_evidence=made.has_evidence,
            verdict=made.verdict.to(lang),
            words=made.text(lang),
            explanation=json.loads(json.dumps(made.as_json(lang), default=cell)),
            sources=_sources(
                {
                    "source": evidence.source or (None if evidence.measure else evidence.words.to(lang)),
                    "source_link": evidence.link,
                    "submission": evidence.submission,
                }
                for explained in made.actions
                for evidence in explained.evidence
            ),
            address=made.iri,
            state=made.checkpoint,
        )

    return explain


def _run_sparql(ground: Ground) -> Callable[..., Solutions]:
    def run_sparql(
        query: Annotated[
            str,
            Field(description="SPARQL 1.1 SELECT, ASK, CONSTRUCT or DESCRIBE; the prefixes of the project are known"),
        ],
        limit: Annotated[int, Field(description="rows to give", ge=1, le=MOST_ROWS)] = ROWS,
        lang: Language = "en",
    ) -> Solutions:
        """Run a SPARQL query on the graph, within its limits of time, memory and size. Updates and SERVICE are refused.

        The default graph is the union of all graphs. A few terms: lc:Observation (sdmx-dimension:refArea a city, lc:ofMeasure a measure,
        sdmx-dimension:refPeriod a year, sdmx-measure:obsValue), lc:Submission (lc:city, lc:referenceYear), lc:City, lc:Commitment, lc:Action
        (lc:actionOf), lc:Measure (lc:measureOf a feature, lc:informs an action), lc:evidenceForCommitment, skos:notation (codes), skos:prefLabel (en, zh).
        """
        with _told(lang):
            calls(query, (), ground.network.base)  # refuses what is not offered
            prologue, clause = sparql.dataset_clause(query)
            is_graph = sparql.form(query) in ("CONSTRUCT", "DESCRIBE")
            limits = replace(ground.readers.limits, result_bytes=_GRAPH_BYTES if is_graph else _ROWS_BYTES)
            found = ground.readers.run(query, clause=clause, prologue=prologue, limits=limits)
        return _solutions(found, limit, is_graph=is_graph)

    return run_sparql


def _solutions(found: Result, limit: int, *, is_graph: bool) -> Solutions:
    if is_graph:
        shown = Solutions(turtle=found.body.decode(), state=found.checkpoint)
    elif "boolean" in (said := json.loads(found.body)):
        shown = Solutions(boolean=said["boolean"], state=found.checkpoint)
    else:
        bindings = said["results"]["bindings"]
        shown = Solutions(
            variables=said["head"]["vars"],
            rows=[{name: _term(term) for name, term in row.items()} for row in bindings[:limit]],
            count=len(bindings),
            more=len(bindings) > limit,
            state=found.checkpoint,
        )
    return shown


def _term(term: Mapping[str, str]) -> str:
    """A term of the SPARQL results format in N-Triples syntax."""
    match term["type"]:
        case "uri":
            return f"<{term['value']}>"
        case "bnode":
            return f"_:{term['value']}"
    quoted = terms.plain(term["value"])
    if "xml:lang" in term:
        return f"{quoted}@{term['xml:lang']}"
    return f"{quoted}^^<{term['datatype']}>" if "datatype" in term else quoted
