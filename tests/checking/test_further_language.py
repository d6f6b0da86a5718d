"""A further language of the report is one file to add: a catalogue in ``messages/``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from further_language import LANGUAGE, untranslated, write_catalogue
from shape_examples import EXAMPLES

from lcgraph import language
from lcgraph.checking import check, slips
from lcgraph.checking.check import Checker
from lcgraph.checking.formats import render
from lcgraph.framework.framework import Framework
from lcgraph.reading.reader import Reading, read

TODAY = date(2026, 11, 23)
OF_SUBMISSIONS = [example for example in EXAMPLES if not example.of_city]


def forget() -> None:
    for remembered in (language.languages, language._catalogue, check.rules, slips._data):
        remembered.cache_clear()


@pytest.fixture(autouse=True)
def further(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There is a further language, in which no letter is Latin."""
    shutil.copy(language.MESSAGES / "zh.po", tmp_path)
    write_catalogue(tmp_path)
    monkeypatch.setattr(language, "MESSAGES", tmp_path)
    forget()
    yield
    monkeypatch.undo()
    forget()


def told(reading: Reading, framework: Framework) -> Iterator[tuple[str, str]]:
    """Each text of a report with the shape that it is of."""
    report = Checker(framework).check(reading, TODAY)
    assert report.results
    for result in report.results:
        for labels in (result.message, result.expected, result.remedy, result.why):
            assert set(labels) in (set(), {"en", "fr", "zh"}), result.shape
            yield result.shape, language.pick(labels, LANGUAGE)


def test_what_the_shapes_find_is_told_in_it(framework: Framework) -> None:
    left: set[tuple[str, str]] = set()
    for example in OF_SUBMISSIONS:
        text = "".join(f"{triple} .\n" for triple in example.data())
        for shape, said in told(read("cork.nt", text.encode(), framework), framework):
            left.update((shape.rpartition("#")[2], words) for words in untranslated(said, "ie-cork", "ie-dublin"))
    assert left == set()


def test_what_the_readers_find_is_told_in_it(read_small: Callable[..., Reading], framework: Framework) -> None:
    slips = (("ie-cork", "ie-crok"), (",female,12.5", ',female,"12,5"'), ("close,lfs", "close,lsf"), ("exact", "exakt"))
    reading = read_small(*slips)
    cities = [name for city in framework.cities for name in (city.code, city.label["en"])]
    data = ("ie-crok", "lsf", "lfs", "exakt", "exact", "related", "cork.csv", *cities)
    left = [words for _, said in told(reading, framework) for words in untranslated(said, *data)]
    assert left == []
    text = render(Checker(framework).check(reading, TODAY), "text/plain", LANGUAGE).decode()
    columns = ("city", "source", "value", "match")
    assert untranslated(text, *data, *columns) == []


def test_a_slip_with_the_unit_is_told_in_it(read_small: Callable[..., Reading], framework: Framework) -> None:
    reading = read_small((",female,12.5", ",female,1250"))
    left = [words for _, said in told(reading, framework) for words in untranslated(said)]
    assert left == []


def test_it_is_offered_and_the_others_stay() -> None:
    assert language.languages() == ("en", "fr", "zh")
    assert str(language.Text("Where: {where}", where="A1")) == "Where: A1"
    assert language.Text("Where: {where}", where="A1").to("zh") == "位置：A1"
