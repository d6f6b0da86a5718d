"""The form of a city: by command and over HTTP, taken out, changed, and handed in again."""

from __future__ import annotations

import io
from pathlib import Path
from urllib.parse import urlencode

import httpx
import openpyxl
import pyoxigraph as ox
import pytest
from service_support import Run
from support import EXAMPLES, SMALL

from lcgraph.framework.namespaces import SDMX_MEASURE
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_a_form_is_written_to_a_file_a_folder_or_standard_output(run: Run, tmp_path: Path) -> None:
    assert run("template", "Cork", "--year", "2024", "-o", "cork.xlsx").status == 0
    (tmp_path / "forms").mkdir()
    assert run("template", "ie-cork", "--year", "2024", "-o", "forms").status == 0
    assert (tmp_path / "forms" / "ie-cork-2024.xlsx").read_bytes() == (tmp_path / "cork.xlsx").read_bytes()
    ended = run("template", "ie-cork", "--year", "2024", "--since", "2022", "--lang", "zh", "-o", "zh.xlsx")
    assert "zh.xlsx" in ended.err
    book = openpyxl.load_workbook(tmp_path / "zh.xlsx")
    headers = [cell.value for cell in book.worksheets[2][1]]
    assert [f"{year} 数值" for year in (2022, 2023, 2024)] == [h for h in headers if str(h).endswith(" 数值")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ie-crok", "--year", "2024"), "Did you mean ie-cork"),
        (("ie-cork", "--year", "24"), "Write a year from 1900 to"),
        (("ie-cork", "--year", "2024", "--since", "2025"), "cannot stand side by side"),
        (("ie-cork", "--year", "2024", "--since", "1990"), "at most 19 years back"),
        (("ie-cork", "--year", "twenty"), "--year cannot be used"),
        (("ie-cork",), "--year is missing"),
        (("ie-cork", "--year", "2024", "--published"), "has no published submission for 2024"),
        (("ie-cork", "--year", "2024", "-o", "nowhere/cork.xlsx"), "There is no folder nowhere"),
    ],
)
def test_what_cannot_be_made_is_told(arguments: tuple[str, ...], said: str, run: Run, tmp_path: Path) -> None:
    ended = run("template", "-o", "cork.xlsx", *arguments)
    assert ended.status == 2
    assert said in ended.err
    assert ended.out == ""
    assert not (tmp_path / "cork.xlsx").exists()


def test_a_form_that_somebody_filled_in_is_not_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cork.xlsx").write_bytes(b"filled in")
    ended = run("template", "ie-cork", "--year", "2024", "-o", "cork.xlsx")
    assert ended.status == 2
    assert "--force" in ended.err
    assert (tmp_path / "cork.xlsx").read_bytes() == b"filled in"
    assert run("template", "ie-cork", "--year", "2024", "-o", "cork.xlsx", "--force").status == 0
    assert (tmp_path / "cork.xlsx").read_bytes().startswith(b"PK")


def _figures(network: Network, submission: str) -> dict[str, str]:
    store = ox.Store()
    store.extend(ox.parse("".join(network.dump()), ox.RdfFormat.N_QUADS))
    graph = ox.NamedNode(f"{network.base}submission/{submission}")
    found = store.quads_for_pattern(None, ox.NamedNode(SDMX_MEASURE + "obsValue"), None, graph)
    return {str(quad.subject).rpartition("#")[2]: str(quad.object) for quad in found}


def test_a_published_submission_taken_out_changed_in_a_cell_and_handed_in_differs_in_that_figure_alone(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "cork.csv").write_text(SMALL)
    assert run("publish", "cork.csv").status == 0
    network = Network(tmp_path / "lcgraph-data")
    before = _figures(network, "ie-cork/2016/1")
    assert run("template", "ie-cork", "--year", "2016", "--published", "-o", "out.xlsx").status == 0
    unchanged = run("publish", "out.xlsx")
    assert (unchanged.status, unchanged.out) == (0, "")
    assert "1 unchanged" in unchanged.err
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    cells = [cell for row in book.worksheets[2].iter_rows() for cell in row if cell.value == 12.5]
    assert len(cells) == 1
    cells[0].value = 13
    book.save(tmp_path / "changed.xlsx")
    assert run("publish", "changed.xlsx").status == 0
    after = _figures(network, "ie-cork/2016/2")
    changed = {key: value for key, value in after.items() if before[key] != value}
    assert before.keys() == after.keys()
    assert list(changed.values()) == ['"13"^^<http://www.w3.org/2001/XMLSchema#decimal>']


