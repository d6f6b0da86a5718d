"""Every Turtle file is in one form, whatever order its triples came in."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from lcgraph.framework import resources
from lcgraph.framework.canonical import canonical, rewrite
from lcgraph.framework.namespaces import DEFAULT_BASE, OWL, TYPE

IS_A, ONTOLOGY = ox.NamedNode(TYPE), ox.NamedNode(OWL + "Ontology")
FILES = [*resources.turtle_files("ontology"), *resources.turtle_files("shapes")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file_is_in_canonical_form(path: Path) -> None:
    assert rewrite(path, check=True), f"run “lcgraph ontology” to mend {path.name}"


@pytest.mark.parametrize("name", ["lcgraph.ttl", "declaration.ttl"])
def test_the_order_of_the_triples_does_not_matter(name: str) -> None:
    path = resources.directory("ontology") / name
    prefixes = "".join(line for line in path.read_text(encoding="utf-8").splitlines(True) if line.startswith("PREFIX"))
    triples = [f"{quad.triple} .\n" for quad in resources.read_turtle(path, DEFAULT_BASE)]
    random.Random(7).shuffle(triples)
    assert canonical(prefixes + "".join(triples)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_subjects_stand_in_the_order_of_their_iris_after_the_header(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    prefixes = dict(re.findall(r"^PREFIX (\S*): <(.*)>$", text, re.MULTILINE))
    heads = re.findall(r"^(?:<(\S+)>|([\w-]+):(\S+))$", text, re.MULTILINE)
    subjects = [iri or prefixes[prefix] + local for iri, prefix, local in heads]
    assert subjects
    assert len(set(subjects)) == len(subjects), "one block for one subject"
    said = {quad.triple for quad in resources.read_turtle(path, DEFAULT_BASE)}
    headers = [iri for iri in subjects if ox.Triple(ox.NamedNode(iri), IS_A, ONTOLOGY) in said]
    assert subjects == headers + sorted(set(subjects) - set(headers))


def test_a_file_that_is_not_in_canonical_form_is_found_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("@prefix x: <http://e/> . x:b x:p 1 . x:a x:p 2 , 1 .", encoding="utf-8")
    assert not rewrite(path, check=True)
    assert not rewrite(path)
    assert rewrite(path, check=True)


def test_what_is_not_turtle_is_refused() -> None:
    with pytest.raises(SyntaxError):
        canonical("x:a x:p .")
