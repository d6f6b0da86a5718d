"""Queries that also ask other services, at the addresses that an operator allows.

The processes that run queries cannot open a connection, and it stays so. What a query asks another
service is asked beforehand, by a process that does nothing else; the rows that come back stand in
the query as ``VALUES``, in the place of ``SERVICE``. That is what SPARQL means by it: the group is
evaluated by itself, and what it gives is joined (SPARQL 1.1 Federated Query, 4).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

from lcgraph.asking.other_service_process import OtherRequest
from lcgraph.asking.services import Call, calls, filled_in
from lcgraph.errors import LimitExceeded, OtherServiceFailed
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import Text
from lcgraph.processes import MEGABYTE, Died, Workers
from lcgraph.store.limits import QueryLimits
from lcgraph.store.readers import Readers, Result

_ONE_ROW_OF_NOTHING = "{ }"  # VALUES () { () } says the same, which Virtuoso cannot read
_ASK_IT_FOR_LESS = Text("Ask it for less: put more of what you look for within SERVICE, or a LIMIT.")


class Federation:
    """Asks other services for what queries want of them.

    :param services: addresses that may be asked; with none, nothing is ever started.
    :param count: how many are asked at once.
    :param limits: what a query may take, with all that it asks of others.
    :param base: what relative IRIs in queries are relative to.
    """

    def __init__(self, services: Sequence[str], count: int, limits: QueryLimits, base: str = DEFAULT_BASE) -> None:
        self.services = tuple(services)
        self._limits = limits
        self._base = base
        self._workers = Workers(
            "lcgraph.asking.other_service_process", count, limits.memory_bytes, spare=0, network=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Starts the processes now, so that the first queries do not wait for them."""
        if self.services:
            self._workers.start()

    def close(self) -> None:
        """Ends the processes that are idle; busy ones end with what they ask."""
        self._workers.close()

    def calls(self, query: str) -> tuple[Call, ...]:
        """The services that a query asks; refuses what may not be asked, and updates.

        :raises QueryRefused: if it asks for more; says where.
        """
        return calls(query, self.services, self._base)

    def run(self, readers: Readers, query: str, asked: Sequence[Call], **how: Any) -> Result:
        """Runs a query, with what the services say that it asks.

        :param readers: where it is run.
        :param asked: its calls, as :meth:`calls` gives them.
        :param how: as :meth:`Readers.run` takes it.
        :raises OtherServiceFailed: if a service is away, or says nothing that can be used.
        :raises LcgraphError: as :meth:`Readers.run` does; the limits hold for all together.
        """
        if not asked or len(query.encode()) > self._limits.query_bytes:
            return readers.run(query, **how)
        deadline = time.monotonic() + self._limits.seconds
        room, pieces = self._limits.result_bytes, []
        for call in asked:
            said = self._said(call, deadline, room)
            room -= len(said)
            pieces.append((call.start, call.end, said.decode()))
        whole = filled_in(query, pieces)
        left = self._left(deadline, asked[-1].address)
        return readers.run(whole, limits=replace(self._limits, seconds=left, query_bytes=len(whole.encode())), **how)

    def _left(self, deadline: float, address: str) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._late(address)
        return left

    def _said(self, call: Call, deadline: float, room: int) -> bytes:
        """What a service says, as ``VALUES``."""
        try:
            return self._asked(call, deadline, room)
        except OtherServiceFailed:
            if call.silent:
                return _ONE_ROW_OF_NOTHING.encode()
            raise

    def _asked(self, call: Call, deadline: float, room: int) -> bytes:
        left = self._left(deadline, call.address)
        blank = f"{self._base}.well-known/genid/{uuid.uuid4()}-"
        request = OtherRequest(call.address, call.asks, room, self._limits.result_rows, left + 1, blank)
        try:
            ended = self._workers.run(request, left, self._limits.queue)
        except Died as error:
            raise self._failed(call.address, "garbage") from error
        except LimitExceeded as error:
            if error.limit == "deadline":
                raise self._late(call.address) from error
            raise
        if not ended.said["ok"]:
            raise self._failure(call.address, ended.said)
        return ended.body

    def _late(self, address: str) -> LimitExceeded:
        return LimitExceeded(
            Text(
                "The query ran longer than {limit} seconds and was ended, while the service {service} was asked.",
                limit=f"{self._limits.seconds:g}",
                service=address,
            ),
            limit="deadline",
            remedy=_ASK_IT_FOR_LESS,
        )

    def _failure(self, address: str, said: Mapping[str, Any]) -> OtherServiceFailed | LimitExceeded:
        if said["kind"] == "size":
            return LimitExceeded(
                Text(
                    "What the services that are asked answer is larger than {limit} MB.",
                    limit=f"{self._limits.result_bytes / MEGABYTE:g}",
                ),
                limit="size",
                remedy=_ASK_IT_FOR_LESS,
            )
        if said["kind"] == "rows":
            return LimitExceeded(
                Text(
                    "The answer of the service {service} has more than {limit} rows.",
                    service=address,
                    limit=self._limits.result_rows,
                ),
                limit="rows",
                remedy=_ASK_IT_FOR_LESS,
            )
        return self._failed(address, said["kind"], said["found"])

    @staticmethod
    def _failed(address: str, kind: str, found: object = "") -> OtherServiceFailed:
        texts = {
            "away": Text("The service {service} cannot be reached: {found}.", service=address, found=found),
            "status": Text("The service {service} answered with status {found}.", service=address, found=found),
            "format": Text("The service {service} answered in {found}, not in results.", service=address, found=found),
            "part": Text("The service {service} gave only a part of its answer.", service=address),
            "garbage": Text("What the service {service} answered cannot be read.", service=address),
        }
        remedies = {"away": Text("Ask again later, or ask without it."), "part": _ASK_IT_FOR_LESS}
        remedy = remedies.get(kind) or Text("Put the query to it yourself, to see what it says.")
        return OtherServiceFailed(texts[kind], remedy=remedy)
