"""A command speaks one language: its help and its errors hold no English where another one is asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from service_support import Run
from support import SMALL

from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import languages
from lcgraph.service.command_line.main import app

pytestmark = pytest.mark.embedded("the words of the command line are the same over any store")

NAMES = {
    "lcgraph",
    "SHACL",
    "SPARQL",
    "RDF",
    "CSV",
    "YAML",
    "HTTP",
    "UTC",
    "IRI",
    "Turtle",
    "Quads",
    "Excel",
    "make",
    "demo",
}
"""What is called the same in Chinese."""


QUESTIONS = list(Library(resources.directory("queries"), DEFAULT_BASE))

GROUP: Any = typer.main.get_command(app)
COMMANDS = ["", *GROUP.commands, *(f"ask {question.name}" for question in QUESTIONS)]
WORDS = {
    *(word for command in COMMANDS for word in command.split()),
    *(head.example for question in QUESTIONS for head in question.head.parameters.values()),
    *("text", "table", "json", "csv", "turtle", "html", "pdf", "xlsx", *languages()),
}
"""Names of commands and formats, codes and languages."""


def english(text: str, *known: str) -> list[str]:
    """The English words of a text: those of small letters that are no option, name of a file, code or address."""
    text = re.sub(r"\[[A-Z]+\]\.\.\.|\S*[-./_=|<{…]\S*", " ", text)
    return [
        word
        for word in re.findall(r"[A-Za-z]{2,}", text)
        if word not in {*NAMES, *WORDS, *known} and not word.isupper()
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_is_in_chinese(command: str, run: Run) -> None:
    ended = run(*command.split(), "--help", LCGRAPH_LANG="zh")
    assert ended.status == 0
    assert "用法：lcgraph" in ended.out
    assert "显示此说明后退出。" in ended.out
    assert english(ended.out) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("", "用法：lcgraph"),
        ("ask", "用法：lcgraph ask"),
        ("--", "没有给出命令。"),
        ("ask --", "没有给出命令。"),
        ("chekc", "没有命令“chekc”。"),
        ("ask citie", "没有命令“citie”。"),
        ("check", "缺少 FILE|DIR…。"),
        ("template ie-cork", "缺少 --year。"),
        ("check --nosuch", "没有选项 --nosuch。"),
        ("check -x", "没有选项 -x。"),
        ("check --format", "选项 --format 需要一个值。"),
        ("check -o", "选项 -o 需要一个值。"),
        ("template ie-cork --year 2024 --force=1", "选项 --force 不带值。"),
        ("template ie-cork --year x", "--year 的值无法使用：“x”不是整数。"),
        ("serve --port 1.5", "--port 的值无法使用：“1.5”不是整数。"),
        ("query a.rq --format pdf", "--format 的值无法使用：“pdf”不是以下之一：table、json、csv、turtle。"),
        ("template ie-cork more and --year 2024", "lcgraph template 不接受更多参数：more and。"),
        ("check a.csv --format docx", "没有格式“docx”。"),
        ("check a.csv --lang xx", "本系统不提供“xx”语言的提示信息。"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_in_chinese(arguments: str, said: str, run: Run) -> None:
    ended = run(*arguments.split(), LCGRAPH_LANG="zh")
    assert ended.status == 2
    assert said in ended.err
    assert english(ended.err, *arguments.split()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("template ie-cork --year 2024 --force=1", "The option --force takes no value."),
        ("query a.rq --format jsn", "--format cannot be used: “jsn” is none of table, json, csv, turtle."),
        ("query a.rq --format jsn", "Did you mean json?"),
        ("template ie-cork more --year 2024", "lcgraph template takes no more arguments: more."),
        ("ask --", "No command is named."),
    ],
)
def test_what_is_wrong_with_a_call_is_told_in_english(arguments: str, said: str, run: Run) -> None:
    ended = run(*arguments.split())
    assert ended.status == 2
    assert said in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("serve --host name.invalid --port 0", "没有这个名称的主机"),
        ("serve --port 99999", "端口应为0至65535之间的数字"),
        ("convert cork.csv --to csv --out /nowhere/at/all", "不存在"),
        ("check cork.csv/below.csv", "路径中应为文件夹处是文件"),
        (f"check {'x' * 300}.csv", "名称过长"),
        ("publish cork.csv --data cork.csv", "已有同名文件"),
    ],
)
def test_what_the_system_refuses_is_told_in_chinese(arguments: str, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")
    ended = run(*arguments.split(), LCGRAPH_LANG="zh")
    assert ended.status == 2
    assert said in ended.err
    assert english(ended.err, *arguments.split()) == []
