"""What ``store.toml`` may say, and what is told of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from lcgraph.errors import InputError
from lcgraph.store.remote.settings import engines, password, remote_settings

GOOD = """\
engine = "virtuoso"
query = "http://127.0.0.1:8890/sparql"
update = "http://127.0.0.1:8890/sparql-auth"
graphs = "http://127.0.0.1:8890/sparql-graph-crud-auth"
"""


def test_without_a_file_the_store_is_embedded(tmp_path: Path) -> None:
    assert remote_settings(tmp_path) is None


def test_what_is_said_is_taken(tmp_path: Path) -> None:
    (tmp_path / "store.toml").write_text(GOOD)
    found = remote_settings(tmp_path)
    assert found is not None
    assert found.profile == engines()["virtuoso"]
    assert found.update.endswith("/sparql-auth")
    assert password(found, tmp_path) == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace("virtuoso", "virtuso"), "“virtuso” is not an engine"),
        (GOOD.replace("update =", "updates ="), "“updates” is not a setting"),
        ("\n".join(GOOD.splitlines()[:2]), "“update” is missing"),
        (GOOD.replace("http://127.0.0.1:8890/sparql-auth", "127.0.0.1:8890"), "“update” cannot be “127.0.0.1:8890”"),
        (GOOD + 'sign_in = "ntlm"\n', "“sign_in” cannot be “ntlm”"),
        (GOOD + "user = 7\n", "“user” cannot be “7”"),
        (GOOD + "password", "at end of document"),
        ("", "“query” is missing"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "store.toml").write_text(text)
    with pytest.raises(InputError) as raised:
        remote_settings(tmp_path)
    told = raised.value.tell("en")
    assert says in told
    assert "Where: store.toml" in told
    assert "virtuoso" in told, "it names the engines"


def test_the_password_comes_from_its_file_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "store.toml").write_text(GOOD + 'user = "lcgraph"\npassword_file = "secret"\n')
    found = remote_settings(tmp_path)
    assert found is not None
    with pytest.raises(InputError, match="password cannot be read"):
        password(found, tmp_path)
    (tmp_path / "secret").write_text("from the file\n")
    assert password(found, tmp_path) == "from the file"
    monkeypatch.setenv("LCGRAPH_STORE_PASSWORD", "from the environment")
    assert password(found, tmp_path) == "from the environment"
