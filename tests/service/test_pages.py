"""The pages: what they show, in both languages, without script, and for those who do not see them."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import groupby
from operator import itemgetter

import httpx
import pytest

from lcgraph.framework.framework import Framework
from lcgraph.service.http.temple import temple, wrap

PAGES = [
    "/",
    "/questions",
    "/questions/city-commitments",
    "/questions/city-commitments?city=ie-cork",
    "/questions/city-commitments?city=corkk",
    "/questions/city-gaps?city=fi-espoo",
    "/questions/measure-series?city=ie-cork&measure=1.2.2-a",
    "/cities",
    "/commitments",
    "/sparql",
    "/nothing-here",
]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "polygon"}


class Page(HTMLParser):
    """The elements of a page, and whether they are nested as they should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def get(client: httpx.Client, address: str, language: str = "en") -> Page:
    answer = client.get(address, headers={"Accept": BROWSER, "Accept-Language": language})
    assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.text[:300]
    assert answer.headers["content-language"] == language
    return Page(answer.text)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_can_be_used_without_script_and_without_seeing_it(
    client: httpx.Client, address: str, language: str
) -> None:
    page = get(client, address, language)
    assert page.of("html") == [{"lang": language}]
    assert not page.of("script")
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert not any("style" in attributes for _, attributes in page.elements)  # the content policy forbids it
    assert len(page.of("h1")) == len(page.of("main")) == len(page.of("header")) == len(page.of("footer")) == 1
    assert page.of("a")[0]["href"] == "#content"
    labels = {label["for"] for label in page.of("label")}
    for tag in ("input", "select", "textarea"):
        for field in page.of(tag):
            assert field.get("type") == "hidden" or field["id"] in labels
    assert all(cell.get("scope") for cell in page.of("th"))
    assert all(nav.get("aria-label") for nav in page.of("nav"))
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert any(link.get("hreflang") for link in page.of("a"))


@pytest.mark.parametrize("address", PAGES)
def test_a_chinese_page_has_no_english_heading_or_label(client: httpx.Client, address: str) -> None:
    english, chinese = get(client, address), get(client, address, "zh")
    assert "".join(english.text) != "".join(chinese.text)
    text = " ".join(chinese.text)
    for word in ("Questions", "Cities", "Commitments", "Ask", "optional", "Place", "evidence", "Check", "The query"):
        assert f" {word} " not in f" {text} ".replace("\n", " ")


def test_the_start_page_shows_what_this_is_and_where_to_go(client: httpx.Client, framework: Framework) -> None:
    page = get(client, "/")
    text = " ".join(" ".join(page.text).split())
    for area in framework.edition().areas:
        assert area.label["en"] in text
    for city in ("Cork", "Dresden", "Espoo", "Borås"):
        assert city in text
    assert "Unemployment rate" in text  # a live answer
    assert "cities.csv, line" in text
    links = {link["href"] for link in page.of("a")}
    assert any(link and link.startswith("/questions/commitment-framework") for link in links)
    assert any(link and link.startswith("/sparql") for link in links)
    assert any(form.get("action", "").startswith("/checks") for form in page.of("form"))  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", ["/", "/questions"])
def test_questions_stand_below_the_titles_of_their_groups(address: str, language: str, client: httpx.Client) -> None:
    listed = client.get("/questions", params={"format": "json", "lang": language}).json()["questions"]
    text = " ".join(" ".join(get(client, address, language).text).split())
    place = 0
    for group, those in groupby(listed, key=itemgetter("group_title")):
        place = text.index(f" {group} ", place)
        for question in those:
            place = text.index(question["title"], place)


def test_no_link_of_the_start_page_leads_nowhere(client: httpx.Client) -> None:
    links = {link["href"] for link in get(client, "/").of("a")}
    local = sorted(link for link in links if link is not None and link.startswith("/"))
    seen = [link for link in local if "city=" not in link] + [link for link in local if "city=" in link][:5]
    assert len(seen) > 20
    for link in seen:
        assert client.get(link, headers={"Accept": BROWSER}).status_code == 200, link


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_temple_has_a_pediment_six_columns_and_three_steps_that_hold_their_titles(
    framework: Framework, language: str
) -> None:
    drawn = temple(framework, language)
    by_part = {part: [s for s in drawn.stones if s.part == part] for part in ("pediment", "columns", "steps")}
    assert {part: len(stones) for part, stones in by_part.items()} == {"pediment": 3, "columns": 6, "steps": 3}
    assert max(s.y for s in by_part["pediment"]) < min(s.y for s in by_part["columns"])
    assert max(s.y + s.height for s in by_part["columns"]) < min(s.y for s in by_part["steps"])
    for stone in drawn.stones:
        assert 0 <= stone.x < stone.x + stone.width <= drawn.width
        assert "".join(stone.lines).replace(" ", "") == stone.label.replace(" ", "")
        if stone.part != "steps":
            for y, line in stone.line_positions():
                assert stone.y < y - 14
                assert y < stone.y + stone.height
                assert sum(15 if ord(c) > 0x2E80 else 7.6 for c in line) <= stone.width + 8
        assert stone.commitment


def test_a_title_is_broken_between_words_and_not_before_a_comma() -> None:
    lines = wrap("Inclusive learning in the education system", 112)
    assert " ".join(lines) == "Inclusive learning in the education system"
    assert max(map(len, lines)) <= 14
    assert not any(line.startswith("，") for line in wrap("提升个体能力，促进社会和谐", 60))


@pytest.mark.parametrize(
    "address",
    [
        "/questions/city-commitments?city=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/questions/city-commitments?city=ie-cork&%3Cscript%3E=1",
        "/questions/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/questions/city-commitments?lang=%3Cscript%3E",
        "/questions/city-commitments?city=ie-cork&x=%22%20onmouseover=%22alert(1)",
    ],
)
def test_nothing_that_a_stranger_writes_in_an_address_becomes_markup(client: httpx.Client, address: str) -> None:
    answer = client.get(address, headers={"Accept": BROWSER})
    assert "<script" not in answer.text.lower()
    page = Page(answer.text)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


@pytest.mark.parametrize("path", ["/city/ie-cork%3Fx", "/city/a%20b%22", "//elsewhere.example/city"])
def test_the_page_of_an_odd_address_leads_to_itself_in_the_other_language(client: httpx.Client, path: str) -> None:
    address = f"{str(client.base_url).rstrip('/')}{path}"
    english = client.get(address, headers={"Accept": BROWSER}, params={"lang": "en"})
    (link,) = (link["href"] for link in Page(english.text).of("a") if link.get("hreflang"))
    assert link is not None
    assert link == f"/{path.lstrip('/')}?lang=zh"
    chinese = client.get(link, headers={"Accept": BROWSER})
    assert (english.status_code, chinese.status_code) == (404, 404)
    assert chinese.headers["content-language"] == "zh"
