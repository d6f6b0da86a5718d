"""The rows of an answer as a table that a person can read: fewer columns, each with what belongs together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from lcgraph.asking.answer import Answer
from lcgraph.asking.values import Value, as_text
from lcgraph.language import Text

Row = Mapping[str, Value]

_PLACE = ("file", "sheet", "line", "cell")
_BELOW = ("note", "conversion", "stated_as")
"""Long texts, which stand below their row over its whole width."""

_WIDE = 9
"""From this many columns on, the source and the place stand below their row as well."""

_LEAD_TO = {"city": ("city-commitments", "city"), "commitment": ("commitment-framework", "commitment")}
"""What a code is of, to the question that its link asks, and the parameter for it."""

_OF_ITSELF = {"cities": "city", "commitments": "commitment"}
"""The questions whose rows are themselves cities or commitments."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    :ivar text: what stands in it.
    :ivar code: a code that stands before the text; empty for none.
    :ivar link: address that the text leads to; empty for none.
    :ivar number: whether it is a number.
    """

    text: str
    code: str = ""
    link: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its cells, and what stands below them, each with its heading."""

    cells: tuple[Cell, ...]
    below: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, and whether it holds numbers."""

    heading: str
    number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns and rows."""

    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


def table(answer: Answer, rows: Sequence[Row], only: Iterable[str] | None = None) -> Table:
    """The rows of an answer as a table. A column in which nothing stands is left out.

    :param rows: those of the answer that are to be shown.
    :param only: columns of the answer that are to be shown; without it those that its head shows.
    """
    shown = {name for name, column in answer.question.head.columns.items() if column.show} if only is None else {*only}
    names = [name for name in answer.columns if name in shown and any(row[name] not in (None, "") for row in rows)]
    kept = [name for name in names if name not in _BELOW and not _belongs_to_another(name, names)]
    below = [name for name in names if name in _BELOW]
    if len(kept) >= _WIDE:
        told = [name for name in kept if name.startswith("source") or name in _PLACE]
        kept, below = [name for name in kept if name not in told], told + below
    cells = {name: [_cell(answer, name, row) for row in rows] for name in (*kept, *below)}
    columns = tuple(
        Column(_heading(answer, name), all(cell.number or not cell.text for cell in cells[name])) for name in kept
    )
    lines = tuple(
        Line(
            tuple(cells[name][i] for name in kept),
            tuple((_heading(answer, name), cells[name][i]) for name in below if cells[name][i].text),
        )
        for i in range(len(rows))
    )
    return Table(columns, lines)


def _belongs_to_another(name: str, names: Sequence[str]) -> bool:
    if name.endswith("label"):
        return name.removesuffix("label") + "code" in names
    if name in _PLACE:
        return name != next(part for part in _PLACE if part in names)
    return name == "unit" and "value" in names


def _heading(answer: Answer, name: str) -> str:
    if name in _PLACE:
        return Text("Place").to(answer.language)
    label = name.removesuffix("code") + "label"
    if name.endswith("code") and label in answer.columns:
        return min(answer.heading(name), answer.heading(label), key=len)
    return answer.heading(name)


def _cell(answer: Answer, name: str, row: Row) -> Cell:
    value = row[name]
    if name in _PLACE:
        return Cell(place(row, answer.language))
    if name.endswith("code"):
        label = row.get(name.removesuffix("code") + "label")
        link = _link(answer, name, value)
        return Cell(as_text(label), as_text(value), link) if label else Cell(as_text(value), link=link)
    if name == "value":
        return Cell(" ".join(filter(None, (as_text(value), as_text(row.get("unit"))))), number=True)
    if name == "source":
        address = as_text(row.get("source_link"))
        return Cell(as_text(value), link=address if address.startswith(("http://", "https://")) else "")
    return Cell(as_text(value), number=isinstance(value, (int, Decimal)) and not isinstance(value, bool))


def _link(answer: Answer, name: str, value: Value) -> str:
    what = name.removesuffix("_code") if name != "code" else _OF_ITSELF.get(answer.question.name, "")
    if what not in _LEAD_TO or value is None:
        return ""
    question, parameter = _LEAD_TO[what]
    return f"/questions/{question}?{urlencode({parameter: as_text(value), 'lang': answer.language})}"


def place(row: Row, language: str) -> str:
    """Where a figure stands in the file that was handed in."""
    line = row.get("line")
    parts = [
        as_text(row.get("file")),
        as_text(row.get("sheet")),
        Text("line {line}", line=line).to(language) if line is not None else "",
        as_text(row.get("cell")),
    ]
    return ("，" if language == "zh" else ", ").join(filter(None, parts))
