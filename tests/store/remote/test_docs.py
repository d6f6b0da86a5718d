"""``docs/scale.md`` names every setting, every line of a profile, and what the tests set a server up with."""

from __future__ import annotations

import re

import servers
from support import ROOT

from lcgraph.store.remote.settings import Engine, RemoteSettings, engines

TEXT = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")


def names_in_tables() -> set[str]:
    return {
        name
        for line in TEXT.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    }


def test_every_setting_and_every_line_of_a_profile_is_explained() -> None:
    assert names_in_tables() == set(RemoteSettings.model_fields) | set(Engine.model_fields)


def test_every_engine_is_named() -> None:
    for name in engines():
        assert f"`{name}`" in TEXT


def test_the_tests_set_a_server_up_as_the_page_says() -> None:
    said = re.search(r"```sql\n(.*?)```", TEXT, re.DOTALL)
    assert said is not None
    ours = servers._SET_UP.replace("'lcgraph', 'lcgraph'", "'lcgraph', 'a password'")
    assert said[1].split() == ours.split()
