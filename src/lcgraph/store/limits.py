"""How much a query may take."""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.processes import MEGABYTE


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """What a query may take at the most.

    :ivar seconds: from its start to its last byte; then the process that runs it is killed.
    :ivar memory_bytes: address space of the process that runs it.
    :ivar result_bytes: size of the answer.
    :ivar result_rows: rows of the answer, or statements of a graph.
    :ivar query_bytes: size of the query itself.
    :ivar queue: how many queries may wait for a free reader.
    """

    seconds: float = 10.0
    memory_bytes: int = 2048 * MEGABYTE
    result_bytes: int = 64 * MEGABYTE
    result_rows: int = 1_000_000
    query_bytes: int = MEGABYTE
    queue: int = 64
