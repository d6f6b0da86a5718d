"""A network of cities that do not exist, of any size, the same for the same seed.

Each made-up city is a variation on Lumenport (``examples/fictional-city``): its figures are
Lumenport's, made smaller by a factor of its own for each measure, so that a submission is as rich
as one of a city that reports everything, and conforms. Cities are made one by one: the size of the network costs no
memory, and the first cities of a large network are those of a small one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from random import Random

import pyoxigraph as ox

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DEFAULT_BASE, local_name
from lcgraph.reading import as_table, terms
from lcgraph.reading.graph import submission_graph
from lcgraph.reading.reader import Reading, read
from lcgraph.reading.submission import Observation, Source, Submission
from lcgraph.reading.table import in_order
from lcgraph.store.index import submission_lines
from lcgraph.store.summaries import city_lines, handed_in

EXAMPLES = Path(__file__).parents[1] / "examples"
LUMENPORT = EXAMPLES / "fictional-city"
LAST_YEAR = 2024
EARLIER_FIGURES = 21
"""How many figures of the year before a submission holds beside the 79 of its own year."""

_CITY = """\
<{iri}>
    a lc:City ;
    lc:fictional true ;
    skos:notation "{code}" ;
    skos:prefLabel "Made-up city {n} (fictional)"@en , "虚拟城市{n}（虚构）"@zh ;
    skos:definition "A city that does not exist, made up for measuring."@en , "一个并不存在的城市，为性能测量而虚构。"@zh ;
    lc:population <{iri}#population> ;
    lc:membership <{iri}#membership> .

<{iri}#population>
    a lc:PopulationCount ;
    lc:inhabitants "{inhabitants}"^^xsd:nonNegativeInteger ;
    lc:countYear {year} .

<{iri}#membership>
    a lc:Membership ;
    lc:ofNetwork <{base}network/unesco-gnlc> ;
    lc:membershipStatus <{base}code/membership-status/not-evidenced> ;
    skos:note "The city is fictional."@en , "该城市为虚构。"@zh .
"""

_PREFIXES = """\
@prefix lc: <https://w3id.org/lcgraph/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A network of made-up cities, each with a submission for each year.

    :ivar cities: how many cities.
    :ivar years: how many years, the last of them 2024.
    :ivar seed: another seed, other figures.
    :ivar figures: how many figures a submission has: 79 are all of its own year, more are of the year before.
    """

    cities: int
    years: int
    seed: int = 1
    figures: int = 79 + EARLIER_FIGURES

    def descriptions(self, base: str = DEFAULT_BASE) -> bytes:
        """What :meth:`lcgraph.publishing.network.Network.register` needs to know of the cities, in Turtle."""
        cities = (
            _CITY.format(
                iri=f"{base}city/{_code(n)}",
                code=_code(n),
                n=n,
                inhabitants=self._random(n, "population").randrange(20_000, 3_000_000),
                year=LAST_YEAR,
                base=base,
            )
            for n in range(1, self.cities + 1)
        )
        return "\n".join((_PREFIXES, *cities)).encode()

    def submissions(self, framework: Framework) -> Iterator[Submission]:
        """The submissions, city by city and year by year; about 100 observations each."""
        model = _lumenport()
        for n in range(1, self.cities + 1):
            rng = self._random(n, "figures")
            factors = {m.iri: Decimal(rng.randrange(60, 98)) / 100 for m in framework.measures}
            for year in range(LAST_YEAR - self.years + 1, LAST_YEAR + 1):
                yield _variation(model, framework, framework.names.city(_code(n)), year, factors, rng, self.figures)

    def readings(self, framework: Framework) -> Iterator[Reading]:
        """The submissions as cities would hand them in: CSV files, read."""
        for submission in self.submissions(framework):
            name = f"{local_name(submission.city)}-{submission.year}.csv"
            yield read(name, as_table.to_csv(submission, framework).encode(), framework)

    def lines(self, framework: Framework) -> Iterator[str]:
        """N-Quads lines of all submissions and of what follows from them, for a store without an archive."""
        for city, submissions in groupby(self.submissions(framework), lambda submission: submission.city):
            handed = []
            for submission in submissions:
                graph = submission_graph(submission, framework, revision=1)
                lines = list(submission_lines(graph.nquads().encode(), graph.iri, framework))
                handed.append(handed_in(graph.iri, lines))
                yield from lines
            yield from city_lines(city, handed, framework)

    def _random(self, city: int, what: str) -> Random:
        return Random(f"{self.seed}/{what}/{city}")


def _code(n: int) -> str:
    return f"zz-made-up-{n:04d}"


@cache
def _lumenport() -> Submission:
    cities = ox.parse((LUMENPORT / "city.ttl").read_bytes(), ox.RdfFormat.TURTLE)
    found = read("lumenport.csv", (LUMENPORT / "lumenport.csv").read_bytes(), Framework(cities=cities)).submission
    assert found is not None
    return found


def _variation(
    model: Submission,
    framework: Framework,
    city: str,
    year: int,
    factors: dict[str, Decimal],
    rng: Random,
    figures: int,
) -> Submission:
    """Lumenport's submission, moved to a city and a year, with other figures."""
    own = [o for o in model.observations if o.period == model.year]
    earlier = [o for o in model.observations if o.period == model.year - 1]
    further = figures - len(own)
    reported = [*own, *rng.sample(earlier, further)] if further > 0 else rng.sample(own, figures)
    drift = {measure: factor + Decimal(rng.randrange(-2, 3)) / 100 for measure, factor in factors.items()}
    years = year - model.year
    return replace(
        model,
        city=city,
        year=year,
        submitter=f"Made-up city {city[-4:]} (fictional)",
        title={},
        observations=tuple(
            in_order(  # type: ignore[arg-type]  # observations in, observations out
                replace(o, period=o.period + years, value=value, stated_as=terms.digits(value))
                for o, value in ((o, _scaled(o, drift[o.measure], framework)) for o in reported)
            )
        ),
        gaps=tuple(replace(gap, period=gap.period + years) for gap in model.gaps),
        targets=tuple(replace(target, period=target.period + years) for target in model.targets),
        sources=tuple(_in_year(source, year) for source in model.sources),
        documents=tuple(sorted(rng.sample(model.documents, 4), key=lambda document: document.key)),
        files=(),
    )


def _scaled(observation: Observation, factor: Decimal, framework: Framework) -> Decimal:
    """Lumenport's figure made smaller; figures of one measure keep their order, shares their sum."""
    measure, value = framework.measures[observation.measure], observation.value
    if measure.value_type == "ordinal-5":
        return max(Decimal(1), (value * factor).to_integral_value())
    if measure.shares_over:
        moved = (10 * factor).quantize(value)
        return value + {"primary": moved, "secondary": -moved}.get(local_name(observation.education_level), Decimal(0))
    return (value * factor).quantize(value)


def _in_year(source: Source, year: int) -> Source:
    """The source as it would be for figures of a year."""
    return replace(
        source,
        issued=source.issued and str(year + 1),
        fieldwork_start=source.fieldwork_start and f"{year}-09-02",
        fieldwork_end=source.fieldwork_end and f"{year}-10-11",
        review_date=source.review_date and f"{year}-12-05",
    )
