"""Which part of an answer is wanted: so many rows, from the beginning or from where another part ended.

A cursor says where the next part begins and of which data: those of a commit, which never change. So
the parts make up one answer whatever is published meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lcgraph.errors import LcgraphError, ParameterError
from lcgraph.language import Text

MOST = 1_000_000
_CURSOR = re.compile(r"(\d{1,9})-(\d{1,9})-([0-9a-f]{16})", re.ASCII)


class PartGone(LcgraphError):
    """A further part of an answer belongs to data, or to a question, that are no longer to be had."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                "The part before this one was of another answer: the question, its parameters or the data are others now."
            ),
            remedy=Text("Begin anew, without “{name}”.", name="cursor"),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer.

    :ivar limit: how many rows at the most; None for all.
    :ivar offset: how many stand before it.
    :ivar commit: the commit whose data it is of; None for those that the question is asked of.
    :ivar of: what the answer is known by; empty for the first part.
    """

    limit: int | None = None
    offset: int = 0
    commit: int | None = None
    of: str = ""

    def cursor(self, commit: int, of: str) -> str:
        """What to ask the part after this one with.

        :param commit: the commit whose data this one is of.
        :param of: what the answer is known by.
        """
        return f"{commit}-{self.offset + (self.limit or 0)}-{of}"


WHOLE = Part()


def part(limit: str, cursor: str) -> Part:
    """The part that is asked for.

    :param limit: how many rows; empty for all.
    :param cursor: where it begins; empty for the beginning.
    :raises ParameterError: if one of them is not what it should be.
    """
    rows: int | None = None
    if limit:
        rows = int(limit) if re.fullmatch(r"\d{1,7}", limit, re.ASCII) else 0
        if not 0 < rows <= MOST:
            raise ParameterError(
                Text("“{found}” is not a value of “{name}”.", found=limit[:80], name="limit"),
                parameter="limit",
                remedy=Text("Write a whole number from {low} to {high}.", low=1, high=MOST),
            )
    if not cursor:
        return Part(rows)
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ParameterError(
            Text("“{found}” is not a value of “{name}”.", found=cursor[:80], name="cursor"),
            parameter="cursor",
            remedy=Text("Take it from the answer before, or leave it out to begin anew."),
        )
    return Part(rows, int(found[2]), int(found[1]), found[3])
