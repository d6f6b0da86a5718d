"""A question as of a day is answered as it was on that day, whatever was published, superseded or withdrawn since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SMALL, Clock, asking

from lcgraph.asking.answer import Answerer
from lcgraph.asking.as_of import moment, written
from lcgraph.asking.values import Value
from lcgraph.errors import ParameterError
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST_DAY = datetime(2020, 3, 1, 9, tzinfo=UTC)
CITIES = ("ie-cork", "ie-dublin")
QUESTIONS = (
    ("cities", {"country": "IE"}),
    ("city-commitments", {"city": "ie-cork"}),
    ("commitment-cities", {"commitment": "10"}),
    ("measure-series", {"city": "ie-dublin", "measure": "1.2.2-a"}),
)

Rows = Mapping[str, tuple[Mapping[str, Value], ...]]


def publish(network: Network, city: str, value: int) -> str:
    text = SMALL.replace("ie-cork", city).replace("12.5", str(value))
    (outcome,) = network.publish([read("file.csv", text.encode(), network.framework)], "test")
    return outcome.submission


def answers(answerer: Answerer, **as_of: str) -> Rows:
    return {name: answerer.ask(name, {**given, **as_of}, "en").rows for name, given in QUESTIONS}


@pytest.mark.parametrize("seed", [1, 2])
def test_as_of_any_day_the_answers_are_those_that_were_given_on_it(seed: int, network: Network, clock: Clock) -> None:
    random = Random(seed)
    given_on: dict[str, Rows] = {}
    clock.now = FIRST_DAY
    current = {"ie-cork": publish(network, "ie-cork", 1)}
    with asking(network) as answerer:
        for _ in range(8):
            given_on[clock.now.date().isoformat()] = answers(answerer)
            clock.now += timedelta(days=random.choice([1, 1, 40]))
            for city in random.sample(CITIES, random.randrange(3)):
                if city in current and random.random() < 0.5:
                    network.withdraw(current.pop(city), "an error", "test")
                else:
                    current[city] = publish(network, city, random.randrange(1, 9))
        clock.now = NOW
        assert len({str(rows) for rows in given_on.values()}) > 3
        days = list(given_on)
        random.shuffle(days)
        for day in days:
            assert answers(answerer, as_of=day) == given_on[day]


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Network:
    """A network in which Cork published on 1 March 2020 at 9:00, and Dublin on the day after; nobody changes it."""
    clock = Clock()
    network = Network(tmp_path_factory.mktemp("days") / "data", clock=clock)
    for number, city in enumerate(CITIES):
        clock.now = FIRST_DAY + timedelta(days=number)
        publish(network, city, 7)
    clock.now = NOW
    return network


@pytest.mark.parametrize(
    ("as_of", "commit", "cities"),
    [
        ("2020-02-29", 0, []),
        ("2020-03-01T08:59:59Z", 0, []),
        ("2020-03-01T09:00:00Z", 1, ["ie-cork"]),
        ("2020-03-01T10:00:00+01:00", 1, ["ie-cork"]),
        ("2020-03-01T10:00:00 01:00", 1, ["ie-cork"]),  # an address has turned the plus sign into a blank
        ("2020-03-01", 1, ["ie-cork"]),
        ("2020-03-02", 2, ["ie-cork", "ie-dublin"]),
        ("2026-11-23", 2, ["ie-cork", "ie-dublin"]),
    ],
)
def test_a_day_counts_to_its_end_and_a_time_to_the_second(
    two_days: Network, as_of: str, commit: int, cities: list[str]
) -> None:
    with asking(two_days) as answerer:
        answer = answerer.ask("commitment-cities", {"commitment": "10", "as_of": as_of}, "en")
    assert [row["city_code"] for row in answer.rows] == cities
    said = answer.as_json()
    assert (said["commit"], said["as_of"]) == (commit, answer.parameters["as_of"].text)


def test_before_the_first_commit_there_is_the_framework_and_nothing_else(two_days: Network) -> None:
    with asking(two_days) as answerer:
        then = {"as_of": "1999-12-31"}
        assert len(answerer.ask("commitments", then, "en").rows) == 12
        assert {row["submissions"] for row in answerer.ask("cities", then, "en").rows} == {0}
        assert answerer.ask("city-commitments", {"city": "ie-cork", **then}, "en").rows == ()


def test_the_graph_of_an_answer_is_as_of_a_day_too(two_days: Network) -> None:
    with asking(two_days) as answerer:
        graphs = [
            answerer.graph("commitment-cities", {"commitment": "10", "as_of": day}, "en").decode()
            for day in ("2020-03-01", "2020-03-02")
        ]
    assert ["ie-dublin" in graph for graph in graphs] == [False, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-24", "yet to come"),
        ("2026-11-23T12:00:01Z", "yet to come"),
        ("9999-12-31", "yet to come"),
        ("2026-02-30", "not a value"),
        ("2026-11", "not a value"),
        ("23.11.2026", "not a value"),
        ("2026-11-23T12:00:00", "not a value"),  # of which place
        ("yesterday", "not a value"),
        ("0000-00-00", "not a value"),
    ],
)
def test_what_is_no_moment_of_the_past_is_refused_with_what_would_be_one(text: str, says: str) -> None:
    with pytest.raises(ParameterError, match=says) as refused:
        written("as_of", text, NOW)
    assert refused.value.parameter == "as_of"
    assert "20" in str(refused.value.told("en")["remedy"])
    assert refused.value.told("zh")["remedy"] != refused.value.told("en")["remedy"]


# a time that the clocks of a zone leave out is none
@given(st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1), timezones=st.timezones(), allow_imaginary=False))  # noqa: DTZ001 - the zones come from the strategy
def test_a_moment_is_told_as_it_is_meant(time: datetime) -> None:
    meant = time.astimezone(UTC)  # times of two zones are never equal where the clocks of one are changed
    assert moment(written("as_of", time.isoformat(), NOW)) == meant
