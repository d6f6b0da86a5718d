"""Which tests need a store: those that, by themselves, a fixture or a helper, make a network or run the command line.

That is read from their code, so that no list of files has to be kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import pytest
from service_support import COMMAND

from lcgraph.publishing.network import Network

HERE = str(Path(__file__).parent)
_PROGRAMS = ("Network(", "lcgraph.service.command_line")
"""What stands in programs that tests run in processes of their own."""


def a_store(item: pytest.Item) -> bool:
    """Whether a test needs a store."""
    if not isinstance(item, pytest.Function):
        return item.name.startswith("lcgraph.client")  # an example: those of the client have a service
    fixtures = [found.func for defs in item._fixtureinfo.name2fixturedefs.values() for found in defs]
    return any(_makes_one(function) for function in (item.function, *fixtures))


@cache
def _makes_one(function: object) -> bool:
    """Whether a function, or what it calls of ours, makes a network."""
    seen: set[int] = set()
    to_see = [function]
    while to_see:
        here = to_see.pop()
        if here is Network or (isinstance(here, str) and (here == COMMAND or any(p in here for p in _PROGRAMS))):
            return True
        if id(here) not in seen:
            seen.add(id(here))
            to_see.extend(_named_in(here))
    return False


def _named_in(thing: object) -> Iterator[object]:
    """What functions and classes of the tests name."""
    if isinstance(thing, type) and _file_of(thing).startswith(HERE):
        yield from vars(thing).values()
    if isinstance(thing, property):
        yield thing.fget
    thing = getattr(thing, "__func__", thing)
    thing = getattr(thing, "__wrapped__", thing)
    if not isinstance(thing, FunctionType) or not thing.__code__.co_filename.startswith(HERE):
        return
    for code in _codes(thing.__code__):
        yield from (constant for constant in code.co_consts if isinstance(constant, str))
        named = [thing.__globals__[name] for name in code.co_names if name in thing.__globals__]
        yield from named
        for module in named:
            if isinstance(module, ModuleType):
                yield from (getattr(module, name) for name in code.co_names if hasattr(module, name))


def _codes(code: CodeType) -> Iterator[CodeType]:
    """A code and those within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _file_of(kind: type) -> str:
    module = sys.modules.get(kind.__module__)
    return str(getattr(module, "__file__", "") or "")
