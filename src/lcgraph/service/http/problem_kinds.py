"""The kinds of problems: what each means and how to mend it, at the IRI that is its ``type`` (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pyoxigraph as ox
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from lcgraph.errors import NotFound
from lcgraph.framework.namespaces import PREFIXES, SKOS, TYPE
from lcgraph.language import Text, languages
from lcgraph.service.http import openapi, pages
from lcgraph.service.http.negotiation import wanted
from lcgraph.service.http.problems import IRIS
from lcgraph.service.http.service import accept_of, language_of

_FORMATS = ("application/json", "text/html", "text/turtle")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem.

    :ivar means: what has happened.
    :ivar remedy: how to mend it.
    """

    means: Text
    remedy: Text


_MEND_THE_FILE = Text("Mend the place that is named, and hand it in again.")
_TELL_THE_OPERATOR = Text("Tell the operator of the service; its log says more.")
_LOOK_INTO_THE_DOCS = Text("Look at /openapi.json, which lists all addresses with what they take.")

KINDS: Mapping[str, Kind] = {
    # what is asked of the service
    "not-found": Kind(
        Text("There is nothing at the address, or nothing of the name that was given."),
        Text("Look for it from the start page, or among the names that are listed where it was asked for."),
    ),
    "gone": Kind(
        Text("The submission was withdrawn: it was published once and is no longer."),
        Text("Take another submission of the city; the archive keeps what this one said."),
    ),
    "part-gone": Kind(
        Text(
            "A further part of an answer was asked for, and the question or the data of the first part are no longer to be had."
        ),
        Text("Ask for the first part anew, without “cursor”."),
    ),
    "method-not-allowed": Kind(
        Text("The address does not take this method."), Text("The header Allow lists those that it takes.")
    ),
    "not-acceptable": Kind(
        Text("The answer is to be had in none of the formats or models that are wanted."),
        Text("Take one of “allowed”, by Accept or ?format=."),
    ),
    "parameter-error": Kind(
        Text("A parameter is missing, given twice, not known, or has a value that it cannot have."),
        Text("“parameter” names it, “allowed” lists values that would do."),
    ),
    "bad-request": Kind(Text("The request is not well formed."), _LOOK_INTO_THE_DOCS),
    "content-too-large": Kind(Text("What was sent is too large."), Text("Send less at once.")),
    "uri-too-long": Kind(
        Text("The address is longer than 64 kB."), Text("Send a long query by POST, as its body or in a form.")
    ),
    "request-header-fields-too-large": Kind(
        Text("The headers of the request have more than 1 MB."), Text("Send fewer and shorter headers.")
    ),
    "unsupported-media-type": Kind(
        Text("What was sent is in a format that is not read at this address."), _LOOK_INTO_THE_DOCS
    ),
    "unprocessable-content": Kind(Text("What was sent cannot be understood."), _LOOK_INTO_THE_DOCS),
    # files that are handed in
    "input-error": Kind(Text("What was handed in cannot be used."), _MEND_THE_FILE),
    "unreadable-file": Kind(
        Text("A file is empty, damaged, or not in the format or encoding that it should be in."), _MEND_THE_FILE
    ),
    "file-too-large": Kind(
        Text("A file passes a limit of size, rows or cells."),
        Text("Hand in one submission at a time, without pictures and other attachments."),
    ),
    "mapping-error": Kind(Text("A mapping for a foreign table does not make sense."), _MEND_THE_FILE),
    "does-not-conform": Kind(
        Text("A submission violates what a submission must be, and was not published."),
        Text("The report says of each cell what is wrong and how to mend it."),
    ),
    # queries
    "query-error": Kind(Text("A SPARQL query cannot be run."), Text("Mend what is named.")),
    "query-syntax-error": Kind(
        Text("A query is not SPARQL."), Text("Mend the place that is named, by line and column.")
    ),
    "query-refused": Kind(
        Text("A query asks for something that is not offered: an update, or another service that is not allowed."),
        Text("Hand in a submission to change the data; ask other services yourself and join the answers."),
    ),
    "unknown-graph": Kind(
        Text("A query names a graph that there is not. None is fetched from elsewhere."),
        Text("“SELECT DISTINCT ?g { GRAPH ?g { } }” lists the graphs that there are."),
    ),
    "read-only": Kind(
        Text("A request would write to a graph; graphs are only read here."),
        Text("Hand in a submission, or a revision of one."),
    ),
    "other-service-failed": Kind(
        Text("Another service, which the query asks, is away or gave no answer that can be used."),
        Text("Put the query to it yourself, to see what it says; ask again later, or without it."),
    ),
    "limit-exceeded": Kind(
        Text("A query or a check passed a limit, which “limit” names: its time, memory, size or rows, or the queue."),
        Text(
            "Ask for less: name a city, a measure or a year. Where many wait, ask again after the time in Retry-After."
        ),
    ),
    "abandoned": Kind(Text("The client went away before it was answered."), Text("Ask again.")),
    # the service itself
    "archive-error": Kind(Text("The archive of the submissions cannot be used."), _TELL_THE_OPERATOR),
    "archive-damaged": Kind(Text("A file of the archive is not what was written."), _TELL_THE_OPERATOR),
    "archive-in-use": Kind(Text("Another process is writing to the archive."), Text("Ask again in a few seconds.")),
    "store-error": Kind(
        Text("There is nothing to ask yet, or the store cannot be read."),
        Text("Ask again later; if it stays so, tell the operator of the service."),
    ),
    "reasoner-error": Kind(Text("The reasoner is not there, or it failed."), _TELL_THE_OPERATOR),
    "internal-server-error": Kind(Text("This is a fault in lcgraph."), _TELL_THE_OPERATOR),
}
"""What each kind means, by the last part of its IRI."""


def add(app: FastAPI) -> None:
    """Adds the documents of the kinds of problems to the service."""

    @app.get(
        "/problem/{name}",
        summary=str(Text("What a kind of problem means and how to mend it")),
        tags=["service"],
        responses=openapi.responses(_FORMATS, 404, 406, 422),
        openapi_extra={"parameters": openapi.OWN_PARAMETERS},
    )
    def kind(request: Request, name: str) -> Response:
        language = language_of(request)
        media_type = wanted(request.query_params.get("format"), accept_of(request), _FORMATS)
        if name not in KINDS:
            raise NotFound(
                Text("There is no kind of problem “{name}”.", name=name[:80]),
                remedy=Text("There are: {names}.", names=list(KINDS)),
            )
        found = KINDS[name]
        if media_type == "text/html":
            return pages.page("problem_kind.html", request, language, iri=IRIS + name, kind=found, code=name)
        if media_type == "text/turtle":
            return Response(_turtle(name, found), media_type=media_type)
        said = {"type": IRIS + name, "means": found.means.to(language), "remedy": found.remedy.to(language)}
        body = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
        return Response(body, headers={"Content-Language": language}, media_type=media_type)


def _turtle(name: str, kind: Kind) -> bytes:
    iri = ox.NamedNode(IRIS + name)
    said = [
        ox.Triple(iri, ox.NamedNode(TYPE), ox.NamedNode(SKOS + "Concept")),
        ox.Triple(iri, ox.NamedNode(SKOS + "notation"), ox.Literal(name)),
        *(
            ox.Triple(iri, ox.NamedNode(SKOS + prop), ox.Literal(text.to(language), language=language))
            for prop, text in (("definition", kind.means), ("note", kind.remedy))
            for language in languages()
        ),
    ]
    body = ox.serialize(said, format=ox.RdfFormat.TURTLE, prefixes={"skos": PREFIXES["skos"]})
    assert body is not None
    return body
