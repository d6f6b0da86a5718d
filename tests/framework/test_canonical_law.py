"""Whatever the graph: its canonical form says the same, is one for all its writings, and is stable."""

from __future__ import annotations

import random
import re
import string

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from lcgraph.framework.canonical import canonical
from lcgraph.framework.namespaces import RDF, XSD

NAMESPACE = "http://example.org/"

iris = st.sampled_from([ox.NamedNode(NAMESPACE + name) for name in ("a", "b", "c1.2", "d-e", "f/g", "h#i", "中文", "")])
texts = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"]),
        st.sampled_from("\"'\\\n\t\r 学习"),
    ),
    max_size=20,
)
literals = st.one_of(
    texts.map(ox.Literal),
    st.builds(
        lambda text, tag: ox.Literal(text, language=tag), texts, st.sampled_from(["en", "zh", "zh-hant", "fr-ca"])
    ),
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)),
        st.sampled_from(
            ["1", "01", "+1", "1.0", "1.50", "-0", "1e3", "1.0E3", "true", "1", "0", "2013", "not a number"]
        ),
        st.sampled_from(["integer", "decimal", "double", "boolean", "gYear", "nonNegativeInteger", "date", "string"]),
    ),
)
NESTED = [ox.BlankNode(f"b{i}") for i in range(4)]
LISTED = [ox.BlankNode(f"l{i}") for i in range(3)]
FIRST, REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))


@st.composite
def graphs(draw: st.DrawFn) -> list[ox.Triple]:
    values: st.SearchStrategy[ox.NamedNode | ox.Literal] = st.one_of(iris, literals)
    triples = set(draw(st.lists(st.builds(ox.Triple, iris, iris, values), max_size=12)))
    parents: list[ox.NamedNode | ox.BlankNode] = [draw(iris)]
    for node in draw(st.lists(st.sampled_from(NESTED), unique=True)):
        triples.add(ox.Triple(draw(st.sampled_from(parents)), draw(iris), node))
        triples.update(draw(st.lists(st.builds(ox.Triple, st.just(node), iris, values), min_size=1, max_size=3)))
        parents.append(node)
    # values that several triples speak of, and rings
    anywhere = st.sampled_from([*NESTED, ox.NamedNode(NAMESPACE + "a")])
    triples.update(draw(st.lists(st.builds(ox.Triple, anywhere, iris, anywhere), max_size=3)))
    n = draw(st.integers(0, len(LISTED)))  # a list, which something speaks of or not
    following: list[ox.NamedNode | ox.BlankNode] = [*LISTED[1:n], NIL]
    for node, rest in zip(LISTED[:n], following[:n], strict=True):
        triples.add(ox.Triple(node, FIRST, draw(values)))
        triples.add(ox.Triple(node, REST, rest))
    if n:
        triples.update(draw(st.lists(st.builds(ox.Triple, anywhere, iris, st.just(LISTED[0])), max_size=2)))
    return list(triples)


def written(triples: list[ox.Triple], seed: int) -> str:
    """The triples in some order, with other labels of blank nodes."""
    shuffler = random.Random(seed)
    blank = [*NESTED, *LISTED]
    letters = shuffler.sample(string.ascii_letters, len(blank))
    lines = [f"{triple} .\n" for triple in triples]
    shuffler.shuffle(lines)
    text = "".join(lines)
    for node, letter in zip(blank, letters, strict=True):
        text = text.replace(f"{node} ", f"_:{letter}x ")
    return f"@prefix e: <{NAMESPACE}> .\n" + text


def same(turtle: str) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(turtle, ox.RdfFormat.TURTLE))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_it_says_the_same(triples: list[ox.Triple]) -> None:
    text = written(triples, 1)
    assert same(canonical(text)) == same(text)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_it_is_its_own_canonical_form(triples: list[ox.Triple]) -> None:
    once = canonical(written(triples, 1))
    assert canonical(once) == once


@settings(max_examples=60, deadline=None)
@given(graphs(), st.integers())
def test_order_and_labels_do_not_matter(triples: list[ox.Triple], seed: int) -> None:
    assert canonical(written(triples, 1)) == canonical(written(triples, seed))


@settings(max_examples=40, deadline=None)
@given(graphs())
def test_each_named_subject_is_one_block(triples: list[ox.Triple]) -> None:
    text = re.sub(r'""".*?"""', '""', canonical(written(triples, 1)), flags=re.DOTALL)
    heads = [line for line in text.splitlines() if line and line[0] not in " .[_" and not line.startswith("PREFIX")]
    assert len(heads) == len({triple.subject for triple in triples if isinstance(triple.subject, ox.NamedNode)})
