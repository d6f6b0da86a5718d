"""A check holds a submission against the city's own past, and against what other cities published."""

from __future__ import annotations

import pytest

from lcgraph.checking.report import Result
from lcgraph.framework.namespaces import LCS
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read

MEASURES = (
    "1.1.2-a",
    "1.1.2-b",
    "1.2.2-a",
    "1.2.2-b",
    "1.3.2-a",
    "2.1.1-a",
    "2.1.3-a",
    "2.3.3-b",
    "2.4.1-b",
    "3.3.1-a",
)


def csv(city: str, year: int, *figures: tuple[str, int, str]) -> bytes:
    head = "record,city,year,edition,submitter,key,type,title,publisher,measure,period,value,source\n"
    rows = [f"submission,{city},{year},2013-draft,City Council,,,,,,,,", "source,,,,,all,official,Yearbook,CSO,,,,"]
    rows += [f"observation,,,,,,,,,{measure},{period},{value},all" for measure, period, value in figures]
    return (head + "\n".join(rows) + "\n").encode()


def reading(network: Network, city: str, year: int, *figures: tuple[str, int, str]) -> Reading:
    return read(f"{city}-{year}.csv", csv(city, year, *figures), network.framework)


def found(network: Network, rule: str, what: Reading) -> list[Result]:
    return [result for result in network.check(what).results if result.shape == LCS + rule]


def past(network: Network, values: tuple[str, ...]) -> None:
    years = range(2020 - len(values), 2020)
    network.publish(
        [reading(network, "ie-cork", y, ("1.2.2-a", y, value)) for y, value in zip(years, values, strict=True)], "test"
    )


def test_a_figure_far_from_the_citys_own_past_is_asked_about_with_the_figures(network: Network) -> None:
    past(network, ("5.1", "5.4", "5.0"))
    (result,) = found(network, "FigureFarFromItsPast", reading(network, "ie-cork", 2020, ("1.2.2-a", 2020, "15.1")))
    assert result.severity == "warning"
    assert result.message["en"] == (
        "The figure 15.1 is far from what the city reported before: 5 to 5.4 in 2017 to 2019."
    )
    assert (result.place.line, result.place.cell) == (4, "value")


@pytest.mark.parametrize("value", ["5.2", "6.8", "3.9"])
def test_a_figure_near_to_the_past_is_not(value: str, network: Network) -> None:
    past(network, ("5.1", "5.4", "5.0"))
    assert not found(network, "FigureFarFromItsPast", reading(network, "ie-cork", 2020, ("1.2.2-a", 2020, value)))


def test_two_years_are_no_past(network: Network) -> None:
    past(network, ("5.1", "5.4"))
    assert not found(network, "FigureFarFromItsPast", reading(network, "ie-cork", 2020, ("1.2.2-a", 2020, "15.1")))


def test_the_years_of_the_submission_itself_are_a_past_too(network: Network) -> None:
    figures = [("1.2.2-a", 2017, "5.1"), ("1.2.2-a", 2018, "5.4"), ("1.2.2-a", 2019, "5"), ("1.2.2-a", 2020, "15.1")]
    (result,) = found(network, "FigureFarFromItsPast", reading(network, "ie-cork", 2020, *figures))
    assert result.place.line == 7


def test_a_revision_is_held_against_other_years_and_not_against_what_it_mends(network: Network) -> None:
    past(network, ("5.1", "5.4", "5.0", "51"))
    assert not found(network, "FigureFarFromItsPast", reading(network, "ie-cork", 2019, ("1.2.2-a", 2019, "5.2")))


def test_another_citys_past_does_not_count(network: Network) -> None:
    past(network, ("5.1", "5.4", "5.0"))
    assert not found(network, "FigureFarFromItsPast", reading(network, "ie-dublin", 2020, ("1.2.2-a", 2020, "15.1")))


FIGURES = tuple((measure, 2018, f"{12 + n}.{n}7") for n, measure in enumerate(MEASURES))


def test_a_submission_with_another_citys_figures_is_asked_about(network: Network) -> None:
    network.publish([reading(network, "ie-dublin", 2018, *FIGURES)], "test")
    (result,) = found(network, "SameFiguresAsAnotherCity", reading(network, "ie-cork", 2018, *FIGURES))
    assert "ie-dublin" in result.message["en"]
    assert result.place.cell == "city"


def test_one_figure_that_differs_is_no_copy(network: Network) -> None:
    network.publish([reading(network, "ie-dublin", 2018, *FIGURES)], "test")
    other = (*FIGURES[:-1], ("3.3.1-a", 2018, "20.5"))
    assert not found(network, "SameFiguresAsAnotherCity", reading(network, "ie-cork", 2018, *other))


def test_a_citys_own_figures_are_no_copy(network: Network) -> None:
    network.publish([reading(network, "ie-cork", 2018, *FIGURES)], "test")
    assert not found(network, "SameFiguresAsAnotherCity", reading(network, "ie-cork", 2019, *FIGURES))


def test_a_copy_is_kept_with_its_warning_when_it_is_published(network: Network) -> None:
    network.publish([reading(network, "ie-dublin", 2018, *FIGURES)], "test")
    (outcome,) = network.publish([reading(network, "ie-cork", 2018, *FIGURES)], "test")
    assert outcome.status == "accepted"
    assert LCS + "SameFiguresAsAnotherCity" in {result.shape for result in outcome.report.results}
