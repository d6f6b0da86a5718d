"""Questions over HTTP: as of a day, in parts, in every form, and not again where a client has the answer already."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import polars as pl
import pytest
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from service_support import Run, Serve, Served
from support import SMALL, Clock

from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

FIRST_DAY = datetime(2020, 3, 1, 9, tzinfo=UTC)
CITIES = ("ie-cork", "ie-dublin", "ie-limerick", "fi-espoo")
PATIENT = {"LCGRAPH_QUERY_SECONDS": "60"}
"""Where many tests run at once, it takes longer to bring the past back."""

CITIES_OF = "/questions/commitment-cities"
OF_10 = {"commitment": "10"}


def publish(network: Network, city: str, value: int = 1) -> str:
    text = SMALL.replace("ie-cork", city).replace("12.5", str(value))
    (outcome,) = network.publish([read("file.csv", text.encode(), network.framework)], "test")
    return outcome.submission


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network to which four cities have handed in on as many days; nobody changes it."""
    clock = Clock()
    network = Network(tmp_path_factory.mktemp("days") / "data", clock=clock)
    for number, city in enumerate(CITIES):
        clock.now = FIRST_DAY + timedelta(days=number)
        publish(network, city)
    return network


@pytest.fixture(scope="module")
def service(days: Network, serve: Serve) -> Iterator[Served]:
    """A service over it."""
    with serve(days.directory, **PATIENT) as served:
        yield served


@pytest.fixture(scope="module")
def there(service: Served) -> httpx.Client:
    """A client of that service."""
    return service.client


def test_as_of_each_day_the_answer_over_http_and_on_the_command_line_is_the_one_given_on_it(
    tmp_path: Path, clock: Clock, serve: Serve, run: Run
) -> None:
    network = Network(tmp_path / "data", clock=clock)
    random = Random(3)
    current: dict[str, str] = {}
    given_on: dict[str, list[object]] = {}
    clock.now = FIRST_DAY
    current["ie-cork"] = publish(network, "ie-cork")
    with serve(network.directory, **PATIENT) as served:
        for _ in range(4):
            given_on[clock.now.date().isoformat()] = served.client.get(CITIES_OF, params=OF_10).json()["rows"]
            clock.now += timedelta(days=1)
            for city in random.sample(CITIES[:2], 2):
                if city in current and random.random() < 0.5:
                    network.withdraw(current.pop(city), "an error", "test")
                else:
                    current[city] = publish(network, city, random.randrange(1, 9))
        for day, rows in given_on.items():
            said = served.client.get(CITIES_OF, params=OF_10 | {"as_of": day}).json()
            assert said["rows"] == rows
            assert said["as_of"] == day
        assert len({json.dumps(rows) for rows in given_on.values()}) > 2
    for day in (min(given_on), max(given_on)):
        told = run(
            "ask", "commitment-cities", "--commitment", "10", "--as-of", day, "--format", "json", "--data", "data"
        )
        assert json.loads(told.out)["rows"] == given_on[day]


def test_who_asks_for_the_past_is_told_to_come_again_where_it_takes_longer_to_bring_it_back(
    days: Network, tmp_path: Path, serve: Serve
) -> None:
    with serve(days.directory, LCGRAPH_QUERY_SECONDS="0.01") as served:
        answer = served.client.get(CITIES_OF, params=OF_10 | {"as_of": "2020-03-03"})
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["limit"] == "queue"


@pytest.mark.parametrize("day", ["2999-01-01", "2020-13-01", "soon"])
def test_a_day_that_is_none_of_the_past_is_refused(there: httpx.Client, day: str) -> None:
    answer = there.get(CITIES_OF, params=OF_10 | {"as_of": day})
    assert answer.status_code == 422
    assert answer.json()["parameter"] == "as_of"
    assert answer.json()["remedy"]


def test_an_edition_that_there_is_not_is_refused_with_those_that_there_are(there: httpx.Client) -> None:
    for name, example in [(q["name"], q["example"]) for q in there.get("/questions").json()["questions"]]:
        answer = there.get(example, params=dict(httpx.URL(example).params) | {"edition": "2014"})
        assert (answer.status_code, answer.json()["allowed"]) == (422, ["2013-draft"]), name


def parts(client: httpx.Client, address: str) -> list[list[object]]:
    """The rows of all parts of an answer, part by part, by the links from one to the next."""
    found: list[list[object]] = []
    following: str | None = address
    while following is not None:
        answer = client.get(following)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        assert said["offset"] == sum(len(rows) for rows in found)
        found.append(said["rows"])
        following = answer.links.get("next", {}).get("url")
        assert (following is None) == (said["next"] is None)
    return found


