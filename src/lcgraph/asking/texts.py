"""The English texts of the ontology, the shapes and the questions, for the catalogue of a further language.

All three speak English and Chinese themselves. Any further language is one catalogue in ``messages/``, which
translates the sentences of the code and these. ``make language LANGUAGE=fr`` begins one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from lcgraph.asking.question import Library
from lcgraph.checking.check import rules
from lcgraph.framework import resources
from lcgraph.framework.framework import CITIES_FILE
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, RDFS, SKOS
from lcgraph.language import SOURCE_LANGUAGE
from lcgraph.reading.fields import RECORD_TYPES

_NAMES = (SKOS + "prefLabel",)
_WORDING = (
    *_NAMES,
    *(SKOS + name for name in ("definition", "note")),
    LC + "rationale",
    LC + "unitLabel",
    LC + "place",
    LC + "sourceWording",
)
_SHOWN = {"codes.ttl": (*_NAMES, SKOS + "definition"), "countries.ttl": _NAMES, "lcgraph.ttl": (RDFS + "label",)}
"""What is shown of a file of the ontology; of any other than these, all the wording."""

_NOT_SHOWN = (CITIES_FILE,)
"""Cities are named as they are named."""

_IN_A_QUERY = re.compile(r'"((?:[^"\\]|\\.)*)"@en\b')


def texts() -> list[str]:
    """Each text once, in English, sorted."""
    return sorted({*_of_the_shapes(), *_of_the_fields(), *_of_the_ontology(), *_of_the_questions()} - {""})


def _of_the_shapes() -> Iterator[str]:
    for rule in rules(DEFAULT_BASE).values():
        yield rule.message[SOURCE_LANGUAGE]
        yield rule.remedy.get(SOURCE_LANGUAGE, "")
    yield from _literals(resources.directory("shapes") / "usual-figures.ttl", (RDFS + "comment",))


def _of_the_fields() -> Iterator[str]:
    for record_type in RECORD_TYPES:
        yield record_type.sheet[SOURCE_LANGUAGE]
        for f in record_type.fields:
            yield f.title
            yield f.about[SOURCE_LANGUAGE]


def _of_the_ontology() -> Iterator[str]:
    for path in resources.turtle_files("ontology"):
        if path.name not in _NOT_SHOWN:
            yield from _literals(path, _SHOWN.get(path.name, _WORDING))


def _literals(path: Path, properties: tuple[str, ...]) -> Iterator[str]:
    for quad in resources.read_turtle(path, DEFAULT_BASE):
        value = quad.object
        if isinstance(value, ox.Literal) and value.language == SOURCE_LANGUAGE and quad.predicate.value in properties:
            yield value.value


def _of_the_questions() -> Iterator[str]:
    library = Library(resources.directory("queries"), DEFAULT_BASE)
    yield from {library.group_title(question.group)[SOURCE_LANGUAGE] for question in library}
    for question in library:
        head = question.head
        told = [head.title, head.description, *(p.description for p in head.parameters.values())]
        told += [head.empty] if head.empty is not None else []
        yield from (text.en for text in told)
        yield from (column.en for column in head.columns.values())
        yield from _IN_A_QUERY.findall(question.query)


def main() -> None:
    """Writes them as a template for catalogues, to standard output."""
    catalog = Catalog(fuzzy=False)
    for text in texts():
        catalog.add(text)
    write_po(sys.stdout.buffer, catalog, width=0, omit_header=True)


if __name__ == "__main__":
    main()
