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
_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_PROLOGUE = ("BASE", "PREFIX")


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


def tokens(query: str, *, compare: bool = False) -> Iterator[Token]:
    """The pieces of a query, one after the other; together they are the query.

    :param compare: within brackets, read ``<`` after a value as *less than* and not as the begin
        of an IRI. Only the whole grammar can tell the two apart in ``(?a<?b && ?c>?d)``.

    >>> [t.text for t in tokens('ASK { ?s :p "SERVICE" }') if t.kind == "word"]
    ['ASK']
    """
    at, brackets, after_value = 0, [""], False
    while at < len(query):
        found = _TOKEN.match(query, at)
        assert found is not None
        assert found.lastgroup is not None
        kind, text = found.lastgroup, found[0]
        if compare and kind == "iri" and after_value and brackets[-1] == "(":
            kind, text = "other", "<"
        yield Token(kind, text, at)
        at += len(text)
        if text in ("(", "{"):
            brackets.append(text)
        elif text in (")", "}") and len(brackets) > 1:
            brackets.pop()
        if kind != "comment" and not text.isspace():
            after_value = kind not in ("other", "word") or text == ")" or text.isdecimal()


def form(query: str) -> str:
    """What a query is: ``SELECT``, ``ASK``, ``CONSTRUCT``, ``DESCRIBE``, ``UPDATE``, or empty for none.

    Parsers need no blank after a keyword: ``CONSTRUCTWHERE{}`` and ``DESCRIBEx:a`` are queries too.
    """
    prefix_is_next = False
    for token in tokens(query):
        if token.kind not in ("word", "name"):
            continue
        if prefix_is_next:
            prefix_is_next = False
            continue
        word = token.text.upper()
        if word.startswith(_PROLOGUE):
            prefix_is_next = word == "PREFIX"
            continue
        if token.kind == "word" and word in _UPDATES:
            return "UPDATE"
        return next((form for form in _FORMS if word.startswith(form)), "")
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
    if "service" not in query.lower():
        return
    for compare in (False, True):
        at = _service(query, compare)
        if at is not None:
            line = query.count("\n", 0, at) + 1
            raise QueryRefused(
                Text("SERVICE in line {line} would make this service ask another one; that is not offered.", line=line),
                remedy=Text("Ask the other service yourself and join the answers, or use a client that federates."),
            )


def _service(query: str, compare: bool) -> int | None:
    """Where SERVICE may be a keyword; in doubt it is.

    Parsers need no blank around a keyword: ``trueSERVICE<x>{}`` and, where the prefix ``SERVICE``
    is not declared, ``SERVICE:x {}`` ask another service too.
    """
    declared: set[str] = set()
    last = ""
    for token in tokens(query, compare=compare):
        if token.kind == "word" and "service" in token.text.lower():
            return token.at
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if last == "PREFIX":
                declared.add(prefix)
            glued = re.match(r"[\w.]", query[token.at - 1 : token.at]) is not None
            if prefix.lower().endswith("service") and (glued or prefix not in declared):
                return token.at
        if token.kind != "comment" and not token.text.isspace():
            last = token.text.upper()
    return None
