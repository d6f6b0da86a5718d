"""How high a row of a workbook must be for its texts.

A spreadsheet makes a row as high as its texts when somebody edits it, but LibreOffice does not when
it opens a file of another program: without a height, wrapped texts lie over the rows below.
"""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Iterable

_LINE = 14.0
"""The height of a line in points, with a little room: Chinese fonts are higher than Latin ones."""

_HIGHEST = 409.0
"""Excel repairs a workbook with higher rows."""


def row_height(shown: Iterable[tuple[object, float]]) -> float:
    """The height, in points, that wrapped texts of 10 points need.

    :param shown: what stands in a cell, and the width of its column in characters.

    >>> row_height([("one line", 20), ("a text that takes two lines", 20)])
    30.0
    """
    lines = max((_lines(str(text), width) for text, width in shown if text not in (None, "")), default=1)
    return min(2 + _LINE * lines, _HIGHEST)


def _lines(text: str, width: float) -> int:
    """How many lines a text takes: Chinese breaks anywhere but before a mark, other languages between words.

    A column is as wide as so many digits. Most letters are narrower; a Chinese one is almost as wide as two.
    """
    lines = 0
    for part in text.split("\n"):
        wide = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in part)
        chinese = wide > len(part)
        lines += max(1, math.ceil(wide / (width * 1.06)) if chinese else len(textwrap.wrap(part, int(width * 1.1))))
    return lines
