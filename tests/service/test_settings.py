"""What an operator sets, from the environment and the options."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from lcgraph.errors import InputError
from lcgraph.processes import MEGABYTE
from lcgraph.service.settings import Settings, from_environment

WORDS = ("services", "originals")
"""Settings that not just anything can be said of."""
NUMBERS = [field.name for field in fields(Settings) if str(field.type) in ("int", "float")]


def test_without_an_environment_the_defaults_hold() -> None:
    assert from_environment({}) == Settings()


@pytest.mark.parametrize("name", [field.name for field in fields(Settings) if field.name not in WORDS])
def test_every_setting_is_read_from_the_environment(name: str) -> None:
    found = from_environment({f"LCGRAPH_{name.upper()}": "7"})
    assert str(getattr(found, name)) in ("7", "7.0")
    assert getattr(found, name) != getattr(Settings(), name)


def test_an_option_goes_before_the_environment_and_an_empty_variable_is_none() -> None:
    assert from_environment({"LCGRAPH_DATA": "here"}, data="there").data == "there"
    assert from_environment({"LCGRAPH_DATA": "here"}, data=None).data == "here"
    assert from_environment({"LCGRAPH_DATA": ""}).data == Settings().data


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "-1", "nan", "inf", "1e", "１x"])
def test_a_number_that_is_none_or_makes_no_sense_is_named(name: str, text: str) -> None:
    variable = f"LCGRAPH_{name.upper()}"
    with pytest.raises(InputError) as caught:
        from_environment({variable: text})
    told = caught.value.told("en")
    assert variable in told["message"]
    assert any(character.isdigit() for character in told["remedy"])


@pytest.mark.parametrize("name", [name for name in NUMBERS if name not in ("queue", "kept_mb")])
def test_nothing_can_be_had_none_of_but_the_queue_and_what_is_kept(name: str) -> None:
    with pytest.raises(InputError):
        from_environment({f"LCGRAPH_{name.upper()}": "0"})
    assert from_environment({"LCGRAPH_QUEUE": "0"}).queue == 0


def test_the_limits_of_a_query_follow_from_the_settings() -> None:
    limits = from_environment({"LCGRAPH_QUERY_SECONDS": "2.5", "LCGRAPH_RESULT_MB": "3"}).query_limits
    assert math.isclose(limits.seconds, 2.5)
    assert limits.result_bytes == 3 * MEGABYTE


@pytest.mark.parametrize("text", ["cities", "/cities", "/cities/", "/a/b-c"])
def test_the_path_below_which_the_service_is_reached_may_be_written_with_slashes_or_without(text: str) -> None:
    found = from_environment({"LCGRAPH_ROOT": text})
    assert found.root_path == "/" + text.strip("/")
    assert Settings().root_path == ""


@pytest.mark.parametrize("text", ["https://example.org/", "/a b", "/", "/a//b", "/a?b"])
def test_a_path_that_is_none_is_named(text: str) -> None:
    with pytest.raises(InputError, match="LCGRAPH_ROOT"):
        from_environment({"LCGRAPH_ROOT": text})


def test_services_are_addresses_set_apart_by_blanks_or_commas() -> None:
    found = from_environment({"LCGRAPH_SERVICES": " http://[::1]:80/a?b=c,\nhttps://example.org/sparql , "})
    assert found.allowed_services == ("http://[::1]:80/a?b=c", "https://example.org/sparql")
    assert Settings().allowed_services == ()


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "example.org/sparql",
        "http://example.org",
        "ftp://example.org/",
        "http://a:b@example.org/",
        "http://example.org/#x",
        "http://example.org/<x>",
        "http://example.org/é",
        "http://example.org:123456/",
        "https://one.example/sparql file:///etc/passwd",
    ],
)
def test_what_is_no_address_of_a_service_is_named(text: str) -> None:
    with pytest.raises(InputError, match="LCGRAPH_SERVICES"):
        from_environment({"LCGRAPH_SERVICES": text})


def test_whether_files_are_public_is_said_by_one_word() -> None:
    assert from_environment({"LCGRAPH_ORIGINALS": "public"}).originals == "public"
    with pytest.raises(InputError, match="LCGRAPH_ORIGINALS"):
        from_environment({"LCGRAPH_ORIGINALS": "yes"})
