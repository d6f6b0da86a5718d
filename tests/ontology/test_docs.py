"""The page on the ontology lists every class and property of ours as the ontology defines it."""

from __future__ import annotations

import re

import pyoxigraph as ox
from support import ROOT

from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PREFIXES

PAGE = ROOT / "docs" / "ontology.md"


def rows() -> list[str]:
    """A row of a table for each own term: name, kind, definition."""
    store = ox.Store()
    store.extend(resources.read_turtle(resources.directory("ontology") / "lcgraph.ttl", DEFAULT_BASE))
    found = store.query(
        """SELECT ?term (MIN(?name) AS ?kind) (SAMPLE(?text) AS ?definition) WHERE {
             VALUES (?type ?name) { (owl:Class "class") (owl:ObjectProperty "object") (owl:DatatypeProperty "datatype")
                                    (owl:AnnotationProperty "annotation") }
             ?term a ?type ; skos:definition ?text FILTER (LANG(?text) = "en") } GROUP BY ?term ORDER BY ?term""",
        prefixes=PREFIXES,
    )
    assert isinstance(found, ox.QuerySolutions)
    return [
        f"| `lc:{row['term'].value.removeprefix(LC)}` | {row['kind'].value} | {row['definition'].value} |"
        for row in found
        if row["term"].value.startswith(LC)
    ]


def test_the_page_lists_every_class_and_property_as_it_is_defined() -> None:
    listed = re.findall(r"^\| `lc:.*\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == rows()


def test_what_the_page_names_is_in_the_ontology() -> None:
    known = {row.split("`")[1] for row in rows()}
    assert set(re.findall(r"\blc:[A-Za-z]\w*", PAGE.read_text(encoding="utf-8"))) <= known
