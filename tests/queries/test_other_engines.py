"""The questions lean on no liberty of one engine: standard SPARQL, either kind of default graph, parameters by value."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from lcgraph import sparql
from lcgraph.asking import parameters
from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library, Question
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES
from lcgraph.publishing.network import Network
from lcgraph.reading import terms
from lcgraph.store.embedded import newest, opened

NAMES = Library(resources.directory("queries"), DEFAULT_BASE).names

NOTHING_HERE = {
    "edition-differences",
    "income-gaps",
    "series-jumps",
    "shared-documents",
    "targets-without-figures",
    "unusual-values",
}
"""Questions that have no rows on this network: their own tests ask them of another, over servers too."""

OF_THIS_NETWORK = {"submission-contents": {"year": "2016"}}
"""Where the example of a question is of another network."""

Rows = list[tuple[str, ...]]


def bindings(question: Question, answers: Answerer, language: str) -> dict[str, str]:
    given = {name: head.example for name, head in question.head.parameters.items() if head.required}
    given |= OF_THIS_NETWORK.get(question.name, {})
    bound = parameters.bind(question, given, answers.framework)
    return {"lang": terms.plain(language)} | {name: value.term for name, value in bound.items()}


def with_values(query: str, values: dict[str, str]) -> str:
    """The query with a VALUES clause in each group that names a bound variable: what any engine understands."""
    pieces = list(sparql.tokens(query))
    groups: dict[int, set[str]] = {}
    stack: list[int] = []
    head = False
    selected: set[str] = set()  # what a SELECT clause names has its value in the group that follows
    for i, piece in enumerate(pieces):
        word = piece.text.upper() if piece.kind == "word" else ""
        if piece.text == "{":
            stack.append(i)
            if selected:
                groups.setdefault(i, set()).update(selected)
                selected = set()
            head = False
        elif piece.text == "}":
            stack.pop()
            head = False
        elif word == "SELECT":
            head = True
        elif piece.kind == "variable" and piece.text[1:] in values and head:
            selected.add(piece.text[1:])
        elif piece.kind == "variable" and piece.text[1:] in values and stack:
            groups.setdefault(stack[-1], set()).add(piece.text[1:])
    for i, names in groups.items():
        after = next((piece for piece in pieces[i + 1 :] if piece.kind != "comment" and not piece.text.isspace()), None)
        if after is not None and after.text.upper() == "SELECT":
            continue  # a query within the query, whose own group has them
        clauses = " ".join(f"VALUES ?{name} {{ {values[name]} }}" for name in sorted(names))
        pieces[i] = sparql.Token("other", "{ " + clauses + " ", pieces[i].at)
    return "".join(piece.text for piece in pieces)


def _term(text: str) -> ox.NamedNode | ox.Literal:
    """A term from N-Triples syntax."""
    quad = next(ox.parse(f"<urn:s> <urn:p> {text} .", ox.RdfFormat.N_TRIPLES))
    assert isinstance(quad.object, (ox.NamedNode, ox.Literal))
    return quad.object


def run(store: ox.Store, query: str, question: Question, *, union: bool, values: dict[str, str] | None = None) -> Rows:
    found = store.query(
        query,
        prefixes=PREFIXES,
        use_default_graph_as_union=union,
        substitutions={ox.Variable(k): _term(v) for k, v in values.items()} if values else None,
    )
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(str(row[column]) for column in question.head.columns) for row in found]


@pytest.mark.embedded("it chooses the default graph of a store that is open")
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_union_and_exclusive_default_graph_give_the_same_rows(
    name: str, language: str, few: Network, few_answers: Answerer
) -> None:
    question = few_answers.question(name)
    values = bindings(question, few_answers, language)
    if "?lang" not in question.query:
        del values["lang"]
    checkpoint = newest(few.store_directory)
    assert checkpoint is not None
    with opened(few.store_directory, checkpoint) as store:
        union = run(store, question.query, question, union=True, values=values)
        assert union == run(store, question.query, question, union=False, values=values)
        assert bool(union) == (name not in NOTHING_HERE), "it is compared with rows, or is known to have none here"
        # by value in VALUES, as an engine over HTTP would be asked
        assert union == run(store, with_values(question.query, values), question, union=False)
