"""What is wrong with a request is told in the language that it asks for, whatever parameter of whatever address it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from lcgraph.service.http.negotiation import SHORT_NAMES

WRONG = ("no-such", "-1", "1.5", "\x00", "")
NAMES = {"GET", "POST", "SPARQL", "name", "file", "query", "graph", "default", "text", *SHORT_NAMES}
"""What is called the same in Chinese."""


def addresses(client: httpx.Client) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Each address with a method and its parameters, as the service describes them."""
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for method, described in methods.items():
            if method in ("get", "post") and "{" not in path:
                yield method, path, described.get("parameters", [])


def english(problem: dict[str, Any], *known: str) -> list[str]:
    """The English words of a problem: those that are no code, name of a parameter or of a format."""
    told = "\n".join(str(problem[key]) for key in ("title", "detail", "expected", "remedy") if key in problem)
    for word in sorted({*known, *map(str, problem.get("allowed", ()))} - {""}, key=len, reverse=True):
        told = told.replace(word, " ")
    told = re.sub(
        r"[\w.+-]+/[\w.+-]+|[a-z]{2}-[a-z-]+|\b[A-Z]{2}\b|\.[a-z]+", " ", told
    )  # media types, codes, extensions
    return [word for word in re.findall(r"[A-Za-z]{2,}", told) if word not in NAMES]


def test_every_wrong_parameter_of_every_address_is_told_in_chinese(client: httpx.Client) -> None:
    headers = {"Accept-Language": "zh", "Accept": "application/json"}
    left: set[tuple[str, str, str]] = set()
    found = 0
    for method, path, described in addresses(client):
        parameters = [parameter for parameter in described if parameter["in"] == "query"]
        names = [parameter["name"] for parameter in parameters]
        needed = {p["name"]: str(p.get("example", "x")) for p in parameters if p.get("required")}
        body = {"content": b"x"} if method == "post" else {}
        asked: list[Any] = [{}, needed | {"nosuch": "1"}]
        asked += [
            needed | {name: value} for name in names if name not in ("query", "graph", "default") for value in WRONG
        ]
        asked += [[*needed.items(), (name, "a"), (name, "b")] for name in names if name not in ("query", "graph")]
        for given in asked:
            answer = client.request(method, path, params=given, headers=headers, **body)  # type: ignore[arg-type]  # bytes
            if answer.status_code < 400:
                continue
            found += 1
            values = [str(value) for _, value in (given.items() if isinstance(given, dict) else given)]
            known = (*path.split("/"), "questions", *names, *needed.values(), *values, "nosuch")
            problem = answer.json()
            left.update((path, str(given)[:60], word) for word in english(problem, *known))
    assert found > 80
    assert left == set()


@pytest.mark.parametrize(
    ("path", "title"),
    [("/nowhere", "未找到"), ("/questions?format=pdf", "没有所要的格式"), ("/questions/city-gaps", "内容无法处理")],
)
def test_the_title_of_a_problem_is_told_in_chinese(path: str, title: str, client: httpx.Client) -> None:
    answer = client.get(path, headers={"Accept-Language": "zh", "Accept": "application/json"})
    assert answer.json()["title"] == title
    assert answer.headers["Content-Language"] == "zh"


def test_the_description_for_programs_comes_in_chinese_too(client: httpx.Client) -> None:
    def texts(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, one in value.items():
                yield from texts(one, name)
        elif isinstance(value, list):
            for one in value:
                yield from texts(one)
        elif isinstance(value, str) and key in ("summary", "description"):
            yield value

    in_english, in_chinese = (client.get("/openapi.json", params={"lang": tag}) for tag in ("en", "zh"))
    assert in_english.headers["content-language"] == "en"
    assert in_chinese.headers["content-language"] == "zh"
    assert [*in_english.json()["paths"]] == [*in_chinese.json()["paths"]]
    pairs = list(zip(texts(in_english.json()), texts(in_chinese.json()), strict=True))
    assert len(pairs) > 50
    assert [english for english, chinese in pairs if chinese.isascii() and english != "RFC 9457"] == []
