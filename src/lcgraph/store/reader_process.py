"""A process that runs queries on the newest checkpoint; see :mod:`lcgraph.processes`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lcgraph.framework.namespaces import PREFIXES
from lcgraph.processes import Sender, work
from lcgraph.sparql import tokens
from lcgraph.store.answers import Request, Rows, UnknownGraphName, counted, ended
from lcgraph.store.bound import with_values
from lcgraph.store.embedded import newest, newest_opened


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


def _pointer(directory: str) -> tuple[int, int] | None:
    """By which a file that names the newest checkpoint is told from one that has taken its place."""
    try:
        found = os.stat(f"{directory}/newest")  # noqa: PTH116 - for each query, and to make a path takes longer
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class _Reader:
    def __init__(self) -> None:
        self.name: str | None = None
        self.directory = ""
        self.held = ExitStack()
        self.store: ox.Store | None = None
        self._pointer: tuple[int, int] | None = None

    def open_newest(self, directory: str) -> ox.Store:
        """The newest checkpoint; opened again only when there is a newer one."""
        pointer = _pointer(directory)
        if self.store is None or pointer is None or pointer != self._pointer:
            if self.store is None or directory != self.directory or newest(Path(directory)) != self.name:
                self.store, self.directory = None, directory
                self.held.close()
                self.name, self.store = self.held.enter_context(newest_opened(Path(directory)))
            self._pointer = pointer
        return self.store

    def answer(self, request: Request, connection: Connection) -> dict[str, Any]:
        return ended(lambda: self._answer(request, connection))

    def _answer(self, request: Request, connection: Connection) -> dict[str, Any]:
        store = self.open_newest(request.directory)
        out = Sender(connection, request.result_bytes)
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = list(map(ox.NamedNode, request.default_graphs))
        named: list[ox.NamedNode | ox.BlankNode] = list(map(ox.NamedNode, request.named_graphs))
        dataset = bool(default or named)
        graphs = [*request.default_graphs, *request.named_graphs] if dataset else list(_named(store, request))
        for graph in graphs:
            if not store.contains_named_graph(ox.NamedNode(graph)):
                raise UnknownGraphName(graph)
        results = store.query(
            _as_asked(request.query, tuple(request.bindings.items())),
            base_iri=request.base,
            use_default_graph_as_union=not dataset and not request.clause,
            default_graph=default if dataset else None,
            named_graphs=named if dataset else None,
            prefixes=PREFIXES,
        )
        is_graph = isinstance(results, ox.QueryTriples)
        media_type = request.graph if is_graph else request.solutions
        said = {"media_type": media_type, "checkpoint": self.name}
        out.begin(said)
        if isinstance(results, ox.QueryTriples):
            graph_format = ox.RdfFormat.from_media_type(media_type)
            prefixes = PREFIXES if graph_format in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
            triples = counted(results, request.result_rows)
            ox.serialize(triples, out, format=graph_format, prefixes=prefixes)  # type: ignore[arg-type]  # it writes
        else:
            rows = Rows(out, media_type, request.result_rows)
            results.serialize(rows, format=ox.QueryResultsFormat.from_media_type(media_type))  # type: ignore[arg-type]  # it writes
        out.flush()
        return {"ok": True, **said}


@lru_cache(64)
def _as_asked(query: str, bindings: tuple[tuple[str, str], ...]) -> str:
    """The query with values in place of its parameters.

    The engine's own substitutions come too late for its optimiser: with them a question may take five times as long.
    """
    return with_values(list(tokens(query, compare=True)), dict(bindings)) if bindings else query


if __name__ == "__main__":
    work(_Reader().answer)
