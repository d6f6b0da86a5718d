"""The list of all questions in ``docs/questions.md``, each with the answer that a network gives: ``make questions``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from lcgraph.asking.answer import Answer, Answerer
from lcgraph.asking.question import Library, Question
from lcgraph.asking.values import Value
from lcgraph.framework import resources
from lcgraph.publishing.network import Network
from lcgraph.reading import foreign, mapping, terms
from lcgraph.store.readers import Readers

BEGIN = "## All questions\n"
_WORDY = ("_label", "definition", "rationale", "note", "reason", "description")
_MOST_COLUMNS = 8
_ROWS = 2
_LONGEST = 100
_MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
_TABLES = {"eurostat": "cities.csv", "kolada": "municipalities.csv"}


def page(text: str, answerer: Answerer) -> str:
    """The page with the list anew.

    :param text: the page as it is.
    :param answerer: answers the questions over the demonstration network.
    """
    before, _, _ = text.partition(BEGIN)
    return before + BEGIN + "".join(_listed(answerer))


def _listed(answerer: Answerer) -> Iterator[str]:
    yield "\nEach with its first rows on the demonstration network, in the columns that say most. `make questions` writes this list.\n"
    for group, questions in groupby(answerer.library, key=attrgetter("group")):
        yield f"\n### {answerer.library.group_title(group)['en']}\n"
        for question in sorted(questions, key=attrgetter("name")):
            yield _section(question, answerer)


def _section(question: Question, answerer: Answerer) -> str:
    given = {name: head.example for name, head in question.head.parameters.items() if head.required}
    options = "".join(f" --{name.replace('_', '-')} {_quoted(value)}" for name, value in given.items())
    answer = answerer.ask(question.name, given, "en")
    rows = "1 row" if answer.count == 1 else f"{answer.count} rows"
    head = f"\n#### {question.name}\n\n{question.head.description.en}\n\n"
    return f"{head}`lcgraph ask {question.name}{options}`: {rows}\n\n{_table(answer) if answer.rows else answer.nothing()}\n"


def _table(answer: Answer) -> str:
    first = answer.rows[0]
    shown = [name for name, column in answer.question.head.columns.items() if column.show and first[name] is not None]
    columns = [name for name in shown if not name.endswith(_WORDY)][:_MOST_COLUMNS] or shown[:_MOST_COLUMNS]
    table = [[answer.heading(name) for name in columns]]
    table += [[_cell(row[name]) for name in columns] for row in answer.rows[:_ROWS]]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    return "\n".join([lines[0], "|" + "---|" * len(columns), *lines[1:]])


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return terms.digits(value)
    text = str(value).replace("\n", " ").replace("|", "\\|")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def demonstration(directory: Path, examples: Path) -> Network:
    """The demonstration network, always with the same times.

    :param directory: where it is published.
    :param examples: ``examples/demo-network``.
    """
    network = Network(directory, clock=lambda: _MOMENT)
    for name, table in _TABLES.items():
        folder = examples / name
        how = (folder / "mapping.yaml").read_bytes()
        mapped = mapping.load("mapping.yaml", how, network.framework)
        imported = foreign.read_table(table, (folder / table).read_bytes(), mapped, how, network.framework)
        network.publish(imported.readings, "test")
    return network


def main() -> None:
    """Writes the list into a page: ``python -m lcgraph.telling.question_list EXAMPLES PAGE``."""
    examples, path = map(Path, sys.argv[1:])
    with TemporaryDirectory() as folder:
        network = demonstration(Path(folder), examples)
        library = Library(resources.directory("queries"), network.base)
        with Readers(network.store_directory, 1, spare=0, base=network.base) as readers:
            answerer = Answerer(library, readers, network.framework)
            path.write_text(page(path.read_text(encoding="utf-8"), answerer), encoding="utf-8")


if __name__ == "__main__":
    main()
