"""Which of the offered formats a client wants. RFC 9110, section 12.5.1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lcgraph.errors import LcgraphError
from lcgraph.language import Text


class NotAcceptable(LcgraphError):
    """A client wants none of the formats that there are."""


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
        raise NotAcceptable(
            Text("This is not to be had as {accept}.", accept=(accept or "")[:200]),
            remedy=Text("Ask for one of {formats}.", formats=list(offered)),
        )
    return best


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
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "html": "text/html",
    "text": "text/plain",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What ``?format=`` may say, for those who cannot send a header."""


def wanted(format_parameter: str | None, accept: str | None, offered: Sequence[str]) -> str:
    """The media type for an answer: by ``?format=`` where it is given, else by ``Accept``.

    :raises NotAcceptable: if it is none of those offered.
    """
    if not format_parameter:
        return choose(accept, offered)
    media_type = SHORT_NAMES.get(format_parameter.lower(), format_parameter)
    for candidate in offered:
        if candidate == media_type or (media_type == "application/json" and candidate.endswith("+json")):
            return candidate
    names = [name for name, full in SHORT_NAMES.items() if full in offered]
    raise NotAcceptable(
        Text("This is not to be had as {accept}.", accept=format_parameter[:80]),
        remedy=Text("Ask for one of {formats}.", formats=names),
    )
