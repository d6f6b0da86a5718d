"""Linked data: every IRI of the graph answers, with 303 to its document in the form that is wanted.

``docs/linked-data.md`` says what is promised.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import lcgraph
from lcgraph.errors import NotFound
from lcgraph.framework import context, resources
from lcgraph.framework.namespaces import DCTERMS, LC
from lcgraph.language import Text
from lcgraph.service.http import openapi, problems, things
from lcgraph.service.http.negotiation import GRAPH_ALIASES, NotAcceptable, wanted
from lcgraph.service.http.service import Service, accept_of, language_of
from lcgraph.telling.documents import Document, Documents
from lcgraph.telling.forms import FORMS, written
from lcgraph.telling.profiles import PROFILES, Profile

HTML = "text/html"
_EXTENSIONS = {**FORMS, "html": HTML}
_OFFERED = (FORMS["ttl"], HTML, FORMS["jsonld"], FORMS["nt"], FORMS["rdf"])
_NAMES = {"html": "HTML", "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML"}
_ENDING = re.compile(rf"(?P<path>.+)\.(?P<extension>{'|'.join(_EXTENSIONS)})")
_FILE = re.compile(r"(?P<path>submission/[^/]+/[^/]+/[^/]+)/file-(?P<number>[1-9]\d{0,3})", re.ASCII)
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def add(app: FastAPI, service: Service) -> None:
    """Has the service answer for the IRIs of its graph, wherever no other address is asked for."""
    answering = LinkedData(service)

    @app.get(
        f"/{context.PATH}",
        summary=str(Text("The JSON-LD context of the project")),
        tags=["linked data"],
        responses=openapi.responses((FORMS["jsonld"],)),
    )
    def published_context(request: Request) -> Response:
        return answering.context(request)

    app.router.default = answering  # not a route: one for every path would answer 405 where nothing is


class LinkedData:
    """Answers for the IRIs of the graph.

    :param service: what the addresses share.
    """

    def __init__(self, service: Service) -> None:
        network = service.network
        originals = service.settings.originals == "public"
        self.documents = Documents(network.framework.names, service.own_readers, network.archive, originals)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request that no other address answers."""
        if scope["type"] != "http":
            raise HTTPException(404)
        request = Request(scope, receive)
        response = await run_in_threadpool(self.answer, request)  # raises where there is nothing
        if scope["method"] != "GET":
            raise HTTPException(405)
        await response(scope, receive, send)

    def answer(self, request: Request) -> Response:
        """A redirection from a thing to its document, or the document.

        :raises HTTPException: 404, if the graph does not know it.
        :raises NotAcceptable: if it is not to be had as wanted.
        """
        # not that of request.url, which ends at a question mark that was written %3F
        place = request.scope["path"].removeprefix(request.scope.get("root_path", "")).lstrip("/")
        if file := _FILE.fullmatch(place):
            return _Asked(self.documents, request, file["path"], "").original(int(file["number"]))
        ending = _ENDING.fullmatch(place)
        path, extension = (ending["path"], ending["extension"]) if ending else (place, "")
        return _Asked(self.documents, request, path, extension).response()

    def context(self, request: Request) -> Response:
        """The JSON-LD context."""
        body = context.document()
        headers = {
            "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:20]}"',
            "Cache-Control": "public, max-age=3600",
        }
        if is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=FORMS["jsonld"])


