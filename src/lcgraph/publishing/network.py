"""A network's data: its archive, the store that is built from it, and what changes the two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from threading import RLock

import pyoxigraph as ox

import lcgraph
from lcgraph.archive.archive import Archive, Commit, Content, Provenance, file_name
from lcgraph.archive.records import Accepted, Event, Registered, Withdrawn
from lcgraph.asking import examples
from lcgraph.asking.question import Library
from lcgraph.checking.check import Checker
from lcgraph.checking.context import Surroundings
from lcgraph.checking.report import Report
from lcgraph.errors import (
    ArchiveDamaged,
    ArchiveError,
    DoesNotConform,
    InputError,
    LcgraphError,
    NotFound,
    StoreError,
)
from lcgraph.framework import resources
from lcgraph.framework.framework import Description, Framework, framework
from lcgraph.framework.namespaces import DEFAULT_BASE, LC, PROV, TYPE, Names, local_name
from lcgraph.language import Text
from lcgraph.publishing.cities import described_cities
from lcgraph.publishing.surroundings import Neighbourhood
from lcgraph.reading.graph import SubmissionGraph, submission_graph, without_places
from lcgraph.reading.reader import MEDIA_TYPES, Reading, extension
from lcgraph.store.contents import Beside, is_marked
from lcgraph.store.embedded import commit_of, graph_hash
from lcgraph.store.outcome import Outcome
from lcgraph.store.statements import Statements
from lcgraph.store.store import store_at
from lcgraph.store.writer import Writing

COMMIT_SUBMISSIONS = 1000
COMMIT_BYTES = 64 * 1024 * 1024
"""A commit holds at most this many submissions, or about this much; more go into further commits."""


@dataclass(frozen=True, slots=True)
class Published:
    """What became of one file.

    :ivar reading: the file as it was read.
    :ivar report: what the check found.
    :ivar submission: IRI of the submission; empty where the file was not accepted.
    :ivar status: ``accepted``, ``unchanged`` (what it says is published already) or ``refused``.
    :ivar supersedes: IRI of the submission that it took the place of; empty for none.
    """

    reading: Reading
    report: Report
    submission: str
    status: str
    supersedes: str = ""


@dataclass(slots=True)
class _Pending:
    events: list[Event] = field(default_factory=list)
    files: dict[str, Content] = field(default_factory=dict)
    outcomes: list[Published] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """The framework with the cities of a state of the store, what these were told by, and who checks by it."""

    state: str | None
    told_by: frozenset[ox.Quad]
    framework: Framework
    checker: Checker


class Network:
    """The data of a network in a folder of this machine.

    :param directory: the folder; ``archive/`` and ``store/`` lie in it.
    :param base: the base IRI of the deployment; without it the one that the archive was begun with.
    :param engine: name of the SHACL engine; empty for the fast one.
    :param clock: gives the time; tests set it.
    """

    def __init__(
        self,
        directory: Path,
        base: str = "",
        engine: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.directory = directory
        self.archive = Archive(directory / "archive")
        self.base = self._base(base)
        self.store_directory = directory / "store"
        self._engine = engine
        self._clock = clock
        self._kept: _Known | None = None
        self._using = RLock()
        self._used: list[tuple[str, Statements] | None] = []
        self.store = store_at(self.store_directory, Names(self.base))

    def _base(self, wanted: str) -> str:
        if wanted:
            try:
                Names(wanted)
            except ValueError as error:
                raise InputError(
                    Text("“{base}” cannot be a base IRI.", base=wanted),
                    expected=Text("an address that begins with http:// or https:// and ends with a slash"),
                ) from error
        begun = self._begun_with()
        if wanted and begun and wanted != begun:
            raise InputError(
                Text(
                    "The archive in {directory} was begun with the base IRI {begun}, not {wanted}.",
                    directory=str(self.directory),
                    begun=begun,
                    wanted=wanted,
                ),
                remedy=Text("Leave the base IRI out, or name another folder."),
            )
        return wanted or begun or DEFAULT_BASE

    def _begun_with(self) -> str:
        for number in range(1, self.archive.last + 1):
            try:
                return self.archive.commit(number).manifest.base
            except ArchiveDamaged:  # the others say the same
                continue
        return ""

    @property
    def framework(self) -> Framework:
        """The framework, with the cities that are known here now."""
        return self._known().framework

    @property
    def checker(self) -> Checker:
        """Checks against the shapes, with the cities that are known here now."""
        return self._known().checker

    def _known(self) -> _Known:
        name = self.store.state()
        kept = self._kept
        if kept is not None and kept.state == name:
            return kept
        with self.newest() as found:
            self._kept = self._look(found, self._kept)
            return self._kept

    def _look(self, found: tuple[str, Statements] | None, kept: _Known | None) -> _Known:
        """Takes note of the cities that a state knows; without one the ontology's own hold.

        Reading all of them takes long where there are many, so they are read only where one may have changed.
        """
        state, store = found or (None, None)
        told_by = frozenset[ox.Quad]() if store is None else _what_tells_of_cities(store, Names(self.base))
        if kept is not None and told_by == kept.told_by:
            return replace(kept, state=state)
        graph = ox.NamedNode(Names(self.base).graph("cities"))
        cities = None if store is None else list(store.quads_for_pattern(None, None, None, graph)) or None
        framework = Framework(self.base, cities)
        return _Known(state, told_by, framework, Checker(framework, self._engine))

    @contextmanager
    def newest(self) -> Iterator[tuple[str, Statements] | None]:
        """The state that readers see and what it holds, for one user at a time; None where nothing was published yet.

        Who uses it may ask for it again, and for the framework: that is of the same state then.

        :raises LcgraphError: if the store cannot be read.
        """
        with self._using:
            if self._used:
                yield self._used[-1]
                return
            with self.store.newest(self.archive, framework(self.base)) as found:
                self._used.append(found)
                try:
                    yield found
                finally:
                    self._used.pop()

    @property
    def now(self) -> datetime:
        """The time, as the clock says."""
        return self._clock()

    @property
    def today(self) -> date:
        """The day, as the clock says."""
        return self.now.date()

    def check(self, reading: Reading) -> Report:
        """Checks a file without keeping anything of it."""
        known = self._known()
        with self.newest() as found:
            store = None if found is None else found[1]
            around = Neighbourhood(lambda: store, known.framework).around(reading.submission)
        return known.checker.check(reading, self.today, around)

    # what changes the data

    def publish(
        self,
        readings: Iterable[Reading],
        by: str,
        *,
        partly: bool = False,
        progress: Callable[[Published], None] | None = None,
        acknowledged: Callable[[Published], None] | None = None,
    ) -> list[Published]:
        """Checks submissions and accepts those that conform.

        :param by: who accepts.
        :param partly: accept those that conform even where others do not; else all or none.
        :param progress: is told of each submission as it was checked.
        :param acknowledged: is told of each accepted submission once it is on disk in the archive.
        :raises DoesNotConform: if one does not conform and ``partly`` is not set; nothing was accepted.
        :raises ArchiveError: if the archive cannot be written; what was not acknowledged was not accepted.
        :raises StoreError: if the store cannot be written; what was acknowledged is safe in the archive.
        """
        outcomes: list[Published] = []
        with self._writing() as writer:
            pending = _Pending()
            batches: list[_Pending] = []
            heads = _Heads(writer)
            neighbourhood = Neighbourhood(lambda: writer.store, self.framework)
            for reading in readings:
                outcome = self._check_in(reading, by, heads, neighbourhood, pending)
                outcomes.append(outcome)
                if progress is not None:
                    progress(outcome)
                if len(pending.events) >= COMMIT_SUBMISSIONS or pending.size >= COMMIT_BYTES:
                    batches.append(pending)
                    pending = _Pending()
                    if partly:
                        self._commit(batches.pop(), writer, acknowledged)
            refused = [outcome for outcome in outcomes if outcome.status == "refused"]
            if refused and not partly:
                raise DoesNotConform(
                    Text.counted(
                        "{n} submission does not conform; nothing was published.",
                        "{n} submissions do not conform; nothing was published.",
                        n=len(refused),
                    ),
                    remedy=Text("Mend what the report names, or publish only what conforms with --partly."),
                ) from _Refused(refused)
            for batch in (*batches, pending):
                if batch.events:
                    self._commit(batch, writer, acknowledged)
        return outcomes

    def withdraw(self, submission: str, reason: str, by: str) -> str:
        """Withdraws a published submission; the archive keeps it with the reason.

        :param submission: its IRI, or its last parts such as ``ie-cork/2016/1``.
        :return: its IRI.
        :raises NotFound: if there is no such submission, or it is no longer current.
        :raises InputError: if no reason is given.
        """
        if not reason.strip():
            raise InputError(Text("A withdrawal needs a reason."), remedy=Text("Say why, with --reason."))
        iri = submission if ":" in submission else f"{self.framework.names.base}submission/{submission.strip('/')}"
        with self._writing() as writer:
            state = _Heads(writer).state(iri)
            if state != "current":
                raise NotFound(
                    {
                        "": Text("There is no submission {iri}.", iri=iri),
                        "withdrawn": Text("The submission {iri} was withdrawn already.", iri=iri),
                        "superseded": Text("The submission {iri} was superseded by a revision.", iri=iri),
                    }[state],
                    remedy=Text("Name a submission that is published, such as ie-cork/2016/1."),
                )
            event = Withdrawn(submission=iri, reason=reason.strip(), by=by)
            writer.apply(self._append((event,), {}))
        return iri

    def register(self, name: str, data: bytes, by: str) -> list[str]:
        """Makes cities known, or changes what is known of them.

        :param name: name of a Turtle file with descriptions of cities.
        :return: the codes of the cities.
        :raises InputError: if the file cannot be used, with what is wrong.
        """
        described = described_cities(name, data, self.framework)
        with self._writing() as writer:
            lines = "".join(sorted(set(described.lines(self.framework.names.graph("cities")))))
            original = f"originals/{file_name(name)}"
            event = Registered(cities=tuple(described.cities), graph="cities.nq", original=original, by=by)
            files = {
                "cities.nq": Content(lines.encode(), MEDIA_TYPES["nq"]),
                original: Content(data, MEDIA_TYPES.get(extension(name), "application/octet-stream")),
            }
            writer.apply(self._append((event,), files))
        return [local_name(city) for city in described.cities]

    def rebuild(
        self,
        progress: Callable[[int, int], None] | None = None,
        *,
        until: datetime | None = None,
        to: Path | None = None,
    ) -> str:
        """Builds the store anew from the archive.

        :param until: as of this moment; then the store goes to another folder.
        :param to: a folder for the store and its own copy of the archive, a network by itself; without
            it the network's own store is replaced.
        :return: the SHA-256 of the graph in canonical N-Quads.
        :raises InputError: if there is no place for what is asked for.
        """
        if to is not None:
            return self._copy_to(to, until).rebuild(progress)
        if until is not None:
            raise InputError(
                Text("A store as of a past date does not take the place of the present one."),
                remedy=Text("Name a folder for it, with --to."),
            )
        with self.archive.writing():
            writer = self.store.writer(self.archive, framework(self.base), self._beside)
            writer.rebuild(progress)
            writer.close()
            return graph_hash(self.dump())

    def adopt(self) -> str:
        """Takes over what the own loader of the store's server has loaded from a dump.

        :return: the SHA-256 of the graph in canonical N-Quads.
        :raises StoreError: if that is not what the archive makes, or the store is embedded.
        """
        with self.archive.writing():
            writer = self.store.writer(self.archive, framework(self.base), self._beside)
            writer.adopt()
            writer.close()
            return graph_hash(self.dump())

    def examine(self) -> Iterator[Outcome]:
        """Tries the store out, one thing after the other."""
        yield from self.store.examine(self.archive, Names(self.base))

    def _copy_to(self, directory: Path, until: datetime | None) -> Network:
        copy = Network(directory, self.base, self._engine, self._clock)
        if copy.archive.last:
            raise InputError(
                Text("There is an archive in {directory} already.", directory=str(directory)),
                remedy=Text("Name a folder that is empty or not there yet."),
            )
        self.archive.copy_to(copy.archive, until)
        return copy

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Iterator[ArchiveDamaged]:
        """Everything in the archive that is not what was written, and what the store shows to be missing at its end.

        :param progress: is told the number of commits done and of all.
        """
        yield from self.archive.verify(progress)
        for number in range(self.archive.last + 1, (commit_of(self.store.state()) or 0) + 1):
            yield self.archive.ends_early(number)

    def catch_up(self) -> None:
        """Has readers see all that the archive holds, should a process that published have been killed.

        A store that was built by another version of this software, or with another ontology or other
        questions, is built anew: what is asked of it now may not stand in it.

        Where another process is publishing it will do so itself; where the folder cannot be written
        to, or the archive has lost its end, readers see what there is.
        """
        if not self.store.is_at(self.archive.last) or self._is_of_another_version():
            with suppress(ArchiveError, StoreError), self._writing(wait=False):
                pass

    def _is_of_another_version(self) -> bool:
        with suppress(LcgraphError), self.newest() as found:
            return found is not None and not is_marked(found[1], framework(self.base), self._beside)
        return False

    def dump(self) -> Iterator[str]:
        """The whole graph as canonical N-Quads, line by line.

        :raises StoreError: if there is nothing yet.
        """
        self.catch_up()
        with self.dumped() as (_, lines):
            yield from lines

    def dumped(self) -> AbstractContextManager[tuple[str, Iterator[str]]]:
        """The state that readers see, and the whole graph as canonical N-Quads.

        :raises LcgraphError: if there is nothing yet, or the store cannot be read.
        """
        return self.store.lines(self.archive, framework(self.base), self._beside)

    # within

    @contextmanager
    def _writing(self, *, wait: bool = True) -> Iterator[Writing]:
        with self.archive.writing(wait=wait):
            writer = self.store.writer(self.archive, framework(self.base), self._beside)
            try:
                writer.open()
                yield writer
            finally:
                writer.close()

    @property
    def _beside(self) -> Beside:
        """The example queries, which a store holds so that they can be asked for like all else."""

        def made() -> list[str]:
            return examples.lines(Library(resources.directory("queries"), self.base), framework(self.base))

        return Beside(examples.digest(self.base), made)

    def _check_in(
        self, reading: Reading, by: str, heads: _Heads, neighbourhood: Neighbourhood, pending: _Pending
    ) -> Published:
        around = neighbourhood.around(reading.submission)
        if reading.stated is not None or reading.submission is None:
            report = self.checker.check(reading, self.today, around)  # what the file says, letter by letter
            if not report.conforms or reading.submission is None:
                return Published(reading, report, "", "refused")
        submission = reading.submission
        assert submission is not None
        head = heads.of(submission.city, submission.year)
        is_read_whole = all(finding.warning for finding in reading.findings)
        if head.revision and head.current and is_read_whole:
            same = submission_graph(submission, self.framework, head.revision)
            if graph_hash(same.content()) == heads.content_hash(head.submission):
                return Published(reading, self._report(reading, same, around), head.submission, "unchanged")
        graph = submission_graph(submission, self.framework, head.revision + 1)
        report = self._report(reading, graph, around)
        if not report.conforms:
            return Published(reading, report, "", "refused")
        supersedes = head.submission if head.current else ""
        event = self._put(reading, graph, report, by, head.revision + 1, supersedes, pending)
        heads.set(event, graph)
        outcome = Published(reading, report, graph.iri, "accepted", supersedes)
        pending.outcomes.append(outcome)
        return outcome

    def _report(self, reading: Reading, graph: SubmissionGraph, around: Surroundings) -> Report:
        return self.checker.check_graph(reading, graph, self.today, around)

    def _put(
        self,
        reading: Reading,
        graph: SubmissionGraph,
        report: Report,
        by: str,
        revision: int,
        supersedes: str,
        pending: _Pending,
    ) -> Accepted:
        submission = reading.submission
        assert submission is not None
        folder = f"submissions/{local_name(submission.city)}/{submission.year}/{revision}"
        nquads = graph.nquads().encode()
        originals = []
        for file in reading.files:
            path = f"originals/{file.sha256[:16]}/{file_name(file.name)}"
            originals.append(path)
            if path not in pending.files:
                pending.files[path] = Content(reading.originals[file.name], file.media_type)
                pending.size += file.size
        pending.files[f"{folder}/graph.nq"] = Content(nquads, MEDIA_TYPES["nq"])
        pending.files[f"{folder}/report.nt"] = Content(report.ntriples().encode(), MEDIA_TYPES["nt"])
        pending.size += len(nquads)
        event = Accepted(
            submission=graph.iri,
            city=submission.city,
            year=submission.year,
            edition=submission.edition,
            revision=revision,
            supersedes=supersedes,
            by=by,
            originals=tuple(originals),
            graph=f"{folder}/graph.nq",
            graph_hash=graph_hash([nquads.decode()]),
            quads=nquads.count(b"\n"),
            report=f"{folder}/report.nt",
            warnings=report.count("warning"),
            submitter=submission.submitter,
            engine=report.engine,
        )
        pending.events.append(event)
        return event

    def _commit(self, batch: _Pending, writer: Writing, acknowledged: Callable[[Published], None] | None) -> None:
        commit = self._append(batch.events, batch.files)
        if acknowledged is not None:
            for outcome in batch.outcomes:
                acknowledged(outcome)
        writer.apply(commit)

    def _append(self, events: Sequence[Event], files: dict[str, Content]) -> Commit:
        return self.archive.append(tuple(events), files, self._provenance, self._clock())

    @cached_property
    def _provenance(self) -> Provenance:
        base = self.base
        return Provenance(
            base=base,
            software=lcgraph.__version__,
            ontology=resources.digest("ontology", base),
            shapes=resources.digest("shapes", base),
        )


def _what_tells_of_cities(store: Statements, names: Names) -> frozenset[ox.Quad]:
    """The registrations, and with which ontology the store was built: the cities change only with these."""
    archive, framework_graph = ox.NamedNode(names.graph("archive")), ox.NamedNode(names.graph("framework"))
    registrations = store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(LC + "Registration"), archive)
    ontology = store.quads_for_pattern(framework_graph, ox.NamedNode(LC + "graphHash"), None, archive)
    return frozenset((*registrations, *ontology))


class _Refused(Exception):
    """Carries the reports of what was refused."""

    def __init__(self, outcomes: list[Published]) -> None:
        super().__init__()
        self.outcomes = outcomes


def refused(error: DoesNotConform) -> list[Published]:
    """The submissions that an error is about, with their reports."""
    return error.__cause__.outcomes if isinstance(error.__cause__, _Refused) else []


@dataclass(frozen=True, slots=True)
class Head:
    """The last submission of a city and year.

    :ivar submission: its IRI; empty where there is none yet.
    :ivar revision: its number; 0 where there is none yet.
    :ivar current: whether it is published, and not withdrawn.
    """

    submission: str = ""
    revision: int = 0
    current: bool = False


class _Heads:
    """The last submission of each city and year, from the store and from what is being accepted."""

    def __init__(self, writer: Writing) -> None:
        self._writer = writer  # and not its store: who holds that keeps it open
        self._names = writer.framework.names
        self._known: dict[tuple[str, int], Head] = {}
        self._contents: dict[str, str] = {}

    def of(self, city: str, year: int) -> Head:
        """The last submission of a city and year."""
        key = (city, year)
        if key not in self._known:
            self._known[key] = self._find(city, year)
        return self._known[key]

    def set(self, event: Accepted, graph: SubmissionGraph) -> None:
        """Takes note of a submission that is being accepted."""
        self._known[event.city, event.year] = Head(event.submission, event.revision, True)
        self._contents[event.submission] = graph_hash(graph.content())

    def content_hash(self, submission: str) -> str:
        """Hash of what a current submission says, in whatever file and place it stands there."""
        if submission not in self._contents:
            quads = self._writer.store.quads_for_pattern(None, None, None, ox.NamedNode(submission))
            self._contents[submission] = graph_hash(without_places((str(quad.triple) for quad in quads), submission))
        return self._contents[submission]

    def state(self, submission: str) -> str:
        """``current``, ``superseded``, ``withdrawn``, or an empty text where there is none such."""
        try:
            node = ox.NamedNode(submission)
        except ValueError:
            return ""
        said = self._said(node)
        if not said.text(submission, LC + "graphHash"):
            return ""
        ended = said.iri(submission, PROV + "wasInvalidatedBy")
        return "withdrawn" if ended.endswith("#withdrawal") else "superseded" if ended else "current"

    def _find(self, city: str, year: int) -> Head:
        names, revision = self._names, 0
        head = Head()
        while True:  # revisions are counted from 1 without gaps, and there are few
            iri = names.submission(local_name(city), year, revision + 1)
            said = self._said(ox.NamedNode(iri))
            if not said.text(iri, LC + "graphHash"):
                return head
            revision += 1
            head = Head(iri, revision, not said.iri(iri, PROV + "wasInvalidatedBy"))

    def _said(self, node: ox.NamedNode) -> Description:
        graph = ox.NamedNode(self._names.graph("archive"))
        return Description(self._writer.store.quads_for_pattern(node, None, None, graph))
