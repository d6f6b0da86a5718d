"""Where the ontology, the shapes and the queries lie, and how they are read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from lcgraph.framework.namespaces import DEFAULT_BASE

_PACKAGED = Path(__file__).parent.parent / "_data"
_CHECKOUT = Path(__file__).parents[3]

_BASED = re.compile(re.escape(DEFAULT_BASE) + r"(?!ontology[#/>]|shapes[#/>])")


@cache
def directory(name: str) -> Path:
    """The folder ``ontology``, ``shapes`` or ``queries``: of the wheel, or of the checkout."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


def rebase(text: str, base: str) -> str:
    """Text in which the IRIs of framework items and data begin with another base.

    The ontology's own terms and the shapes keep their namespace: a deployment has its own
    cities and submissions, not its own meaning of *observation*.

    >>> rebase("<https://w3id.org/lcgraph/city/ie-cork> a lc:City", "https://example.org/")
    '<https://example.org/city/ie-cork> a lc:City'
    """
    return text if base == DEFAULT_BASE else _BASED.sub(base, text)


def turtle_files(name: str) -> list[Path]:
    """The Turtle files of a folder and the folders below it, in a fixed order."""
    return sorted(directory(name).rglob("*.ttl"))


def digest(name: str, base: str) -> str:
    """A hash of all Turtle files of a folder under a base; it changes when one of them does."""
    text = "".join(path.read_text(encoding="utf-8") for path in turtle_files(name))
    return hashlib.sha256(f"{base}\n{text}".encode()).hexdigest()


def read_turtle(path: Path, base: str) -> Iterator[ox.Quad]:
    """The triples of a Turtle file of the project, with IRIs under the given base."""
    text = rebase(path.read_text(encoding="utf-8"), base)
    yield from ox.parse(text, ox.RdfFormat.TURTLE)
