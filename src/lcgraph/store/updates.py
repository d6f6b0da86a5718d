"""A change of the store as SPARQL updates, each of which may be carried out twice with the same outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lcgraph.framework.framework import Framework
from lcgraph.store.contents import by_graph
from lcgraph.store.index import Change


def all_at_once(done: Change, framework: Framework) -> str:
    """A whole change as one update, for a store that carries it out as one transaction."""
    return " ;\n".join([*taking_away(done, framework), *insertions(done.add)])


def taking_away(done: Change, framework: Framework) -> Iterator[str]:
    """Updates that take away what a change takes away."""
    for graph in done.drop:
        yield f"DROP SILENT GRAPH <{graph}>"
    cities = framework.names.graph("cities")
    for city in done.forget:
        yield (
            f"DELETE {{ GRAPH <{cities}> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{cities}> {{ ?s ?p ?o }} "
            f'FILTER (?s = <{city}> || STRSTARTS(STR(?s), "{city}#")) }}'
        )


def insertions(lines: Iterable[str], most: int = 0) -> Iterator[str]:
    """Updates that add lines of N-Quads.

    :param most: how many statements an update may have; 0 for any number.
    """
    graphs = by_graph(lines)
    if not most and graphs:
        blocks = (_block(graph, statements) for graph, statements in graphs.items())
        yield "INSERT DATA {\n" + "\n".join(blocks) + "\n}"
        return
    for graph, statements in graphs.items():
        for start in range(0, len(statements), most):
            yield f"INSERT DATA {{ {_block(graph, statements[start : start + most])} }}"


def deletions(lines: Iterable[str], most: int) -> Iterator[str]:
    """Updates that take away lines of N-Quads, so many in each."""
    for operation in insertions(lines, most):
        yield "DELETE" + operation.removeprefix("INSERT")


def _block(graph: str, statements: Iterable[str]) -> str:
    return f"GRAPH <{graph}> {{\n{''.join(statements)}}}"
