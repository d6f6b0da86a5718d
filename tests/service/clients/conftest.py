"""Services for clients that others wrote: one as it is, and one whose limits are soon passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from service_support import Served, serving

from lcgraph.publishing.network import Network

PREFIXES = "PREFIX lc: <https://w3id.org/lcgraph/ontology#>\n"


@dataclass(frozen=True)
class Queries:
    """Queries with declared prefixes, since clients read them too."""

    commitments: str = PREFIXES + "SELECT ?commitment { ?commitment a lc:Commitment }"
    graph: str = PREFIXES + "CONSTRUCT { ?c a lc:Commitment } WHERE { ?c a lc:Commitment }"
    ask: str = PREFIXES + "ASK { ?commitment a lc:Commitment }"
    endless: str = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    too_many: str = "SELECT ?s ?p ?o ?n { ?s ?p ?o VALUES ?n { 1 2 3 4 5 6 7 8 9 } }"
    """Passes the limit of rows of the strict service when a part of the rows was sent."""


@pytest.fixture(scope="session")
def queries() -> Queries:
    """The queries that every client is tried with."""
    return Queries()


@pytest.fixture(scope="session")
def endpoint(small_service: Served) -> str:
    """The address of an endpoint."""
    return f"{small_service.address}/sparql"


@pytest.fixture(scope="session")
def strict(small_network: Network) -> Iterator[str]:
    """The address of an endpoint with narrow limits, which holds back little of an answer until it is whole."""
    with serving(
        small_network.directory,
        LCGRAPH_QUERY_SECONDS="2",
        LCGRAPH_RESULT_ROWS="60000",
        LCGRAPH_ANSWERS_MB="1",
        LCGRAPH_READERS="1",
    ) as served:
        yield f"{served.address}/sparql"
