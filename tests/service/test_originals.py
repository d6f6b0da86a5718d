"""A figure leads to the very file that it stands in, where the operator lets files be had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from linked_support import FORMS, network_with_history
from service_support import Served, serving
from support import SMALL, Clock, import_demo

from lcgraph.framework.namespaces import DCAT, DEFAULT_BASE, LC, SPDX
from lcgraph.publishing.network import Network

CORK = SMALL.replace("12.5", "12.75").encode()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return network_with_history(tmp_path_factory.mktemp("originals"), DEFAULT_BASE).directory


@pytest.fixture(scope="module")
def public(directory: Path) -> Iterator[Served]:
    with serving(directory, LCGRAPH_ORIGINALS="public") as served:
        yield served


@pytest.fixture
def there(public: Served) -> httpx.Client:
    return public.client


def said(client: httpx.Client, extension: str = "nt") -> set[tuple[str, str, str]]:
    body = client.get(f"/submission/ie-cork/2016/2.{extension}").content
    quads = ox.parse(body, FORMS[extension][1])
    return {(str(q.subject), q.predicate.value, getattr(q.object, "value", "")) for q in quads}


@pytest.mark.parametrize("extension", ["nt", "ttl", "rdf"])
def test_from_a_figure_to_the_bytes_that_were_handed_in(there: httpx.Client, extension: str) -> None:
    document = said(there, extension)
    (file,) = {value for _, prop, value in document if prop == LC + "statedIn"}
    (address,) = {value for _, prop, value in document if prop == DCAT + "downloadURL"}
    (checksum,) = {value for _, prop, value in document if prop == SPDX + "checksumValue"}
    assert address == file.replace("#", "/")
    answer = there.get("/" + address.removeprefix(DEFAULT_BASE))
    assert answer.status_code == 200
    assert answer.content == CORK
    assert hashlib.sha256(answer.content).hexdigest() == checksum
    assert answer.headers["etag"] == f'"{checksum}"'
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''cork.csv"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = there.get("/" + address.removeprefix(DEFAULT_BASE), headers={"If-None-Match": f'"{checksum}"'})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_of_a_submission_links_to_its_files(there: httpx.Client) -> None:
    assert 'href="/submission/ie-cork/2016/2/file-1?lang=en"' in there.get("/submission/ie-cork/2016/2.html").text


def test_files_of_superseded_submissions_are_there_and_of_withdrawn_ones_gone(there: httpx.Client) -> None:
    assert there.get("/submission/ie-cork/2016/1/file-1").content == CORK.replace(b"12.75", b"12.5")
    gone = there.get("/submission/ie-cork/2014/1/file-1")
    assert gone.status_code == 410
    assert "another city" in gone.json()["detail"]
    assert DCAT + "downloadURL" not in there.get("/submission/ie-cork/2014/1.nt").text


@pytest.mark.parametrize(
    "path", ["ie-cork/2016/2/file-2", "ie-cork/2016/9/file-1", "ie-cork/2016/2/file-0", "ie-cork/2016/2/file-1/../x"]
)
def test_what_is_no_file_is_not_found(there: httpx.Client, path: str) -> None:
    assert there.get(f"/submission/{path}").status_code == 404


def test_a_document_with_files_can_be_handed_in_again(there: httpx.Client) -> None:
    for extension in FORMS:
        body = there.get(f"/submission/ie-cork/2016/2.{extension}").content
        assert there.post(f"/checks?name=a.{extension}", content=body).json()["results"] == []


def test_unless_the_operator_says_so_nobody_gets_them(directory: Path) -> None:
    with serving(directory) as served:
        answer = served.client.get("/submission/ie-cork/2016/2/file-1")
        assert answer.status_code == 404
        assert "not to be had" in answer.json()["detail"]
        assert served.client.get("/submission/ie-cork/2014/1/file-1").status_code == 410
        assert DCAT + "downloadURL" not in served.client.get("/submission/ie-cork/2016/2.nt").text


def test_of_several_files_each_is_the_one_whose_name_and_sum_are_told(tmp_path: Path) -> None:
    network = Network(tmp_path, clock=Clock())
    network.publish(import_demo(network.framework, "eurostat", "cities.csv").readings[:1], "me")
    with serving(tmp_path, LCGRAPH_ORIGINALS="public") as served:
        found = served.client.get("/sparql", params={"query": FILES, "format": "csv"}).text.split("\r\n")[1:-1]
        assert len(found) == 2
        for row in found:
            file, name, checksum = row.split(",")
            answer = served.client.get("/" + file.removeprefix(DEFAULT_BASE).replace("#", "/"))
            assert hashlib.sha256(answer.content).hexdigest() == checksum
            assert answer.headers["content-disposition"].endswith(f"''{name}")


FILES = "SELECT ?f ?n ?c { ?f a lc:SubmittedFile ; dcterms:title ?n ; spdx:checksum/spdx:checksumValue ?c }"
