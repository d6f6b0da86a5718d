"""How a statistical table of somebody else becomes submissions: a mapping, written in YAML.

``docs/mappings.md`` is the guide for those who write one.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from lcgraph.errors import MappingError
from lcgraph.framework.framework import Framework
from lcgraph.language import Text
from lcgraph.reading import values
from lcgraph.reading.fields import SOURCE, Kind
from lcgraph.reading.findings import Unreadable
from lcgraph.reading.submission import Source
from lcgraph.reading.values import Meanings

MAX_BYTES = 1_000_000


def _texts(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


def _strings(value: object) -> object:
    """YAML reads 2010 as a number and 0180 as text; a cell of a table is always text."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _list(value: object) -> object:
    return [_strings(v) for v in value] if isinstance(value, list) else [_strings(value)]


Texts = Annotated[dict[str, str], BeforeValidator(_texts)]
String = Annotated[str, BeforeValidator(_strings)]
Strings = Annotated[list[str], BeforeValidator(_list)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
    """A column of the table.

    :ivar column: its header.
    :ivar values: what stands in it to what it means; without it what stands there is looked up.
    """

    column: str
    values: dict[String, String] = Field(default_factory=dict)


class Table(_Part):
    """How the table is written.

    :ivar delimiter: between cells; found out from the header if not given.
    :ivar decimal: the decimal mark of figures.
    :ivar missing: texts that mean that there is no figure.
    """

    delimiter: str | None = None
    decimal: str = Field(default=".", pattern=r"^[.,]$")
    missing: Strings = Field(default_factory=lambda: [""])


class Columns(_Part):
    """Which column says what of every row."""

    city: Column
    period: Column
    value: Column | None = None
    sex: Column | None = None
    household_income: Column | None = None
    sector: Column | None = None
    education_level: Column | None = None
    setting: Column | None = None
    status: Column | None = None


class Conversion(_Part):
    """How the figure of the table becomes the figure of the measure.

    :ivar multiply: factor.
    :ivar note: what is done, for people.
    """

    multiply: Annotated[Decimal, BeforeValidator(lambda v: str(v) if isinstance(v, float) else v)]
    note: Texts


class Series(_Part):
    """Rows (or a column) that are figures of a measure.

    :ivar when: column to the texts that it has in these rows; empty means every row.
    :ivar value: the column with the figure, where each series has one of its own.
    :ivar years: the only years that are taken, if not all.
    :ivar fixed: splitting property to code, where the series is about one group only.
    """

    when: dict[str, Strings] = Field(default_factory=dict)
    value: Column | None = None
    measure: String
    source: String
    match: str = "exact"
    note: Texts = Field(default_factory=dict)
    convert: Conversion | None = None
    years: list[int] = Field(default_factory=list)
    fixed: dict[str, String] = Field(default_factory=dict)


class LeftOut(_Part):
    """Rows, or a column, that no measure takes, and why."""

    when: dict[str, Strings] = Field(default_factory=dict)
    column: str = ""
    reason: Texts

    @model_validator(mode="after")
    def _one_of_the_two(self) -> LeftOut:
        if bool(self.when) == bool(self.column):
            raise ValueError("give either “when” or “column”")
        return self


class MappingFile(_Part):
    """The whole mapping."""

    title: Texts
    edition: String
    submitter: str
    language: str = "en"
    note: Texts = Field(default_factory=dict)
    table: Table = Field(default_factory=Table)
    columns: Columns
    sources: dict[String, dict[str, Any]]
    series: Annotated[list[Series], Field(min_length=1)]
    left_out: list[LeftOut] = Field(default_factory=list)
    ignore_columns: list[str] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping whose measures, codes and sources are known to exist.

    :ivar file: what the file says.
    :ivar name: name of the file.
    :ivar edition: IRI of the edition.
    :ivar measures: IRI of the measure of each series.
    :ivar matches: IRI of the definition match of each series.
    :ivar fixed: for each series, field of a split to IRI of its code.
    :ivar sources: key to source.
    """

    file: MappingFile
    name: str
    edition: str
    measures: tuple[str, ...]
    matches: tuple[str, ...]
    fixed: tuple[MappingABC[str, str], ...]
    sources: MappingABC[str, Source]


SPLITS = {
    "sex": "sex",
    "household_income": "household-income",
    "sector": "sector",
    "education_level": "education-level",
    "setting": "setting",
}
"""Field of a split to the name of its code list."""


class _Loader(yaml.SafeLoader):
    """YAML without what makes it dangerous or ambiguous: no aliases, no repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(None, None, "aliases are not allowed", self.get_mark())
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            name = self.construct_object(key, deep=True)
            if name in seen:
                raise yaml.MarkedYAMLError(None, None, f"the key {name!r} stands twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def load_yaml(name: str, data: bytes) -> object:
    """The content of a YAML file.

    :raises MappingError: if it is not YAML, with the line.
    """
    if len(data) > MAX_BYTES:
        raise MappingError(Text("The mapping {file} is larger than {limit} MB.", file=name, limit=1), where=name)
    try:
        text = data.decode("utf-8-sig")
        return yaml.load(text, _Loader)  # noqa: S506 - a subclass of SafeLoader
    except UnicodeDecodeError as error:
        raise MappingError(
            Text("The mapping {file} is not in UTF-8.", file=name),
            where=name,
            remedy=Text("Save it in UTF-8 and hand it in again."),
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise MappingError(
            Text(
                "The mapping {file} is not YAML: {error}.",
                file=name,
                error=getattr(error, "problem", None) or str(error),
            ),
            where=Text("{file}, line {line}", file=name, line=mark.line + 1) if mark else name,
            remedy=Text("Mend the place that is named. Texts with a colon or quotes in them go in double quotes."),
        ) from error
    except RecursionError as error:
        raise MappingError(Text("The mapping {file} is nested too deeply.", file=name), where=name) from error


def load(name: str, data: bytes, framework: Framework) -> Mapping:
    """A mapping from its file.

    :raises MappingError: if it is not YAML, lacks something, or names a measure, code or source
        that does not exist; says where.
    """
    content = load_yaml(name, data)
    if not isinstance(content, dict):
        raise MappingError(
            Text("The mapping {file} is empty or not a mapping of keys to values.", file=name),
            where=name,
            remedy=Text("See docs/mappings.md."),
        )
    try:
        file = MappingFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "-"
        raise MappingError(
            Text("The mapping {file} is wrong at {where}: {error}.", file=name, where=where, error=first["msg"]),
            where=Text("{file}, {where}", file=name, where=where),
            remedy=Text("See docs/mappings.md for what belongs there."),
        ) from error
    return _Resolver(name, file, framework).resolve()


class _Resolver:
    def __init__(self, name: str, file: MappingFile, framework: Framework) -> None:
        self.name = name
        self.file = file
        self.meanings = Meanings(framework)

    def resolve(self) -> Mapping:
        file, meanings = self.file, self.meanings
        sources = {key: self._source(key, said) for key, said in file.sources.items()}
        for i, series in enumerate(file.series):
            if series.source not in sources:
                raise self._wrong(
                    f"series.{i}.source",
                    Unreadable(
                        "UnknownSource",
                        Text("“{found}” is not the key of a source of this mapping.", found=series.source),
                        Text("Write one of {codes}.", codes=list(sources)),
                    ),
                )
            if series.value is None and file.columns.value is None:
                raise self._wrong(
                    f"series.{i}.value",
                    Unreadable(
                        "ColumnMissing",
                        Text("Nothing says which column holds the figure."),
                        Text("Give “value” for the series, or for all in “columns”."),
                    ),
                )
        return Mapping(
            file,
            self.name,
            self._known("edition", lambda: meanings.edition(file.edition)),
            tuple(
                self._known(f"series.{i}.measure", lambda s=s: meanings.measure(s.measure))
                for i, s in enumerate(file.series)
            ),
            tuple(
                self._known(f"series.{i}.match", lambda s=s: meanings.code("definition-match", s.match))
                for i, s in enumerate(file.series)
            ),
            tuple(self._fixed(i, s) for i, s in enumerate(file.series)),
            sources,
        )

    def _fixed(self, index: int, series: Series) -> dict[str, str]:
        fixed = {}
        for split, code in series.fixed.items():
            where = f"series.{index}.fixed.{split}"
            if split not in SPLITS:
                raise self._wrong(
                    where,
                    Unreadable(
                        "UnknownColumn",
                        Text("“{found}” is not something that figures are split by.", found=split),
                        Text("Write one of {codes}.", codes=list(SPLITS)),
                    ),
                )
            fixed[split] = self._known(where, lambda split=split, code=code: self.meanings.code(SPLITS[split], code))
        return fixed

    def _source(self, key: str, said: MappingABC[str, Any]) -> Source:
        found: dict[str, Any] = {"key": key}
        for name, value in said.items():
            where = f"sources.{key}.{name}"
            try:
                field = SOURCE.field(name)
            except KeyError as error:
                raise self._wrong(
                    where,
                    Unreadable(
                        "UnknownColumn",
                        Text("“{found}” is not a field of a source.", found=name),
                        Text("Write one of {codes}.", codes=[f.name for f in SOURCE.fields if f.kind is not Kind.KEY]),
                    ),
                ) from error
            found[name] = self._known(
                where, lambda field=field, value=value: self._source_value(field.kind, field.codes, value)
            )
        for field in SOURCE.fields:
            if field.required and field.name not in found:
                raise self._wrong(
                    f"sources.{key}",
                    Unreadable(
                        "ValueMissing",
                        Text("“{field}” is empty.", field=field.names),
                        Text("Fill in {about}.", about=field.about),
                    ),
                )
        return Source(**found)

    def _source_value(self, kind: Kind, codes: str, value: Any) -> object:
        match kind:
            case Kind.CODE:
                return self.meanings.code(codes, str(value))
            case Kind.TEXTS:
                return {"en": value} if isinstance(value, str) else {str(k): str(v) for k, v in dict(value).items()}
            case Kind.DATE:
                return values.day(value)
            case Kind.LINK:
                return values.link(str(value))
            case Kind.COUNT:
                return values.count(str(value))
            case _:
                return str(value)

    def _known(self, where: str, look_up: Any) -> Any:
        try:
            return look_up()
        except Unreadable as trouble:
            raise self._wrong(where, trouble) from trouble

    def _wrong(self, where: str, trouble: Unreadable) -> MappingError:
        return MappingError(
            trouble.message, where=Text("{file}, {where}", file=self.name, where=where), remedy=trouble.remedy
        )
