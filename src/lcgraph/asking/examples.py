"""The questions as example queries that run as they stand, for editors of queries and language models.

Each is a ``sh:SPARQLExecutable``, as the Swiss Institute of Bioinformatics has set the custom.
https://www.w3.org/TR/shacl/#sparql-prefixes, https://github.com/sib-swiss/sparql-examples
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from lcgraph import sparql
from lcgraph.asking import parameters
from lcgraph.asking.question import LANGUAGE, Library, Question
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DCTERMS, PREFIXES, RDFS, SH, TYPE, Names
from lcgraph.reading import terms
from lcgraph.store.partitions import dataset_of, examples_of

SCHEMA_TARGET = "https://schema.org/target"
SCHEMA_KEYWORDS = "https://schema.org/keywords"
_ENDS = {"{", "WHERE", "FROM"}
_AFTER_GROUP_BY = {"HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}


def digest(base: str) -> str:
    """Changes when the examples do, but for what the code makes of them."""
    files = sorted(resources.directory("queries").rglob("*.rq"))
    text = "".join(f"{path.name}\n{path.read_text(encoding='utf-8')}" for path in files)
    return hashlib.sha256(f"{base}\n{text}".encode()).hexdigest()[:16]


def lines(library: Library, framework: Framework) -> list[str]:
    """The examples as N-Quads, in a graph of their own."""
    names = framework.names
    graph = terms.iri(examples_of(names))
    prefixes = f"{examples_of(names)}#prefixes"
    said = list(_prefixes(prefixes, names))
    for question in library:
        said.extend(_example(question, framework, prefixes))
    return [f"{statement} {graph} .\n" for statement in said]


def _prefixes(node: str, names: Names) -> Iterator[str]:
    yield f"<{node}> <{TYPE}> <http://www.w3.org/2002/07/owl#Ontology>"
    for prefix, namespace in PREFIXES.items():
        declared = f"<{node}-{prefix}>"
        yield f"<{node}> <{SH}declare> {declared}"
        yield f"{declared} <{SH}prefix> {terms.plain(prefix)}"
        yield f"{declared} <{SH}namespace> {terms.typed(namespace, 'anyURI')}"
    yield f"<{examples_of(names)}> <{DCTERMS}subject> <{dataset_of(names)}>"


def _example(question: Question, framework: Framework, prefixes: str) -> Iterator[str]:
    names, head = framework.names, question.head
    node = terms.iri(f"{examples_of(names)}#{question.name}")
    yield f"<{examples_of(names)}> <{DCTERMS}hasPart> {node}"
    for kind in ("SPARQLExecutable", "SPARQLSelectExecutable"):
        yield f"{node} <{TYPE}> <{SH}{kind}>"
    for language, title in head.title.labels().items():
        yield f"{node} <{DCTERMS}title> {terms.tagged(title, language)}"
    for language, about in head.description.labels().items():
        yield f"{node} <{RDFS}comment> {terms.tagged(about, language)}"
    yield f"{node} <{SH}prefixes> <{prefixes}>"
    yield f"{node} <{SH}select> {terms.plain(runnable(question, framework))}"
    yield f"{node} <{SCHEMA_KEYWORDS}> {terms.plain(question.group)}"
    yield f"{node} <{SCHEMA_TARGET}> <{names.base}sparql>"


def runnable(question: Question, framework: Framework) -> str:
    """The query of a question as anybody can run it: with its prefixes, the example values and English labels."""
    given = {name: head.example for name, head in question.head.parameters.items() if head.required}
    values = {name: bound.term for name, bound in parameters.bind(question, given, framework).items()}
    if f"?{LANGUAGE}" in question.query:
        values[LANGUAGE] = terms.plain("en")
    body = bound(question.query, values)
    used = {token.text.partition(":")[0] for token in sparql.tokens(body) if token.kind == "name"}
    declared = [f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in sorted(used & set(PREFIXES))]
    own = {line.split()[1].rstrip(":") for line in body.splitlines() if line.upper().startswith("PREFIX ")}
    return "".join(line for line in declared if line.split()[1].rstrip(":") not in own) + body


def bound(query: str, values: Mapping[str, str]) -> str:
    """A query in which variables have the values that they are bound to.

    In the pattern a value stands in place of its variable. It is selected as that variable by the
    outermost query, and by those within it not at all, since there is nothing left to join it with.

    :param values: variable to value in N-Triples syntax, which is also that of SPARQL.
    """
    out: list[str] = []
    clause = ""
    levels = 0
    brackets = 0
    for token in sparql.tokens(query):
        word = token.text.upper() if token.kind in ("word", "other") else ""
        if word == "SELECT":
            clause, levels, brackets = "SELECT", levels + 1, 0
        elif word == "GROUP":
            clause, brackets = "GROUP", 0
        elif word in _ENDS or (clause == "GROUP" and (word in _AFTER_GROUP_BY or word == "}")):
            clause = ""
        brackets += (token.text == "(") - (token.text == ")")
        name = token.text[1:] if token.kind == "variable" else ""
        if name not in values:
            out.append(token.text)
        elif clause == "SELECT" and not brackets:
            out.append(f"({values[name]} AS ?{name})" if levels == 1 else "")
        elif clause == "GROUP" and not brackets:
            out.append(f"({values[name]} AS ?{name}_)")
        else:
            out.append(values[name])
    return "".join(out)
