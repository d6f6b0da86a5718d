"""Contradictions, planted one by one into real statements: a reasoner that does not find them finds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, QB, SDMX_DIMENSION, SDMX_MEASURE, SKOS, TYPE
from lcgraph.language import Text
from lcgraph.reading import terms

_OTHER = "planted"
"""The code of what is made up, as the second of two."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Something that cannot be.

    :ivar name: a short name that stays the same.
    :ivar what: what it is, in words.
    :ivar statements: what is planted, as lines of N-Triples.
    :ivar about: IRIs of the real things that it is about; what is known of them belongs to it.
    """

    name: str
    what: Text
    statements: tuple[str, ...]
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """The real things that contradictions are planted on.

    :ivar observation: IRI of an observation; the others are those that it belongs to.
    """

    observation: str
    measure: str
    city: str
    submission: str


def made_up(framework: Framework) -> tuple[Scene, list[str]]:
    """A scene for where there are no submissions, and the statements of its observation."""
    submission = framework.names.submission("example", 2024, 1)
    measure, city = next(iter(framework.measures)).iri, next(iter(framework.cities)).iri
    scene = Scene(f"{submission}#1", measure, city, submission)
    return scene, [
        _is(scene.observation, "Observation"),
        _is(submission, "Submission"),
        _line(scene.observation, LC + "ofMeasure", measure),
        _line(scene.observation, SDMX_DIMENSION + "refArea", city),
        _line(scene.observation, QB + "dataSet", submission),
        _line(scene.observation, SDMX_DIMENSION + "refPeriod", terms.plain("2024")),
        _line(scene.observation, SDMX_MEASURE + "obsValue", terms.typed("1", "decimal")),
        _line(submission, LC + "city", city),
        _line(submission, LC + "edition", framework.edition().iri),
        _line(submission, LC + "revision", terms.typed("1", "positiveInteger")),
    ]


def contradictions(scene: Scene, framework: Framework) -> Iterator[Contradiction]:
    """Each kind of contradiction, by itself."""
    observation, measure, city, submission = scene.observation, scene.measure, scene.city, scene.submission
    edition = framework.edition()
    cell = next(iter(edition.cells))
    feature = edition.features[framework.measures[measure].feature]
    action = next(iter(framework.actions))
    commitment = framework.commitments[action.commitment]
    placed = next((c for c in framework.cities if c.country), None)
    base = framework.names.base

    def two(name: str, what: Text, thing: str, prop: str, kind: str) -> Contradiction:
        """The thing has a second value of a property, a thing of its own."""
        other = f"{base}{name}/{_OTHER}"
        planted = (
            _line(thing, prop, other),
            _is(other, kind),
            _line(other, SKOS + "notation", terms.plain(_OTHER)),
        )
        return Contradiction(name, what, planted, (thing,))

    def also(name: str, what: Text, thing: str, kind: str) -> Contradiction:
        """The thing is of another class too."""
        return Contradiction(name, what, (_is(thing, kind),), (thing,))

    def says(name: str, what: Text, thing: str, prop: str, value: str) -> Contradiction:
        """The thing has one more value of a property."""
        about = (thing,) if value.startswith('"') else (thing, value)
        return Contradiction(name, what, (_line(thing, prop, value),), about)

    yield two("observation-measures", Text("an observation of two measures"), observation, LC + "ofMeasure", "Measure")
    yield two(
        "observation-cities", Text("an observation of two cities"), observation, SDMX_DIMENSION + "refArea", "City"
    )
    yield says(
        "observation-values",
        Text("an observation with two values"),
        observation,
        SDMX_MEASURE + "obsValue",
        terms.typed("-123456.75", "decimal"),
    )
    yield says(
        "observation-years",
        Text("an observation of two years"),
        observation,
        SDMX_DIMENSION + "refPeriod",
        terms.plain("1066"),
    )
    other = submission.rpartition("/")[0] + f"/{_OTHER}"
    yield Contradiction(
        "observation-submissions",
        Text("an observation in two submissions"),
        (
            _line(observation, QB + "dataSet", other),
            _is(other, "Submission"),
            _line(other, LC + "revision", terms.typed("999999", "positiveInteger")),
        ),
        (observation, submission),
    )
    yield also("observation-gap", Text("an observation that is a declared gap"), observation, "DeclaredGap")
    yield two("submission-cities", Text("a submission for two cities"), submission, LC + "city", "City")
    yield two("submission-editions", Text("a submission under two editions"), submission, LC + "edition", "Edition")
    yield says(
        "submission-revisions",
        Text("a submission with two revision numbers"),
        submission,
        LC + "revision",
        terms.typed("999999", "positiveInteger"),
    )
    yield also("commitment-action", Text("a commitment that is an action"), commitment.iri, "Action")
    yield two("action-commitments", Text("an action of two commitments"), action.iri, LC + "actionOf", "Commitment")
    yield two("measure-features", Text("a measure of two features"), measure, LC + "measureOf", "KeyFeature")
    yield two("feature-areas", Text("a feature of two areas"), feature.iri, LC + "featureOf", "FocalArea")
    yield two("cell-measures", Text("a value cell of two measures"), cell.iri, LC + "cellOf", "Measure")
    yield says(
        "measure-minimum",
        Text("a minimum that is no number"),
        measure,
        LC + "minimum",
        terms.plain("none"),
    )
    document, target = f"{submission}#document-{_OTHER}", f"{submission}#target-{_OTHER}"
    yield says(
        "document-commitment",
        Text("a document that supports a commitment"),
        document,
        LC + "supports",
        commitment.iri,
    )
    yield Contradiction(
        "target-supports",
        Text("a target that supports an action"),
        (_is(target, "Target"), _line(target, LC + "supports", action.iri)),
        (action.iri,),
    )
    yield also("city-document", Text("a city that is a document"), city, "EvidenceDocument")
    if placed is not None:
        yield two("city-countries", Text("a city in two countries"), placed.iri, LC + "country", "Country")


def with_surroundings(
    planted: Contradiction, known: Mapping[str, Iterable[str]], terms_of_ontology: Iterable[str]
) -> Iterator[str]:
    """A contradiction with what is known of the things that it is about.

    What contradicts itself in a part of all statements does so in all of them (OWL 2 is monotonic), so
    no more is needed to show that it is found.

    :param known: IRI of each thing to the statements about it, as lines of N-Triples.
    :param terms_of_ontology: the ontology's own terms and axioms.
    """
    yield from terms_of_ontology
    told: set[str] = set()
    near = [planted.about, *(_values(known.get(thing, ())) for thing in planted.about)]
    for thing in dict.fromkeys(thing for things in near for thing in things):
        for line in known.get(thing, ()):
            if line not in told:
                told.add(line)
                yield line
    yield from planted.statements


def _values(lines: Iterable[str]) -> tuple[str, ...]:
    """The things that statements lead to."""
    ends = (line.rstrip("\n").removesuffix(" .").split(" ", 2)[2] for line in lines)
    return tuple(end[1:-1] for end in ends if end.startswith("<"))


def _line(subject: str, prop: str, value: str) -> str:
    return f"<{subject}> <{prop}> {value if value.startswith(chr(34)) else terms.iri(value)} .\n"


def _is(subject: str, kind: str) -> str:
    return _line(subject, TYPE, LC + kind)
