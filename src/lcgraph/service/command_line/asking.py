"""``lcgraph ask``: a command for each question, made from its file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library, ParameterHead, Question
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.language import Text, languages, pick
from lcgraph.service.command_line import output
from lcgraph.service.command_line.context import context, language_of_command, told
from lcgraph.service.command_line.output import Format
from lcgraph.store.readers import Readers

_SHARED = {
    "format": Annotated[Format, typer.Option("--format", help=told("Form of the answer."))],
    "data": Annotated[str | None, typer.Option("--data", metavar="DIR", help=told("Folder of the network's data."))],
    "lang": Annotated[
        str | None, typer.Option("--lang", metavar="LANG", help=told("Language: {codes}.", codes=[*languages()]))
    ],
}


def _command(question: Question) -> Callable[..., None]:
    def ask(**options: Any) -> None:
        here = context(options.pop("data"), options.pop("lang"))
        how: Format = options.pop("format")
        given = {name: str(value) for name, value in options.items() if value is not None}
        library = Library(resources.directory("queries"), here.network.base)
        here.network.catch_up()
        with Readers(here.network.store_directory, 1, here.settings.query_limits, spare=0) as readers:
            answerer = Answerer(library, readers, here.network.framework)
            if how is Format.turtle:
                output.write(answerer.graph(question.name, given, here.language))
                return
            answer = answerer.ask(question.name, given, here.language)
        if how is Format.table:
            output.show_answer(answer)
        else:
            output.write((answer.json() if how is Format.json else answer.csv()).encode())

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
    defaults = {"format": Format.table, "data": None, "lang": None}
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