class _Asked:
    """A request for a thing.

    :param path: of the thing, below the root of the service.
    :param extension: of the form that is asked for; empty where the thing itself is asked for.
    """

    def __init__(self, documents: Documents, request: Request, path: str, extension: str) -> None:
        self.documents = documents
        self.request = request
        self.path = path
        self.extension = extension
        self.language = language_of(request)
        self.iri = documents.iri_of(path)
        self.root = request.scope.get("root_path", "")

    def response(self) -> Response:
        tag = self._tag(self.extension) if self.extension else ""
        if tag and _names(self.request, tag):  # so there is such a document
            return self._not_modified(tag)
        document = self.documents.document(self.iri)
        if document is None:
            raise self._not_found()
        if document.state == "withdrawn":
            return self._gone(document)
        if not self.extension:
            return self._see_other(document)
        if is_known(self.request, tag, self._modified()):
            return self._not_modified(tag)
        return self._document(document)

    def _not_modified(self, tag: str) -> Response:
        return Response(status_code=304, headers=self._validators(tag))

    def original(self, number: int) -> Response:
        """A file of the submission, as it was handed in.

        :raises NotFound: if files are not to be had here, or there is none of this number.
        """
        document = self.documents.document(self.iri)
        if document is not None and document.state == "withdrawn":
            return self._gone_problem(document).response()
        if not self.documents.with_originals:
            raise NotFound(
                Text("Files are not to be had here as they were handed in."),
                remedy=Text("The document of the submission says all that was read from them: {iri}", iri=self.iri),
            )
        file = self.documents.original(document, number) if document is not None else None
        if file is None:
            raise HTTPException(404)
        headers = {
            "ETag": f'"{file.entry.sha256}"',
            "Cache-Control": "no-cache",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Link": f'<{_ascii(self.iri)}#file-{number}>; rel="describes"',
        }
        if is_known(self.request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(file.read(), headers=headers, media_type=file.entry.media_type)

    def _not_found(self) -> Exception:
        if versions := self.documents.versions_beside(self.iri):
            return NotFound(
                Text("There is no version {iri} here.", iri=self.iri),
                expected=Text("One of: {versions}", versions=list(versions)),
                remedy=Text("Take the present version, or the release of this software that had the one you want."),
            )
        return HTTPException(404)

    def _see_other(self, document: Document) -> Response:
        media_type = self._wanted(_OFFERED)
        extension = _extension_of(media_type)
        profile = self._profile(document, extension)
        more = {"lang": self.request.query_params.get("lang", "")}
        if profile is not PROFILES[0]:
            more["_profile"] = profile.token
        given = urlencode({name: value for name, value in more.items() if value})
        location = f"{self.root}/{quote(self.path)}.{extension}" + (f"?{given}" if given else "")
        links = self._links(document, extension, profile)
        return Response(status_code=303, headers={"Location": location, "Link": links, "Cache-Control": "no-cache"})

    def _wanted(self, offered: tuple[str, ...]) -> str:
        parameters = self.request.query_params
        media_type = parameters.get("format") or parameters.get("_mediatype")
        return wanted(media_type, accept_of(self.request), offered, GRAPH_ALIASES)

    def _document(self, document: Document, status: int = 200) -> Response:
        profile = self._profile(document, self.extension)
        headers = {
            **self._validators(self._tag(self.extension)),
            "Content-Profile": f"<{profile.iri}>",
            "Link": self._links(document, self.extension, profile),
        }
        if self.extension == "html":
            response = things.page(self.request, self.language, self.documents, document, status)
            response.headers.update(headers)
            return response
        media_type = FORMS[self.extension]
        body = written(profile.view(document.triples), media_type, self.documents.names.base + context.PATH)
        return Response(body, status, headers, media_type)

    def _gone(self, document: Document) -> Response:
        """What is left of a submission that was withdrawn: that it was, when, and why."""
        extension = self.extension
        if not extension:
            offered = (problems.PROBLEM, "application/json", *_OFFERED)
            media_type = wanted(self.request.query_params.get("format"), accept_of(self.request), offered)
            if media_type in (problems.PROBLEM, "application/json"):
                return self._gone_problem(document).response()
            extension = _extension_of(media_type)
        asked = _Asked(self.documents, self.request, self.path, extension)
        response = asked._document(document, 410)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _gone_problem(self, document: Document) -> problems.Problem:
        reason = next((t.object.value for t in document.triples if t.predicate.value == LC + "reason"), "")  # type: ignore[union-attr]  # a literal
        return problems.Problem(
            410,
            "gone",
            Text("The submission {iri} was withdrawn: {reason}", iri=document.iri, reason=reason).to(self.language),
            self.language,
            {
                "remedy": Text(
                    "The archive keeps what it said. Other submissions of the city are listed with the city."
                ).to(self.language)
            },
        )

    # profiles

    def _profile(self, document: Document, extension: str) -> Profile:
        """The model that is wanted, by ``?_profile=`` or ``Accept-Profile``; without a wish the project's own.

        A page is in no other: it shows all.

        :raises NotAcceptable: if the document is to be had in none that is wanted.
        """
        if extension == "html":
            return PROFILES[0]
        there = self._there(document)
        token = self.request.query_params.get("_profile", "")
        header = ", ".join(self.request.headers.getlist("accept-profile"))
        wishes = [(token, 1.0)] if token else _wishes(header)
        if not wishes:
            return PROFILES[0]
        best, liking = None, 0.0
        for profile in there:
            named = [quality for name, quality in wishes if name in (profile.iri, profile.token)]
            quality = max(named or [quality for name, quality in wishes if name == "*"], default=0.0)
            if quality > liking:
                best, liking = profile, quality
        if best is None:
            raise NotAcceptable((token or header)[:200], [f"<{profile.iri}>" for profile in there])
        return best

    @staticmethod
    def _there(document: Document) -> list[Profile]:
        return [profile for profile in PROFILES if profile.view(document.triples)]

    # headers

    def _links(self, document: Document, extension: str, profile: Profile) -> str:
        here = f"{self.root}/{quote(self.path)}"
        said = [
            f'<{_ascii(self.iri)}.{extension}>; rel="canonical"; type="{_EXTENSIONS[extension]}"; formats="{profile.iri}"',
            *(
                f'<{here}.{other}>; rel="alternate"; type="{media_type}"; formats="{PROFILES[0].iri}"'
                for other, media_type in _EXTENSIONS.items()
                if (other, profile) != (extension, PROFILES[0])
            ),
            *(
                f'<{here}.{other}?_profile={there.token}>; rel="alternate"; type="{FORMS[other]}"; formats="{there.iri}"'
                for there in self._there(document)[1:]
                for other in FORMS
                if (other, profile) != (extension, there)
            ),
            f'<{profile.iri}>; rel="profile"',
            *(f'<{licence}>; rel="license"' for licence in self._licences(document)),
        ]
        if self.extension:
            said.append(f'<{_ascii(self.iri)}>; rel="describes"')
        if document.newer and (path := self.documents.path_of(document.newer)):
            said.append(f'<{self.root}/{quote(path)}>; rel="latest-version"')
        return ", ".join(said)

    def _licences(self, document: Document) -> list[str]:
        """The licence that a document states of itself; else, of the framework, the project's.

        What a submission says has the terms of its sources, which it names one by one.
        """
        own = (t for t in document.triples if t.predicate.value == DCTERMS + "license")
        stated = [
            t.object.value for t in own if t.subject == ox.NamedNode(self.iri) and isinstance(t.object, ox.NamedNode)
        ]
        graphs = {statement.graph for statement in document.statements}
        ours = {"", *(self.documents.names.graph(name) for name in ("framework", "ontology"))}
        return stated or [_LICENCE] * (graphs <= ours)

    def _tag(self, extension: str) -> str:
        """Changes with the data, with the software, and with all that the form of an answer follows from."""
        parameters = self.request.query_params
        parts = (
            self.documents.state() or "",
            _software(self.documents.names.base),
            self.iri,
            extension,
            self.language if extension == "html" else "",
            self.root,
            parameters.get("_profile", "") or ", ".join(self.request.headers.getlist("accept-profile")),
        )
        return f'W/"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"'

    def _validators(self, tag: str) -> dict[str, str]:
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if modified := self._modified():
            headers["Last-Modified"] = format_datetime(modified, usegmt=True)
        return headers

    def _modified(self) -> datetime | None:
        at = self.documents.modified()
        return time_of(at) if at else None


def time_of(at: str) -> datetime:
    """A time, as precisely as HTTP tells one.

    :param at: in ISO 8601.
    """
    return datetime.fromisoformat(at).astimezone(UTC).replace(microsecond=0)


def is_known(request: Request, tag: str, modified: datetime | None = None) -> bool:
    """Whether a client has what there is now: by its tag or, where the client knows none, by its time.

    :param tag: of what there is.
    :param modified: when it changed last; None where that is not known.
    """
    if "if-none-match" in request.headers:
        return _names(request, tag) or request.headers["if-none-match"].strip() == "*"
    try:
        return modified is not None and modified <= parsedate_to_datetime(request.headers["if-modified-since"])
    except (KeyError, TypeError, ValueError):  # none, without a zone, or no time at all
        return False


def _names(request: Request, tag: str) -> bool:
    """Whether a client says that it has what a tag stands for; a list may be spread over several headers."""
    given = ", ".join(request.headers.getlist("if-none-match"))
    return tag.removeprefix("W/") in re.findall(r'"[^"]*"', given)


def _wishes(header: str) -> list[tuple[str, float]]:
    """The models of ``Accept-Profile``, each with how much it is liked."""
    wishes = []
    for part in re.findall(r'(?:<[^>]*>|"[^"]*"|[^,<>"])+', header):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q" and re.fullmatch(r"[01](\.\d{0,3})?", value.strip()):
                quality = float(value)
        if name := name.strip("<>\"' "):
            wishes.append((name, quality))
    return wishes


def _extension_of(media_type: str) -> str:
    return next(extension for extension, form in _EXTENSIONS.items() if form == media_type)


def _ascii(iri: str) -> str:
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%~")


@cache
def _software(base: str) -> str:
    """A hash of what documents are made of beside the data."""
    here = Path(__file__).parent
    parts = [path.read_bytes() for path in sorted((here / "templates").glob("*.html"))]
    versions = [lcgraph.__version__, resources.digest("ontology", base), resources.digest("shapes", base)]
    return hashlib.sha256(b"\0".join([*map(str.encode, versions), *parts])).hexdigest()
