"""A question in plain words, over HTTP, on the page and on the command line: answered, or the nearest offered."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_support import Run
from support import SMALL

from lcgraph.asking.plain_words import MAX_LETTERS

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
EVIDENCE = "Which commitments does Cork have evidence for?"


def ask(client: httpx.Client, text: str, follow: bool = False, accept: str = "*/*", **more: Any) -> httpx.Response:
    return client.get("/ask", params={"q": text, **more}, headers={"Accept": accept}, follow_redirects=follow)


@pytest.mark.parametrize(
    ("text", "more", "location"),
    [
        (EVIDENCE, {}, "/questions/city-commitments?city=ie-cork&lang=en"),
        ("科克市有哪些承诺有证据？", {}, "/questions/city-commitments?city=ie-cork&lang=zh"),
        ("科克市有哪些承诺有证据？", {"lang": "en"}, "/questions/city-commitments?city=ie-cork&lang=en"),
        ("gaps of Cork", {"format": "csv"}, "/questions/city-gaps?city=ie-cork&format=csv&lang=en"),
        ("gaps of Cork", {"commitment": "4"}, "/questions/city-gaps?city=ie-cork&commitment=4&lang=en"),
    ],
)
def test_what_is_sure_leads_to_the_question(
    client: httpx.Client, text: str, more: dict[str, Any], location: str
) -> None:
    answer = ask(client, text, **more)
    assert (answer.status_code, answer.headers["location"]) == (303, location)


def test_who_follows_gets_the_answer_in_the_language_of_the_question(client: httpx.Client) -> None:
    answer = ask(client, "科克市还缺什么？", follow=True).json()
    assert (answer["question"], answer["language"]) == ("city-gaps", "zh")
    assert answer["parameters"]["city"] == {"value": "ie-cork", "label": "科克"}
    page = ask(client, EVIDENCE, follow=True, accept=BROWSER)
    assert "<h1>Commitments that a city has evidence for</h1>" in page.text


@pytest.mark.parametrize(
    ("text", "location"),
    [
        ("why does Cork have evidence for commitment 2", "/explanations?city=ie-cork&commitment=2&lang=en"),
        ("為什麼科克沒有承諾三的證據", "/explanations?city=ie-cork&commitment=3&lang=zh"),
    ],
)
def test_who_asks_why_is_led_to_the_explanation(client: httpx.Client, text: str, location: str) -> None:
    answer = ask(client, text, limit="1")  # an explanation comes whole
    assert (answer.status_code, answer.headers["location"]) == (303, location)
    assert "commitment" in ask(client, text, follow=True).json()["about"]["kind"]


def test_what_is_not_sure_brings_the_nearest_as_addresses_and_lines_that_work(client: httpx.Client) -> None:
    answer = ask(client, "evidence of Dublin and of Cork")
    assert answer.status_code == 300
    said = answer.json()
    assert said["detail"] == "It is not sure which question is meant."
    assert not said["refused"]
    assert 1 < len(said["offers"]) <= 3
    for offer in said["offers"]:
        assert client.get(offer["address"]).status_code == 200
        assert offer["command"].startswith(f"lcgraph ask {offer['question']}")
        assert offer["address"] in said["remedy"]


def test_a_city_that_is_not_known_is_asked_for_with_the_nearest(client: httpx.Client) -> None:
    said = ask(client, "what does Corkk still lack").json()
    assert [(offer["question"], offer["missing"]) for offer in said["offers"]] == [("city-gaps", [])]
    assert "Did you mean ie-cork (Cork)?" in said["detail"]
    assert "您是不是指ie-cork（科克）" in ask(client, "what does Corkk still lack", lang="zh").json()["detail"]


def test_a_ranking_is_refused(client: httpx.Client) -> None:
    said = ask(client, "哪个城市最好？").json()
    assert said["refused"]
    assert said["detail"].startswith("这里不对城市排名")


def test_what_no_question_is_near_to_and_nothing_at_all_are_problems(client: httpx.Client) -> None:
    answer = ask(client, "how do I cook a goulash")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"] == "No question of the library comes near."
    for query in ("", "?q=", "?q=%20", "?q=a&q=b", "?q=" + "a" * (MAX_LETTERS + 1)):
        said = client.get(f"/ask{query}")
        assert (said.status_code, said.json()["parameter"]) == (422, "q")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_field_stands_on_the_pages_and_keeps_what_was_asked(client: httpx.Client, language: str) -> None:
    headers = {"Accept": BROWSER, "Accept-Language": language}
    for address in ("/", "/questions", "/ask"):
        page = client.get(address, headers=headers)
        assert page.status_code == 200
        assert '<form class="ask words" method="get" action="/ask">' in page.text
        assert f'maxlength="{MAX_LETTERS}"' in page.text
    page = client.get("/ask", params={"q": 'gaps "of" <Corkk>', "lang": language}, headers=headers)
    assert page.status_code == 300
    assert page.headers["content-language"] == language
    (value,) = re.findall(r'<input id="q"[^>]* value="([^"]*)"', page.text)
    assert unescape(value) == 'gaps "of" <Corkk>'
    assert "&lt;Corkk&gt;" in page.text
    assert "lcgraph ask city-gaps --city ie-cork" in page.text
    assert client.get("/ask", params={"q": "goulash"}, headers=headers).status_code == 422


def test_the_description_for_programs_tells_what_comes_back(client: httpx.Client) -> None:
    said = client.get("/openapi.json").json()["paths"]["/ask"]["get"]
    assert {"300", "303", "422"} <= set(said["responses"])
    assert [parameter["name"] for parameter in said["parameters"]] == ["q", "lang", "format"]


# the command line


@pytest.fixture
def cork(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")
    assert run("publish", "cork.csv").status == 0
    return run


def test_the_command_says_what_it_understood_and_answers(cork: Run) -> None:
    ended = cork("ask", EVIDENCE)
    assert (ended.status, ended.err) == (0, "lcgraph ask city-commitments --city ie-cork\n")
    assert ended.out == cork("ask", "city-commitments", "--city", "ie-cork").out
    assert cork("ask", *EVIDENCE.split(), "--format", "csv").out.startswith("commitment_code,")


def test_the_command_answers_in_the_language_of_the_question_unless_told_otherwise(cork: Run) -> None:
    assert "承诺编号" in cork("ask", "科克市有哪些承诺有证据？").out
    assert "Commitment in words" in cork("ask", "科克市有哪些承诺有证据？", "--lang", "en").out


def test_the_command_explains_to_who_asks_why(cork: Run, tmp_path: Path) -> None:
    why = "why does Cork have evidence for commitment 2?"
    ended = cork("ask", why)
    assert (ended.status, ended.err) == (0, "lcgraph explain --city ie-cork --commitment 2\n")
    assert ended.out == cork("explain", "--city", "ie-cork", "--commitment", "2").out
    assert cork("ask", "为什么说科克有承诺2的证据").out.startswith("科克具有承诺2")
    assert cork("ask", why, "--format", "turtle", "-o", "why.ttl").status == 0
    assert "lc:Explanation" in (tmp_path / "why.ttl").read_text(encoding="utf-8")
    ended = cork("ask", why, "--format", "csv")
    assert (ended.status, ended.out) == (2, "")
    assert "text, json, turtle" in ended.err


def test_the_command_offers_lines_to_copy_with_status_1(cork: Run) -> None:
    ended = cork("ask", "evidence of Dublin and of Cork")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("It is not sure which question is meant.")
    assert len(re.findall(r"^  lcgraph ask [a-z-]+", ended.err, re.MULTILINE)) > 1
    ended = cork("ask", "哪个城市最好")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err.startswith("这里不对城市排名")
    assert cork("ask", " ").status == 2


def test_a_mistyped_name_of_a_question_is_still_told_as_one(run: Run) -> None:
    ended = run("ask", "city-comitments", "--city", "ie-cork")
    assert ended.status == 2
    assert "city-commitments" in ended.err
    assert "in-words" not in run("ask", "--help").out
