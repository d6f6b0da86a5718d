"""A further language of the report is one file to add: a catalogue in ``messages/``."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from shape_examples import EXAMPLES

from lcgraph import language
from lcgraph.checking.check import Checker
from lcgraph.checking.formats import render
from lcgraph.checking.texts import shape_texts
from lcgraph.framework.framework import Framework
from lcgraph.reading.reader import Reading, read

TODAY = date(2026, 11, 23)
OF_SUBMISSIONS = [example for example in EXAMPLES if not example.of_city]


def forget() -> None:
    language.languages.cache_clear()
    language._catalogue.cache_clear()


@pytest.fixture
def french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """French, in which every English sentence stands in double brackets."""
    chinese = language.MESSAGES / "zh.po"
    shutil.copy(chinese, tmp_path)
    with chinese.open("rb") as source:
        known = read_po(source, locale="zh")
    catalogue = Catalog(locale="fr", fuzzy=False)
    for message in known:
        if message.id:
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            told = tuple(f"⟦{text}⟧" for text in ids)
            catalogue.add(message.id, told if isinstance(message.id, tuple) else told[0])
    for text in shape_texts():
        catalogue.add(text, f"⟦{text}⟧")
    with (tmp_path / "fr.po").open("wb") as out:
        write_po(out, catalogue)
    monkeypatch.setattr(language, "MESSAGES", tmp_path)
    forget()
    yield
    monkeypatch.undo()
    forget()


def assert_all_french(reading: Reading, framework: Framework) -> None:
    report = Checker(framework).check(reading, TODAY)
    assert report.results
    for result in report.results:
        for labels in (result.message, result.expected, result.remedy, result.why):
            if labels:
                assert language.pick(labels, "fr").startswith("⟦"), (result.shape, labels)


@pytest.mark.usefixtures("french")
def test_what_the_shapes_find_is_told_in_it(framework: Framework) -> None:
    for example in OF_SUBMISSIONS:
        text = "".join(f"{triple} .\n" for triple in example.data())
        assert_all_french(read("cork.nt", text.encode(), framework), framework)


@pytest.mark.usefixtures("french")
def test_what_the_readers_find_is_told_in_it(read_small: Callable[..., Reading], framework: Framework) -> None:
    reading = read_small(("ie-cork", "ie-crok"), (",female,12.5", ',female,"12,5"'), ("close,lfs", "close,lsf"))
    assert_all_french(reading, framework)
    text = render(Checker(framework).check(reading, TODAY), "text/plain", "fr").decode()
    assert all("⟦" in line for line in text.splitlines() if line.strip())


@pytest.mark.usefixtures("french")
def test_it_is_offered_and_the_others_stay(framework: Framework) -> None:
    assert language.languages() == ("en", "fr", "zh")
    assert str(language.Text("Where: {where}", where="A1")) == "Where: A1"
