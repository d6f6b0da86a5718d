"""The models that a document can be had in: content negotiation by profile.

https://www.w3.org/TR/dx-prof-conneg/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from lcgraph.framework.namespaces import (
    DCTERMS,
    DIMENSIONS,
    LC,
    QB,
    RDFS,
    SDMX_ATTRIBUTE,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SKOS,
    TYPE,
)


@dataclass(frozen=True, slots=True)
class Profile:
    """A model.

    :ivar token: its short name, as in ``?_profile=qb``.
    :ivar iri: its IRI, as in ``Accept-Profile``.
    :ivar view: what a document says in it; nothing where the model has no words for its thing.
    """

    token: str
    iri: str
    view: Callable[[Sequence[ox.Triple]], list[ox.Triple]]


_CUBE = (QB, SDMX_DIMENSION, SDMX_MEASURE, SDMX_ATTRIBUTE)
_OWN_COMPONENTS = frozenset((*DIMENSIONS, LC + "ofMeasure", LC + "definitionMatch"))
"""Those components of the data structure definition that are of the project's own ontology."""

_CALLED = frozenset((SKOS + "prefLabel", RDFS + "label", DCTERMS + "title"))

_BELONGS_TO = frozenset(
    LC + name for name in ("actionOf", "commitmentOf", "featureOf", "measureOf", "cellOf", "region")
)
"""Properties that lead from a part to the whole that it is a part of."""


def _of_class(triples: Sequence[ox.Triple], namespace: str) -> set[object]:
    return {
        t.subject
        for t in triples
        if t.predicate.value == TYPE and isinstance(t.object, ox.NamedNode) and t.object.value.startswith(namespace)
    }


def _whole(triples: Sequence[ox.Triple]) -> list[ox.Triple]:
    return list(triples)


def _cube(triples: Sequence[ox.Triple]) -> list[ox.Triple]:
    """Datasets, structures and observations, with the components and the names that they have."""
    subjects = _of_class(triples, QB)
    return [
        t
        for t in triples
        if t.subject in subjects
        and (
            t.predicate.value.startswith(_CUBE)
            or t.predicate.value in _OWN_COMPONENTS
            or t.predicate.value in _CALLED
            or (t.predicate.value == TYPE and isinstance(t.object, ox.NamedNode) and t.object.value.startswith(QB))
        )
    ]


def _skos(triples: Sequence[ox.Triple]) -> list[ox.Triple]:
    """What has a preferred label, as concepts; what belongs to something is narrower than it."""
    subjects = {t.subject for t in triples if t.predicate.value == SKOS + "prefLabel"}
    schemes = {
        t.subject
        for t in triples
        if t.predicate.value == TYPE and isinstance(t.object, ox.NamedNode) and t.object.value == SKOS + "ConceptScheme"
    }
    concept, a = ox.NamedNode(SKOS + "Concept"), ox.NamedNode(TYPE)
    said = [ox.Triple(subject, a, concept) for subject in subjects - schemes]
    said += [ox.Triple(subject, a, ox.NamedNode(SKOS + "ConceptScheme")) for subject in schemes]
    for t in triples:
        if t.predicate.value.startswith(SKOS) and (t.subject in subjects or t.object in subjects):
            said.append(t)
        elif t.predicate.value in _BELONGS_TO and subjects & {t.subject, t.object}:
            assert isinstance(t.object, ox.NamedNode)
            said.append(ox.Triple(t.subject, ox.NamedNode(SKOS + "broader"), t.object))
            said.append(ox.Triple(t.object, ox.NamedNode(SKOS + "narrower"), t.subject))
    return sorted(set(said), key=str)


PROFILES = (
    Profile("lcgraph", "https://w3id.org/lcgraph/ontology", _whole),
    Profile("qb", "http://purl.org/linked-data/cube", _cube),
    Profile("skos", "http://www.w3.org/2004/02/skos/core", _skos),
)
"""The models, the project's own first."""
