"""Rows of a table, from a workbook or from CSV, become a submission."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from lcgraph.framework.framework import Framework, natural
from lcgraph.framework.items import normalise
from lcgraph.framework.namespaces import local_name
from lcgraph.language import Text, languages
from lcgraph.reading import values
from lcgraph.reading.fields import BY_NAME, SUBMISSION, Field, Kind, RecordType
from lcgraph.reading.findings import Finding, Unreadable
from lcgraph.reading.nearest import nearest, one_slip
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.submission import (
    PARTS,
    Cell,
    Document,
    Gap,
    Observation,
    Record,
    Source,
    Submission,
    SubmittedFile,
    Target,
)
from lcgraph.reading.values import Meanings

RECORDS: Mapping[str, Callable[..., Record]] = {
    "submission": Submission,
    "source": Source,
    "observation": Observation,
    "gap": Gap,
    "target": Target,
    "document": Document,
}

_TAGGED = re.compile(r"(.+?)[_@]([a-z]{2,3}(?:-[a-z0-9]{1,8})*)")


@dataclass(frozen=True, slots=True)
class Value:
    """What a cell holds.

    :ivar text: the text that stands there, as a person sees it.
    :ivar content: the content by its own type: text, int, float, bool, datetime.
    :ivar trouble: why the cell cannot be taken at all: a formula, a percentage format, an error.
    """

    text: str
    content: object
    trouble: Unreadable | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the kind of record that it is, and its values by column.

    :ivar kind: name of the record type.
    :ivar place: where it stands.
    :ivar values: name of the column, as its header writes it, to what stands there.
    """

    kind: str
    place: RecordPlace
    values: Mapping[str, Value]


@dataclass(slots=True)
class Read:
    """What was read from a file: what it says, and what could not be taken.

    :ivar submission: None where not even city, year and edition could be read.
    """

    submission: Submission | None
    findings: list[Finding] = field(default_factory=list)


def header(record_type: RecordType, text: str) -> str | None:
    """The column that a header means: a field's name, or ``note_zh`` for a text of a language.

    Headers may be in any language that messages come in; case, blanks and underscores do not matter.
    """
    plain, known = _as_header(text), _headers(record_type.name)
    if (f := known.get(plain)) is not None:
        return f.name
    tagged = _TAGGED.fullmatch(plain)
    if tagged is not None and (f := known.get(tagged[1])) is not None and f.kind is Kind.TEXTS:
        return f"{f.name}_{tagged[2]}"
    return None


@cache
def _headers(record_type: str) -> Mapping[str, Field]:
    return {_as_header(name): f for f in reversed(BY_NAME[record_type].fields) for name in f.names.values()}


def _as_header(text: str) -> str:
    return normalise(text).replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Meant:
    """What a header that means nothing may have been meant to be.

    :ivar near: the headers that come nearest, in the language that it is written in.
    :ivar is_sure: whether it is one of these with a slip in it, and can be read as that.
    """

    near: list[str]
    is_sure: bool


def meant_header(record_types: Iterable[RecordType], text: str, columns: Collection[str]) -> Meant:
    """What a header that means nothing may have been meant to be.

    :param record_types: the kinds of records that the table holds.
    :param columns: what the other headers of the table mean; none of these is meant twice.
    """
    plain, tag = _as_header(text), ""
    tagged = _TAGGED.fullmatch(plain)
    if tagged is not None and tagged[2] in languages():
        plain, tag = tagged[1], f"_{tagged[2]}"
    fields = [
        f
        for record_type in record_types
        for f in record_type.fields
        if f.name + tag not in columns and (f.kind is Kind.TEXTS or not tag)
    ]
    have = {*columns, *(column.partition("_")[0] for column in columns)}
    needed = {name for f in fields if f.required and f.name not in have for name in _names(f)}
    near = nearest(plain, [name for f in fields for name in _names(f)])
    is_sure = len(near) == 1 and (near[0] in needed or one_slip(plain, near[0]))
    return Meant([name + tag for name in near], is_sure)


def _names(f: Field) -> list[str]:
    return [_as_header(name) for name in f.names.values()]


