"""An answer as workbook and as Parquet says what the answer says, in columns of the same types whatever the rows."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from office import convert, needs_libreoffice
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from lcgraph.asking import forms
from lcgraph.asking.answer import Answer, Answerer
from lcgraph.asking.parquet import parquet
from lcgraph.asking.parts import Part
from lcgraph.asking.question import Library
from lcgraph.asking.workbook import workbook
from lcgraph.errors import LimitExceeded, QueryError
from lcgraph.framework.namespaces import DEFAULT_BASE

ODD = """\
#+ title: {en: "Odd values: [of/all] kinds? *", zh: 各种特殊值}
#+ description: {en: Values of each type, zh: 各种类型的值}
#+ asked: {en: [odd values, values that are odd], zh: [特殊值, 特殊的值]}
#+ empty: {en: There is none., zh: 没有。}
#+ parameters:
#+   word: {type: text, example: a, description: {en: a word, zh: 词}}
#+ columns:
#+   t: {en: Text, zh: 文本}
#+   i: {en: Whole, zh: 整数, type: integer}
#+   d: {en: Decimal, zh: 小数, type: decimal}
#+   b: {en: Truth, zh: 真假, type: boolean}
#+   y: {en: Year, zh: 年份, type: year}
#+   day: {en: Day, zh: 日期, type: date}
#+   at: {en: Time, zh: 时刻, type: time}
#+   iri: {en: Link, zh: 链接, type: iri}
#+   word: {en: Word, zh: 词}
SELECT ?lang ?edition ?t ?i ?d ?b ?y ?day ?at ?iri ?word WHERE {
  VALUES (?t ?i ?d ?b ?y ?day ?at ?iri) { @ROWS@ }
  FILTER (COALESCE(?word, "") != "none")
}
"""
ROWS = """
("=1+1" 7 12.5 true "2016"^^xsd:gYear "2026-01-31"^^xsd:date "2026-01-31T10:00:00+01:00"^^xsd:dateTime <https://example.org/a>)
("#N/A" 9007199254740993 1234567890.12345678 false 1999 "1999-12-31"^^xsd:date "1999-12-31T23:59:59.5Z"^^xsd:dateTime lc:City)
("科克\\nline" -3 7 UNDEF UNDEF UNDEF UNDEF UNDEF)
(UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF)
"""
TYPES = {
    "t": pa.string(),
    "i": pa.int64(),
    "d": pa.decimal128(38, 18),
    "b": pa.bool_(),
    "y": pa.int64(),
    "day": pa.date32(),
    "at": pa.timestamp("us", "UTC"),
    "iri": pa.string(),
    "word": pa.string(),
}


def odd(folder: Path, answerer: Answerer, rows: str = ROWS, language: str = "en", **given: str) -> Answer:
    (folder / "mine").mkdir(exist_ok=True)
    (folder / "mine" / "odd.rq").write_text(ODD.replace("@ROWS@", rows), encoding="utf-8")
    library = Library(folder, DEFAULT_BASE)
    there = Answerer(library, answerer.readers, answerer.framework, answerer.past)
    return there.ask("odd", given, language)


def sheets(body: bytes) -> tuple[Worksheet, Worksheet]:
    rows, about = load_workbook(io.BytesIO(body)).worksheets
    return rows, about


def test_each_value_stands_in_the_workbook_as_what_it_is(tmp_path: Path, demo_answers: Answerer) -> None:
    sheet, _ = sheets(workbook(odd(tmp_path, demo_answers)))
    head, *rows = sheet.iter_rows(values_only=True)
    assert head == ("Text", "Whole", "Decimal", "Truth", "Year", "Day", "Time", "Link", "Word")
    first = (datetime(2026, 1, 31), datetime(2026, 1, 31, 9), "https://example.org/a")  # noqa: DTZ001 - in a workbook
    assert rows[0] == ("=1+1", 7, 12.5, True, 2016, *first, None)
    assert rows[1][:5] == ("#N/A", "9007199254740993", "1234567890.12345678", False, 1999)
    assert rows[2] == ("科克\nline", -3, 7, *[None] * 6)
    assert {cell.data_type for cell in sheet["A"]} <= {"s", "n"}
    assert sheet["A2"].quotePrefix
    assert not sheet["A4"].quotePrefix
    assert sheet["H2"].hyperlink.target == "https://example.org/a"
    assert sheet.freeze_panes == "A2"
    assert not set(sheet.title) & set("[]:*?/\\")


@pytest.mark.parametrize(("language", "heading"), [("en", "Question"), ("zh", "问题")])
def test_a_second_sheet_says_what_the_rows_are_an_answer_to(
    language: str, heading: str, demo_answers: Answerer
) -> None:
    given = {"city": "ie-cork", "measure": "1.2.2-a", "edition": "2013-draft"}
    answer = demo_answers.ask("measure-series", given, language, Part(3))
    sheet, about = sheets(workbook(answer))
    said = {str(key): str(value) for key, value in about.iter_rows(values_only=True)}
    assert said[heading] == answer.question.head.title.labels()[language]
    values = "\n".join(said.values())
    cork = answer.parameters["city"].label[language]
    for part in (f"ie-cork ({cork})", "2013-draft", str(answer.commit), "CC BY 4.0", "measure-series"):
        assert part in values
    assert sheet.max_row == 4
    assert "3" in values
    assert str(answer.count) in values


@needs_libreoffice
def test_libreoffice_shows_the_rows_of_a_workbook(tmp_path: Path, demo_answers: Answerer) -> None:
    (tmp_path / "odd.xlsx").write_bytes(workbook(odd(tmp_path, demo_answers)))
    shown = (convert([tmp_path / "odd.xlsx"], "csv", tmp_path / "office") / "odd.csv").read_text(encoding="utf-8")
    assert shown.splitlines()[0] == "Text,Whole,Decimal,Truth,Year,Day,Time,Link,Word"
    assert shown.splitlines()[1].startswith("=1+1,7,12.5,TRUE,2016,2026-01-31,2026-01-31 09:00:00,https:")


def test_a_workbook_of_the_same_answer_has_the_same_bytes(demo_answers: Answerer) -> None:
    first, second = (workbook(demo_answers.ask("commitments", {}, "zh")) for _ in range(2))
    assert first == second
    assert ZipFile(io.BytesIO(first)).testzip() is None


def test_more_than_a_workbook_holds_is_refused(demo_answers: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcgraph.asking.workbook.MOST_CELLS", 100)
    with pytest.raises(LimitExceeded, match="more than goes into a workbook"):
        workbook(demo_answers.ask("commitments", {}, "en"))


@pytest.mark.parametrize("rows", [ROWS, "", ROWS.strip().splitlines()[3]], ids=["some", "none", "unbound"])
def test_the_columns_of_parquet_have_the_same_types_whatever_the_rows(
    tmp_path: Path, demo_answers: Answerer, rows: str
) -> None:
    schema = pq.read_schema(io.BytesIO(parquet(odd(tmp_path, demo_answers, rows))))
    assert {field.name: field.type for field in schema} == TYPES


def test_polars_and_pandas_read_from_parquet_what_the_answer_says(tmp_path: Path, demo_answers: Answerer) -> None:
    answer = odd(tmp_path, demo_answers, word="a")
    body = parquet(answer)
    read = pl.read_parquet(io.BytesIO(body))
    assert read["d"].to_list() == [Decimal("12.5"), Decimal("1234567890.12345678"), Decimal(7), None]
    assert read["i"].to_list() == [7, 9007199254740993, -3, None]
    assert read["day"].to_list() == [date(2026, 1, 31), date(1999, 12, 31), None, None]
    assert read["at"][0] == datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert read["t"].to_list() == ["=1+1", "#N/A", "科克\nline", None]
    assert read["word"].to_list() == ["a"] * 4
    frame = pd.read_parquet(io.BytesIO(body))
    assert frame["d"].tolist() == read["d"].to_list()
    assert frame["b"].tolist() == [True, False, None, None]
    assert frame["t"].tolist()[:3] == ["=1+1", "#N/A", "科克\nline"]
    assert frame["t"].isna().tolist() == [False, False, False, True]


def test_parquet_says_of_itself_what_it_is(demo_answers: Answerer) -> None:
    answer = demo_answers.ask("measure-series", {"city": "ie-cork", "measure": "1.2.2-a"}, "zh")
    schema = pq.read_schema(io.BytesIO(parquet(answer)))
    said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert said["lcgraph.question"] == "measure-series"
    assert said["lcgraph.parameter.city"] == "ie-cork"
    assert said["lcgraph.commit"] == str(answer.commit)
    assert said["lcgraph.licence"].startswith("https://")
    labels = {name.decode(): label.decode() for name, label in schema.field("value").metadata.items()}
    assert (labels["label"], labels["label.en"], labels["type"]) == ("数值", "Value", "decimal")


@pytest.mark.embedded("a server may keep figures to fifteen digits, as docs/scale.md says")
def test_a_number_that_parquet_cannot_hold_is_no_other_number(tmp_path: Path, demo_answers: Answerer) -> None:
    answer = odd(tmp_path, demo_answers, '("a" 1 "0.1234567890123456789"^^xsd:decimal true 1 UNDEF UNDEF UNDEF)')
    with pytest.raises(QueryError, match="more digits than Parquet takes"):
        parquet(answer)
    assert "0.1234567890123456789" in answer.json()


@pytest.mark.parametrize("column", ["i 1.5", "i text", "day 2014-05", "at 2014-05-01T10:00:00", "b maybe", "y 2014-05"])
def test_a_value_that_is_none_of_its_column_s_type_is_told(tmp_path: Path, demo_answers: Answerer, column: str) -> None:
    name, text = column.split()
    values = ['"a"', *(f'"{text}"' if name == other else "UNDEF" for other in "i d b y day at iri".split())]  # noqa: SIM905
    with pytest.raises(QueryError, match=f"“{text}” in its column “{name}”"):
        odd(tmp_path, demo_answers, f"({' '.join(values)})")


def test_every_question_comes_in_every_form_that_it_offers(demo_answers: Answerer) -> None:
    for question in demo_answers.library:
        given = {name: head.example for name, head in question.head.parameters.items() if head.required}
        asked = demo_answers.asked(question.name, given, "zh")
        for media_type in forms.offered(question):
            body = forms.written(demo_answers, asked, media_type).body
            assert body or media_type in forms.GRAPHS, (question.name, media_type)
