"""A submission as RDF: one named graph, every node with an IRI under the submission's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TypeAlias
from urllib.parse import quote

from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Edition
from lcgraph.framework.namespaces import DCAT, DCTERMS, DIMENSIONS, LC, QB, SDMX_DIMENSION, SPDX, TYPE, local_name
from lcgraph.reading import terms
from lcgraph.reading.fields import BY_NAME, SUBMISSION, Kind, RecordType
from lcgraph.reading.figures import Stated, Told, told_by
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.submission import PARTS, Cell, Observation, Record, Submission

DRAFT = "draft"
"""What stands in place of the revision number in the IRI of a submission that is not published."""

_MEDIA_TYPES = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True, slots=True)
class SubmissionGraph:
    """The triples of a submission, and the way from each node back to its place.

    :ivar iri: IRI of the submission, which names its graph.
    :ivar statements: each ``subject predicate object`` in N-Triples syntax.
    :ivar places: IRI of each record's node to where the record stands.
    :ivar told: what the submission tells, where that is known without looking at the statements.
    """

    iri: str
    statements: list[str]
    places: Mapping[str, RecordPlace] = field(default_factory=dict)
    told: Told | None = None

    def tells(self, totals: Sequence[str]) -> Told:
        """What the submission tells that matters for what is known around it.

        :param totals: for each splitting property the IRI of the code that means *not split*.
        """
        return self.told or told_by(self.iri, self.statements, totals)

    def ntriples(self) -> str:
        """The graph as N-Triples."""
        return terms.ntriples(self.statements)

    def nquads(self) -> str:
        """The graph as canonical N-Quads."""
        return terms.nquads(self.statements, self.iri)

    def content(self) -> list[str]:
        """What the submission says, in whatever file and place it stands."""
        return without_places(self.statements, self.iri)

    def place(self, node: str, prop: str = "") -> Place | None:
        """Where the value of a property of a node stands; of the node where the property has none."""
        place = self.places.get(node)
        return place.of(_FIELD_OF.get(prop, "")) if place is not None else None

    def has_cell(self, node: str, prop: str) -> bool:
        """Whether a value of a property has a cell of its own in a node's record, be it empty."""
        place = self.places.get(node)
        return place is not None and place.has(_FIELD_OF.get(prop, ""))


_FIELD_OF = {f.predicate: f.name for record_type in BY_NAME.values() for f in record_type.fields if f.predicate}


_NO_CONTENT = frozenset(f"<{LC}{name}>" for name in ("statedIn", "sheet", "cell", "line", "statedAs", "revision"))


def without_places(statements: Iterable[str], iri: str) -> list[str]:
    """The statements of a submission's graph, sorted, without those on its files, the places in them and its revision.

    :param statements: each ``subject predicate object`` in N-Triples syntax.
    :param iri: IRI of the submission.
    """
    of_files = f"<{iri}#file-"
    return sorted(
        {
            statement
            for statement in statements
            if not statement.startswith(of_files) and statement.split(" ", 2)[1] not in _NO_CONTENT
        }
    )


def submission_graph(submission: Submission, framework: Framework, revision: int | None = None) -> SubmissionGraph:
    """The graph of a submission.

    :param revision: its number; without one the IRI says that it is a draft.
    """
    iri = framework.names.submission(local_name(submission.city), submission.year, revision or DRAFT)
    return _Writer(submission, framework, iri, revision).write()


