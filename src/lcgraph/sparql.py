"""SPARQL text taken apart into tokens: enough to know what a query asks for before it runs.

Keywords are recognized only where they are keywords: not in strings, comments, IRIs, names with a
prefix, or variables. https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lcgraph.errors import QueryRefused, QuerySyntaxError
from lcgraph.language import Text

_TOKEN = re.compile(
    r"""
      (?P<comment>\#[^\n\r]*)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
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
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")


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
    for found in _TOKEN.finditer(query):
        if found.lastgroup not in ("word", "name"):
            continue
        if prefix_is_next:
            prefix_is_next = False
            continue
        word = found[0].upper()
        if word.startswith(_PROLOGUE):
            prefix_is_next = word == "PREFIX"
            continue
        if found.lastgroup == "word" and word in _UPDATES:
            return "UPDATE"
        return next((form for form in _FORMS if word.startswith(form)), "")
    return ""


def dataset_clause(query: str) -> tuple[str, tuple[str, ...]]:
    """What a query says of its dataset: its declarations, and the graphs named by ``FROM`` and ``FROM NAMED``.

    :return: text of the declarations; the graphs' names as they are written, which the declarations explain.
    :raises QuerySyntaxError: if a word is grown together with ``FROM``, so that parsers may read it in two ways.

    >>> dataset_clause("PREFIX e: <urn:e/> ASK FROM e:a FROM NAMED <b> { ?s ?p 'FROM <c>' }")
    ('PREFIX e: <urn:e/> ', ('e:a', '<b>'))
    """
    if "from" not in query.lower():
        return "", ()
    depth, begins, names, declared = 0, -1, [], set()
    last = ["", ""]
    for token in tokens(query, compare=True):
        if token.kind == "comment" or token.text.isspace():
            continue
        word = token.text.upper() if token.kind == "word" else ""
        prefix = token.text.partition(":")[0] if token.kind == "name" else ""
        if token.kind == "name" and last[-1].startswith("PREFIX"):
            declared.add(prefix)
        elif begins < 0 and word.startswith(_FORMS):
            begins = token.at
        grown = ("FROM" in word and word != "FROM") or (prefix.upper().startswith("FROM") and prefix not in declared)
        if begins >= 0 and depth == 0 and grown:
            line = query.count("\n", 0, token.at) + 1
            raise QuerySyntaxError(
                Text("In line {line}, FROM is not set apart: {found}.", line=line, found=token.text[:80]),
                remedy=Text("Put a blank before and after it."),
            )
        if begins >= 0 and depth == 0 and word != "NAMED" and (last[-1] == "FROM" or last == ["FROM", "NAMED"]):
            names.append(token.text)  # whatever it is: only the engine knows all names
        depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        last = [last[-1], word]
    return query[:begins], tuple(names)


def refuse(query: str, services: Collection[str] = ()) -> None:
    """Refuses what is not offered: updates, and anything that would make the service fetch an address.

    :param services: addresses that might have been asked, to be told to who asks for more.
    :raises QueryRefused: if the query asks for it; says where.
    """
    if "UPDATE" in map(form, {query, unescaped(query)}):
        raise QueryRefused(
            Text("This is an update. The archive is the truth, and a submission is the only way in."),
            remedy=Text("Hand in a submission, or a revision of one."),
        )
    at = service_at(query)
    if at is not None:
        raise refused_service(at, services)


def unescaped(query: str) -> str:
    """A query as parsers read it that replace its escapes before all else, as SPARQL 1.1 says (19.2)."""

    def character(found: re.Match[str]) -> str:
        code = int(found[1] or found[2], 16)
        return chr(code) if code <= sys.maxunicode else found[0]

    return _ESCAPE.sub(character, query)


def service_at(query: str) -> int | None:
    """The line in which a query may ask another service; in doubt it does."""
    for reading in {query: None, unescaped(query): None}:
        if "service" not in reading.lower():
            continue
        for compare in (False, True):
            at = _service(reading, compare)
            if at is not None:
                return reading.count("\n", 0, at) + 1
    return None


def refused_service(line: int, services: Collection[str], found: str = "") -> QueryRefused:
    """The refusal to ask another service.

    :param line: where the query wants it.
    :param services: addresses that might be asked.
    :param found: the one that was to be asked, or what stands in its place.
    """
    remedy = Text("Ask the other service yourself and join the answers, or use a client that federates.")
    if not services:
        return QueryRefused(
            Text("SERVICE in line {line} would make this service ask another one; that is not offered.", line=line),
            remedy=remedy,
        )
    return QueryRefused(
        Text("SERVICE in line {line} asks {found}, which is not allowed.", line=line, found=found[:200])
        if found
        else Text("SERVICE in line {line} cannot be told apart from what stands around it.", line=line),
        expected=Text("SERVICE, and one of these addresses: {services}", services=" ".join(sorted(services))),
        remedy=remedy,
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
