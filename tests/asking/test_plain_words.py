"""A question in plain words is matched to one of the library, or the nearest are offered: measured on two sets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from benchmarks.plain_words import EXPLAIN, HEAD, OFFER, REFUSE, SETS, Phrasing, count, judged, phrasings, table
from lcgraph.asking import parameters
from lcgraph.asking.mentions import Names
from lcgraph.asking.plain_words import MAX_LETTERS, OFFERS, PlainWords, understand
from lcgraph.asking.question import Library
from lcgraph.asking.words import Vocabulary, load, tokens
from lcgraph.errors import InputError, ParameterError
from lcgraph.framework import resources
from lcgraph.framework.framework import framework
from lcgraph.framework.namespaces import DEFAULT_BASE

LIBRARY = Library(resources.directory("queries"), DEFAULT_BASE)
ALL = {name: list(phrasings(path)) for name, path in SETS.items()}
EVERY = [phrasing for every in ALL.values() for phrasing in every]
LEAST_RIGHT = {"tuned on": 0.95, "held out": 0.75}


@pytest.fixture(scope="module")
def words() -> PlainWords:
    return PlainWords(LIBRARY, framework())


# the sets


def test_the_sets_are_large_bilingual_and_hold_what_no_question_answers() -> None:
    assert len(EVERY) >= 120
    assert 0.4 < sum(phrasing.language == "zh" for phrasing in EVERY) / len(EVERY) < 0.6
    assert sum(phrasing.expected in (OFFER, REFUSE) for phrasing in EVERY) >= 20
    assert len({phrasing.text for phrasing in EVERY}) == len(EVERY)
    assert {phrasing.expected for phrasing in EVERY} - {OFFER, REFUSE, EXPLAIN} <= set(LIBRARY.names)


def test_no_phrasing_is_a_copy_of_one_that_a_question_brings() -> None:
    spoken = load(LIBRARY.directory)
    names, vocabulary = Names(framework(), spoken), Vocabulary(spoken, [])

    def bare(text: str) -> str:
        return re.sub(r"[^\w§]+", "", re.sub(r"(commitment|action|承诺|行动)\s*§", "§", text.casefold()))

    def without_names(text: str) -> str:
        found = tokens(text)
        for mention in reversed(names.find(text, found, vocabulary)):
            text = f"{text[: found[mention.start].start]}§{text[found[mention.end - 1].end :]}"
        return bare(text)

    brought = {bare(re.sub(r"\{.*?\}", "§", text)) for q in LIBRARY for text in (*q.head.asked.en, *q.head.asked.zh)}
    assert [phrasing.text for phrasing in EVERY if without_names(phrasing.text) in brought] == []


@pytest.mark.parametrize("name", SETS)
def test_at_most_2_percent_are_answered_wrongly_and_most_are_right(name: str, words: PlainWords) -> None:
    kinds = [(phrasing, judged(phrasing, words.understand(phrasing.text))) for phrasing in ALL[name]]
    wrong = [phrasing.text for phrasing, kind in kinds if kind == "wrong"]
    assert len(wrong) <= 0.02 * len(kinds), wrong
    right = sum(kind == "right" for _, kind in kinds)
    assert right >= LEAST_RIGHT[name] * len(kinds), [p.text for p, kind in kinds if kind == "offered"]


def test_the_page_tells_what_comes_out(words: PlainWords) -> None:
    rows = []
    for name, every in ALL.items():
        rows += table(name, count((phrasing, judged(phrasing, words.understand(phrasing.text))) for phrasing in every))
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    told = {
        tuple(cells[:2]): tuple(map(int, cells[2:]))
        for line in page.partition(f"| {' | '.join(HEAD)} |\n")[2].splitlines()[1 : 1 + len(rows)]
        for cells in [line.strip("| ").split(" | ")]
    }
    for name, language, *figures in rows:  # a new question may move one or two
        off = [abs(a - int(b)) for a, b in zip(told[name, language], figures, strict=True)]
        assert max(off) <= 2, "\n".join(f"| {' | '.join(row)} |" for row in rows)


# what is understood


@pytest.mark.parametrize("text", ["Which commitments does Cork have evidence for?", "科克市有哪些承诺有证据？"])
def test_the_line_that_asks_the_same_is_told(text: str, words: PlainWords) -> None:
    understood = words.understand(text).understood
    assert understood is not None
    assert understood.command() == "lcgraph ask city-commitments --city ie-cork"
    assert understood.address({"lang": "en"}) == "/questions/city-commitments?city=ie-cork&lang=en"


def test_what_is_understood_or_offered_can_be_asked(words: PlainWords) -> None:
    for phrasing in EVERY:
        found = words.understand(phrasing.text)
        assert sum(one is not None for one in (found.understood, found.why, found.reasons)) == 1
        assert len(found.offers) <= OFFERS
        for proposal in (*found.offers, *filter(None, [found.understood])):
            assert parameters.bind(proposal.question, proposal.complete, framework()).keys() == proposal.complete.keys()


@settings(max_examples=60, deadline=None)
@given(
    phrasing=st.sampled_from(EVERY),
    before=st.sampled_from(["", "  ", "“", "请问，", "please, "]),
    after=st.sampled_from(["", "?", "？", " ?!", "。", " ..."]),
)
def test_case_blanks_and_marks_do_not_matter(words: PlainWords, phrasing: Phrasing, before: str, after: str) -> None:
    text = before + phrasing.text.strip("?？").replace(" ", "  ") + after
    assert words.understand(text).understood == words.understand(phrasing.text).understood


@settings(max_examples=100, deadline=None)
@given(text=st.text(min_size=1, max_size=80))
def test_any_text_is_heard_and_always_alike(words: PlainWords, text: str) -> None:
    try:
        found = words.understand(text)
    except ParameterError:
        assert not text.strip()
        return
    assert found == words.understand(text)


@pytest.mark.parametrize("text", ["1.5", "2.9", "action 9.9", "行动9.9", "cities with evidence for action 99.1"])
def test_a_code_that_there_is_not_is_no_fault(text: str, words: PlainWords) -> None:
    heard = words.understand(text)
    assert heard.understood is not None or heard.why is not None
    if heard.understood is not None and "action" in heard.understood.given:
        with pytest.raises(ParameterError):  # which says what there is
            parameters.bind(heard.understood.question, heard.understood.given, framework())


@pytest.mark.parametrize("text", ["", "   ", "a" * (MAX_LETTERS + 1)])
def test_nothing_and_too_much_are_refused(text: str, words: PlainWords) -> None:
    with pytest.raises(ParameterError):
        words.understand(text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Why does Cork have evidence for commitment 2?", "--city ie-cork --commitment 2"),
        ("how come Espoo has none for action 4.1", "--city fi-espoo --action 4.1"),
        ("why no evidence for workplace learning in Cork", "--city ie-cork --commitment 6"),
        ("解释一下科克为什么缺少第三项承诺的证据", "--city ie-cork --commitment 3"),
        (
            "as of 2026-01-01 why has Cork evidence for commitment 2 under the 2013 draft",
            "--city ie-cork --commitment 2 --edition 2013-draft --as-of 2026-01-01",
        ),
    ],
)
def test_who_asks_why_a_city_has_or_lacks_evidence_wants_an_explanation(
    text: str, command: str, words: PlainWords
) -> None:
    found = words.understand(text)
    assert found.reasons is not None
    assert found.reasons.command() == f"lcgraph explain {command}"


@pytest.mark.parametrize(
    "text",
    [
        "why is commitment 2 important",  # of no city
        "why does Cork have evidence",  # for what
        "why do Cork and Dublin have evidence for commitment 2",
        "why does Cork have evidence for commitments 2 and 3, commitment 3",
        "why does Cork use a proxy for commitment 2",  # of something else than evidence
        "why has Cork evidence for commitment 2 in 2012",  # which an explanation does not take
    ],
)
def test_other_reasons_are_not_taken_for_an_explanation(text: str, words: PlainWords) -> None:
    assert words.understand(text).reasons is None


def test_traditional_characters_are_read_as_simplified_ones(words: PlainWords) -> None:
    asked = {"科克有哪些承諾有證據": "科克有哪些承诺有证据", "埃斯波離目標還有多遠": "埃斯波离目标还有多远"}
    for traditional, simplified in asked.items():
        understood = words.understand(traditional).understood
        assert understood is not None
        assert understood == words.understand(simplified).understood
    looked_for = words.understand("框架裡哪裡提到圖書館").understood
    assert looked_for is not None
    assert looked_for.given == {"text": "图书馆"}  # as the framework writes it


def test_a_question_that_leaves_out_a_year_of_the_text_is_only_offered(words: PlainWords) -> None:
    found = words.understand("sources of Cork's unemployment rate 2011")
    assert found.understood is None or "year" in found.understood.given


# what is not sure


@pytest.mark.parametrize("text", ["Which city is the best?", "rank the cities", "哪个城市最好？", "城市排名"])
def test_who_asks_for_a_ranking_is_told_that_there_is_none(text: str, words: PlainWords) -> None:
    found = words.understand(text)
    assert found.understood is None
    assert found.refused
    assert "not ranked" in str(found.why)


def test_a_question_without_its_city_says_what_it_needs_and_gives_an_example(words: PlainWords) -> None:
    found = words.understand("what is still missing in Atlantis")
    assert found.understood is None
    (offer,) = found.offers
    assert (offer.question.name, offer.missing) == ("city-gaps", ("city",))
    assert "needs to know: the city" in str(found.why)
    assert offer.command() == "lcgraph ask city-gaps --city ie-cork"


def test_a_city_that_is_written_too_wrongly_brings_the_nearest(words: PlainWords) -> None:
    found = words.understand("What does Corkk still lack in commitment 4?")
    assert found.understood is None
    assert "Did you mean ie-cork (Cork)?" in str(found.why)
    assert [offer.command() for offer in found.offers] == ["lcgraph ask city-gaps --city ie-cork --commitment 4"]
    assert [offer.missing for offer in found.offers] == [()]
    assert "Did you mean ie-cork (Cork)?" in str(words.understand("evidence of Corkk").why)
    assert words.understand("科客市还缺什么").offers[0].given == {"city": "ie-cork"}


def test_two_cities_where_a_question_takes_one_are_not_answered_for_one_of_them(words: PlainWords) -> None:
    assert words.understand("Which commitments do Cork and Dublin have evidence for?").understood is None


# the library alone decides


QUESTION = """\
#+ title: {en: Bridges of a city, zh: 城市的桥梁}
#+ description: {en: Its bridges, zh: 桥梁}
#+ asked:
#+   en: ["Which bridges does {city} have?", "Bridges in {city}"]
#+   zh: ["{city}有哪些桥梁？", "{city}的桥"]
#+ parameters:
#+   city: {type: city, required: true, example: ie-cork, description: {en: the city, zh: 城市}}
#+ columns:
#+   bridge: {en: Bridge, zh: 桥梁}
SELECT ?lang ?edition ?city ?bridge WHERE { VALUES (?bridge) { ("one") } }
"""


@pytest.mark.parametrize("text", ["are there any bridges in Dublin", "都柏林都有什么桥梁"])
def test_a_question_is_understood_as_soon_as_its_file_is_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "city-bridges.rq").write_text(QUESTION, encoding="utf-8")
    understood = understand(text, Library(tmp_path, DEFAULT_BASE), framework()).understood
    assert understood is not None
    assert (understood.question.name, understood.given) == ("city-bridges", {"city": "ie-dublin"})


def test_words_that_are_wrong_are_named_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "words.yaml").write_text("notions: {lack: {fr: [manque]}}", encoding="utf-8")
    with pytest.raises(InputError, match="words of the questions") as refused:
        understand("anything", Library(tmp_path, DEFAULT_BASE), framework())
    assert refused.value.where == "words.yaml: notions.lack.fr"