class Assembler:
    """Makes a submission of rows.

    :param framework: where cities, measures and codes are looked up.
    :param files: the files that the rows came from.
    """

    def __init__(self, framework: Framework, files: tuple[SubmittedFile, ...]) -> None:
        self.framework = framework
        self.meanings = Meanings(framework)
        self.files = files
        self.findings: list[Finding] = []

    def assemble(self, rows: Iterable[Row], findings: Iterable[Finding] = ()) -> Read:
        """The submission that the rows make up.

        :param findings: what was found while the rows were read.
        """
        self.findings = list(findings)
        found: dict[str, list[Row]] = {name: [] for name in BY_NAME}
        for row in rows:
            found[row.kind].append(row)
        head = self._head(found["submission"])
        language = str(head.get("language") or "en")
        source_keys = {" ".join(row.values["key"].text.split()) for row in found["source"] if "key" in row.values}
        for kind in ("source", "document"):
            self._repeated_keys(found[kind])
        parts: dict[str, list[Record]] = {}
        for kind, attribute in PARTS.items():
            parts[attribute] = [
                record
                for row in found[kind]
                if (record := self._record(BY_NAME[kind], row, language, source_keys)) is not None
            ]
        if not source_keys:
            self._name_each_source_once()
        if not {"city", "year", "edition"} <= head.keys():
            return Read(None, self.findings)
        submission = Submission(
            **{"submitter": "", **head},  # type: ignore[arg-type]  # the fields' kinds give the types
            **{attribute: tuple(in_order(records)) for attribute, records in parts.items()},  # type: ignore[arg-type]
            files=self.files,
        )
        return Read(submission, self.findings)

    def _head(self, rows: list[Row]) -> dict[str, object]:
        if not rows and any(finding.rule == "SubmissionRowMissing" for finding in self.findings):
            return {}
        if not rows:
            file = self.files[0].name if self.files else ""
            self.findings.append(
                Finding(
                    "SubmissionRowMissing",
                    Place(file),
                    "",
                    Text("No row says which city submits for which year."),
                    Text("Add a row of the kind “submission” with city, year, edition and submitter."),
                )
            )
            return {}
        for row in rows[1:]:
            self.findings.append(
                Finding(
                    "SubmissionRowRepeated",
                    row.place.of(),
                    "",
                    Text("It is said a second time which city submits for which year."),
                    Text("Hand in one file for each city and year."),
                )
            )
        stated = rows[0].values.get("language")
        try:
            language = values.language(stated.text) if stated is not None and stated.text.strip() else "en"
        except Unreadable:
            language = "en"  # what is wrong with it is found among the values
        return self._values(SUBMISSION, rows[0], language, set()) | {"place": rows[0].place}

    def _repeated_keys(self, rows: list[Row]) -> None:
        seen: dict[str, Row] = {}
        for row in rows:
            value = row.values.get("key")
            key = " ".join(value.text.split()) if value is not None else ""
            if key and seen.setdefault(key, row) is not row:
                first = seen[key].place.of("key")
                self.findings.append(
                    Finding(
                        "KeyRepeated",
                        row.place.of("key"),
                        key,
                        Text("The key “{found}” stands twice; the other is in {place}.", found=key, place=first.text()),
                        Text("Give each a key of its own, or delete one of them."),
                    )
                )

    def _name_each_source_once(self) -> None:
        """Where no source is described at all, says so of each key that is used, and not of each figure."""
        named: set[str] = set()
        findings, self.findings = self.findings, []
        for finding in findings:
            if finding.rule != "UnknownSource" or finding.found not in named:
                self.findings.append(finding)
            if finding.rule == "UnknownSource":
                named.add(finding.found)

    def _record(self, record_type: RecordType, row: Row, language: str, source_keys: set[str]) -> Record | None:
        before = len(self.findings)
        found = self._values(record_type, row, language, source_keys)
        if any(not finding.warning for finding in self.findings[before:]):
            return None
        for f in record_type.fields:
            if f.kind is Kind.CODE and f.default and f.name not in found:
                found[f.name] = self.framework.codes(f.codes).code(f.default).iri
        if "unit" in {f.name for f in record_type.fields} and "unit" not in found:
            found["unit"] = self.framework.measures[str(found["measure"])].unit
        if record_type.name == "observation":
            found["stated_as"] = row.values["value"].text.strip()
        return RECORDS[record_type.name](**found, place=row.place)

    def _values(self, record_type: RecordType, row: Row, language: str, source_keys: set[str]) -> dict[str, object]:
        found: dict[str, object] = {}
        about = ""
        for f in record_type.fields:
            if f.kind is Kind.TEXTS:
                texts = dict(self._texts(f, row, language))
                if texts:
                    found[f.name] = texts
                elif f.required:
                    self._missing(f, row, about)
                continue
            value = row.values.get(f.name)
            if value is None or (value.trouble is None and not value.text.strip()):
                if f.required:
                    self._missing(f, row, about)
                continue
            try:
                if value.trouble is not None:
                    raise value.trouble
                found[f.name] = self._read(f, value, source_keys)
            except Unreadable as trouble:
                self._finding(trouble, row.place.of(f.name), value.text, about)
            if f.name == "measure":
                about = str(found.get("measure", ""))
        return found

    def _texts(self, f: Field, row: Row, language: str) -> Iterator[tuple[str, str]]:
        for column, value in row.values.items():
            if column == f.name or column.startswith(f.name + "_"):
                if value.trouble is not None:
                    self._finding(value.trouble, row.place.of(column), value.text, "")
                elif value.text.strip():
                    try:
                        yield column[len(f.name) + 1 :] or language, values.words(value.text)
                    except Unreadable as trouble:
                        self._finding(trouble, row.place.of(column), value.text, "")

    def _read(self, f: Field, value: Value, source_keys: set[str]) -> object:
        text, meanings = value.text, self.meanings
        match f.kind:
            case Kind.NUMBER:
                return self._number(value)
            case Kind.COUNT:
                return values.count(text)
            case Kind.YEAR:
                return values.year(text)
            case Kind.DATE:
                return values.day(value.content if value.content is not None else text)
            case Kind.LINK:
                return values.link(text)
            case Kind.LANGUAGE:
                return values.language(text)
            case Kind.CITY:
                return meanings.city(text)
            case Kind.EDITION:
                return meanings.edition(text)
            case Kind.MEASURE:
                return meanings.measure(text)
            case Kind.UNIT:
                return meanings.unit(text)
            case Kind.CODE:
                return meanings.code(f.codes, text)
            case Kind.ACTIONS:
                return tuple(
                    sorted({meanings.action(part) for part in _parts(text)}, key=lambda a: natural(local_name(a)))
                )
            case Kind.SOURCES:
                return tuple(sorted({self._source(part, source_keys) for part in _parts(text)}))
            case Kind.KEY:
                return values.key(text)
            case _:
                return values.words(text)

    @staticmethod
    def _number(value: Value) -> Decimal:
        if isinstance(value.content, bool):
            raise Unreadable(
                "NotAFigure",
                Text("“{found}” is not a number.", found=value.text),
                Text("Write digits with a point as decimal mark, such as 12.5."),
            )
        if isinstance(value.content, int):
            return values.finite(Decimal(value.content))
        if isinstance(value.content, float):
            return values.finite(values.from_float(value.content))
        return values.number(value.text)

    @staticmethod
    def _source(text: str, known: set[str]) -> str:
        key = " ".join(text.split())
        if key in known:
            return key
        from difflib import get_close_matches

        near = get_close_matches(key, known, n=2)
        raise Unreadable(
            "UnknownSource",
            Text("“{found}” is not the key of a source of this submission.", found=values.shorten(key)),
            Text("Did you mean {near}?", near=near) if near else Text("Add a row for it to the sources."),
        )

    def _missing(self, f: Field, row: Row, about: str) -> None:
        trouble = Unreadable(
            "ValueMissing",
            Text("“{field}” is empty.", field=f.names),
            Text("Fill in {about}.", about=f.about),
        )
        self._finding(trouble, row.place.of(f.name), "", about)

    def _finding(self, trouble: Unreadable, place: Place, found: str, about: str) -> None:
        self.findings.append(
            Finding(trouble.rule, place, values.shorten(found), trouble.message, trouble.remedy, about)
        )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；]", text) if part.strip()]


def in_order(records: Iterable[Record]) -> list[Record]:
    """Records in an order that does not depend on where they stood."""

    def key(record: Record) -> tuple[object, ...]:
        if isinstance(record, Cell):
            return (natural(local_name(record.measure)), record.period, record.codes, str(getattr(record, "value", "")))
        return (getattr(record, "key", ""),)

    return sorted(records, key=key)
