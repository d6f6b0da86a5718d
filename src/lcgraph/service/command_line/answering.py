"""Answers on the command line: where they come from, and the forms that they come in."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from lcgraph.asking import forms
from lcgraph.asking.answer import Answerer
from lcgraph.asking.question import Library
from lcgraph.errors import InputError
from lcgraph.framework import resources
from lcgraph.language import Text
from lcgraph.service.command_line import output
from lcgraph.service.command_line.context import Context
from lcgraph.store.past import Past, PastReaders
from lcgraph.store.readers import Readers


class AnswerFormat(StrEnum):
    """The forms of an answer on the command line."""

    table = "table"
    json = "json"
    csv = "csv"
    xlsx = "xlsx"
    parquet = "parquet"
    turtle = "turtle"
    nt = "nt"
    jsonld = "jsonld"


_MEDIA_TYPES = {
    AnswerFormat.json: forms.JSON,
    AnswerFormat.csv: forms.CSV,
    AnswerFormat.xlsx: forms.XLSX,
    AnswerFormat.parquet: forms.PARQUET,
    AnswerFormat.turtle: "text/turtle",
    AnswerFormat.nt: "application/n-triples",
    AnswerFormat.jsonld: "application/ld+json",
}


@contextmanager
def answering(here: Context) -> Iterator[Answerer]:
    """Answers the questions of the library over the network of a command, of the present and of the past."""
    network, limits = here.network, here.settings.query_limits
    library = Library(resources.directory("queries"), network.base)
    past = Past(network.store_directory, network.archive, network.base, here.settings.past_stores)
    network.catch_up()
    with Readers(network.store_directory, 1, limits, spare=0, base=network.base) as readers:
        of_past = PastReaders(past, readers, 1, limits)
        try:
            yield Answerer(library, readers, network.framework, of_past)
        finally:
            of_past.close()


def give(here: Context, name: str, parameters: Mapping[str, str], how: AnswerFormat, to: Path | None) -> None:
    """Answers a question.

    :param name: of the question.
    :param how: the form of the answer; a table is for a terminal, and is CSV in a file.
    :param to: the file that it is written to; None for standard output.
    :raises LcgraphError: as :meth:`Answerer.ask`; and where a terminal would be filled with bytes.
    """
    if to is None and how in (AnswerFormat.xlsx, AnswerFormat.parquet) and sys.stdout.isatty():
        raise InputError(
            Text("This form of the answer is for no terminal."),
            remedy=Text("Name a file for it, as in {option}.", option=f"--output {name}.{how}"),
        )
    with answering(here) as answerer:
        asked = answerer.asked(name, parameters, here.language)
        if how is AnswerFormat.table and to is None:
            output.show_answer(answerer.answer(asked))
            return
        body = forms.written(answerer, asked, _MEDIA_TYPES.get(how, forms.CSV)).body
    if to is None:
        output.write(body)
    else:
        to.write_bytes(body)
