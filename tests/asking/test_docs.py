"""``docs/questions.md`` shows each question with the answer that it has."""

from __future__ import annotations

from support import ROOT

from lcgraph.asking.answer import Answerer
from lcgraph.telling.question_list import page


def test_the_page_shows_every_question_with_its_answer_as_make_questions_writes_it(demo_answers: Answerer) -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    assert text == page(text, demo_answers)
    assert all(f"\n#### {question.name}\n" in text for question in demo_answers.library)


def test_the_page_names_every_part_of_the_json_form(demo_answers: Answerer) -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    for part in demo_answers.ask("commitments", {}, "zh").as_json():
        assert f"`{part}`" in text
