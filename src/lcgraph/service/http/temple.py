"""The temple of figure 1: pediment, columns and steps, as positions and lines of text for an SVG."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lcgraph.framework.framework import Framework
from lcgraph.framework.items import FocalArea
from lcgraph.language import pick

WIDTH = 960
"""Width of the drawing in SVG units."""

_PEDIMENT_TOP, _PEDIMENT_BASE, _BAND_BASE, _COLUMN_BASE = 10, 118, 214, 424
_STEP_HEIGHT, _GAP = 46, 10


@dataclass(frozen=True, slots=True)
class Stone:
    """One focal area as a stone of the temple.

    :ivar code: of the area.
    :ivar label: its title.
    :ivar commitment: code of the commitment that it realises; empty for none.
    :ivar part: ``pediment``, ``columns`` or ``steps``.
    :ivar x: left edge.
    :ivar y: upper edge.
    :ivar width: its width.
    :ivar height: its height.
    :ivar lines: the title in lines that fit.
    """

    code: str
    label: str
    commitment: str
    part: str
    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def middle(self) -> float:
        """Its middle, from left to right."""
        return self.x + self.width / 2

    def line_positions(self) -> list[tuple[float, str]]:
        """The height of each line of text, so that the text stands in the middle."""
        step = 19
        top = self.y + self.height / 2 - step * (len(self.lines) - 1) / 2 + 14
        return [(top + step * i, line) for i, line in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Temple:
    """The whole drawing.

    :ivar groups: title of each part.
    :ivar stones: the areas.
    :ivar height: of the drawing.
    """

    groups: dict[str, str]
    stones: tuple[Stone, ...]
    height: float
    width: float = WIDTH
    pediment: str = f"{WIDTH / 2},{_PEDIMENT_TOP} {WIDTH - 40},{_PEDIMENT_BASE} 40,{_PEDIMENT_BASE}"


def temple(framework: Framework, language: str) -> Temple:
    """The temple of the newest edition."""
    edition = framework.edition()
    commitments = {area: c.code for c in framework.commitments for area in c.areas}
    by_part: dict[str, list[FocalArea]] = {"pediment": [], "columns": [], "steps": []}
    for area in edition.areas:
        by_part[area.temple_part].append(area)
    stones = [
        Stone(
            area.code,
            pick(area.label, language),
            commitments.get(area.iri, ""),
            part,
            *box,
            lines=tuple(wrap(pick(area.label, language), box[2])),
        )
        for part, areas in by_part.items()
        for area, box in zip(areas, _boxes(part, len(areas)), strict=True)
    ]
    groups = {group.temple_part: pick(group.label, language) for group in edition.groups}
    height = max(stone.y + stone.height for stone in stones) + 10
    return Temple(groups, tuple(stones), height)


def _boxes(part: str, n: int) -> Iterator[tuple[float, float, float, float]]:
    if part == "steps":
        top = _COLUMN_BASE + _GAP
        for i in range(n):
            inset = 40 - 20 * i
            yield (inset, top + i * (_STEP_HEIGHT + 4), WIDTH - 2 * inset, _STEP_HEIGHT)
        return
    left, right = (40, WIDTH - 40) if part == "pediment" else (60, WIDTH - 60)
    top, bottom = (_PEDIMENT_BASE + 6, _BAND_BASE) if part == "pediment" else (_BAND_BASE + _GAP, _COLUMN_BASE)
    gap = 6 if part == "pediment" else 16
    width = (right - left - gap * (n - 1)) / max(n, 1)
    for i in range(n):
        yield (left + i * (width + gap), top, width, bottom - top)


def wrap(text: str, width: float) -> list[str]:
    """Text in lines that fit a width; wide characters count twice, and may be broken between any two."""
    room = max(int(width / 7.6), 6)
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _columns(line + piece.rstrip()) > room:
            lines.append(line.strip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.strip()]


def _pieces(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if unicodedata.east_asian_width(character) in "WF":
            if character in "，、。；：" and word:
                word += character
                continue
            if word:
                yield word
            word = character
        else:
            word += character
            if character == " ":
                yield word
                word = ""
    if word:
        yield word


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
