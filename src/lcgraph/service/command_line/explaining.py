"""``lcgraph explain``: why there is evidence, or what is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from lcgraph.asking.explaining import explain
from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.service.command_line import output
from lcgraph.service.command_line.answering import answering
from lcgraph.service.command_line.context import Context

_FORMATS = ("text", "json", "turtle")


def write(here: Context, given: Mapping[str, str], form: str, to: Path | None = None) -> None:
    """Writes an explanation.

    :param given: what is to be explained, as :func:`explain` takes it.
    :param to: the file that it is written to; None for standard output.
    :raises LcgraphError: as :func:`explain`; and where there is no such form.
    """
    if form not in _FORMATS:
        raise InputError(
            Text("There is no format “{format}”.", format=form), remedy=Text("Write one of {codes}.", codes=[*_FORMATS])
        )
    with answering(here) as answerer:
        found = explain(answerer, given, here.language)
    if form == "json":
        body = json.dumps(found.as_json(here.language), ensure_ascii=False, indent=2) + "\n"
    else:
        body = found.turtle() if form == "turtle" else found.text(here.language)
    if to is not None:
        to.write_text(body, encoding="utf-8")
    elif form == "turtle":
        output.write(body.encode())
    else:
        sys.stdout.write(body)
