"""Every IRI of the graph answers, in every form, and says the same in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest
from linked_support import FORMS, served_at_its_base, triples
from service_support import Served

from lcgraph.framework.namespaces import DEFAULT_BASE
from lcgraph.publishing.network import Network

ROOT = "/below/here"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Served]]:
    with served_at_its_base(tmp_path_factory.mktemp("walk") / "data", ROOT) as found:
        yield found


def things(network: Network) -> dict[str, set[str]]:
    """The IRIs of the graph under the base and in the ontology's own namespace, by their document."""
    found: dict[str, set[str]] = defaultdict(set)
    for quad in ox.parse("".join(network.dump()), ox.RdfFormat.N_QUADS):
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, ox.NamedNode) and term.value.startswith((network.base, DEFAULT_BASE)):
                found[term.value.partition("#")[0]].add(term.value)
    for address in ("sparql", "dump.nq.gz"):  # where the service itself answers
        found.pop(network.base + address)
    return found


def test_every_iri_answers_and_says_something_of_itself_the_same_in_every_form(
    deployed: tuple[Network, Served],
) -> None:
    network, served = deployed
    client = served.client
    context = client.get(f"{ROOT}/context.jsonld").content
    found = things(network)
    assert len(found) > 500
    kinds = {iri.removeprefix(network.base).partition("/")[0] for iri in found}
    assert {"city", "commitment", "action", "area", "feature", "measure", "code", "submission", "graph"} <= kinds
    extensions = list(FORMS)
    for n, (document, iris) in enumerate(sorted(found.items())):
        path = ROOT + "/" + document.removeprefix(network.base).removeprefix(DEFAULT_BASE)
        wished = extensions[n % len(extensions)]
        gone = document.endswith("/2014/1")
        answer = client.get(path, headers={"Accept": FORMS[wished][0]})
        if gone:
            assert answer.status_code == 410
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, f"{path}.{wished}"), path
        said: set[str] = set()
        for extension, (media_type, _) in FORMS.items():
            response = client.get(f"{path}.{extension}")
            assert response.status_code == (410 if gone else 200), path
            assert response.headers["content-type"].partition(";")[0] == media_type
            same = triples(response.content, extension, context)
            assert not said or same == said, f"{path}.{extension}"
            said = same
        subjects = {statement.partition(" ")[0] for statement in said}
        for iri in iris:
            assert f"<{iri}>" in subjects or is_a_version(iri, said), f"{iri} is not spoken of in {path}"


def is_a_version(iri: str, said: set[str]) -> bool:
    """A version of an ontology is spoken of by the ontology."""
    return any(statement.endswith(f"owl#versionIRI> <{iri}>") for statement in said)


def test_every_kind_of_thing_has_a_page_in_both_languages(deployed: tuple[Network, Served]) -> None:
    network, served = deployed
    pages: dict[str, str] = {}
    for iri in things(network):
        path = iri.removeprefix(network.base).removeprefix(DEFAULT_BASE)
        pages.setdefault(path.partition("/")[0], path)
    links: set[str] = set()
    for path in pages.values():
        for language in ("en", "zh"):
            page = served.client.get(f"{ROOT}/{path}.html", params={"lang": language})
            assert page.status_code in (200, 410), path
            assert page.headers["content-language"] == language
            assert f'lang="{language}"' in page.text
            assert "<script" not in page.text
            links.update(part.partition('"')[0] for part in page.text.split('href="')[1:])
    for link in links:
        assert link.startswith((ROOT, "#", "http")), f"{link} leads out of {ROOT}"


def test_the_links_of_a_page_lead_somewhere(deployed: tuple[Network, Served]) -> None:
    _, served = deployed
    for start in ("city/ie-cork", "submission/ie-cork/2016/2", "measure/1.2.2-a", "action/2.3"):
        page = served.client.get(f"{ROOT}/{start}.html", params={"lang": "en"})
        for link in {part.partition('"')[0].replace("&amp;", "&") for part in page.text.split('href="')[1:]}:
            if link.startswith(ROOT):
                there = served.client.get(link, follow_redirects=True, headers={"Accept": "text/html"})
                assert there.status_code == 200, link
                anchor = httpx.URL(link).fragment
                assert not anchor or f'id="{anchor}"' in there.text, link
