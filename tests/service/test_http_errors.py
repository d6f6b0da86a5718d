"""What holds at every address: problem documents, methods, headers, and the description of it all."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_support import Served

from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.service.http.app import create_app
from lcgraph.service.settings import Settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
WRONG: list[tuple[str, str, int]] = [
    ("GET", "/nothing-here", 404),
    ("GET", "/questions/nothing-here", 404),
    ("GET", "/static/nothing.css", 404),
    ("GET", "/static/..%2fapp.py", 404),
    ("DELETE", "/cities", 405),
    ("POST", "/", 405),
    ("GET", "/checks", 405),
    ("POST", "/city/ie-cork", 405),
    ("DELETE", "/city/ie-cork.ttl", 405),
    ("POST", "/city/nowhere", 404),
    ("GET", "/cities?format=docx", 406),
    ("GET", "/cities?lang=xx", 422),
    ("GET", "/questions/city-commitments", 422),
    ("GET", "/questions/city-commitments?city=nowhere", 422),
    ("GET", "/questions/city-commitments?city=ie-cork&city=de-dresden", 422),
    ("GET", "/questions/city-commitments?city=ie-cork&colour=red", 422),
    ("GET", "/questions/measure-series?city=ie-cork&measure=9.9.9-z", 422),
]


@pytest.mark.parametrize(("method", "address", "status"), WRONG)
def test_every_error_is_a_problem_document(client: httpx.Client, method: str, address: str, status: int) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert problem["status"] == status
    assert problem["type"].startswith("https://")
    in_chinese = client.request(method, address, headers={"Accept-Language": "zh"}).json()
    assert in_chinese["detail"] != problem["detail"]
    assert in_chinese["type"] == problem["type"]


def test_a_wrong_value_is_told_with_those_that_are_allowed_or_near(client: httpx.Client) -> None:
    near = client.get("/questions/city-commitments?city=corkk").json()
    assert near["parameter"] == "city"
    assert "ie-cork" in near["allowed"]
    few = client.get("/questions/city-commitments?city=ie-cork&commitment=99").json()
    assert few["allowed"]
    assert set(few["allowed"]) <= {str(n) for n in range(1, 13)}
    assert "city-commitments" in client.get("/questions/city-comitments").json()["remedy"]
    assert "text/csv" in client.get("/cities", headers={"Accept": "image/png"}).json()["remedy"]


def test_the_language_of_an_error_is_that_of_the_request(client: httpx.Client) -> None:
    chosen = client.get("/questions/city-commitments?city=nowhere&lang=zh", headers={"Accept-Language": "en"})
    assert chosen.headers["content-language"] == "zh"


def test_a_browser_is_shown_a_page_in_place_of_a_problem_document(client: httpx.Client) -> None:
    for _, address, status in [wrong for wrong in WRONG if wrong[0] == "GET" and "format=" not in wrong[1]]:
        page = client.get(address, headers={"Accept": BROWSER})
        assert (page.status_code, page.headers["content-type"]) == (
            status if page.status_code != 200 else 200,
            "text/html; charset=utf-8",
        )


@pytest.mark.parametrize("address", ["/", "/questions", "/cities", "/health", "/sparql?query=ASK{}", "/openapi.json"])
def test_head_is_get_without_the_body(client: httpx.Client, address: str) -> None:
    head, get = client.head(address), client.get(address)
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]
    assert head.headers["content-length"] == get.headers["content-length"]


@pytest.mark.parametrize(
    ("method", "address", "allowed"),
    [
        ("PUT", "/city/ie-cork", "GET, HEAD, OPTIONS"),
        ("DELETE", "/cities", "GET, HEAD, OPTIONS"),
        ("POST", "/static/style.css", "GET, HEAD, OPTIONS"),
        ("HEAD", "/checks", "OPTIONS, POST"),
    ],
)
def test_a_method_that_is_refused_is_told_with_those_that_are_not(
    client: httpx.Client, method: str, address: str, allowed: str
) -> None:
    answer = client.request(method, address)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_scripts_of_other_sites_may_read_and_ask(client: httpx.Client) -> None:
    asked = client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert asked.status_code == 204
    assert "POST" in asked.headers["access-control-allow-methods"]
    assert "content-type" in asked.headers["access-control-allow-headers"].lower()
    for answer in (asked, client.get("/cities"), client.get("/nothing")):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("address", ["/", "/cities", "/nothing", "/static/style.css"])
def test_every_response_tells_the_browser_to_do_no_more_than_it_must(client: httpx.Client, address: str) -> None:
    headers = client.get(address, headers={"Accept": BROWSER}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers
    if headers["content-type"].startswith("text/html"):
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "script-src" not in headers["content-security-policy"]


def test_a_fault_of_the_service_is_a_problem_that_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    app = create_app(Settings(data=str(tmp_path)))

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("secret of the inside")

    async def ask(accept: str) -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/fault", headers={"Accept": accept})

    for accept in ("*/*", BROWSER):
        answer = asyncio.run(ask(accept))
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert asyncio.run(ask("*/*")).headers["content-type"] == "application/problem+json"


def _described(served: Served) -> dict[str, Any]:
    said = served.client.get("/openapi.json").json()
    assert isinstance(said, dict)
    return said


def test_the_description_of_the_interface_is_openapi_3_1_and_whole(served: Served) -> None:
    said = _described(served)
    assert said["openapi"].startswith("3.1")
    names = Library(resources.directory("queries"), DEFAULT_BASE).names
    expected = {f"/questions/{name}" for name in names} | {
        "/questions",
        "/cities",
        "/commitments",
        "/checks",
        "/sparql",
    }
    assert expected <= set(said["paths"])
    identifiers = []
    for path, methods in said["paths"].items():
        for operation in methods.values():
            identifiers.append(operation["operationId"])
            assert operation["summary"]
            assert operation["responses"]["200"]["content"], path
            for status, response in operation["responses"].items():
                assert response["description"], (path, status)
                if int(status) >= 400:
                    assert set(response["content"]) == {"application/problem+json"}, (path, status)
            names_of = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert len(names_of) == len(set(names_of))
    assert len(identifiers) == len(set(identifiers))
    assert "#/" not in json.dumps(said) or "components" in said


def test_the_description_offers_what_is_answered(served: Served) -> None:
    paths = _described(served)["paths"]
    for path in ("/cities", "/commitments"):
        for media_type in paths[path]["get"]["responses"]["200"]["content"]:
            answer = served.client.get(path, headers={"Accept": media_type})
            assert answer.headers["content-type"].startswith(media_type)
