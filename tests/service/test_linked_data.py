"""Linked data over HTTP: from the thing to its document, in the form, model and language that is wanted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from linked_support import FORMS, get, served_at_its_base, triples
from service_support import Served
from support import EXAMPLES

from lcgraph.framework.namespaces import LC, QB, SKOS
from lcgraph.framework.resources import rebase
from lcgraph.publishing.network import Network

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CORK = "/city/ie-cork"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Network, Served]]:
    with served_at_its_base(tmp_path_factory.mktemp("linked") / "data", "/net") as found:
        yield found


@pytest.fixture(scope="module")
def there(deployed: tuple[Network, Served]) -> httpx.Client:
    """A client of the network; its addresses are those of the IRIs."""
    network, served = deployed
    served.client.base_url = httpx.URL(network.base)
    return served.client


# from the thing to its document


@pytest.mark.parametrize(
    ("accept", "extension"),
    [
        ("text/turtle", "ttl"),
        ("application/ld+json", "jsonld"),
        ("application/json", "jsonld"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "rdf"),
        ("application/rdf+xml;q=0.5, application/n-triples", "nt"),
        (BROWSER, "html"),
        ("*/*", "ttl"),
    ],
)
def test_a_thing_leads_to_its_document_in_the_form_that_is_wanted(
    there: httpx.Client, accept: str, extension: str
) -> None:
    answer = there.get(CORK, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/net{CORK}.{extension}")
    assert "Accept" in answer.headers["vary"]
    document = there.get(answer.headers["location"].removeprefix("/net"), headers={"Accept": "image/png"})
    assert document.status_code == 200, "the extension says which, whatever is accepted"


def test_what_a_parameter_says_goes_before_the_header_and_a_language_is_kept(there: httpx.Client) -> None:
    answer = there.get(CORK, params={"format": "nt", "lang": "zh"}, headers={"Accept": BROWSER})
    assert answer.headers["location"] == f"/net{CORK}.nt?lang=zh"


def test_what_is_not_to_be_had_is_refused_with_what_is(there: httpx.Client) -> None:
    answer = there.get(CORK, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["allowed"]


def test_the_document_says_where_its_other_forms_are_and_what_it_describes(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    base = deployed[0].base
    answer = there.get(CORK + ".ttl")
    links = re.findall(r'<([^>]*)>((?:; \w+="[^"]*")+)', answer.headers["link"])
    by_relation: dict[str, list[str]] = {}
    for target, about in links:
        by_relation.setdefault(re.findall(r'rel="([^"]*)"', about)[0], []).append(target)
    assert by_relation["canonical"] == [f"{base}city/ie-cork.ttl"]
    assert by_relation["describes"] == [f"{base}city/ie-cork"]
    assert {f"/net{CORK}.{extension}" for extension in ("jsonld", "nt", "rdf", "html")} <= {*by_relation["alternate"]}
    for target in by_relation["alternate"]:
        assert there.get(target.removeprefix("/net")).status_code == 200, target
    page = there.get(CORK + ".html").text
    assert f'<link rel="canonical" href="{base}city/ie-cork.html">' in page
    assert f'<link rel="alternate" type="text/turtle" href="/net{CORK}.ttl">' in page


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own parser
def test_json_ld_is_read_with_the_published_context_by_a_processor_that_knows_nothing_of_us(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    base = deployed[0].base
    document = there.get("/submission/ie-cork/2016/2.jsonld")
    assert document.json()["@context"] == f"{base}context.jsonld"
    graph = rdflib.Graph().parse(data=document.content, format="json-ld")  # fetches the context from our server
    same = rdflib.Graph().parse(data=there.get("/submission/ie-cork/2016/2.nt").content, format="nt")
    assert set(graph) == set(same)
    figures = [node for node in document.json()["@graph"] if "ofMeasure" in node]
    assert figures[0]["sdmx-measure:obsValue"] in ("12.75", "11"), "all digits, and no float"


def test_the_context_is_at_a_stable_address_and_need_not_be_fetched_twice(there: httpx.Client) -> None:
    context = there.get("/context.jsonld")
    assert context.headers["content-type"] == "application/ld+json"
    assert context.headers["access-control-allow-origin"] == "*"
    assert json.loads(context.content)["@context"]["ofMeasure"] == {"@id": "lc:ofMeasure", "@type": "@id"}
    again = there.get("/context.jsonld", headers={"If-None-Match": context.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_links_lead_both_ways(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    said = triples(there.get("/commitment/2.nt").content, "nt")
    assert f"<{base}action/2.3> <{LC}actionOf> <{base}commitment/2>" in said, "from its actions"
    assert f"<{base}submission/ie-cork/2016/2> <{LC}city> <{base}city/ie-cork>" in triples(
        there.get("/city/ie-cork.nt").content, "nt"
    )
    page = there.get("/measure/1.2.2-a.html", params={"lang": "en"}).text
    assert 'href="/net/submission/ie-cork/2016/2?lang=en#1.2.2-a.2016.M"' in page, "to the figures of a measure"


# below a path, and under another base


def test_a_proxy_may_cut_the_path_off(deployed: tuple[Network, Served]) -> None:
    _, served = deployed
    with httpx.Client(base_url=served.address) as cut:
        answer = cut.get(CORK, headers={"Accept": BROWSER})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/net{CORK}.html")
        page = cut.get(f"{CORK}.html").text
        assert 'href="/net/static/style.css"' in page
        assert cut.get("/static/style.css").status_code == cut.get("/net/static/style.css").status_code == 200
        start = cut.get("/", headers={"Accept": BROWSER}).text
        links = re.findall(r'(?:href|action)="(/[^"]*)"', start)
        assert links
        assert all(link.startswith("/net/") for link in links)


def test_under_the_base_of_the_project_redirections_stay_here_and_the_iris_are_its_own(client: httpx.Client) -> None:
    answer = client.get(CORK, headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{CORK}.ttl")
    document = client.get(f"{CORK}.ttl")
    assert '<https://w3id.org/lcgraph/city/ie-cork.ttl>; rel="canonical"' in document.headers["link"]
    assert "<https://w3id.org/lcgraph/city/ie-cork> " in client.get(f"{CORK}.nt").text
    assert 'href="/country/IE?lang=en"' in client.get(f"{CORK}.html", params={"lang": "en"}).text


# submissions


def test_the_page_of_a_submission_shows_each_figure_with_what_it_rests_on(there: httpx.Client) -> None:
    page = there.get("/submission/ie-cork/2016/2.html", params={"lang": "en"}).text
    row = page.partition('<tr id="1.2.2-a.2016.F">')[2].partition("</tr>")[0]
    text = " ".join(re.sub(r"<[^>]*>", " ", row).split())
    for said in ("Unemployment rate", "2016", "female", "12.75 %", "Labour force survey", "cork.csv", "line 4", "2.3"):
        assert said in text, said


def test_a_superseded_submission_stays_readable_and_names_what_took_its_place(
    deployed: tuple[Network, Served], there: httpx.Client
) -> None:
    base = deployed[0].base
    old, new = f"{base}submission/ie-cork/2016/1", f"{base}submission/ie-cork/2016/2"
    answer = there.get("/submission/ie-cork/2016/1.nt")
    said = triples(answer.content, "nt")
    assert answer.status_code == 200
    assert any("obsValue" in statement and '"12.5"' in statement for statement in said), "as it was published"
    assert f"<{new}> <http://www.w3.org/ns/prov#wasRevisionOf> <{old}>" in said
    assert '</net/submission/ie-cork/2016/2>; rel="latest-version"' in answer.headers["link"]
    page = there.get("/submission/ie-cork/2016/1.html", params={"lang": "en"}).text
    assert "superseded by a revision" in page
    assert 'href="/net/submission/ie-cork/2016/2?lang=en"' in page
    found = there.get("/sparql", params={"query": f"ASK {{ GRAPH <{old}> {{ ?s ?p ?o }} }}"})
    assert found.json()["boolean"] is False, "questions are answered from what is current"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("*/*", "application/problem+json"),
        *((media_type, media_type) for media_type, _ in FORMS.values()),
    ],
)
def test_a_withdrawn_submission_is_gone_and_says_why_in_every_form(
    there: httpx.Client, accept: str, media_type: str
) -> None:
    answer = get(there, "submission/ie-cork/2014/1", accept)
    assert answer.status_code == 410
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert "The figures are of another city." in answer.text
    assert "obsValue" not in answer.text, "nothing of what it said"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        *("city/nowhere", "city/nowhere.ttl", "submission/ie-cork/2016/3", "ontology/9.9.9", "nothing"),
        *("city/%3Cx%3E", "city/ie-cork%3Fx", "city/ie-cork%23x", "city/ie-cork%00", "city/ie-cork%20"),
    ],
)
@pytest.mark.parametrize(
    ("accept", "media_type"), [(BROWSER, "text/html"), ("text/turtle", "application/problem+json")]
)
def test_what_never_was_is_not_found_as_a_document(
    there: httpx.Client, path: str, accept: str, media_type: str
) -> None:
    answer = get(there, path, accept)
    assert answer.status_code == 404
    assert answer.headers["content-type"].partition(";")[0] == media_type


# models


def test_a_submission_is_to_be_had_as_a_data_cube(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    wish = {"Accept-Profile": "<http://purl.org/linked-data/cube>", "Accept": "application/n-triples"}
    answer = there.get("/submission/ie-cork/2016/2", headers=wish, follow_redirects=True)
    assert answer.headers["content-profile"] == "<http://purl.org/linked-data/cube>"
    assert '<http://purl.org/linked-data/cube>; rel="profile"' in answer.headers["link"]
    quads = list(ox.parse(answer.content, ox.RdfFormat.N_TRIPLES))
    components = {
        quad.object.value.rpartition("#")[2]
        for quad in ox.parse(there.get("/structure/2013-draft.nt").content, ox.RdfFormat.N_TRIPLES)
        if quad.predicate.value in (QB + "dimension", QB + "measure", QB + "attribute")
        and isinstance(quad.object, ox.NamedNode)
    }
    for quad in quads:
        name = re.split("[#/]", quad.predicate.value)[-1]
        assert quad.predicate.value.startswith(QB) or name in {*components, "type", "title", "label", "prefLabel"}
    observations = {q.subject for q in quads if str(q.object) == f"<{QB}Observation>"}
    assert len(observations) == 2
    for observation in observations:
        said = {q.predicate.value for q in quads if q.subject == observation}
        assert {QB + "dataSet", LC + "ofMeasure", LC + "sector"} <= said
    assert f"<{base}submission/ie-cork/2016/2> <{QB}structure> <{base}structure/2013-draft>" in {
        str(q.triple) for q in quads
    }


def test_the_framework_is_to_be_had_as_concepts(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    base = deployed[0].base
    answer = there.get("/feature/1.2.2.nt", params={"_profile": "skos"})
    assert answer.headers["content-profile"] == "<http://www.w3.org/2004/02/skos/core>"
    said = triples(answer.content, "nt")
    assert f"<{base}feature/1.2.2> <{SKOS}broader> <{base}area/1.2>" in said
    assert f"<{base}feature/1.2.2> <{SKOS}narrower> <{base}measure/1.2.2-a>" in said
    assert all(f"<{SKOS}" in statement for statement in said), "nothing but SKOS"


def test_of_several_models_the_one_that_is_liked_best_and_there_is_given(there: httpx.Client) -> None:
    wish = "<http://example.org/unknown>, <http://www.w3.org/2004/02/skos/core>;q=0.5, <http://purl.org/linked-data/cube>;q=0.9"
    answer = there.get("/feature/1.2.2.ttl", headers={"Accept-Profile": wish})
    assert answer.headers["content-profile"] == "<http://www.w3.org/2004/02/skos/core>", "a feature is no data cube"
    refused = there.get("/feature/1.2.2.ttl", headers={"Accept-Profile": "<http://example.org/unknown>"})
    assert refused.status_code == 406
    assert "<https://w3id.org/lcgraph/ontology>" in refused.json()["allowed"]
    anything = there.get("/feature/1.2.2.ttl", headers={"Accept-Profile": "<http://example.org/unknown>, *;q=0.1"})
    assert anything.headers["content-profile"] == "<https://w3id.org/lcgraph/ontology>"


def test_a_page_shows_all_and_says_so_whatever_model_is_wanted(there: httpx.Client) -> None:
    wish = {"Accept": BROWSER, "Accept-Profile": "<http://www.w3.org/2004/02/skos/core>"}
    page = there.get("/feature/1.2.2", headers=wish, follow_redirects=True)
    assert (page.url.path, page.url.query) == ("/net/feature/1.2.2.html", b"")
    assert page.headers["content-profile"] == "<https://w3id.org/lcgraph/ontology>"


# ontologies and shapes


@pytest.mark.parametrize(
    "path",
    [
        *("ontology", "ontology/0.1.0", "codes", "codes/0.1.0", "declaration", "declaration/0.1.0"),
        *("countries/0.1.0", "known-cities/0.1.0", "edition/2013-draft/data", "shapes"),
    ],
)
def test_ontologies_their_versions_and_the_shapes_are_given_whole(there: httpx.Client, path: str) -> None:
    context = there.get("/context.jsonld").content
    said = {extension: triples(there.get(f"/{path}.{extension}").content, extension, context) for extension in FORMS}
    assert all(same == said["nt"] for same in said.values())
    assert len(said["nt"]) > 100
    page = there.get(f"/{path}.html", params={"lang": "en"})
    assert page.status_code == 200
    if path.startswith("ontology"):
        assert '<section id="Observation">' in page.text


@pytest.mark.parametrize("path", ["ontology/0.0.9", "ontology/2", "codes/9.9.9", "known-cities/0.1"])
@pytest.mark.parametrize("ending", ["", ".ttl", ".html"])
def test_a_version_that_there_is_not_is_told_with_those_that_there_are(
    there: httpx.Client, path: str, ending: str
) -> None:
    answer = there.get(f"/{path}{ending}")
    assert answer.status_code == 404
    name = path.partition("/")[0]
    assert f"/{name}/{path.partition('/')[2]} here" in answer.json()["detail"]
    assert f"/{name}/0.1.0" in answer.json()["expected"]
    page = there.get(f"/{path}{ending}", headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert f"/{name}/0.1.0" in page.text


def test_the_ontology_of_a_version_is_the_one_whose_version_iri_it_is(there: httpx.Client) -> None:
    assert there.get("/ontology/0.1.0.nt").content == there.get("/ontology.nt").content
    assert "owl#versionIRI> <https://w3id.org/lcgraph/ontology/0.1.0>" in there.get("/ontology.nt").text


# what need not be sent again


@pytest.mark.parametrize("extension", ["ttl", "html", "jsonld"])
def test_a_document_is_not_sent_again_while_nothing_has_changed(there: httpx.Client, extension: str) -> None:
    path = f"{CORK}.{extension}"
    first = there.get(path)
    tag, modified = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If-None-Match": tag}, {"If-None-Match": f'"other", {tag}'}, {"If-Modified-Since": modified}):
        again = there.get(path, headers=headers)
        assert (again.status_code, again.content) == (304, b""), headers
        assert again.headers["etag"] == tag
    for headers in ({"If-None-Match": '"other"', "If-Modified-Since": modified}, {"If-Modified-Since": "nonsense"}):
        assert there.get(path, headers=headers).status_code == 200
    head = there.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_each_form_language_and_model_has_a_tag_of_its_own(there: httpx.Client) -> None:
    addresses = [
        f"{CORK}.ttl",
        f"{CORK}.nt",
        f"{CORK}.html?lang=en",
        f"{CORK}.html?lang=zh",
        f"{CORK}.ttl?_profile=skos",
    ]
    tags = [there.get(address).headers["etag"] for address in addresses]
    assert len(set(tags)) == len(tags)


def test_after_a_change_the_document_is_sent_again(deployed: tuple[Network, Served], there: httpx.Client) -> None:
    network, _ = deployed
    first = there.get(CORK + ".ttl")
    network.register("city.ttl", _renamed(network), "me")
    again = there.get(CORK + ".ttl", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 200
    assert again.headers["etag"] != first.headers["etag"]


def _renamed(network: Network) -> bytes:
    text = (EXAMPLES / "fictional-city" / "city.ttl").read_text(encoding="utf-8")
    return rebase(text.replace("412000", "412001"), network.base).encode()


@pytest.mark.parametrize(
    ("path", "licence"),
    [
        ("/commitment/7", "https://creativecommons.org/licenses/by/4.0/"),
        ("/ontology", "https://creativecommons.org/licenses/by/4.0/"),
        ("/countries", "https://opendatacommons.org/licenses/pddl/1-0/"),
        ("/submission/ie-cork/2016/2", ""),
        (CORK, ""),
    ],
)
def test_a_licence_is_named_where_there_is_one_for_all_that_a_document_says(
    there: httpx.Client, path: str, licence: str
) -> None:
    link = there.get(path + ".ttl").headers["link"]
    assert re.findall(r'<([^>]*)>; rel="license"', link) == ([licence] if licence else [])
