"""Queries as they are asked of a process, and answers as they are written by one, within their limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyoxigraph as ox

from lcgraph.errors import LcgraphError, LimitExceeded, QueryRefused, StoreError
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import languages


@dataclass(frozen=True, slots=True)
class Request:
    """A query to run.

    :ivar directory: the folder of the store.
    :ivar query: SPARQL text.
    :ivar bindings: variables to the values that they are to have, as N-Triples terms.
    :ivar solutions: media type for the answer to SELECT and ASK.
    :ivar graph: media type for the answer to CONSTRUCT and DESCRIBE.
    :ivar result_bytes: size that the answer may have.
    :ivar result_rows: rows, or statements, that it may have.
    :ivar default_graphs: names of the graphs that make up the default graph.
    :ivar named_graphs: names of the graphs that ``GRAPH`` may name. Where neither is given and the
        query itself names none, the default graph is the union of all graphs, and ``GRAPH`` may name
        each of them.
    :ivar clause: the graphs that the query names by ``FROM``, as it writes them.
    :ivar prologue: the declarations of the query, by which ``clause`` is read.
    :ivar base: what relative IRIs are relative to.
    :ivar seconds: how long the query may run.
    """

    directory: str
    query: str
    bindings: Mapping[str, str] = field(default_factory=dict)
    solutions: str = "application/sparql-results+json"
    graph: str = "text/turtle"
    result_bytes: int = 0
    result_rows: int = 0
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    prologue: str = ""
    base: str = DEFAULT_BASE
    seconds: float = 0.0


class Out(Protocol):
    """Takes what is written."""

    def write(self, data: bytes) -> int:
        """Takes a piece."""

    def flush(self) -> None:
        """Sends what waits."""


class TooManyRows(Exception):
    """An answer has more rows than it may have."""


class UnknownGraphName(Exception):
    """A query names a graph that there is not."""


class Rows:
    """Counts the rows of an answer as it is written, by what the engine writes between them.

    The engine has no limit on rows but ``LIMIT``, and to take rows one by one into Python and write
    them here takes several times as long as the query. An answer that is too short to have too many
    rows is not counted at all.

    :param out: where the answer goes.
    :param media_type: its format.
    :param limit: how many rows there may be.
    """

    def __init__(self, out: Out, media_type: str, limit: int) -> None:
        self._out = out
        self._marks, unmarked = _ROW_MARKS[media_type]
        self._left = limit + unmarked
        self._before = b""
        self._quotes = media_type == "text/csv"
        self._quoted = 0
        self._not_counted: list[bytes] | None = []
        self._may_have = min(limit * len(self._marks[0]), _NOT_COUNTED)

    def write(self, data: bytes) -> int:
        """Takes a piece.

        :raises TooManyRows: if it has more rows than there may be.
        """
        if self._not_counted is not None:
            self._not_counted.append(data)
            self._may_have -= len(data)
            if self._may_have >= 0:
                return self._out.write(data)
            before, self._not_counted = self._not_counted[:-1], None
            self._count(b"".join(before))
        self._count(data)
        return self._out.write(data)

    def _count(self, data: bytes) -> None:
        if self._quotes:
            parts = data.split(b'"')
            self._left -= sum(part.count(b"\n") for part in parts[self._quoted :: 2])
            self._quoted = (self._quoted + len(parts) - 1) % 2
        else:
            seen = self._before + data
            self._left -= sum(map(seen.count, self._marks))
            self._before = seen[len(seen) - len(self._marks[0]) + 1 :]
        if self._left < 0:
            raise TooManyRows

    def flush(self) -> None:
        """Sends what waits."""
        self._out.flush()


_NOT_COUNTED = 4 * 1024 * 1024
"""So much of an answer is kept at the most, should it have to be counted later."""

_ROW_MARKS: Mapping[str, tuple[tuple[bytes, ...], int]] = {
    # within a string the quotation mark would have a backslash before it, unless it ends the string
    "application/sparql-results+json": ((b',{"', b",{}"), -1),
    "application/sparql-results+xml": ((b"<result>",), 0),
    "text/csv": ((b"\n",), 1),
    "text/tab-separated-values": ((b"\n",), 1),
}
"""What is written with each row, all of one length, and how many are written with no row, less rows without one."""


def counted(triples: Iterable[ox.Triple], limit: int) -> Iterator[ox.Triple]:
    """Triples, as many as there may be.

    :raises TooManyRows: if there are more.
    """
    for number, triple in enumerate(triples):
        if number >= limit:
            raise TooManyRows
        yield triple


def ended(answer: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """How an answer ended, whatever happened.

    :param answer: gives it.
    """
    try:
        return answer()
    except OverflowError:
        return {"ok": False, "kind": "size"}
    except TooManyRows:
        return {"ok": False, "kind": "rows"}
    except UnknownGraphName as error:
        return {"ok": False, "kind": "graph", "message": str(error)}
    except SyntaxError as error:
        return {"ok": False, "kind": "syntax", "message": str(error.msg or error)}
    except LcgraphError as error:
        return _told(error)
    except (ValueError, RuntimeError, OSError) as error:
        return {"ok": False, "kind": "other", "message": str(error)}


def _told(error: LcgraphError) -> dict[str, Any]:
    kind = (
        f"limit-{error.limit}"
        if isinstance(error, LimitExceeded)
        else "store"
        if isinstance(error, StoreError)
        else "refused"
        if isinstance(error, QueryRefused)
        else "other"
    )
    return {"ok": False, "kind": kind, "told": {language: error.told(language) for language in languages()}}
