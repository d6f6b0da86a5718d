"""Many files are checked in processes of their own, in order, each with its report or its error."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import SMALL

from lcgraph.errors import InputError
from lcgraph.publishing.check_many import How, check_many, submissions_in
from lcgraph.publishing.claims import Claim
from lcgraph.publishing.network import Network


def how(network: Network, claim: Claim | None = None) -> How:
    return How(str(network.directory), network.base, "", "text/plain", "en", claim or Claim())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six files that conform, do not, or cannot be used, in folders."""
    folder = tmp_path / "in"
    (folder / "2016").mkdir(parents=True)
    for name, text in (
        ("a.csv", SMALL),
        ("b.csv", SMALL.replace("12.5,%", "twelve,%")),
        ("2016/c.csv", SMALL),
        ("d.xlsx", "no workbook"),
        ("e.ttl", "no turtle"),
        ("~$a.xlsx", "the lock of an open workbook"),
        ("notes.txt", "no submission"),
        (".hidden.csv", SMALL),
    ):
        (folder / name).write_text(text)
    return folder


def test_the_submissions_of_a_folder_are_found_at_any_depth_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    found = [path.relative_to(folder).as_posix() for path in submissions_in(folder)]
    assert found == ["2016/c.csv", "a.csv", "b.csv", "d.xlsx", "e.ttl"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError) as caught:
        submissions_in(tmp_path / "empty")
    assert "has no submissions" in caught.value.tell("en")


def test_each_file_gets_its_report_or_its_error_in_the_order_of_the_files(folder: Path, network: Network) -> None:
    paths = submissions_in(folder)
    done: list[None] = []
    checked = list(check_many(paths, how(network), count=2, done=lambda: done.append(None)))
    assert [c.path for c in checked] == paths
    assert [c.conforms for c in checked] == [True, True, False, False, False]
    assert [c.error is not None for c in checked] == [False, False, False, True, True]
    assert len(done) == len(paths)
    assert b"twelve" in checked[2].report
    assert [iri.rpartition("#")[2] for iri in checked[2].violated] == ["NotAFigure"]
    assert checked[3].error is not None
    assert checked[3].error.tell("zh") != checked[3].error.tell("en")


def test_one_file_or_many_are_told_the_same(folder: Path, network: Network) -> None:
    alone = [next(check_many([path], how(network))) for path in submissions_in(folder)[:3]]
    together = list(check_many(submissions_in(folder)[:3], how(network), count=2))
    assert [c.report for c in alone] == [c.report for c in together]


def test_files_are_held_against_what_they_are_handed_in_for(folder: Path, network: Network) -> None:
    city = network.framework.cities.code("se-boras").iri
    (checked,) = check_many([folder / "a.csv"], how(network, Claim(city, 2017)))
    assert {iri.rpartition("#")[2]: n for iri, n in checked.violated.items()} == {"NotAsClaimed": 2}


def test_a_file_that_takes_too_long_is_ended_and_the_next_one_checked(folder: Path, network: Network) -> None:
    slow = how(network)
    hurried = How(slow.directory, slow.base, "", "text/plain", "en", seconds=0.001)
    checked = list(check_many([folder / "a.csv", folder / "2016" / "c.csv"], hurried, count=1))
    assert all(c.error is not None for c in checked)
