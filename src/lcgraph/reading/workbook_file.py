"""Workbooks as bytes: the same workbook always gives the same file."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_SHEET_NAME = 31
"""Excel's limit for the name of a sheet."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOMENTS = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def sheet_name(text: str) -> str:
    """A text as the name of a sheet: without what Excel forbids there, and not longer than it allows."""
    return re.sub(r"[\[\]:*?/\\]", " ", text)[:_SHEET_NAME].strip()


def to_bytes(book: Workbook) -> bytes:
    """The workbook as a file, without the moments at which it and its parts were written."""
    written, out = io.BytesIO(), io.BytesIO()
    book.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in parts.namelist():
            data = parts.read(name)
            if name == "docProps/core.xml":
                data = _MOMENTS.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", data)
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
