"""Names of codes that Excel takes for no drop-down in place stand in a list: a further language may need more letters."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from lcgraph import language
from lcgraph.framework.framework import Framework
from lcgraph.reading.form.write import write_form
from lcgraph.reading.reader import read
from lcgraph.reading.submission import Submission


@pytest.fixture
def wordy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Framework]:
    """The framework with a language in which the kinds of documents have long names, and those of sources commas."""
    shutil.copy(language.MESSAGES / "zh.po", tmp_path)
    catalogue = Catalog(locale="fr", fuzzy=False)
    known = Framework()
    for code in known.codes("document-type"):
        catalogue.add(code.label["en"], f"{code.label['en']} {'x' * 40}")
    for code in known.codes("data-source-type"):
        catalogue.add(code.label["en"], f"{code.label['en']}, as it is")
    with (tmp_path / "fr.po").open("wb") as out:
        write_po(out, catalogue)
    monkeypatch.setattr(language, "MESSAGES", tmp_path)
    for remembered in (language.languages, language._catalogue):
        remembered.cache_clear()
    yield Framework()
    monkeypatch.undo()
    for remembered in (language.languages, language._catalogue):
        remembered.cache_clear()


def test_a_drop_down_offers_long_names_and_names_with_commas(wordy: Framework) -> None:
    cork = wordy.cities.code("ie-cork")
    empty = Submission(city=cork.iri, year=2024, edition=wordy.edition().iri, submitter="", language="fr")
    book = openpyxl.load_workbook(io.BytesIO(write_form(empty, wordy, [2024], "fr")))
    offered = {}
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" and not str(rule.formula1).startswith('"'):
                name, _, cells = str(rule.formula1).replace("'", "").partition("!")
                offered[str(rule.formula1)] = [row[0].value for row in book[name][cells.replace("$", "")]]
            assert len(str(rule.formula1)) <= 257
    for name in ("document-type", "data-source-type"):
        assert [language.pick(code.label, "fr") for code in wordy.codes(name)] in offered.values()


def test_what_was_chosen_there_is_read(wordy: Framework) -> None:
    cork = wordy.cities.code("ie-cork")
    empty = Submission(city=cork.iri, year=2024, edition=wordy.edition().iri, submitter="", language="fr")
    book = openpyxl.load_workbook(io.BytesIO(write_form(empty, wordy, [2024], "fr")))
    sheet = book["Sources"]
    sheet["A2"], sheet["B2"], sheet["C2"] = "lfs", "official data, as it is", "Enquête"
    out = io.BytesIO()
    book.save(out)
    submission = read("cork.xlsx", out.getvalue(), wordy).submission
    assert submission is not None
    assert [source.type for source in submission.sources] == [wordy.codes("data-source-type").code("official").iri]
