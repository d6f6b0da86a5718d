"""``lcgraph ask``: a command for each question, made from its file."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from lcgraph.asking.plain_words import understand
from lcgraph.asking.question import Library, ParameterHead, Question
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import Text, languages, pick
from lcgraph.service.command_line import explaining
from lcgraph.service.command_line.answering import AnswerFormat, give
from lcgraph.service.command_line.context import context, language_of_command, stop, told
from lcgraph.service.command_line.help import IN_WORDS

NOT_UNDERSTOOD = 1
"""Exit status: a question in plain words was not answered; the nearest were told."""

_Form = Annotated[AnswerFormat, typer.Option("--format", help=told("Form of the answer."))]
_Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help=told("Where to, else standard output."))
]
_Data = Annotated[str | None, typer.Option("--data", metavar="DIR", help=told("Folder of the network's data."))]
_Lang = Annotated[
    str | None, typer.Option("--lang", metavar="LANG", help=told("Language: {codes}.", codes=[*languages()]))
]
_SHARED = {"format": _Form, "output": _Output, "data": _Data, "lang": _Lang}


def _in_words(
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help=told("A question in plain words."))],
    format: _Form = AnswerFormat.table,  # noqa: A002 - the name of the option
    output: _Output = None,
    data: _Data = None,
    lang: _Lang = None,
) -> None:
    here = context(data, lang)
    library = Library(resources.directory("queries"), here.network.base)
    found = understand(" ".join(words), library, here.network.framework)
    if found.language and not here.settings.lang:  # who asks in a language wants to be answered in it
        here = context(data, found.language)
    if found.understood is not None:
        print(found.understood.command(), file=sys.stderr)
        give(here, found.understood.question.name, found.understood.given, format, output)
        return
    if found.reasons is not None:
        print(found.reasons.command(), file=sys.stderr)
        form = "text" if format is AnswerFormat.table else format
        explaining.write(here, found.reasons.given, form, output)
        return
    assert found.why is not None
    lines = [found.why.to(here.language)]
    for proposal in found.offers:
        lines += ["", f"  {proposal.command()}", f"      {pick(proposal.question.head.title.labels(), here.language)}"]
    print("\n".join(lines), file=sys.stderr)
    stop(NOT_UNDERSTOOD)


def _command(question: Question) -> Callable[..., None]:
    def ask(**options: Any) -> None:
        here = context(options.pop("data"), options.pop("lang"))
        how, to = options.pop("format"), options.pop("output")
        give(here, question.name, {name: str(value) for name, value in options.items() if value is not None}, how, to)

    heads = question.head.parameters
    options = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                str | None,
                typer.Option(
                    f"--{name.replace('_', '-')}",
                    metavar=head.type.upper(),
                    help=_about(head),
                ),
            ],
        )
        for name, head in heads.items()
    ]
    defaults = {"format": AnswerFormat.table, "output": None, "data": None, "lang": None}
    options += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=defaults[name], annotation=annotation)
        for name, annotation in _SHARED.items()
    ]
    ask.__signature__ = inspect.Signature(options)  # type: ignore[attr-defined]  # typer reads it
    ask.__annotations__ = {option.name: option.annotation for option in options}
    return ask


def _about(head: ParameterHead) -> str:
    text = Text("{about}, such as {example}", about=head.description.labels(), example=head.example)
    if not head.required:
        text = Text("{about} (optional)", about=text)
    return text.to(language_of_command())


def add_questions(app: typer.Typer) -> None:
    """Adds a command for each question of the library."""
    library, language = Library(resources.directory("queries"), DEFAULT_BASE), language_of_command()
    for question in library:
        head = question.head
        texts = (pick(text.labels(), language) for text in (head.title, head.description))
        group = pick(library.group_title(question.group), language)
        app.command(question.name, help="\n\n".join(texts), rich_help_panel=group)(_command(question))
    app.command(IN_WORDS, hidden=True)(_in_words)