class _Writer:
    def __init__(self, submission: Submission, framework: Framework, iri: str, revision: int | None) -> None:
        self.submission = submission
        self.framework = framework
        self.edition: Edition | None = framework.editions.get(submission.edition)
        self.iri = iri
        self.node = terms.iri(iri)
        self.revision = revision
        self.statements: list[str] = []
        self.places: dict[str, RecordPlace] = {}
        self.files = {file.name: f"<{iri}#file-{n}>" for n, file in enumerate(submission.files, 1)}
        self.taken: Counter[str] = Counter()
        self.sources: dict[str, str] = {}
        self.figures: dict[str, Stated] = {}
        self.totals = tuple(framework.totals[dimension] for dimension in DIMENSIONS)

    def write(self) -> SubmissionGraph:
        submission, add = self.submission, self.statements.append
        self.places[self.iri] = submission.place
        for class_iri in (LC + "Submission", QB + "DataSet", DCAT + "Dataset"):
            add(f"{self.node} <{TYPE}> <{class_iri}>")
        if self.edition is not None:
            add(f"{self.node} <{QB}structure> <{self.framework.names.item('structure', self.edition.code)}>")
        if self.revision is not None:
            add(f"{self.node} <{LC}revision> {terms.typed(str(self.revision), 'positiveInteger')}")
        self._fields(self.node, submission, SUBMISSION)
        self._files()
        for kind, attribute in PARTS.items():
            record_type = BY_NAME[kind]
            for record in getattr(submission, attribute):
                self._record(record, record_type)
        told = Told(self.figures, submission.year, frozenset({submission.city, submission.edition}))
        return SubmissionGraph(self.iri, self.statements, self.places, told)

    def _record(self, record: Record, record_type: RecordType) -> None:
        add = self.statements.append
        iri = self._mint(record, record_type)
        node = terms.iri(iri)
        self.places[iri] = record.place
        add(f"{node} <{TYPE}> <{record_type.iri}>")
        if isinstance(record, Observation):
            add(f"{node} <{TYPE}> <{QB}Observation>")
            add(f"{node} <{QB}dataSet> {self.node}")
            add(f"{node} <{SDMX_DIMENSION}refArea> <{self.submission.city}>")
            self._scale_point(node, record)
            self.figures[node] = self._stated(record)
        else:
            add(f"{node} <{LC}inSubmission> {self.node}")
            if record_type.name in ("target", "document", "gap"):
                add(f"{node} <{LC}city> <{self.submission.city}>")
        self._fields(node, record, record_type)
        self._place(node, record)

    def _stated(self, record: Observation) -> Stated:
        return Stated(
            record.measure,
            [code or total for code, total in zip(record.codes, self.totals, strict=True)],
            record.period,
            record.value,
            [self._source(key) for key in record.source],
        )

    def _source(self, key: str) -> str:
        if key not in self.sources:
            self.sources[key] = f"<{self.iri}#source-{slug(key)}>"
        return self.sources[key]

    def _mint(self, record: Record, record_type: RecordType) -> str:
        if isinstance(record, Cell):
            splits = [
                local_name(code).removeprefix("sex-")
                for code, total in zip(record.codes, self.totals, strict=True)
                if code != total
            ]
            name = ".".join([local_name(record.measure), f"{record.period:04d}", *splits])
            if not isinstance(record, Observation):
                name = f"{record_type.name}-{name}"
        else:
            name = f"{record_type.name}-{slug(record.key)}"  # type: ignore[union-attr]  # sources, documents
        self.taken[name] += 1
        if self.taken[name] > 1:  # two values for one cell must stay two nodes, so that the check sees them
            name = f"{name}-{self.taken[name]}"
        return f"{self.iri}#{name}"

    def _fields(self, node: str, record: Record, record_type: RecordType) -> None:
        add = self.statements.append
        names, properties = _PROPERTIES[record_type.name]
        for value, (kind, predicate, write) in zip(names(record), properties, strict=True):
            if value is None or (not value and value == ""):
                continue
            if write is not None:
                add(f"{node} {predicate} {write(value)}")
            else:
                self.statements.extend(f"{node} {predicate} {term}" for term in self._several(kind, value))

    def _several(self, kind: Kind, value: object) -> Iterator[str]:
        if kind is Kind.TEXTS:
            assert isinstance(value, Mapping)
            return (terms.tagged(text, language) for language, text in value.items())
        assert isinstance(value, tuple)
        if kind is Kind.SOURCES:
            return (self._source(key) for key in value)
        assert kind is Kind.ACTIONS
        return (terms.iri(action) for action in value)

    def _scale_point(self, node: str, record: Observation) -> None:
        measure = self.framework.measures.get(record.measure)
        if measure is not None and measure.value_type == "ordinal-5":
            point = self.framework.codes("scale").find(terms.digits(record.value))
            if point is not None:
                self.statements.append(f"{node} <{LC}scalePoint> <{point.iri}>")

    def _place(self, node: str, record: Record) -> None:
        add = self.statements.append
        place = record.place.of("value" if isinstance(record, Cell) else "")
        if place.file in self.files:
            add(f"{node} <{LC}statedIn> {self.files[place.file]}")
            if place.sheet is not None:
                add(f"{node} <{LC}sheet> {terms.plain(place.sheet)}")
            if place.cell is not None:
                add(f"{node} <{LC}cell> {terms.plain(place.cell)}")
            if place.line is not None:
                add(f"{node} <{LC}line> {terms.typed(str(place.line), 'positiveInteger')}")
        if isinstance(record, Observation) and record.stated_as:
            add(f"{node} <{LC}statedAs> {terms.plain(record.stated_as)}")

    def _files(self) -> None:
        add = self.statements.append
        for file in self.submission.files:
            node = self.files[file.name]
            checksum = node[:-1] + "-checksum>"
            add(f"{node} <{TYPE}> <{LC}SubmittedFile>")
            add(f"{node} <{LC}inSubmission> {self.node}")
            add(f"{node} <{DCTERMS}title> {terms.plain(file.name)}")
            add(f"{node} <{DCAT}byteSize> {terms.typed(str(file.size), 'nonNegativeInteger')}")
            add(f"{node} <{DCAT}mediaType> <{_MEDIA_TYPES}{file.media_type}>")
            add(f"{node} <{SPDX}checksum> {checksum}")
            add(f"{checksum} <{TYPE}> <{SPDX}Checksum>")
            add(f"{checksum} <{SPDX}algorithm> <{SPDX}checksumAlgorithm_sha256>")
            add(f"{checksum} <{SPDX}checksumValue> {terms.typed(file.sha256, 'hexBinary')}")


