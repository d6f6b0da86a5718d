"""How much of a file is read.

The limits keep a stranger's file from taking the machine: they are checked before anything is
unpacked or parsed. A full submission of 79 cells over ten years is far below each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.errors import FileTooLarge, UnreadableFile
from lcgraph.language import Text

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a submitted file may hold at the most.

    :ivar file_bytes: size of the file.
    :ivar unpacked_bytes: size of what a workbook unpacks to.
    :ivar parts: files inside a workbook.
    :ivar cell_elements: XML elements of cells in a workbook: a cell with text takes three or four.
    :ivar other_elements: all other XML elements of a workbook.
    :ivar merged: cells of a workbook that are part of merged ranges.
    :ivar rows: rows of a sheet or lines of a table.
    :ivar columns: columns of a sheet.
    :ivar statements: triples of an RDF file.
    """

    file_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 60 * MEGABYTE
    parts: int = 1_000
    cell_elements: int = 1_000_000
    other_elements: int = 50_000
    merged: int = 20_000
    rows: int = 20_000
    columns: int = 200
    statements: int = 500_000


LIMITS = Limits()


def check_size(name: str, data: bytes, limits: Limits) -> None:
    """Refuses a file that is empty or too large.

    :raises UnreadableFile: if it is empty.
    :raises FileTooLarge: if it is too large.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile(
            Text("The file {file} is empty.", file=name),
            where=name,
            remedy=Text("Hand in the file that holds the submission."),
        )
    if len(data) > limits.file_bytes:
        raise FileTooLarge(
            Text(
                "The file {file} has {size} MB; at most {limit} MB are read.",
                file=name,
                size=f"{len(data) / MEGABYTE:.1f}",
                limit=limits.file_bytes // MEGABYTE,
            ),
            where=name,
            remedy=Text("Hand in one submission at a time, without pictures and other attachments."),
        )


def too_many_rows(name: str, where: str, limits: Limits) -> FileTooLarge:
    """The error for a table with too many rows."""
    return FileTooLarge(
        Text("{where} has more than {limit} rows.", where=where, limit=f"{limits.rows:,}"),
        where=name,
        remedy=Text(
            "A submission is one city and one year. To bring in a statistical table, use “lcgraph import” with a mapping."
        ),
    )
