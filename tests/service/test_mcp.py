"""The server for language-model tools, asked by the protocol's own client: over standard streams, by itself over HTTP, and within the service."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult
from service_support import COMMAND, environment, serving

from lcgraph.publishing.network import Network

TOOLS = {
    "list_questions",
    "ask_question",
    "explain",
    "describe_framework",
    "describe_item",
    "run_sparql",
}


class Refused(Exception):
    """A tool says that it cannot."""


@pytest.fixture(scope="module")
def address(demo: Network) -> Iterator[str]:
    """Where a service serves the demonstration network."""
    with serving(demo.directory) as served:
        yield f"{served.address}/mcp"


@pytest.fixture
def call(address: str) -> Callable[..., dict[str, Any]]:
    """Calls a tool of the service: its structured result."""

    def calling(tool: str, /, **arguments: Any) -> dict[str, Any]:
        async def over() -> CallToolResult:
            async with Client(address) as client:
                return await client.call_tool(tool, arguments)

        return structured(asyncio.run(over()))  # what is raised within a client comes as a group of errors

    return calling


async def called(client: Client, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return structured(await client.call_tool(tool, arguments))


def structured(result: CallToolResult) -> dict[str, Any]:
    if result.is_error:
        raise Refused("\n".join(getattr(part, "text", "") for part in result.content))
    found = result.structured_content
    assert isinstance(found, dict)
    return found


def test_there_are_few_tools_and_each_says_what_it_is_for_and_that_it_only_reads(address: str) -> None:
    async def listed() -> list[Any]:
        async with Client(address) as client:
            assert client.instructions is not None
            assert "never ranks cities" in client.instructions
            return list((await client.list_tools()).tools)

    tools = asyncio.run(listed())
    assert {tool.name for tool in tools} == TOOLS
    for tool in tools:
        assert len(tool.description) > 60
        assert tool.annotations.read_only_hint
        assert tool.output_schema is not None
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), (tool.name, name)


def test_questions_are_listed_with_their_parameters_in_both_languages(call: Callable[..., dict[str, Any]]) -> None:
    english, chinese = call("list_questions"), call("list_questions", lang="zh")
    assert english["count"] == len(english["questions"]) == chinese["count"] >= 10
    by_name = {one["name"]: one for one in english["questions"]}
    parameters = {one["name"]: one for one in by_name["city-commitments"]["parameters"]}
    assert parameters["city"]["required"]
    assert parameters["commitment"]["allowed"] == [str(n) for n in range(1, 13)]
    assert {one["title"] for one in chinese["questions"]}.isdisjoint({one["title"] for one in english["questions"]})
    assert [one["name"] for one in english["every_question_takes"]] == ["edition", "as_of"]
    assert not {"edition", "as_of"} & {name for one in english["questions"] for name in parameters_of(one)}
    assert len(json.dumps(english)) < 70_000  # a model has little room
    gaps = call("list_questions", group="gaps")
    assert {one["group"] for one in gaps["questions"]} == {"gaps"}
    with pytest.raises(Refused, match=r"There is no group “scores”\.\nTo mend it: The groups are: .*evidence"):
        call("list_questions", group="scores")
    with pytest.raises(Refused, match="没有组别“scores”"):
        call("list_questions", group="scores", lang="zh")


def parameters_of(question: dict[str, Any]) -> set[str]:
    return {one["name"] for one in question["parameters"]}


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        ("explain", {"city": "ie-cork", "commitment": "2", "asof": "2020-01-01"}, r"(?s)no argument “asof”.*as_of"),
        ("ask_question", {}, "needs the argument “question”"),
        ("ask_question", {"question": ["measures"]}, r"(?s)is not a value of “question”.*\{\"type\": \"string\"\}"),
        (
            "ask_question",
            {"question": "measures", "limit": 501},
            r"(?s)“501” is not a value of “limit”.*\"maximum\": 500",
        ),
        ("ask_question", {"question": "city-gaps", "parameters": {"city": 1.5}}, "Where: parameters.city"),
        ("describe_item", {"kind": "planet", "code": "x"}, r"(?s)“planet” is not a value.*\"measure\""),
        ("list_questions", {"lang": "zh", "of": "gaps"}, "工具“list_questions”没有参数“of”"),
    ],
)
def test_a_wrong_argument_is_told_in_the_words_of_the_project(
    tool: str, arguments: dict[str, Any], says: str, call: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(Refused, match=says) as refused:
        call(tool, **arguments)
    assert "pydantic" not in str(refused.value)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask_question", {"question": "x" * 100_000}),
        ("ask_question", {"question": "measures", "parameters": {"x" * 100_000: "1"}}),
        ("ask_question", {"question": "city-gaps", "parameters": {"city": "x" * 100_000}}),
        ("ask_question", {"question": "find", "parameters": {"text": "x" * 100_000}}),
        ("list_questions", {"group": "x" * 100_000}),
        ("describe_item", {"kind": "city", "code": "x" * 100_000}),
        ("explain", {"city": "x" * 100_000, "commitment": "2"}),
        ("run_sparql", {"query": "(" * 100_000}),
        ("run_sparql", {"query": "SELECT * {" + "?a ?b ?c . " * 200_000 + "}"}),
    ],
)
def test_a_huge_text_is_refused_and_not_said_again(
    tool: str, arguments: dict[str, Any], call: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(Refused) as refused:
        call(tool, **arguments)
    assert len(str(refused.value)) < 2500


def test_a_number_that_a_model_writes_for_a_code_is_understood(call: Callable[..., dict[str, Any]]) -> None:
    assert call("explain", city="Cork", commitment=2)["has_evidence"]
    assert call("ask_question", question="commitment-cities", parameters={"commitment": 2})["count"] > 0
    assert call("describe_item", kind="commitment", code=2)["code"] == "2"


def test_each_result_is_as_the_schema_of_its_tool_says(address: str) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("list_questions", {}),
        ("ask_question", {"question": "city-commitments", "parameters": {"city": "Cork"}}),
        ("ask_question", {"question": "city-commitments", "parameters": {"city": "Dublin", "as_of": "2020-01-01"}}),
        ("explain", {"city": "Cork", "commitment": "2"}),
        ("explain", {"city": "Cork", "action": "1.1", "lang": "zh"}),
        ("describe_framework", {}),
        ("describe_item", {"kind": "measure", "code": "1.2.2-a"}),
        ("describe_item", {"kind": "city", "code": "Cork"}),
        ("run_sparql", {"query": "SELECT * { ?c a lc:City }"}),
        ("run_sparql", {"query": "ASK { ?c a lc:City }"}),
        ("run_sparql", {"query": "CONSTRUCT { ?c a lc:City } WHERE { ?c a lc:City }"}),
    ]

    async def over() -> None:
        async with Client(address) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            for name, arguments in calls:
                tool, result = tools[name], await client.call_tool(name, arguments)
                assert tool.input_schema["additionalProperties"] is False
                jsonschema.validate(arguments, tool.input_schema)
                jsonschema.validate(structured(result), tool.output_schema or {})

    assert {name for name, _ in calls} == TOOLS
    asyncio.run(over())


def test_an_answer_has_its_rows_what_they_mean_and_what_they_rest_on(call: Callable[..., dict[str, Any]]) -> None:
    answer = call("ask_question", question="city-commitments", parameters={"city": "Cork", "commitment": "2"})
    assert answer["parameters"]["city"] == "ie-cork (Cork)"
    assert answer["count"] == len(answer["rows"]) == 3
    assert answer["next"] is None
    assert [row["value"] for row in answer["rows"]] == [25, 12, 19]
    assert "not that a commitment is kept" in answer["description"]
    (source,) = {tuple(one.items()) for one in answer["sources"]}
    assert "Eurostat" in str(dict(source)["title"])
    assert str(dict(source)["link"]).startswith("https://")
    assert str(dict(source)["submission"]).endswith("submission/ie-cork/2011/1")
    assert answer["state"]
    chinese = call("ask_question", question="city-commitments", parameters={"city": "科克"}, lang="zh")
    assert [row["value"] for row in chinese["rows"]] == [25, 12, 19]
    assert chinese["columns"][0]["label"] == "承诺编号"


def test_a_long_answer_comes_in_parts_that_say_so(call: Callable[..., dict[str, Any]]) -> None:
    whole = call("ask_question", question="measures", limit=500)
    assert whole["count"] == len(whole["rows"]) == 54
    first = call("ask_question", question="measures", limit=30)
    then = call("ask_question", question="measures", limit=30, cursor=first["next"])
    assert first["next"]
    assert then["next"] is None
    assert first["rows"] + then["rows"] == whole["rows"]
    with pytest.raises(Refused, match="Begin anew"):
        call("ask_question", question="commitments", cursor=first["next"])


def test_what_cannot_be_asked_is_refused_with_the_way_to_mend_it(call: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(Refused, match=r"There is no question “city-scores”\.\nTo mend it: Did you mean city-"):
        call("ask_question", question="city-scores")
    with pytest.raises(Refused, match=r"(?s)“Corkk” is not a value.*ie-cork \(Cork\)"):
        call("ask_question", question="city-gaps", parameters={"city": "Corkk"})
    with pytest.raises(Refused, match="需要参数"):
        call("ask_question", question="city-gaps", lang="zh")
    with pytest.raises(Refused, match="limit"):
        call("ask_question", question="measures", limit=0)


def test_a_query_gives_terms_as_they_are_and_says_how_many_rows_there_are(
    call: Callable[..., dict[str, Any]],
) -> None:
    query = "SELECT ?city ?name { ?city a lc:City ; skos:prefLabel ?name FILTER (LANG(?name) = 'en') } ORDER BY ?city"
    found = call("run_sparql", query=query, limit=2)
    assert found["variables"] == ["city", "name"]
    assert found["rows"][0] == {"city": "<https://w3id.org/lcgraph/city/be-liege>", "name": '"Liège"@en'}
    assert (found["count"], len(found["rows"]), found["more"]) == (69, 2, True)
    assert call("run_sparql", query="ASK { ?submission a lc:Submission }")["boolean"] is True
    graph = call("run_sparql", query="CONSTRUCT { ?c a lc:Commitment } WHERE { ?c a lc:Commitment }")
    assert graph["turtle"].count("Commitment") >= 12


def test_it_explains_why_there_is_evidence_and_what_is_missing(call: Callable[..., dict[str, Any]]) -> None:
    found = call("explain", city="Cork", commitment="2")
    assert found["has_evidence"]
    assert found["verdict"].startswith("Cork has evidence for commitment 2")
    assert "1.2.2-a" in found["words"]
    assert found["explanation"]["statement"]["object"].endswith("commitment/2")
    (source,) = found["sources"]
    assert source["title"].startswith("Eurostat")
    assert source["submission"].endswith("submission/ie-cork/2011/1")
    lacking = call("explain", city="ie-cork", action="1.1", lang="zh")
    assert not lacking["has_evidence"]
    assert "1.1.1-a" in lacking["words"]
    with pytest.raises(Refused, match="either a commitment or an action"):
        call("explain", city="ie-cork")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "only be read|not offered|submission"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { ?s ?p }", "not SPARQL"),
        ("SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }", "There is no graph"),
        ("SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f }", "longer than|larger than|more than"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "larger than"),
    ],
)
def test_a_query_that_is_not_offered_or_takes_too_much_is_refused(
    query: str, says: str, call: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(Refused, match=says):
        call("run_sparql", query=query)


@pytest.mark.parametrize(
    ("kind", "code", "related"),
    [
        ("commitment", "2", {"actions": 6, "realised by": 1}),
        ("action", "2.3", {"commitment": 1}),
        ("area", "1.2", {"realises": 1, "features": 5}),
        ("feature", "1.2.2", {"focal area": 1, "measures": 2}),
        ("measure", "1.2.2-a", {"feature": 1, "figures asked for": 3}),
        ("city", "Cork", {}),
    ],
)
def test_an_item_is_described_with_what_it_is_related_to(
    kind: str, code: str, related: dict[str, int], call: Callable[..., dict[str, Any]]
) -> None:
    for language in ("en", "zh"):
        found = call("describe_item", kind=kind, code=code, lang=language)
        counts = {name: len(items) for name, items in found["related"].items()}
        if language == "en":
            assert related.items() <= counts.items()
        else:  # what is not a name is told in Chinese
            told = {*counts, *found["facts"]} - {"GeoNames", "Wikidata"}
            assert all(re.search("[\u4e00-\u9fff]", name) for name in told), told
            assert len(related) <= len(counts)
        assert found["iri"].startswith("https://w3id.org/lcgraph/")
        assert bool(re.search("[\u4e00-\u9fff]", found["label"])) == (language == "zh")


def test_the_framework_is_described_as_a_whole(call: Callable[..., dict[str, Any]]) -> None:
    found = call("describe_framework")
    assert found["counts"]["commitments"] == len(found["commitments"]) == 12
    assert found["counts"]["actions"] == 50
    assert call("describe_framework", lang="zh")["counts"]["行动"] == 50
    with pytest.raises(Refused, match="“13” is not a value of “commitment”"):
        call("describe_item", kind="commitment", code="13")


@asynccontextmanager
async def over_standard_streams(data: Path) -> AsyncIterator[Client]:
    server = StdioServerParameters(command=COMMAND, args=["mcp", "--data", str(data)], env=environment())
    async with Client(server) as client:
        yield client


def test_it_speaks_over_standard_streams(demo: Network) -> None:
    async def asked() -> dict[str, Any]:
        async with over_standard_streams(demo.directory) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
            return await called(client, "ask_question", {"question": "cities", "parameters": {"country": "IE"}})

    assert [row["code"] for row in asyncio.run(asked())["rows"]] == ["ie-cork", "ie-dublin", "ie-limerick"]


def test_of_a_network_that_has_published_nothing_the_framework_is_told(tmp_path: Path) -> None:
    async def asked() -> tuple[dict[str, Any], dict[str, Any]]:
        async with over_standard_streams(tmp_path / "new") as client:
            commitments = await called(client, "ask_question", {"question": "commitments"})
            given = {"question": "city-commitments", "parameters": {"city": "ie-cork"}}
            return commitments, await called(client, "ask_question", given)

    commitments, evidence = asyncio.run(asked())
    assert commitments["count"] == 12
    assert evidence["rows"] == []
    assert evidence["empty"] == "The city has handed in nothing yet."


def test_it_serves_over_http_by_itself(demo: Network) -> None:
    command = [COMMAND, "mcp", "--http", "--port", "0", "--data", str(demo.directory)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment())
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/mcp", said)
        assert address is not None, said

        async def asked() -> dict[str, Any]:
            async with Client(address[0]) as client:
                return await called(client, "ask_question", {"question": "commitments"})

        assert asyncio.run(asked())["count"] == 12
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15, 130, 143)
        process.stderr.close()


def test_a_tool_that_there_is_not_is_an_error_of_the_protocol_or_refused(call: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises((MCPError, Refused), match="publish"):
        call("publish")
