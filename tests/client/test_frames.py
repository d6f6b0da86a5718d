"""Every datatype that a service sends, as a column of pandas, of polars and of records."""

from __future__ import annotations

import datetime as dt
import math
import sys
from decimal import Decimal
from typing import Any

import pandas as pd
import polars as pl
import pytest

from lcgraph.client import Client, MissingPackage
from lcgraph.client.columns import Column, Kind
from lcgraph.client.frames import frame_of
from lcgraph.errors import InputError

TYPES = """
SELECT * WHERE { VALUES (?integer ?decimal ?double ?boolean ?year ?date ?local ?zoned ?text ?label ?iri) {
  (7 12.50 1.5e3 true "2016"^^xsd:gYear "2016-02-29"^^xsd:date "2016-02-29T12:00:00"^^xsd:dateTime
   "2016-02-29T12:00:00+08:00"^^xsd:dateTime "plain" "科克"@zh <urn:x>)
  (-1 0.1 "NaN"^^xsd:double false "1996"^^xsd:gYear "0001-01-01"^^xsd:date "1996-01-01T00:00:00.25"^^xsd:dateTime
   "1996-01-01T00:00:00Z"^^xsd:dateTime "" "Cork"@en <urn:y>)
  (UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF UNDEF)
} }
"""
ZONED = dt.datetime(2016, 2, 29, 4, tzinfo=dt.UTC)


def test_pandas_has_the_type_of_each_datatype(small_client: Client) -> None:
    frame = small_client.query(TYPES)
    assert frame.dtypes.astype(str).to_dict() == {
        "integer": "Int64",
        "decimal": "float64",
        "double": "float64",
        "boolean": "boolean",
        "year": "Int64",
        "date": "datetime64[s]",
        "local": "datetime64[us]",
        "zoned": "datetime64[us, UTC]",
        "text": "str",
        "label": "str",
        "iri": "str",
    }
    assert frame.loc[0].to_dict() == {
        "integer": 7,
        "decimal": 12.5,
        "double": 1500.0,
        "boolean": True,
        "year": 2016,
        "date": pd.Timestamp("2016-02-29"),
        "local": pd.Timestamp("2016-02-29 12:00"),
        "zoned": pd.Timestamp(ZONED),
        "text": "plain",
        "label": "科克",
        "iri": "urn:x",
    }
    assert frame.loc[2].isna().all()
    assert frame.loc[1].isna().sum() == 1, "the NaN, which pandas takes for a missing number"
    assert frame["date"][1] == pd.Timestamp("0001-01-01").as_unit("s")


def test_polars_has_the_type_of_each_datatype(small_client: Client) -> None:
    frame = small_client.query(TYPES, frame="polars")
    assert dict(frame.schema) == {
        "integer": pl.Int64,
        "decimal": pl.Float64,
        "double": pl.Float64,
        "boolean": pl.Boolean,
        "year": pl.Int64,
        "date": pl.Date,
        "local": pl.Datetime("us"),
        "zoned": pl.Datetime("us", "UTC"),
        "text": pl.String,
        "label": pl.String,
        "iri": pl.String,
    }
    first, second, third = frame.iter_rows(named=True)
    assert first["date"] == dt.date(2016, 2, 29)
    assert first["zoned"] == ZONED
    assert math.isnan(second["double"])
    assert set(third.values()) == {None}


def test_records_keep_each_value_as_it_is(small_client: Client) -> None:
    first, second, third = small_client.query(TYPES, frame="records")
    assert first["decimal"] == Decimal("12.50")
    assert first["zoned"] == ZONED
    assert second["text"] == ""
    assert set(third.values()) == {None}


@pytest.mark.embedded("a server may keep integers to 64 bits")
def test_an_integer_keeps_its_digits_however_many(small_client: Client) -> None:
    query = "SELECT * { VALUES ?large { 123456789012345678901234567890 1 } }"
    frame = small_client.query(query)
    assert (frame.dtypes["large"], frame["large"][0]) == (object, 123456789012345678901234567890)
    frame = small_client.query(query, frame="polars")
    assert (frame.schema["large"], frame["large"][0]) == (pl.String, "123456789012345678901234567890")
    assert small_client.query(query, frame="records")[0]["large"] == 123456789012345678901234567890


def test_decimals_keep_all_their_digits_where_that_is_wanted(small_client: Client) -> None:
    query = "SELECT * { VALUES ?x { 0.1 12345678901234567890.123456789 UNDEF } }"
    exact = [Decimal("0.1"), Decimal("12345678901234567890.123456789"), None]
    assert small_client.query(query, exact=True)["x"].tolist() == exact
    assert small_client.query(query, frame="polars", exact=True)["x"].to_list() == exact
    assert small_client.query(query)["x"].tolist()[:2] == [0.1, 12345678901234567890.123456789]


def test_decimals_that_polars_has_no_room_for_are_texts(small_client: Client) -> None:
    columns = {"x": Column(Kind.DECIMAL, [Decimal("1" * 30 + "." + "2" * 20), None])}
    assert frame_of(columns, "polars", exact=True, about={})["x"].to_list() == ["1" * 30 + "." + "2" * 20, None]


@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_a_column_of_several_sorts_is_text_and_says_of_which(small_client: Client, frame: Any) -> None:
    found = small_client.query('SELECT * { VALUES ?x { 7 "many" <urn:x> "mehr"@de } }', frame=frame)
    assert list(found["x"]) == ["7", "many", "urn:x", "mehr"]
    if frame == "pandas":
        xsd = "http://www.w3.org/2001/XMLSchema#"
        lang = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
        assert found.attrs["datatypes"] == {"x": ["", lang, xsd + "integer", xsd + "string"]}


@pytest.mark.parametrize("frame", ["pandas", "polars"])
def test_a_result_without_rows_still_has_its_columns(small_client: Client, frame: Any) -> None:
    found = small_client.query("SELECT ?a ?b { FILTER(false) }", frame=frame)
    assert (list(found.columns), len(found)) == (["a", "b"], 0)


def test_without_a_wish_frames_are_of_pandas_where_it_is_installed(small_client: Client) -> None:
    with Client(small_client.url) as client:
        assert isinstance(client.query("SELECT (1 AS ?x) {}"), pd.DataFrame)


def test_frames_are_of_polars_where_pandas_is_not_installed(
    small_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with Client(small_client.url) as client:
        assert isinstance(client.query("SELECT (1 AS ?x) {}"), pl.DataFrame)
    with pytest.raises(MissingPackage, match=r"pip install .lcgraph\[pandas\]"):
        Client(small_client.url, frame="pandas")


def test_without_either_a_client_still_gives_records_and_truth_values(
    small_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with Client(small_client.url) as client:
        assert client.query("ASK {}") is True
        assert client.query("SELECT (1 AS ?x) {}", frame="records") == [{"x": 1}]
        with pytest.raises(MissingPackage, match=r"(?s)lcgraph\[pandas\].*records"):
            client.ask("cities")


def test_another_sort_of_frame_is_refused_before_anything_is_asked(small_client: Client) -> None:
    with pytest.raises(InputError, match="pandas, polars, records"):
        small_client.query("SELECT (1 AS ?x) {}", frame="spark")  # type: ignore[call-overload]
