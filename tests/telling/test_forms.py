"""The forms of RDF say the same, and are the same bytes each time."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from linked_support import FORMS, triples

from lcgraph.framework import context
from lcgraph.framework.namespaces import LC, PREFIXES, RDFS, SDMX_MEASURE, SKOS, TYPE, XSD
from lcgraph.telling.documents import in_order
from lcgraph.telling.forms import written

CONTEXT = "https://example.org/context.jsonld"
THINGS = [ox.NamedNode(f"https://example.org/thing/{name}") for name in ("1", "城市#a-1.2", "x%20y")]
NODES = st.sampled_from([*THINGS, ox.BlankNode("bc14n0")])
PROPERTIES = st.sampled_from(
    [
        ox.NamedNode(iri)
        for iri in (
            *(LC + name for name in ("ofMeasure", "referenceYear", "revision", "sheet", "note", "unknown")),
            *(SKOS + name for name in ("prefLabel", "notation", "broader")),
            SDMX_MEASURE + "obsValue",
            RDFS + "label",
            "https://example.org/own#property",
            PREFIXES["unit"] + "PERCENT",
        )
    ]
)
# RDF/XML has no way to write control characters, and nothing that is read here may hold them
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=12
) | st.sampled_from(['"', "a\\b", "<&>", "]]>", "a\nb", "a\tb", " a ", "@en", "_:b", "\u2028"])
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    st.tuples(TEXTS, st.sampled_from(["en", "zh", "ga", "zh-hant"])).map(lambda p: ox.Literal(p[0], language=p[1])),
    st.tuples(TEXTS, st.sampled_from([XSD + "decimal", XSD + "gYear", "https://example.org/datatype"])).map(
        lambda p: ox.Literal(p[0], datatype=ox.NamedNode(p[1]))
    ),
    st.integers().map(lambda n: ox.Literal(str(n), datatype=ox.NamedNode(XSD + "integer"))),
)
STATEMENTS = st.one_of(
    st.builds(ox.Triple, NODES, PROPERTIES, st.one_of(NODES, LITERALS)),
    st.builds(ox.Triple, NODES, st.just(ox.NamedNode(TYPE)), NODES),
)


@given(st.lists(STATEMENTS, max_size=8))
def test_every_form_says_the_same(said: list[ox.Triple]) -> None:
    document = in_order(said)
    published = context.document()
    same = triples(written(document, FORMS["nt"][0], CONTEXT), "nt")
    assert len(same) == len(document)
    for extension, (media_type, _) in FORMS.items():
        assert triples(written(document, media_type, CONTEXT), extension, published) == same, extension


@given(st.lists(STATEMENTS, max_size=8), st.randoms())
def test_the_same_triples_give_the_same_bytes(said: list[ox.Triple], order: random.Random) -> None:
    shuffled = [*said, *said]
    order.shuffle(shuffled)
    for media_type, _ in FORMS.values():
        assert written(in_order(said), media_type, CONTEXT) == written(in_order(shuffled), media_type, CONTEXT)


def test_a_document_declares_only_prefixes_that_it_uses_in_one_order() -> None:
    document = [ox.Triple(THINGS[0], ox.NamedNode(SKOS + "notation"), ox.Literal("1"))]
    assert written(document, "text/turtle", "").decode().splitlines()[0] == f"@prefix skos: <{SKOS}> ."
    assert written(document, "application/rdf+xml", "").decode().count("xmlns:") == 2, "rdf and skos"


@pytest.mark.parametrize("name", ["Observation", "ofMeasure", "fillsCell", "referenceYear"])
def test_the_context_knows_each_term_of_the_ontology_by_its_name(name: str) -> None:
    term = context.context()[name]
    assert (term if isinstance(term, str) else term["@id"]) == f"lc:{name}"


def test_the_context_knows_the_prefixes_of_the_project_but_one_that_is_a_term() -> None:
    known = {prefix for prefix in PREFIXES if context.context()[prefix] == PREFIXES[prefix]}
    assert set(PREFIXES) - known == {"unit"}
    assert context.context()["unit"] == {"@id": "lc:unit", "@type": "@id"}
