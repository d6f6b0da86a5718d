"""Looking into a remote store, with no more requests than needed.

What a submission says is read from the archive, where it stands letter by letter: servers keep
figures to fifteen digits, and rewrite some literals. The server is asked which of them are current.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence

import pyoxigraph as ox

from lcgraph.archive.archive import Archive
from lcgraph.archive.records import Accepted
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, TYPE, Names, local_name
from lcgraph.store.index import submission_lines
from lcgraph.store.remote.connection import Connection
from lcgraph.store.statements import GraphName, Object, Subject

_KEPT = 200
"""So many submissions are kept in memory."""


class RemoteStatements:
    """What a remote store holds.

    :param connection: to its server.
    :param archive: what the store is an index of.
    :param framework: the framework.
    :param copied: graphs that are read once, kept in memory, and changed there too.
    """

    def __init__(
        self, connection: Connection, archive: Archive, framework: Framework, copied: Sequence[str] = ()
    ) -> None:
        self.connection = connection
        self._archive = archive
        self._framework = framework
        self._names: Names = framework.names
        self._copied = frozenset(copied)
        self._copies: dict[str, ox.Store] = {}
        self._submissions: OrderedDict[str, ox.Store] = OrderedDict()

    # as an ox.Store

    def quads_for_pattern(
        self,
        subject: Subject | None,
        predicate: ox.NamedNode | None,
        object: Object | None,  # noqa: A002 - as pyoxigraph calls it
        graph_name: GraphName | None = None,
        /,
    ) -> Iterator[ox.Quad]:
        """The statements of a pattern.

        :raises StoreError: if the server cannot be reached, or does not give the whole.
        """
        kept = self._kept(subject, graph_name)
        if kept is not None:
            yield from kept.quads_for_pattern(subject, predicate, object, graph_name)
            return
        given = {"s": subject, "p": predicate, "o": object, "g": graph_name}
        s, p, o, g = (f"?{name}" if term is None else str(term) for name, term in given.items())
        wanted = [f"?{name}" for name, term in given.items() if term is None]
        if not wanted:
            quad = ox.Quad(subject, predicate, object, graph_name)  # type: ignore[arg-type]  # all are given
            if quad in self:
                yield quad
            return
        for row in self.connection.select(f"SELECT {' '.join(wanted)} WHERE {{ GRAPH {g} {{ {s} {p} {o} }} }}"):
            terms = {name: row[name] if term is None else term for name, term in given.items()}
            yield ox.Quad(terms["s"], terms["p"], terms["o"], terms["g"])  # type: ignore[arg-type]  # of a quad

    def __contains__(self, quad: ox.Quad, /) -> bool:
        """Whether a statement is there.

        :raises StoreError: if the server cannot be reached.
        """
        kept = self._kept(quad.subject, quad.graph_name)
        if kept is not None:
            return quad in kept
        return self.connection.ask(f"ASK {{ GRAPH {quad.graph_name} {{ {quad.triple} }} }}")

    def update(self, update: str, /) -> None:
        """Carries out an update, here and at the server.

        :raises StoreError: if the server does not.
        """
        self.connection.update(update)
        for copy in self._copies.values():
            copy.update(update)

    # what is kept here

    def forget(self) -> None:
        """Lets go of all that is kept in memory."""
        self._copies.clear()
        self.forget_submissions()

    def forget_submissions(self) -> None:
        """Lets go of the submissions: others may be current now."""
        self._submissions.clear()

    def _kept(self, subject: Subject | None, graph: GraphName | None) -> ox.Store | None:
        """Where the statements of a pattern are kept here; None where the server is to be asked."""
        name = graph.value if isinstance(graph, ox.NamedNode) else ""
        if name in self._copied:
            return self._copy(name)
        submission = self._submission_of(name)
        if not submission and graph is None and isinstance(subject, ox.NamedNode) and "#" in subject.value:
            # what is named within a submission is described in its own graph; its acceptance in the archive's
            submission = self._submission_of(subject.value)
            if subject.value.endswith(("#acceptance", "#withdrawal")):
                submission = ""
        return self._submission(submission) if submission else None

    def _submission_of(self, name: str) -> str:
        """The submission that an IRI is within; empty for none."""
        iri = name.partition("#")[0]
        rest = iri.removeprefix(f"{self._names.base}submission/")
        return iri if rest != iri and rest.count("/") == 2 else ""

    def _copy(self, graph: str) -> ox.Store:
        if graph not in self._copies:
            copy = ox.Store()
            node = ox.NamedNode(graph)
            found = self.connection.select(f"SELECT ?s ?p ?o WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}")
            copy.extend(ox.Quad(row["s"], row["p"], row["o"], node) for row in found)  # type: ignore[arg-type]  # of a quad
            self._copies[graph] = copy
        return self._copies[graph]

    def _submission(self, iri: str) -> ox.Store:
        """A current submission and what follows from it; nothing, if it is not current."""
        if iri in self._submissions:
            self._submissions.move_to_end(iri)
            return self._submissions[iri]
        kept = ox.Store()
        if self.connection.ask(f"ASK {{ GRAPH <{iri}> {{ <{iri}> <{TYPE}> <{LC}Submission> }} }}"):
            kept.load("".join(self.lines_of(iri)), ox.RdfFormat.N_QUADS)
        self._submissions[iri] = kept
        if len(self._submissions) > _KEPT:
            self._submissions.popitem(last=False)
        return kept

    def lines_of(self, submission: str) -> list[str]:
        """All that a store is given of a submission, from the archive; nothing, if it knows none such.

        :raises ArchiveDamaged: if its file is not what was written.
        """
        acceptance = ox.NamedNode(f"{submission}#acceptance")
        archive = ox.NamedNode(self._names.graph("archive"))
        for quad in self.quads_for_pattern(acceptance, ox.NamedNode(LC + "inCommit"), None, archive):
            assert isinstance(quad.object, ox.NamedNode)
            number = int(local_name(quad.object.value))
            if number > self._archive.last:
                raise self._archive.ends_early(number)
            commit = self._archive.commit(number)
            for event in commit.manifest.events:
                if isinstance(event, Accepted) and event.submission == submission:
                    return list(submission_lines(commit.read(event.graph), submission, self._framework))
        return []
