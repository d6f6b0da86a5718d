"""Answers on the demonstration network against plain Python over the table of Eurostat.

The oracle knows the mapping file by heart and nothing of RDF: a line of the table is evidence for
an action by way of what is written here.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

import pytest
from support import DEMO

from lcgraph.asking.answer import Answerer

MEASURES = {
    "unemployment_rate": ("1.2.2-a", {"T": "total", "F": "female", "M": "male"}, "close", "2.3"),
    "satisfied_schools": ("2.5.2-a", {"T": "school"}, "related", "8.4"),
    "satisfied_schools_2019_wording": ("2.5.2-a", {"T": "school"}, "related", "8.4"),
    "satisfied_internet_at_home": ("2.4.1-b", {"T": "total"}, "related", "7.3"),
}
"""Column ``measure`` of the table: code of the measure, sex to the cell, definition match, action."""

CELLS = {
    "1.2.2-a": ("male", "female", "total"),
    "2.5.2-a": ("school", "community-learning-space"),
    "2.4.1-b": ("total",),
}

CITIES = {
    "ie-cork": "Cork",
    "de-dresden": "Dresden",
    "fi-espoo": "Espoo",
    "be-liege": "Liège",
    "pt-lisbon": "Lisbon",
    "nl-groningen": "Groningen",
    "tr-ankara": "Ankara",
    "gr-athens": "Athens",
}


class Figure(NamedTuple):
    """A line of the table that is mapped."""

    year: int
    measure: str
    cell: str
    match: str
    action: str
    stated: str
    line: int


def lines() -> list[dict[str, str]]:
    with (DEMO / "eurostat" / "cities.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


def figures(city: str) -> list[Figure]:
    found = []
    for number, row in enumerate(lines(), 2):  # the first line is the header
        if row["learning_city"] == CITIES[city] and row["measure"] in MEASURES:
            measure, cells, match, action = MEASURES[row["measure"]]
            if row["sex"] in cells:
                found.append(Figure(int(row["year"]), measure, cells[row["sex"]], match, action, row["value"], number))
    return found


def newest(city: str) -> set[Figure]:
    by_cell: dict[tuple[str, str], Figure] = {}
    for figure in sorted(figures(city)):
        by_cell[figure.measure, figure.cell] = figure
    return set(by_cell.values())


@pytest.mark.parametrize("city", CITIES)
def test_a_city_s_commitments_rest_on_the_newest_line_of_the_table_for_each_cell(
    city: str, demo_answers: Answerer
) -> None:
    rows = demo_answers.ask("city-commitments", {"city": city}, "en").rows
    found = sorted(
        (row["action_code"], row["measure_code"], row["year"], row["match"], row["stated_as"], row["line"])
        for row in rows
    )
    assert found == sorted((f.action, f.measure, f.year, f.match, f.stated, f.line) for f in newest(city))
    assert found, "the oracle has nothing to compare"
    for row in rows:
        assert row["value"] == Decimal(str(row["stated_as"]))
        assert row["commitment_code"] == str(row["action_code"]).split(".", maxsplit=1)[0]


@pytest.mark.parametrize("city", CITIES)
def test_every_figure_can_be_followed_to_the_line_and_column_that_hold_it(city: str, demo_answers: Answerer) -> None:
    table = (DEMO / "eurostat" / "cities.csv").read_text(encoding="utf-8").splitlines()
    header = table[0].split(",")
    for row in demo_answers.ask("city-commitments", {"city": city}, "en").rows:
        assert row["file"] == "cities.csv"
        assert isinstance(row["line"], int)
        stands = next(csv.DictReader([table[row["line"] - 1]], header))
        assert stands[str(row["cell"])] == row["stated_as"]
        assert (stands["learning_city"], stands["year"]) == (CITIES[city], str(row["year"]))


@pytest.mark.parametrize("city", CITIES)
def test_a_city_s_gaps_are_what_its_table_has_no_line_for(city: str, demo_answers: Answerer) -> None:
    framework = demo_answers.framework
    has = {(f.measure, f.cell) for f in figures(city)}
    expected: list[tuple[str | None, str | None, str, int]] = []
    for measure in framework.measures:
        cells = [cell.code.removeprefix(f"{measure.code}.") for cell in measure.cells]
        assert measure.code not in CELLS or set(cells) == set(CELLS[measure.code])
        missing = [cell for cell in cells if (measure.code, cell) not in has]
        gap = "no figure" if len(missing) == len(cells) else "split missing"
        if missing:
            asked: list[str | None] = [framework.actions[a].code for a in measure.informs]
            expected.extend((action, measure.code, gap, len(missing)) for action in asked or [None])
    unserved = [a.code for a in framework.actions if not any(a.iri in m.informs for m in framework.measures)]
    expected.extend((code, None, "no measure in this edition", 0) for code in unserved)
    rows = demo_answers.ask("city-gaps", {"city": city}, "en").rows
    found = [(row["action_code"], row["measure_code"], row["gap"], row["missing_count"]) for row in rows]
    assert sorted(found, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("city", CITIES)
def test_a_series_is_every_line_of_the_measure(city: str, demo_answers: Answerer) -> None:
    by_measure: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for figure in figures(city):
        by_measure[figure.measure].append((figure.year, figure.stated, figure.line))
    for measure in CELLS:
        rows = demo_answers.ask("measure-series", {"city": city, "measure": measure}, "zh").rows
        assert sorted((r["year"], r["stated_as"], r["line"]) for r in rows) == sorted(by_measure[measure]), measure
        assert [r["year"] for r in rows] == sorted(str_year for str_year, _, _ in by_measure[measure])


@pytest.mark.parametrize(("commitment", "action"), [("2", "2.3"), ("7", "7.3"), ("8", "8.4")])
def test_cities_with_evidence_are_those_of_which_the_table_has_a_line(
    commitment: str, action: str, demo_answers: Answerer
) -> None:
    rows = demo_answers.ask("commitment-cities", {"commitment": commitment}, "en").rows
    found = {row["city_code"]: row for row in rows}
    assert [*found] == sorted(map(str, found))
    assert len(found) == len(rows)
    for city in CITIES:
        of_action = [f for f in figures(city) if f.action == action]
        assert (city in found) == bool(of_action)
        if of_action:
            row = found[city]
            assert (row["figures"], row["proxies"], row["documents"]) == (len(of_action), len(of_action), 0)
            assert row["first_year"] == min(f.year for f in of_action)
            assert row["last_year"] == max(f.year for f in of_action)
            assert row["measures"] == " ".join(sorted({f.measure for f in of_action}))


@pytest.mark.parametrize("city", CITIES)
def test_the_chain_of_a_commitment_ends_at_every_line_that_bears_on_it(city: str, demo_answers: Answerer) -> None:
    for action in {action for _, _, _, action in MEASURES.values()}:
        given = {"city": city, "commitment": action.partition(".")[0]}
        rows = demo_answers.ask("evidence-chain", given, "en").rows
        found = sorted(
            (row["action_code"], row["measure_code"], row["year"], row["stated_as"], row["line"]) for row in rows
        )
        assert found == sorted(
            (f.action, f.measure, f.year, f.stated, f.line) for f in figures(city) if f.action == action
        )


@pytest.mark.parametrize("city", CITIES)
def test_progress_and_change_are_differences_of_lines(city: str, demo_answers: Answerer) -> None:
    series: dict[tuple[str, str], dict[int, Figure]] = defaultdict(dict)
    for figure in figures(city):
        series[figure.measure, figure.cell][figure.year] = figure
    moved, last = [], []
    for (measure, _), by_year in series.items():
        years = sorted(by_year)
        values = [Decimal(by_year[year].stated) for year in years]
        moved.append((measure, years[0], years[-1], values[-1] - values[0] if len(years) > 1 else None))
        if len(years) > 1:
            last.append((measure, years[-2], years[-1], values[-1] - values[-2]))
    columns = ("measure_code", "baseline_year", "newest_year", "change")
    rows = demo_answers.ask("city-progress", {"city": city}, "en").rows
    assert sorted((tuple(row[c] for c in columns) for row in rows), key=str) == sorted(moved, key=str)
    assert {row["target_year"] for row in rows} == {None}
    columns = ("measure_code", "year_before", "year", "change")
    rows = demo_answers.ask("city-changes", {"city": city}, "en").rows
    assert sorted((tuple(row[c] for c in columns) for row in rows), key=str) == sorted(last, key=str)


@pytest.mark.parametrize("city", CITIES)
def test_evidence_is_as_strong_as_the_lines_of_the_table(city: str, demo_answers: Answerer) -> None:
    rows = demo_answers.ask("city-evidence-strength", {"city": city}, "en").rows
    assert len(rows) == 12
    for row in rows:
        of_it = [f for f in figures(city) if f.action.partition(".")[0] == row["commitment_code"]]
        assert (row["figures"], row["proxies"], row["exact"]) == (len(of_it), len(of_it), 0)
        assert row["measures_evident"] == len({f.measure for f in of_it})
        assert row["cells_filled"] == len({(f.measure, f.cell) for f in of_it})
        assert (row["oldest_year"], row["newest_year"]) == (
            min((f.year for f in of_it), default=None),
            max((f.year for f in of_it), default=None),
        )
