"""What a JSON-LD file holds, found out before it is read as RDF."""

from __future__ import annotations

import json
import re
from collections.abc import Collection

from lcgraph.errors import FileTooLarge, UnreadableFile
from lcgraph.framework import context
from lcgraph.language import Text
from lcgraph.reading.places import Place

MAX_DEPTH = 100
MAX_TERMS = 1_000
"""Each term of a context costs time for every context within it."""


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]')


def prepared(name: str, data: bytes, addresses: Collection[str]) -> bytes:
    """A JSON-LD file for the parser, which fetches nothing: with the project's context in place of its address.

    :param addresses: at which the project's context is published.
    :raises UnreadableFile: as :func:`inspect` does.
    :raises FileTooLarge: likewise.
    """
    inspect(name, data)
    if context.PATH.encode() not in data:
        return data
    try:
        whole = _with_context(data.decode("utf-8-sig"), addresses).encode()
    except UnicodeDecodeError:
        return data  # the reader says so, with the line
    inspect(name, whole)
    return whole


def _with_context(text: str, addresses: Collection[str]) -> str:
    """JSON with the project's context in place of its address, wherever it is a context; no line moves."""
    ours = json.dumps(context.context())
    parts: list[str] = []
    at = 0
    inside: list[tuple[str, bool]] = [("", False)]  # each open bracket, and whether contexts stand in it
    key = last = ""
    for token in _TOKEN.finditer(text):
        written = token[0]
        bracket, contexts = inside[-1]
        is_context = contexts if bracket == "[" else key == "@context"
        if written in "{[":
            inside.append((written, is_context and written == "["))
            key = ""
        elif written in "}]":
            inside.pop()
            key = ""
        elif written == ":":
            key = last
        elif written == ",":
            key = ""
        else:
            last = json.loads(written, strict=False)
            if is_context and last in addresses:
                parts += [text[at : token.start()], ours]
                at = token.end()
    return "".join([*parts, text[at:]])


def inspect(name: str, data: bytes) -> None:
    """Refuses what would take a JSON-LD processor very long, and what is not JSON.

    Contexts at other addresses are not looked for here: the parser is given no way to fetch one.

    :raises UnreadableFile: if it is not JSON, with the line.
    :raises FileTooLarge: if it is nested too deeply, or its contexts have too many terms.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return  # the reader says so, with the line
    except RecursionError as error:
        raise _too_deep(name) from error
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise UnreadableFile(
            Text("The file {file} is not JSON: {error}.", file=name, error=getattr(error, "msg", None) or str(error)),
            where=Place(name, line=line).text(),
            expected=Text("{format}", format="JSON-LD"),
            remedy=Text("Mend the place that is named, or save the file in the format that its name says."),
        ) from error
    terms = 0
    waiting: list[tuple[object, int, bool]] = [(content, 1, False)]
    while waiting:
        value, depth, in_context = waiting.pop()
        if depth > MAX_DEPTH:
            raise _too_deep(name)
        if isinstance(value, dict):
            terms += len(value) if in_context else 0
            if terms > MAX_TERMS:
                raise FileTooLarge(
                    Text("The contexts of {file} have more than {limit} terms.", file=name, limit=f"{MAX_TERMS:,}"),
                    where=name,
                    remedy=Text("Give one context at the top of the file, with the terms that are used."),
                )
            waiting.extend((v, depth + 1, in_context or key == "@context") for key, v in value.items())
        elif isinstance(value, list):
            terms += len(value) if in_context else 0
            waiting.extend((v, depth + 1, in_context) for v in value)


def _too_deep(name: str) -> FileTooLarge:
    return FileTooLarge(
        Text("The file {file} is nested more than {limit} levels deep.", file=name, limit=MAX_DEPTH),
        where=name,
        remedy=Text("A submission is flat: write each record as a node of its own, beside the others."),
    )
