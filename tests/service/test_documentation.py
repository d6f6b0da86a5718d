"""What there is, is documented: commands and options, addresses, settings."""

from __future__ import annotations

import re
from dataclasses import fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route
from support import ROOT

from lcgraph.service.command_line.main import app as commands
from lcgraph.service.http import problems
from lcgraph.service.http.app import create_app
from lcgraph.service.http.negotiation import SHORT_NAMES
from lcgraph.service.settings import PREFIX, Settings


def _text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _sections() -> dict[str, str]:
    """The section of each command in docs/command-line.md."""
    parts = re.split(r"^## `lcgraph (\w+)[^`]*`$", _text("command-line.md"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _group() -> Any:
    return typer.main.get_command(commands)


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    assert set(_sections()) == set(_group().commands)


@pytest.mark.parametrize("command", sorted(_group().commands))
def test_every_option_of_a_command_stands_in_its_section(command: str) -> None:
    section = _sections()[command]
    for parameter in _group().commands[command].params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            assert f"`{parameter.opts[0]}" in section, parameter.opts
    known = {option for parameter in _group().commands[command].params for option in parameter.opts}
    if command != "ask":  # whose options are those of its questions
        for option in re.findall(r"^- `(--[a-z-]+)", section, flags=re.MULTILINE):
            assert option in known, option


def test_every_address_is_documented_with_its_methods(tmp_path: Path) -> None:
    rows = dict(re.findall(r"^\| (`/.*?) \| ([A-Z, ]+) \|", _text("http.md"), flags=re.MULTILINE))
    documented = {
        path: set(methods.split(", ")) for cell, methods in rows.items() for path in re.findall(r"`([^`]+)`", cell)
    }
    found: dict[str, set[str]] = {}
    for route in create_app(Settings(data=str(tmp_path))).routes:
        assert isinstance(route, (APIRoute, Route, Mount)), route
        path = route.path
        if path.startswith("/questions/") and not path.endswith("/schema"):
            path = "/questions/{name}"
        methods = {"GET"} if isinstance(route, Mount) else set(route.methods or ()) - {"HEAD"}
        found[path] = found.get(path, set()) | methods
    assert found == documented


def test_every_status_of_an_error_and_every_format_is_documented() -> None:
    text = _text("http.md")
    statuses = {status for _, status in problems.STATUS} | set(problems.LIMIT_STATUS.values()) | {500}
    for status in statuses:
        assert f"| {HTTPStatus(status).value} |" in text
    for limit in problems.LIMIT_STATUS:
        assert f"`{limit}`" in text
    for name in SHORT_NAMES:
        assert f"`{name}`" in text


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `(LCGRAPH_\w+)` \| (\S+) \|", _text("settings.md"), flags=re.MULTILINE))
    expected = {
        PREFIX + field.name.upper(): f"`{field.default}`" if field.default != "" else "*empty*"
        for field in fields(Settings)
    }
    assert rows == expected
