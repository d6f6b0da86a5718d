"""Which server a network's store is, and what its engine is like."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lcgraph.errors import InputError, reason
from lcgraph.language import Text

FILE = "store.toml"
PASSWORD = "LCGRAPH_STORE_PASSWORD"  # noqa: S105 - the name of a setting

Address = Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class TimeOut(_Part):
    """How a server is told how long a query may run.

    :ivar parameter: name of the parameter of a query.
    :ivar per_second: how many of its units are a second.
    """

    parameter: str
    per_second: int = 1


class Engine(_Part):
    """What is particular about a SPARQL server.

    :ivar title: what it is called.
    :ivar tested: whether the tests run over it.
    :ivar union: parameters of a query that make the default graph the union of all graphs; none where
        it is that by itself.
    :ivar time_out: how it is told how long a query may run; None where it cannot be told.
    :ivar cut_off: headers of a response that say that an answer is a part only, and the limit that was met.
    :ivar update_statements: how many statements an update may have.
    :ivar refused: how the IRIs begin that no query may name.
    :ivar kept_as: datatypes whose literals it would rewrite, and by which others it is given them instead.
    :ivar values_within: whether it reads ``VALUES`` within a pattern only.
    """

    title: str
    tested: bool = False
    union: dict[str, str] = Field(default_factory=dict)
    time_out: TimeOut | None = None
    cut_off: dict[str, str] = Field(default_factory=dict)
    update_statements: int = 10_000
    refused: tuple[str, ...] = Field(default=(), strict=False)
    kept_as: dict[str, str] = Field(default_factory=dict)
    values_within: bool = False


@cache
def engines() -> Mapping[str, Engine]:
    """The profiles of engines, by name."""
    with Path(__file__).with_name("engines.toml").open("rb") as file:
        return {name: Engine.model_validate(said) for name, said in tomllib.load(file).items()}


class RemoteSettings(_Part):
    """What ``store.toml`` says.

    :ivar engine: name of a profile.
    :ivar query: address that takes queries.
    :ivar update: address that takes updates.
    :ivar graphs: address of the Graph Store Protocol.
    :ivar user: who writes; empty where nobody signs in.
    :ivar password_file: a file with the password, beside ``store.toml`` or by its whole path.
    :ivar sign_in: ``basic`` or ``digest``: how the server asks for the password.
    :ivar read_as: ``user`` where queries too are asked as the user; else as nobody.
    """

    engine: str = "generic"
    query: Address
    update: Address
    graphs: Address
    user: str = ""
    password_file: str = ""
    sign_in: Annotated[str, Field(pattern="^(basic|digest)$")] = "digest"
    read_as: Annotated[str, Field(pattern="^(user|nobody)$")] = "nobody"

    @property
    def profile(self) -> Engine:
        """What its engine is like."""
        return engines()[self.engine]


def remote_settings(data: Path) -> RemoteSettings | None:
    """What the ``store.toml`` of a network says; None where it has none.

    :param data: the folder of the network.
    :raises InputError: if it cannot be used; says where and why.
    """
    file = data / FILE
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _wrong(Text("{file} cannot be read: {error}.", file=FILE, error=reason(error))) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(Text("{file} is not TOML: {error}.", file=FILE, error=str(error))) from error
    try:
        found = RemoteSettings.model_validate(said)
    except ValidationError as error:
        first = min(error.errors(), key=lambda one: one["type"] == "missing")  # a wrong name leaves another missing
        name = ".".join(map(str, first["loc"]))
        what = {
            "extra_forbidden": Text("“{name}” is not a setting.", name=name),
            "missing": Text("“{name}” is missing.", name=name),
        }.get(first["type"], Text("“{name}” cannot be “{found}”.", name=name, found=str(first["input"])[:80]))
        raise _wrong(what) from error
    if found.engine not in engines():
        raise _wrong(Text("“{found}” is not an engine that is known here.", found=found.engine))
    return found


def password(settings: RemoteSettings, data: Path) -> str:
    """The password of the user: from the environment, else from its file.

    :raises InputError: if the file cannot be read.
    """
    if given := os.environ.get(PASSWORD):
        return given
    if not settings.password_file:
        return ""
    try:
        return (data / settings.password_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _wrong(Text("The file of the password cannot be read: {error}.", error=reason(error))) from error
    except UnicodeDecodeError as error:
        raise _wrong(Text("The file of the password is not in UTF-8.")) from error


def _wrong(why: Text) -> InputError:
    return InputError(
        why,
        where=FILE,
        expected=Text(
            "engine (one of {engines}), and the addresses query, update and graphs; user, password_file, sign_in and read_as where the server asks for them",
            engines=list(engines()),
        ),
        remedy=Text("See docs/scale.md."),
    )
