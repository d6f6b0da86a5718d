"""docs/archive.md names every member of a manifest and every event, and its commands say what it says."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import fields, replace
from pathlib import Path

import pytest
from support import NOW, ROOT

from lcgraph.archive.archive import Archive, Content, Provenance
from lcgraph.archive.records import KINDS, Accepted, Manifest

TEXT = (ROOT / "docs" / "archive.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(\w+)`", TEXT))


def test_every_member_of_a_manifest_is_described() -> None:
    assert {field.name for field in fields(Manifest)} | {"format"} <= NAMED


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_described(kind: str) -> None:
    assert f"| `{kind}` |" in TEXT


def test_a_commit_that_says_no_submitter_and_no_engine_yet_is_read() -> None:
    event = Accepted(
        submission="urn:s",
        city="urn:c",
        year=2016,
        edition="urn:e",
        revision=1,
        by="test",
        originals=("originals/a.csv",),
        graph="graph.nq",
        graph_hash="",
        quads=1,
        report="report.nt",
        submitter="Cork City Council",
        engine="shacl",
    )
    written = Manifest(
        number=1,
        previous="",
        at="2026-03-01T09:30:00.000Z",
        base="",
        software="",
        ontology="",
        shapes="",
        events=(event,),
    ).as_json()
    assert Manifest.from_json(json.loads(json.dumps(written))).events == (event,)
    for member in ("submitter", "engine"):
        assert f"`{member}`" in TEXT
        del written["events"][0][member]
    assert Manifest.from_json(written).events == (replace(event, submitter="", engine=""),)


def test_the_seal_and_the_chain_can_be_checked_with_the_commands_shown(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with archive.writing():
        for _ in range(2):
            archive.append((), {"x": Content(b"x", "text/plain")}, Provenance("", "", "", ""), NOW)
    first = archive.commit(1).path
    commands = re.findall(r"^\$ (.*000000001\.zip.*)$", TEXT, re.MULTILINE)
    assert len(commands) == 2
    said = [
        subprocess.run(command, shell=True, cwd=first.parent, capture_output=True, text=True, check=True).stdout
        for command in commands
    ]
    hashed, seal = said[0].replace("-", " ").split()
    assert hashed == seal
    assert said[1].split()[0] == archive.commit(2).manifest.previous
