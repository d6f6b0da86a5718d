"""Each file, with what it imports and nothing else, keeps the restrictions of OWL 2 DL.

The restrictions are those of *OWL 2 Structural Specification*, sections 3, 5.8.1, 5.9 and 11.2,
as far as the ontology uses what they are about; planted faults show that each is looked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pyoxigraph as ox
import pytest

from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, OWL, PREFIXES, RDF, RDFS, TYPE, XSD, local_name

KINDS = {OWL + kind: kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")}
RESERVED = (OWL, RDF, RDFS, XSD)
DATATYPES = {
    RDF + "langString",
    RDFS + "Literal",
    *(
        XSD + name
        for name in [
            "string",
            "normalizedString",
            "token",
            "language",
            "Name",
            "NCName",
            "NMTOKEN",
            "boolean",
            "decimal",
            "integer",
            "nonNegativeInteger",
            "nonPositiveInteger",
            "positiveInteger",
            "negativeInteger",
            "long",
            "int",
            "short",
            "byte",
            "unsignedLong",
            "unsignedInt",
            "unsignedShort",
            "unsignedByte",
            "double",
            "float",
            "hexBinary",
            "base64Binary",
            "anyURI",
            "dateTime",
            "dateTimeStamp",
        ]
    ),
}
"""The datatypes of the OWL 2 datatype map, section 4; xsd:gYear and xsd:date are not among them."""

Quads = list[ox.Quad]


def files() -> dict[str, Quads]:
    """The triples of each file by the IRI of its ontology."""
    found = {}
    for path in resources.turtle_files("ontology"):
        quads = list(resources.read_turtle(path, DEFAULT_BASE))
        (name,) = (str(q.subject)[1:-1] for q in quads if q.object == ox.NamedNode(OWL + "Ontology"))
        found[name] = quads
    return found


FILES = files()


def closure(name: str) -> Quads:
    """A file and all that it imports."""
    names, todo = set[str](), [name]
    while todo:
        if (now := todo.pop()) not in names:
            names.add(now)
            todo.extend(q.object.value for q in FILES[now] if q.predicate.value == OWL + "imports")  # type: ignore[union-attr]  # an IRI
    return [quad for name in sorted(names) for quad in FILES[name]]


def violations(quads: Quads) -> Iterator[str]:
    """What goes against a restriction, one sentence each."""
    of_kind: dict[str, set[str]] = defaultdict(set)
    classes, datatypes, functional, typed = set[str](), set[str](), set[str](), set[str]()
    for q in quads:
        if q.predicate.value != TYPE or not isinstance(q.object, ox.NamedNode):
            continue
        kind, subject = q.object.value, q.subject.value  # type: ignore[union-attr]  # no quoted triples here
        if kind in KINDS:
            of_kind[subject].add(KINDS[kind])
        elif kind == OWL + "Class":
            classes.add(subject)
        elif kind == RDFS + "Datatype":
            datatypes.add(subject)
        elif kind in {OWL + "FunctionalProperty", OWL + "InverseFunctionalProperty", OWL + "TransitiveProperty"}:
            functional.add(subject)
        elif not kind.startswith(RESERVED):
            typed.add(subject)
    for prop, kinds in of_kind.items():
        if len(kinds) > 1:
            yield f"{prop} is {' and '.join(sorted(kinds))}"
    for both in classes & datatypes:
        yield f"{both} is a class and a datatype"
    for iri in {*of_kind, *classes, *datatypes}:
        if iri.startswith(RESERVED):
            yield f"{iri} is reserved vocabulary"
    for q in quads:
        yield from _of_triple(q, of_kind, classes, datatypes, typed)
    yield from _of_chains(quads, functional)


def _of_triple(
    q: ox.Quad, of_kind: dict[str, set[str]], classes: set[str], datatypes: set[str], typed: set[str]
) -> Iterator[str]:
    predicate, value = q.predicate.value, q.object
    if predicate == TYPE:
        assert isinstance(value, ox.NamedNode)
        if not value.value.startswith(RESERVED) and value.value not in classes:
            yield f"the class {value.value} is not declared"
        return
    if predicate.startswith(RESERVED):
        if predicate in {RDFS + "range", RDFS + "domain", RDFS + "subClassOf"} and isinstance(value, ox.NamedNode):
            datatype = value.value in DATATYPES | datatypes
            if value.value not in classes and not datatype:
                yield f"{q.subject} has the {local_name(predicate)} {value.value}, which is not declared"
            if predicate == RDFS + "range" and datatype != ("DatatypeProperty" in of_kind[q.subject.value]):  # type: ignore[union-attr]  # an IRI
                yield f"{q.subject} has a range of the wrong kind"
        return
    kinds = of_kind.get(predicate, set())
    if not kinds:
        yield f"the property {predicate} is not declared"
    if isinstance(q.subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
        yield f"{predicate} has an anonymous individual"
    if isinstance(value, ox.Literal):
        if "ObjectProperty" in kinds:
            yield f"the object property {predicate} has the literal {value}"
        allowed = DATATYPES if "DatatypeProperty" in kinds else DATATYPES | datatypes
        if value.datatype.value not in allowed:
            yield f"{predicate} has a value of {value.datatype.value}"
    elif "DatatypeProperty" in kinds:
        yield f"the datatype property {predicate} has the value {value}"
    elif "ObjectProperty" in kinds and isinstance(value, ox.NamedNode):
        yield from [f"{value.value} is of no class"] if value.value not in typed | set(of_kind) | classes else []


def _of_chains(quads: Quads, functional: set[str]) -> Iterator[str]:
    first = {q.subject.value: q.object for q in quads if q.predicate.value == RDF + "first"}  # type: ignore[union-attr]
    rest = {q.subject.value: q.object.value for q in quads if q.predicate.value == RDF + "rest"}  # type: ignore[union-attr]
    before: dict[str, set[str]] = defaultdict(set)  # what must come before a property in the order of 11.2
    above: dict[str, set[str]] = defaultdict(set)
    inverse: dict[str, set[str]] = defaultdict(set)
    chains: set[str] = set()
    for q in quads:
        subject, value = q.subject.value, q.object.value  # type: ignore[union-attr]
        if q.predicate.value == OWL + "propertyChainAxiom":
            chains.add(subject)
            node = value
            while node != RDF + "nil":
                before[subject].add(first[node].value)  # type: ignore[union-attr]
                node = rest[node]
        elif q.predicate.value == RDFS + "subPropertyOf":
            above[subject].add(value)
            before[value].add(subject)
        elif q.predicate.value == OWL + "inverseOf":
            inverse[subject].add(value)
            inverse[value].add(subject)
    composite = reached(chains, {prop: above[prop] | inverse[prop] for prop in {*above, *inverse}})
    for prop in sorted(composite & functional):
        yield f"{prop} is functional, but not simple"
    for q in quads:
        restricted = q.predicate.value in {OWL + "maxCardinality", OWL + "cardinality", OWL + "hasSelf"}
        if restricted and any(
            p.predicate.value == OWL + "onProperty" and p.subject == q.subject and p.object.value in composite  # type: ignore[union-attr]
            for p in quads
        ):
            yield f"{q.subject} counts values of a property that is not simple"
    for prop in sorted(chains):
        if prop in reached(before[prop], {p: before[p] | inverse[p] for p in {*before, *inverse}}):
            yield f"the chain of {prop} is not regular"


def reached(start: Iterable[str], steps: dict[str, set[str]]) -> set[str]:
    found, todo = set[str](), list(start)
    while todo:
        if (now := todo.pop()) not in found:
            found.add(now)
            todo.extend(steps.get(now, ()))
    return found


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_with_its_imports_is_owl_2_dl(name: str) -> None:
    assert sorted(set(violations(closure(name)))) == []


def test_what_a_file_imports_is_a_file_of_the_project() -> None:
    for name, quads in FILES.items():
        imported = {str(q.object)[1:-1] for q in quads if q.predicate.value == OWL + "imports"}
        assert imported <= FILES.keys(), name


def test_each_file_has_one_header_with_version_licence_creator_title_and_description() -> None:
    for name, quads in FILES.items():
        said: dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]] = defaultdict(list)
        for quad in quads:
            if quad.subject == ox.NamedNode(name):
                said[quad.predicate.value].append(quad.object)
        (version,) = said[OWL + "versionInfo"]
        assert [str(o) for o in said[OWL + "versionIRI"]] == [f"<{name}/{version.value}>"], name  # type: ignore[union-attr]
        assert len(said[PREFIXES["dcterms"] + "license"]) == 1, name
        assert said[PREFIXES["dcterms"] + "creator"], name
        for prop in ("title", "description"):
            texts = said[PREFIXES["dcterms"] + prop]
            assert sorted(t.language or "" for t in texts if isinstance(t, ox.Literal)) == ["en", "zh"], name


FAULTS = {
    "lc:nobody-knows is not declared": "lc:City lc:nobody-knows 1 .",
    "AnnotationProperty and ObjectProperty": "lc:country a owl:AnnotationProperty .",
    "is a class and a datatype": "lc:City a rdfs:Datatype .",
    "is reserved vocabulary": "owl:Nonsense a owl:Class .",
    "the class": "<http://e/a> a lc:Nonsense .",
    "has the literal": "<http://e/a> lc:country 'SE' .",
    "has a value of http://www.w3.org/2001/XMLSchema#gYear": "<http://e/a> lc:memberSince '2024'^^xsd:gYear .",
    "has the value <http://e/b>": "<http://e/a> lc:memberSince <http://e/b> .",
    "is of no class": "<http://e/a> lc:country <http://e/nowhere> .",
    "anonymous individual": "<http://e/a> lc:country [] .",
    "is functional, but not simple": "lc:hasEvidenceForAction a owl:FunctionalProperty .",
    "is not regular": "lc:informs owl:propertyChainAxiom ( lc:evidenceForAction lc:informs ) .",
    "not simple": "<http://e/c> a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty lc:evidenceForAction ; owl:maxCardinality 1 ] .",
    "range of the wrong kind": "lc:country rdfs:range xsd:string .",
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_planted_fault_is_found(sentence: str) -> None:
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
    planted = list(ox.parse(prefixes + FAULTS[sentence], ox.RdfFormat.TURTLE))
    found = set(violations(closure("https://w3id.org/lcgraph/ontology") + planted))
    assert any(sentence.replace("lc:", LC) in violation for violation in found), found
