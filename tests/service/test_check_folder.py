"""A folder is checked with a summary, and the report comes in every form that there is."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import httpx
import openpyxl
import pytest
from service_support import Run
from support import SMALL

from lcgraph.framework.framework import Framework
from lcgraph.reading import as_table
from lcgraph.reading.reader import read

BROKEN = SMALL.replace("12.5,%", "twelve,%")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(4):
        (folder / f"{n}.csv").write_text(SMALL if n % 2 else BROKEN)
    (folder / "4.xlsx").write_text("no workbook")
    return folder


@pytest.mark.parametrize(
    ("language", "summary", "commonest"),
    [
        ("en", "5 files: 2 conform, 2 do not, 1 cannot be used.", "2 × A figure is a number."),
        ("zh", "5个文件：2个符合，2个不符合，1个无法使用。", "2 × "),
    ],
)
def test_a_folder_is_checked_with_a_summary(
    language: str, summary: str, commonest: str, run: Run, folder: Path
) -> None:
    ended = run("check", folder, "--lang", language)
    assert ended.status == 2
    assert summary in ended.err
    assert commonest in ended.err
    assert summary not in ended.out


def test_the_exit_status_is_that_of_the_worst_file(run: Run, folder: Path) -> None:
    assert run("check", folder / "1.csv", folder / "3.csv").status == 0
    assert run("check", folder / "0.csv", folder / "1.csv").status == 1
    assert run("check", folder / "0.csv", folder / "4.xlsx").status == 2


def test_json_and_csv_of_many_files_are_one_document(run: Run, folder: Path, tmp_path: Path) -> None:
    listed = json.loads(run("check", folder, "--format", "json").out)
    assert [(entry["file"], entry["conforms"]) for entry in listed] == [
        ("0.csv", False), ("1.csv", True), ("2.csv", False), ("3.csv", True), ("4.xlsx", False),
    ]  # fmt: skip
    run("check", folder, "--format", "csv", "-o", "report.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text())))
    assert {row["file"] for row in rows if row["severity"] == "violation"} == {"0.csv", "2.csv"}


def _workbook(framework: Framework) -> bytes:
    submission = read("cork.csv", SMALL.encode(), framework).submission
    assert submission is not None
    return as_table.to_workbook(submission, framework, "en")


def test_reports_that_are_documents_go_to_files(run: Run, framework: Framework, tmp_path: Path) -> None:
    (tmp_path / "cork.xlsx").write_bytes(_workbook(framework))
    (tmp_path / "dublin.xlsx").write_bytes(_workbook(framework))
    (tmp_path / "out").mkdir()
    for name, begins in (("html", b"<!"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert run("check", "cork.xlsx", "--format", name, "-o", f"report.{name}").status == 0
        assert (tmp_path / f"report.{name}").read_bytes().lstrip().startswith(begins)
        assert run("check", "cork.xlsx", "dublin.xlsx", "--format", name, "-o", "out").status == 0
        assert (tmp_path / "out" / f"dublin.xlsx.report.{name}").read_bytes().lstrip().startswith(begins)
        assert run("check", "cork.xlsx", "dublin.xlsx", "--format", name).status == 2


def test_over_http_the_report_comes_as_paper_and_as_the_workbook_marked(
    client: httpx.Client, framework: Framework
) -> None:
    files = {"file": ("cork.xlsx", _workbook(framework))}
    paper = client.post("/checks?format=pdf&lang=zh", files=files)
    assert paper.status_code == 200, paper.text
    assert paper.content.startswith(b"%PDF")
    marked = client.post("/checks?format=xlsx", files=files)
    assert marked.headers["content-disposition"] == 'attachment; filename="report.xlsx"'
    before = openpyxl.load_workbook(io.BytesIO(files["file"][1])).sheetnames
    assert set(before) < set(openpyxl.load_workbook(io.BytesIO(marked.content)).sheetnames)
    none = client.post("/checks?format=xlsx", files={"file": ("cork.csv", SMALL)})
    assert none.status_code == 422
