"""How long each question takes over HTTP, on networks of three sizes."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox

from benchmarks import servers
from benchmarks.endpoint import Ground, demonstration, made_up
from benchmarks.measure import Aim, Outcome, Table, Times, milliseconds
from benchmarks.synthetic import MadeUp
from lcgraph.asking.question import Library, Question
from lcgraph.framework import resources
from lcgraph.framework.namespaces import local_name

SIZES = (600, 2400)
YEARS, FIGURES = 10, 66
GROWTH_OF_CITY_QUESTIONS = 1.2
NETWORK_SECONDS = 0.3
REPEAT_SECONDS = 0.003
TIMES_ASKED = 9
"""How often each question is asked, of as many cities where it is of a city."""

_OF_ALL_CITIES = ("peers",)
"""Questions that name a city and have rows of cities all over the network."""

PATIENCE = 60.0
NOTHING_KEPT = {"LCGRAPH_KEPT_MB": "0", "LCGRAPH_QUERY_SECONDS": f"{PATIENCE:g}"}


@dataclass(slots=True)
class Found:
    """What came out on a network.

    :ivar ground: which.
    :ivar seconds: question to the times of its answers, when nothing is kept.
    :ivar repeats: likewise of answers that were given before, of the same data.
    :ivar rows: question to the rows of its answers, in the middle.
    :ivar failed: question to what was said in place of an answer.
    """

    ground: Ground
    seconds: dict[str, list[float]] = field(default_factory=dict)
    repeats: dict[str, list[float]] = field(default_factory=dict)
    rows: dict[str, float] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def median(self, question: str) -> float | None:
        """The time of an answer, in the middle; None where there is none."""
        times = self.seconds.get(question)
        return statistics.median(times) if times else None


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    found = []
    sizes = (4, 8) if quick else SIZES
    for name, make in (
        ("demo", partial(demonstration, dumped=False)),
        *(
            (str(cities), partial(made_up, MadeUp(cities, 3 if quick else YEARS, figures=FIGURES), dumped=False))
            for cities in sizes
        ),
    ):
        (folder / name).mkdir()
        found.append(_measured(make(folder / name), 3 if quick else TIMES_ASKED))
        shutil.rmtree(folder / name)
    return _outcome(found, quick=quick)


def _measured(ground: Ground, times: int) -> Found:
    found = Found(ground)
    library = Library(resources.directory("queries"), ground.network.base)
    cities = _cities(ground)
    data = ground.network.directory
    with servers.lcgraph(data, NOTHING_KEPT) as server, _client(server) as client:
        for question in library:
            counts = []
            for address in _addresses(question, cities, times):
                start = time.perf_counter()
                answer = client.get(address)
                taken = time.perf_counter() - start
                if not answer.is_success:
                    found.failed[question.name] = f"{answer.status_code}: {answer.json().get('detail', '')[:100]}"
                    break
                counts.append(answer.json()["count"])
                found.seconds.setdefault(question.name, []).append(taken)
            if counts:
                found.rows[question.name] = statistics.median(counts)
    with servers.lcgraph(data, {"LCGRAPH_QUERY_SECONDS": f"{PATIENCE:g}"}) as server, _client(server) as client:
        for name in found.seconds:
            question = library.get(name)
            assert question is not None
            address = _addresses(question, cities, 1)[0]
            client.get(address)
            for _ in range(5 * times):
                start = time.perf_counter()
                client.get(address)
                found.repeats.setdefault(name, []).append(time.perf_counter() - start)
    return found


def _client(server: servers.Server) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=PATIENCE)


def _cities(ground: Ground) -> list[str]:
    """Codes of cities that have handed something in, from all over the alphabet."""
    store = ox.Store.read_only(str(ground.checkpoint))
    query = "SELECT DISTINCT ?c { GRAPH ?s { ?s <https://w3id.org/lcgraph/ontology#city> ?c } } ORDER BY ?c"
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return [local_name(str(row["c"]).strip("<>")) for row in found]


def _addresses(question: Question, cities: Sequence[str], times: int) -> list[str]:
    """A question of as many cities as it is to be asked, and with the example of each other parameter that it needs."""
    chosen = [cities[n * len(cities) // times] for n in range(times)] if _needs_city(question) else [""] * times
    addresses = []
    for city in chosen:
        given = {
            name: city if parameter.type == "city" else parameter.example
            for name, parameter in question.head.parameters.items()
            if parameter.required
        }
        addresses.append(f"/questions/{question.name}?{urlencode(given)}")
    return addresses


def is_of_city(question: Question) -> bool:
    """Whether a question is of one city, or of two, so that it must not take longer where there are more."""
    return question.name not in _OF_ALL_CITIES and _needs_city(question)


def _needs_city(question: Question) -> bool:
    return any(one.type == "city" and one.required for one in question.head.parameters.values())


def _outcome(found: Sequence[Found], *, quick: bool) -> Outcome:
    library = Library(resources.directory("queries"), found[0].ground.network.base)
    names = {one.name: is_of_city(one) for one in library}
    _, small, large = found
    tables = [
        Table(
            (
                kind,
                *(f"{one.ground.name}: {what}" for one in found for what in ("p50, ms", "p95, ms")),
                f"{large.ground.network.directory.parent.name} to {small.ground.network.directory.parent.name} cities",
                "rows",
                "repeat, ms",
            ),
            [
                (
                    name,
                    *(cell for one in found for cell in _cells(one, name)),
                    _ratio(small, large, name),
                    f"{large.rows.get(name, 0):,.0f}",
                    milliseconds(statistics.median(large.repeats[name])) if name in large.repeats else "",
                )
                for name, of_city in names.items()
                if of_city == wanted
            ],
        )
        for kind, wanted in (("questions of a city", True), ("questions of the network and the framework", False))
    ]
    return Outcome(
        title="questions",
        measured=(
            "Each question over HTTP, one request at a time over a connection that stays open, as JSON; nothing kept of answers, "
            f"{TIMES_ASKED} times, questions of a city of as many cities from all over the alphabet. “Repeat” is the same request again of "
            "unchanged data, with the default settings. "
            + " ".join(f"{one.ground.name.capitalize()}: {one.ground.triples:,} triples." for one in found)
        ),
        tables=tables,
        aims=_aims(small, large, names),
        remarks=[
            *(
                f"{name} was not answered on {one.ground.name}: {why}"
                for one in found
                for name, why in one.failed.items()
            ),
            *(["This quick run is on less data than the aims are about."] if quick else []),
        ],
        figures={
            one.ground.name: {"triples": one.ground.triples, "seconds": one.seconds, "repeats": one.repeats}
            for one in found
        },
    )


def _cells(found: Found, name: str) -> tuple[str, str]:
    if name not in found.seconds:
        return "none", ""
    times = Times(tuple(found.seconds[name]))
    return milliseconds(times.percentile(50)), milliseconds(times.percentile(95))


def growth(small: Found, large: Found, name: str) -> float | None:
    """How many times as long a question takes on the larger network."""
    one, other = small.median(name), large.median(name)
    return None if one is None or other is None else other / one


def _ratio(small: Found, large: Found, name: str) -> str:
    ratio = growth(small, large, name)
    return "" if ratio is None else f"{ratio:.2f}"


def _aims(small: Found, large: Found, names: dict[str, bool]) -> list[Aim]:
    grown = {name: ratio for name in names if (ratio := growth(small, large, name)) is not None}
    of_city = {name: ratio for name, ratio in grown.items() if names[name]}
    of_network = {name: ratio for name, ratio in grown.items() if not names[name]}
    seconds = {name: taken for name in of_network if (taken := small.median(name)) is not None}
    repeats = {name: statistics.median(times) for name, times in large.repeats.items()}
    size = SIZES[1] / SIZES[0]
    failed = sorted({*small.failed, *large.failed})
    return [
        _aim(
            "questions of a city: at most {} times as long with four times the cities",
            of_city,
            GROWTH_OF_CITY_QUESTIONS,
            "",
        ),
        _aim("questions of the network: at most {} times as long with four times the cities", of_network, size, ""),
        _aim("questions of the network on 600 × 10: under {} ms", seconds, NETWORK_SECONDS, "ms"),
        _aim("a repeat of unchanged data: under {} ms", repeats, REPEAT_SECONDS, "ms"),
        Aim("every question is answered", f"not {', '.join(failed)}" if failed else "all", reached=not failed),
    ]


def _aim(says: str, found: dict[str, float], most: float, unit: str) -> Aim:
    def told(value: float) -> str:
        return f"{value * 1000:.3g}" if unit else f"{value:.2f}"

    if not found:
        return Aim(says.format(told(most)), "nothing was measured", reached=False)
    worst = sorted(found, key=found.__getitem__, reverse=True)
    over = [name for name in worst if found[name] > most]
    came = f"{told(found[worst[0]])} {unit}".strip() + f" ({worst[0]}) at the most"
    if over:
        came += f"; over it {len(over)} of {len(found)}: {', '.join(over)}"
    return Aim(says.format(told(most)), came, reached=not over)
