"""Our endpoint beside other SPARQL servers: the same data, the same queries, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import pyoxigraph as ox

from benchmarks import servers
from benchmarks.abuse import corpus
from benchmarks.comparing import CONNECTIONS, GIVEN_UP, SLOW, Asked, Contender, Found, Standing, measured
from benchmarks.fates import HOSTILE_SECONDS, Fate, fate
from benchmarks.importing import imported
from benchmarks.measure import Aim, Outcome, Table, Times, milliseconds
from benchmarks.servers import NotThere, Server
from benchmarks.synthetic import MadeUp
from lcgraph.asking import parameters
from lcgraph.asking.question import Library
from lcgraph.framework import resources
from lcgraph.framework.namespaces import local_name
from lcgraph.publishing.network import Network
from lcgraph.reading import terms
from lcgraph.store.embedded import newest
from lcgraph.store.remote.text import asked_as

OURS, REST, OXIGRAPH, RDFLIB = "lcgraph", "lcgraph, REST", "oxigraph serve", "rdflib-endpoint"
ASK, HUNDRED, TEN_THOUSAND = "ASK", "100 rows", "10,000 rows"
PLAIN = {
    ASK: "ASK { ?submission a lc:Submission }",
    HUNDRED: "SELECT ?observation ?city ?value { ?observation lc:ofMeasure <measure/1.2.2-a> ; "
    "sdmx-dimension:refArea ?city ; sdmx-measure:obsValue ?value } LIMIT 100",
    TEN_THOUSAND: "SELECT ?observation ?property ?value { ?observation a qb:Observation ; ?property ?value } LIMIT 10000",
}
"""What a researcher asks beside the questions."""

_LINES_AT_ONCE = 2_000_000
"""So many are loaded at once: a network of any size takes no more memory, and no more of the disk beside the store."""

LARGE = MadeUp(cities=600, years=10, figures=66)
AT_LEAST = {TEN_THOUSAND: 1.0, HUNDRED: 0.5}
TIMES_RDFLIB = 20.0

HOSTILE = (
    "cross-product-distinct",
    "order-by-cross-product",
    "text-that-grows",
    "group-concat-all",
    "order-by-rand",
    "path-star-everything",
    "group-by-everything",
    "regex-nested",
)
"""Queries of the corpus that the others are asked too, for as long as they live."""


@dataclass(slots=True)
class Ground:
    """Data that all servers have.

    :ivar name: for the tables.
    :ivar network: a folder that our service can serve.
    :ivar checkpoint: the newest one of its store.
    :ivar quads: the same as N-Quads, where they are dumped.
    :ivar triples: how many.
    :ivar made_in: seconds that it took.
    """

    name: str
    network: Network
    checkpoint: Path
    quads: Path
    triples: int
    made_in: float


# the data


def demonstration(folder: Path, *, dumped: bool = True) -> Ground:
    """The demonstration network, as ``make demo`` publishes it."""
    start, network = time.perf_counter(), Network(folder / "network")
    for name, table in (("eurostat", "cities.csv"), ("kolada", "municipalities.csv")):
        network.publish(imported(network, name, table).readings, "benchmarks")
    return _ground("the demonstration network", network, folder, start, dumped=dumped)


def made_up(cities: MadeUp, folder: Path, *, dumped: bool = True) -> Ground:
    """A network of made-up cities, put into the store without the archive: only its speed is of interest here."""
    start, network = time.perf_counter(), Network(folder / "network")
    network.rebuild()
    some, lines = folder / "made-up.nq", cities.lines(network.framework)
    store = ox.Store(str(network.store_directory / "writer"))
    while part := list(islice(lines, _LINES_AT_ONCE)):
        some.write_text("".join(part), encoding="utf-8")
        store.bulk_load(path=str(some), format=ox.RdfFormat.N_QUADS)
    store.optimize()  # as a rebuild does
    store.flush()
    del store
    some.unlink()
    network.register("made-up.ttl", cities.descriptions(network.base), "benchmarks")  # which makes a checkpoint
    return _ground(f"{cities.cities} made-up cities × {cities.years} years", network, folder, start, dumped=dumped)


def _ground(name: str, network: Network, folder: Path, start: float, *, dumped: bool) -> Ground:
    checkpoint = network.store_directory / "checkpoints" / str(newest(network.store_directory))
    quads = folder / "all.nq"
    store = ox.Store.read_only(str(checkpoint))
    if dumped:
        store.dump(str(quads), ox.RdfFormat.N_QUADS)
    return Ground(name, network, checkpoint, quads, len(store), time.perf_counter() - start)


# what is asked


def requests(network: Network) -> list[Asked]:
    """What every server is asked: the same text, with the parameters of questions in it."""
    return [
        Asked(name, asked_as(query, {}, network.base), some=" LIMIT " in query, alone=True)
        for name, query in PLAIN.items()
    ] + list(_questions(network, local_name(_a_city(network))))


def _a_city(network: Network) -> str:
    known = [city.iri for city in network.framework.cities]
    made = [iri for iri in known if "made-up" in iri]
    return made[len(made) // 2] if made else next(iri for iri in known if iri.endswith("/ie-cork"))


def _questions(network: Network, city: str) -> Iterator[Asked]:
    library = Library(resources.directory("queries"), network.base)
    for question in library:
        given = {
            name: city if parameter.type == "city" else parameter.example
            for name, parameter in question.head.parameters.items()
            if parameter.required
        }
        values = {name: bound.term for name, bound in parameters.bind(question, given, network.framework).items()}
        if "?lang" in question.query:
            values["lang"] = terms.plain("en")
        path = f"/questions/{question.name}?{urlencode(given)}"
        yield Asked(question.name, asked_as(question.query, values, network.base), path, tuple(question.head.columns))


# the report


def run(quick: bool, folder: Path) -> Outcome:
    """Runs the benchmark."""
    rounds, seconds = (1, 0.3) if quick else (2, 1.0)
    grounds: list[Ground] = []
    found: list[Found] = []
    remarks: list[str] = []
    for name, make in (
        ("demo", demonstration),
        ("large", lambda to: made_up(MadeUp(cities=4, years=3, figures=66) if quick else LARGE, to)),
    ):
        (folder / name).mkdir()
        ground = make(folder / name)
        grounds.append(ground)
        with _up(ground, folder / name, remarks) as contenders:
            asked = requests(ground.network)
            found.append(measured(ground.name, ground.checkpoint, asked, contenders, rounds, seconds))
    fates = _fates(grounds[0], folder / "demo", HOSTILE[:2] if quick else HOSTILE)
    return _outcome(grounds, found, fates, remarks, quick=quick)


Start = Callable[[], AbstractContextManager[Server]]


def _starts(ground: Ground, folder: Path, seconds: float | None = None) -> list[Start]:
    """All servers, to be started with the data.

    :param seconds: how long a query may run, where a server lets that be set; without it as long as it does by itself.
    """
    settings = {} if seconds is None else {"LCGRAPH_QUERY_SECONDS": f"{seconds:g}"}
    options = () if seconds is None else ("--timeout-s", f"{seconds:g}")
    return [
        partial(servers.lcgraph, ground.network.directory, settings),
        partial(servers.oxigraph, ground.checkpoint, folder, *options),
        partial(servers.virtuoso, ground.quads, folder, seconds or GIVEN_UP),
        partial(servers.rdflib_endpoint, ground.quads, folder, ground.triples),
    ]


@contextmanager
def _up(ground: Ground, folder: Path, remarks: list[str]) -> Iterator[list[Contender]]:
    """All servers that there are, each as it is asked."""
    with ExitStack() as stack:
        contenders = []
        for start in _starts(ground, folder):
            try:
                standing = Standing(start)
            except NotThere as error:
                remarks.append(f"Left out, {ground.name}: {error}.")
                continue
            stack.callback(standing.close)
            contenders.append(Contender(standing, standing.server.name))
            if standing.server.name == OURS:
                contenders.append(Contender(standing, REST, rest=True))
        yield contenders


def _fates(ground: Ground, folder: Path, names: Sequence[str]) -> dict[str, Fate]:
    queries = [asked_as(corpus()[name], {}, ground.network.base) for name in names]
    fates = {}
    for start in _starts(ground, folder, HOSTILE_SECONDS):
        with suppress(NotThere), start() as server:  # which was told before
            fates[server.name] = fate(server, queries)
    return fates


def _outcome(
    grounds: Sequence[Ground], found: Sequence[Found], fates: dict[str, Fate], remarks: list[str], *, quick: bool
) -> Outcome:
    tables = [table for each in found for table in (_speed(each), _way(each))]
    if fates:
        tables.append(_fate_table(fates))
    return Outcome(
        title="endpoint",
        measured=" ".join(
            (
                (
                    f"SPARQL servers on this machine, {CONNECTIONS} connections, GET or a form by POST, answers in JSON; "
                    "the client and all servers share its processors. First each one's rows are compared with those of "
                    "the store itself; one that gives others is not timed. Then they are asked in turn."
                ),
                *(
                    f"{each.name.capitalize()}: {each.triples:,} triples, made in {each.made_in:,.0f} s."
                    for each in grounds
                ),
                (
                    "Our service has its default settings (two readers). Virtuoso has "
                    f"{servers.BUFFERS:,} buffers of 8 kB and no limit on rows below a million. “ms of processor” is what "
                    "all processes of a server work for one answer."
                ),
            )
        ),
        tables=tables,
        aims=aims(found, fates),
        remarks=[
            *remarks,
            *(remark for each in found for remark in each.remarks),
            (
                f"A server that takes longer than {SLOW:g} s for its first answer is asked no more, and that is its time; what has "
                f"no answer in {GIVEN_UP:g} s is ended and started anew."
            ),
            *(["This quick run is on less data than the aims are about."] if quick else []),
        ],
        figures={each.data: _figures(each) for each in found}
        | {"hostile": {n: asdict(one) for n, one in fates.items()}},
    )


def _figures(found: Found) -> dict[str, object]:
    told: dict[str, object] = {"alone": found.alone}
    for request, loads in found.loads.items():
        told[request] = {
            name: {
                "per second": came.per_second,
                "seconds": came.times,
                "processor seconds": found.work[request].get(name),
                "client busy": came.busy / came.elapsed,
                "failures": came.failures,
            }
            for name, came in loads.items()
        }
    return told


def _speed(found: Found) -> Table:
    rows = [
        (f"{request}: {name}", *_figures_of(found, request, name))
        for request, loads in found.loads.items()
        for name in loads
    ]
    head = (found.data, "answers/s", "p50, ms", "p95, ms", "p99, ms", "ms of processor", f"times {OXIGRAPH}")
    return Table(head, rows)


def _figures_of(found: Found, request: str, name: str) -> tuple[str, ...]:
    came, ratio = found.loads[request][name], found.ratio(request, name, OXIGRAPH)
    if not came.times:
        return f"none in {GIVEN_UP:g} s", "", "", "", "", ""
    times = Times(tuple(came.times))
    return (
        f"{came.per_second:,.0f}" if came.per_second >= 100 else f"{came.per_second:,.3g}",
        *(milliseconds(times.percentile(n)) for n in (50, 95, 99)),
        milliseconds(found.work[request][name]) if name in found.work[request] else "",
        "" if ratio is None else f"{ratio:,.2g}" if ratio < 10 else f"{ratio:,.0f}",
    )


def _way(found: Found) -> Table:
    """What HTTP adds."""
    names = [name for name in (OURS, REST, OXIGRAPH) if any(name in each for each in found.alone.values())]
    rows = [
        (request, milliseconds(taken[""]), *(_added(taken, name) for name in names))
        for request, taken in found.alone.items()
    ]
    head = ("one request at a time", "pyoxigraph in process, ms", *(f"{name}: ms more" for name in names))
    return Table(head, rows)


def _added(taken: dict[str, float], name: str) -> str:
    return milliseconds(taken[name] - taken[""]) if name in taken else ""


def _fate_table(fates: dict[str, Fate]) -> Table:
    head = (
        "under hostile queries",
        "ordinary ones asked",
        "not answered",
        "the slowest, ms",
        "memory, MB",
        "in the end",
    )
    return Table(
        head,
        [
            (
                name,
                str(each.asked),
                str(each.failed),
                milliseconds(each.worst),
                f"{each.megabytes:,}",
                each.ended or "answers",
            )
            for name, each in fates.items()
        ],
    )


def aims(found: Sequence[Found], fates: Mapping[str, Fate]) -> list[Aim]:
    """What was aimed at; on all data."""
    found_out = []
    for request, least in AT_LEAST.items():
        ratios = {each.data: each.ratio(request, OURS, OXIGRAPH) for each in found}
        says = f"{request}: at least {least:g} times the answers of {OXIGRAPH}"
        found_out.append(_aim(says, ratios, least))
    first = found[0]
    for name in (OURS, REST):
        ratios = {
            request: first.ratio(request, name, RDFLIB)
            for request, loads in first.loads.items()
            if request not in PLAIN and name in loads
        }
        says = f"each question, {name}: at least {TIMES_RDFLIB:g} times the answers of {RDFLIB}"
        found_out.append(_aim(says, ratios, TIMES_RDFLIB))
    others = ", ".join(
        f"{name}: {'well' if each.is_well else each.ended or f'{each.failed} failed'}" for name, each in fates.items()
    )
    found_out.append(
        Aim(
            f"no failure under {len(HOSTILE)} hostile queries (all of them: abuse), unlike the others",
            others or "not tried",
            OURS in fates and fates[OURS].is_well,
        )
    )
    return found_out


def _aim(says: str, ratios: Mapping[str, float | None], least: float) -> Aim:
    known = {name: ratio for name, ratio in ratios.items() if ratio is not None}
    if not known:
        return Aim(says, "there is nothing to compare with", reached=False)
    if len(known) > 3:
        low = min(known, key=known.__getitem__)
        came = f"{known[low]:,.1f} times ({low}) and more, {median(known.values()):,.0f} in the middle"
    else:
        came = ", ".join(f"{ratio:,.2f} times ({name})" for name, ratio in known.items())
    return Aim(says, came, min(known.values()) >= least)
