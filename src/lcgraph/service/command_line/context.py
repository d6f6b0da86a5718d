"""What every command has at hand: settings, language, the network, and where to write."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

from lcgraph.errors import InputError
from lcgraph.language import Text, languages
from lcgraph.publishing.network import Network
from lcgraph.service.settings import Settings, from_environment

if TYPE_CHECKING:
    from rich.progress import Progress

FINE, DOES_NOT_CONFORM, UNUSABLE = 0, 1, 2
"""Exit statuses: all is well; the data does not conform; the input cannot be used."""


@dataclass
class Context:
    """What the commands share.

    :ivar settings: of the environment and the options.
    """

    settings: Settings

    @cached_property
    def language(self) -> str:
        """The language of messages: by --lang, LCGRAPH_LANG, or the locale of the environment."""
        return choose_command_language(self.settings.lang)

    @cached_property
    def network(self) -> Network:
        """The data of the network."""
        return Network(self.settings.directory, self.settings.base, self.settings.engine)

    def say(self, text: Text) -> None:
        """Tells something that is not the result: to standard error."""
        print(text.to(self.language), file=sys.stderr)

    @contextmanager
    def progress(self, what: Text, total: int) -> Iterator[Progress | None]:
        """A progress bar on a terminal; nothing elsewhere, or where there is little to do."""
        if total < 2 or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        with bar:
            bar.add_task(what.to(self.language), total=total)
            yield bar


def choose_command_language(given: str) -> str:
    """The language of the command line.

    :param given: by option or setting; empty for that of the environment.
    :raises InputError: if there is no such language.
    """
    if given:
        if given not in languages():
            raise InputError(
                Text("“{found}” is not a language that messages come in.", found=given),
                remedy=Text("Write one of {codes}.", codes=list(languages())),
            )
        return given
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        locale = os.environ.get(name, "")
        if locale:
            primary = locale.replace("-", "_").split("_", 1)[0].lower()
            return primary if primary in languages() else "en"
    return "en"


def language_of_command() -> str:
    """The language of help texts and last-resort errors, before any option is parsed."""
    given = ""
    for before, argument in zip(["", *sys.argv], sys.argv, strict=False):
        if before == "--lang":
            given = argument
        elif argument.startswith("--lang="):
            given = argument.partition("=")[2]
    known = os.environ.get("LCGRAPH_LANG", "")
    for wanted in (given or known, known):  # that there is no such language is told in the one known before
        with suppress(InputError):
            return choose_command_language(wanted)
    return "en"


def told(template: str, **values: object) -> str:
    """A help text in the language of the command."""
    return Text(template, **values).to(language_of_command())


def context(data: str | None = None, lang: str | None = None, **given: object) -> Context:
    """The context of a command with these options."""
    return Context(from_environment(data=data, lang=lang, **given))


def stop(status: int) -> NoReturn:
    """Ends the command with an exit status."""
    raise SystemExit(status)
