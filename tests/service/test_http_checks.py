"""A file in, a report out, nothing kept."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pyoxigraph as ox
import pytest
from service_support import Served
from support import SMALL

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import SH
from lcgraph.publishing.network import Network
from lcgraph.reading import as_rdf, as_table
from lcgraph.reading.reader import read

BROKEN = SMALL.replace("12.5,%", "<script>alert(1)</script>,%")


def _files(framework: Framework) -> dict[str, bytes]:
    submission = read("cork.csv", SMALL.encode(), framework).submission
    assert submission is not None
    files = {f"cork.{kind}": as_rdf.to_rdf(submission, framework, kind) for kind in as_rdf.FORMATS}
    files["cork.csv"] = SMALL.encode()
    files["cork.xlsx"] = as_table.to_workbook(submission, framework, "zh")
    return files


def test_a_submission_conforms_in_every_format_sent_as_a_form_or_as_it_is(
    client: httpx.Client, framework: Framework
) -> None:
    for name, data in _files(framework).items():
        in_form = client.post("/checks", files={"file": (name, data)})
        assert in_form.status_code == 200, in_form.text
        assert in_form.json()["conforms"] is True, in_form.text
        assert in_form.headers["lcgraph-conforms"] == "true"
        assert in_form.headers["cache-control"] == "no-store"
        alone = client.post("/checks", params={"name": name}, content=data)
        assert alone.json() == in_form.json()


def test_a_broken_cell_of_a_workbook_is_named(client: httpx.Client, framework: Framework) -> None:
    book = openpyxl.load_workbook(io.BytesIO(_files(framework)["cork.xlsx"]))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == 12.5:
                    cell.value = "twelve"
                    place = (sheet.title, cell.coordinate)
    out = io.BytesIO()
    book.save(out)
    report = client.post("/checks", files={"file": ("cork.xlsx", out.getvalue())}).json()
    assert report["conforms"] is False
    (result,) = [r for r in report["results"] if r["severity"] == "violation"]
    assert (result["sheet"], result["cell"]) == place
    assert result["value"] == "twelve"
    assert result["remedy"]
    page = client.post("/checks", files={"file": ("cork.xlsx", out.getvalue())}, headers={"Accept": "text/html"}).text
    assert f"{place[0]} {place[1]}" in " ".join(page.split())


def test_the_report_comes_in_each_format_and_language(client: httpx.Client) -> None:
    def report(accept: str, language: str = "en") -> httpx.Response:
        headers = {"Accept": accept, "Accept-Language": language}
        return client.post("/checks", files={"file": ("cork.csv", BROKEN)}, headers=headers)

    as_json = report("application/json").json()
    assert as_json["violations"] == 1
    assert as_json["results"][0]["line"] == 4
    assert report("application/json", "zh").json()["results"][0]["message"] != as_json["results"][0]["message"]
    for accept, syntax in (("text/turtle", ox.RdfFormat.TURTLE), ("application/n-triples", ox.RdfFormat.N_TRIPLES)):
        quads = list(ox.parse(report(accept).content, syntax))
        assert sum(quad.predicate.value == SH + "result" for quad in quads) == 1
    assert report("text/csv").text.splitlines()[1].startswith("violation,cork.csv")
    assert as_json["results"][0]["remedy"] in report("text/plain").text
    assert "改正办法" in report("text/plain", "zh").text
    assert report("image/png").status_code == 406


def test_what_a_file_says_is_never_markup(client: httpx.Client) -> None:
    name = '"><script>alert(2)</script>.csv'
    page = client.post("/checks", params={"name": name}, content=BROKEN.encode(), headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/workbook.xml", "w") as part:
        for _ in range(80):
            part.write(bytes(1024 * 1024))
    return out.getvalue()


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>&b;</rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("empty.csv", b"", 422),
        ("nothing.xlsx", b"\x00\xff\x01 no workbook", 422),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\xff\xff", 422),
        ("wrong.exe", b"MZ", 422),
        ("noextension", b"x", 422),
        ("latin.csv", SMALL.replace("劳动力调查", "Enquête").encode("latin-1"), 422),
        ("bomb.xlsx", _bomb(), 413),
        ("laughs.rdf", LAUGHS.encode(), 422),
        ("remote.jsonld", b'{"@context": "http://127.0.0.1:9/context", "@id": "x"}', 422),
        ("large.csv", b"x" * (21 * 1024 * 1024), 413),
        ("many.csv", SMALL.encode() + b"observation,,,,,,,,,,1.2.2-a,2016,,1,,,,,,\n" * 200_000, 413),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_a_problem_with_its_place_and_cure(
    client: httpx.Client, name: str, data: bytes, status: int
) -> None:
    answer = client.post("/checks", files={"file": (name, data)})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["remedy"]


def test_the_limit_holds_also_for_a_body_that_does_not_say_how_long_it_is(served: Served) -> None:
    def peak() -> int:
        status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0])

    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(1024 * 1024)

    before = peak()
    answer = served.client.post("/checks", params={"name": "endless.csv"}, content=pieces())
    assert answer.status_code == 413
    assert peak() - before < 100_000  # kB: about the limit, not what was sent


@pytest.mark.parametrize(
    "wrong",
    [
        {"data": {"file": "text, not a file"}},
        {"files": {"other": ("cork.csv", SMALL)}},
        {"content": b"nothing says its name"},
        {"content": b"garbage", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"content": b"garbage", "headers": {"Content-Type": "multipart/form-data"}},
        {"files": [("file", ("a.csv", SMALL)), ("file", ("b.csv", SMALL))]},
    ],
)
def test_a_request_without_one_file_is_a_problem(client: httpx.Client, wrong: dict[str, object]) -> None:
    answer = client.post("/checks", **wrong)  # type: ignore[arg-type]  # what httpx takes
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_hands_in_with_a_browser_is_told_on_a_page(client: httpx.Client) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    page = client.post("/checks?lang=zh", files={"file": ("empty.csv", b"")}, headers=headers)
    assert page.status_code == 422
    assert page.headers["content-type"].startswith("text/html")
    assert '<html lang="zh">' in page.text
    assert "empty.csv" in page.text
    for link in re.findall(r'href="(/[^"#]*)', page.text):  # the page itself cannot be asked for again
        assert client.get(html.unescape(link), headers=headers).status_code == 200, link


def test_nothing_of_a_file_is_kept(served: Served, demo: Network) -> None:
    def kept() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_size) for path in demo.directory.rglob("*") if path.is_file())

    mark = "Zq7Yx4Kept"
    before = kept()
    text = SMALL.replace("Cork City Council", mark) + "#" * 3_000_000  # larger than what a form keeps in memory
    served.client.post("/checks", files={"file": (f"{mark}.csv", text)})
    assert [entry for entry in kept() if not entry[0].endswith(".lease")] == [
        entry for entry in before if not entry[0].endswith(".lease")
    ]
    open_files = [path.readlink() for path in Path(f"/proc/{served.process.pid}/fd").iterdir() if path.is_symlink()]
    assert not any(mark in str(name) or "deleted" in str(name) for name in open_files)
    assert mark not in json.dumps(served.client.get("/cities").json())
