"""What the endpoint says of itself: the SPARQL 1.1 Service Description.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from lcgraph.errors import InputError
from lcgraph.framework.namespaces import DCTERMS, TYPE, XSD
from lcgraph.language import Text, languages
from lcgraph.service.settings import Settings
from lcgraph.store.partitions import VOID

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
SCHEMA = "http://schema.org/"

_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
    "N-Quads",
    "TriG",
)
"""https://www.w3.org/ns/formats/"""


def limits(settings: Settings) -> list[tuple[str, float, str, Text]]:
    """What a query may take: the name of the limit, how much, of what unit, and the same in words."""
    seconds = f"{settings.query_seconds:g}"
    return [
        ("deadline", settings.query_seconds, "s", Text("A query may run {limit} seconds.", limit=seconds)),
        (
            "memory",
            settings.query_memory_mb,
            "MB",
            Text("A query may take {limit} MB of memory.", limit=settings.query_memory_mb),
        ),
        (
            "rows",
            settings.result_rows,
            "rows",
            Text("An answer may have {limit} rows, or statements.", limit=settings.result_rows),
        ),
        ("size", settings.result_mb, "MB", Text("An answer may have {limit} MB.", limit=settings.result_mb)),
        (
            "query",
            settings.query_kb,
            "kB",
            Text("The text of a query may have {limit} kB.", limit=settings.query_kb),
        ),
        (
            "queue",
            settings.queue,
            "queries",
            Text(
                "{running} queries run at once, and {waiting} may wait.",
                running=settings.readers,
                waiting=settings.queue,
            ),
        ),
    ]


def describe(settings: Settings, address: str, media_type: str, graphs: Iterable[ox.Triple] = ()) -> bytes:
    """The description of the endpoint.

    :param address: the address that it was asked at.
    :param graphs: what is said of its graphs.
    :param media_type: the RDF format.
    :raises InputError: if the address is none that can be written.
    """
    try:
        service, endpoint = ox.NamedNode(address + "#service"), ox.NamedNode(address)
    except ValueError as error:
        raise InputError(Text("This is not an address: {found}.", found=address[:200])) from error
    dataset, default = ox.NamedNode(address + "#dataset"), ox.NamedNode(address + "#default-graph")
    said: list[ox.Triple] = []

    def say(subject: ox.NamedNode, prop: str, *values: ox.NamedNode | ox.Literal) -> None:
        said.extend(ox.Triple(subject, ox.NamedNode(prop), value) for value in values)

    def named(namespace: str, *names: str) -> list[ox.NamedNode]:
        return [ox.NamedNode(namespace + name) for name in names]

    def limit_node(name: str) -> ox.NamedNode:
        return ox.NamedNode(f"{address}#limit-{name}")

    def in_words(text: Text) -> list[ox.Literal]:
        return [ox.Literal(text.to(language), language=language) for language in languages()]

    say(service, TYPE, *named(SD, "Service"))
    say(service, SD + "endpoint", endpoint)
    say(service, SD + "supportedLanguage", *named(SD, "SPARQL11Query"))
    say(service, SD + "feature", *named(SD, "UnionDefaultGraph"))
    if settings.allowed_services:
        say(service, SD + "feature", *named(SD, "BasicFederatedQuery"))
        say(service, SCHEMA + "additionalProperty", limit_node("services"))
        say(limit_node("services"), TYPE, *named(SCHEMA, "PropertyValue"))
        say(limit_node("services"), SCHEMA + "propertyID", ox.Literal("services"))
        say(limit_node("services"), SCHEMA + "value", *(ox.NamedNode(each) for each in settings.allowed_services))
        say(limit_node("services"), SCHEMA + "description", *in_words(Text("SERVICE may ask these addresses.")))
    say(service, SD + "resultFormat", *named(FORMATS, *_RESULT_FORMATS))
    say(service, SD + "defaultDataset", dataset)
    say(
        service,
        DCTERMS + "description",
        *in_words(Text("Only for reading: the archive is the truth, and a submission is the only way in.")),
    )
    say(service, SCHEMA + "additionalProperty", *(limit_node(name) for name, *_ in limits(settings)))
    say(dataset, TYPE, *named(SD, "Dataset"))
    say(dataset, SD + "defaultGraph", default)
    say(default, TYPE, *named(SD, "Graph"))
    say(
        default,
        DCTERMS + "description",
        *in_words(
            Text(
                "The union of the framework and every current submission; GRAPH tells which submission says a thing. Superseded and withdrawn submissions are in the archive only."
            )
        ),
    )
    for name, amount, unit, text in limits(settings):
        limit = limit_node(name)
        say(limit, TYPE, *named(SCHEMA, "PropertyValue"))
        say(limit, SCHEMA + "propertyID", ox.Literal(name))
        say(
            limit,
            SCHEMA + "value",
            ox.Literal(f"{amount:f}".rstrip("0").rstrip("."), datatype=ox.NamedNode(XSD + "decimal")),
        )
        say(limit, SCHEMA + "unitText", ox.Literal(unit))
        say(limit, SCHEMA + "description", *in_words(text))
    said.extend(graphs)
    syntax = ox.RdfFormat.from_media_type(media_type)
    prefixes = {"sd": SD, "formats": FORMATS, "schema": SCHEMA, "dcterms": DCTERMS, "void": VOID, "xsd": XSD}
    with_prefixes = prefixes if syntax in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    body = ox.serialize(said, format=syntax, prefixes=with_prefixes)
    assert body is not None
    return body
