"""The form for a city: empty with what it reported last as a hint, or filled in with what it published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lcgraph.errors import NotFound, ParameterError
from lcgraph.framework.items import City
from lcgraph.language import Text
from lcgraph.publishing.current import last_reported, published_submission, published_years
from lcgraph.publishing.network import Network
from lcgraph.reading.form.write import write_form
from lcgraph.reading.submission import Submission
from lcgraph.store.statements import Statements

MOST_YEARS = 20
"""More years than this do not stand side by side."""

EARLIEST = 1900
"""No form is for an earlier year."""


def form(network: Network, city: str, year: int, language: str, *, since: int | None = None) -> bytes:
    """An empty form for a city and a reference year.

    :param city: its code or name.
    :param language: of the names and explanations, and of the texts that are filled in.
    :param since: the first year to ask for; without it, only the reference year.
    :return: an Excel workbook.
    :raises ParameterError: if there is no such city, or the years make no sense.
    """
    found, years = city_of(network, city), _years(network, year, since)
    framework = network.framework
    empty = Submission(city=found.iri, year=year, edition=framework.edition().iri, submitter="", language=language)
    with _store(network) as store:
        hints = last_reported(store, found.iri, years.start) if store is not None else {}
    return write_form(empty, framework, years, language, hints)


def filled_form(network: Network, city: str, year: int, language: str, *, since: int | None = None) -> bytes:
    """The form filled in with what the city has published for a reference year.

    :param since: the first year to ask for beside those that it has figures of.
    :raises ParameterError: if there is no such city, or the years make no sense.
    :raises NotFound: if it has published nothing for that year; says for which it has.
    """
    found, years, framework = city_of(network, city), _years(network, year, since), network.framework
    with _store(network) as store:
        published = published_years(store, found.iri) if store is not None else {}
        if store is None or year not in published:
            raise NotFound(
                Text("{city} has no published submission for {year}.", city=found.label, year=year),
                remedy=Text("It has published for: {years}.", years=list(published))
                if published
                else Text("Make an empty form."),
            )
        submission = published_submission(store, published[year], framework)
        hints = last_reported(store, found.iri, min((o.period for o in submission.observations), default=year))
    return write_form(submission, framework, years if since is not None else [], language, hints)


def form_name(network: Network, city: str, year: int) -> str:
    """What the file of a form is called, such as ``ie-cork-2024.xlsx``.

    :raises ParameterError: if there is no such city.
    """
    return f"{city_of(network, city).code}-{year}.xlsx"


def _years(network: Network, year: int, since: int | None) -> range:
    """The years that stand side by side.

    :raises ParameterError: if they make no sense.
    """
    this = network.today.year
    if not EARLIEST <= year <= this + 1:
        raise ParameterError(
            Text("{year} cannot be the year of a form.", year=year),
            parameter="year",
            remedy=Text("Write a year from {first} to {last}.", first=EARLIEST, last=this + 1),
        )
    first = year if since is None else since
    if not max(year - MOST_YEARS, EARLIEST - 1) < first <= year:
        raise ParameterError(
            Text("The years from {first} to {last} cannot stand side by side.", first=first, last=year),
            parameter="since",
            remedy=Text("Write a year up to {last}, at most {n} years back.", last=year, n=MOST_YEARS - 1),
        )
    return range(first, year + 1)


def city_of(network: Network, text: str) -> City:
    """A city by its code or name.

    :raises ParameterError: if there is none, with those that come nearest.
    """
    cities = network.framework.cities
    found = cities.find(text)
    if found is None:
        near = cities.nearest(text)
        raise ParameterError(
            Text("“{found}” is not a city that is known here.", found=text[:80]),
            parameter="city",
            allowed=near,
            remedy=Text("Did you mean {near}?", near=list(near))
            if near
            else Text("See the list of cities; a city that is not in it must be registered first."),
        )
    return found


@contextmanager
def _store(network: Network) -> Iterator[Statements | None]:
    """What the store holds, for one user at a time; None where nothing was published yet."""
    with network.newest() as found:
        yield None if found is None else found[1]
