"""pandas against the endpoint and the questions, by the CSV that they give."""

from __future__ import annotations

import http.client
import json
import urllib.error
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

SERIES = """
PREFIX sdmx-dimension: <http://purl.org/linked-data/sdmx/2009/dimension#>
PREFIX sdmx-measure: <http://purl.org/linked-data/sdmx/2009/measure#>
PREFIX qb: <http://purl.org/linked-data/cube#>
SELECT ?observation ?year ?value ?nothing
WHERE { ?observation a qb:Observation ; sdmx-dimension:refPeriod ?year ; sdmx-measure:obsValue ?value } ORDER BY ?value
"""


def _address(endpoint: str, query: str, **more: str) -> str:
    return f"{endpoint}?{urlencode({'query': query, **more})}"


def test_a_result_is_a_frame_with_numbers(endpoint: str) -> None:
    for frame in (
        pd.read_csv(_address(endpoint, SERIES, format="csv")),
        pd.read_csv(_address(endpoint, SERIES), storage_options={"Accept": "text/csv"}),
    ):
        assert frame["year"].tolist() == [2016, 2016]
        assert frame["value"].tolist() == [11.0, 12.5]
        assert frame["nothing"].isna().all()
        assert frame["observation"].str.startswith("https://w3id.org/lcgraph/").all()


def test_tsv_has_terms_and_not_values(endpoint: str) -> None:
    frame = pd.read_csv(_address(endpoint, SERIES, format="tsv"), sep="\t", quoting=3)
    assert frame["?year"][0] == '"2016"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    assert frame["?value"].tolist() == ['"11"^^<http://www.w3.org/2001/XMLSchema#decimal>', "12.5"]


def test_texts_of_every_sort_come_as_they_are(endpoint: str) -> None:
    texts = ['a "quoted" one', "with, commas", "in two\nlines", "科克", "=1+1"]
    values = " ".join(json.dumps(text, ensure_ascii=False) for text in texts)
    frame = pd.read_csv(_address(endpoint, f"SELECT ?text {{ VALUES ?text {{ {values} }} }}", format="csv"))
    assert frame["text"].tolist() == texts


def test_an_answer_to_a_question_is_a_frame(endpoint: str) -> None:
    questions = endpoint.replace("/sparql", "/questions")
    series = pd.read_csv(f"{questions}/measure-series?city=ie-cork&measure=1.2.2-a&format=csv")
    assert series["value"].tolist() == [12.5, 11.0]


def test_what_is_refused_is_an_http_error_whose_body_says_why(endpoint: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        pd.read_csv(_address(endpoint, "SELECT", format="csv"))
    assert refused.value.code == 400
    assert "1:7" in json.load(refused.value)["detail"]


@pytest.mark.embedded("a server may take so long for the first row that the deadline comes before a limit")
def test_it_tells_a_deadline_and_never_gives_a_part(strict: str, queries: Any) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        pd.read_csv(_address(strict, queries.endless, format="csv"))
    assert json.load(refused.value)["limit"] == "deadline"
    with pytest.raises(http.client.IncompleteRead):
        pd.read_csv(_address(strict, queries.too_many, format="csv"))
