"""A process that has a server run queries; see :mod:`lcgraph.processes`.

What the server answers is read as it comes, checked, and written in the format that is asked for. An
answer is whole if the body is, if no header says that it is a part, and if the store was in the same
state when it began and when it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox

from lcgraph import sparql
from lcgraph.framework.namespaces import PREFIXES, Names
from lcgraph.processes import Sender, work
from lcgraph.store.answers import Request, Rows, UnknownGraphName, counted, ended
from lcgraph.store.embedded import nothing_yet
from lcgraph.store.remote.connection import SOLUTIONS, TRIPLES, Connection, boolean, not_whole
from lcgraph.store.remote.settings import remote_settings
from lcgraph.store.remote.state import State, being_changed
from lcgraph.store.remote.text import asked_as, refuse, without_dataset

_SECONDS_OF_ITS_OWN = 0.5
"""By so much a server is to end a query before the process that waits for it is killed: then it says why."""

_TRIES = 3


class _Read:
    """A response as a file, with what the server calls by other names called by ours.

    :param response: nothing of it is read yet.
    :param exchanged: what to put in place of what.
    """

    def __init__(self, response: httpx.Response, exchanged: Sequence[tuple[bytes, bytes]]) -> None:
        self._pieces = response.iter_bytes()
        self._exchanged = exchanged
        self._keep = max((len(old) - 1 for old, _ in exchanged), default=0)
        self._left = bytearray()
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end.

        :raises httpx.HTTPError: if the response breaks off.
        """
        while not self._ended and (size < 0 or len(self._left) < size + self._keep):
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
            else:
                self._left += piece
        if self._exchanged:
            self._exchange()
        size = len(self._left) if self._ended and size < 0 else size
        taken = bytes(self._left[:size])
        del self._left[: len(taken)]
        return taken

    def _exchange(self) -> None:
        for old, new in self._exchanged:
            if old in self._left:
                self._left[:] = self._left.replace(old, new)


class _Late:
    """Holds what is written until there is more than a little, so that a small answer can be asked for again."""

    def __init__(self, out: Sender, state: str, now: Callable[[], str | None]) -> None:
        self.media_type = ""
        self.sent = False
        self._out = out
        self._state = state
        self._now = now
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        """Takes a piece."""
        self._held += data
        if len(self._held) >= _SMALL:
            if not self.sent and self._now() != self._state:
                raise _Changed  # since the last answer, most likely: nothing is lost yet
            self.send()
        return len(data)

    def flush(self) -> None:
        """Does nothing: who writes an answer asks for it at the end, when it is not yet known to be whole."""

    def send(self) -> None:
        """Sends what is held."""
        if not self.sent:
            self._out.begin({"media_type": self.media_type, "checkpoint": self._state})
            self.sent = True
        self._out.write(bytes(self._held))
        self._out.flush()
        self._held.clear()


_SMALL = 256 * 1024


class _Changed(Exception):
    """The store is in another state than was thought, and nothing was sent yet."""


