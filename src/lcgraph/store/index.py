"""What a commit of the archive changes in a store.

A store is an index of the archive: applying the commits one by one, or all at once to an empty
store, or a commit twice, gives the same graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lcgraph.archive.archive import Commit
from lcgraph.archive.records import Accepted, Event, Registered, Withdrawn
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import DCTERMS, LC, PROV, TYPE, Names
from lcgraph.reading import terms
from lcgraph.store.evidence import evidence

VERSION = 3
"""Goes up when what a store holds of the same archive and the same questions changes; a store of another
version is built anew."""

CITY_EVIDENCE = (f"<{LC}hasEvidenceForAction>", f"<{LC}hasEvidenceForCommitment>")
"""Properties that say of a city that it has evidence."""


@dataclass(slots=True)
class Change:
    """What is to be done to a store, all at once.

    :ivar drop: names of graphs that go.
    :ivar recount: IRIs of cities for which less may be evidence than before.
    :ivar forget: IRIs of cities whose former description goes.
    :ivar add: statements that come, as N-Quads lines.
    """

    drop: list[str] = field(default_factory=list)
    recount: list[str] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)
    add: list[str] = field(default_factory=list)


def change(commit: Commit, framework: Framework) -> Change:
    """What a commit changes in a store that holds all commits before it."""
    return fold([commit], framework)


def fold(commits: Iterable[Commit], framework: Framework) -> Change:
    """What several commits change together; graphs that come and go in between are never read.

    :raises ArchiveDamaged: if a file of a commit is not what was written.
    """
    names = framework.names
    done = Change()
    current: dict[str, tuple[Commit, Accepted]] = {}
    described: dict[str, tuple[Commit, Registered]] = {}
    for commit in commits:
        done.add.extend(_commit_statements(commit, names))
        for event in commit.manifest.events:
            done.add.extend(_event_statements(commit, event, names))
            match event:
                case Accepted():
                    current[event.submission] = (commit, event)
                    _gone(event.supersedes, current, done, names)
                case Withdrawn():
                    _gone(event.submission, current, done, names)
                case Registered():
                    for city in event.cities:
                        described[city] = (commit, event)
    graphs = {event.graph: event.submission for _, event in current.values()}
    wanted: dict[int, tuple[Commit, list[str]]] = {}
    for commit, event in current.values():
        wanted.setdefault(commit.number, (commit, []))[1].append(event.graph)
    for commit, paths in wanted.values():
        for path, data in commit.files(paths):
            done.add.extend(submission_lines(data, graphs[path], framework))
    for city, (commit, registered) in described.items():
        done.forget.append(city)
        done.add.extend(line for line in _lines(commit.read(registered.graph)) if _is_about(line, city))
    return done


def submission_lines(nquads: bytes, submission: str, framework: Framework) -> Iterator[str]:
    """The lines of a submission's graph, and of what follows from it.

    What is evidence stands in a graph of the submission; that a city has evidence stands once for
    all its submissions, in the graph ``evidence``: no statement stands in two graphs, so that the
    union of all graphs is a set.
    """
    lines = _lines(nquads)
    yield from lines
    of_submission, of_cities = (
        terms.iri(graph) for graph in (Names.evidence_graph(submission), framework.names.graph("evidence"))
    )
    for statement in sorted(evidence(lines, framework)):
        of_city = statement.split(" ", 2)[1] in CITY_EVIDENCE
        yield f"{statement} {of_cities if of_city else of_submission} .\n"


def _gone(submission: str, current: dict[str, tuple[Commit, Accepted]], done: Change, names: Names) -> None:
    if submission and current.pop(submission, None) is None:
        done.drop.extend((submission, Names.evidence_graph(submission)))
        done.recount.append(names.city(submission.removeprefix(names.base).split("/")[1]))


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


def _event_statements(commit: Commit, event: Event, names: Names) -> Iterator[str]:
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
            for city in event.cities:
                yield f"<{city}> <{PROV}wasInfluencedBy> {registration} {graph} .\n"


def framework_lines(framework: Framework) -> list[str]:
    """The graphs that every store holds beside the submissions, as N-Quads lines."""
    return [f"{quad} .\n" for _, quads in framework.graphs() for quad in quads]
