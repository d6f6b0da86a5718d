"""The server as a process: beside others, under load, and when it ends."""

from __future__ import annotations

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from service_support import Run, Serve
from support import SMALL, until

from lcgraph.publishing.network import Network

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parent = (path / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1]
            except OSError:
                continue
            if int(parent) == pid:
                found.append(int(path.name))
    return found


def runs(pid: int) -> bool:
    """Whether a process runs."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


@pytest.mark.parametrize(
    ("end", "seconds"),
    [(signal.SIGTERM, "3"), (signal.SIGINT, "30"), (signal.SIGKILL, "3")],  # one is longer than the server waits
)
def test_no_process_stays_behind_however_the_server_ends(
    serve: Serve, demo: Network, end: signal.Signals, seconds: str
) -> None:
    with serve(demo.directory, LCGRAPH_QUERY_SECONDS=seconds) as served, ThreadPoolExecutor(1) as pool:
        busy = pool.submit(lambda: httpx.get(served.address + "/sparql", params={"query": ENDLESS}, timeout=60))
        assert until(lambda: len(children(served.process.pid)) >= 3)
        workers = children(served.process.pid)
        served.process.send_signal(end)
        served.process.wait(timeout=30)
        assert until(lambda: not any(map(runs, workers)))
        busy.exception(timeout=30)
    assert "Traceback" not in "".join(served.log)


def test_what_is_published_is_seen_by_the_next_request_of_every_server(serve: Serve, run: Run, tmp_path: Path) -> None:
    data = tmp_path / "lcgraph-data"
    with serve(data) as one, serve(data) as other:
        for served in (one, other):
            assert served.client.get("/cities").json()["rows"]
            assert not served.client.get("/questions/city-commitments?city=ie-cork").json()["rows"]
        (tmp_path / "cork.csv").write_text(SMALL, encoding="utf-8")
        assert run("publish", "cork.csv").status == 0
        for served in (one, other):
            rows = served.client.get("/questions/city-commitments?city=ie-cork").json()["rows"]
            assert {row["value"] for row in rows if row["measure_code"]} == {11, 12.5}
        assert run("withdraw", "ie-cork/2016/1", "--reason", "a test").status == 0
        for served in (one, other):
            assert not served.client.get("/questions/city-commitments?city=ie-cork").json()["rows"]


def test_an_empty_network_answers_what_the_framework_says(serve: Serve, tmp_path: Path) -> None:
    with serve(tmp_path / "new folder") as served:
        assert served.client.get("/health").json()["status"] == "ok"
        assert len(served.client.get("/commitments").json()["rows"]) == 12
        page = served.client.get("/", headers={"Accept": "text/html", "Accept-Language": "zh"})
        assert page.status_code == 200
        assert "lcgraph publish" in page.text


def test_too_many_queries_are_refused_at_once_and_the_rest_goes_on(serve: Serve, demo: Network) -> None:
    limits = {"LCGRAPH_READERS": "1", "LCGRAPH_QUEUE": "2", "LCGRAPH_QUERY_SECONDS": "2"}
    with serve(demo.directory, **limits) as served, ThreadPoolExecutor(12) as pool:
        asked = [
            pool.submit(lambda: httpx.get(served.address + "/sparql", params={"query": ENDLESS}, timeout=60))
            for _ in range(10)
        ]
        health = served.client.get("/health", timeout=2)
        assert health.json()["status"] == "ok"
        answers = [future.result() for future in asked]
        assert {answer.status_code for answer in answers} == {503}
        limits_hit = [answer.json()["limit"] for answer in answers]
        assert limits_hit.count("queue") >= 5
        assert limits_hit.count("deadline") >= 1
        assert all("retry-after" in a.headers for a in answers if a.json()["limit"] == "queue")


def test_a_port_that_is_taken_is_told(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("serve", "--port", str(taken.getsockname()[1]), "--data", tmp_path / "data")
    assert ended.status == 2
    assert "--port" in ended.err
