"""Where in a submitted file a value stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lcgraph.language import Text


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file, as a person would look it up.

    :ivar file: name of the file.
    :ivar sheet: name of the sheet of a workbook.
    :ivar cell: ``F12`` in a workbook, the name of the column in a table of text.
    :ivar line: number of the line, from 1; None in a workbook.
    """

    file: str
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None

    def text(self) -> Text:
        """The place in words."""
        if self.sheet is not None and self.cell is not None:
            return Text("{file}, sheet {sheet}, cell {cell}", file=self.file, sheet=self.sheet, cell=self.cell)
        if self.sheet is not None:
            return Text("{file}, sheet {sheet}", file=self.file, sheet=self.sheet)
        if self.line is not None and self.cell is not None:
            return Text("{file}, line {line}, column {column}", file=self.file, line=self.line, column=self.cell)
        if self.line is not None:
            return Text("{file}, line {line}", file=self.file, line=self.line)
        return Text("{file}", file=self.file)

    def within(self) -> Text:
        """The place in words, without the name of the file."""
        if self.sheet is not None and self.cell is not None:
            return Text("{sheet}, cell {cell}", sheet=self.sheet, cell=self.cell)
        if self.sheet is not None:
            return Text("sheet {sheet}", sheet=self.sheet)
        if self.line is not None and self.cell is not None:
            return Text("line {line}, column {column}", line=self.line, column=self.cell)
        if self.line is not None:
            return Text("line {line}", line=self.line)
        return Text("the file as a whole")


@dataclass(frozen=True, slots=True)
class RecordPlace:
    """Where a record stands, and each of its values.

    :ivar file: name of the file.
    :ivar sheet: name of the sheet, in a workbook.
    :ivar row: number of the row or line, from 1.
    :ivar columns: field name to the column's letters (workbook) or name (table of text).
    """

    file: str
    sheet: str | None = None
    row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def has(self, name: str) -> bool:
        """Whether a value has a cell of its own."""
        return name in self.columns

    def of(self, name: str = "") -> Place:
        """The place of one value; of the record where the value has none of its own."""
        column = self.columns.get(name)
        if self.sheet is not None:
            return Place(self.file, self.sheet, f"{column or 'A'}{self.row}" if self.row else None)
        return Place(self.file, None, column, self.row)


@dataclass(frozen=True, slots=True)
class LazyPlace(RecordPlace):
    """The place of a record of an RDF file: its line is looked for when somebody asks.

    :ivar find: gives the line on which a value of the record stands.
    """

    find: Callable[[str], int | None] = lambda _: None

    def of(self, name: str = "") -> Place:
        """The place of one value."""
        return Place(self.file, None, None, self.find(name))
