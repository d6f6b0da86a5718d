"""Fixtures that doctests and tests share, and over which store the tests run; pytest takes both from here alone."""

import needs
import pytest
import servers
from small_service import service_for_doctests, small_client, small_network, small_service

__all__ = ["service_for_doctests", "small_client", "small_network", "small_service"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds ``--store``."""
    parser.addoption("--store", choices=("embedded", *servers.KINDS), default="embedded", help="over which store")


def pytest_configure(config: pytest.Config) -> None:
    """Has all networks use the store that was chosen."""
    config.addinivalue_line("markers", "embedded(why): runs over the embedded store alone")
    kind = config.getoption("--store")
    if kind != "embedded":
        if why := servers.missing(kind):
            pytest.exit(f"The tests cannot run over {kind}: {why}.", returncode=0)
        servers.use(config, kind)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Over a server, leaves out what needs no store, and skips what runs over the embedded store alone."""
    for item in items:
        if (marker := item.get_closest_marker("embedded")) is not None:
            (why,) = marker.args
            if config.getoption("--store") != "embedded":
                item.add_marker(pytest.mark.skip(reason=f"over the embedded store alone: {why}"))
    if config.getoption("--store") != "embedded":
        left_out = [item for item in items if not needs.a_store(item)]
        items[:] = [item for item in items if needs.a_store(item)]
        config.hook.pytest_deselected(items=left_out)
