"""Sentences keep their values apart until somebody asks for them in a language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.language import Text, choose_language, enumerate_in, languages, pick


def test_english_stands_in_the_code_and_chinese_in_the_catalogue() -> None:
    text = Text("The file {file} is empty.", file="cork.csv")
    assert text.to("en") == str(text) == "The file cork.csv is empty."
    assert text.to("zh") == "文件cork.csv是空的。"


def test_a_language_without_a_catalogue_gets_english() -> None:
    assert Text("The file {file} is empty.", file="a").to("xx") == "The file a is empty."
    assert Text("The file {file} is empty.", file="a").to("../zh") == "The file a is empty."


def test_a_sentence_without_a_translation_stays_english() -> None:
    assert Text("Never said before: {x}.", x=1).to("zh") == "Never said before: 1."


def test_values_are_shown_in_the_language_of_the_sentence() -> None:
    inner = Text("The file {file} is empty.", file="a")
    labels = {"en": "Cork", "zh": "科克"}
    text = Text("{place}: {message} {remedy}", place=labels, message=inner, remedy=[labels, 7])
    assert text.to("en") == "Cork: The file a is empty. Cork, 7"
    assert text.to("zh") == "科克：文件a是空的。科克、7"


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert Text("The file {file} is empty.", file="{file}.csv {0} {").to("zh") == "文件{file}.csv {0} {是空的。"


def test_a_sentence_without_values_may_hold_braces() -> None:
    assert str(Text("SELECT * { ?s ?p ?o }")) == "SELECT * { ?s ?p ?o }"


@pytest.mark.parametrize(("n", "english"), [(0, "0 warnings"), (1, "1 warning"), (2, "2 warnings")])
def test_a_counted_sentence_follows_its_number(n: int, english: str) -> None:
    text = Text.counted("{n} warning", "{n} warnings", n=n)
    assert text.to("en") == english
    assert text.to("zh") == f"{n}项警告"


def test_two_sentences_are_equal_if_they_say_the_same() -> None:
    assert Text("{n} rows.", n=2) == Text("{n} rows.", n="2")
    assert Text("{n} rows.", n=2) != Text("{n} rows.", n=3)
    assert len({Text("{n} rows.", n=2), Text("{n} rows.", n=2)}) == 1
    assert Text("{n} rows.", n=2) != "2 rows."


def test_a_label_is_picked_in_the_language_else_in_english_else_in_any() -> None:
    assert pick({"en": "Cork", "zh": "科克"}, "zh") == "科克"
    assert pick({"en": "Cork"}, "zh") == "Cork"
    assert pick({"ga": "Corcaigh"}, "zh") == "Corcaigh"
    assert pick({}, "zh") == ""


def test_lists_have_the_separator_of_the_language() -> None:
    assert enumerate_in(["a", "b"], "en") == "a, b"
    assert enumerate_in(["a", "b"], "zh") == "a、b"
    assert enumerate_in([], "zh") == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("ZH-Hans-CN", "zh"),
        ("zh_CN", "en"),
        ("en, zh", "en"),
        ("zh, en", "zh"),
        ("en;q=0.4, zh;q=0.8", "zh"),
        ("en;q=0.8, zh;q=0.8", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=0", "en"),
        ("xx, yy", "en"),
        ("xx, zh;q=0.1", "zh"),
        ("zh ; q = 0.9, en;q=0.5", "zh"),
        ("zh;q=nonsense, en;q=0.1", "en"),
        ("zh;q=", "en"),
        ("zh;level=1;q=0.9, en;q=0.5", "zh"),
        ("*", "en"),
        ("*;q=0.5, zh;q=0.1", "en"),
        ("zh;q=nan, en;q=0.1", "en"),
        ("zh;q=-1, en;q=0.1", "en"),
        ("zh;q=2, en", "en"),
        (";;;,,,q=1", "en"),
        ("zh\r\nX: y", "en"),
    ],
)
def test_the_language_is_chosen_as_the_header_ranks_them(header: str | None, language: str) -> None:
    assert choose_language(header) == language


@given(st.text(max_size=60))
def test_any_header_whatever_chooses_one_of_the_languages(header: str) -> None:
    assert choose_language(header) in languages()
