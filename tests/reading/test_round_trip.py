"""What is written in any format is read again without loss, and each value is where its place says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from submission_strategies import submissions

from lcgraph.framework.framework import Framework
from lcgraph.framework.framework import framework as framework_of
from lcgraph.reading import as_rdf, as_table, values
from lcgraph.reading.fields import RECORD_TYPES
from lcgraph.reading.reader import read
from lcgraph.reading.submission import (
    PARTS,
    Observation,
    Submission,
    Target,
)
from lcgraph.reading.terms import digits

Write = Callable[[Submission, Framework], bytes]

FORMATS: dict[str, tuple[str, Write]] = {
    **{
        kind: (f"file.{kind}", lambda s, f, kind=kind: as_rdf.to_rdf(s, f, kind))  # type: ignore[misc]
        for kind in as_rdf.FORMATS
    },
    "csv": ("file.csv", lambda s, f: as_table.to_csv(s, f).encode()),
    "xlsx": ("file.xlsx", lambda s, f: as_table.to_workbook(s, f, "en")),
    "xlsx-zh": ("file.xlsx", lambda s, f: as_table.to_workbook(s, f, "zh")),
}

every_format = pytest.mark.parametrize("name", FORMATS)


@every_format
def test_lumenport_comes_back_whole(name: str, lumenport: Submission, lumenport_framework: Framework) -> None:
    file, write = FORMATS[name]
    reading = read(file, write(lumenport, lumenport_framework), lumenport_framework)
    assert reading.findings == []
    assert reading.losses == {}
    assert reading.submission == lumenport


@every_format
def test_lumenport_is_written_the_same_each_time(
    name: str, lumenport: Submission, lumenport_framework: Framework
) -> None:
    _, write = FORMATS[name]
    assert write(lumenport, lumenport_framework) == write(lumenport, lumenport_framework)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(submissions())
def test_any_submission_comes_back_whole_from_every_format(submission: Submission) -> None:
    framework = framework_of()
    for name, (file, write) in FORMATS.items():
        reading = read(file, write(submission, framework), framework)
        assert reading.findings == [], name
        assert reading.losses == {}, name
        assert reading.submission == submission, name


# every value at its place


def test_every_cell_of_the_workbook_holds_the_value_that_is_said_to_be_there(
    lumenport: Submission, lumenport_framework: Framework
) -> None:
    data = as_table.to_workbook(lumenport, lumenport_framework, "zh")
    book = openpyxl.load_workbook(io.BytesIO(data))
    reading = read("lumenport.xlsx", data, lumenport_framework)
    assert reading.submission is not None
    for observation in reading.submission.observations:
        place = observation.place.of("value")
        assert place.file == "lumenport.xlsx"
        assert place.sheet == "观测值"
        assert place.cell is not None
        assert place.line is None
        assert values.from_float(float(book[place.sheet][place.cell].value)) == observation.value
        at = observation.place.of("measure")
        assert at.sheet is not None
        assert at.cell is not None
        assert book[at.sheet][at.cell].value == lumenport_framework.measures[observation.measure].code


def test_every_line_of_csv_holds_the_value_that_is_said_to_be_there(framework: Framework, small: str) -> None:
    text = small.replace("Labour force survey", '"Labour\nforce\r\n""survey"""').replace(
        "gap,", "\n\n;,,\n".replace(";", "") + "gap,"
    )
    reading = read("cork.csv", text.encode(), framework)
    assert reading.submission is not None
    lines = io.StringIO(text, newline="").readlines()
    header = next(csv.reader([lines[0]]))
    for kind, attribute in PARTS.items():
        for record in getattr(reading.submission, attribute):
            place = record.place.of("")
            assert place.line is not None
            assert lines[place.line - 1].startswith(f"{kind},"), place
    for observation in reading.submission.observations:
        place = observation.place.of("value")
        assert place.line is not None
        assert place.cell == "value"
        row = next(csv.reader([lines[place.line - 1]]))
        assert Decimal(row[header.index(place.cell)]) == observation.value
    assert reading.submission.sources[0].title["en"] == 'Labour\nforce\n"survey"'


@pytest.mark.parametrize("kind", as_rdf.FORMATS)
def test_every_line_of_rdf_holds_the_value_that_is_said_to_be_there(
    kind: str, lumenport: Submission, lumenport_framework: Framework
) -> None:
    data = as_rdf.to_rdf(lumenport, lumenport_framework, kind)
    lines = data.decode().splitlines()
    reading = read(f"lumenport.{kind}", data, lumenport_framework)
    assert reading.submission is not None
    records: list[Observation | Target] = [*reading.submission.observations, *reading.submission.targets]
    for record in records:
        place = record.place.of("value")
        assert place.line is not None
        near = " ".join(lines[place.line - 1 : place.line + 3 * (kind == "jsonld")])  # indented JSON has a line more
        assert re.search(rf"(?<![\d.]){re.escape(digits(record.value))}(?![\d.]*\d)", near), (place, near)
    for source in reading.submission.sources:
        place = source.place.of("publisher")
        if source.publisher:
            assert place.line is not None
            assert source.publisher in " ".join(lines[place.line - 1 : place.line + 2])


HAND_WRITTEN = """\
@prefix lc: <https://w3id.org/lcgraph/ontology#> .   # a prefix. with a point
PREFIX sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#>
@base <https://submission.invalid/file> .

<> a lc:Submission ;
   <http://www.w3.org/2004/02/skos/core#note> \"\"\"A text.
<#o> lc:unit "not the observation" .
\"\"\"@en .

<#o>
   a lc:Observation ; # lc:note
   lc:wasNot "sdmx-measure:obsValue 4 ." ;
   sdmx-measure:obsValue
       11.5 .

[ a lc:Observation ; sdmx-measure:obsValue 3 ] .
_:b a lc:Observation ; sdmx-measure:obsValue 4 .
"""


def test_lines_of_turtle_written_by_hand_are_found_past_comments_and_texts(framework: Framework) -> None:
    reading = read("hand.ttl", HAND_WRITTEN.encode(), framework)
    assert reading.stated is not None
    value = "http://purl.org/linked-data/sdmx/2009/measure#obsValue"
    file = "https://submission.invalid/file"
    lines = HAND_WRITTEN.splitlines()
    start, at = reading.stated.place(f"{file}#o"), reading.stated.place(f"{file}#o", value)
    assert start is not None
    assert at is not None
    assert (start.line, at.line) == (lines.index("<#o>") + 1, lines.index("   sdmx-measure:obsValue") + 1)


def test_headers_in_chinese_are_read_in_csv(framework: Framework, small: str) -> None:
    first, _, rest = small.partition("\n")
    chinese = {f.name: f.zh for t in RECORD_TYPES for f in t.fields} | {"record": "记录", "title_zh": "名称_zh"}
    # “title” and “type” go by other names in other records; the names of a source do for them all here
    chinese |= {"title": "title", "note": "备注", "period": "年份", "type": "类型"}
    header = ",".join(chinese[name] for name in first.split(","))
    reading = read("cork.csv", f"{header}\n{rest}".encode(), framework)
    assert not [finding for finding in reading.findings if not finding.warning]
    assert reading.submission is not None
    assert [str(o.value) for o in reading.submission.observations] == ["12.5", "11"]
