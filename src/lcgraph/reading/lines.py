"""On which line of an RDF file a node, or a value of it, stands.

RDF parsers do not say; so the file is gone through once more, when somebody asks, for nothing but
the places: where each subject begins, and where each of its properties does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from xml.parsers import expat

import pyoxigraph as ox

from lcgraph.framework.namespaces import RDF, TYPE

_TURTLE = re.compile(
    r"""(?P<gap>\s+|\#[^\n]*)
    |(?P<text>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<directive>@(?:prefix|base|version)\b|(?i:prefix|base|version)(?=\s))
    |(?P<iri><[^<>\s]*>)
    |(?P<mark><<\(?|\)?>>|\{\||\|\}|\^\^|[\[\](){};,])
    |(?P<end>\.(?=\s|$|\#|[\]})<@_a-zA-Z]))
    |(?P<name>(?:[^\s<>"'\[\](){};,\#\\]|\\.)+?(?=[\s<>"'\[\](){};,\#]|$|\.(?:\s|$)))
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]')

Where = Iterator[tuple[str, str, int]]
"""Subject and property as IRIs (the property empty where the subject begins), and the line."""


class Lines:
    """Where the nodes of an RDF file stand.

    :param data: the file.
    :param kind: its extension.
    :param prefixes: the prefixes that it declares.
    :param base: what its relative IRIs are resolved against.
    """

    def __init__(self, data: bytes, kind: str, prefixes: Mapping[str, str], base: str) -> None:
        self._data = data
        self._kind = kind
        self._prefixes = prefixes
        self._base = base

    def of(self, node: ox.NamedNode | ox.BlankNode, predicate: str | None = None) -> int | None:
        """The line on which a node is described, or on which it has a value for a property.

        :return: None for a blank node that the file does not name.
        """
        name = node.value if isinstance(node, ox.NamedNode) else f"_:{node.value}"
        return self._lines.get((name, predicate or "")) or self._lines.get((name, ""))

    @cached_property
    def _lines(self) -> dict[tuple[str, str], int]:
        find = {"jsonld": self._of_json, "rdf": self._of_xml}.get(self._kind, self._of_turtle)
        found: dict[tuple[str, str], int] = {}
        for subject, predicate, line in find():
            found.setdefault((subject, predicate), line)
        return found

    @cached_property
    def _text(self) -> str:
        return self._data.decode("utf-8-sig", "replace")

    def _resolve(self, written: str) -> str:
        """The IRI that an IRI in angle brackets, a prefixed name or a blank node's label stands for."""
        if written.startswith("<"):
            return self._absolute(written[1:-1])
        if written.startswith("_:"):
            return written
        prefix, colon, local = written.partition(":")
        if colon and prefix in self._prefixes:
            return self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local)
        return {"a": TYPE}.get(written, written)

    def _absolute(self, iri: str) -> str:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
            return iri
        return self._base + iri if iri[:1] in ("", "#") else self._base.rsplit("/", 1)[0] + "/" + iri

    def _of_turtle(self) -> Where:
        """Turtle, TriG and their line-based kin."""
        subject = predicate = ""
        depth, line, directive = 0, 1, False
        for token in _TURTLE.finditer(self._text):
            kind, written = token.lastgroup, token[0]
            if kind == "directive":
                directive = True
            elif kind == "end" and depth == 0:
                subject = predicate = ""
                directive = False
            elif kind == "mark":
                depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(written, 0)
                if written in "{}":  # of TriG: what stood before was the name of a graph
                    subject = predicate = ""
                elif depth == 0 and written == ";":
                    predicate = ""
                elif depth == 0 and written in "])" and not subject:
                    subject = "[]"
            elif kind in ("iri", "name") and depth == 0:
                if directive:
                    directive = kind != "iri"  # the IRI ends a directive that has no point
                elif not subject:
                    subject = self._resolve(written)
                    yield subject, "", line
                elif not predicate:
                    predicate = self._resolve(written)
                    yield subject, predicate, line
            line += written.count("\n")

    def _of_json(self) -> Where:
        """JSON-LD: each object with an ``@id``, each of its keys."""
        terms = self._terms()
        names_of_id = {"@id", *(term for term, meaning in terms.items() if meaning == "@id")}
        line, position = 1, 0
        objects: list[tuple[int, list[tuple[str, int]], list[str]]] = []
        key, last = "", ""
        for token in _JSON.finditer(self._text):
            line += self._text.count("\n", position, token.start())
            position = token.start()
            written = token[0]
            if written == "{":
                objects.append((line, [], []))
                key = ""
            elif written == "}" and objects:
                start, keys, ids = objects.pop()
                for name in ids[:1]:
                    subject = self._term(name, terms)
                    yield subject, "", start
                    yield from ((subject, self._term(k, terms), at) for k, at in keys)
                key = ""
            elif written == ":" and objects:
                key = last
                objects[-1][1].append((key, line))
            elif written == ",":
                key = ""
            elif written.startswith('"'):
                last = json.loads(written, strict=False)
                if key in names_of_id and objects:
                    objects[-1][2].append(last)

    def _terms(self) -> dict[str, str]:
        content = json.loads(self._text, strict=False)
        context = content.get("@context") if isinstance(content, dict) else None
        terms: dict[str, str] = dict(self._prefixes)
        for part in context if isinstance(context, list) else [context]:
            for term, meaning in part.items() if isinstance(part, dict) else ():
                iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
                if isinstance(iri, str):
                    terms[term] = iri
        return terms

    def _term(self, written: str, terms: Mapping[str, str]) -> str:
        seen = written
        for _ in range(3):  # a term may stand for a prefixed name
            prefix, colon, local = seen.partition(":")
            if terms.get(seen, seen) != seen:
                seen = terms[seen]
            elif colon and prefix in terms and not local.startswith("//"):
                seen = terms[prefix] + local
        if seen == "@type":
            return TYPE
        return seen if seen.startswith(("_:", "@")) else self._absolute(seen)

    def _of_xml(self) -> Where:
        """RDF/XML: each element with ``rdf:about``, ``rdf:ID`` or ``rdf:nodeID``, and the elements in it."""
        found: list[tuple[str, str, int]] = []
        open_elements: list[str | None] = []
        parser = expat.ParserCreate(namespace_separator=" ")

        def start(tag: str, attributes: dict[str, str]) -> None:
            line = parser.CurrentLineNumber
            subject = open_elements[-1] if open_elements else None
            if subject is not None:
                found.append((subject, tag.replace(" ", ""), line))
                open_elements.append(None)
                return
            named = {k.replace(" ", "").removeprefix(RDF): v for k, v in attributes.items()}
            name = None
            if "about" in named:
                name = self._absolute(named["about"])
            elif "ID" in named:
                name = self._absolute("#" + named["ID"])
            elif "nodeID" in named:
                name = "_:" + named["nodeID"]
            if name is not None:
                found.append((name, "", line))
                found.extend((name, k.replace(" ", ""), line) for k in attributes)
            open_elements.append(name)

        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: open_elements.pop()
        parser.Parse(self._data, True)
        yield from found
