"""The English sentences of the shapes, for the catalogue of a language that the shapes do not speak themselves.

English and Chinese stand in ``shapes/``. Any further language is one catalogue in ``messages/``, which
translates the sentences of the code and these. ``make language LANGUAGE=fr`` begins one.
"""

from __future__ import annotations

import sys

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from lcgraph.checking.check import rules
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.reading.fields import RECORD_TYPES


def shape_texts() -> list[str]:
    """Each sentence of the shapes and each name of a field once, in English, sorted."""
    texts = {labels["en"] for rule in rules(DEFAULT_BASE).values() for labels in (rule.message, rule.remedy) if labels}
    names = {f.name for record_type in RECORD_TYPES for f in record_type.fields}
    about = {f.about["en"] for record_type in RECORD_TYPES for f in record_type.fields}
    return sorted(texts | names | about)


def main() -> None:
    """Writes them as a template for catalogues, to standard output."""
    catalog = Catalog(fuzzy=False)
    for text in shape_texts():
        catalog.add(text)
    write_po(sys.stdout.buffer, catalog, width=0, omit_header=True)


if __name__ == "__main__":
    main()