def test_the_parts_of_an_answer_make_up_the_whole(there: httpx.Client) -> None:
    whole = there.get("/questions/measures").json()
    for limit in (1, 7, 53, 54, 1000):
        found = parts(there, f"/questions/measures?limit={limit}")
        assert [row for rows in found for row in rows] == whole["rows"]
        assert len(found) == -(-whole["count"] // limit)
    assert there.get("/questions/measures?limit=7").json()["count"] == 54


def test_the_parts_of_an_answer_fit_together_whatever_is_published_meanwhile(
    tmp_path: Path, clock: Clock, serve: Serve
) -> None:
    network = Network(tmp_path / "data", clock=clock)
    for city in CITIES[1:]:
        publish(network, city)
    with serve(network.directory, **PATIENT) as served:
        whole = served.client.get(CITIES_OF, params=OF_10).json()["rows"]
        first = served.client.get(CITIES_OF, params=OF_10 | {"limit": 1})
        network.withdraw("ie-limerick/2016/1", "an error", "test")
        publish(network, "ie-cork")
        rest = parts_from(served.client, first)
        assert [*first.json()["rows"], *rest] == whole
        assert served.client.get(CITIES_OF, params=OF_10).json()["rows"] != whole


def parts_from(client: httpx.Client, answer: httpx.Response) -> list[object]:
    rows: list[object] = []
    while "next" in answer.links:
        answer = client.get(answer.links["next"]["url"])
        rows += answer.json()["rows"]
    return rows


def test_a_cursor_of_another_answer_or_of_none_is_refused(there: httpx.Client) -> None:
    cursor = there.get("/questions/measures?limit=7").json()["next"]
    for address, status in (
        (f"/questions/value-cells?cursor={cursor}", 410),
        (f"/questions/measures?edition=2013-draft&cursor={cursor}", 410),
        (f"/questions/measures?cursor=999-7-{cursor.rpartition('-')[2]}", 410),
        ("/questions/measures?cursor=next", 422),
        ("/questions/measures?limit=0", 422),
        ("/questions/measures?limit=many", 422),
        ("/questions/measures?limit=-1", 422),
        ("/questions/measures?limit=5&format=turtle", 422),
    ):
        answer = there.get(address)
        assert answer.status_code == status, address
        assert answer.json()["remedy"]
        kind = there.get("/problem/" + answer.json()["type"].rpartition("/")[2])
        assert kind.status_code == 200


FORMS = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "turtle": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
}


@pytest.mark.parametrize("form", FORMS)
def test_an_answer_comes_in_each_form_by_header_by_parameter_and_on_the_command_line(
    there: httpx.Client, days: Network, run: Run, form: str
) -> None:
    by_parameter = there.get(CITIES_OF, params=OF_10 | {"format": form})
    by_header = there.get(CITIES_OF, params=OF_10, headers={"Accept": FORMS[form]})
    assert by_parameter.status_code == 200
    assert by_parameter.headers["content-type"].partition(";")[0] == FORMS[form]
    if form not in ("turtle", "nt", "jsonld"):  # statements come in no order
        assert by_header.content == by_parameter.content
    told = run(
        *("ask", "commitment-cities", "--commitment", "10", "--format", form, "--output", f"answer.{form}"),
        *("--data", days.directory),
    )
    assert told.status == 0
    if form == "xlsx":
        assert len(list(load_workbook(io.BytesIO(by_header.content)).worksheets[0].iter_rows())) == 5
        assert "attachment" in by_header.headers["content-disposition"]
    if form == "parquet":
        assert pl.read_parquet(io.BytesIO(by_header.content))["documents"].to_list() == [1] * 4


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "turtle"])
def test_what_a_client_has_already_is_not_sent_again(there: httpx.Client, form: str) -> None:
    given = OF_10 | {"format": form}
    answer = there.get(CITIES_OF, params=OF_10 | given)
    tag = answer.headers["etag"]
    again = there.get(CITIES_OF, params=OF_10 | given, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "Accept-Language" in again.headers["vary"]


def test_each_answer_has_a_tag_of_its_own(there: httpx.Client) -> None:
    tags = [
        there.get(CITIES_OF, params=OF_10 | given, headers={"Accept-Encoding": "identity"}).headers["etag"]
        for given in (
            {},
            {"lang": "zh"},
            {"format": "csv"},
            {"limit": "1"},
            {"limit": "2"},
            {"edition": "2013-draft"},
            {"as_of": "2020-03-02"},
            {"as_of": "2020-03-01"},
            {"commitment": "2"},
        )
    ]
    assert len(set(tags)) == len(tags)
    assert there.get(CITIES_OF, params=OF_10, headers={"Accept-Encoding": "identity"}).headers["etag"] == tags[0]


def test_an_answer_has_another_tag_once_something_is_published(tmp_path: Path, clock: Clock, serve: Serve) -> None:
    network = Network(tmp_path / "data", clock=clock)
    publish(network, "ie-cork")
    with serve(network.directory, **PATIENT) as served:
        tag = served.client.get(CITIES_OF, params=OF_10).headers["etag"]
        assert served.client.get(CITIES_OF, params=OF_10, headers={"If-None-Match": tag}).status_code == 304
        publish(network, "ie-dublin")
        anew = served.client.get(CITIES_OF, params=OF_10, headers={"If-None-Match": tag})
        assert anew.status_code == 200
        assert anew.json()["count"] == 2


def test_a_kept_answer_is_the_answer_packed_or_not(there: httpx.Client) -> None:
    address = "/questions/measures"
    found = [
        there.get(address, headers={"Accept-Encoding": encoding})
        for encoding in ("identity", "gzip", "identity", "gzip")
    ]
    assert [answer.headers.get("content-encoding") for answer in found] == [None, "gzip", None, "gzip"]
    assert len({answer.content for answer in found}) == 1
    assert found[1].headers["etag"] == f"W/{found[0].headers['etag']}"
    assert found[1].headers["lcgraph-checkpoint"] == found[0].json()["checkpoint"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_question_has_a_schema_that_the_description_of_the_service_refers_to(
    there: httpx.Client, language: str
) -> None:
    described = there.get("/openapi.json", params={"lang": language}).json()
    for question in there.get("/questions").json()["questions"]:
        said = there.get(question["schema"], params={"lang": language})
        assert said.headers["content-type"] == "application/schema+json"
        Draft202012Validator.check_schema(said.json())
        Draft202012Validator(said.json()).validate(
            there.get(
                question["example"], params=dict(httpx.URL(question["example"]).params) | {"lang": language}
            ).json()
        )
        content = described["paths"][question["address"]]["get"]["responses"]["200"]["content"]
        place, name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)
        assert place == "#/components/schemas"
        assert described["components"]["schemas"][name]["properties"] == said.json()["properties"]
    assert there.get("/questions/citys/schema").status_code == 404
