"""A query as a server is to be asked it: with its prefixes, and with values in place of parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lcgraph.errors import QueryRefused
from lcgraph.framework.namespaces import PREFIXES
from lcgraph.language import Text
from lcgraph.sparql import Token, tokens
from lcgraph.store.bound import next_token, with_values

_AGGREGATES = ("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "GROUP", "HAVING")


def asked_as(
    query: str,
    bindings: Mapping[str, str],
    base: str,
    kept_as: Mapping[str, str] | None = None,
    *,
    values_within: bool = False,
) -> str:
    """The text that a server is sent.

    :param bindings: variables to their values, as N-Triples terms.
    :param base: what relative IRIs are relative to.
    :param kept_as: datatypes that the server was given by other names, and these.
    :param values_within: whether ``VALUES`` at the end is to stand in the pattern, where it says the same.

    >>> print(asked_as("SELECT ?city ?n { ?city lc:n ?n } ORDER BY ?city", {"city": "<urn:c>"}, "urn:b"))
    BASE <urn:b>
    PREFIX lc: <https://w3id.org/lcgraph/ontology#>
    SELECT (<urn:c> AS ?city) ?n { <urn:c> lc:n ?n } ORDER BY (<urn:c>)
    """
    pieces = list(tokens(query, compare=True))
    if values_within:
        pieces = _values_within(pieces)
    declared = {
        after.text.partition(":")[0]
        for i, token in enumerate(pieces)
        if token.kind == "word" and token.text.upper() == "PREFIX" and (after := next_token(pieces, i)) is not None
    }
    used = {token.text.partition(":")[0] for token in pieces if token.kind == "name"}
    lines = [f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in sorted((used - declared) & PREFIXES.keys())]
    if not any(token.kind == "word" and token.text.upper() == "BASE" for token in pieces):
        lines.insert(0, f"BASE <{base}>\n")
    names = {f"<{meant}>": f"<{kept}>" for meant, kept in (kept_as or {}).items()}
    for prefix in (used - declared) & PREFIXES.keys():
        for meant, kept in (kept_as or {}).items():
            if (rest := meant.removeprefix(PREFIXES[prefix])) != meant:
                names[f"{prefix}:{rest}"] = f"<{kept}>"
    pieces = [replace(p, text=names[p.text]) if p.text in names else p for p in pieces]
    return "".join(lines) + with_values(pieces, bindings)


def _values_within(pieces: list[Token]) -> list[Token]:
    r"""A query with ``VALUES`` at its end moved to the end of its pattern; as it is, where that says something else.

    >>> "".join(p.text for p in _values_within(list(tokens("SELECT ?l { ?c ?p ?l } LIMIT 9 VALUES ?c { <urn:c> } # }"))))
    'SELECT ?l { ?c ?p ?l VALUES ?c { <urn:c> } # }\n} LIMIT 9 '
    >>> "".join(p.text for p in _values_within(list(tokens("SELECT (COUNT(*) AS ?n) { } VALUES ?c { <urn:c> }"))))
    'SELECT (COUNT(*) AS ?n) { } VALUES ?c { <urn:c> }'
    """
    depth, brackets, closing, form = 0, 0, None, ""
    for i, piece in enumerate(pieces):
        word = piece.text.upper() if piece.kind == "word" else ""
        form = form or (word if word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE") else "")
        depth += (piece.text == "{") - (piece.text == "}")
        brackets += (piece.text == "(") - (piece.text == ")")
        if depth == 0 and (word in _AGGREGATES or form in ("CONSTRUCT", "DESCRIBE")):
            return pieces
        if depth == brackets == 0 and piece.text == "}" and closing is None:
            closing = i
        if depth == 0 and word == "VALUES" and closing is not None:
            end_of_line = replace(piece, text="\n")  # a comment may stand at the end
            return [*pieces[:closing], *pieces[i:], end_of_line, *pieces[closing:i]]
    return pieces


def without_dataset(query: str) -> str:
    """A query without the graphs that it names by ``FROM``.

    >>> without_dataset("PREFIX e: <urn:e/> ASK FROM e:a FROM NAMED <b> { ?s ?p 'FROM <c>' }")
    "PREFIX e: <urn:e/> ASK   { ?s ?p 'FROM <c>' }"
    """
    depth, within, kept = 0, False, []
    for token in tokens(query, compare=True):
        word = token.text.upper() if token.kind == "word" else ""
        within = within or (depth == 0 and word == "FROM")
        if not within:
            kept.append(token.text)
            depth += (token.text in ("(", "{")) - (token.text in (")", "}"))
        elif not token.text.isspace() and token.kind != "comment" and word not in ("FROM", "NAMED"):
            within = False  # this was the name
    return "".join(kept)


def refuse(query: str, beginnings: Sequence[str]) -> None:
    """Refuses a query that names what a server must not be asked for.

    :param beginnings: how the IRIs begin.
    :raises QueryRefused: if it names one; says where.
    """
    for token in tokens(query):
        if token.kind in ("iri", "name"):
            found = token.text.removeprefix("<").lower()
            if found.startswith(tuple(beginnings)):
                line = query.count("\n", 0, token.at) + 1
                raise QueryRefused(
                    Text(
                        "{found} in line {line} would call a function of the store's own server; that is not offered.",
                        found=token.text[:80],
                        line=line,
                    ),
                    remedy=Text("Use the functions of SPARQL 1.1."),
                )
