"""What doctests and tests share: a service over a small network, on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from service_support import Served, serving
from support import NOW, SMALL

from lcgraph.client import Client
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read


@pytest.fixture(scope="session")
def small_network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network that Cork has handed in a small submission to; nobody changes it."""
    network = Network(tmp_path_factory.mktemp("small") / "data", clock=lambda: NOW)
    network.publish([read("cork.csv", SMALL.encode(), network.framework)], "test")
    return network


@pytest.fixture(scope="session")
def small_service(small_network: Network) -> Iterator[Served]:
    """A service over that network."""
    with serving(small_network.directory) as started:
        yield started


@pytest.fixture(scope="session")
def small_client(small_service: Served) -> Iterator[Client]:
    """A client of that service, with frames of pandas."""
    with Client(small_service.address, frame="pandas") as client:
        yield client


@pytest.fixture(autouse=True)
def service_for_doctests(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """What the examples of the client speak of."""
    if request.node.name.startswith("lcgraph.client"):
        file = request.getfixturevalue("tmp_path") / "cork.csv"
        Path(file).write_text(SMALL, encoding="utf-8")
        address = request.getfixturevalue("small_service").address
        client = request.getfixturevalue("small_client")
        doctest_namespace.update(address=address, client=client, cork_csv=file)
