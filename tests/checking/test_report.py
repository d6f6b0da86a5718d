"""The report: what is documented, nothing less and nothing more, in every form and language."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pyoxigraph as ox
import pytest
from shape_examples import EXAMPLES, NAMES, Example, valid_submission
from support import NOW, ROOT, SMALL

from lcgraph.checking.check import Checker
from lcgraph.checking.formats import REPORT_FORMATS, render
from lcgraph.checking.report import Report
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, LCS, RDF, SH
from lcgraph.reading.fields import RECORD_TYPES
from lcgraph.reading.reader import MEDIA_TYPES, Reading, read

TODAY = NOW.date()
SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
OF_SUBMISSIONS = [example for example in EXAMPLES if not example.of_city]
THEIR_NAMES = [name for name, example in zip(NAMES, EXAMPLES, strict=True) if not example.of_city]

BROKEN = (
    ("12.5,%", "12,5 %,%"),
    ("gap,,,,,,,,,,1.2.2-a,2016", "gap,,,,,,,,,,9.9.9-z,2016"),
    ("2020,,8", "2020,,800"),
    (",exact,lfs", ",exact,hearsay"),
    ("strategy,strategy", "strategy,poem"),
)


def report_on(graph: set[ox.Triple], framework: Framework) -> Report:
    text = "".join(sorted(f"{triple} .\n" for triple in graph))
    return Checker(framework).check(read("cork.nt", text.encode(), framework), TODAY)


def errors(value: object, schema: dict[str, Any], where: str = "$") -> list[str]:
    """Where a JSON value departs from a schema; knows the words that this schema uses, and no others."""
    assert set(schema) <= {
        "$schema", "title", "description", "type", "required", "additionalProperties", "properties", "enum",
        "items", "minimum", "minLength",
    }  # fmt: skip
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    wanted = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if not any(type(value) is kinds[kind] for kind in wanted):
        return [f"{where}: {value!r} is not {wanted}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, int) and value < schema.get("minimum", value):
        found.append(f"{where}: {value} is too small")
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        found.append(f"{where}: is empty")
    if isinstance(value, dict):
        known = schema["properties"]
        found += [f"{where}: no {key}" for key in schema["required"] if key not in value]
        found += [f"{where}: unknown {key}" for key in value if key not in known]
        for key in value.keys() & known.keys():
            found += errors(value[key], known[key], f"{where}.{key}")
    if isinstance(value, list):
        for n, item in enumerate(value):
            found += errors(item, schema["items"], f"{where}[{n}]")
    return found


@pytest.fixture
def broken(read_small: Callable[..., Reading], framework: Framework) -> Report:
    return Checker(framework).check(read_small(*BROKEN), TODAY)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("example", OF_SUBMISSIONS, ids=THEIR_NAMES)
def test_json_is_as_documented(example: Example, language: str, framework: Framework) -> None:
    told = json.loads(report_on(example.data(), framework).json(language))
    assert errors(told, SCHEMA) == []
    assert told["results"]
    shapes = {result["shape"].removeprefix(LCS) for result in told["results"]}
    assert example.shape in shapes


@pytest.mark.parametrize("language", ["en", "zh"])
def test_json_of_what_a_reader_found_is_as_documented(broken: Report, language: str) -> None:
    told = broken.as_json(language)
    assert errors(told, SCHEMA) == []
    assert told["violations"] == len([r for r in broken.results if r.severity == "violation"]) > 3


def test_json_of_a_file_without_a_submission_is_as_documented(framework: Framework) -> None:
    reading = read("empty.csv", b"record,city,year\nsource,,\n", framework)
    told = Checker(framework).check(reading, TODAY).as_json("en")
    assert errors(told, SCHEMA) == []
    assert (told["conforms"], told["submission"]) == (False, None)


def test_the_schema_refuses_what_is_not_documented(broken: Report) -> None:
    told: Any = broken.as_json("en")
    del told["results"][0]["remedy"]
    told["results"][1]["severity"] = "fatal"
    told["score"] = 7
    assert len(errors(told, SCHEMA)) == 3


# as RDF


def statements(report: Report) -> dict[str, dict[str, list[str]]]:
    said: dict[str, dict[str, list[str]]] = {}
    for quad in ox.parse(report.ntriples(), ox.RdfFormat.N_TRIPLES):
        said.setdefault(str(quad.subject), {}).setdefault(quad.predicate.value, []).append(str(quad.object))
    return said


def assert_is_a_shacl_report(report: Report) -> None:
    """SHACL 3.6: one report; each of its results has exactly one of what it must have one of."""
    said = statements(report)
    (root,) = [node for node, p in said.items() if f"<{SH}ValidationReport>" in p.get(RDF + "type", [])]
    assert len(said[root][SH + "conforms"]) == 1
    assert ("true" in said[root][SH + "conforms"][0]) == (not report.results)
    results = said[root].get(SH + "result", [])
    assert len(results) == len(report.results)
    for node in results:
        result = said[node]
        assert result[RDF + "type"] == [f"<{SH}ValidationResult>"]
        for once in ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape"):
            assert len(result[SH + once]) == 1, (once, result)
        assert len(result.get(SH + "resultPath", [])) <= 1
        assert len(result.get(SH + "value", [])) <= 1
        assert {message[-3:] for message in result[SH + "resultMessage"]} == {"@en", "@zh"} or all(
            message.endswith(("@en", "@zh")) for message in result[SH + "resultMessage"]
        )
        assert len(result[SH + "resultMessage"]) == 2
        assert len(result[LCS + "remedy"]) == 2
        assert len(result[LCS + "file"]) == 1
        for path in result.get(SH + "resultPath", []):
            assert_is_a_path(path, said)


def assert_is_a_path(node: str, said: dict[str, dict[str, list[str]]]) -> None:
    """SHACL 2.3.1, as far as our shapes go: a property, an inverse, or a list of two or more paths."""
    parts = said.get(node)
    if parts is None:
        assert node.startswith("<")
        return
    if SH + "inversePath" in parts:
        assert len(parts) == len(parts[SH + "inversePath"]) == 1
        return
    steps = 0
    while node != f"<{RDF}nil>":
        assert_is_a_path(said[node][RDF + "first"][0], said)
        (node,) = said[node][RDF + "rest"]
        steps += 1
    assert steps > 1


@pytest.mark.parametrize("example", OF_SUBMISSIONS, ids=THEIR_NAMES)
def test_rdf_is_a_shacl_report(example: Example, framework: Framework) -> None:
    assert_is_a_shacl_report(report_on(example.data(), framework))


def test_rdf_of_what_a_reader_found_is_a_shacl_report(broken: Report, framework: Framework) -> None:
    assert_is_a_shacl_report(broken)
    nothing = read("empty.csv", b"record,city,year\nsource,,\n", framework)
    assert_is_a_shacl_report(Checker(framework).check(nothing, TODAY))
    assert_is_a_shacl_report(report_on(valid_submission(), framework))


def test_a_path_of_two_steps_is_told_whole(framework: Framework) -> None:
    example = next(e for e in EXAMPLES if e.shape == "Source-type" and e.also)
    text = report_on(example.data(), framework).ntriples()
    assert f"<{RDF}first> <{LC}dataSourceType>" in text


def test_turtle_and_ntriples_say_the_same(broken: Report) -> None:
    turtle = ox.parse(render(broken, "text/turtle", "en"), ox.RdfFormat.TURTLE)
    ntriples = ox.parse(broken.ntriples(), ox.RdfFormat.N_TRIPLES)
    assert {str(quad) for quad in turtle} == {str(quad) for quad in ntriples}


@pytest.mark.parametrize("media_type", [name for name in REPORT_FORMATS if name != MEDIA_TYPES["xlsx"]])
def test_the_same_file_gives_the_same_report_byte_for_byte(
    media_type: str, read_small: Callable[..., Reading], framework: Framework
) -> None:
    first, second = (render(Checker(framework).check(read_small(*BROKEN), TODAY), media_type, "zh") for _ in range(2))
    assert first == second


def test_a_check_depends_on_the_day_that_it_is_given(read_small: Callable[..., Reading], framework: Framework) -> None:
    reading = read_small(("submission,ie-cork,2016", "submission,ie-cork,2030"))
    checker = Checker(framework)
    found = [r.shape for r in checker.check(reading, date(2029, 12, 31)).results]
    assert LCS + "YearNotInTheFuture" in found
    assert checker.check(reading, date(2030, 1, 1)).conforms


# as CSV and text


def test_csv_has_a_row_for_each_result(broken: Report) -> None:
    header, *rows = csv.reader(io.StringIO(render(broken, "text/csv", "en").decode(), newline=""))
    assert header == (
        ["severity", "file", "sheet", "cell", "line", "value", "message", "expected", "remedy", "why", "shape", "about"]
    )
    assert [row[0] for row in rows] == [result.severity for result in broken.results]
    assert all(row[6] and row[8] for row in rows)


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "＝1+1"])
def test_csv_holds_no_formula_of_the_file(
    formula: str, read_small: Callable[..., Reading], framework: Framework
) -> None:
    report = Checker(framework).check(read_small((",female,12.5", f",female,{formula}")), TODAY)
    _, *rows = csv.reader(io.StringIO(render(report, "text/csv", "en").decode(), newline=""))
    assert f"'{formula}" in {row[5] for row in rows}
    assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for row in rows for cell in row)


def test_csv_leaves_a_negative_number_as_it_is(read_small: Callable[..., Reading], framework: Framework) -> None:
    report = Checker(framework).check(read_small((",female,12.5", ",female,-5")), TODAY)
    _, *rows = csv.reader(io.StringIO(render(report, "text/csv", "en").decode(), newline=""))
    assert rows[0][5] == "-5"


def test_text_names_severity_place_value_message_and_remedy_of_each_result(broken: Report) -> None:
    text = render(broken, "text/plain", "en").decode()
    for result in broken.results:
        for part in (result.place.text().to("en"), result.value, result.message["en"], result.remedy["en"]):
            assert part in text
    assert text.startswith("cork.csv does not conform: ")


def test_text_does_not_move_the_cursor(read_small: Callable[..., Reading], framework: Framework) -> None:
    report = Checker(framework).check(read_small((",female,12.5", ",female,\x1b[2J9")), TODAY)
    text = render(report, "text/plain", "en").decode()
    assert "␛[2J9" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)


# in Chinese

NAMES_AND_CODES = re.compile(
    r"https?://\S+|rdf:\w+|\b\d[\w.\-]*|lc:\w+|qb:\w+|sdmx-dimension:\w+|xsd:\w+|[\w-]+/[\w.\-]+|\b(GDP|CO2|IRI|ISO|USB)\b"
    r"|\bie-[a-z]+\b|\b(en|zh|rdf)\b"
)
"""What stands in Chinese sentences in Latin letters: addresses, codes, terms of vocabularies, abbreviations."""


def english_in(report: Report, framework: Framework) -> set[str]:
    """The Latin words of the Chinese sentences that are none of the above, no code and no value of the file."""
    lists = {f.codes for record_type in RECORD_TYPES for f in record_type.fields if f.codes}
    codes = lists | {code.code for name in lists for code in framework.codes(name)}
    found = set()
    for result in report.results:
        told = (result.message, result.expected, result.remedy, result.why)
        for text in (*(labels["zh"] for labels in told if labels), result.place.text().to("zh")):
            rest = text.replace(result.place.file, "")
            for code in sorted(codes, key=len, reverse=True):
                rest = rest.replace(code, "")
            for said in (result.value, result.place.sheet or "", result.place.cell or ""):
                rest = rest.replace(said, "") if said else rest
            found |= set(re.findall(r"[A-Za-z]{2,}", NAMES_AND_CODES.sub("", rest)))
    return found


@pytest.mark.parametrize("example", OF_SUBMISSIONS, ids=THEIR_NAMES)
def test_no_english_is_left_in_a_chinese_report(example: Example, framework: Framework) -> None:
    assert english_in(report_on(example.data(), framework), framework) == set()


def test_no_english_is_left_in_the_chinese_text_around_what_a_reader_found(
    broken: Report, framework: Framework
) -> None:
    assert english_in(broken, framework) <= {"close", "hearsay"}
    text = render(broken, "text/plain", "zh").decode()
    assert text.splitlines()[0].startswith("cork.csv不符合要求：")
    for word in ("violation", "There stands", "To mend it", "line", "column"):
        assert word not in text


def test_the_small_submission_has_nothing_to_report(framework: Framework) -> None:
    assert Checker(framework).check(read("cork.csv", SMALL.encode(), framework), TODAY).results == ()
