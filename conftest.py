"""Fixtures that doctests and tests share, and over which store the tests run; pytest takes both from here alone."""

import pytest
import servers
from small_service import service_for_doctests, small_client, small_network, small_service

__all__ = ["service_for_doctests", "small_client", "small_network", "small_service"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--store``."""
    parser.addoption("--store", choices=("embedded", *servers.KINDS), default="embedded", help="over which store")


def pytest_configure(config: pytest.Config) -> None:
    """Has all networks use the store that was chosen."""
    config.addinivalue_line("markers", "embedded: is about the embedded store itself, and runs over no other")
    kind = config.getoption("--store")
    if kind != "embedded":
        if why := servers.missing(kind):
            pytest.exit(f"The tests cannot run over {kind}: {why}.", returncode=0)
        servers.use(config, kind)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is about the embedded store, where another is used."""
    if config.getoption("--store") != "embedded":
        skip = pytest.mark.skip(reason="about the embedded store itself")
        for item in items:
            if item.get_closest_marker("embedded"):
                item.add_marker(skip)
