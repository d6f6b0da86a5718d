"""``docs/questions.md`` shows each question with the answer that it has."""

from __future__ import annotations

from support import ROOT

from lcgraph.asking.answer import Answer, Answerer

WORDY = ("_label", "definition", "rationale", "note", "reason")


def section(answer: Answer, given: dict[str, str]) -> str:
    """What the page says of a question: copy it from the failing test when an answer has changed."""
    head = answer.question.head
    first = answer.rows[0]
    columns = [c for c, how in head.columns.items() if how.show and first[c] is not None and not c.endswith(WORDY)][:8]
    options = "".join(f" --{name} {value}" for name, value in given.items())
    table = [[answer.heading(c) for c in columns]]
    table += [["" if row[c] is None else str(row[c]) for c in columns] for row in answer.rows[:2]]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    lines.insert(1, "|" + "---|" * len(columns))
    return (
        f"\n### {answer.question.name}\n\n{head.description.en}\n\n"
        f"`lcgraph ask {answer.question.name}{options}`: {len(answer.rows)} rows\n\n" + "\n".join(lines) + "\n"
    )


def test_the_page_shows_every_question_with_its_answer(demo_answers: Answerer) -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    _, _, shown = text.partition("in the columns that say most.\n")
    expected = ""
    for question in sorted(demo_answers.library, key=lambda question: question.name):
        given = {name: head.example for name, head in question.head.parameters.items() if head.required}
        expected += section(demo_answers.ask(question.name, given, "en"), given)
    assert shown == expected


def test_the_page_names_every_part_of_the_json_form(demo_answers: Answerer) -> None:
    text = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    for part in demo_answers.ask("commitments", {}, "zh").as_json():
        assert f"`{part}`" in text
