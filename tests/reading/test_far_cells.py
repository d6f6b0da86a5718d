"""A cell or a merged range that is out of reach is named with its sheet."""

from __future__ import annotations

import io

import openpyxl
import pytest

from lcgraph.errors import FileTooLarge
from lcgraph.framework.framework import Framework
from lcgraph.reading.reader import read


def book(*, merged: str = "", cell: str = "A1") -> bytes:
    workbook = openpyxl.Workbook()
    workbook.active.title = "Submission"  # type: ignore[union-attr]  # a new workbook has a sheet
    sheet = workbook.create_sheet("Zahlen & Noten")
    sheet[cell] = 12.5
    if merged:
        sheet.merged_cells.add(merged)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "where", "said"),
    [
        (book(cell="A40000"), "cork.xlsx, sheet Zahlen & Noten, cell A40000", "The sheet “Zahlen & Noten” of cork.xlsx reaches"),
        (book(cell="ZZ3"), "cork.xlsx, sheet Zahlen & Noten, cell ZZ3", "The sheet “Zahlen & Noten” of cork.xlsx reaches"),
        (book(merged="A1:Z20000"), "cork.xlsx, sheet Zahlen & Noten", "The sheet “Zahlen & Noten” of cork.xlsx has the merged"),
    ],
    ids=["far below", "far to the right", "merged"],
)  # fmt: skip
def test_with_its_sheet(data: bytes, where: str, said: str, framework: Framework) -> None:
    with pytest.raises(FileTooLarge) as caught:
        read("cork.xlsx", data, framework)
    told = caught.value.told("en")
    assert told["where"] == where
    assert said in told["message"]
    assert "Zahlen & Noten" in caught.value.told("zh")["message"]
