"""The things that a text names are found in every form in which people write them, in both languages."""

from __future__ import annotations

import pytest

from lcgraph.asking.mentions import Names
from lcgraph.asking.question import Library
from lcgraph.asking.words import Vocabulary, load, tokens
from lcgraph.framework import resources
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import DEFAULT_BASE


@pytest.fixture(scope="module")
def names() -> tuple[Names, Vocabulary]:
    library = Library(resources.directory("queries"), DEFAULT_BASE)
    words = load(library.directory)
    return Names(framework(), words), Vocabulary(words, [text for q in library for text in q.head.asked.en])


def found(names: tuple[Names, Vocabulary], text: str, kind: str) -> list[str]:
    known, vocabulary = names
    mentions = known.find(text, tokens(text), vocabulary)
    return [value for mention in mentions if (value := mention.value(kind)) is not None]


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("What does Cork lack", "ie-cork"),
        ("ie-cork gaps", "ie-cork"),
        ("CORK CITY'S EVIDENCE", "ie-cork"),
        ("gaps of Göteborg", "se-goteborg"),
        ("gaps of goteborg", "se-goteborg"),
        ("Gothenburg", "se-goteborg"),
        ("Baile Átha Cliath", "ie-dublin"),
        ("'s-Hertogenbosch", "nl-s-hertogenbosch"),
        ("Den Bosch’s figures", "nl-s-hertogenbosch"),
        ("Stokholm", "se-stockholm"),
        ("Gothenbrug", "se-goteborg"),
        ("Αθήνα", "gr-athens"),
        ("科克市还缺什么", "ie-cork"),
        ("科克还缺什么", "ie-cork"),
        ("请问斯海尔托亨博斯市有什么", "nl-s-hertogenbosch"),
        ("Cork还缺什么", "ie-cork"),
    ],
)
def test_a_city_is_found_by_each_of_its_names(names: tuple[Names, Vocabulary], text: str, city: str) -> None:
    assert found(names, text, "city") == [city]


@pytest.mark.parametrize(
    "text", ["Corkk", "Coork", "Dubline Stockhlom", "evidence", "learning", "Paris", "巴黎", "克科"]
)
def test_a_short_name_with_a_slip_and_a_word_are_no_city(names: tuple[Names, Vocabulary], text: str) -> None:
    assert found(names, text, "city") == (["ie-dublin", "se-stockholm"] if text.startswith("Dub") else [])


@pytest.mark.parametrize(
    ("text", "commitment"),
    [
        ("commitment 7", "7"),
        ("Commitment no. 7", "7"),
        ("commitment number seven", "7"),
        ("the seventh commitment", "7"),
        ("the 7th commitment", "7"),
        ("C7", "7"),
        ("commitment twelve", "12"),
        ("承诺7", "7"),
        ("承诺 7", "7"),
        ("承诺一下面有什么", "1"),
        ("承诺七", "7"),
        ("第七项承诺", "7"),
        ("第7条承诺", "7"),
        ("承诺第七项", "7"),
        ("承诺十", "10"),
        ("第十一项承诺", "11"),
        ("承诺十二", "12"),
        ("Promoting sustainable development", "3"),
        ("提高学习质量", "8"),
    ],
)
def test_a_commitment_is_found_by_number_and_label(names: tuple[Names, Vocabulary], text: str, commitment: str) -> None:
    assert found(names, text, "commitment") == [commitment]


@pytest.mark.parametrize(
    "text",
    [
        "the twelve commitments",
        "12 commitments",
        "十二项承诺",
        "commitment 13",
        "承诺十三",
        "7",
        "承诺一些",
        "承诺一览",
    ],
)
def test_how_many_there_are_and_what_there_is_not_is_no_commitment(names: tuple[Names, Vocabulary], text: str) -> None:
    assert found(names, text, "commitment") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("action 2.3", "action", "2.3"),
        ("行动2.3", "action", "2.3"),
        ("2.3", "area", "2.3"),
        ("feature 2.4.1", "feature", "2.4.1"),
        ("measure 1.2.2-a", "measure", "1.2.2-a"),
        ("1.2.2 a", "measure", "1.2.2-a"),
        ("1.2.2A", "measure", "1.2.2-a"),
        ("unemployment rate in Cork", "measure", "1.2.2-a"),
        ("youth unemployment rate", "measure", "1.2.2-b"),
        ("科克的青年失业率", "measure", "1.2.2-b"),
        ("CO2 emissions", "measure", "1.3.1-a"),
        ("in edition 2013-draft", "edition", "2013-draft"),
        ("Swedish cities", "country", "SE"),
        ("cities of IE", "country", "IE"),
        ("瑞典的城市", "country", "SE"),
        ("Western Europe", "region", "155"),
        ("from surveys", "data-source-type", "survey"),
        ("专家评审", "data-source-type", "expert-review"),
        ("in 2019", "year", "2019"),
        ("2019年", "year", "2019"),
        ("since 2025-03-01", "date", "2025-03-01"),
        ("since 1 March 2025", "date", "2025-03-01"),
        ("since March 1st, 2025", "date", "2025-03-01"),
        ("since Mar 2025", "date", "2025-03-01"),
        ("自2025年3月1日以来", "date", "2025-03-01"),
        ("2025年3月以来", "date", "2025-03-01"),
        ("as of March 2025", "moment", "2025-03-31"),
        ("as of 2024", "moment", "2024-12-31"),
        ("as it was on 5 May 2025", "moment", "2025-05-05"),
        ("截至2025年3月", "moment", "2025-03-31"),
    ],
)
def test_codes_labels_years_and_dates_are_found(
    names: tuple[Names, Vocabulary], text: str, kind: str, value: str
) -> None:
    assert found(names, text, kind) == [value]


@pytest.mark.parametrize("text", ["in May", "IT in the classroom", "31 February 2025", "2025年13月1日"])
def test_what_only_looks_like_a_date_or_a_country_is_none(names: tuple[Names, Vocabulary], text: str) -> None:
    assert found(names, text, "country") == []
    assert found(names, text, "date") == []
