"""A submission as typed objects, in which every value knows where it came from.

IRIs stand for cities, measures, codes and units; texts come by language; figures are decimals.
Two submissions are equal when they say the same, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypedDict

from lcgraph.framework.namespaces import DIMENSIONS
from lcgraph.language import Labels
from lcgraph.reading.places import RecordPlace

NOWHERE = RecordPlace("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where figures come from.

    :ivar key: what observations refer to it by, unique in the submission.
    :ivar type: IRI of the data source type.
    """

    key: str
    type: str
    title: Labels
    publisher: str = ""
    issued: str = ""
    link: str = ""
    licence: str = ""
    fieldwork_body: str = ""
    sample_size: int | None = None
    fieldwork_start: str = ""
    fieldwork_end: str = ""
    question: Labels = field(default_factory=dict)
    panel: str = ""
    review_date: str = ""
    note: Labels = field(default_factory=dict)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


class Codes(TypedDict):
    """The codes by which a figure is split, as IRIs."""

    sex: str
    household_income: str
    sector: str
    education_level: str
    setting: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Which figure of which year: a measure, a period and the codes by which it is split.

    :ivar measure: IRI of the measure.
    :ivar period: the year that the figure is about.
    :ivar sex: IRI of the code; likewise the other splitting properties. Not split is the total.
    """

    measure: str
    period: int
    sex: str
    household_income: str
    sector: str
    education_level: str
    setting: str

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order of the dimensions."""
        return (self.sex, self.household_income, self.sector, self.education_level, self.setting)

    def dimensions(self) -> Iterator[tuple[str, str]]:
        """Pairs of splitting property and code."""
        return iter(zip(DIMENSIONS, self.codes, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation(Cell):
    """A reported figure.

    :ivar value: the figure, in the unit.
    :ivar unit: IRI of the unit.
    :ivar status: IRI of the observation status.
    :ivar match: IRI of the SKOS relation of the figure's definition to the measure's.
    :ivar source: keys of the sources it comes from.
    :ivar conversion: how the value was computed from what is stated, by language.
    :ivar stated_as: what stands at its place before any conversion.
    """

    value: Decimal
    unit: str
    status: str
    match: str
    source: tuple[str, ...]
    note: Labels = field(default_factory=dict)
    conversion: Labels = field(default_factory=dict)
    stated_as: str = field(default="", compare=False)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Cell):
    """A figure that the city says it does not have.

    :ivar reason: IRI of the reason.
    """

    reason: str
    note: Labels = field(default_factory=dict)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Cell):
    """A value that the city has set itself; ``period`` is the year it is set for.

    :ivar value: the value, in the unit.
    :ivar unit: IRI of the unit.
    """

    value: Decimal
    unit: str
    note: Labels = field(default_factory=dict)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that supports actions.

    :ivar key: unique in the submission.
    :ivar type: IRI of the document type.
    :ivar supports: IRIs of the actions.
    """

    key: str
    type: str
    title: Labels
    supports: tuple[str, ...]
    issued: str = ""
    link: str = ""
    note: Labels = field(default_factory=dict)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file that a submission was read from.

    :ivar name: its name, without folders.
    :ivar sha256: hash of its bytes, in hexadecimal.
    :ivar size: its size in bytes.
    :ivar media_type: its media type.
    """

    name: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What one city hands in for one reference year under one edition.

    :ivar city: IRI of the city.
    :ivar year: the reference year.
    :ivar edition: IRI of the edition.
    :ivar submitter: who hands it in, an organisation.
    :ivar language: the language of texts for which none is given.
    :ivar population: how many people live in the city, by its own count.
    :ivar population_year: the year that the population is of.
    """

    city: str
    year: int
    edition: str
    submitter: str
    language: str = "en"
    population: int | None = None
    population_year: int | None = None
    title: Labels = field(default_factory=dict)
    note: Labels = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    observations: tuple[Observation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    targets: tuple[Target, ...] = ()
    documents: tuple[Document, ...] = ()
    files: tuple[SubmittedFile, ...] = field(default=(), compare=False)
    place: RecordPlace = field(default=NOWHERE, compare=False, repr=False)


Record = Submission | Source | Observation | Gap | Target | Document
"""Anything that is one row of a table, or one node of a graph."""

PARTS: Mapping[str, str] = {
    "source": "sources",
    "observation": "observations",
    "gap": "gaps",
    "target": "targets",
    "document": "documents",
}
"""Kind of record to the attribute of the submission that holds its records."""
