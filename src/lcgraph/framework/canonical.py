"""One form for every Turtle file of the project, so that a diff shows only what changed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox

from lcgraph.framework.namespaces import OWL, RDF, RDFS, TYPE, XSD

_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "double": re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile("true|false"),
}
"""What Turtle reads as a literal of these datatypes without quotes."""

_ESCAPED = {"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r"}
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

Node = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def canonical(turtle: str) -> str:
    """A Turtle document with one subject a block, subjects, properties and values sorted.

    The order in which the triples came does not matter, nor do the labels of blank nodes; a blank
    node that one triple speaks of stands inside that triple. The header of an ontology comes first.
    Comments are not kept: what is worth saying is said in the graph.

    :raises SyntaxError: if the text is not Turtle.

    >>> canonical("@prefix x: <http://e/> . x:b x:p 1 . x:a x:p 2 .").split()[3:5]
    ['x:a', 'x:p']
    """
    parser = ox.parse(turtle, ox.RdfFormat.TURTLE)
    dataset = ox.Dataset(parser)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return _Writer(dataset, parser.prefixes).document()


def rewrite(path: Path, *, check: bool = False) -> bool:
    """Brings a file into canonical form.

    :param check: only say whether the file is in that form, do not touch it.
    :return: whether the file was in that form already.
    """
    text = path.read_bytes().decode()
    wanted = canonical(text)
    if text == wanted:
        return True
    if not check:
        path.write_bytes(wanted.encode())
    return False


class _Writer:
    """Writes a graph whose blank nodes have their labels of RDFC-1.0."""

    def __init__(self, dataset: ox.Dataset, prefixes: Mapping[str, str]) -> None:
        self._said: dict[Node, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._spoken_of: dict[ox.BlankNode, list[Node]] = defaultdict(list)
        for quad in dataset:
            assert not isinstance(quad.subject, ox.Triple)
            self._said[quad.subject][quad.predicate.value].append(quad.object)
            if isinstance(quad.object, ox.BlankNode):
                self._spoken_of[quad.object].append(quad.subject)
        # of two prefixes for one namespace the first in the alphabet is used
        names = {namespace: prefix for prefix, namespace in sorted(prefixes.items(), reverse=True)}
        self._prefixes = sorted(names.items(), key=lambda pair: len(pair[0]), reverse=True)
        self._used: dict[str, str] = {}

    def document(self) -> str:
        """The whole document."""
        subjects = sorted((node for node in self._said if not self._is_inside(node)), key=self._order)
        blocks = [self._block(subject) for subject in subjects]
        head = "".join(f"PREFIX {prefix}: <{self._used[prefix]}>\n" for prefix in sorted(self._used))
        return "\n".join([head, *blocks] if head else blocks)

    def _is_inside(self, node: Node) -> bool:
        """Whether a node is written where the one triple that speaks of it stands."""
        if not isinstance(node, ox.BlankNode) or len(self._spoken_of[node]) != 1:
            return False
        above, passed = self._spoken_of[node][0], {node}
        while isinstance(above, ox.BlankNode) and above not in passed and len(self._spoken_of[above]) == 1:
            passed.add(above)
            (above,) = self._spoken_of[above]
        return above != node  # a ring has no outside

    def _order(self, node: Node) -> tuple[bool, bool, str]:
        is_header = ox.NamedNode(OWL + "Ontology") in self._said[node].get(TYPE, ())
        return not is_header, isinstance(node, ox.BlankNode), node.value

    def _block(self, subject: Node) -> str:
        named = "[]" if isinstance(subject, ox.BlankNode) and not self._spoken_of[subject] else self._flat(subject)
        return f"{named}\n{self._properties(subject, 1)}.\n"

    def _properties(self, subject: Node, depth: int) -> str:
        first = {TYPE: 0, RDFS + "label": 1}
        said = sorted(self._said[subject].items(), key=lambda pair: (first.get(pair[0], 2), pair[0]))
        return "".join(f"{_indent(depth)}{self._property(prop, values, depth)} ;\n" for prop, values in said)

    def _property(self, prop: str, values: list[Term], depth: int) -> str:
        name = "a" if prop == TYPE else self._flat(ox.NamedNode(prop))
        if len(values) == 1 and (self._is_flat(values[0]) or self._members(values[0]) is not None):
            return f"{name} {self._value(values[0], depth)}"
        texts = [(_rank(value), self._value(value, depth + 1)) for value in values]
        return f"{name}\n" + " ,\n".join(_indent(depth + 1) + text for _, text in sorted(texts))

    def _is_flat(self, value: Term) -> bool:
        return not isinstance(value, ox.BlankNode) or not self._is_inside(value)

    def _value(self, value: Term, depth: int) -> str:
        if self._is_flat(value):
            return self._flat(value)
        assert isinstance(value, ox.BlankNode)
        members = self._members(value)
        if members is not None:
            return (
                "(\n"
                + "".join(f"{_indent(depth + 1)}{self._value(m, depth + 1)}\n" for m in members)
                + f"{_indent(depth)})"
            )
        if value not in self._said:
            return "[]"
        return f"[\n{self._properties(value, depth + 1)}{_indent(depth)}]"

    def _members(self, node: Term) -> list[Term] | None:
        """The members of a list that nothing else is said of; None where the node is no such list."""
        members: list[Term] = []
        while node != ox.NamedNode(_NIL):
            if not isinstance(node, ox.BlankNode) or self._is_flat(node):
                return None
            said = self._said.get(node, {})
            if said.keys() != {_FIRST, _REST} or len(said[_FIRST]) != 1 or len(said[_REST]) != 1:
                return None
            members.append(said[_FIRST][0])
            node = said[_REST][0]
        return members

    def _flat(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            for namespace, prefix in self._prefixes:
                if term.value.startswith(namespace) and _LOCAL_NAME.fullmatch(term.value, len(namespace)):
                    self._used[prefix] = namespace
                    return f"{prefix}:{term.value[len(namespace) :]}"
        if not isinstance(term, ox.Literal):
            return str(term)
        datatype = term.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(term.value):
            return term.value
        text = _quoted(term.value)
        if term.language is not None:
            return f"{text}@{term.language}"
        return text if datatype == XSD + "string" else f"{text}^^{self._flat(term.datatype)}"


def _rank(value: Term) -> tuple[int, str, str, str]:
    """Blank nodes (which their text then tells apart), IRIs, literals by language and text."""
    if isinstance(value, ox.Literal):
        return 2, value.language or "", value.value, value.datatype.value
    return (1, "", value.value, "") if isinstance(value, ox.NamedNode) else (0, "", "", "")


def _quoted(text: str) -> str:
    if "\n" in text:
        inner = text.replace("\\", r"\\").replace('"""', r"\"\"\"").replace("\r", r"\r")
        inner = inner[:-1] + r"\"" if inner.endswith('"') else inner
        quoted = f'"""{inner}"""'
    else:
        quoted = '"' + "".join(_ESCAPED.get(character, character) for character in text) + '"'
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04X}", quoted)


def _indent(depth: int) -> str:
    return "    " * depth
