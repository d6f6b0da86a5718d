"""What the tests share: the framework, Lumenport, and networks in temporary folders."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from fcntl import LOCK_EX, flock
from pathlib import Path
from types import ModuleType

import pytest
import servers
from support import EXAMPLES, NOW, SMALL, Clock, asking, import_demo

from lcgraph.asking.answer import Answerer
from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.publishing.network import Network
from lcgraph.reading import as_table
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Submission


@pytest.fixture(scope="session")
def framework() -> Framework:
    """The framework as the ontology brings it."""
    return framework_of()


@pytest.fixture(scope="session")
def lumenport_module() -> ModuleType:
    """``examples/fictional-city/make.py``."""
    path = EXAMPLES / "fictional-city" / "make.py"
    spec = importlib.util.spec_from_file_location("make_lumenport", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_lumenport"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def lumenport_framework(lumenport_module: ModuleType) -> Framework:
    """The framework with Lumenport as its only city."""
    found = lumenport_module.framework_with_lumenport()
    assert isinstance(found, Framework)
    return found


@pytest.fixture(scope="session")
def lumenport(lumenport_module: ModuleType, lumenport_framework: Framework) -> Submission:
    """The fictional city's submission: every figure for three years."""
    found = lumenport_module.lumenport(lumenport_framework)
    assert isinstance(found, Submission)
    return found


@pytest.fixture
def small() -> str:
    """A small submission of Cork in CSV, with one record of each kind and more."""
    return SMALL


@pytest.fixture
def read_small(framework: Framework) -> Callable[..., Reading]:
    """Reads the small submission, with some texts replaced: ``read_small(("12.5", "13"))``."""

    def reading(*changes: tuple[str, str], name: str = "cork.csv") -> Reading:
        text = SMALL
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        return read(name, text.encode(), framework)

    return reading


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at noon of 23 November 2026."""
    return Clock()


@pytest.fixture
def network(tmp_path: Path, clock: Clock) -> Network:
    """An empty network."""
    return Network(tmp_path / "data", clock=clock)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """The demonstration network, published once for all tests; nobody changes it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent  # the workers share one
    directory = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if servers.servers is not None:
            servers.servers.give_shared(directory)
        network = Network(directory, clock=lambda: NOW)
        if not (directory / "ready").exists():
            for name, table in (("eurostat", "cities.csv"), ("kolada", "municipalities.csv")):
                network.publish(import_demo(network.framework, name, table).readings, "test")
            (directory / "ready").touch()
    return network


@pytest.fixture(scope="session")
def demo_answers(demo: Network) -> Iterator[Answerer]:
    """Answers questions over the demonstration network."""
    with asking(demo) as answerer:
        yield answerer


@pytest.fixture
def lumenport_reading(lumenport: Submission, lumenport_framework: Framework) -> Reading:
    """The fictional city's submission, read from CSV."""
    text = as_table.to_csv(lumenport, lumenport_framework)
    return read("lumenport.csv", text.encode(), lumenport_framework)
