"""The format of an answer is the one that the client likes best."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.service.http.negotiation import NotAcceptable, choose, wanted

OFFERED = ("application/json", "text/html", "text/csv", "text/turtle")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV; charset=utf-8", "text/csv"),
        ("text/*", "text/html"),
        ("text/csv;q=0.5, text/turtle", "text/turtle"),
        ("text/*;q=0.9, text/html;q=0, */*;q=0.1", "text/csv"),
        ("application/json;q=0, */*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("not a media type", "application/json"),
        (";;q=,,", "application/json"),
        ("text/csv;q=1.5, text/turtle;q=0.9", "text/csv"),
    ],
)
def test_the_best_liked_format_is_chosen(accept: str | None, chosen: str) -> None:
    assert choose(accept, OFFERED) == chosen


def test_who_likes_none_is_told_which_there_are() -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose("image/png, text/html;q=0", OFFERED)
    assert "text/turtle" in caught.value.told("en")["remedy"]


@given(st.text(max_size=80))
def test_any_header_gives_an_offered_format_or_a_refusal(accept: str) -> None:
    try:
        assert choose(accept, OFFERED) in OFFERED
    except NotAcceptable:
        assert "/" in accept


@given(st.dictionaries(st.sampled_from(OFFERED), st.integers(1, 1000), min_size=1))
def test_a_format_of_the_highest_quality_is_chosen(qualities: dict[str, int]) -> None:
    accept = ", ".join(f"{media_type};q={quality / 1000:g}" for media_type, quality in qualities.items())
    assert qualities[choose(accept, OFFERED)] == max(qualities.values())


def test_the_parameter_goes_before_the_header() -> None:
    assert wanted("ttl", "text/csv", OFFERED) == "text/turtle"
    assert wanted("text/csv", "text/html", OFFERED) == "text/csv"
    with pytest.raises(NotAcceptable):
        wanted("docx", "text/html", OFFERED)


def test_a_parameter_may_name_several_formats_as_the_header_does() -> None:
    assert wanted("application/ld+json,application/x-json+ld", None, (*OFFERED, "application/ld+json")) == (
        "application/ld+json"
    )
