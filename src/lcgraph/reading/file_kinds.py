"""What a file is, told by its bytes where its name and its bytes do not agree."""

from __future__ import annotations

import io
import zipfile

from lcgraph.errors import UnreadableFile
from lcgraph.language import Text

OLE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a file of streams: an old Office file, or a new one with a password."""

_ZIP = b"PK\x03\x04"
_SIGNATURES = (
    (b"PK\x05\x06", Text("an empty ZIP archive")),
    (b"%PDF", Text("a PDF")),
    (b"\x89PNG", Text("a picture")),
    (b"\xff\xd8\xff", Text("a picture")),
    (b"\x1f\x8b", Text("a gzip archive")),
    (b"<!DOCTYPE html", Text("a web page")),
    (b"<html", Text("a web page")),
    (b"<?xml", Text("XML")),
)
_STREAMS = (
    ("EncryptedPackage", Text("a workbook with a password")),
    ("WordDocument", Text("an old Word document (.doc)")),
    ("Workbook", Text("an old Excel file (.xls)")),
    ("Book", Text("an old Excel file (.xls)")),
)
_PARTS = (
    ("xl/workbook.bin", Text("a binary Excel workbook (.xlsb)")),
    ("xl/", Text("an Excel workbook, but a damaged one")),
    ("word/", Text("a Word document (.docx)")),
    ("ppt/", Text("a presentation (.pptx)")),
    ("Index/", Text("a document of Numbers (.numbers)")),
    ("Index.zip", Text("a document of Numbers (.numbers)")),
    ("content.xml", Text("a document of LibreOffice (.ods, .odt)")),
)
_BROKEN_OFF = Text("a ZIP archive, as .xlsx is, that is cut off or damaged")


def looks_like(data: bytes) -> Text | None:
    """What the bytes of a file say that it is; None where they say nothing.

    >>> str(looks_like(b"%PDF-1.7"))
    'a PDF'
    """
    if data.startswith(_ZIP):
        return _archive(data)
    if data.startswith(OLE):
        return _streams(data)
    start = data[:512].lstrip()
    for signature, name in _SIGNATURES:
        if start[: len(signature)].lower() == signature.lower():
            return name
    return None


def _archive(data: bytes) -> Text:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except Exception:  # noqa: BLE001 - a damaged archive raises much else beside BadZipFile
        return _BROKEN_OFF
    for start, what in _PARTS:
        if any(name.startswith(start) for name in names):
            return what
    return Text("a ZIP archive")


def _streams(data: bytes) -> Text:
    for stream, what in _STREAMS:
        if stream.encode("utf-16-le") in data:
            return what
    return Text("an old Office file")


def damaged(name: str, wanted: Text, data: bytes) -> UnreadableFile:
    """The error for a file that is not what its name says."""
    what = looks_like(data)
    return UnreadableFile(
        Text("The file {file} is not a readable {wanted}.", file=name, wanted=wanted)
        if what is None
        else Text(
            "The file {file} is not a readable {wanted}; it looks like {what}.",
            file=name,
            wanted=wanted,
            what=what,
        ),
        where=name,
        expected=wanted,
        remedy=Text("Get the file again: a download or a copy that breaks off leaves such a file.")
        if what is _BROKEN_OFF
        else Text("Save it in that format with the program that made it; renaming a file does not change its format."),
    )
