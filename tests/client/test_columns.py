"""A column's kind follows from the datatypes that came, and nothing of a value is lost or guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.client.columns import XSD, Kind, Value, of_values, typed


@pytest.mark.parametrize(
    ("datatype", "text", "kind", "value"),
    [
        ("integer", "-07", Kind.INTEGER, -7),
        ("nonNegativeInteger", "12", Kind.INTEGER, 12),
        ("unsignedByte", " 12\n", Kind.INTEGER, 12),
        ("decimal", "12.50", Kind.DECIMAL, Decimal("12.50")),
        ("decimal", ".5", Kind.DECIMAL, Decimal("0.5")),
        ("double", "1.5E3", Kind.DOUBLE, 1500.0),
        ("float", "-INF", Kind.DOUBLE, float("-inf")),
        ("boolean", "1", Kind.BOOLEAN, True),
        ("boolean", "false", Kind.BOOLEAN, False),
        ("gYear", "2016", Kind.YEAR, 2016),
        ("gYear", "-0044", Kind.YEAR, -44),
        ("date", "2016-02-29", Kind.DATE, date(2016, 2, 29)),
        ("dateTime", "2016-02-29T12:00:00.5", Kind.TIME, datetime.fromisoformat("2016-02-29T12:00:00.5")),
        ("dateTime", "2016-02-29T12:00:00+08:00", Kind.TIME_OF_ZONE, datetime(2016, 2, 29, 4, tzinfo=UTC)),
        ("dateTimeStamp", "2016-02-29T12:00:00Z", Kind.TIME_OF_ZONE, datetime(2016, 2, 29, 12, tzinfo=UTC)),
        ("string", "12", Kind.TEXT, "12"),
        ("gYearMonth", "2016-02", Kind.TEXT, "2016-02"),
    ],
)
def test_a_value_is_what_its_datatype_says(datatype: str, text: str, kind: Kind, value: Value) -> None:
    column = typed([None, text], {XSD + datatype})
    assert (column.kind, column.values) == (kind, [None, value])


@pytest.mark.parametrize(
    ("datatype", "text"),
    [
        ("integer", "1_000"),
        ("integer", "١٢"),
        ("integer", "many"),
        ("decimal", "1e3"),
        ("decimal", "NaN"),
        ("double", "infinity"),
        ("boolean", "yes"),
        ("gYear", "16"),
        ("gYear", "2016Z"),
        ("date", "2015-02-29"),
        ("date", "-0044-03-15"),
        ("date", "2016-02-29+08:00"),
        ("dateTime", "2016-02-29T24:00:00"),
        ("dateTime", "2016-02-29T12:00:00.1234567Z"),
    ],
)
def test_a_column_with_a_value_that_does_not_fit_stays_as_it_was_written(datatype: str, text: str) -> None:
    fitting = {"integer": "1", "boolean": "true", "gYear": "2016", "date": "2016-01-01"}.get(datatype, "1")
    column = typed([fitting, text], {XSD + datatype})
    assert (column.kind, column.values) == (Kind.TEXT, [fitting, text])


def test_numbers_of_several_sorts_become_the_one_that_holds_all() -> None:
    assert typed(["1", "2.50"], {XSD + "integer", XSD + "decimal"}).values == [Decimal(1), Decimal("2.50")]
    assert typed(["1", "2.50", "3e0"], {XSD + n for n in ("integer", "decimal", "double")}).values == [1.0, 2.5, 3.0]


def test_what_is_not_alike_becomes_text_as_it_was_written() -> None:
    mixed = typed(["007", "many", "urn:x"], {XSD + "integer", XSD + "string", ""})
    assert (mixed.kind, mixed.values) == (Kind.TEXT, ["007", "many", "urn:x"])
    assert mixed.datatypes == ("", XSD + "integer", XSD + "string")
    zones = typed(["2016-01-01T00:00:00", "2016-01-01T00:00:00Z"], {XSD + "dateTime"})
    assert zones.kind is Kind.TEXT


def test_a_column_in_which_nothing_stands_is_of_texts() -> None:
    assert typed([None, None], set()) == of_values([None, None], "")


@given(st.lists(st.one_of(st.none(), st.text()), min_size=1), st.sampled_from(["integer", "decimal", "double", "date"]))
def test_no_text_is_lost_whatever_it_claims_to_be(texts: list[str | None], datatype: str) -> None:
    column = typed(texts, {XSD + datatype})
    assert [value is None for value in column.values] == [text is None for text in texts]
    if column.kind is Kind.TEXT:
        assert column.values == texts


@given(st.lists(st.one_of(st.none(), st.integers())), st.lists(st.decimals(allow_nan=False, allow_infinity=False)))
def test_numbers_come_back_exactly(integers: list[int | None], decimals: list[Decimal]) -> None:
    assert typed([None if i is None else str(i) for i in integers], {XSD + "integer"}).values == integers
    assert typed([f"{d:f}" for d in decimals], {XSD + "decimal"}).values == decimals


def test_values_of_json_are_of_the_type_that_the_service_says() -> None:
    assert of_values([1, None, 2], "integer").kind is Kind.INTEGER
    assert of_values([1, Decimal("2.5")], "decimal").values == [Decimal(1), Decimal("2.5")]
    assert of_values([True, None], "boolean").kind is Kind.BOOLEAN
    assert of_values([True, 1, "a", None], "").values == ["true", "1", "a", None]
