"""SPARQL text taken apart into tokens: enough to know what a query asks for before it runs.

Keywords are recognized only where they are keywords: not in strings, comments, IRIs, names with a
prefix, or variables. https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lcgraph.errors import QueryRefused
from lcgraph.language import Text

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<name>(?:[^\W\d_][\w.\-]*)?:(?:[\w.\-:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
    | (?P<word>[A-Za-z_][\w]*)
    | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SPARQL text.

    :ivar kind: ``word``, ``variable``, ``iri``, ``name``, ``string``, ``language``, ``comment`` or ``other``.
    :ivar text: the piece itself.
    :ivar at: its position in the text.
    """

    kind: str
    text: str
    at: int


def tokens(query: str) -> Iterator[Token]:
    """The pieces of a query, one after the other; together they are the query.

    >>> [t.text for t in tokens('ASK { ?s :p "SERVICE" }') if t.kind == "word"]
    ['ASK']
    """
    for found in _TOKEN.finditer(query):
        assert found.lastgroup is not None
        yield Token(found.lastgroup, found[0], found.start())


def form(query: str) -> str:
    """What a query is: ``SELECT``, ``ASK``, ``CONSTRUCT``, ``DESCRIBE``, ``UPDATE``, or empty for none."""
    for token in tokens(query):
        if token.kind == "word":
            word = token.text.upper()
            if word in _FORMS:
                return word
            if word in _UPDATES:
                return "UPDATE"
    return ""


def refuse(query: str) -> None:
    """Refuses what is not offered: updates, and anything that would make the service fetch an address.

    :raises QueryRefused: if the query asks for it; says where.
    """
    if form(query) == "UPDATE":
        raise QueryRefused(
            Text("This is an update. The graph is not changed by SPARQL: a submission is the only way in."),
            remedy=Text("Hand in a submission, or a revision of one."),
        )
    for token in tokens(query):
        if token.kind == "word" and token.text.upper() == "SERVICE":
            line = query.count("\n", 0, token.at) + 1
            raise QueryRefused(
                Text("SERVICE in line {line} would make this service ask another one; that is not offered.", line=line),
                remedy=Text("Ask the other service yourself and join the answers, or use a client that federates."),
            )
