"""All that a store holds, as lines of N-Quads: made from the archive, the framework, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import pyoxigraph as ox

from lcgraph.archive.archive import Archive, Commit
from lcgraph.framework import resources
from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, Names
from lcgraph.reading import terms
from lcgraph.store import index, partitions
from lcgraph.store.index import Change, commit_iri, fold, framework_lines
from lcgraph.store.statements import Statements

Progress = Callable[[int, int], None]
"""Is told the number of commits done and of all."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Statements that a store holds beside the archive and the framework.

    :ivar digest: changes when they do.
    :ivar lines: makes them, as lines of N-Quads.
    """

    digest: str
    lines: Callable[[], list[str]]


NOTHING_BESIDE = Beside("", list)


def whole(
    archive: Archive,
    framework: Framework,
    beside: Beside,
    progress: Progress | None = None,
    *,
    up_to: int | None = None,
) -> list[str]:
    """Every line of the store that the archive makes, in no order; a line may come twice.

    :param up_to: the number of the commit that is the last one for it; without it that of the archive.
    :raises ArchiveDamaged: if a commit is not what was written.
    """
    end = archive.last if up_to is None else up_to
    done = fold(_counted(archive, end, progress), framework)
    lines = [line for line in framework_lines(framework) if not _forgotten(line, done, framework)]
    lines.append(marker(framework, beside))
    lines.extend(done.add)
    last = commit_iri(end, framework.names) if end else ""
    lines.extend(partitions.lines(_how_many(lines), last, framework.names))
    lines.extend(beside.lines())
    return lines


def marker(framework: Framework, beside: Beside) -> str:
    """The line that tells with which ontology, and by which version of this software, a store was built."""
    names = framework.names
    parts = (resources.digest("ontology", names.base), index.VERSION, partitions.fixed_digest(names), beside.digest)
    digest = terms.plain("-".join(map(str, parts)))
    return f"<{names.graph('framework')}> <{LC}graphHash> {digest} <{names.graph('archive')}> .\n"


def is_marked(store: Statements, framework: Framework, beside: Beside) -> bool:
    """Whether a store was built with this ontology, by this version of this software, with this beside it."""
    return next(iter(ox.parse(marker(framework, beside), ox.RdfFormat.N_QUADS))) in store


def by_graph(lines: Iterable[str]) -> dict[str, list[str]]:
    """The statements of each graph, as lines of N-Triples; each once."""
    found: dict[str, dict[str, None]] = {}
    for line in lines:
        statement, graph, _ = line.rsplit(" ", 2)
        found.setdefault(graph[1:-1], {})[f"{statement} .\n"] = None
    return {graph: list(statements) for graph, statements in found.items()}


def is_own(graph: str, names: Names) -> bool:
    """Whether a graph is one of ours, which a store may drop."""
    return graph.startswith(names.base)


def _counted(archive: Archive, last: int, progress: Progress | None) -> Iterator[Commit]:
    for commit in islice(archive.commits(), last):
        yield commit
        if progress is not None:
            progress(commit.number, last)


def _how_many(lines: list[str]) -> Mapping[partitions.Key, int]:
    """How much stands in each partition of what is about to be loaded; a line that comes twice counts once."""
    quads = [partitions.split(line) for line in dict.fromkeys(lines)]
    types = partitions.Types()
    types.update(partitions.types_in(quads))
    return partitions.counts(partitions.uses(quads, types))


def _forgotten(line: str, done: Change, framework: Framework) -> bool:
    """Whether a line of the ontology describes a city that was registered anew."""
    if not done.forget or not line.endswith(f"<{framework.names.graph('cities')}> .\n"):
        return False
    return any(line.startswith((f"<{city}> ", f"<{city}#")) for city in done.forget)
