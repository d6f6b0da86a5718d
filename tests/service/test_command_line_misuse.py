"""Whatever a user does, the command line tells what is wrong and how to mend it, and shows no traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from service_support import Run
from support import SMALL

from lcgraph.publishing.network import Network


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a file").write_text("x", encoding="utf-8")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "binary.xlsx").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "binary.rq").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")


MISUSES = [
    "chek",
    "check",
    "check --nonsense",
    "check cork.csv --format docx",
    "check cork.csv --engine none",
    "check|a folder",
    "check binary.csv binary.xlsx empty.csv",
    "publish missing.csv --data new",
    "publish|cork.csv|--data|a file",
    "publish cork.csv --data /proc/nothing",
    "withdraw ie-cork/2016/1 --data new",
    "withdraw ie-cork/2016/1 --reason x --data new",
    "import cork.csv --mapping missing.yaml",
    "ask",
    "ask city-commitment",
    "ask city-commitments --city ie-cork --data new",
    "query binary.rq --data new",
    "rebuild --data new",
    "rebuild --as-of yesterday",
    "verify --data new",
    "dump --data new",
    "convert cork.csv --to docx",
    "convert cork.csv --to csv --out /nowhere/at/all",
    "serve --port many",
    "serve --host name.invalid --data served",
    "serve|--data|a file|--port|0",
]


@pytest.mark.embedded("nothing comes to be that a server could hold")
@pytest.mark.parametrize("arguments", MISUSES)
def test_misuse_ends_with_2_and_a_word_of_help(run: Run, tmp_path: Path, arguments: str) -> None:
    ended = run(*(arguments.split("|") if "|" in arguments else arguments.split()))
    assert ended.status == 2
    assert ended.err.strip()
    assert "fault in lcgraph" not in ended.err
    assert not (tmp_path / "new").exists()  # a slip in --data makes no folder


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("READERS", "many"),
        ("READERS", "0"),
        ("QUERY_SECONDS", "nan"),
        ("ENGINE", "none"),
        ("LANG", "xx"),
        ("BASE", "x"),
    ],
)
def test_a_setting_that_is_wrong_is_told_before_anything_is_served(run: Run, name: str, value: str) -> None:
    ended = run("serve", "--port", "0", **{f"LCGRAPH_{name}": value})
    assert ended.status == 2
    assert value in ended.err


def test_a_query_that_changes_or_reaches_out_is_refused(run: Run, demo: Network) -> None:
    for query in (b"INSERT DATA { <a:a> <a:b> <a:c> }", b"SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"):
        ended = run("query", "-", "--data", demo.directory, given=query)
        assert ended.status == 2
        assert ended.out == ""


def test_what_is_wrong_is_told_in_chinese(run: Run) -> None:
    for ended in (
        run("check", "missing.csv", "--lang", "zh"),
        run("check", LCGRAPH_LANG="zh"),
        run("chek", LANG="zh_CN.UTF-8"),
        run("check", "--nonsense", LC_ALL="zh_CN.UTF-8", LANG="en_US.UTF-8"),
    ):
        assert ended.status == 2
        assert "改正办法" in ended.err
        assert not any(word in ended.err for word in ("There", "missing.\n", "Error", "Usage"))
    assert "检查" in run("check", "--help", "--lang", "zh").out


@pytest.mark.parametrize(
    "name", ["cork 2016.csv", "科克.csv", "-cork.csv", "cork\udcff.csv", "co\nrk.csv", "${x}{file}%s.csv"]
)
def test_a_file_may_have_any_name(run: Run, tmp_path: Path, name: str) -> None:
    path = os.fsencode(tmp_path) + b"/" + os.fsencode(name)
    with open(path, "wb") as file:  # noqa: PTH123 - a name that is no text
        file.write(SMALL.encode())
    assert run("check", "--format", "json", "--", name).status == 0
    assert run("publish", "--", name).status == 0
