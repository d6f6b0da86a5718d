"""Submissions written in a few words, for the tests of questions."""

from __future__ import annotations

import csv
import io
import shlex

from lcgraph.asking.answer import Answerer
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read


def table(city: str, year: int, records: str, edition: str = "2013-draft") -> str:
    """A submission as a table.

    :param records: one on each line, such as ``observation measure=1.2.2-a period=2016 value=12 source=lfs``;
        the first stands on line 3 of the table.
    """
    rows: list[dict[str, str]] = [
        {"record": "submission", "city": city, "year": str(year), "edition": edition, "submitter": f"Council of {city}"}
    ]
    for record in records.strip().splitlines():
        kind, *fields = shlex.split(record)
        rows.append({"record": kind, **dict(field.split("=", 1) for field in fields)})
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def hand_in(network: Network, *submissions: tuple[str, str, int, str]) -> None:
    """Publishes submissions one after the other: the name of a file, the city, the year, and records as for :func:`table`."""
    network.publish(
        [
            read(name, table(city, year, records).encode(), network.framework)
            for name, city, year, records in submissions
        ],
        "test",
    )


def rows(answers: Answerer, name: str, columns: str, language: str = "en", **given: str) -> list[tuple[object, ...]]:
    """Some columns of an answer."""
    return [tuple(row[column] for column in columns.split()) for row in answers.ask(name, given, language).rows]


def rows_of_the_edition(
    answers: Answerer, name: str, columns: str, language: str = "en", **given: str
) -> list[tuple[object, ...]]:
    """The columns of an answer, which is the same where it is asked for the only edition."""
    found = rows(answers, name, columns, language, **given)
    assert rows(answers, name, columns, language, **given | {"edition": "2013-draft"}) == found
    return found
