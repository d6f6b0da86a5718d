"""What follows from all submissions of a city is right after any order of publishing, superseding and withdrawing."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st
from support import Clock

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, TYPE, local_name
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

HEAD = "record,city,year,edition,submitter,key,type,title,measure,period,sex,value,match,source,note,supports,reason\n"
CITIES = ("ie-cork", "ie-dublin")
YEARS = (2014, 2015, 2016)
FIGURES = (
    ("1.2.2-a", ""),
    ("1.2.2-a", "female"),
    ("1.2.2-a", "male"),
    ("1.3.1-a", ""),
    ("1.3.1-a", "male"),
    ("2.5.4-a", ""),
)
"""Codes of measures, and sexes: no cell asks for 1.3.1-a by sex, and no action for 2.5.4-a."""

ACTIONS = ("1.1", "10.2", "2.3", "4.4")


@dataclass(frozen=True)
class Figure:
    """A line of a submission."""

    measure: str
    sex: str
    period: int
    match: str


@dataclass(frozen=True)
class Submitted:
    """What a city hands in for a year."""

    city: str
    year: int
    figures: tuple[Figure, ...]
    documents: tuple[frozenset[str], ...]

    def table(self) -> bytes:
        """The submission as a table."""
        lines = [
            f"submission,{self.city},{self.year},2013-draft,Somebody,,,,,,,,,,,,",
            "source,,,,,s,survey,Survey,,,,,,,,,",
        ]
        lines += [f"observation,,,,,,,,{f.measure},{f.period},{f.sex},3,{f.match},s,As told.,," for f in self.figures]
        lines += [
            f"document,,,,,d{n},policy,Policy,,,,,,,,{';'.join(sorted(actions))},"
            for n, actions in enumerate(self.documents)
        ]
        if not self.figures and not self.documents:
            lines.append(f"gap,,,,,,,,1.2.3-b,{self.year},,,,,,,not-available")
        return (HEAD + "\n".join(lines) + "\n").encode()


@st.composite
def submitted(draw: st.DrawFn) -> Submitted:
    year = draw(st.sampled_from(YEARS))
    cells = draw(st.sets(st.tuples(st.sampled_from(FIGURES), st.sampled_from((year - 1, year))), max_size=5))
    matches = st.sampled_from(("exact", "close", "broad"))
    return Submitted(
        draw(st.sampled_from(CITIES)),
        year,
        tuple(Figure(*which, period, draw(matches)) for which, period in sorted(cells)),
        tuple(draw(st.lists(st.frozensets(st.sampled_from(ACTIONS), min_size=1), max_size=2))),
    )


steps = st.one_of(
    st.lists(submitted(), min_size=1, max_size=2),
    st.tuples(st.sampled_from(CITIES), st.sampled_from(YEARS)),
)


def informs(framework: Framework) -> dict[str, list[tuple[str, str]]]:
    """The code of each measure to those of the actions that it bears on, and their commitments."""
    return {
        m.code: [(framework.actions[a].code, framework.actions[a].code.partition(".")[0]) for a in m.informs]
        for m in framework.measures
    }


def worked_out(city: str, now: Iterable[tuple[Submitted, int]], framework: Framework) -> set[tuple[str, ...]]:
    """What should follow, in plain Python from what is current now: each submission and its revision."""
    cells = {cell.code for m in framework.measures for cell in m.cells}
    figures: defaultdict[tuple[str, str], list[tuple[str, Figure]]] = defaultdict(list)
    documents: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    submissions: set[str] = set()
    actions: set[str] = set()
    newest: dict[str, tuple[int, str]] = {}
    for each, revision in now:
        here = f"{each.city}/{each.year}/{revision}"
        submissions.add(here)
        documents["edition", "2013-draft"] += [f"{here} {n}" for n, _ in enumerate(each.documents)]
        figures["edition", "2013-draft"] += [(here, f) for f in each.figures]
        for f in each.figures:
            figures["measure", f.measure].append((here, f))
            bears = informs(framework)[f.measure]
            actions |= {action for action, _ in bears}
            for commitment in {commitment for _, commitment in bears}:
                figures["commitment", commitment].append((here, f))
            cell = f"{f.measure}.{f.sex or 'total'}"
            if cell in cells:
                letter = {"female": ".F", "male": ".M"}.get(f.sex, "")
                newest[cell] = max(newest.get(cell, (0, "")), (f.period, f"{here}#{f.measure}.{f.period}{letter}"))
        for n, supported in enumerate(each.documents):
            actions |= supported
            for commitment in {action.partition(".")[0] for action in supported}:
                documents["commitment", commitment].append(f"{here} {n}")
    said: set[tuple[str, ...]] = {("city", "hasEvidenceForAction", action) for action in actions}
    said |= {("city", "hasEvidenceForCommitment", action.partition(".")[0]) for action in actions}
    said |= {("newest", observation, cell) for cell, (_, observation) in newest.items()}
    for kind, code in {*figures, *documents}:
        of, supporting = figures[kind, code], documents[kind, code]
        years = [f.period for _, f in of]
        numbers = {
            "figureCount": len(of),
            "proxyCount": sum(f.match != "exact" for _, f in of),
            "documentCount": len(supporting),
            "submissionCount": len({here for here, _ in of} | {d.partition(" ")[0] for d in supporting}),
        }
        if kind == "edition":
            numbers["submissionCount"] = len(submissions)
        if years:
            numbers |= {"firstYear": min(years), "lastYear": max(years)}
        if kind == "measure" and (missing := [c for c in cells if c.startswith(f"{code}.") and c not in newest]):
            numbers["missingCellCount"] = len(missing)
        said |= {("summary", f"{kind}/{code}", name, str(number)) for name, number in numbers.items()}
    return said


def found(network: Network, city: str) -> set[tuple[str, ...]]:
    """What the store says, in the same form."""
    base = network.base
    with network.store.newest(network.archive, network.framework) as newest:
        if newest is None:
            return set()
        graph = ox.NamedNode(f"{base}city/{city}#evidence")
        quads = list(newest[1].quads_for_pattern(None, None, None, graph))
    said: set[tuple[str, ...]] = set()
    of: dict[str, dict[str, str]] = defaultdict(dict)
    for quad in quads:
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        subject, prop, value = quad.subject.value, quad.predicate.value, quad.object.value
        if prop == LC + "newestFigureFor":
            said.add(("newest", subject.removeprefix(f"{base}submission/"), local_name(value)))
        elif subject == f"{base}city/{city}":
            said.add(("city", local_name(prop), local_name(value)))
        else:
            of[subject][prop] = value
    for properties in of.values():
        assert properties.pop(TYPE) == LC + "EvidenceSummary"
        assert properties.pop(LC + "city") == f"{base}city/{city}"
        assert properties.pop(LC + "inEdition") == f"{base}edition/2013-draft"
        item = properties.pop(LC + "summarises").removeprefix(base)
        said |= {("summary", item, local_name(name), value) for name, value in properties.items()}
    return said


@settings(max_examples=5, deadline=None)
@given(st.lists(steps, min_size=1, max_size=5))
def test_after_any_history_they_are_what_follows_from_what_is_current(
    history: list[list[Submitted] | tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        network = Network(Path(folder) / "data", clock=Clock())
        current: dict[tuple[str, int], tuple[Submitted, int]] = {}
        expected: dict[str, set[tuple[str, ...]]] = {}
        for step in history:
            if isinstance(step, list):
                readings = [read("handed-in.csv", each.table(), network.framework) for each in step]
                for each, outcome in zip(step, network.publish(readings, "me"), strict=True):
                    if outcome.status == "accepted":
                        current[each.city, each.year] = (each, int(local_name(outcome.submission)))
            elif step in current:
                _, revision = current.pop(step)
                network.withdraw(f"{step[0]}/{step[1]}/{revision}", "a slip", "me")
            for city in CITIES:
                now = [each for (of, _), each in current.items() if of == city]
                expected[city] = worked_out(city, now, network.framework)
                assert found(network, city) == expected[city]
        network.rebuild()
        assert {city: found(network, city) for city in CITIES} == expected


def test_nothing_is_left_of_a_city_that_has_nothing_any_more(network: Network) -> None:
    handed = Submitted("ie-cork", 2016, (Figure("1.2.2-a", "", 2016, "exact"),), (frozenset({"1.1"}),))
    network.publish([read("cork.csv", handed.table(), network.framework)], "me")
    assert ("city", "hasEvidenceForAction", "1.1") in found(network, "ie-cork")
    network.withdraw("ie-cork/2016/1", "a slip", "me")
    assert found(network, "ie-cork") == set()