_Property: TypeAlias = tuple[Kind, str, Callable[[object], str] | None]

_WRITE: dict[Kind, Callable[[object], str]] = {
    Kind.CITY: lambda v: f"<{v}>",
    Kind.EDITION: lambda v: f"<{v}>",
    Kind.MEASURE: lambda v: f"<{v}>",
    Kind.CODE: lambda v: f"<{v}>",
    Kind.UNIT: lambda v: f"<{v}>",
    Kind.LINK: lambda v: f"<{v}>",
    Kind.NUMBER: terms.decimal,  # type: ignore[dict-item]  # a decimal by the record's type
    Kind.COUNT: lambda v: terms.typed(str(v), "integer"),
    Kind.YEAR: terms.year,  # type: ignore[dict-item]  # a whole number by the record's type
    Kind.DATE: lambda v: terms.date(str(v)),
    Kind.PLAIN: lambda v: terms.plain(str(v)),
    Kind.LANGUAGE: lambda v: terms.plain(str(v)),
}


def _properties(record_type: RecordType) -> tuple[Callable[[Record], tuple[object, ...]], list[_Property]]:
    fields = [f for f in record_type.fields if f.predicate]
    return attrgetter(*(f.name for f in fields)), [(f.kind, f"<{f.predicate}>", _WRITE.get(f.kind)) for f in fields]


_PROPERTIES = {record_type.name: _properties(record_type) for record_type in BY_NAME.values()}
"""For each kind of record what gives its values, and for each of them its kind, its property, and what writes it."""


def slug(key: str) -> str:
    """A key as it stands in an IRI; :func:`urllib.parse.unquote` gives it back.

    >>> slug("统计年鉴 2016")
    '统计年鉴%202016'
    """
    return re.sub(r"[^\w\-.~]", lambda found: quote(found[0], safe=""), key)
