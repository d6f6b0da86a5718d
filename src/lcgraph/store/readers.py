"""Queries on a store, each in a process that is killed at its deadline and replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from lcgraph.errors import (
    LcgraphError,
    LimitExceeded,
    QueryError,
    QueryRefused,
    QuerySyntaxError,
    StoreError,
    UnknownGraph,
)
from lcgraph.framework.namespaces import DEFAULT_BASE, Names
from lcgraph.language import Text
from lcgraph.processes import MEGABYTE, Died, Ended, Sink, TaskSink, Workers
from lcgraph.store.answers import Request
from lcgraph.store.embedded import nothing_yet
from lcgraph.store.limits import QueryLimits
from lcgraph.store.store import store_at

_ASK_FOR_LESS_AT_ONCE = Text(
    "Ask for less at once: name a city, a measure or a year. The Python client reads large results in pages."
)


@dataclass(frozen=True, slots=True)
class Result:
    """The whole answer to a query.

    :ivar body: its bytes; none where they went to a sink.
    :ivar media_type: their format.
    :ivar checkpoint: the state of the store that it was read from.
    """

    body: bytes
    media_type: str
    checkpoint: str


class Readers:
    """Processes that read a store: the checkpoints of an embedded one, or a remote one by its server.

    :param directory: the folder of the store.
    :param count: how many queries run at once.
    :param limits: what each of them may take.
    :param spare: how many further processes stand ready to take the place of a killed one.
    :param base: what relative IRIs in queries are relative to.
    :param nice: how far queries stand back behind other work for the processors, 0 to 19.
    :param makes_place_after: seconds after which a query makes place for another, in a further process.
    """

    def __init__(
        self,
        directory: Path,
        count: int = 2,
        limits: QueryLimits | None = None,
        *,
        spare: int = 1,
        base: str = DEFAULT_BASE,
        nice: int = 0,
        makes_place_after: float | None = None,
    ) -> None:
        self.directory = directory
        self.base = base
        self.limits = limits or QueryLimits()
        self._store = store_at(directory, Names(base))
        self._is_remote = self._store.at_a_server
        module = "lcgraph.store.remote.reader_process" if self._is_remote else "lcgraph.store.reader_process"
        self._workers = Workers(
            module,
            count,
            self.limits.memory_bytes,
            spare=spare,
            nice=nice,
            network=self._is_remote,
            makes_place_after=makes_place_after,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts all processes now, so that the first questions do not wait for them."""
        self._workers.start()

    def close(self) -> None:
        """Ends all processes that are idle; busy ones end with their query."""
        self._workers.close()

    def state(self) -> str | None:
        """The name of the state that queries are run on; None where nothing was written yet.

        :raises LcgraphError: if it cannot be told.
        """
        return self._store.state()

    def busy(self) -> tuple[int, int]:
        """How many queries run, and how many wait."""
        return self._workers.busy()

    def run(
        self,
        query: str,
        *,
        bindings: Mapping[str, str] | None = None,
        solutions: str = "application/sparql-results+json",
        graph: str = "text/turtle",
        default_graphs: tuple[str, ...] = (),
        named_graphs: tuple[str, ...] = (),
        clause: tuple[str, ...] = (),
        prologue: str = "",
        sink: Sink | None = None,
        limits: QueryLimits | None = None,
        at: Path | None = None,
    ) -> Result:
        """Runs a query and gives its whole answer.

        :param bindings: variables to the values that they are to have, as N-Triples terms.
        :param solutions: media type for the answer to SELECT and ASK.
        :param graph: media type for the answer to CONSTRUCT and DESCRIBE.
        :param default_graphs: graphs that make up the default graph, by SPARQL 1.1 Protocol.
        :param named_graphs: graphs that may be named, likewise.
        :param clause: the graphs that the query itself names by ``FROM``, as it writes them; those
            given by the protocol go before them.
        :param prologue: the declarations by which they are read.
        :param sink: takes the answer as it comes; what an error below then leaves in it is a part.
        :param limits: what this query may take, where that is not what every one may: some of its
            time was spent already, say.
        :param at: the folder of another embedded store than the one that they read.
        :raises QuerySyntaxError: if the query does not parse.
        :raises UnknownGraph: if it names a graph that there is not: none is fetched.
        :raises LimitExceeded: if it passes a limit; never is a part of an answer given as the whole.
        :raises QueryError: if it cannot be run for another reason.
        :raises StoreError: if there is no store yet, or it cannot be read.
        """
        limits = limits or self.limits
        request = self._request(
            query,
            limits,
            bindings=bindings,
            solutions=solutions,
            graph=graph,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            clause=clause,
            prologue=prologue,
            at=at,
        )
        with self._told(limits):
            ended = self._workers.run(request, limits.seconds, limits.queue, sink)
        return self._result(ended, limits)

    async def run_in_task(self, query: str, sink: TaskSink, limits: QueryLimits | None = None, **how: Any) -> Result:
        """Runs a query as :meth:`run` does, for a task of an event loop; its answer goes to the sink.

        :param how: as :meth:`run` takes it.
        """
        limits = limits or self.limits
        request = self._request(query, limits, **how)
        with self._told(limits):
            ended = await self._workers.run_in_task(request, limits.seconds, limits.queue, sink)
        return self._result(ended, limits)

    def _request(
        self,
        query: str,
        limits: QueryLimits,
        *,
        bindings: Mapping[str, str] | None = None,
        at: Path | None = None,
        **how: Any,
    ) -> Request:
        if len(query.encode()) > limits.query_bytes:
            raise LimitExceeded(
                Text("The query is longer than {limit} kB.", limit=limits.query_bytes // 1024),
                limit="size",
                remedy=Text("Ask for less at once."),
            )
        return Request(
            str(at or self.directory),
            query,
            dict(bindings or {}),
            result_bytes=limits.result_bytes,
            result_rows=limits.result_rows,
            base=self.base,
            seconds=limits.seconds,
            **how,
        )

    @contextmanager
    def _told(self, limits: QueryLimits) -> Iterator[None]:
        """Says of a query what befell the process that ran it."""
        try:
            yield
        except LimitExceeded as error:
            if error.limit != "deadline":
                raise
            raise LimitExceeded(
                Text("The query ran longer than {limit} seconds and was ended.", limit=f"{self.limits.seconds:g}"),
                limit="deadline",
                remedy=Text("Ask for less: name a city, a measure or a year, or add a LIMIT."),
            ) from error
        except Died as error:
            if not error.of_memory:
                raise QueryError(
                    Text("The process that ran the query was ended from outside."), remedy=Text("Ask again.")
                ) from error
            raise LimitExceeded(
                Text(
                    "The query needed more than {limit} MB of memory and was ended.",
                    limit=limits.memory_bytes // MEGABYTE,
                ),
                limit="memory",
                remedy=Text("Ask for less: avoid sorting or grouping everything; name a city, a measure or a year."),
            ) from error

    def _result(self, ended: Ended, limits: QueryLimits) -> Result:
        if ended.said["ok"]:
            return Result(ended.body, ended.said["media_type"], ended.said["checkpoint"])
        if ended.said["kind"] == "store" and not self._is_remote and self.state() is None:
            raise nothing_yet(self.directory)
        raise self._failure(ended.said, limits)

    @staticmethod
    def _failure(said: Mapping[str, Any], limits: QueryLimits) -> LcgraphError:
        if "told" in said:
            return _again(said["kind"], said["told"])
        if said["kind"] == "size":
            return LimitExceeded(
                Text("The answer is larger than {limit} MB.", limit=f"{limits.result_bytes / MEGABYTE:g}"),
                limit="size",
                remedy=_ASK_FOR_LESS_AT_ONCE,
            )
        if said["kind"] == "rows":
            return LimitExceeded(
                Text("The answer has more than {limit} rows.", limit=limits.result_rows),
                limit="rows",
                remedy=_ASK_FOR_LESS_AT_ONCE,
            )
        if said["kind"] == "graph":
            return UnknownGraph(
                Text("There is no graph <{graph}> here, and none is fetched from elsewhere.", graph=said["message"]),
                remedy=Text("“SELECT DISTINCT ?g { GRAPH ?g { } }” lists the graphs that there are."),
            )
        reason = said["message"].rstrip(".")
        if said["kind"] == "syntax":
            return QuerySyntaxError(
                Text("The query is not SPARQL: {error}.", error=reason), remedy=Text("Mend the place that is named.")
            )
        return QueryError(Text("The query cannot be run: {error}.", error=reason))


def _again(kind: str, told: Mapping[str, Mapping[str, str]]) -> LcgraphError:
    """An error that a process tells of, as it was there.

    :param told: language to the parts of the error.
    """
    parts = {
        name: Text("{said}", said={language: said[name] for language, said in told.items()})
        for name in ("message", "remedy")
        if all(name in said for said in told.values())
    }
    message, remedy = parts["message"], parts.get("remedy")
    if kind.startswith("limit-"):
        return LimitExceeded(message, limit=kind.removeprefix("limit-"), remedy=remedy)
    errors = {"store": StoreError, "refused": QueryRefused}
    return errors.get(kind, QueryError)(message, remedy=remedy)
