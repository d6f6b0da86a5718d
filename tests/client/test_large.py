"""A large result is read as it comes: memory grows with the frame, or not at all."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from service_support import Served

LARGE = f"SELECT ?s ?p ?o ?n {{ ?s ?p ?o VALUES ?n {{ {' '.join(map(str, range(10)))} }} }} LIMIT 100000"

MEASURE = f"""
import json, resource, sys
from lcgraph.client import Client

def peak():  # of the whole process, in bytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

query = {LARGE!r}
with Client(sys.argv[1], frame="pandas") as client:
    client.query("SELECT ?s ('1.5' AS ?x) (2 AS ?y) {{ ?s ?p ?o }} LIMIT 1000")
    list(client.rows("SELECT ?s {{ ?s ?p ?o }} LIMIT 1000"))
    start = peak()
    rows = sum(row["n"] is not None for row in client.rows(query))
    after_rows = peak()
    frame = client.query(query)
    print(json.dumps([rows, after_rows - start, len(frame), int(frame["n"].sum()), peak() - start]))
"""


@pytest.fixture(scope="module")
def size(small_service: Served) -> int:
    """Bytes of the answer."""
    return len(small_service.client.get("/sparql", params={"query": LARGE}).content)


def test_100_000_rows_are_read_in_a_fraction_of_the_memory_that_their_answer_takes(
    small_service: Served, size: int
) -> None:
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, small_service.address], capture_output=True, text=True, check=True
    )
    rows, for_rows, length, total, for_frame = json.loads(measured.stdout)
    assert (rows, length, total) == (100_000, 100_000, 450_000)
    assert size > 30_000_000
    assert for_rows < size / 4, "as bounded as the pieces that it is read in"
    assert for_frame < size, "the frame itself, and nothing of the answer"
