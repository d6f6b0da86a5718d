"""The pages of ``--help``, in the language of the command: the library's own words are English."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from lcgraph.service.command_line.context import told

if TYPE_CHECKING:
    _Base = TyperCommand
else:
    _Base = object


Function = TypeVar("Function", bound=Callable[..., Any])


class _InLanguage(_Base):
    """Says in the language of the command what stands on a page beside our own texts."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=told("Usage: "))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        listed: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
        for parameter in self.get_params(ctx):
            listed[parameter.param_type_name].append(_record(parameter, ctx))
        _section(formatter, told("Arguments:"), listed["argument"])
        _section(formatter, told("Options:"), listed["option"])

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = told("Show this message and exit.")
        return option


class Command(_InLanguage, TyperCommand):
    """A command."""


class Group(_InLanguage, TyperGroup):
    """A command that has commands of its own."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Writes the options and, below them, the commands."""
        super().format_options(ctx, formatter)
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        room = formatter.width - 6 - max(len(name) for name, _ in commands)
        groups: dict[str, list[tuple[str, str]]] = {}
        for name, command in commands:
            if command is not None and not command.hidden:
                groups.setdefault(_group(command), []).append((name, command.get_short_help_str(room)))
        for group, rows in groups.items():
            _section(formatter, told("{group}:", group=group) if group else told("Commands:"), rows)


IN_WORDS = "in-words"


class Questions(Group):
    """The questions; a text that is the name of none is asked in plain words, by the hidden command of that name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command for what stands after the name of the group: one that has blanks or Chinese, or several words."""
        words = list(takewhile(lambda arg: not arg.startswith("-"), args))
        is_name = len(words) == 1 and words[0].isascii() and " " not in words[0].strip()
        if words and not is_name and self.get_command(ctx, words[0]) is None:
            return IN_WORDS, self.get_command(ctx, IN_WORDS), args
        return super().resolve_command(ctx, args)


class App(typer.Typer):
    """Commands whose help is in the language of the command."""

    def __init__(self, cls: type[Group] = Group, **settings: Any) -> None:
        super().__init__(cls=cls, add_completion=False, rich_markup_mode=None, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """Adds a function as a command."""
        return super().command(name, cls=Command, **settings)


def _section(formatter: Any, heading: str, rows: list[tuple[str, str]]) -> None:
    """A heading and what stands below it. The library's own sections put an English colon after every heading."""
    if rows:
        formatter.write_paragraph()
        formatter.write(f"{heading}\n")
        with formatter.indentation():
            formatter.write_dl(rows)


def _group(command: Any) -> str:
    """The title of the group that a command stands in; empty where it stands in none."""
    group = getattr(command, "rich_help_panel", None)
    return group if isinstance(group, str) else ""


def _record(parameter: Any, ctx: Any) -> tuple[str, str]:
    """A parameter, and what it means."""
    names, _ = parameter.get_help_record(ctx)
    if parameter.param_type_name == "argument":
        names = parameter.metavar or names
    more = []
    if parameter.required:
        more.append(told("required"))
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    if default not in (None, False) and not callable(default):
        more.append(told("default: {default}", default=default))
    return names, "  ".join(filter(None, (parameter.help, f"[{'; '.join(more)}]" if more else "")))
