"""The examples of ``docs/clients.md`` give what the page says."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from service_support import COMUNICA, WITHOUT_COMUNICA, Served, node
from support import ROOT

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
ADDRESS = "http://127.0.0.1:8000"


def _examples(section: str, language: str) -> str:
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", SECTIONS[section], flags=re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("section", ["SPARQLWrapper", "rdflib", "pandas"])
def test_an_example_in_python_runs(small_service: Served, section: str) -> None:
    examples = _examples(section, "python").replace(ADDRESS, small_service.address)
    test = doctest.DocTestParser().get_doctest(examples, {}, section, "docs/clients.md", 0)
    assert test.examples
    said: list[str] = []
    failed, _ = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF).run(test, out=said.append)
    assert not failed, "".join(said)


@pytest.mark.parametrize("section", ["curl", "Comunica"])
def test_a_command_gives_what_stands_below_it(small_service: Served, tmp_path: Path, section: str) -> None:
    if section == "curl" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    if section == "Comunica":
        if not COMUNICA.exists():
            pytest.skip(WITHOUT_COMUNICA)
        script = tmp_path / "comunica-sparql"
        script.write_text(f'#!/bin/sh\nexec "{node()}" "{COMUNICA}" "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    commands = re.findall(r"^\$ (.+)\n((?:[^$\n].*\n)*)", _examples(section, "console"), flags=re.MULTILINE)
    assert commands
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    for command, shown in commands:
        ran = subprocess.run(
            ["sh", "-c", command.replace(ADDRESS, small_service.address)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr
        assert ran.stdout.splitlines() == shown.splitlines()


def test_the_lock_of_comunica_pins_by_hash_and_names_no_address() -> None:
    text = (ROOT / "tests/service/clients/comunica/package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = {name: package for name, package in json.loads(text)["packages"].items() if name}
    assert len(packages) > 100
    assert {name for name, package in packages.items() if "integrity" not in package} == set()
