"""``lcgraph explain``: why there is evidence, or what is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from lcgraph.asking.explaining import explain
from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.service.command_line import output
from lcgraph.service.command_line.answering import answering
from lcgraph.service.command_line.context import Context

_FORMATS = ("text", "json", "turtle")


def write(here: Context, given: Mapping[str, str], form: str) -> None:
    """Writes an explanation to standard output.

    :param given: what is to be explained, as :func:`explain` takes it.
    :raises LcgraphError: as :func:`explain`; and where there is no such form.
    """
    if form not in _FORMATS:
        raise InputError(
            Text("There is no format “{format}”.", format=form), remedy=Text("Write one of {codes}.", codes=[*_FORMATS])
        )
    with answering(here) as answerer:
        found = explain(answerer, given, here.language)
    if form == "json":
        output.show_json(found.as_json(here.language))
    elif form == "turtle":
        output.write(found.turtle().encode())
    else:
        sys.stdout.write(found.text(here.language))
