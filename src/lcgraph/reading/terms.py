"""RDF terms as N-Triples text, which is what the fast path of checking and publishing speaks.

Escapes are those of canonical N-Quads, so that sorted lines without blank nodes *are* the
canonical form (RDFC-1.0), https://www.w3.org/TR/rdf-canon/#canonical-quads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from lcgraph.framework.namespaces import XSD

_ESCAPES = {i: f"\\u{i:04X}" for i in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)} | {
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_TO_ESCAPE = re.compile(r'[\x00-\x1f\x7f"\\\ufffe\uffff]')


def escape(text: str) -> str:
    """Text as it stands between the quotes of a literal."""
    return text.translate(_ESCAPES) if _TO_ESCAPE.search(text) else text


def iri(value: str) -> str:
    """An IRI in angle brackets."""
    return f"<{value}>"


def plain(value: str) -> str:
    """A literal without a language: ``"Cork City Council"``."""
    return f'"{escape(value)}"'


def tagged(value: str, language: str) -> str:
    """A text with its language: ``"Cork"@en``."""
    return f'"{escape(value)}"@{language}'


def typed(value: str, datatype: str) -> str:
    """A literal of an XSD datatype: ``"2016"^^xsd:gYear``."""
    return f'"{escape(value)}"^^<{XSD}{datatype}>'


def decimal(value: Decimal) -> str:
    """A decimal without exponent and without zeros that say nothing.

    >>> decimal(Decimal("68.0"))
    '"68"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    return f'"{digits(value)}"^^<{XSD}decimal>'


def digits(value: Decimal) -> str:
    """The digits of a decimal: no exponent, no zeros at the end, no minus before zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def year(value: int) -> str:
    """A year as ``xsd:gYear``, four digits at the least."""
    return typed(f"{value:04d}", "gYear")


def date(value: str) -> str:
    """A date, a month or a year, by how much of it there is."""
    return typed(value, {4: "gYear", 7: "gYearMonth"}.get(len(value), "date"))


def ntriples(statements: Iterable[str]) -> str:
    """Statements, each ``subject predicate object``, as an N-Triples document.

    It is all ASCII, other characters escaped: Python hands such a text to a parser without a copy,
    and keeps it in half the space or less.
    """
    plain_ascii = [statement if statement.isascii() else _to_ascii(statement) for statement in statements]
    return " .\n".join([*plain_ascii, ""])


def _to_ascii(statement: str) -> str:
    """The same statement, with the escapes of N-Triples for what is not ASCII."""
    return _NOT_ASCII.sub(
        lambda found: f"\\u{ord(found[0]):04X}" if found[0] <= "\uffff" else f"\\U{ord(found[0]):08X}", statement
    )


def nquads(statements: Iterable[str], graph: str) -> str:
    """Statements as a canonical N-Quads document of one named graph: sorted, each once."""
    return "".join(sorted({f"{statement} <{graph}> .\n" for statement in statements}))
