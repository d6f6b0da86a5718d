"""The forms that an answer comes in, by media type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lcgraph.asking.answer import Answer, Answerer, Asked
from lcgraph.asking.question import Question
from lcgraph.reading.reader import MEDIA_TYPES

JSON = "application/json"
CSV = "text/csv"
XLSX = MEDIA_TYPES["xlsx"]
PARQUET = "application/vnd.apache.parquet"
GRAPHS = ("text/turtle", "application/n-triples", "application/ld+json")


def _workbook(answer: Answer) -> bytes:
    from lcgraph.asking.workbook import workbook  # here, since most answers do without what it takes

    return workbook(answer)


def _parquet(answer: Answer) -> bytes:
    from lcgraph.asking.parquet import parquet

    return parquet(answer)


TABLES: Mapping[str, Callable[[Answer], bytes]] = {
    JSON: lambda answer: answer.json().encode(),
    CSV: lambda answer: answer.csv().encode(),
    XLSX: _workbook,
    PARQUET: _parquet,
}

EXTENSIONS: Mapping[str, str] = {
    JSON: "json",
    CSV: "csv",
    XLSX: "xlsx",
    PARQUET: "parquet",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/ld+json": "jsonld",
}
"""What the name of a file ends with."""


@dataclass(frozen=True, slots=True)
class Written:
    """An answer in one of its forms.

    :ivar body: its bytes.
    :ivar asked: what it is an answer to: of which data, as it turned out.
    :ivar checkpoint: the state of the store that it was read from.
    :ivar next: the cursor of the part after it; empty where there is none.
    """

    body: bytes
    asked: Asked
    checkpoint: str
    next: str = ""


def offered(question: Question) -> tuple[str, ...]:
    """The media types that the answers to a question come in."""
    return (*TABLES, *GRAPHS) if question.head.graph else tuple(TABLES)


def written(answerer: Answerer, asked: Asked, media_type: str) -> Written:
    """The answer to a question as it is asked, in a form.

    :param media_type: one of those that are offered.
    :raises LcgraphError: as :meth:`Answerer.answer` and :meth:`Answerer.graph_of`.
    """
    if media_type in TABLES:
        answer = answerer.answer(asked)
        body = TABLES[media_type](answer)
        return Written(body, answerer.read_at(asked, answer.checkpoint), answer.checkpoint, answer.next)
    found = answerer.graph_of(asked, media_type)
    return Written(found.body, answerer.read_at(asked, found.checkpoint), found.checkpoint)
