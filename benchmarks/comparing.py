"""SPARQL servers beside each other: the same queries on the same data, each one's rows checked before it is timed."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox

from benchmarks.load import Load, Plan, load
from benchmarks.servers import Server

JSON = "application/sparql-results+json"
CONNECTIONS = 8
SLOW = 1.0
"""Seconds: a server that takes longer for its first answer is asked no more."""

GIVEN_UP = 10.0
"""Seconds after which no answer is waited for any longer."""

BY_ITSELF = 0.2
"""Seconds for which one request at a time is asked, five times."""


class Standing:
    """A server that can be started anew where it answers nobody any longer.

    :param start: starts it.
    :ivar server: as it runs now.
    """

    def __init__(self, start: Callable[[], AbstractContextManager[Server]]) -> None:
        self._start = start
        self._held = ExitStack()
        self.server = self._held.enter_context(start())

    def again(self) -> None:
        """Ends it and starts it anew."""
        self._held.close()
        self.server = self._held.enter_context(self._start())

    def close(self) -> None:
        """Ends it."""
        self._held.close()


@dataclass(frozen=True, slots=True)
class Asked:
    """What servers are asked.

    :ivar name: for the tables.
    :ivar query: SPARQL that every engine understands, with its prefixes.
    :ivar path: the same of our REST interface; empty where it has no such.
    :ivar columns: those that the answer has there.
    :ivar some: whether any rows that match will do, as many as the limit says.
    :ivar alone: whether one request at a time is of interest too.
    """

    name: str
    query: str
    path: str = ""
    columns: tuple[str, ...] = ()
    some: bool = False
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Contender:
    """A server, and how it is asked.

    :ivar standing: the server.
    :ivar name: for the tables.
    :ivar rest: by our REST interface.
    """

    standing: Standing
    name: str
    rest: bool = False

    @property
    def server(self) -> Server:
        """The server as it runs now."""
        return self.standing.server

    def request(self, asked: Asked) -> tuple[str, str, str, str]:
        """Method, path with its query, media type of the body, body."""
        if self.rest:
            return "GET", asked.path, "", ""
        form = urlencode({"query": asked.query})
        if self.server.only_get or len(form) < 2000:
            return "GET", f"{self.server.path}?{form}", "", ""
        return "POST", self.server.path, "application/x-www-form-urlencoded", form

    def whole_request(self, asked: Asked) -> str:
        """The whole request, as it is sent."""
        method, path, media_type, body = self.request(asked)
        head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.server.port}", f"Accept: {self.accept}"]
        if body:
            head += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
        return "\r\n".join((*head, "", body))

    @property
    def accept(self) -> str:
        """What it is asked for."""
        return "application/json" if self.rest else JSON

    def answer(self, asked: Asked, seconds: float) -> bytes:
        """One answer.

        :raises httpx.HTTPError: if there is none.
        """
        method, path, media_type, body = self.request(asked)
        headers = {"Accept": self.accept} | ({"Content-Type": media_type} if body else {})
        address = f"http://127.0.0.1:{self.server.port}{path}"
        found = httpx.request(method, address, content=body, headers=headers, timeout=seconds)
        found.raise_for_status()
        return found.content


@dataclass(slots=True)
class Found:
    """What came out on some data.

    :ivar data: which.
    :ivar loads: request to contender to load.
    :ivar work: likewise, seconds of the processors that the server spent on an answer.
    :ivar alone: request to seconds for the store itself, in process, and over one connection of servers.
    :ivar remarks: who is left out where, and why.
    """

    data: str
    loads: dict[str, dict[str, Load]] = field(default_factory=dict)
    work: dict[str, dict[str, float]] = field(default_factory=dict)
    alone: dict[str, dict[str, float]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def ratio(self, request: str, one: str, other: str) -> float | None:
        """How many times as many answers a second one contender gives as another."""
        loads = self.loads.get(request, {})
        if one not in loads or other not in loads:
            return None
        return _rate(loads[one]) / _rate(loads[other])


def _rate(came: Load) -> float:
    """Answers in a second; of a server that gave none as many as it may have given at the most."""
    return max(came.per_second, 1 / GIVEN_UP)


# what is answered

Rows = Counter[tuple[tuple[str, str], ...]]


def rows_of(body: bytes) -> Rows:
    """The rows of an answer in SPARQL's JSON, or in that of our REST interface, without what engines write differently.

    >>> rows_of(b'{"boolean": true}')
    Counter({(('', 'true'),): 1})
    """
    said = json.loads(body)
    if "boolean" in said:
        return Counter([(("", str(said["boolean"]).lower()),)])
    if "results" in said:
        bindings = said["results"]["bindings"]
        if said["head"]["vars"] == ["__ASK_RETVAL"]:  # as Virtuoso writes it
            return Counter([(("", "true" if bindings[0]["__ASK_RETVAL"]["value"] == "1" else "false"),)])
        rows = [{name: term["value"] for name, term in row.items()} for row in bindings]
    else:
        rows = [{name: str(value) for name, value in row.items() if value is not None} for row in said["rows"]]
    return Counter(tuple(sorted((name, _plain(value)) for name, value in row.items())) for row in rows)


def _plain(value: str) -> str:
    """A value as every engine would write it: 68 for 68.0, and what was put together by GROUP_CONCAT in one order."""
    try:
        return format(Decimal(value).normalize(), "f")
    except InvalidOperation:
        return "; ".join(sorted(value.split("; ")))


def differs(found: Rows, wanted: Rows, asked: Asked, store: ox.Store) -> str:
    """Why an answer is not the one that is wanted; empty where it is."""
    if asked.some:
        if found.total() != wanted.total() or len(found) != found.total():
            return f"{found.total()} rows, {len(found)} of them different, not {wanted.total()}"
        wrong = [row for row in list(found)[:: max(1, len(found) // 100)] if not _holds(row, asked, store)]
        return f"{len(wrong)} rows that the store does not have" if wrong else ""
    columns = {name for row in wanted for name, _ in row}
    if asked.path:
        columns &= set(asked.columns)  # the others are parameters, and what the answer is sorted by
    same = _only(columns, found) == _only(columns, wanted)
    return "" if same else f"{found.total()} rows, not the {wanted.total()} that the store gives, or others"


def _only(columns: set[str], rows: Rows) -> Rows:
    return Counter(tuple(pair for pair in row if pair[0] in columns) for row in rows.elements())


def _holds(row: tuple[tuple[str, str], ...], asked: Asked, store: ox.Store) -> bool:
    """Whether a row, by the IRIs in it, is one that the query gives."""
    iris = {ox.Variable(name): ox.NamedNode(value) for name, value in row if re.match(r"https?://\S+$", value)}
    query = re.sub(r"SELECT .*? \{", "ASK {", asked.query, count=1).rpartition(" LIMIT")[0]
    return bool(store.query(query, use_default_graph_as_union=True, substitutions=dict(iris)))


# the measuring


def measured(
    data: str, checkpoint: Path, requests: Sequence[Asked], contenders: Sequence[Contender], rounds: int, seconds: float
) -> Found:
    """Asks every contender every request: first whether it gives the right rows, then how many answers a second.

    :param data: what it is called.
    :param checkpoint: a store with it, which says what the right rows are.
    :param rounds: how often each of them has its turn, after a short one to warm up.
    :param seconds: how long that is.
    """
    found = Found(data)
    store = ox.Store.read_only(str(checkpoint))
    for asked in requests:
        whole = _in_process(store, asked)
        wanted, least = rows_of(whole), len(whole) // 4
        fit: list[Contender] = []
        once: dict[str, Load] = {}
        for contender in contenders:
            if contender.rest and not asked.path:
                continue
            start = time.perf_counter()
            try:
                wrong = differs(rows_of(contender.answer(asked, GIVEN_UP)), wanted, asked, store)
            except httpx.TimeoutException:
                once[contender.name] = Load([], GIVEN_UP, [f"no answer in {GIVEN_UP:g} s"])
                contender.standing.again()  # for what it was asked may never end
                continue
            except (httpx.HTTPError, ValueError, KeyError) as error:
                wrong = f"no answer: {type(error).__name__} {str(error)[:100]}"
            taken = time.perf_counter() - start
            if wrong:
                found.remarks.append(f"{contender.name} is not timed on {asked.name}, {data}: {wrong}.")
            elif taken > SLOW:
                once[contender.name] = Load([taken], taken)
            else:
                fit.append(contender)
        _timed(found, asked, fit, least, rounds, seconds)
        found.loads[asked.name] |= once
        if asked.alone:
            _one_by_one(found, asked, fit, store)
    return found


def _in_process(store: ox.Store, asked: Asked) -> bytes:
    results = store.query(asked.query, use_default_graph_as_union=True)
    assert not isinstance(results, ox.QueryTriples)
    said = results.serialize(format=ox.QueryResultsFormat.JSON)
    assert said is not None
    return said


def _timed(found: Found, asked: Asked, fit: Sequence[Contender], least: int, rounds: int, seconds: float) -> None:
    loads: dict[str, Load] = {}
    work: dict[str, float] = {}
    for turn in range(rounds + 1):  # the first, which is short, warms them up
        for contender in fit:
            plan = Plan(
                contender.server.port,
                [contender.whole_request(asked)],
                CONNECTIONS,
                seconds if turn else min(seconds, 0.2),
                GIVEN_UP * CONNECTIONS,
                least,
            )
            before = contender.server.processor_seconds()
            came = load(plan)
            spent = contender.server.processor_seconds() - before
            if turn:
                loads[contender.name] = loads[contender.name] + came if contender.name in loads else came
                work[contender.name] = work.get(contender.name, 0.0) + spent
    for name, came in loads.items():
        if came.failures:
            said = ", ".join(f"{why} ({n} times)" for why, n in Counter(came.failures).most_common(3))
            found.remarks.append(f"{name} failed on {asked.name}, {found.data}: {said}.")
    found.loads[asked.name] = loads
    found.work[asked.name] = {name: work[name] / len(came.times) for name, came in loads.items() if came.times}


def _one_by_one(found: Found, asked: Asked, fit: Sequence[Contender], store: ox.Store) -> None:
    """What the way to a server and back adds to the query itself: one request at a time, in turn."""
    taken: dict[str, list[float]] = {"": []}
    for _ in range(5):
        start = time.perf_counter()
        while time.perf_counter() - start < BY_ITSELF:
            begun = time.perf_counter()
            _in_process(store, asked)
            taken[""].append(time.perf_counter() - begun)
        for contender in fit:
            came = load(Plan(contender.server.port, [contender.whole_request(asked)], 1, BY_ITSELF, GIVEN_UP))
            taken.setdefault(contender.name, []).extend(came.times)
    found.alone[asked.name] = {name: median(seconds) for name, seconds in taken.items() if seconds}
