"""Submissions from a statistical table of somebody else, by a mapping."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from decimal import Decimal

from lcgraph.errors import MappingError, UnreadableFile
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import local_name
from lcgraph.language import Labels, Text
from lcgraph.reading import csv_file, values
from lcgraph.reading.findings import Finding, Unreadable
from lcgraph.reading.limits import Limits, check_size
from lcgraph.reading.mapping import SPLITS, Column, Mapping, Series
from lcgraph.reading.places import Place, RecordPlace
from lcgraph.reading.reader import Reading, submitted_file
from lcgraph.reading.submission import Observation, Submission, SubmittedFile
from lcgraph.reading.table import in_order
from lcgraph.reading.values import Meanings

TABLE_LIMITS = Limits(file_bytes=200 * 1024 * 1024, rows=2_000_000)
"""A statistical table may be much larger than a submission."""


@dataclass(slots=True)
class Summary:
    """What became of the rows of a table.

    :ivar rows: how many it has.
    :ivar observations: how many observations were made.
    :ivar missing: how many figures the table itself says are missing.
    :ivar other_years: how many rows are of years that their series does not take.
    :ivar left_out: for each thing that the mapping leaves out, its reason and how many rows.
    """

    rows: int = 0
    observations: int = 0
    missing: int = 0
    other_years: int = 0
    left_out: list[tuple[Labels, int]] = field(default_factory=list)


@dataclass(slots=True)
class ImportedTable:
    """A table, read by a mapping.

    :ivar readings: one for each city and year, by city and year.
    :ivar findings: what could not be taken and belongs to no submission.
    """

    readings: list[Reading]
    summary: Summary
    findings: list[Finding] = field(default_factory=list)


def read_table(
    name: str, data: bytes, mapping: Mapping, mapping_data: bytes, framework: Framework, limits: Limits = TABLE_LIMITS
) -> ImportedTable:
    """Submissions from a table.

    :param name: name of the table's file.
    :param data: its bytes; the table is CSV.
    :param mapping_data: the bytes of the mapping, which is kept beside the table.
    :raises UnreadableFile: if the table cannot be read.
    :raises FileTooLarge: if it is past a limit.
    :raises MappingError: if the mapping names a column that the table does not have, or says
        nothing about some of its rows.
    """
    check_size(name, data, limits)
    return _Importer(name, data, mapping, mapping_data, framework, limits).read()


class _Importer:
    def __init__(
        self, name: str, data: bytes, mapping: Mapping, mapping_data: bytes, framework: Framework, limits: Limits
    ) -> None:
        self.table = submitted_file(name, data)
        self.mapping_file = submitted_file(mapping.name, mapping_data)
        self.originals = {self.table.name: data, self.mapping_file.name: mapping_data}
        self.mapping = mapping
        self.framework = framework
        self.meanings = Meanings(framework)
        self.rows = csv_file.lines(self.table.name, csv_file.decode(self.table.name, data), limits)
        self.header: list[str] = []
        self.index: dict[str, int] = {}
        self.meant: dict[tuple[str, str], str | Unreadable] = {}
        self.summary = Summary()
        self.findings: list[Finding] = []
        self.found: dict[tuple[str, int], list[Observation]] = defaultdict(list)
        self.troubles: dict[tuple[str, int], list[Finding]] = defaultdict(list)

    def read(self) -> ImportedTable:
        self._read_header()
        left_out: Counter[int] = Counter()
        unknown: dict[str, int] = {}
        matched: set[int] = set()
        for line, cells in self.rows:
            if not any(cells):
                continue
            self.summary.rows += 1
            row = self._row(cells)
            if row is None:
                self.findings.append(self._ragged(line, len(cells)))
                continue
            taken = [i for i, series in enumerate(self.mapping.file.series) if _matches(series.when, row)]
            out = [i for i, left in enumerate(self.mapping.file.left_out) if left.when and _matches(left.when, row)]
            if out and not taken:
                left_out[out[0]] += 1
            elif not taken:
                unknown.setdefault(self._kind_of(row), line)
            self._each_figure_once(taken, line)
            matched.update(taken)
            for i in taken:
                self._observation(i, row, line)
        if unknown:
            raise self._says_nothing(unknown)
        for i in range(len(self.mapping.file.series)):
            if i not in matched:
                raise MappingError(
                    Text("No row of {file} is of this series.", file=self.table.name),
                    where=Text("{file}, {where}", file=self.mapping.name, where=f"series.{i}.when"),
                    remedy=Text("Look for a slip in the texts, or take the series out."),
                )
        self.summary.left_out = [
            (left.reason, self.summary.rows if left.column else left_out[i])
            for i, left in enumerate(self.mapping.file.left_out)
        ]
        return ImportedTable(list(self._readings()), self.summary, self.findings)

    def _each_figure_once(self, taken: list[int], line: int) -> None:
        """Refuses a mapping by which two series take one figure."""
        first: dict[str, int] = {}
        for i in taken:
            column = self.mapping.file.series[i].value or self.mapping.file.columns.value
            assert column is not None
            if column.column in first:
                raise MappingError(
                    Text(
                        "Two series take the same figure: line {line} of {file}, column “{column}”.",
                        line=line,
                        file=self.table.name,
                        column=column.column,
                    ),
                    where=Text(
                        "{file}, {where}",
                        file=self.mapping.name,
                        where=f"series.{first[column.column]}, series.{i}",
                    ),
                    remedy=Text("Narrow the “when” of one of them."),
                )
            first[column.column] = i

    # the table

    def _read_header(self) -> None:
        for line, cells in self.rows:
            if any(cell.strip() for cell in cells):
                self.header = [cell.strip() for cell in cells]
                repeated = [text for text, n in Counter(self.header).items() if n > 1 and text]
                if repeated:
                    raise UnreadableFile(
                        Text("The column “{found}” stands twice.", found=repeated[0]),
                        where=Place(self.table.name, line=line).text(),
                        remedy=Text("Keep one of them."),
                    )
                break
        self.index = {text: i for i, text in enumerate(self.header)}
        file = self.mapping.file
        named: dict[str, str] = {}
        for where, column in _columns_of(file.columns):
            named[column.column] = f"columns.{where}"
        for i, series in enumerate(file.series):
            for text in series.when:
                named[text] = f"series.{i}.when"
            if series.value is not None:
                named[series.value.column] = f"series.{i}.value"
        for i, left in enumerate(file.left_out):
            for text in (*left.when, *filter(None, [left.column])):
                named[text] = f"left_out.{i}"
        for text, where in named.items():
            if text not in self.index:
                raise MappingError(
                    Text("The table {file} has no column “{column}”.", file=self.table.name, column=text),
                    where=Text("{file}, {where}", file=self.mapping.name, where=where),
                    remedy=Text("Its columns are {columns}.", columns=self.header),
                )
        for text in self.header:
            if text and text not in named and text not in file.ignore_columns:
                raise MappingError(
                    Text(
                        "The mapping says nothing about the column “{column}” of {file}.",
                        column=text,
                        file=self.table.name,
                    ),
                    where=self.mapping.name,
                    remedy=Text(
                        "Map it, leave it out with a reason (left_out), or list it in “ignore_columns” if it is no figure."
                    ),
                )

    def _row(self, cells: list[str]) -> dict[str, str] | None:
        if len(cells) > len(self.header):
            return None
        return dict(zip(self.header, cells + [""] * (len(self.header) - len(cells)), strict=True))

    def _ragged(self, line: int, found: int) -> Finding:
        return Finding(
            "TooManyCells",
            Place(self.table.name, line=line),
            str(found),
            Text("The row has {found} cells; the header has {expected}.", found=found, expected=len(self.header)),
            Text("Put a text that has a delimiter in it in double quotes; write decimals with a point."),
        )

    def _kind_of(self, row: MappingABC[str, str]) -> str:
        columns = {c for s in self.mapping.file.series for c in s.when} | {
            c for left in self.mapping.file.left_out for c in left.when
        }
        return ", ".join(f"{column}={row[column]}" for column in sorted(columns))

    def _says_nothing(self, unknown: MappingABC[str, int]) -> MappingError:
        first = next(iter(unknown))
        return MappingError(
            Text.counted(
                "The mapping says nothing about rows with {kind}.",
                "The mapping says nothing about {n} kinds of rows, such as {kind}.",
                n=len(unknown),
                kind=first,
            ),
            where=Place(self.table.name, line=unknown[first]).text(),
            remedy=Text("Map them, or leave them out with a reason (left_out)."),
        )

    # an observation

    def _observation(self, i: int, row: MappingABC[str, str], line: int) -> None:
        series = self.mapping.file.series[i]
        value_column = series.value or self.mapping.file.columns.value
        assert value_column is not None
        text = row[value_column.column].strip()
        if text in self.mapping.file.table.missing:
            self.summary.missing += 1
            return
        try:
            city, year = self._city(row), values.year(row[self.mapping.file.columns.period.column])
        except Unreadable as trouble:
            column = (
                self.mapping.file.columns.city if trouble.rule == "UnknownCity" else self.mapping.file.columns.period
            )
            self.findings.append(self._finding(trouble, line, column, row))
            return
        if series.years and year not in series.years:
            self.summary.other_years += 1
            return
        codes = {split: self.framework.codes(scheme).code("total").iri for split, scheme in SPLITS.items()}
        codes.update(self.mapping.fixed[i])
        read_now = value_column
        try:
            for split, scheme in SPLITS.items():
                column = getattr(self.mapping.file.columns, split)
                if column is not None and split not in series.fixed:
                    read_now = column
                    codes[split] = self._code(scheme, column, row)
            read_now = self.mapping.file.columns.status or value_column
            status = self._status(row)
            read_now = value_column
            value = self._figure(text, series)
        except Unreadable as trouble:
            self.troubles[city, year].append(self._finding(trouble, line, read_now, row, self.mapping.measures[i]))
            return
        measure = self.framework.measures[self.mapping.measures[i]]
        self.summary.observations += 1
        self.found[city, year].append(
            Observation(
                measure=measure.iri,
                period=year,
                **codes,
                value=value,
                unit=measure.unit,
                status=status,
                match=self.mapping.matches[i],
                source=(series.source,),
                note=series.note,
                conversion=series.convert.note if series.convert else {},
                stated_as=text,
                place=RecordPlace(self.table.name, None, line, {"value": value_column.column}),
            )
        )

    def _city(self, row: MappingABC[str, str]) -> str:
        column = self.mapping.file.columns.city
        text = row[column.column]
        return self._looked_up("city", column.values.get(text, text), self.meanings.city)

    def _code(self, scheme: str, column: Column, row: MappingABC[str, str]) -> str:
        text = row[column.column].strip()
        text = column.values.get(text, text) or "total"
        return self._looked_up(scheme, text, lambda t: self.meanings.code(scheme, t))

    def _status(self, row: MappingABC[str, str]) -> str:
        column = self.mapping.file.columns.status
        text = (
            "normal"
            if column is None
            else column.values.get(row[column.column].strip(), row[column.column]) or "normal"
        )
        return self._looked_up("status", text, lambda t: self.meanings.code("observation-status", t))

    def _looked_up(self, what: str, text: str, look_up: object) -> str:
        """A table repeats the same few texts ten thousand times; each is looked up once."""
        if (what, text) not in self.meant:
            try:
                assert callable(look_up)
                self.meant[what, text] = look_up(text)
            except Unreadable as trouble:
                self.meant[what, text] = trouble
        meant = self.meant[what, text]
        if isinstance(meant, Unreadable):
            raise meant
        return meant

    def _figure(self, text: str, series: Series) -> Decimal:
        if self.mapping.file.table.decimal == ",":
            text = text.replace(",", ".")
        value = values.number(text)
        return value * series.convert.multiply if series.convert else value

    def _finding(
        self, trouble: Unreadable, line: int, column: Column, row: MappingABC[str, str], about: str = ""
    ) -> Finding:
        return Finding(
            trouble.rule,
            Place(self.table.name, cell=column.column, line=line),
            values.shorten(row[column.column]),
            trouble.message,
            trouble.remedy,
            about,
        )

    # the submissions

    def _readings(self) -> Iterator[Reading]:
        file = self.mapping.file
        files: tuple[SubmittedFile, ...] = (self.table, self.mapping_file)
        for city, year in sorted(self.found.keys() | self.troubles.keys(), key=lambda k: (local_name(k[0]), k[1])):
            observations = self.found[city, year]
            used = {key for observation in observations for key in observation.source}
            submission = Submission(
                city=city,
                year=year,
                edition=self.mapping.edition,
                submitter=file.submitter,
                language=file.language,
                title=file.title,
                note=file.note,
                sources=tuple(source for key, source in sorted(self.mapping.sources.items()) if key in used),
                observations=tuple(in_order(observations)),  # type: ignore[arg-type]  # observations in, observations out
                files=files,
                place=RecordPlace(self.table.name),
            )
            yield Reading(files, self.originals, submission, self.troubles[city, year])


def _matches(when: MappingABC[str, list[str]], row: MappingABC[str, str]) -> bool:
    return all(row[column] in texts for column, texts in when.items())


def _columns_of(columns: object) -> Iterator[tuple[str, Column]]:
    for name in type(columns).model_fields:  # type: ignore[attr-defined]  # a pydantic model
        column = getattr(columns, name)
        if column is not None:
            yield name, column
