"""What a commit of the archive changes in a store.

A store is an index of the archive: applying the commits one by one, or all at once to an empty
store, or a commit twice, gives the same graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from lcgraph.archive.archive import Commit
from lcgraph.archive.records import Accepted, Event, Registered, Withdrawn
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DC, DCTERMS, LC, PROV, RDFS, TYPE, Names
from lcgraph.reading import terms
from lcgraph.store.evidence import evidence
from lcgraph.store.statements import Statements
from lcgraph.store.summaries import Handed, city_lines, handed_in, handed_in_before

VERSION = 6
"""Goes up when what a store holds of the same archive and the same questions changes; a store of another
version is built anew."""


@dataclass(slots=True)
class Change:
    """What is to be done to a store, all at once.

    :ivar drop: names of graphs that go.
    :ivar forget: IRIs of cities whose former description goes.
    :ivar add: statements that come, as N-Quads lines.
    """

    drop: list[str] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)
    add: list[str] = field(default_factory=list)


def change(commit: Commit, framework: Framework, store: Statements) -> Change:
    """What a commit changes in a store that holds all commits before it.

    :raises ArchiveDamaged: if a file of the commit is not what was written.
    """
    return fold([commit], framework, store)


def fold(commits: Iterable[Commit], framework: Framework, store: Statements | None = None) -> Change:
    """What several commits change together; graphs that come and go in between are never read.

    :param store: what was there before them; nothing, unless it is given.
    :raises ArchiveDamaged: if a file of a commit is not what was written.
    """
    names = framework.names
    done = Change()
    current: dict[str, tuple[Commit, Accepted]] = {}
    described: dict[str, tuple[Commit, Registered]] = {}
    handed: dict[str, list[Handed]] = {}
    for commit in commits:
        done.add.extend(_commit_statements(commit, names))
        originals = _originals(commit, names)
        for event in commit.manifest.events:
            done.add.extend(_event_statements(commit, event, originals, names))
            match event:
                case Accepted():
                    current[event.submission] = (commit, event)
                    handed[event.city] = []
                    _gone(event.supersedes, current, done)
                case Withdrawn():
                    handed[_city_of(event.submission, names)] = []
                    _gone(event.submission, current, done)
                case Registered():
                    for city in event.cities:
                        described[city] = (commit, event)
    graphs = {event.graph: event for _, event in current.values()}
    wanted: dict[int, tuple[Commit, list[str]]] = {}
    for commit, event in current.values():
        wanted.setdefault(commit.number, (commit, []))[1].append(event.graph)
    for commit, paths in wanted.values():
        for path, data in commit.files(paths):
            accepted = graphs[path]
            lines = list(submission_lines(data, accepted.submission, framework))
            handed[accepted.city].append(handed_in(accepted.submission, lines))
            done.add.extend(lines)
    for city, new in handed.items():
        _together(city, new, store, done, framework)
    for city, (commit, registered) in described.items():
        done.forget.append(city)
        done.add.extend(line for line in _lines(commit.read(registered.graph)) if _is_about(line, city))
    return done


def submission_lines(nquads: bytes, submission: str, framework: Framework) -> Iterator[str]:
    """The lines of a submission's graph, and of the graph of what follows from it.

    What follows from all submissions of a city stands once, in a graph of the city: no statement
    stands in two graphs, so that the union of all graphs is a set.
    """
    lines = _lines(nquads)
    yield from lines
    graph = terms.iri(Names.evidence_graph(submission))
    for statement in sorted(evidence(lines, framework)):
        yield f"{statement} {graph} .\n"


def _gone(submission: str, current: dict[str, tuple[Commit, Accepted]], done: Change) -> None:
    if submission and current.pop(submission, None) is None:
        done.drop.extend((submission, Names.evidence_graph(submission)))


def _city_of(submission: str, names: Names) -> str:
    return names.city(submission.removeprefix(names.base).split("/")[1])


def _together(city: str, new: list[Handed], store: Statements | None, done: Change, framework: Framework) -> None:
    """Replaces what follows from all submissions of a city, of which some come or go."""
    old: Iterable[Handed] = ()
    if store is not None:
        graph = Names.evidence_graph(city)
        if next(iter(store.quads_for_pattern(None, None, None, ox.NamedNode(graph))), None) is not None:
            done.drop.append(graph)
        old = handed_in_before(store, city, without=[*done.drop, *(each.submission for each in new)])
    done.add.extend(city_lines(city, [*old, *new], framework))


def _lines(nquads: bytes) -> list[str]:
    # not splitlines(), which also breaks at characters that may stand in a literal, such as U+2028
    return [f"{line}\n" for line in nquads.decode("utf-8").split("\n") if line]


def _is_about(line: str, city: str) -> bool:
    return line.startswith((f"<{city}> ", f"<{city}#"))


def commit_iri(number: int, names: Names) -> str:
    """The IRI of a commit of the archive."""
    return names.item("commit", str(number))


def _commit_statements(commit: Commit, names: Names) -> Iterator[str]:
    node = terms.iri(commit_iri(commit.number, names))
    graph = terms.iri(names.graph("archive"))
    yield f"{node} <{TYPE}> <{LC}Commit> {graph} .\n"
    yield f"{node} <{LC}number> {terms.typed(str(commit.number), 'positiveInteger')} {graph} .\n"
    yield f"{node} <{PROV}generatedAtTime> {terms.typed(commit.manifest.at, 'dateTime')} {graph} .\n"
    engines = {event.engine for event in commit.manifest.events if isinstance(event, Accepted) and event.engine}
    agents = {_software(commit, names): f"lcgraph {commit.manifest.software}"}
    agents |= {_engine(commit, engine, names): engine for engine in sorted(engines)}
    for agent, called in agents.items():
        yield f"{node} <{PROV}wasAttributedTo> {agent} {graph} .\n"
        yield f"{agent} <{TYPE}> <{PROV}SoftwareAgent> {graph} .\n"
        yield f"{agent} <{RDFS}label> {terms.plain(called)} {graph} .\n"
    for path, original in _originals(commit, names).items():
        yield f"{node} <{DCTERMS}hasPart> {original} {graph} .\n"
        yield f"{original} <{TYPE}> <{PROV}Entity> {graph} .\n"
        yield f"{original} <{DCTERMS}title> {terms.plain(path.rpartition('/')[2])} {graph} .\n"
        yield f"{original} <{DCTERMS}identifier> {terms.plain(f'sha256:{commit.manifest.files[path].sha256}')} {graph} .\n"


def _software(commit: Commit, names: Names) -> str:
    return terms.iri(f"{commit_iri(commit.number, names)}#software")


def _engine(commit: Commit, engine: str, names: Names) -> str:
    return terms.iri(f"{commit_iri(commit.number, names)}#engine-{engine}")


def _originals(commit: Commit, names: Names) -> dict[str, str]:
    """The files of a commit that were handed in: path to node. Several submissions may be read from one of them."""
    handed_in: dict[str, None] = {}
    for event in commit.manifest.events:
        if isinstance(event, Accepted):
            handed_in |= dict.fromkeys(event.originals)
        elif isinstance(event, Registered):
            handed_in[event.original] = None
    at = commit_iri(commit.number, names)
    return {path: terms.iri(f"{at}#original-{n}") for n, path in enumerate(handed_in, 1)}


def _event_statements(commit: Commit, event: Event, originals: Mapping[str, str], names: Names) -> Iterator[str]:
    """What the graph ``archive`` says of an event. Nothing of it is ever taken back."""
    graph = terms.iri(names.graph("archive"))
    at = commit_iri(commit.number, names)

    def activity(node: str, class_name: str, by: str) -> Iterator[str]:
        yield f"{node} <{TYPE}> <{LC}{class_name}> {graph} .\n"
        yield f"{node} <{PROV}endedAtTime> {terms.typed(commit.manifest.at, 'dateTime')} {graph} .\n"
        yield f"{node} <{LC}by> {terms.plain(by)} {graph} .\n"
        yield f"{node} <{LC}inCommit> <{at}> {graph} .\n"

    match event:
        case Accepted():
            node = terms.iri(event.submission)
            acceptance = terms.iri(f"{event.submission}#acceptance")
            yield from activity(acceptance, "Acceptance", event.by)
            # of the acceptance, not of the submission, whose own graph says so of itself while it is current
            yield f"{acceptance} <{DCTERMS}spatial> <{event.city}> {graph} .\n"
            yield f"{acceptance} <{DCTERMS}temporal> {terms.year(event.year)} {graph} .\n"
            yield f"{acceptance} <{DCTERMS}conformsTo> <{event.edition}> {graph} .\n"
            yield f"{acceptance} <{LC}warnings> {terms.typed(str(event.warnings), 'integer')} {graph} .\n"
            if event.submitter:
                yield f"{acceptance} <{DC}creator> {terms.plain(event.submitter)} {graph} .\n"
            if event.engine:
                yield f"{acceptance} <{PROV}wasAssociatedWith> {_engine(commit, event.engine, names)} {graph} .\n"
            for path in event.originals:
                yield f"{acceptance} <{PROV}used> {originals[path]} {graph} .\n"
            yield f"{node} <{LC}graphHash> {terms.plain(event.graph_hash)} {graph} .\n"
            yield f"{node} <{PROV}wasGeneratedBy> {acceptance} {graph} .\n"
            if event.supersedes:
                yield f"{node} <{PROV}wasRevisionOf> <{event.supersedes}> {graph} .\n"
                yield f"<{event.supersedes}> <{PROV}wasInvalidatedBy> {acceptance} {graph} .\n"
        case Withdrawn():
            withdrawal = terms.iri(f"{event.submission}#withdrawal")
            yield from activity(withdrawal, "Withdrawal", event.by)
            yield f"{withdrawal} <{LC}reason> {terms.plain(event.reason)} {graph} .\n"
            yield f"<{event.submission}> <{PROV}wasInvalidatedBy> {withdrawal} {graph} .\n"
        case Registered():
            registration = terms.iri(f"{at}#registration")
            yield from activity(registration, "Registration", event.by)
            yield f"{registration} <{PROV}used> {originals[event.original]} {graph} .\n"
            for city in event.cities:
                yield f"<{city}> <{PROV}wasInfluencedBy> {registration} {graph} .\n"


def framework_lines(framework: Framework) -> list[str]:
    """The graphs that every store holds beside the submissions, as N-Quads lines."""
    return [f"{quad} .\n" for _, quads in framework.graphs() for quad in quads]
