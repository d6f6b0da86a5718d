"""A network with a revision, a withdrawal and a city of its own, served at an address that is also its base."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pyoxigraph as ox
from service_support import Served, serving
from support import EXAMPLES, NOW, SMALL, Clock

from lcgraph.framework.resources import rebase
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import read

FORMS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "nt": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def network_with_history(directory: Path, base: str) -> Network:
    """Cork: 2016 revised, 2014 withdrawn, 2015 published; and a city that was registered."""
    clock = Clock()
    network = Network(directory, base, clock=clock)

    def publish(year: int, value: str) -> None:
        text = SMALL.replace(",2016,", f",{year},").replace("12.5", value)
        (published,) = network.publish([read("cork.csv", text.encode(), network.framework)], "me")
        assert published.status == "accepted", published.report
        clock.now += timedelta(days=1)

    city = rebase((EXAMPLES / "fictional-city" / "city.ttl").read_text(encoding="utf-8"), base)
    network.register("city.ttl", city.encode(), "me")
    for year, value in ((2016, "12.5"), (2014, "13"), (2015, "14"), (2016, "12.75")):
        publish(year, value)
    network.withdraw("ie-cork/2014/1", "The figures are of another city.", "me")
    assert clock.now > NOW
    return network


@contextmanager
def served_at_its_base(directory: Path, root: str) -> Iterator[tuple[Network, Served]]:
    """A network whose base IRI is the address that it is served at, below a path."""
    port = free_port()
    network = network_with_history(directory, f"http://127.0.0.1:{port}{root}/")
    with serving(directory, port=port, LCGRAPH_ROOT=root) as served:
        yield network, served


def triples(body: bytes, extension: str, context: bytes = b"") -> set[str]:
    """The triples of a document, with the labels of blank nodes in canonical form.

    :param context: the JSON-LD context that is published, in place of its address.
    """
    if extension == "jsonld":
        document = json.loads(body)
        assert isinstance(document["@context"], str), "by its address"
        body = json.dumps({**json.loads(context), "@graph": document["@graph"]}).encode()
    dataset = ox.Dataset(ox.parse(body, FORMS[extension][1]))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in dataset}


def get(client: httpx.Client, iri: str, accept: str, **headers: str) -> httpx.Response:
    return client.get(iri, headers={"Accept": accept, **headers}, follow_redirects=True)
