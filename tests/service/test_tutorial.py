"""The tutorial of the officer does what it says: its cells are filled in, its commands run, its output comes out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from service_support import Run
from support import ROOT

TUTORIAL = ROOT / "docs" / "tutorial-officer.md"

_PARTS = re.compile(r"```console\n(?P<console>.*?)```|(?P<table>^\| file \|.*?\n)(?=^(?!\|))", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"^\| `(?P<file>.+?)` \| (?P<sheet>.+?) \| (?P<cell>[A-Z]+\d+) \| (?P<value>.+?) \|", re.MULTILINE)


def fill_in(table: str, folder: Path) -> int:
    """Writes into workbooks what a table of the tutorial tells to write."""
    rows = list(_ROW.finditer(table))
    for row in rows:
        book = openpyxl.load_workbook(folder / row["file"])
        column, line = coordinate_from_string(row["cell"])
        cell = book[row["sheet"]].cell(line, column_index_from_string(column))
        assert isinstance(cell, Cell)
        assert not cell.protection.locked, row["cell"]
        number = re.fullmatch(r"\d+(\.\d+)?", row["value"])
        cell.value = float(row["value"]) if number else row["value"]
        book.save(folder / row["file"])
    return len(rows)


def test_the_tutorial_runs_as_it_is_written(run: Run, tmp_path: Path) -> None:
    commands = filled = 0
    for part in _PARTS.finditer(TUTORIAL.read_text(encoding="utf-8")):
        if part["table"]:
            filled += fill_in(part["table"], tmp_path)
            continue
        for said in part["console"].split("$ lcgraph ")[1:]:
            command, _, output = said.partition("\n")
            ended = run(*shlex.split(command))
            shown = "\n".join(line.rstrip() for line in (ended.out + ended.err).splitlines())
            assert shown.strip() == output.strip(), command
            commands += 1
    assert commands >= 6
    assert filled >= 10
