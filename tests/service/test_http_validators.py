"""What a client has already is not sent again, and nothing else is taken for it."""

from __future__ import annotations

import pytest
from service_support import Served

STYLE = "/static/style.css"
FUTURE = "Mon, 01 Jan 2035 00:00:00 GMT"


def test_what_is_compressed_has_no_tag_that_says_the_bytes_are_the_same(small_service: Served) -> None:
    plain = small_service.client.get(STYLE, headers={"Accept-Encoding": "identity"})
    packed = small_service.client.get(STYLE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    tag = plain.headers["etag"]
    assert tag.startswith('"')
    assert packed.headers["etag"] == f"W/{tag}"
    for known in (tag, f"W/{tag}"):
        again = small_service.client.get(STYLE, headers={"Accept-Encoding": "gzip", "If-None-Match": known})
        assert (again.status_code, again.headers["etag"]) == (304, known)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("gzip ; q=1.000", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.0, identity", None),
        ("gzip;q=1.0.0", None),
        ("gzip;q=", None),
        ("identity", None),
    ],
)
def test_whatever_encodings_a_client_names_it_is_answered(
    small_service: Served, accepted: str, encoding: str | None
) -> None:
    answer = small_service.client.get(STYLE, headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == encoding


def test_the_dump_is_known_by_its_tag_and_by_its_time(small_service: Served) -> None:
    first = small_service.client.head("/dump.nq.gz", headers={"Accept-Encoding": "gzip"})
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    assert tag.startswith('"'), "it is not compressed again"
    for known in ({"If-None-Match": tag}, {"If-None-Match": "*"}, {"If-Modified-Since": modified}):
        again = small_service.client.get("/dump.nq.gz", headers=known)
        assert (again.status_code, again.headers["etag"], again.content) == (304, tag, b"")
    for other in (
        {"If-None-Match": '"other"', "If-Modified-Since": modified},
        {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"},
    ):
        assert small_service.client.head("/dump.nq.gz", headers=other).status_code == 200


def test_a_list_of_tags_may_be_spread_over_several_headers(small_service: Served) -> None:
    tag = small_service.client.get("/city/ie-cork.ttl").headers["etag"]
    known = [("If-None-Match", '"other"'), ("If-None-Match", tag)]
    assert small_service.client.get("/city/ie-cork.ttl", headers=known).status_code == 304


@pytest.mark.parametrize("known", [{"If-None-Match": "*"}, {"If-Modified-Since": FUTURE}])
def test_nobody_has_the_document_of_what_there_is_not(small_service: Served, known: dict[str, str]) -> None:
    assert small_service.client.get("/city/ie-cork.ttl", headers=known).status_code == 304
    assert small_service.client.get("/city/nowhere.ttl", headers=known).status_code == 404
    assert small_service.client.get("/city/ie-cork", headers={"Accept": "text/turtle", **known}).status_code == 303
