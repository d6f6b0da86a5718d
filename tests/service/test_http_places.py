"""However many long queries one client asks, the queries of others are answered."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest
from service_support import Serve, Served
from support import until

from lcgraph.publishing.network import Network

LONG = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
SHORT = "ASK { ?c a lc:Commitment }"


@pytest.fixture
def small(serve: Serve, demo: Network) -> Iterator[Served]:
    """A server that runs one query at a time."""
    with serve(demo.directory, LCGRAPH_READERS="1", LCGRAPH_QUERY_SECONDS="30") as served:
        yield served


def asked(served: Served, query: str, client: str) -> httpx.Response:
    headers = {"X-Forwarded-For": client}  # as a proxy on this machine says it
    return httpx.post(f"{served.address}/sparql", data={"query": query}, headers=headers, timeout=60)


@pytest.mark.parametrize(
    ("greedy", "modest"),
    [
        (["192.0.2.1"] * 3, "192.0.2.2"),
        (["2001:db8::1", "2001:db8::2", "2001:db8::ffff:1"], "2001:db8:0:1::1"),
    ],
    ids=["IPv4", "IPv6"],
)
def test_who_asks_from_elsewhere_is_answered(small: Served, greedy: list[str], modest: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        try:
            long: list[Future[httpx.Response]] = [pool.submit(asked, small, LONG, client) for client in greedy]
            assert until(lambda: small.client.get("/health").json()["queries"] == {"running": 1, "waiting": 2})
            for _ in range(3):
                answer = asked(small, SHORT, modest)
                assert answer.status_code == 200
                assert answer.json()["boolean"] is True
            assert not any(one.done() for one in long)
        finally:
            small.process.terminate()
