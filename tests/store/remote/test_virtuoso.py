"""Virtuoso tried out, wrongly set up, and loaded by its own loader."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
import servers
from servers import Virtuoso
from support import SMALL, asking

from lcgraph.errors import StoreError
from lcgraph.framework.framework import framework
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read

pytestmark = [
    pytest.mark.skipif(bool(servers.missing()), reason=servers.missing() or "-"),
    pytest.mark.embedded("these start their own servers"),
]


def small() -> Reading:
    return read("cork.csv", SMALL.encode(), framework())


@pytest.fixture
def network(virtuoso: Virtuoso, tmp_path: Path) -> Network:
    """An empty network whose store is the server."""
    virtuoso.settings(tmp_path / "data")
    return Network(tmp_path / "data")


# trying it out


def command(*arguments: str, **environment: str) -> tuple[int, str]:
    called = subprocess.run(
        [sys.executable, "-c", "from lcgraph.service.command_line import main; main()", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    return called.returncode, called.stdout + called.stderr


def test_a_server_that_is_set_up_as_the_docs_say_is_good(network: Network) -> None:
    network.publish([small()], "me")
    status, said = command("store", "--data", str(network.directory))
    assert status == 0, said
    assert said.count("ok ") == 9
    status, said = command("store", "--data", str(network.directory), "--lang", "zh")
    assert status == 0
    assert "查询" in said


def test_what_is_wrong_with_a_server_is_told(network: Network, virtuoso: Virtuoso) -> None:
    status, said = command("store", "--data", str(network.directory))
    assert status == 1
    assert "Nothing was ever written to it" in said
    status, said = command("store", "--data", str(network.directory), LCGRAPH_STORE_PASSWORD="wrong")
    assert status == 1
    assert "401" in said
    virtuoso.isql("SPARQL INSERT INTO <urn:foreign> { <urn:a> <urn:b> <urn:c> };")
    virtuoso.isql("GRANT SPARQL_UPDATE TO \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 3, 0);")
    status, said = command("store", "--data", str(network.directory))
    virtuoso.isql("REVOKE SPARQL_UPDATE FROM \"SPARQL\"; DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 1, 0);")
    assert "urn:foreign" in said
    assert "can write there without signing in" in said


def test_a_server_that_cuts_answers_off_is_told_and_never_believed(tmp_path: Path) -> None:
    server = Virtuoso("ResultSetMaxRows = 1000")
    try:
        server.settings(tmp_path / "data")
        network = Network(tmp_path / "data")
        with pytest.raises(StoreError, match="no more rows"):
            network.publish([small()], "me")
        status, said = command("store", "--data", str(network.directory))
        assert status == 1
        assert "ResultSetMaxRows" in said
    finally:
        server.stop()


# its own loader


def test_what_its_own_loader_has_loaded_is_taken_over_if_it_is_whole(network: Network, virtuoso: Virtuoso) -> None:
    network.publish([small()], "me")
    lines = list(network.dump())
    virtuoso.clear()

    def load(some: list[str], name: str) -> None:
        with gzip.open(virtuoso.folder / name, "wt", encoding="utf-8") as out:
            out.writelines(some)
        virtuoso.isql(f"ld_dir('{virtuoso.folder}', '{name}', 'urn:x'); rdf_loader_run(); checkpoint;")

    load([line for line in lines if "#evidence> .\n" not in line], "part.nq.gz")
    status, said = command("rebuild", "--loaded", "--data", str(network.directory))
    assert status == 2
    assert "#evidence has 0 statements" in said
    load(lines, "all.nq.gz")
    status, said = command("rebuild", "--loaded", "--data", str(network.directory))
    assert status == 0, said
    with asking(Network(network.directory)) as answerer:
        assert answerer.ask("city-commitments", {"city": "ie-cork"}, "en").rows