def test_a_form_comes_over_http_with_a_name(client: httpx.Client, demo: Network) -> None:
    answer = client.get("/template", params={"city": "ie-cork", "year": "2024", "since": "2022", "lang": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == XLSX
    assert answer.headers["content-disposition"] == 'attachment; filename="ie-cork-2024.xlsx"'
    assert answer.headers["content-language"] == "en"
    assert client.head("/template", params={"city": "ie-cork", "year": "2024"}).status_code == 200
    filled = client.get("/template", params={"city": "ie-cork", "year": "2011", "published": "true", "lang": "zh"})
    submission = read("out.xlsx", filled.content, demo.framework).submission
    assert submission is not None
    assert submission.year == 2011
    assert submission.observations
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    hints = {row[5].value for sheet in book.worksheets[2:5] for row in sheet.iter_rows(min_row=2) if row[5].value}
    assert hints  # what Cork reported before 2022


@pytest.mark.parametrize(
    ("parameters", "status", "parameter"),
    [
        ({"year": "2024"}, 422, "city"),
        ({"city": "ie-cork"}, 422, "year"),
        ({"city": "ie-crok", "year": "2024"}, 422, "city"),
        ({"city": "ie-cork", "year": "x"}, 422, "year"),
        ({"city": "ie-cork", "year": "9999"}, 422, "year"),
        ({"city": "ie-cork", "year": "2024", "since": "2030"}, 422, "since"),
        ({"city": "ie-cork", "year": "2024", "published": "perhaps"}, 422, "published"),
        ({"city": "ie-cork", "year": "2024", "colour": "red"}, 422, "colour"),
        ({"city": "ie-cork", "year": "1950", "published": "true"}, 404, None),
    ],
)
def test_a_form_that_cannot_be_made_is_told_over_http(
    parameters: dict[str, str], status: int, parameter: str | None, client: httpx.Client
) -> None:
    for language in ("en", "zh"):
        answer = client.get("/template", params=parameters | {"lang": language})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().get("parameter") == parameter


def test_the_start_page_and_the_answers_of_a_city_lead_to_its_form(client: httpx.Client) -> None:
    for language in ("en", "zh"):
        start = client.get("/", params={"lang": language}, headers={"Accept": "text/html"}).text
        assert 'action="/template"' in start
        assert '<option value="ie-cork">' in start
        page = client.get(
            "/questions/city-gaps", params={"city": "ie-cork", "lang": language}, headers={"Accept": "text/html"}
        ).text
        address = page.partition('href="/template?')[2].partition('"')[0].replace("&amp;", "&")
        assert client.get(f"/template?{address}").status_code == 200


def test_a_file_of_another_city_or_year_than_it_is_handed_in_for_does_not_conform(
    run: Run, tmp_path: Path, client: httpx.Client
) -> None:
    (tmp_path / "cork.csv").write_text(SMALL)
    assert run("check", "cork.csv", "--city", "Cork", "--year", "2016").status == 0
    ended = run("check", "cork.csv", "--city", "ie-dublin", "--year", "2017")
    assert ended.status in (1, 2)
    ended = run("publish", "cork.csv", "--year", "2017")
    assert ended.status == 1
    assert "2017" in ended.err
    assert not (tmp_path / "lcgraph-data" / "store").exists()
    for claim, found in ((("city", "se-boras"), "ie-cork"), (("year", "2017"), "2016")):
        report = client.post(f"/checks?{urlencode([claim])}", files={"file": ("cork.csv", SMALL)}).json()
        (result,) = [r for r in report["results"] if r["severity"] == "violation"]
        assert result["shape"].endswith("#NotAsClaimed")
        assert (result["value"], result["line"]) == (found, 2)
    assert client.post("/checks?city=nowhere", files={"file": ("cork.csv", SMALL)}).status_code == 422


def test_a_file_is_handed_in_under_an_edition(run: Run, tmp_path: Path, client: httpx.Client) -> None:
    (tmp_path / "cork.csv").write_text(SMALL)
    assert run("check", "cork.csv", "--edition", "2013-draft").status == 0
    ended = run("check", "cork.csv", "--edition", "2012-pilot")
    assert ended.status == 2
    assert "2013-draft" in ended.err
    assert client.post("/checks?edition=2013-draft", files={"file": ("cork.csv", SMALL)}).json()["conforms"]
    answer = client.post("/checks?edition=2012-pilot", files={"file": ("cork.csv", SMALL)})
    assert answer.status_code == 422
    assert answer.json()["allowed"] == ["2013-draft"]


def test_a_city_that_is_registered_later_gets_its_form(run: Run, tmp_path: Path) -> None:
    assert run("register", EXAMPLES / "fictional-city" / "city.ttl").status == 0
    assert run("publish", EXAMPLES / "fictional-city" / "lumenport.csv").status == 0
    assert run("template", "zz-lumenport", "--year", "2024", "--published", "-o", "l.xlsx").status == 0
    network = Network(tmp_path / "lcgraph-data")
    submission = read("l.xlsx", (tmp_path / "l.xlsx").read_bytes(), network.framework).submission
    original = read(
        "lumenport.csv", (EXAMPLES / "fictional-city" / "lumenport.csv").read_bytes(), network.framework
    ).submission
    assert submission == original
