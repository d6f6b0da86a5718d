"""What forms are damaged with: every kind does something, at the cell it names, and all of it can be taken back."""

from __future__ import annotations

from random import Random

import openpyxl
import pytest

from benchmarks.damage import Workbook, deal, in_one_order, one_of_a_city
from benchmarks.kinds_of_damage import KINDS, Kind
from benchmarks.opened_form import Form
from benchmarks.synthetic import LUMENPORT
from benchmarks.workbook import YEARS, full
from lcgraph.checking.check import rules
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, local_name
from lcgraph.publishing.network import Network
from lcgraph.reading.as_table import to_workbook
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission

pytestmark = pytest.mark.embedded("a benchmark damages forms, and asks nothing of a store")


@pytest.fixture(scope="module")
def with_lumenport(tmp_path_factory: pytest.TempPathFactory) -> Framework:
    directory = tmp_path_factory.mktemp("network")
    Network(directory).register("city.ttl", (LUMENPORT / "city.ttl").read_bytes(), "test")
    return Network(directory).framework


@pytest.fixture(scope="module")
def lumenport(with_lumenport: Framework) -> Submission:
    found = read("lumenport.csv", (LUMENPORT / "lumenport.csv").read_bytes(), with_lumenport).submission
    assert found is not None
    return full(found)


@pytest.fixture(scope="module")
def forms(with_lumenport: Framework, lumenport: Submission) -> dict[str, Form]:
    form = Form(write_form(lumenport, with_lumenport, [], "en"), with_lumenport)
    tables = Form(to_workbook(lumenport, with_lumenport), with_lumenport)
    return {"form": form, "wide": form, "tables": tables}


def cells(book: openpyxl.Workbook) -> dict[tuple[str, str], tuple[object, str, str]]:
    return {
        (sheet.title, cell.coordinate): (cell.value, cell.data_type, cell.number_format)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def looks(book: openpyxl.Workbook) -> list[object]:
    return [
        (s.title, s.sheet_state, sorted(map(str, s.merged_cells.ranges)), [n for n, r in s.row_dimensions.items() if r.hidden],
         [n for n, c in s.column_dimensions.items() if c.hidden])
        for s in book.worksheets
    ]  # fmt: skip


NOT_BY_LUMENPORT = {
    "newest figure too old: the newer ones left out",
    "another city's published figures handed in as the own",
}
"""Its five years are all new, and it is fictional."""


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_damage_changes_the_form_and_is_taken_back(kind: Kind, forms: dict[str, Form]) -> None:
    form = forms[kind.form]
    places = kind.places(form)
    if kind.name in NOT_BY_LUMENPORT:
        assert not places
        return
    before = cells(form.book), looks(form.book)
    spot = kind.damage(form, places[0], Random(1))
    after = cells(form.book), looks(form.book)
    assert after != before
    assert spot.at[0] in form.book.sheetnames or not kind.rules
    form.restore()
    assert (cells(form.book), looks(form.book)) == before


def test_the_same_seed_does_the_same_damage(forms: dict[str, Form]) -> None:
    form, kind = forms["form"], KINDS["decimal comma"]
    figure = kind.places(form)[7]
    done = []
    for seed in (1, 1, 2):
        spot = kind.damage(form, figure, Random(seed))
        assert spot.at[1] is not None
        done.append((spot, form.text(spot.at[0], spot.at[1])))
        form.restore()
    assert done[0] == done[1]


def test_every_kind_names_rules_that_there_are() -> None:
    known = {local_name(iri) for iri in rules(DEFAULT_BASE)}
    assert [k.name for k in KINDS.values() if k.rules and not any(map(k.sees, known))] == []
    assert [k.name for k in KINDS.values() if not k.rules] == [
        "no damage: rows, columns and sheets moved, sheets renamed"
    ]


def test_a_figure_looks_right_only_within_all_that_is_known(forms: dict[str, Form]) -> None:
    form = forms["form"]
    newest = next(f for f in form.filled() if f.code.startswith("1.2.2-b") and f.year == 2024)
    assert newest.value is not None
    assert form.looks_right(newest, newest.value)
    assert not form.looks_right(newest, newest.value / 1000)  # less than cities report
    assert not form.looks_right(newest, newest.value + 101)  # more than a percentage can be
    assert not form.looks_right(newest, newest.value * 5)  # far from its past


def test_trials_are_dealt_to_the_workbooks_that_have_a_place_for_them() -> None:
    some = [
        Workbook(name, "form", "", 2024, b"", places={"decimal comma": n}) for name, n in (("a", 3), ("b", 0), ("c", 1))
    ]
    dealt = deal(some, 5)
    assert sorted((name, n) for name, wanted in dealt.items() for _, n in wanted) in (
        [("a", 0), ("a", 1), ("a", 2), ("c", 0), ("c", 1)],
        [("a", 0), ("a", 1), ("c", 0), ("c", 1), ("c", 2)],
    )


def test_the_years_of_a_city_become_one_submission_for_the_newest(lumenport: Submission) -> None:
    parts = [
        Submission(
            city=lumenport.city, year=year, edition=lumenport.edition, submitter="", sources=lumenport.sources,
            observations=tuple(o for o in lumenport.observations if o.period == year),
        )
        for year in (2023, 2024, 2022)
    ]  # fmt: skip
    whole = one_of_a_city(parts)
    assert whole.year == 2024
    assert {o.period for o in whole.observations} == {2022, 2023, 2024}
    assert {s.key for s in whole.sources} == {key for o in whole.observations for key in o.source}


def test_the_full_form_is_full_and_read_without_loss(lumenport: Submission, with_lumenport: Framework) -> None:
    assert len(lumenport.observations) == 79 * YEARS
    found = read("full.xlsx", write_form(lumenport, with_lumenport, [], "zh"), with_lumenport)
    assert found.findings == []
    assert in_one_order(found.submission) == in_one_order(lumenport)
