"""Which of the offered formats a client wants. RFC 9110, section 12.5.1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lcgraph.errors import LcgraphError
from lcgraph.language import Text


class NotAcceptable(LcgraphError):
    """A client wants none of the formats that there are.

    :param found: what it wants.
    :param offered: what there is.
    """

    def __init__(self, found: str, offered: Sequence[str]) -> None:
        super().__init__(
            Text("This is not to be had as {accept}.", accept=found),
            remedy=Text("Ask for one of {formats}.", formats=list(offered)),
        )
        self.offered = tuple(offered)


@dataclass(frozen=True, slots=True)
class _Range:
    main: str
    sub: str
    quality: float

    def precision(self, media_type: str) -> int:
        """How precisely the range names a media type: 3 wholly, 2 its main part, 1 as anything, 0 not."""
        main, _, sub = media_type.partition("/")
        if (self.main, self.sub) == (main, sub):
            return 3
        if (self.main, self.sub) == (main, "*"):
            return 2
        return 1 if (self.main, self.sub) == ("*", "*") else 0


def _ranges(accept: str) -> list[_Range]:
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        main, slash, sub = name.partition("/")
        if not slash or not main or not sub:
            continue
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = min(max(float(value), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        ranges.append(_Range(main, sub, quality))
    return ranges


def choose(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type that a client likes best; of those that it likes equally, the first offered.

    :param accept: the ``Accept`` header; without one, anything will do.
    :raises NotAcceptable: if it likes none of them.

    >>> choose("text/csv;q=0.5, text/turtle", ["application/json", "text/csv", "text/turtle"])
    'text/turtle'
    """
    ranges = _ranges(accept or "")
    if not ranges:
        return offered[0]
    best, liking = None, 0.0
    for media_type in offered:
        matching = [(r.precision(media_type), r.quality) for r in ranges if r.precision(media_type)]
        quality = max(matching, default=(0, 0.0))[1]  # the most precise range decides
        if quality > liking:
            best, liking = media_type, quality
    if best is None:
        raise NotAcceptable((accept or "")[:200], offered)
    return best


SOLUTION_ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
}
GRAPH_ALIASES = {
    "application/x-turtle": "text/turtle",
    "text/n3": "text/turtle",
    "text/plain": "application/n-triples",
    "application/json": "application/ld+json",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "text/x-nquads": "application/n-quads",
}
"""Names by which clients ask for a format too, where they do not know its own."""


def _choose_by_any_name(accept: str, offered: Sequence[str], aliases: Mapping[str, str]) -> str:
    if any((r.main, r.sub) == ("text", "html") for r in _ranges(accept)):
        aliases = {}  # a browser names XML among what it can show, not as what it wants
    named = [alias for alias, media_type in aliases.items() if media_type in offered]
    try:
        found = choose(accept, [*offered, *named])
    except NotAcceptable as error:
        raise NotAcceptable(accept[:200], offered) from error
    return aliases.get(found, found)


SHORT_NAMES = {
    "json": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
    "turtle": "text/turtle",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "n3": "text/turtle",
    "jsonld": "application/ld+json",
    "json-ld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "rdf+xml": "application/rdf+xml",
    "html": "text/html",
    "text": "text/plain",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What ``?format=`` may say, for those who cannot send a header."""


def wanted(
    format_parameter: str | None, accept: str | None, offered: Sequence[str], aliases: Mapping[str, str] | None = None
) -> str:
    """The media type for an answer: by ``?format=`` where it is given, else by ``Accept``.

    :param aliases: further names of the media types.
    :raises NotAcceptable: if it is none of those offered.
    """
    if not format_parameter:
        return _choose_by_any_name(accept or "", offered, aliases or {})
    media_type = SHORT_NAMES.get(format_parameter.lower(), format_parameter)
    found = _named(media_type, offered)
    if found is None and "/" in media_type:  # SPARQLWrapper writes several, as in Accept
        with suppress(NotAcceptable):
            return _choose_by_any_name(media_type, offered, aliases or {})
    if found is None:
        named = [name for name, full in SHORT_NAMES.items() if _named(full, offered)]
        raise NotAcceptable(format_parameter[:80], named)
    return found


def _named(media_type: str, offered: Sequence[str]) -> str | None:
    """The offered media type that is meant by one that may be more general."""
    general = {"application/json": "+json", "application/sparql-results+xml": "+xml"}.get(media_type)
    return next((one for one in offered if one == media_type or (general and one.endswith(general))), None)
