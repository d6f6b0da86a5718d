"""What the tests of remote stores share: servers, kept from test to test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import servers
from servers import KINDS, SparqlServer, Virtuoso
from support import Clock

from lcgraph.publishing.network import Network


@pytest.fixture(
    scope="package",
    params=[
        pytest.param(kind, marks=pytest.mark.skipif(bool(servers.missing(kind)), reason=servers.missing(kind) or "-"))
        for kind in KINDS
    ],
)
def one_server(request: pytest.FixtureRequest) -> Iterator[SparqlServer]:
    """A server of each kind."""
    server = KINDS[request.param]()
    yield server
    server.stop()


@pytest.fixture
def server(one_server: SparqlServer) -> Iterator[SparqlServer]:
    """A server without data."""
    yield one_server
    if one_server.process.poll() is not None:
        one_server.start()
    one_server.clear()


@pytest.fixture
def network(server: SparqlServer, tmp_path: Path) -> Network:
    """An empty network whose store is the server."""
    server.settings(tmp_path / "data")
    return Network(tmp_path / "data", clock=Clock())


@pytest.fixture(scope="package")
def one_virtuoso() -> Iterator[Virtuoso]:
    """A Virtuoso."""
    server = Virtuoso()
    yield server
    server.stop()


@pytest.fixture
def virtuoso(one_virtuoso: Virtuoso) -> Iterator[Virtuoso]:
    """A Virtuoso without data."""
    yield one_virtuoso
    one_virtuoso.clear()
