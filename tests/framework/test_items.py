"""Items are found by whatever people call them, listed as people count, and never mixed up."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcgraph.framework.framework import Framework, natural
from lcgraph.framework.items import Code, Item, Register, normalise

APPLE = Code("http://e/apple", "a-1", {"en": "apple", "zh": "苹果"}, other_names=("pomme",))
PEAR = Code("http://e/pear", "a-2", {"en": "pear", "zh": "梨"}, other_names=("fruit",))
PLUM = Code("http://e/plum", "a-10", {"en": "plum", "zh": "李子"}, other_names=("fruit", "a-1"))


@pytest.fixture
def register() -> Register[Code]:
    return Register([APPLE, PEAR, PLUM])


@pytest.mark.parametrize(
    "text",
    ["http://e/apple", "a-1", "A-1", "ａ－１", " apple ", "APPLE", "苹果", "pomme", "Ｐｏｍｍｅ", "\u3000苹果\u3000"],
)
def test_an_item_is_found_by_iri_code_or_name_however_it_is_typed(register: Register[Code], text: str) -> None:
    assert register.find(text) is APPLE


def test_a_name_that_two_items_share_means_neither(register: Register[Code]) -> None:
    assert register.find("fruit") is None
    assert "a-2" not in register.nearest("fruit")


def test_a_code_means_its_item_whatever_others_are_called(register: Register[Code]) -> None:
    assert register.find("a-1") is APPLE


def test_what_is_not_there_is_not_found(register: Register[Code]) -> None:
    assert register.find("") is None
    assert register.find("melon") is None
    assert register.get("http://e/melon") is None
    with pytest.raises(KeyError):
        register.code("melon")


def test_the_nearest_are_told_nearest_first(register: Register[Code]) -> None:
    assert register.nearest("appel")[0] == "a-1"
    assert register.nearest("qqqqqq") == ()
    assert register.nearest("a-3", 1) in {("a-1",), ("a-2",), ("a-10",)}


def test_a_register_keeps_its_order(register: Register[Code]) -> None:
    assert register.codes == ("a-1", "a-2", "a-10")
    assert [*register] == [APPLE, PEAR, PLUM]
    assert len(register) == 3
    assert "http://e/pear" in register
    assert "a-2" not in register, "only IRIs are members"


@pytest.mark.parametrize(
    ("text", "code"),
    [("Cork", "ie-cork"), ("科克", "ie-cork"), ("corcaigh", "ie-cork"), ("ＤＲＥＳＤＥＮ", "de-dresden"), ("埃斯波", "fi-espoo"), ("Göteborg", "se-goteborg")],
)  # fmt: skip
def test_cities_are_found_in_every_language(framework: Framework, text: str, code: str) -> None:
    found = framework.cities.find(text)
    assert found is not None
    assert found.code == code


def test_every_item_is_found_by_its_code_and_its_iri(framework: Framework) -> None:
    edition = framework.edition()
    registers = (
        *(framework.commitments, framework.actions, edition.groups, edition.areas, edition.features),
        *(framework.measures, edition.cells, framework.units, framework.countries, framework.cities),
        *(framework.codes("sex"), framework.codes("definition-match")),
    )
    found: list[tuple[Item, Item | None, Item | None, Item]] = []
    for register in registers:
        found += [(i, register.find(i.code), register.find(i.iri), register.code(i.code)) for i in register]
    for item, *same in found:
        assert same == [item] * 3


def test_items_are_listed_as_people_count(framework: Framework) -> None:
    assert list(framework.commitments.codes) == [str(n) for n in range(1, 13)]
    assert framework.actions.codes[:2] == ("1.1", "1.2")
    assert framework.actions.codes[-1] == "12.5"


@given(st.lists(st.lists(st.integers(0, 999), min_size=1, max_size=4)))
def test_dotted_numbers_sort_by_their_numbers(numbers: list[list[int]]) -> None:
    codes = [".".join(map(str, n)) for n in numbers]
    assert sorted(codes, key=natural) == [".".join(map(str, n)) for n in sorted(numbers)]


@given(st.lists(st.text("ab1２.-²", max_size=6)))
def test_any_codes_can_be_sorted(codes: list[str]) -> None:
    once = sorted(codes, key=natural)
    assert sorted(once, key=natural) == once


@given(st.text())
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text("abcXYZ 0123，。中文", max_size=12))
def test_full_width_case_and_blanks_do_not_matter(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert normalise(wide) == normalise(text) == normalise(f"  {unicodedata.normalize('NFKC', text).upper()} ")
