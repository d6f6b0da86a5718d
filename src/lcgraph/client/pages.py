"""A large result in pages that belong together.

``LIMIT`` and ``OFFSET`` cut pages that fit together only if the rows come in the same order each time:
sorted, which takes a service longer than it allows for the very results that need pages, or by luck.
So a page is not *so many rows from here* but *the rows whose hash lies between these two*: which they
are, no order changes, and each row is in one page. What is left to know is that the data are the same
for all, which the service says with each answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lcgraph import sparql
from lcgraph.errors import QueryError
from lcgraph.language import Text

COUNT = "lcgraph_rows"
"""The variable that has the number of all rows."""

_HASH = "lcgraph_hash"
_DIGITS = 8
_MODIFIERS = ("ORDER", "LIMIT", "OFFSET")
_OTHER_EACH_TIME = ("RAND", "UUID", "STRUUID", "NOW", "BNODE")


class Paged:
    """A query whose result is to come in pages.

    :param query: a SELECT query.
    :raises QueryError: if it is another one, names its graphs by ``FROM``, has ``ORDER BY``, ``LIMIT`` or
        ``OFFSET`` at its end, which mean something else within a page, or a function that gives another
        value each time.
    """

    def __init__(self, query: str) -> None:
        if sparql.form(query) != "SELECT":
            raise QueryError(Text("Only the result of a SELECT query comes in pages."))
        if sparql.dataset_clause(query)[1]:
            raise QueryError(
                Text("A query with {word} cannot be answered in pages.", word="FROM"),
                remedy=Text("Name the graphs with {names} instead.", names=["default_graphs", "named_graphs"]),
            )
        depth, begin, end = 0, -1, len(query)
        for token in sparql.tokens(query, compare=True):
            word = token.text.upper() if token.kind == "word" else ""
            if word in _OTHER_EACH_TIME:
                raise QueryError(
                    Text("A query with {word} cannot be answered in pages.", word=word),
                    remedy=Text("Leave out what gives other values each time, such as {names}.", names=[word]),
                )
            if begin < 0 and word.startswith("SELECT"):
                begin = token.at
            elif token.text in ("{", "}"):
                depth += 1 if token.text == "{" else -1
            elif depth == 0 and word.startswith("VALUES"):
                end = token.at
            elif depth == 0 and word.startswith(_MODIFIERS):
                raise QueryError(
                    Text("A query with {word} at its end cannot be answered in pages.", word=word),
                    remedy=Text("Leave it out, and sort or cut the frame instead."),
                )
        self.query = query
        self._prologue, self._select = query[:begin], query[begin:]
        self._head = f"{query[:end]}\nLIMIT 0\n{query[end:]}"

    def head(self) -> str:
        """The query whose answer names the columns and has no rows."""
        return self._head

    def count(self) -> str:
        """The query for the number of all rows."""
        return self._around(f"(COUNT(*) AS ?{COUNT})")

    def pages(self, variables: Sequence[str], count: int) -> Iterator[str]:
        """The queries for so many pages; each row of the result is in the answer to one of them.

        :param variables: all columns of the result.
        """
        if count < 2 or not variables:
            yield self.query
            return
        texts = ', " ", '.join(f'COALESCE(STR(?{name}), "")' for name in variables)
        # nothing around SUBSTR: Virtuoso compares what comes out of LCASE with nothing
        bind = f"BIND (SUBSTR(SHA1(CONCAT({texts})), 1, {_DIGITS}) AS ?{_HASH})"
        bounds = [f"{16**_DIGITS * i // count:0{_DIGITS}x}" for i in range(count)] + ["g"]  # past all digits
        for low, high in pairwise(bounds):
            # as texts: the digits of hexadecimal numbers are in the order of their characters
            condition = f'FILTER (?{_HASH} >= "{low}" && ?{_HASH} < "{high}")'
            yield self._around(" ".join(f"?{name}" for name in variables), inside=f"{bind} {condition}")

    def _around(self, projection: str, inside: str = "") -> str:
        return f"{self._prologue}\nSELECT {projection} WHERE {{ {{\n{self._select}\n}} {inside} }}"