class _Reader:
    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._seen: str | None = None

    def answer(self, request: Request, pipe: Pipe) -> dict[str, Any]:
        return ended(lambda: self._answer(request, pipe))

    def _connected(self, data: Path) -> Connection:
        if self._connection is None:
            settings = remote_settings(data)
            if settings is None:
                raise nothing_yet(data / "store")
            self._connection = Connection(settings, data)
        return self._connection

    def _answer(self, request: Request, pipe: Pipe) -> dict[str, Any]:
        connection = self._connected(Path(request.directory).parent)
        sparql.refuse(request.query)  # once more: a server reaches the network, where our own engine cannot
        refuse(request.query, connection.engine.refused)
        meant = ox.Store().query(  # only our own parser says where a query is no SPARQL, and lets nothing else through
            request.query,
            base_iri=request.base,
            prefixes=PREFIXES,
            default_graph=[ox.NamedNode("urn:nothing")],
        )
        # graphs of the protocol go before those of the query; some servers add them up
        if request.default_graphs or request.named_graphs:
            request = replace(request, query=without_dataset(request.query))
        named = _named(request)
        _check_graphs([*request.default_graphs, *request.named_graphs, *named], connection)
        state = State(connection, Names(request.base))
        for _ in range(_TRIES):
            before = self._seen or state.name()
            if before is None:
                raise nothing_yet(Path(request.directory))
            out = _Late(Sender(pipe, request.result_bytes), before, state.name)
            with suppress(_Changed):
                self._write(request, connection, meant, out, union=not named)
            self._seen = state.name()
            if self._seen == before:  # no state comes again, so it was this one all the time
                out.send()
                return {"ok": True, "media_type": out.media_type, "checkpoint": before}
            if out.sent:
                break
        raise being_changed()

    def _write(self, request: Request, connection: Connection, meant: object, out: _Late, *, union: bool) -> None:
        is_graph = isinstance(meant, ox.QueryTriples)
        media_type = out.media_type = request.graph if is_graph else request.solutions
        accept = TRIPLES if is_graph else SOLUTIONS
        with connection.asked(
            asked_as(
                request.query,
                request.bindings,
                request.base,
                connection.engine.kept_as,
                values_within=connection.engine.values_within,
            ),
            accept,
            seconds=max(request.seconds - _SECONDS_OF_ITS_OWN, 0.1),
            default_graphs=request.default_graphs,
            named_graphs=request.named_graphs,
            union=union,
        ) as response:
            body = _Read(response, connection.kept)
            if is_graph:
                _must_end_by_itself(response.headers)
                self._write_graph(body, media_type, request, out)
            elif isinstance(meant, ox.QueryBoolean):
                _serialize(_YES_OR_NO[boolean(body.read())](), media_type, request, out)
            else:
                try:
                    found = ox.parse_query_results(body, ox.QueryResultsFormat.JSON)  # type: ignore[arg-type]  # it reads
                    _serialize(found, media_type, request, out)
                except SyntaxError as error:
                    raise not_whole(str(error.msg or error)) from error

    @staticmethod
    def _write_graph(body: _Read, media_type: str, request: Request, out: _Late) -> None:
        graph_format = ox.RdfFormat.from_media_type(media_type)
        prefixes = PREFIXES if graph_format in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None

        def triples() -> Iterator[ox.Triple]:
            try:
                for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES):  # type: ignore[arg-type]  # it reads
                    yield quad.triple
            except SyntaxError as error:
                raise not_whole(str(error.msg or error)) from error

        found = counted(triples(), request.result_rows)
        ox.serialize(found, out, format=graph_format, prefixes=prefixes)  # type: ignore[arg-type]  # it writes


def _check_graphs(graphs: Sequence[str], connection: Connection) -> None:
    """:raises UnknownGraphName: for a graph that there is not, which a server might fetch."""
    for graph in graphs:
        if not connection.ask(f"ASK {{ GRAPH {ox.NamedNode(graph)} {{ ?s ?p ?o }} }}"):
            raise UnknownGraphName(graph)


def _named(request: Request) -> list[str]:
    """The graphs that a query names by ``FROM``: our own engine reads the names as it reads them in the query."""
    prologue, clause = sparql.dataset_clause(request.query)
    if not clause:
        return []
    names = f"{prologue}\nSELECT ?g {{ VALUES ?g {{ {' '.join(clause)} }} }}"
    found = ox.Store().query(names, base_iri=request.base, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return [graph.value for solution in found if isinstance(graph := solution["g"], ox.NamedNode)]


def _serialize(found: ox.QuerySolutions | ox.QueryBoolean, media_type: str, request: Request, out: _Late) -> None:
    rows = Rows(out, media_type, request.result_rows)
    found.serialize(rows, format=ox.QueryResultsFormat.from_media_type(media_type))  # type: ignore[arg-type]  # it writes


def _must_end_by_itself(headers: Mapping[str, str]) -> None:
    """Triples that break off look whole, but for what the protocol says of their length.

    :raises StoreError: if it says nothing.
    """
    if "content-length" not in headers and headers.get("transfer-encoding", "").lower() != "chunked":
        raise not_whole("its length is not said")


def _yes_or_no(query: str) -> ox.QueryBoolean:
    found = ox.Store().query(query)
    assert isinstance(found, ox.QueryBoolean)
    return found


_YES_OR_NO = {True: partial(_yes_or_no, "ASK { }"), False: partial(_yes_or_no, "ASK { FILTER (false) }")}
"""Nothing else makes an answer of this kind."""


if __name__ == "__main__":
    work(_Reader().answer)
