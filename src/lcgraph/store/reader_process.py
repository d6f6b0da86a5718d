"""A process that runs queries on the newest checkpoint; see :mod:`lcgraph.processes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lcgraph.errors import StoreError
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES
from lcgraph.processes import Sender, work
from lcgraph.store.embedded import newest, newest_opened


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


class _TooManyRows(Exception):
    """An answer has more rows than it may have."""


class _UnknownGraph(Exception):
    """A query names a graph that there is not."""


class _Rows:
    """Counts the rows of an answer as it is written, by what the engine writes between them.

    The engine has no limit on rows but ``LIMIT``, and to take rows one by one into Python and write
    them here takes several times as long as the query.

    :param out: where the answer goes.
    :param media_type: its format.
    :param limit: how many rows there may be.
    """

    def __init__(self, out: Sender, media_type: str, limit: int) -> None:
        self._out = out
        self._marks, unmarked = _ROW_MARKS[media_type]
        self._left = limit + unmarked
        self._before = b""
        self._quotes = media_type == "text/csv"
        self._quoted = 0

    def write(self, data: bytes) -> int:
        """Takes a piece.

        :raises _TooManyRows: if it has more rows than there may be.
        """
        if self._quotes:
            parts = data.split(b'"')
            self._left -= sum(part.count(b"\n") for part in parts[self._quoted :: 2])
            self._quoted = (self._quoted + len(parts) - 1) % 2
        else:
            seen = self._before + data
            self._left -= sum(map(seen.count, self._marks))
            self._before = seen[len(seen) - len(self._marks[0]) + 1 :]
        if self._left < 0:
            raise _TooManyRows
        return self._out.write(data)

    def flush(self) -> None:
        """Sends what waits."""
        self._out.flush()


_ROW_MARKS: Mapping[str, tuple[tuple[bytes, ...], int]] = {
    # within a string the quotation mark would have a backslash before it, unless it ends the string
    "application/sparql-results+json": ((b',{"', b",{}"), -1),
    "application/sparql-results+xml": ((b"<result>",), 0),
    "text/csv": ((b"\n",), 1),
    "text/tab-separated-values": ((b"\n",), 1),
}
"""What is written with each row, all of one length, and how many are written with no row, less rows without one."""


def _counted(triples: Iterator[ox.Triple], limit: int) -> Iterator[ox.Triple]:
    for number, triple in enumerate(triples):
        if number >= limit:
            raise _TooManyRows
        yield triple


def _named(store: ox.Store, request: Request) -> Iterator[str]:
    """The graphs that a query names by ``FROM``: the engine reads the names as it will read them in the query."""
    if not request.clause:
        return
    names = f"{request.prologue}\nSELECT ?g {{ VALUES ?g {{ {' '.join(request.clause)} }} }}"
    with suppress(SyntaxError):  # which the query itself has as well, and at its place
        found = store.query(names, base_iri=request.base, prefixes=PREFIXES)
        assert isinstance(found, ox.QuerySolutions)
        for solution in found:
            graph = solution["g"]
            assert isinstance(graph, ox.NamedNode)
            yield graph.value


class _Reader:
    def __init__(self) -> None:
        self.name: str | None = None
        self.held = ExitStack()
        self.store: ox.Store | None = None

    def open_newest(self, directory: Path) -> ox.Store:
        """The newest checkpoint; opened again only when there is a newer one."""
        if self.store is None or newest(directory) != self.name:
            self.store = None
            self.held.close()
            self.name, self.store = self.held.enter_context(newest_opened(directory))
        return self.store

    def answer(self, request: Request, connection: Connection) -> dict[str, Any]:
        try:
            return self._answer(request, connection)
        except OverflowError:
            return {"ok": False, "kind": "size"}
        except _TooManyRows:
            return {"ok": False, "kind": "rows"}
        except _UnknownGraph as error:
            return {"ok": False, "kind": "graph", "message": str(error)}
        except SyntaxError as error:
            return {"ok": False, "kind": "syntax", "message": str(error.msg or error)}
        except StoreError:
            return {"ok": False, "kind": "store"}
        except (ValueError, RuntimeError, OSError) as error:
            return {"ok": False, "kind": "other", "message": str(error)}

    def _answer(self, request: Request, connection: Connection) -> dict[str, Any]:
        store = self.open_newest(Path(request.directory))
        out = Sender(connection, request.result_bytes)
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = list(map(ox.NamedNode, request.default_graphs))
        named: list[ox.NamedNode | ox.BlankNode] = list(map(ox.NamedNode, request.named_graphs))
        dataset = bool(default or named)
        graphs = [*request.default_graphs, *request.named_graphs] if dataset else list(_named(store, request))
        for graph in graphs:
            if not store.contains_named_graph(ox.NamedNode(graph)):
                raise _UnknownGraph(graph)
        results = store.query(
            request.query,
            base_iri=request.base,
            use_default_graph_as_union=not dataset and not request.clause,
            default_graph=default if dataset else None,
            named_graphs=named if dataset else None,
            prefixes=PREFIXES,
            substitutions={ox.Variable(name): _term(value) for name, value in request.bindings.items()} or None,
        )
        is_graph = isinstance(results, ox.QueryTriples)
        media_type = request.graph if is_graph else request.solutions
        said = {"media_type": media_type, "checkpoint": self.name}
        out.begin(said)
        if isinstance(results, ox.QueryTriples):
            graph_format = ox.RdfFormat.from_media_type(media_type)
            prefixes = PREFIXES if graph_format in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
            triples = _counted(results, request.result_rows)
            ox.serialize(triples, out, format=graph_format, prefixes=prefixes)  # type: ignore[arg-type]  # it writes
        else:
            rows = _Rows(out, media_type, request.result_rows)
            results.serialize(rows, format=ox.QueryResultsFormat.from_media_type(media_type))  # type: ignore[arg-type]  # it writes
        out.flush()
        return {"ok": True, **said}


def _term(text: str) -> ox.NamedNode | ox.Literal:
    """A term from N-Triples syntax."""
    quad = next(ox.parse(f"<urn:s> <urn:p> {text} .", ox.RdfFormat.N_TRIPLES))
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return quad.object


if __name__ == "__main__":
    work(_Reader().answer)
