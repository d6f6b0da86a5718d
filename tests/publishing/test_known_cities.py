"""A network that stays open knows the cities that are registered beside it, and reads them only then."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from support import EXAMPLES

from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading

LUMENPORT = (EXAMPLES / "fictional-city" / "city.ttl").read_bytes()


def test_a_city_that_another_process_registers_is_known_at_once(network: Network) -> None:
    lumenport = network.framework.names.city("zz-lumenport")
    assert lumenport not in network.framework.cities
    Network(network.directory).register("city.ttl", LUMENPORT, "somebody else")
    assert lumenport in network.framework.cities
    assert network.checker.framework is network.framework


def test_so_is_a_description_that_changed(network: Network) -> None:
    lumenport = network.framework.names.city("zz-lumenport")
    network.register("city.ttl", LUMENPORT, "test")
    assert network.framework.cities[lumenport].label["en"] == "Lumenport (fictional)"
    renamed = LUMENPORT.replace(b"Lumenport (fictional)", b"New Lumenport (fictional)")
    Network(network.directory).register("city.ttl", renamed, "somebody else")
    assert network.framework.cities[lumenport].label["en"] == "New Lumenport (fictional)"


def test_publishing_leaves_the_framework_as_it_is(network: Network, read_small: Callable[..., Reading]) -> None:
    network.publish([read_small()], "test")
    before = network.framework
    network.publish([read_small(("12.5", "13"))], "test")
    assert network.framework is before


def test_who_uses_the_newest_state_may_ask_for_the_framework(
    network: Network, read_small: Callable[..., Reading]
) -> None:
    network.publish([read_small()], "test")
    opened = Network(network.directory)  # has not looked at any city yet
    found: list[str] = []

    def use() -> None:
        with opened.newest() as newest, opened.newest() as again:
            Network(network.directory).register("city.ttl", LUMENPORT, "somebody else")
            assert newest is not None
            assert again == newest  # whatever was published meanwhile
            found.append(opened.framework.cities.code("ie-cork").code)
        found.append(opened.framework.cities.code("zz-lumenport").code)

    together = [Thread(target=use), Thread(target=lambda: found.append(opened.checker.framework.names.base))]
    for thread in together:
        thread.daemon = True  # one that waits for itself would keep the tests from ending
        thread.start()
    for thread in together:
        thread.join(60)
    assert sorted(found) == sorted([opened.framework.names.base, "ie-cork", "zz-lumenport"])
