"""Whether a server can be the store of a network: tried out on it, in a graph that is gone afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pyoxigraph as ox

from lcgraph.archive.archive import Archive
from lcgraph.errors import LcgraphError, LimitExceeded
from lcgraph.framework.namespaces import Names
from lcgraph.language import Text
from lcgraph.store.contents import is_own
from lcgraph.store.embedded import commit_of
from lcgraph.store.outcome import Outcome
from lcgraph.store.remote.connection import Connection
from lcgraph.store.remote.state import State

_SAMPLES = (
    '"68.0"^^<http://www.w3.org/2001/XMLSchema#decimal>',
    '"2016"^^<http://www.w3.org/2001/XMLSchema#gYear>',
    '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
    '"POINT(-8.47061 51.89797)"^^<http://www.opengis.net/ont/geosparql#wktLiteral>',
    '"2026-11-25T08:00:00.123Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
    '"科克"@zh',
    '"a\\nb\\"c\\\\d\\te"',
)
"""Literals of every kind that a store is given."""

_MANY = 1001
"""So many statements, joined with themselves, are more rows than an answer may have by default."""


def examine(connection: Connection, archive: Archive, names: Names) -> Iterator[Outcome]:
    """Tries a server, one thing after the other.

    :param connection: to the server.
    :param archive: what the store is an index of.
    :param names: of the deployment.
    """
    trial = names.graph("trial")
    yield Outcome(
        True,
        Text("The engine is {title}; the tests run over it.", title=connection.engine.title)
        if connection.engine.tested
        else Text("The engine is {title}; no test runs over it.", title=connection.engine.title),
    )
    for what in (_takes_queries, _takes_changes):
        outcome = _tried(lambda what=what: what(connection, trial))  # type: ignore[misc]  # bound at once
        yield outcome
        if not outcome.good:
            return  # the others would only say the same
    try:
        for what in (_is_union, _keeps_literals, _gives_whole_answers):
            yield _tried(lambda what=what: what(connection, trial))  # type: ignore[misc]  # bound at once
    finally:
        connection.update(f"DROP SILENT GRAPH <{trial}>")
    yield _refuses_strangers(connection, trial)
    yield _tried(lambda: _holds_only_ours(connection, names))
    yield _tried(lambda: _is_up_to_date(connection, archive, names))


def _tried(trial: Callable[[], Outcome]) -> Outcome:
    try:
        return trial()
    except LcgraphError as error:
        return Outcome(False, error.message, error.remedy)


def _takes_queries(connection: Connection, _: str) -> Outcome:
    if not connection.ask("ASK { }"):
        return Outcome(
            False, Text("It says no to the query “ASK { }”."), Text("See whether the address of queries is right.")
        )
    return Outcome(True, Text("It answers queries at {address}.", address=connection.settings.query))


def _takes_changes(connection: Connection, trial: str) -> Outcome:
    lines = [f"<{trial}#{n}> <{trial}#p> {literal} .\n" for n, literal in enumerate(_SAMPLES)]
    connection.put(trial, lines)
    connection.update(f'INSERT DATA {{ GRAPH <{trial}> {{ <{trial}#u> <{trial}#p> "u" }} }}')
    (row,) = connection.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{trial}> {{ ?s ?p ?o }} }}")
    n = row["n"]
    if not isinstance(n, ox.Literal) or n.value != str(len(lines) + 1):
        return Outcome(
            False,
            Text("What was written is not there: {found} of {n} statements.", found=str(n), n=len(lines) + 1),
            Text("See whether the addresses of queries, updates and graphs are of the same data."),
        )
    return Outcome(True, Text("It takes updates and graphs from “{user}”.", user=connection.settings.user or "-"))


def _is_union(connection: Connection, trial: str) -> Outcome:
    query = f'SELECT ?s WHERE {{ ?s <{trial}#p> "u" }}'
    if not connection.select(query):
        return Outcome(
            False,
            Text("Its default graph is not the union of all graphs."),
            Text("Set the server so that it is; the questions work either way, but queries of users do not."),
        )
    return Outcome(True, Text("Its default graph is the union of all graphs."))


def _keeps_literals(connection: Connection, trial: str) -> Outcome:
    found = connection.select(f"SELECT ?s ?o WHERE {{ GRAPH <{trial}> {{ ?s <{trial}#p> ?o }} }}")
    there = {str(row["s"])[1:-1].rpartition("#")[2]: row["o"] for row in found}
    changed = []
    for n, literal in enumerate(_SAMPLES):
        given = next(iter(ox.parse(f"<{trial}#s> <{trial}#p> {literal} .", ox.RdfFormat.N_TRIPLES))).object
        if not _same(given, there.get(str(n))):
            changed.append(f"{literal} → {there.get(str(n))}")
    if changed:
        return Outcome(
            False,
            Text("It gives literals back otherwise than it was given them: {changed}.", changed=changed),
            Text("Name the engine in store.toml; its profile says how to keep them."),
        )
    return Outcome(True, Text("It gives literals back as it was given them."))


def _same(one: object, other: object) -> bool:
    """Whether two terms say the same; a figure may have lost its last noughts."""
    if one == other or not (isinstance(one, ox.Literal) and isinstance(other, ox.Literal)):
        return one == other
    compare = f"ASK {{ FILTER ({one} = {other}) }}"
    return one.datatype == other.datatype and one.language == other.language and bool(ox.Store().query(compare))


def _gives_whole_answers(connection: Connection, trial: str) -> Outcome:
    many = [f'<{trial}#{n}> <{trial}#many> "{n}" .\n' for n in range(_MANY)]
    connection.put(trial, many)
    pattern = f"GRAPH <{trial}> {{ ?a <{trial}#many> ?b }} GRAPH <{trial}> {{ ?c <{trial}#many> ?d }}"
    rows = -1
    try:
        with connection.asked(f"SELECT (1 AS ?x) WHERE {{ {pattern} }}", "text/csv") as response:
            for piece in response.iter_bytes():
                rows += piece.count(b"\n")
    except LimitExceeded:
        rows = 0
    except httpx.HTTPError as error:
        return Outcome(False, Text("A long answer breaks off: {why}.", why=str(error)))
    if rows < _MANY * _MANY:
        return Outcome(
            False,
            Text("It cuts answers off, and does not always say so."),
            Text("Take its own limit away (Virtuoso: ResultSetMaxRows); lcgraph keeps limits itself, and says so."),
        )
    return Outcome(True, Text("It gives answers of {rows} rows whole.", rows=rows))


def _refuses_strangers(connection: Connection, trial: str) -> Outcome:
    """Whether somebody who does not sign in could write."""
    update = f'INSERT DATA {{ GRAPH <{trial}> {{ <{trial}> <{trial}#p> "stranger" }} }}'
    open_at = []
    for address in {connection.settings.update, connection.settings.query}:
        try:
            httpx.post(address, data={"update": update}, timeout=30, trust_env=False)
            httpx.post(address, data={"query": update}, timeout=30, trust_env=False)
            if connection.ask(f"ASK {{ GRAPH <{trial}> {{ ?s ?p ?o }} }}"):
                open_at.append(address)
                connection.update(f"DROP SILENT GRAPH <{trial}>")
        except (httpx.HTTPError, LcgraphError):
            continue
    if open_at:
        return Outcome(
            False,
            Text("Whoever reaches {addresses} can write there without signing in.", addresses=sorted(open_at)),
            Text("Take that right away, or see to it that only lcgraph reaches the server."),
        )
    return Outcome(True, Text("Nobody can write without signing in."))


def _holds_only_ours(connection: Connection, names: Names) -> Outcome:
    found = connection.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    foreign = sorted(
        graph.value for row in found if isinstance(graph := row["g"], ox.NamedNode) and not is_own(graph.value, names)
    )
    if foreign:
        return Outcome(
            False,
            Text("It holds graphs that are not of this network: {graphs}.", graphs=foreign[:5]),
            Text("Give the network a dataset of its own, or hide them; docs/scale.md says how."),
        )
    return Outcome(True, Text("It holds {n} graphs, all of this network.", n=len(found)))


def _is_up_to_date(connection: Connection, archive: Archive, names: Names) -> Outcome:
    said = State(connection, names).said()
    state, _, changing = said.partition(" ")
    if not said:
        return Outcome(False, Text("Nothing was ever written to it."), Text("Run “lcgraph rebuild”."))
    if changing:
        return Outcome(
            False,
            Text("It is being changed, or whoever changed it was ended."),
            Text("Wait; where nobody is publishing, run “lcgraph rebuild”."),
        )
    if commit_of(state) != archive.last:
        return Outcome(
            False,
            Text("It holds the archive up to commit {commit} of {last}.", commit=commit_of(state), last=archive.last),
            Text("Run “lcgraph rebuild”."),
        )
    return Outcome(True, Text("It holds the archive up to its last commit, {last}.", last=archive.last))
