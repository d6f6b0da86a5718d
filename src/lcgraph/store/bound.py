"""Values in place of the variables of a query, in its text: what any engine understands, and people too.

Virtuoso 7 never ends some queries that join a ``VALUES`` clause instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lcgraph.sparql import Token


def with_values(pieces: Sequence[Token], bindings: Mapping[str, str]) -> str:
    """The query with values in place of variables, wherever they are the same variable as outside.

    A query within it has a variable in common with it only if it selects it. Where it has, it need
    not any more: the value stands in both.
    """
    written: list[str] = []
    scopes = [dict(bindings)]
    clause, brackets, outermost, selects = "", 0, True, True
    groups: list[str] = []  # what GROUP BY is left with
    skip = 0
    for i, token in enumerate(pieces):
        word = token.text.upper() if token.kind == "word" else ""
        brackets += (token.text == "(") - (token.text == ")")
        ends_clause = token.text in ("{", "}") or word in _ENDS_CLAUSE
        if ends_clause and clause == "GROUP":
            written.extend(_grouped(groups))
        if ends_clause and clause == "SELECT" and not selects:
            written.append(_SOMETHING)
        if ends_clause:
            clause = ""
        if token.text == "{":
            scopes.append(dict(scopes[-1]))
        elif token.text == "}" and len(scopes) > 1:
            scopes.pop()
        if word == "SELECT":
            outermost = len(scopes) == 1
            clause, brackets, selects = word, 0, False
            if not outermost:
                selected = _selected(pieces[i + 1 :])
                scopes[-1] = {n: v for n, v in scopes[-1].items() if selected is None or n in selected}
        elif word in ("GROUP", "ORDER"):
            clause, brackets, groups = word, 0, []
        if skip:
            skip -= 1
            continue
        value = scopes[-1].get(token.text[1:]) if token.kind == "variable" else None
        if word == "MINUS" and _shares_nothing(pieces, i, scopes[-1]):
            text = "FILTER NOT EXISTS"
        elif word == "BOUND" and (length := _bound(pieces[i:], scopes[-1])):
            text, skip = "true", length - 1
        elif value is None:
            text = token.text
        elif clause == "SELECT" and brackets == 0:
            text = f"({value} AS {token.text})" if outermost else ""
        elif clause == "GROUP" and brackets == 0:
            text = ""
        elif clause == "ORDER" and brackets == 0:
            text = f"({value})"
        else:
            text = value
        selects = selects or (clause == "SELECT" and (token.text == "*" or (token.kind == "variable" and bool(text))))
        (groups if clause == "GROUP" else written).append(text)
    if clause == "GROUP":
        written.extend(_grouped(groups))
    return "".join(written)


_SOMETHING = "(1 AS ?lcgraph_given) "
"""What a query within selects where it selected nothing but variables whose values are given."""

_ENDS_CLAUSE = ("WHERE", "HAVING", "LIMIT", "OFFSET", "VALUES", "ORDER", "FROM", "SELECT")


def _shares_nothing(pieces: Sequence[Token], at: int, values: Mapping[str, str]) -> bool:
    """Whether what MINUS takes away has only variables in common with what it is taken from whose values are given.

    With the values in their place it would have none, and take nothing away.
    """
    begin = next((i for i in range(at + 1, len(pieces)) if pieces[i].text == "{"), len(pieces))
    end = _closing(pieces, begin)
    inside = pieces[begin + 1 : end]
    first = next_token(pieces, begin)
    names = {p.text[1:] for p in inside if p.kind == "variable"}
    if first is not None and first.text.upper() == "SELECT":
        names = _selected(inside[next(i for i, p in enumerate(inside) if p is first) + 1 :]) or names
    if not names & values.keys():
        return False
    depth, opening = 0, 0
    for i in range(at - 1, -1, -1):
        depth += (pieces[i].text == "}") - (pieces[i].text == "{")
        if depth < 0:
            opening = i
            break
    around = [*pieces[opening:at], *pieces[end : _closing(pieces, opening)]]
    outside = {p.text[1:] for p in around if p.kind == "variable"}
    return not (names - values.keys()) & outside


def _closing(pieces: Sequence[Token], opening: int) -> int:
    depth = 0
    for i in range(opening, len(pieces)):
        depth += (pieces[i].text == "{") - (pieces[i].text == "}")
        if depth == 0:
            return i
    return len(pieces)


def _grouped(groups: Sequence[str]) -> Sequence[str]:
    """A GROUP BY clause; where only values are left of it, one group, as it would make: none of no solutions."""
    left = "".join(groups).upper().replace("GROUP", "", 1).replace("BY", "", 1)
    return groups if left.strip() else [' GROUP BY ("" AS ?lcgraph_group) ']


def _selected(pieces: Sequence[Token]) -> set[str] | None:
    """The variables that a SELECT clause names outside of expressions, or as their names; None for all."""
    found: set[str] = set()
    brackets, names_one = 0, False
    for token in pieces:
        if token.text == "{" or (token.kind == "word" and token.text.upper() in ("WHERE", "FROM")):
            break
        if token.text == "*" and brackets == 0:
            return None
        brackets += (token.text == "(") - (token.text == ")")
        if token.kind == "variable" and (brackets == 0 or names_one):
            found.add(token.text[1:])
        if token.kind != "comment" and not token.text.isspace():
            names_one = brackets == 1 and token.kind == "word" and token.text.upper() == "AS"
    return found


def _bound(pieces: Sequence[Token], values: Mapping[str, str]) -> int:
    """How many pieces ``BOUND(?x)`` has, where the variable has a value; 0 if it has none."""
    meant = [(i, p) for i, p in enumerate(pieces[:12]) if p.kind != "comment" and not p.text.isspace()][:4]
    texts = [p.text for _, p in meant]
    if len(meant) == 4 and texts[1] == "(" and texts[3] == ")" and meant[2][1].text[1:] in values:
        return meant[3][0] + 1
    return 0


def next_token(pieces: Sequence[Token], at: int) -> Token | None:
    """The next piece that says something."""
    return next((p for p in pieces[at + 1 :] if p.kind != "comment" and not p.text.isspace()), None)
