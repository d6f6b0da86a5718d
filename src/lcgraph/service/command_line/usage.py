"""What is wrong with how a command was called, in lcgraph's own words and languages."""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from typing import Any

from lcgraph.errors import InputError
from lcgraph.language import Text


def error(found: Exception) -> InputError | None:
    """The error that typer found in a command as typed; None for an exception of any other kind.

    :param found: one of typer's exceptions, known by the members that all of them have.
    """
    if not hasattr(found, "format_message"):
        return None
    context: Any = getattr(found, "ctx", None)
    if type(found).__name__ == "NoArgsIsHelpError":
        return InputError(Text("{text}", text=found.format_message().rstrip()))
    called = context.command_path if context is not None else "lcgraph"
    help_ = Text("See {command}.", command=f"{called} --help")
    message, near = _told(found, context)
    return InputError(message, remedy=Text("Did you mean {near}? {help}", near=near, help=help_) if near else help_)


def _told(found: Any, context: Any) -> tuple[Text, list[str]]:
    """What was found, and what may have been meant."""
    kind = type(found).__name__
    if kind == "NoSuchOption":
        return Text("There is no option {name}.", name=found.option_name), sorted(found.possibilities or ())
    if kind == "BadOptionUsage":
        if any(argument.startswith(f"{found.option_name}=") for argument in sys.argv):
            return Text("The option {name} takes no value.", name=found.option_name), []
        return Text("The option {name} needs a value.", name=found.option_name), []
    parameter = getattr(found, "param", None)
    if parameter is not None:
        names = getattr(parameter, "opts", None) if parameter.param_type_name == "option" else None
        name = names[0] if names else (parameter.metavar or parameter.name)
        if kind == "MissingParameter":
            return Text("{name} is missing.", name=name), []
        wrong, near = _wrong(found)
        return Text("{name} cannot be used: {error}", name=name, error=wrong), near
    command = re.match(r"No such command '([^']*)'", found.format_message())
    if command is not None and context is not None:
        near = get_close_matches(command[1], context.command.list_commands(context), n=3)
        return Text("There is no command “{name}”.", name=command[1]), near
    more = re.fullmatch(r"Got unexpected extra argument\S* \((.*)\)", found.format_message(), re.DOTALL)
    if more is not None and context is not None:
        return Text("{command} takes no more arguments: {found}.", command=context.command_path, found=more[1]), []
    return Text("No command is named."), []


def _wrong(found: Any) -> tuple[Text, list[str]]:
    """What is wrong with a value, and what may have been meant."""
    error = found.__cause__.errors()[0]  # of pydantic, by which typer reads values
    value = str(error["input"])
    offered = re.findall(r"'([^']*)'", error["msg"].partition("is not one of")[2])
    if offered:
        return Text("“{found}” is none of {codes}.", found=value, codes=offered), get_close_matches(value, offered)
    return Text("“{found}” is not a whole number.", found=value), []
