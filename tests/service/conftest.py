"""Real processes: the command line, and a server over the demonstration network."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import servers
from service_support import COMMAND, Ran, Run, Serve, Served, environment, serving

from lcgraph.publishing.network import Network


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs ``lcgraph`` as a process in a folder of its own: ``run("check", "cork.csv")``."""

    def running(*arguments: str | Path, given: bytes = b"", **more: str) -> Ran:
        command = [COMMAND, *map(str, arguments)]
        servers.settle_for(command[1:], tmp_path)
        ended = subprocess.run(
            command, input=given, capture_output=True, cwd=tmp_path, env=environment(**more), timeout=120, check=False
        )
        out, err = ended.stdout.decode(), ended.stderr.decode()
        assert "Traceback" not in err, err
        assert ended.returncode in (0, 1, 2), (ended.returncode, err)
        return Ran(ended.returncode, out, err)

    return running


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts a server: ``with serve(folder, LCGRAPH_QUERY_SECONDS="1") as served``."""
    return serving


@pytest.fixture(scope="session")
def served(demo: Network) -> Iterator[Served]:
    """A server over the demonstration network, for all tests."""
    with serving(demo.directory) as started:
        yield started


@pytest.fixture(scope="session")
def client(served: Served) -> httpx.Client:
    """A client of that server."""
    return served.client
