"""The questions as example queries that run as they stand, for editors of queries and language models.

Each is a ``sh:SPARQLExecutable``, as the Swiss Institute of Bioinformatics has set the custom.
https://www.w3.org/TR/shacl/#sparql-prefixes, https://github.com/sib-swiss/sparql-examples
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from lcgraph import sparql
from lcgraph.asking import parameters
from lcgraph.asking.question import LANGUAGE, Library, Question
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DCTERMS, PREFIXES, RDFS, SH, TYPE, Names
from lcgraph.reading import terms
from lcgraph.store.bound import with_values
from lcgraph.store.partitions import dataset_of, examples_of

SCHEMA_TARGET = "https://schema.org/target"
SCHEMA_KEYWORDS = "https://schema.org/keywords"


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
    body = with_values(list(sparql.tokens(question.query)), values)
    used = {token.text.partition(":")[0] for token in sparql.tokens(body) if token.kind == "name"}
    declared = [f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in sorted(used & set(PREFIXES))]
    own = {line.split()[1].rstrip(":") for line in body.splitlines() if line.upper().startswith("PREFIX ")}
    return "".join(line for line in declared if line.split()[1].rstrip(":") not in own) + body
