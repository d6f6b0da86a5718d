"""``SERVICE`` in a query: where it stands, whom it asks, and what.

https://www.w3.org/TR/sparql11-federated-query/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pyoxigraph as ox

from lcgraph import sparql
from lcgraph.errors import QueryRefused
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES
from lcgraph.language import Text
from lcgraph.sparql import Token

_MOST = 8
"""So many may stand in one query: it is not to become many requests."""

_NOTHING = "{ }"


@dataclass(frozen=True, slots=True)
class Call:
    """Another service that a query asks.

    :ivar start: where ``SERVICE`` begins in the query.
    :ivar end: where its group ends.
    :ivar address: IRI of the service.
    :ivar silent: whether it does not matter if it fails.
    :ivar asks: the query that it is asked.
    """

    start: int
    end: int
    address: str
    silent: bool
    asks: str


def calls(query: str, allowed: Collection[str], base: str = DEFAULT_BASE) -> tuple[Call, ...]:
    """The services that a query asks, in order; refuses what may not be asked, and updates.

    :param allowed: addresses that may be asked.
    :param base: what relative IRIs are relative to.
    :raises QueryRefused: if it asks for more; says where.

    >>> (call,) = calls("ASK { SERVICE <http://a/> { ?s ?p ?o } }", ["http://a/"])
    >>> call.address, call.asks.splitlines()[-1]
    ('http://a/', 'SELECT * { ?s ?p ?o }')
    """
    if not allowed or "service" not in sparql.unescaped(query).lower():
        sparql.refuse(query)
        return ()
    written = _written(query, compare=False)
    if _texts(query, _written(query, compare=True)) != _texts(query, written):
        written = ()  # it can be read in two ways
    with_nothing = filled_in(query, [(each.start, each.end, _NOTHING) for each in written])
    sparql.refuse(with_nothing, allowed)
    if len(written) > _MOST:
        raise QueryRefused(
            Text("The query asks other services {n} times; it may do so {most} times.", n=len(written), most=_MOST),
            remedy=Text("Ask for less at once."),
        )
    declared = _declared(query, base)
    found = []
    for each in written:
        line = query.count("\n", 0, each.start) + 1
        address = _resolved(each.target, declared)
        if address not in allowed:
            raise sparql.refused_service(line, allowed, address or each.target)
        asks = f"{declared}\nSELECT * {each.group}"
        if sparql.service_at(asks) is not None:
            raise QueryRefused(
                Text("SERVICE in line {line} stands around another one, which the other service would ask.", line=line),
                remedy=Text("Write them one after the other."),
            )
        found.append(Call(each.start, each.end, address, each.silent, asks))
    return tuple(found)


def filled_in(query: str, pieces: Sequence[tuple[int, int, str]]) -> str:
    """A query with other text in some of its places; every line keeps its number.

    :param pieces: begin and end of each place, and what is to stand there.
    """
    parts, at = [], 0
    for start, end, text in pieces:
        parts += [query[at:start], text.replace("\n", " "), "\n" * query.count("\n", start, end)]
        at = end
    return "".join([*parts, query[at:]])


@dataclass(frozen=True, slots=True)
class _Written:
    start: int
    end: int
    target: str
    silent: bool
    group: str


def _texts(query: str, written: Sequence[_Written]) -> list[str]:
    return [query[each.start : each.end] for each in written]


def _written(query: str, *, compare: bool) -> tuple[_Written, ...]:
    """Each ``SERVICE`` that is written as plainly as can be; of others nothing is known here."""
    found = []
    tokens = [
        token for token in sparql.tokens(query, compare=compare) if token.kind != "comment" and not token.text.isspace()
    ]
    stream = iter(range(len(tokens)))
    for i in stream:
        if tokens[i].kind != "word" or tokens[i].text.upper() != "SERVICE":
            continue
        silent = _word(tokens, i + 1) == "SILENT"
        target = i + 1 + silent
        if target + 1 >= len(tokens) or tokens[target].kind not in ("iri", "name", "variable"):
            continue
        last = _end_of_group(tokens, target + 1)
        if last is None:
            break  # nor has any group in it an end
        if last == target + 1:
            continue
        begin, end = tokens[target + 1].at, tokens[last].at + 1
        found.append(_Written(tokens[i].at, end, tokens[target].text, silent, query[begin:end]))
        while i < last:
            i = next(stream)  # noqa: PLW2901 - goes on behind the group
    return tuple(found)


def _word(tokens: Sequence[Token], i: int) -> str:
    return tokens[i].text.upper() if i < len(tokens) and tokens[i].kind == "word" else ""


def _end_of_group(tokens: Sequence[Token], i: int) -> int | None:
    """The place of the bracket that ends the group that begins here; the same place where none begins.

    :return: None where it has no end.
    """
    depth = 0
    for at in range(i, len(tokens)):
        depth += (tokens[at].text == "{") - (tokens[at].text == "}")
        if depth <= 0:
            return at
    return None


def _declared(query: str, base: str) -> str:
    """What the beginning of a query declares, and what needs no declaration here, for another service to read."""
    ours = (f"PREFIX {prefix}: <{namespace}>" for prefix, namespace in PREFIXES.items())
    return " ".join([f"BASE <{base}>", *ours, *_declarations(query)])


def _declarations(query: str) -> Iterator[str]:
    """The declarations of a query, each of them well formed; what comes after one that is not is none."""
    tokens = iter(token for token in sparql.tokens(query) if token.kind != "comment" and not token.text.isspace())
    for token in tokens:
        kinds = {"BASE": ("iri",), "PREFIX": ("name", "iri")}.get(token.text.upper() if token.kind == "word" else "")
        if kinds is None:
            return
        rest = [next(tokens, None) for _ in kinds]
        if tuple(each.kind for each in rest if each) != kinds:
            return
        yield " ".join([token.text, *(each.text for each in rest if each)])


def _resolved(target: str, declared: str) -> str:
    """The IRI that a name stands for; empty for none.

    It is read as Turtle, which has the same declarations and the same names: nothing is run.
    """
    with suppress(SyntaxError, StopIteration):
        triple = next(ox.parse(f"{declared} <urn:s> <urn:p> {target} .", ox.RdfFormat.TURTLE))
        if isinstance(triple.object, ox.NamedNode):
            return triple.object.value
    return ""
