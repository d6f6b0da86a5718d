"""JSON-LD with the project's own context.

https://www.w3.org/TR/json-ld11/
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from lcgraph.framework.context import context, short
from lcgraph.framework.namespaces import LC, TYPE, XSD


def compact(triples: Iterable[ox.Triple], address: str) -> bytes:
    """Triples as a JSON-LD document.

    :param triples: in the order in which they are to stand.
    :param address: of the published context.
    """
    nodes: dict[str, dict[str, Any]] = {}
    for triple in triples:
        subject = _id(triple.subject)
        node = nodes.setdefault(subject, {"id": subject})
        if triple.predicate.value == TYPE:
            node.setdefault("type", []).append(_name(triple.object))
            continue
        name, value = _value(triple.predicate.value, triple.object)
        if isinstance(value, dict) and set(value) == {"@of"}:
            language, text = value["@of"]
            node.setdefault(name, {}).setdefault(language, []).append(text)
        else:
            node.setdefault(name, []).append(value)
    for node in nodes.values():
        for key, values in node.items():
            if isinstance(values, dict):
                node[key] = {tag: _one(texts) for tag, texts in values.items()}
            elif key != "id":
                node[key] = _one(values)
    document = {"@context": address, "@graph": list(nodes.values())}
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _value(prop: str, value: object) -> tuple[str, Any]:
    """The key of a property, and a value as its term in the context wants it."""
    name = prop.removeprefix(LC) if prop.startswith(LC) and prop.removeprefix(LC) in context() else short(prop)
    term = context().get(name, {})
    coerced = term.get("@type", "") if isinstance(term, dict) else ""
    if isinstance(value, (ox.NamedNode, ox.BlankNode)):
        if isinstance(term, dict) and "@container" in term:
            return prop, {"id": _id(value)}  # by its IRI: a language map holds texts only
        return name, _id(value) if coerced == "@id" else {"id": _id(value)}
    assert isinstance(value, ox.Literal)
    if isinstance(term, dict) and "@container" in term:
        if value.language is not None:
            return name, {"@of": (value.language, value.value)}
        if value.datatype.value == XSD + "string":
            return name, {"@of": ("@none", value.value)}
        return prop, {
            "@value": value.value,
            "@type": value.datatype.value,
        }  # by its IRI: a language map holds texts only
    if value.language is not None:
        return name, {"@value": value.value, "@language": value.language}
    datatype = value.datatype.value
    if datatype == XSD + "string":
        return name, {"@value": value.value} if coerced else value.value
    return name, value.value if coerced == short(datatype) else {"@value": value.value, "@type": short(datatype)}


def _id(node: object) -> str:
    if isinstance(node, ox.BlankNode):
        return f"_:{node.value}"
    assert isinstance(node, ox.NamedNode)
    return node.value


def _name(node: object) -> str:
    return short(node.value) if isinstance(node, ox.NamedNode) else _id(node)
