"""What an operator can set, by environment variables; ``docs/settings.md`` lists them."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.processes import MEGABYTE
from lcgraph.store.limits import QueryLimits

PREFIX = "LCGRAPH_"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; each is read from ``LCGRAPH_`` and its name in capitals.

    :ivar data: folder of the network's data.
    :ivar base: base IRI of the deployment; empty for the one that the archive was begun with.
    :ivar root: path below which the service is reached from outside, such as ``/cities``; empty for none.
    :ivar lang: language of the command line; empty for that of the environment.
    :ivar engine: SHACL engine: ``shacl``, ``reference``, or empty for the fast one.
    :ivar readers: how many SPARQL queries run at once.
    :ivar question_readers: how many questions are answered at once, beside them.
    :ivar query_seconds: how long a query may run.
    :ivar query_memory_mb: memory that a query may take.
    :ivar result_mb: size that an answer may have.
    :ivar result_rows: rows that an answer may have, or statements.
    :ivar answers_mb: memory that answers which are not delivered yet may take together.
    :ivar kept_mb: memory that answers to questions may take that are kept in case they are asked again.
    :ivar past_stores: how many states of the past are kept on disk for questions as of a day.
    :ivar query_kb: size that the text of a query may have.
    :ivar queue: how many queries may wait.
    :ivar services: addresses that ``SERVICE`` may ask, set apart by blanks or commas; empty for none.
    :ivar originals: ``public`` if files are to be had as they were handed in; empty if not.
    :ivar checkers: how many files are checked at once.
    :ivar check_seconds: how long the check of a file may take.
    :ivar check_memory_mb: memory that the check of a file may take.
    :ivar upload_mb: size that a file to be checked may have.
    """

    data: str = "lcgraph-data"
    base: str = ""
    root: str = ""
    lang: str = ""
    engine: str = ""
    readers: int = 2
    question_readers: int = 1
    query_seconds: float = 10.0
    query_memory_mb: int = 2048
    result_mb: int = 64
    result_rows: int = 1_000_000
    answers_mb: int = 256
    kept_mb: int = 64
    past_stores: int = 4
    query_kb: int = 1024
    queue: int = 64
    services: str = ""
    originals: str = ""
    checkers: int = 1
    check_seconds: float = 20.0
    check_memory_mb: int = 2048
    upload_mb: int = 20

    @property
    def directory(self) -> Path:
        """The folder of the network's data."""
        return Path(self.data)

    @property
    def root_path(self) -> str:
        """``root`` with a slash before it and none after it; empty for none."""
        return "/" + self.root.strip("/") if self.root else ""

    @property
    def allowed_services(self) -> tuple[str, ...]:
        """The addresses that ``SERVICE`` may ask."""
        return tuple(re.findall(r"[^\s,]+", self.services))

    @property
    def query_limits(self) -> QueryLimits:
        """What a query may take."""
        return QueryLimits(
            seconds=self.query_seconds,
            memory_bytes=self.query_memory_mb * MEGABYTE,
            result_bytes=self.result_mb * MEGABYTE,
            result_rows=self.result_rows,
            query_bytes=self.query_kb * 1024,
            queue=self.queue,
        )


def from_environment(environment: Mapping[str, str] | None = None, /, **given: object) -> Settings:
    """The settings of an environment.

    :param environment: variables; without it those of this process.
    :param given: settings that are given otherwise, by options of the command line; None is not given.
    :raises InputError: if a setting is not of its type.
    """
    environment = os.environ if environment is None else environment
    found: dict[str, object] = {}
    for field in fields(Settings):
        name = PREFIX + field.name.upper()
        text = environment.get(name, "")
        if not text:
            continue
        kind = {"int": int, "float": float}.get(str(field.type), str)
        try:
            found[field.name] = kind(text)
        except ValueError as error:
            raise InputError(
                Text("The setting {name} is “{found}”, which is not a number.", name=name, found=text),
                remedy=Text("Write a number such as {example}.", example=field.default),
            ) from error
        _check_number(name, found[field.name])
    _check_root(str(found.get("root", "")))
    _check_originals(str(found.get("originals", "")))
    _check_services(Settings(services=str(found.get("services", ""))).allowed_services)
    found.update({name: value for name, value in given.items() if value is not None})
    return Settings(**found)  # type: ignore[arg-type]  # the loop above gives each its type


def _check_root(root: str) -> None:
    if root and not re.fullmatch(r"/?[\w.~-]+(/[\w.~-]+)*/?", root, re.ASCII):
        raise InputError(
            Text("The setting {name} is “{found}”, which is not a path.", name=PREFIX + "ROOT", found=root),
            remedy=Text("Write a path such as {example}.", example="/cities"),
        )


def _check_originals(originals: str) -> None:
    if originals not in ("", "public"):
        raise InputError(
            Text("The setting {name} is “{found}”, which says nothing.", name=PREFIX + "ORIGINALS", found=originals),
            remedy=Text("Write “{word}”, or leave it empty.", word="public"),
        )


def _check_services(services: tuple[str, ...]) -> None:
    for service in services:
        if not _is_service(service):
            raise InputError(
                Text(
                    "The setting {name} has “{found}”, which is not an address of a service.",
                    name=PREFIX + "SERVICES",
                    found=service,
                ),
                remedy=Text("Write it whole, as in {example}.", example="https://example.org/sparql"),
            )


def _is_service(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port_makes_sense = parts.port != 0  # reading one that is too high raises
    except ValueError:
        return False
    whole = re.fullmatch(r"https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d+)?/[^#<>\"{}|^`\\\s]*", address, re.ASCII)
    return bool(whole) and address.isascii() and port_makes_sense


def _check_number(name: str, value: object) -> None:
    least = 0 if name in (PREFIX + "QUEUE", PREFIX + "KEPT_MB") else 1
    if isinstance(value, int) and value < least:
        raise InputError(
            Text("The setting {name} is “{found}”, which is too small.", name=name, found=value),
            remedy=Text("Write a number such as {example}.", example=least),
        )
    if isinstance(value, float) and not (value > 0 and math.isfinite(value)):
        raise InputError(
            Text("The setting {name} is “{found}”, which is not a time.", name=name, found=value),
            remedy=Text("Write a number of seconds such as {example}.", example=10),
        )
