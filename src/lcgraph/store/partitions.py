"""What is in a store, counted by class and property: the partitions of VoID, kept in a graph of their own.

For each class it says how many things are of it; for each property of its things how often it is
used, and with values of which class or datatype. Editors of queries and language models learn an
endpoint from these. They are counted over all other graphs but the examples, and change with each commit by
what the commit changes, so that publishing takes no longer the more there is.

https://www.w3.org/TR/void/, and for datatypes the extension ``http://ldf.fi/void-ext#``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from functools import lru_cache, partial
from typing import TypeAlias

import pyoxigraph as ox

from lcgraph.framework.namespaces import DCTERMS, LC, PREFIXES, PROV, RDF, TYPE, XSD, Names
from lcgraph.language import Text
from lcgraph.reading import terms
from lcgraph.store.statements import Changeable, Statements

VOID = "http://rdfs.org/ns/void#"
VOID_EXT = "http://ldf.fi/void-ext#"
FOAF = "http://xmlns.com/foaf/0.1/"

Classes: TypeAlias = tuple[str, ...]
"""The classes of a thing, in order, as they stand in N-Triples."""

Uses: TypeAlias = "Counter[tuple[Classes, str, Classes | str]]"
"""How often statements of a kind stand in the store: the classes of the subject, the property, and the
classes of the object or, for a literal, its datatype."""

Key: TypeAlias = tuple[str, ...]
"""A partition: ``()`` the whole, ``(property)``, ``(class, "")``, ``(class, property)``,
``(class, property, class)``, ``(class, property, "", datatype)``."""

_TYPE = f"<{TYPE}>"
_INTEGER = f"<{XSD}integer>"
_WHOLE_NUMBERS = frozenset(
    f"<{XSD}{name}>"
    for name in (
        *("byte", "short", "int", "long", "unsignedByte", "unsignedShort", "unsignedInt", "unsignedLong"),
        *("positiveInteger", "negativeInteger", "nonPositiveInteger", "nonNegativeInteger"),
    )
)
_STRING, _TAGGED = f"<{XSD}string>", f"<{RDF}langString>"


def graph_of(names: Names) -> str:
    """The name of the graph that the partitions stand in, which is also the IRI of their document."""
    return f"{names.base}.well-known/void"


def examples_of(names: Names) -> str:
    """The name of the graph that the example queries stand in."""
    return f"{names.base}.well-known/sparql-examples"


def dataset_of(names: Names) -> str:
    """The IRI of all that a store holds, as a data set."""
    return f"{graph_of(names)}#dataset"


# counting


def split(line: str) -> tuple[str, str, str, str]:
    """Subject, property, object and graph of a line of N-Quads, each as it is written."""
    subject, prop, rest = line.split(" ", 2)
    value, graph, _ = rest.rsplit(" ", 2)
    return subject, prop, value, graph


def datatype(literal: str) -> str:
    """The datatype that the store gives back for a literal: it keeps whole numbers of any kind as integers."""
    if literal.endswith(">"):
        found = literal[literal.rindex("^^<") + 2 :]
        return _INTEGER if found in _WHOLE_NUMBERS else found
    return _STRING if literal.endswith('"') else _TAGGED


def types_in(statements: Iterable[tuple[str, str, str, str]]) -> dict[str, Classes]:
    """The classes that statements give to things."""
    found: dict[str, set[str]] = {}
    for subject, value in [(s, o) for s, p, o, _ in statements if p == _TYPE]:
        found.setdefault(subject, set()).add(value)
    known: dict[Classes, Classes] = {}  # few kinds of things, of which there are many
    return {
        subject: known.setdefault(classes, classes)
        for subject, classes in ((subject, tuple(sorted(given))) for subject, given in found.items())
    }


class Types(dict[str, Classes]):
    """The classes of things, by their IRI in angle brackets; what is not known is looked up once.

    :param look_up: gives the classes of a thing that is not known yet.
    """

    def __init__(self, look_up: Callable[[str], Classes] = lambda _: ()) -> None:
        super().__init__()
        self._look_up = look_up

    def __missing__(self, iri: str) -> Classes:
        found = self[iri] = self._look_up(iri)
        return found


def uses(statements: Iterable[tuple[str, str, str, str]], types: Types) -> Uses:
    """Statements, counted by what they say."""
    return Counter(
        [
            (types[subject], prop, types[value] if value[0] == "<" else datatype(value))
            for subject, prop, value, _ in statements
        ]
    )


def counts(used: Uses) -> Counter[Key]:
    """How much stands in each partition."""
    found: Counter[Key] = Counter()
    typed: Counter[Classes] = Counter()
    for (classes, prop, of), n in used.items():
        found[()] += n
        found[prop,] += n
        for name in classes:
            found[name, prop] += n
            if isinstance(of, str):
                found[name, prop, "", of] += n
            for value_class in of if isinstance(of, tuple) else ():
                found[name, prop, value_class] += n
        if prop == _TYPE:
            typed[classes] += n
    for classes, n in typed.items():  # a thing of two classes says so twice
        for name in classes:
            found[name, ""] += n // len(classes)
    return found


# what is said of it


def lines(found: Mapping[Key, int], commit: str, names: Names) -> list[str]:
    """The graph of the partitions.

    :param found: how much stands in each.
    :param commit: IRI of the last commit that was counted; empty for none.
    """
    said = list(_fixed(names))
    for key, n in found.items():
        if n:
            said.extend(_partition(key, names))
            said.append(_count(key, n, names))
    said.extend(_numbers(found, names))
    if commit:
        said.append(counted_to(commit, names))
    return said


def counted_to(commit: str, names: Names) -> str:
    """The line that says up to which commit was counted."""
    return f"<{dataset_of(names)}> <{PROV}wasDerivedFrom> <{commit}> <{graph_of(names)}> .\n"


def _numbers(found: Mapping[Key, int], names: Names) -> Iterator[str]:
    """How many classes and properties there are."""
    dataset, graph = f"<{dataset_of(names)}>", f"<{graph_of(names)}>"
    classes = sum(1 for key, n in found.items() if n and len(key) == 2 and not key[1])
    properties = sum(1 for key, n in found.items() if n and len(key) == 1)
    for name, n in (("classes", classes), ("properties", properties)):
        yield f"{dataset} <{VOID}{name}> {terms.typed(str(n), 'integer')} {graph} .\n"


def node(key: Key, names: Names) -> str:
    """The IRI of a partition."""
    if not key:
        return dataset_of(names)
    if len(key) == 1:
        return f"{graph_of(names)}#property/{_short(key[0])}"
    path = "/".join(_short(part) for part in key if part)
    return f"{graph_of(names)}#class/{path}"


@lru_cache(4096)  # the terms of a few vocabularies
def _short(bracketed: str) -> str:
    iri = bracketed[1:-1]
    for prefix, namespace in PREFIXES.items():
        rest = iri.removeprefix(namespace)
        if rest != iri and rest and "/" not in rest and "#" not in rest:
            return f"{prefix}:{rest}"
    return hashlib.sha256(iri.encode()).hexdigest()[:12]


def _partition(key: Key, names: Names) -> Iterator[str]:
    graph = f"<{graph_of(names)}>"
    this = f"<{node(key, names)}>"

    def within(parent: Key, how: str, what: str, value: str) -> Iterator[str]:
        yield f"<{node(parent, names)}> <{how}> {this} {graph} .\n"
        yield f"{this} <{what}> {value} {graph} .\n"

    if len(key) == 1:
        yield from within((), VOID + "propertyPartition", VOID + "property", key[0])
    elif len(key) == 2 and not key[1]:
        yield from within((), VOID + "classPartition", VOID + "class", key[0])
    elif len(key) == 2:
        yield from within((key[0], ""), VOID + "propertyPartition", VOID + "property", key[1])
    elif len(key) == 3:
        yield from within(key[:2], VOID + "classPartition", VOID + "class", key[2])
    elif key:
        yield from within(key[:2], VOID_EXT + "datatypePartition", VOID_EXT + "datatype", key[3])


def _count(key: Key, n: int, names: Names) -> str:
    prop = VOID + ("entities" if len(key) == 2 and not key[1] else "triples")
    return f"<{node(key, names)}> <{prop}> {terms.typed(str(n), 'integer')} <{graph_of(names)}> .\n"


_ABOUT = (
    ("title", Text("Learning cities: their commitments, features and measures, and what cities report")),
    (
        "description",
        Text(
            "The Beijing Declaration, the Key Features of Learning Cities, and every current submission of a city with its observations, sources and the evidence that follows. It shows evidence and gaps; it never ranks cities."
        ),
    ),
)


def _fixed(names: Names) -> Iterator[str]:
    """What does not depend on the data."""
    graph, dataset = f"<{graph_of(names)}>", f"<{dataset_of(names)}>"
    said = [
        (graph, TYPE, f"<{VOID}DatasetDescription>"),
        (graph, FOAF + "primaryTopic", dataset),
        (graph, FOAF + "topic", dataset),
        (dataset, TYPE, f"<{VOID}Dataset>"),
        (dataset, DCTERMS + "rights", f"<{names.base}catalogue#rights>"),
        (dataset, VOID + "uriSpace", terms.plain(names.base)),
        (dataset, VOID + "sparqlEndpoint", f"<{names.base}sparql>"),
        (dataset, VOID + "dataDump", f"<{names.base}dump.nq.gz>"),
        (dataset, VOID + "exampleResource", f"<{names.city('ie-cork')}>"),
        (dataset, VOID + "feature", "<http://www.w3.org/ns/formats/N-Quads>"),
        *((dataset, VOID + "vocabulary", f"<{_vocabulary(namespace)}>") for namespace in PREFIXES.values()),
    ]
    for prop, text in _ABOUT:
        said += [(dataset, DCTERMS + prop, terms.tagged(text.to(tag), tag)) for tag in ("en", "zh")]
    for subject, prop, value in said:
        yield f"{subject} <{prop}> {value} {graph} .\n"


def _vocabulary(namespace: str) -> str:
    """The IRI of a vocabulary, which is that of its namespace where it is not our own."""
    return namespace.removesuffix("#") if namespace == LC else namespace


def fixed_digest(names: Names) -> str:
    """Changes when what does not depend on the data does."""
    return hashlib.sha256("".join(_fixed(names)).encode()).hexdigest()[:16]


# in a store


class Tally:
    """Keeps the partitions of a store while a commit changes it.

    What a commit adds is counted as it comes; what it takes away, and what it says of things that
    were there before, is counted in the store before and after: those are the cities that it speaks
    of, and the submissions that it ends.

    :param store: the writer's database.
    :param names: of the deployment.
    :param known: the classes of things that no commit changes, where it takes long to look them up.
    """

    def __init__(self, store: Changeable, names: Names, known: Mapping[str, Classes] | None = None) -> None:
        self.store = store
        self.names = names
        self._known = known or {}
        self._own = {graph_of(names), examples_of(names)}
        self._types = Types(partial(_classes_of, store, self._own))  # no method: a cycle would keep the store open
        self._cities = ox.NamedNode(names.graph("cities"))
        self._shared = [self._cities, ox.NamedNode(names.graph("archive"))]
        self._shared_names = {str(graph) for graph in self._shared}
        self._drop: list[str] = []
        self._described: tuple[str, ...] = ()
        self._affected: set[str] = set()
        self._before: Uses = Counter()
        self._was: dict[str, Classes] = {}

    def holds(self, commit: str) -> bool:
        """Whether everything up to this commit is counted."""
        line = counted_to(commit, self.names)
        return next(iter(ox.parse(line, ox.RdfFormat.N_QUADS))) in self.store

    def whole(self) -> Counter[Key]:
        """Counts all that there is."""
        said = (
            (str(q.subject), str(q.predicate), str(q.object), str(q.graph_name))
            for q in self.store.quads_for_pattern(None, ox.NamedNode(TYPE), None)
        )
        types = Types()
        types.update(types_in(quad for quad in said if quad[3][1:-1] not in self._own))
        everything = (
            (str(q.subject), str(q.predicate), str(q.object), "")
            for q in self.store.quads_for_pattern(None, None, None, None)
            if getattr(q.graph_name, "value", "") not in self._own
        )
        return counts(uses(everything, types))

    def begin(self, drop: Iterable[str], described: Iterable[str]) -> None:
        """Counts what is about to change.

        :param drop: names of graphs that go.
        :param described: IRIs of cities whose description goes, with that of their hash IRIs.
        """
        self._drop = list(drop)
        self._described = tuple(f"<{city}#" for city in described)
        self._affected = {*self._drop, *described}
        self._forget_types()
        self._before = uses([*self._dropped(), *self._spoken_of()], self._types)
        self._was = {subject: self._types[f"<{subject}>"] for subject in self._affected}

    def _forget_types(self) -> None:
        self._types.clear()
        self._types.update(self._known)

    def _dropped(self) -> Iterator[tuple[str, str, str, str]]:
        for graph in self._drop:
            for q in self.store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                yield str(q.subject), str(q.predicate), str(q.object), ""

    def _spoken_of(self) -> Iterator[tuple[str, str, str, str]]:
        """What the graphs that all share say of the things that are affected."""
        for subject in self._affected:
            for graph in self._shared:
                for q in self.store.quads_for_pattern(ox.NamedNode(subject), None, None, graph):
                    yield str(q.subject), str(q.predicate), str(q.object), ""
        if self._described:
            for q in self.store.quads_for_pattern(None, None, None, self._cities):
                if str(q.subject).startswith(self._described):
                    yield str(q.subject), str(q.predicate), str(q.object), ""

    def _is_spoken_of(self, subject: str, graph: str) -> bool:
        if graph == str(self._cities) and self._described and subject.startswith(self._described):
            return True
        return subject[1:-1] in self._affected and graph in self._shared_names

    def end(self, added: Iterable[str], commit: str) -> None:
        """Brings the partitions up to what the store holds now.

        :param added: the lines that came.
        :param commit: IRI of the commit that brought them.
        """
        self._forget_types()
        if any(self._types[f"<{s}>"] not in (was, ()) and was for s, was in self._was.items()):
            self.anew(commit)  # what a thing is has changed, and anything may speak of it
            return
        quads = [split(line) for line in added]
        self._types.update(types_in(quads))
        fresh = (quad for quad in quads if not self._is_spoken_of(quad[0], quad[3]))
        change = counts(uses([*fresh, *self._spoken_of()], self._types))
        change.subtract(counts(self._before))
        self._write({key: n for key, n in change.items() if n}, commit)

    def anew(self, commit: str) -> None:
        """Counts everything, and writes it in place of what was."""
        text = "".join(lines(self.whole(), commit, self.names))
        graph = ox.NamedNode(graph_of(self.names))
        with_graph = list(ox.parse(text, ox.RdfFormat.N_QUADS))
        statements = " .\n".join(str(quad.triple) for quad in with_graph)
        self.store.update(f"DROP SILENT GRAPH {graph} ; INSERT DATA {{ GRAPH {graph} {{ {statements} }} }}")

    def _write(self, change: Mapping[Key, int], commit: str) -> None:
        graph = ox.NamedNode(graph_of(self.names))
        goes: list[str] = []
        comes: list[str] = []
        classes = properties = 0
        for key, n in change.items():
            old = self._count(key, graph)
            new = old + n
            if old:
                goes.append(_count(key, old, self.names))
            if new:
                comes.append(_count(key, new, self.names))
            if bool(old) != bool(new):
                (comes if new else goes).extend(_partition(key, self.names))
                classes += (1 if new else -1) * (len(key) == 2 and not key[1])
                properties += (1 if new else -1) * (len(key) == 1)
        dataset = ox.NamedNode(dataset_of(self.names))
        for name, more in (("classes", classes), ("properties", properties)):
            (quad,) = self.store.quads_for_pattern(dataset, ox.NamedNode(VOID + name), None, graph)
            assert isinstance(quad.object, ox.Literal)
            goes.append(f"{quad} .\n")
            number = terms.typed(str(int(quad.object.value) + more), "integer")
            comes.append(f"{dataset} <{VOID}{name}> {number} {graph} .\n")
        goes += [
            f"{quad} .\n"
            for quad in self.store.quads_for_pattern(dataset, ox.NamedNode(PROV + "wasDerivedFrom"), None, graph)
        ]
        comes.append(counted_to(commit, self.names))
        self._replace(goes, comes)

    def _replace(self, goes: list[str], comes: list[str]) -> None:
        self.store.update(f"DELETE DATA {{ {_block(goes)} }} ; INSERT DATA {{ {_block(comes)} }}")

    def _count(self, key: Key, graph: ox.NamedNode) -> int:
        prop = VOID + ("entities" if len(key) == 2 and not key[1] else "triples")
        for quad in self.store.quads_for_pattern(ox.NamedNode(node(key, self.names)), ox.NamedNode(prop), None, graph):
            assert isinstance(quad.object, ox.Literal)
            return int(quad.object.value)
        return 0


def _classes_of(store: Statements, without: Container[str], iri: str) -> Classes:
    quads = store.quads_for_pattern(ox.NamedNode(iri[1:-1]), ox.NamedNode(TYPE), None)
    return tuple(sorted({str(q.object) for q in quads if getattr(q.graph_name, "value", "") not in without}))


def _block(nquads: Iterable[str]) -> str:
    by_graph: dict[str, list[str]] = {}
    for line in nquads:
        subject, prop, value, graph = split(line)
        by_graph.setdefault(graph, []).append(f"{subject} {prop} {value}")
    return "\n".join(f"GRAPH {graph} {{ {' . '.join(said)} }}" for graph, said in by_graph.items())
