"""A process that runs queries on the newest checkpoint; see :mod:`lcgraph.processes`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lcgraph.errors import StoreError
from lcgraph.framework.namespaces import PREFIXES
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
    :ivar default_graphs: names of the graphs that make up the default graph.
    :ivar named_graphs: names of the graphs that ``GRAPH`` may name. Where neither is given, the
        default graph is the union of all graphs, and ``GRAPH`` may name each of them.
    """

    directory: str
    query: str
    bindings: Mapping[str, str] = field(default_factory=dict)
    solutions: str = "application/sparql-results+json"
    graph: str = "text/turtle"
    result_bytes: int = 0
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


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
        results = store.query(
            request.query,
            use_default_graph_as_union=not dataset,
            default_graph=default if dataset else None,
            named_graphs=named if dataset else None,
            prefixes=PREFIXES,
            substitutions={ox.Variable(name): _term(value) for name, value in request.bindings.items()} or None,
        )
        if isinstance(results, ox.QueryTriples):
            media_type = request.graph
            graph_format = ox.RdfFormat.from_media_type(media_type)
            prefixes = PREFIXES if graph_format in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
            ox.serialize(results, out, format=graph_format, prefixes=prefixes)  # type: ignore[arg-type]  # it writes
        else:
            media_type = request.solutions
            results.serialize(out, format=ox.QueryResultsFormat.from_media_type(media_type))  # type: ignore[arg-type]  # it writes
        out.flush()
        return {"ok": True, "media_type": media_type, "checkpoint": self.name}


def _term(text: str) -> ox.NamedNode | ox.Literal:
    """A term from N-Triples syntax."""
    quad = next(ox.parse(f"<urn:s> <urn:p> {text} .", ox.RdfFormat.N_TRIPLES))
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return quad.object


if __name__ == "__main__":
    work(_Reader().answer)
