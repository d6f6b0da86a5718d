"""Changes a remote store by the commits of the archive, and builds it anew.

Each step may be carried out twice with the same outcome, and what says that a commit is in the store
is written last: a writer that was ended, or whose server was, begins again where it left off.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit
from lcgraph.errors import StoreError
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import Names
from lcgraph.language import Text
from lcgraph.store import partitions
from lcgraph.store.contents import Beside, Progress, by_graph, is_own, whole
from lcgraph.store.index import Change, change, commit_iri, framework_lines
from lcgraph.store.partitions import Classes, Tally, graph_of
from lcgraph.store.remote.connection import Connection
from lcgraph.store.remote.state import State
from lcgraph.store.remote.statements import RemoteStatements
from lcgraph.store.updates import deletions, insertions, taking_away
from lcgraph.store.writer import Index


class RemoteWriter(Index):
    """The one who changes a remote store. It holds the archive's right to write.

    :param connection: to the server.
    :param archive: what the store is an index of.
    :param framework: the ontology and the framework.
    :param beside: what the store holds beside them that does not change with the data.
    """

    def __init__(
        self, connection: Connection, archive: Archive, framework: Framework, beside: Beside | None = None
    ) -> None:
        super().__init__(archive, framework, beside)
        names = framework.names
        self._connection = connection
        self._state = State(connection, names)
        self._statements = RemoteStatements(connection, archive, framework, copied=[graph_of(names)])
        self._known: Mapping[str, Classes] = {}
        self._holds = 0
        self._is_whole = True
        self._is_counted = True

    @property
    def store(self) -> RemoteStatements:
        """What the store holds now."""
        return self._statements

    def open(self) -> None:
        """Brings the store up to the archive's last commit; see :meth:`lcgraph.store.writer.Writing.open`."""
        said = self._state.said()
        applied = self.applied_in(self._statements) if said else None
        if applied is None:
            self.rebuild()
            return
        self._holds = applied
        self._is_whole = said.partition(" ")[0] == said and said.endswith(f"-{applied}")
        behind = list(self.archive.commits(after=applied))
        self._is_counted = self._is_whole  # else a writer was ended in the midst of a change
        for commit in behind:
            self.apply(commit)
        self._end()

    def close(self) -> None:
        """Nothing is left to be done: readers see each commit once it is applied."""

    def apply(self, commit: Commit) -> None:
        """Changes the store by a commit; see :meth:`lcgraph.store.writer.Writing.apply`."""
        done = change(commit, self.framework, self._statements)
        self._begin()
        if self._is_counted:
            tally = self._tally
            tally.begin(done.drop, done.forget)
            self._change(done)
            tally.end(done.add, commit_iri(commit.number, self.framework.names))
        else:
            self._change(done)
        for operation in insertions(line for line in done.add if self._says_commit(line)):
            self._connection.update(operation)
        self._statements.forget_submissions()
        self._holds = commit.number
        self._end()

    def rebuild(self, progress: Progress | None = None) -> None:
        """Builds the store anew: graph by graph, while readers are told to wait.

        Graphs of others are left as they are.
        """
        lines = whole(self.archive, self.framework, self.beside, progress)
        graphs = by_graph(lines)
        self._begin()
        there = {graph for graph in self.graphs() if is_own(graph, self.framework.names)}
        about = graph_of(self.framework.names)
        for graph in sorted(there - graphs.keys()):
            self._connection.update(f"DROP SILENT GRAPH <{graph}>")
        for graph in sorted(graphs.keys() - {about}):
            self._connection.put(graph, graphs[graph])
        self._describe(graphs[about])
        self._statements.forget()
        self._holds = self.archive.last
        self._is_counted = True
        self._end()

    def adopt(self) -> None:
        """Takes over what the server's own loader has loaded: see :meth:`lcgraph.store.writer.Writing.adopt`.

        Statements are counted, not compared: servers write some literals in their own ways.
        """
        wanted = {g: len(lines) for g, lines in by_graph(whole(self.archive, self.framework, self.beside)).items()}
        self._begin()
        about = graph_of(self.framework.names)
        there = {g: n for g, n in self.graphs().items() if is_own(g, self.framework.names)}
        there[about] = there.get(about, 0) - 1  # the note that it is being changed
        for graph in sorted(wanted.keys() | there.keys()):
            if wanted.get(graph, 0) != there.get(graph, 0):
                raise StoreError(
                    Text(
                        "The graph {graph} has {found} statements at the server and {expected} in the dump.",
                        graph=graph,
                        found=there.get(graph, 0),
                        expected=wanted.get(graph, 0),
                    ),
                    remedy=Text(
                        "Load the dump of “lcgraph dump” into the empty dataset, whole; or run “lcgraph rebuild”."
                    ),
                )
        self._statements.forget()
        if self.applied_in(self._statements) != self.archive.last:
            raise StoreError(
                Text("What was loaded is not of this archive, or was made with another ontology."),
                remedy=Text("Load the dump of “lcgraph dump” into the empty dataset, whole; or run “lcgraph rebuild”."),
            )
        self._holds = self.archive.last
        self._is_counted = True
        self._end()

    def graphs(self) -> dict[str, int]:
        """The names of all graphs that the server has, with the number of their statements."""
        # counted, since Virtuoso 7 takes a minute for SELECT DISTINCT ?g
        found = self._connection.select("SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        return {
            graph.value: int(n.value)
            for row in found
            if isinstance(graph := row.get("g"), ox.NamedNode) and isinstance(n := row.get("n"), ox.Literal)
        }

    # within

    def _begin(self) -> None:
        if self._is_whole:
            self._state.begin()
            self._is_whole = False

    def _end(self) -> None:
        if self._is_whole or self._holds != self.archive.last:
            return  # readers wait until the last commit is there
        if not self._is_counted:
            about = graph_of(self.framework.names)
            lines = whole(self.archive, self.framework, self.beside)
            self._describe(by_graph(line for line in lines if line.endswith(f" <{about}> .\n"))[about])
            self._statements.forget()
            self._is_counted = True
        self._state.end(self._holds)
        self._is_whole = True

    def _change(self, done: Change) -> None:
        """All that a change changes, but the statements that say that the commit is there."""
        names = self.framework.names
        for operation in taking_away(done, self.framework):
            self._connection.update(operation)
        shared = {names.graph(name) for name in ("archive", "cities")}
        rest: list[str] = []
        for graph, statements in by_graph(done.add).items():
            if graph in shared:
                rest.extend(f"{line[:-3]} <{graph}> .\n" for line in statements if not self._says_commit(line))
            else:
                self._connection.put(graph, statements)
        for operation in insertions(rest, self._connection.engine.update_statements):
            self._connection.update(operation)

    def _says_commit(self, line: str) -> bool:
        """Whether a statement is of a commit itself, by which the store knows how far it goes."""
        return line.startswith(f"<{self.framework.names.item('commit', '')}") and "#" not in line.partition(" ")[0]

    def _describe(self, statements: list[str]) -> None:
        """Replaces what the graph of the partitions says, but for its note of the state."""
        self._connection.update(self._state.all_but_it())
        about = graph_of(self.framework.names)
        lines = (f"{line[:-3]} <{about}> .\n" for line in statements)
        for operation in insertions(lines, self._connection.engine.update_statements):
            self._connection.update(operation)

    @property
    def _tally(self) -> _RemoteTally:
        if not self._known:
            cities = f" <{self.framework.names.graph('cities')}> .\n"
            lines = (line for line in framework_lines(self.framework) if not line.endswith(cities))
            self._known = partitions.types_in(map(partitions.split, lines))
        return _RemoteTally(self._statements, self.framework.names, self._known, self)

    def count_later(self) -> None:
        """Has everything counted once the last commit is there."""
        self._is_counted = False


class _RemoteTally(Tally):
    def __init__(
        self, store: RemoteStatements, names: Names, known: Mapping[str, Classes], writer: RemoteWriter
    ) -> None:
        super().__init__(store, names, known)
        self._writer = writer
        self._most = store.connection.engine.update_statements

    def anew(self, commit: str) -> None:  # noqa: ARG002 - by then there may be further commits
        """Everything is counted from what the archive makes, which is what the store then holds."""
        self._writer.count_later()

    def _replace(self, goes: list[str], comes: list[str]) -> None:
        for operation in (*deletions(goes, self._most), *insertions(comes, self._most)):
            self.store.update(operation)
