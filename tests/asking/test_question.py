"""A question is a file: adding it is all that it takes, and a wrong one says what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import asking

from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library, parse_question
from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.publishing.network import Network

GOOD = """\
#+ title: {en: Odd values, zh: 特殊值}
#+ description: {en: Values as they come, zh: 各种值}
#+ asked:
#+   en: ["Which values are odd?", "odd values like {word}"]
#+   zh: ["哪些值特殊？", "像{word}那样的特殊值"]
#+ parameters:
#+   word: {type: text, example: a, description: {en: a word, zh: 词}}
#+ columns:
#+   n: {en: Number, zh: 数}
#+   word: {en: Word, zh: 词}
#+ graph: |
#+   lc:City rdfs:label ?word ; rdfs:comment ?n .
SELECT ?lang ?edition ?n ?word WHERE { VALUES (?n) { (12345678901234567.1) (true) (7) (lc:City) ("=1+1") ("-5 %") (-5) } }
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (", zh: 特殊值", "", "title.zh"),
        ("#+ columns:", "#+ colums:", "columns"),
        ("type: text", "type: texts", "parameters.word.type"),
        ("{en: Number, zh: 数}", "{en: Number, zh: 数, wide: 1}", "columns.n.wide"),
        ("{en: Number, zh: 数}", "{en: Number, zh: 数, type: number}", "columns.n.type"),
        ("#+   n:", "#+   m:", "does not select \\?m"),
        ("SELECT ?lang ?edition", "SELECT ?lang ?spare ?edition", "selects \\?spare"),
        ("word: {type", "words: {type", "does not select \\?words"),
        ("rdfs:label ?word", "rdfs:label ?label", "does not select \\?label"),
        ("rdfs:label ?word", "rdfs:label ?word ?word", "graph"),
        ("#+ title: {en", "#+ title: {en: [", "not YAML"),
        ("VALUES (?n)", "VALUES (?n", "not SPARQL: error at 13:"),
        ("SELECT ?lang ?edition ?n ?word WHERE", "DELETE WHERE", "not a SELECT query"),
        ("like {word}", "like {words}", "\\{words\\}, which is none"),
        ("SELECT ?lang ?edition", "SELECT ?lang", "does not select \\?edition"),
        ('"Which values are odd?", ', "", "asked.en"),
        ("SELECT ?lang ?edition ?n ?word WHERE", "ASK", "not a SELECT query"),
    ],
)
def test_a_wrong_head_or_query_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=says) as refused:
        parse_question("odd", "test", GOOD.replace(old, new))
    assert "odd.rq" in str(refused.value.told("en")["where"])


def test_no_parameter_takes_the_name_of_an_option_that_every_question_has() -> None:
    for name in ("format", "as_of", "limit", "cursor"):
        with pytest.raises(InputError, match=f"may be called {name}"):
            parse_question("odd", "test", GOOD.replace("word", name))


def test_a_question_added_as_a_file_is_answered_in_every_form(tmp_path: Path, demo: Network) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "odd.rq").write_text(GOOD, encoding="utf-8")
    library = Library(tmp_path, DEFAULT_BASE)
    assert library.names == ("odd",)
    with asking(demo) as there:
        answerer = Answerer(library, there.readers, demo.framework)
        answer = answerer.ask("odd", {"word": "} DROP"}, "en")
        turtle = answerer.graph("odd", {"word": "} DROP"}, "en").decode()
    city = "https://w3id.org/lcgraph/ontology#City"
    assert [row["n"] for row in answer.rows] == ["12345678901234567.1", "true", "7", city, "=1+1", "-5 %", "-5"]
    assert {row["word"] for row in answer.rows} == {"} DROP"}
    assert '{"n": "12345678901234567.1", "word": "} DROP"}' in answer.json()
    cells = [line.split(",")[0] for line in answer.csv().split("\r\n")]
    assert cells == ["n", "12345678901234567.1", "true", "7", city, "'=1+1", "-5 %", "-5", ""]
    assert 'rdfs:label "} DROP"' in turtle
    assert "12345678901234567.1" in turtle


def test_two_questions_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "odd.rq").write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="another of that name"):
        Library(tmp_path, DEFAULT_BASE)


def test_groups_come_in_the_order_of_their_titles_and_a_folder_without_one_last_by_its_name(tmp_path: Path) -> None:
    for folder in ("gaps", "afresh", "evidence"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"of-{folder}.rq").write_text(GOOD, encoding="utf-8")
    titles = "gaps: {en: What is missing, zh: 缺口}\nevidence: {en: Evidence, zh: 证据}\n"
    (tmp_path / "groups.yaml").write_text(titles, encoding="utf-8")
    library = Library(tmp_path, DEFAULT_BASE)
    assert library.names == ("of-gaps", "of-evidence", "of-afresh")
    assert library.group_title("gaps") == {"en": "What is missing", "zh": "缺口"}
    assert library.group_title("afresh") == {"en": "afresh", "zh": "afresh"}


def test_a_title_of_a_group_that_lacks_a_language_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "groups.yaml").write_text("gaps: {en: Gaps}\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        Library(tmp_path, DEFAULT_BASE)
    assert refused.value.told("en")["where"] == "groups.yaml: gaps.zh"


def test_every_folder_of_the_library_has_a_title() -> None:
    library = Library(resources.directory("queries"), DEFAULT_BASE)
    groups = {question.group for question in library}
    assert {group for group in groups if library.group_title(group)["zh"] == group} == set()
