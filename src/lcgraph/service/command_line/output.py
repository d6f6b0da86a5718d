"""Results on the terminal: as a table, CSV, JSON or Turtle."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that shows no table does not wait for what it takes to make one
    from lcgraph.asking.answer import Answer

_COLUMN_WIDTH = 13
"""Below this many characters a column, rows are shown one under the other instead."""


class Format(StrEnum):
    """The formats of answers."""

    table = "table"
    json = "json"
    csv = "csv"
    turtle = "turtle"


def prepare() -> None:
    """Makes the standard streams such that writing to them never fails for a character or for want of a stream."""
    if sys.stdout is None:  # closed by who called: what is written goes nowhere, and into no file that is opened
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a file's name may hold bytes that are no characters


def show_answer(answer: Answer) -> None:
    """An answer as a table that fits the terminal; as blocks where it does not."""
    from lcgraph.asking.values import as_text

    columns = [name for name, column in answer.question.head.columns.items() if column.show]
    columns = [name for name in columns if any(row[name] not in (None, "") for row in answer.rows)]
    if not answer.rows:
        print(answer.nothing())
        return
    show_rows(
        [answer.heading(name) for name in columns], [[as_text(row[name]) for name in columns] for row in answer.rows]
    )


def show_rows(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows as a table, or one under the other where there are too many columns for the terminal."""
    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((160, 24)).columns if terminal else 100_000
    if terminal and len(headings) * _COLUMN_WIDTH > width:
        room = max(map(len, headings), default=0)
        for row in rows:
            for heading, cell in zip(headings, row, strict=True):
                if cell:
                    print(f"{heading:>{room}}  {cell}")
            print()
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(_plain, row))
    out = io.StringIO()
    Console(file=out, width=width, force_terminal=terminal, markup=False, highlight=False, emoji=False).print(table)
    print("\n".join(line.rstrip() for line in out.getvalue().splitlines()))


def _plain(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def show_results(body: bytes) -> None:
    """The answer to a SPARQL query, given as CSV, as a table."""
    rows = list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))
    if rows and rows[0]:
        show_rows(rows[0], rows[1:])
    else:
        print(body.decode("utf-8"))


def show_json(content: Mapping[str, object] | Sequence[object]) -> None:
    """JSON on standard output."""
    print(json.dumps(content, ensure_ascii=False, indent=2))


def write(data: bytes) -> None:
    """Bytes on standard output, as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
