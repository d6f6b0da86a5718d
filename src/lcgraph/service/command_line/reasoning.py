"""``lcgraph reason``: ontology and data given to a reasoner."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.publishing.forms import city_of
from lcgraph.reasoning import check, hermit, sample
from lcgraph.reasoning.sample import Sample
from lcgraph.service.command_line import output
from lcgraph.service.command_line.context import DOES_NOT_CONFORM, Context


def run(here: Context, cities: Sequence[str], size: int, form: str, *, only_check: bool) -> int:
    """Checks, or writes what follows.

    :param cities: codes or names of the cities whose submissions are taken; all where there are none.
    :param size: how many submissions at most.
    :return: the exit status.
    """
    if form not in ("text", "json"):
        raise InputError(
            Text("There is no format “{format}”.", format=form),
            remedy=Text("Write one of {codes}.", codes=["text", "json"]),
        )
    reasoner = hermit.find()
    taken = _taken(here, cities, size)
    if not only_check:
        if not taken.submissions:
            here.say(Text("No submission has been published, so nothing follows."))
        sys.stdout.writelines(check.derived(taken, reasoner))
        return 0
    with here.progress(Text("Reasoning"), 2) as bar:

        def progress(done: int, of: int) -> None:
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done, total=of)

        found = check.check(taken, here.network.framework, reasoner, progress)
    if form == "json":
        output.show_json(found.as_json(here.language))
    else:
        sys.stdout.write(found.text(here.language))
    return 0 if found.good else DOES_NOT_CONFORM


def _taken(here: Context, cities: Sequence[str], size: int) -> Sample:
    network = here.network
    known = network.framework
    wanted = {city_of(network, city).iri for city in cities}
    network.catch_up()
    with network.newest() as found:
        store = None if found is None else found[1]
        every = [] if store is None else sample.current(store)
        some = [one for one in every if one.city in wanted] if wanted else every
        if wanted - {one.city for one in some}:
            missing = [known.cities[iri].code for iri in sorted(wanted - {one.city for one in some})]
            raise InputError(
                Text("These cities have published nothing: {cities}.", cities=missing),
                remedy=Text("Name others with --city, or none."),
            )
        return sample.take(store, known.names, sample.choose(some, size), every)
