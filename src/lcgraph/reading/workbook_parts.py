"""What the parts of a workbook hold, found out before anything is built of them.

A workbook is a ZIP archive of XML. Every part is unpacked and parsed once here, piece by piece and
keeping nothing, so that a part which would take the machine when its tree is built is refused first.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.parsers import expat

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter, range_boundaries

from lcgraph.errors import FileTooLarge, UnreadableFile
from lcgraph.language import Text
from lcgraph.reading.file_kinds import damaged
from lcgraph.reading.limits import MEGABYTE, Limits
from lcgraph.reading.places import Place

_OF_CELLS = frozenset({"row", "c", "v", "f", "is", "si", "t"})
"""Elements of which a large table has many; of all others a workbook has few."""

_CHUNK = 256 * 1024
_DEPTH = 64


def inspect(name: str, data: bytes, limits: Limits) -> None:
    """Refuses a workbook that would take the machine when it is opened.

    What the archive's directory says of sizes is not believed: what is unpacked is counted.

    :raises UnreadableFile: if it is not a ZIP archive, has a password, or declares document types.
    :raises FileTooLarge: if it unpacks to too much, or has more in it than a workbook needs.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > limits.parts:
                raise _too_much(name, Text("{n} parts", n=f"{limits.parts:,}"))
            budget = _Budget(name, limits, _sheets(archive))
            for member in members:
                _inspect_part(archive, member, budget)
    except (UnreadableFile, FileTooLarge):
        raise
    except Exception as error:
        # a damaged archive raises BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error and more
        raise damaged(name, Text("Excel workbook (.xlsx)"), data) from error


@dataclass(slots=True)
class _Budget:
    """What is left of what a workbook may unpack to.

    :ivar sheets: name of the part that holds a sheet to the name of the sheet.
    """

    name: str
    limits: Limits
    sheets: Mapping[str, str]
    unpacked: int = 0
    of_cells: int = 0
    others: int = 0
    merged: int = 0

    def unpack(self, size: int) -> None:
        self.unpacked += size
        if self.unpacked > self.limits.unpacked_bytes:
            raise FileTooLarge(
                Text(
                    "The workbook {file} unpacks to more than {limit} MB.",
                    file=self.name,
                    limit=self.limits.unpacked_bytes // MEGABYTE,
                ),
                where=self.name,
                remedy=_COPY,
            )

    def reaches(self, part: str, row: int, column: int) -> None:
        """A cell stands here; openpyxl makes every cell of the rectangle that they span."""
        limits = self.limits
        if row > limits.rows + 1 or column > limits.columns:
            sheet = self.sheets.get(part, part)
            cell = f"{get_column_letter(column)}{row}"
            raise FileTooLarge(
                Text(
                    "The sheet “{sheet}” of {file} reaches to cell {cell}; at most {rows} rows and {columns} columns are read.",
                    sheet=sheet,
                    file=self.name,
                    cell=cell,
                    rows=f"{limits.rows:,}",
                    columns=limits.columns,
                ),
                where=Place(self.name, sheet, cell).text(),
                remedy=Text(
                    "Delete the rows below and the columns beside the table, also empty ones. A submission is one city and one year; a statistical table goes through “lcgraph import” with a mapping."
                ),
            )

    def merge(self, part: str, reference: str) -> None:
        """A merged range; openpyxl makes a cell of each of its places."""
        left, top, right, bottom = (n or 1_048_576 for n in range_boundaries(reference))
        self.merged += (right - left + 1) * (bottom - top + 1)
        if self.merged > self.limits.merged:
            raise FileTooLarge(
                Text(
                    "The sheet “{sheet}” of {file} has the merged range {range}; at most {limit} cells may be merged.",
                    sheet=self.sheets.get(part, part),
                    file=self.name,
                    range=reference,
                    limit=f"{self.limits.merged:,}",
                ),
                where=Place(self.name, self.sheets.get(part, part)).text(),
                remedy=Text("Unmerge the cells and write the value into each cell that it holds for."),
            )

    def element(self, tag: str) -> None:
        if tag in _OF_CELLS:
            self.of_cells += 1
            if self.of_cells > self.limits.cell_elements:
                raise _too_much(self.name, Text("{n} cells", n=f"{self.limits.cell_elements:,}"))
        else:
            self.others += 1
            if self.others > self.limits.other_elements:
                raise _too_much(
                    self.name, Text("{n} styles, names and other settings", n=f"{self.limits.other_elements:,}")
                )


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of the part that holds a sheet to the name of the sheet; empty where the two parts that say it cannot be used.

    Both are small: no more of them is unpacked than a workbook needs for them.
    """
    try:
        targets = {
            attributes["Id"]: posixpath.normpath(posixpath.join("/xl", attributes["Target"])).lstrip("/")
            for attributes in _elements(archive, "xl/_rels/workbook.xml.rels", "Relationship")
        }
        return {
            targets[next(value for key, value in attributes.items() if key.endswith(" id"))]: attributes["name"]
            for attributes in _elements(archive, "xl/workbook.xml", "sheet")
        }
    except (
        KeyError,
        ValueError,
        StopIteration,
        RuntimeError,
        expat.ExpatError,
    ):  # what is wrong is told when the part is inspected
        return {}


def _elements(archive: zipfile.ZipFile, part: str, tag: str) -> list[dict[str, str]]:
    """The attributes of the elements of a name in a part; those of other namespaces as ``namespace name``."""
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == tag:
            found.append(attributes)

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    with archive.open(part) as unpacked:
        parser.Parse(unpacked.read(MEGABYTE), True)
    return found


_COPY = Text("Copy the filled-in rows into a new workbook and hand that in.")


def _too_much(name: str, what: Text) -> FileTooLarge:
    return FileTooLarge(
        Text("The workbook {file} has more than {what}.", file=name, what=what), where=name, remedy=_COPY
    )


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    if member.flag_bits & 0x1:
        raise UnreadableFile(
            Text("The workbook {file} is protected by a password.", file=budget.name),
            where=budget.name,
            remedy=Text("Save it without a password and hand it in again."),
        )
    with archive.open(member) as unpacked:
        while chunk := unpacked.read(_CHUNK):
            budget.unpack(len(chunk))
            yield chunk


def _inspect_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: _Budget) -> None:
    depth = row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, row, column
        depth += 1
        if depth > _DEPTH:
            raise _too_much(budget.name, Text("{n} elements inside one another", n=_DEPTH))
        tag = tag.rpartition(":")[2]
        budget.element(tag)
        match tag:
            case "row":
                row, column = int(attributes.get("r") or row + 1), 0
                budget.reaches(member.filename, row, 1)
            case "c":
                if reference := attributes.get("r"):
                    row_of_cell, column = coordinate_to_tuple(reference)
                    budget.reaches(member.filename, row_of_cell, column)
                else:
                    column += 1
                    budget.reaches(member.filename, row, column)
            case "mergeCell":
                budget.merge(member.filename, attributes["ref"])

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise UnreadableFile(
            Text(
                "The part {part} of the workbook {file} declares a document type; it is not read.",
                part=member.filename,
                file=budget.name,
            ),
            where=budget.name,
            remedy=_COPY,
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = doctype
    is_xml = True
    for chunk in _chunks(archive, member, budget):
        if is_xml:
            try:
                parser.Parse(chunk)
            except expat.ExpatError:
                is_xml = False  # a picture, or XML that openpyxl will refuse where it needs it
