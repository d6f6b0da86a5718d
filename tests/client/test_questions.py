"""Questions of a real service, and the check of a file."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from service_support import Served
from support import SMALL

from lcgraph.client import Client, ServiceError
from lcgraph.errors import InputError, NotFound, ParameterError

COMMITMENTS = tuple(map(str, range(1, 13)))


def test_every_question_is_answered_with_the_columns_that_it_lists(small_client: Client) -> None:
    questions = small_client.questions()
    assert len(questions) > 8
    for question in questions.values():
        given: dict[str, Any] = {name: p.example for name, p in question.parameters.items() if p.required}
        answer = small_client.ask(question.name, **given)
        assert list(answer.columns) == list(question.columns)
        assert answer.attrs["title"] == question.title
        assert answer.attrs["headings"] == question.columns


def test_an_answer_has_the_types_of_its_values(small_client: Client) -> None:
    given: dict[str, Any] = {"city": "ie-cork", "measure": "1.2.2-a"}
    series = small_client.ask("measure-series", **given)
    types = {name: str(series[name].dtype) for name in ("year", "value", "line", "match", "sheet")}
    assert types == {"year": "Int64", "value": "float64", "line": "Int64", "match": "str", "sheet": "str"}
    assert series["sheet"].isna().all()
    records = small_client.ask("measure-series", frame="records", **given)
    assert [row["value"] for row in records] == [Decimal("12.5"), Decimal(11)]
    columns = small_client.ask("measure-series", frame="polars", exact=True, **given)
    assert columns["value"].dtype == pl.Decimal(38, 1)


def test_parameters_may_be_numbers_and_none_counts_as_not_given(small_client: Client) -> None:
    by_number = small_client.ask("city-commitments", city="ie-cork", commitment=10)
    assert by_number.equals(small_client.ask("city-commitments", city="Cork", commitment="10"))
    everything = small_client.ask("city-commitments", city="ie-cork", commitment=None)
    assert len(everything) > len(by_number) > 0


def test_a_question_in_plain_words_is_answered_as_the_one_that_it_means(small_client: Client) -> None:
    answer = small_client.ask_in_words("which commitments has Cork got evidence for")
    assert answer.equals(small_client.ask("city-commitments", city="ie-cork"))
    assert (answer.attrs["question"], answer.attrs["parameters"]) == ("city-commitments", {"city": "ie-cork"})
    assert len(small_client.ask_in_words("科克市有哪些承诺有证据？", frame="records")) == len(answer)
    past = small_client.ask_in_words("gaps of Cork as of March 2020")
    assert past.attrs["as_of"].startswith("2020-03-31")
    why = small_client.ask_in_words("why does Cork have evidence for commitment 2 under the draft edition")
    assert why.equals(small_client.ask("premises", city="ie-cork", commitment=2, edition="2013-draft"))
    assert len(why) > 0
    with pytest.raises(InputError, match="not sure which question") as refused:
        small_client.ask_in_words("evidence of Cork and of Dublin")
    assert "/questions/" in str(refused.value.remedy)
    with pytest.raises(InputError, match="No question of the library comes near"):
        small_client.ask_in_words("how do I cook a goulash")


def test_an_answer_without_rows_says_what_that_means(small_client: Client) -> None:
    nothing = small_client.ask("city-commitments", city="ie-dublin")
    assert len(nothing) == 0
    assert nothing.attrs["empty"]


@pytest.mark.parametrize(
    ("parameters", "wrong", "allowed"),
    [
        ({"city": "ie-cork", "commitment": 13}, "commitment", COMMITMENTS),
        ({"city": "ie-corck"}, "city", ("ie-cork",)),
        ({}, "city", ()),
        ({"city": "ie-cork", "comitment": 2}, "comitment", ("commitment",)),
    ],
)
def test_a_wrong_parameter_is_an_error_with_the_values_that_are_allowed(
    small_client: Client, parameters: dict[str, Any], wrong: str, allowed: tuple[str, ...]
) -> None:
    with pytest.raises(ParameterError) as refused:
        small_client.ask("city-commitments", **parameters)
    assert refused.value.parameter == wrong
    assert refused.value.allowed[: len(allowed)] == allowed
    assert all(value in str(refused.value) for value in allowed)


def test_a_missing_parameter_is_an_error_with_the_values_that_are_allowed(small_client: Client) -> None:
    with pytest.raises(ParameterError, match="one of 1, 2, 3") as refused:
        small_client.ask("commitment-cities")
    assert refused.value.allowed == COMMITMENTS


@pytest.mark.parametrize("name", ["city-comitments", "../health", "", "a/b?c=d"])
def test_a_question_that_there_is_not_is_an_error(small_client: Client, name: str) -> None:
    with pytest.raises(NotFound):
        small_client.ask(name)


def test_answers_are_in_the_language_of_the_client(small_service: Served) -> None:
    with Client(small_service.address, language="zh", frame="records") as client:
        (cork,) = (row for row in client.ask("cities") if row["code"] == "ie-cork")
        assert cork["label"] == "科克"
        assert client.questions()["cities"].title == "各城市"
        with pytest.raises(ParameterError, match="之一"):
            client.ask("commitment-cities", commitment="x")


def test_a_file_is_checked_and_nothing_of_it_is_kept(small_client: Client, tmp_path: Path) -> None:
    before = small_client.ask("cities")
    file = tmp_path / "科克.csv"
    file.write_text(SMALL, encoding="utf-8")
    assert small_client.check(file)["conforms"] is True
    assert small_client.check(file, city="ie-limerick", year=2016)["conforms"] is False
    file.write_text(SMALL.replace("12.5", "many"), encoding="utf-8")
    report = small_client.check(str(file))
    assert report["conforms"] is False
    assert report["results"]
    assert small_client.ask("cities").equals(before)


def test_a_file_that_cannot_be_read_is_an_error(small_client: Client, tmp_path: Path) -> None:
    (tmp_path / "cork.docx").write_bytes(b"PK")
    with pytest.raises(InputError):
        small_client.check(tmp_path / "cork.docx")
    with pytest.raises(FileNotFoundError):
        small_client.check(tmp_path / "none.csv")


def test_an_answer_in_pages_is_the_answer(small_client: Client) -> None:
    whole = small_client.ask("measures", frame="records")
    for page in (1, 20, 54, 1000):
        assert small_client.ask("measures", frame="records", page=page) == whole
    with pytest.raises(InputError):
        small_client.ask("measures", page=0)


def test_an_answer_is_as_of_a_day_that_is_given_as_a_day_or_a_text(small_client: Client) -> None:
    for day in (date(2001, 1, 1), "2001-01-01", datetime(2001, 1, 1, 12, tzinfo=UTC)):
        before = small_client.ask("city-commitments", city="ie-cork", as_of=day)
        assert (len(before), before.attrs["as_of"][:10]) == (0, "2001-01-01")
    with pytest.raises(ParameterError, match="yet to come"):
        small_client.ask("city-commitments", city="ie-cork", as_of=date(2999, 1, 1))


def test_columns_have_their_types_where_there_is_no_row_and_no_value(small_client: Client) -> None:
    given: dict[str, Any] = {"city": "ie-dublin", "measure": "1.2.2-a"}
    nothing = small_client.ask("measure-series", frame="polars", exact=True, **given)
    assert nothing.is_empty()
    assert nothing["year"].dtype == pl.Int64
    assert isinstance(nothing["value"].dtype, pl.Decimal)
    assert nothing["sheet"].dtype == pl.String
    assert small_client.ask("arrivals", frame="polars", since="2001-01-01")["at"].dtype == pl.Datetime("us", "UTC")


@pytest.mark.parametrize(
    ("form", "begins"),
    [("csv", b"code,"), ("xlsx", b"PK"), ("parquet", b"PAR1"), ("turtle", b"@prefix"), ("json", b"{")],
)
def test_an_answer_is_had_as_a_file(small_client: Client, form: str, begins: bytes) -> None:
    assert small_client.file("cities", form, country="IE").startswith(begins)


def test_a_file_in_a_form_that_there_is_not_is_an_error(small_client: Client) -> None:
    with pytest.raises(ServiceError, match="not to be had as"):
        small_client.file("cities", "docx")
