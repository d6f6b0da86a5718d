"""The corpus of hostile queries: large enough, and hostile, not nonsense that is refused for its grammar."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks.abuse import CORPUS, corpus
from lcgraph import sparql
from lcgraph.errors import QueryRefused
from lcgraph.framework.namespaces import DEFAULT_BASE, PREFIXES

FILES = sorted(CORPUS.glob("*.rq"))
REFUSED = {"service", "service-escaped", "update", "load"}


def test_there_are_at_least_sixty_each_said_what_it_does() -> None:
    assert len(corpus()) >= 60
    for path in FILES:
        first, query = path.read_text(encoding="utf-8").split("\n", 1)
        assert first.startswith("# ")
        assert first.endswith(".")
        assert query.strip()
    assert len({path.read_text(encoding="utf-8") for path in FILES}) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_hostile_query_is_refused_by_what_it_asks_for_or_is_one_that_runs(path: Path) -> None:
    query = path.read_text(encoding="utf-8")
    if path.stem in REFUSED:
        with pytest.raises(QueryRefused):
            sparql.refuse(query)
        return
    sparql.refuse(query)
    ox.Store().query(query, base_iri=DEFAULT_BASE, prefixes=PREFIXES)  # parsed here, run by nobody
