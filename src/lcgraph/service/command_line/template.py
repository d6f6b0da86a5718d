"""``lcgraph template``: the form of a city, as a file."""

from __future__ import annotations

import sys
from pathlib import Path

from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.publishing.forms import filled_form, form, form_name
from lcgraph.service.command_line import output
from lcgraph.service.command_line.context import Context


def write(
    here: Context, city: str, year: int, since: int | None, out: Path | None, *, published: bool, force: bool
) -> None:
    """Writes the form of a city.

    :param out: a file, or a folder that is there; None for standard output.
    :param published: filled in with what the city has published.
    :param force: whether a file that is there already is written over.
    :raises InputError: if it cannot be written there.
    """
    if out is None and sys.stdout.isatty():
        raise InputError(
            Text("A workbook cannot be shown on a terminal."),
            remedy=Text("Name a file for it, as in {example}.", example=f"-o {form_name(here.network, city, year)}"),
        )
    if out is not None and out.is_dir():
        out = out / form_name(here.network, city, year)
    if out is not None and out.exists() and not force:
        raise InputError(
            Text("There is a file {path} already; it may hold what somebody filled in.", path=str(out)),
            remedy=Text("Name another file, or write over it with --force."),
        )
    if out is not None and not out.parent.is_dir():
        raise InputError(
            Text("There is no folder {path}.", path=str(out.parent)),
            remedy=Text("Make it first, or look for a slip in the name."),
        )
    make = filled_form if published else form
    data = make(here.network, city, year, here.language, since=since)
    if out is None:
        output.write(data)
    else:
        out.write_bytes(data)
        here.say(Text("{file} was written.", file=str(out)))
