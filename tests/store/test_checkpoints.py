"""What readers see: the newest checkpoint, whole; and stores that are missing, damaged or of another time."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support import SMALL, Clock

from lcgraph.errors import ArchiveDamaged
from lcgraph.framework import resources
from lcgraph.publishing.network import Network
from lcgraph.reading.reader import Reading, read
from lcgraph.store import embedded
from lcgraph.store.embedded import canonical_lines, commit_of, graph_hash, newest, newest_opened
from lcgraph.store.readers import Readers

pytestmark = pytest.mark.embedded("checkpoints are its folders")

Read = Callable[..., Reading]
VALUE = "SELECT ?v { ?o lc:ofMeasure ?m ; sdmx-dimension:sex sdmx-code:sex-F ; sdmx-measure:obsValue ?v }"


def publish(network: Network, value: object) -> None:
    text = SMALL.replace("12.5", str(value))
    (published,) = network.publish([read("cork.csv", text.encode(), network.framework)], "me")
    assert published.status == "accepted"


def checkpoints(network: Network) -> list[str]:
    folder = network.store_directory / "checkpoints"
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def whole(network: Network) -> str:
    return graph_hash(network.dump())


def test_running_readers_see_each_commit_once_publish_returns(network: Network) -> None:
    publish(network, 1)
    with Readers(network.store_directory, 2, spare=0) as readers:
        for value in range(2, 8):
            publish(network, value)
            for _ in range(3):
                answer = readers.run(VALUE, solutions="text/csv")
                assert answer.body.split() == [b"v", str(value).encode()]
                assert commit_of(answer.checkpoint) == value


def test_a_checkpoint_that_a_reader_has_open_is_kept_and_goes_later(network: Network) -> None:
    publish(network, 1)
    with newest_opened(network.store_directory) as (held, store):
        before = len(list(store))
        for value in range(2, 7):
            publish(network, value)
        assert held in checkpoints(network)
        assert len(checkpoints(network)) == 3
        assert len(list(store)) == before, "what it sees does not change"
    publish(network, 7)
    assert held not in checkpoints(network)
    assert len(checkpoints(network)) == embedded.KEEP_CHECKPOINTS


def test_leftovers_of_a_killed_writer_go(network: Network) -> None:
    publish(network, 1)
    left = network.store_directory / "checkpoints" / "2-2"
    left.mkdir()
    (left / "000001.sst").write_bytes(b"half")
    left.with_name("2-2.lease").touch()
    for value in range(2, 5):
        publish(network, value)
    assert not left.exists()
    assert {path.suffix for path in left.parent.iterdir() if path.is_file()} == {".lease"}
    assert len(list(left.parent.iterdir())) == 2 * embedded.KEEP_CHECKPOINTS


def size_of(folder: Path) -> int:
    found = {path.stat().st_ino: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(found.values())  # files that checkpoints share count once


ONE_OF_EACH_KIND = 12
"""A database keeps its quads in a dozen orders and tables; a query looks into every file of those that it needs."""


def test_the_disk_that_a_store_takes_stays_bounded(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MANY_FILES", 40)
    for value in range(1, 20):
        publish(network, value)
    after_20, files = size_of(network.store_directory), len(list(network.store_directory.rglob("*")))
    for value in range(20, 60):
        publish(network, value)
    assert size_of(network.store_directory) < 3 * after_20
    assert len(list(network.store_directory.rglob("*"))) < 2 * files + 100
    grown = len(list((network.store_directory / "writer").glob("*.sst")))
    network.rebuild()
    assert len(list((network.store_directory / "writer").glob("*.sst"))) <= ONE_OF_EACH_KIND < grown
    assert len(checkpoints(network)) <= embedded.KEEP_CHECKPOINTS + 1  # one more that the network itself holds


# stores that do not fit


def remove(network: Network) -> None:
    shutil.rmtree(network.store_directory)


def remove_writer(network: Network) -> None:
    shutil.rmtree(network.store_directory / "writer")


def remove_checkpoints(network: Network) -> None:
    shutil.rmtree(network.store_directory / "checkpoints")


def empty_pointer(network: Network) -> None:
    (network.store_directory / "newest").write_text("")


def spoil(suffixes: tuple[str, ...]) -> Callable[[Network], None]:
    def spoil_them(network: Network) -> None:
        for path in (network.store_directory / "writer").iterdir():
            if path.name.startswith(suffixes) or path.suffix in suffixes:
                data = path.read_bytes()
                path.unlink()  # its file may be shared with checkpoints
                path.write_bytes(data[: len(data) // 2])

    return spoil_them


def age(network: Network) -> None:
    """The store of a commit before."""
    old = network.store_directory.with_name("old")
    shutil.copytree(network.store_directory, old)
    publish(network, 77)
    shutil.rmtree(network.store_directory)
    old.rename(network.store_directory)


@pytest.mark.parametrize(
    "harm",
    [
        remove,
        remove_writer,
        remove_checkpoints,
        empty_pointer,
        age,
        spoil(("CURRENT",)),
        spoil(("MANIFEST",)),
        spoil((".sst",)),
    ],
    ids=["gone", "no writer", "no checkpoints", "no pointer", "older", "CURRENT", "MANIFEST", "data"],
)
def test_a_store_that_does_not_fit_is_mended_from_the_archive(
    network: Network, harm: Callable[[Network], None]
) -> None:
    publish(network, 1)
    publish(network, 2)
    harm(network)
    publish(network, 3)
    seen = whole(network)
    assert seen == network.rebuild()
    with Readers(network.store_directory, 1, spare=0) as readers:
        assert readers.run(VALUE, solutions="text/csv").body.split() == [b"v", b"3"]


def test_a_store_newer_than_the_archive_shows_that_commits_were_lost(network: Network) -> None:
    for number in (1, 2, 3):
        publish(network, number)
    there = whole(network)
    for number in (2, 3):  # as when an older backup is brought back
        network.archive.commit(number).path.unlink()
    with pytest.raises(ArchiveDamaged, match=r"000000002\.zip: it is missing; the store was built from it"):
        publish(network, 4)
    assert [str(damage).split()[4].strip(":") for damage in network.verify()] == ["000000002.zip", "000000003.zip"]
    assert network.archive.last == 1, "nothing takes the place of what was lost"
    network.catch_up()
    assert whole(network) == there, "what was lost can still be read"
    network.rebuild()  # they are given up
    assert commit_of(newest(network.store_directory)) == 1
    assert list(network.verify()) == []
    publish(network, 4)
    assert whole(network) == network.rebuild()


def test_a_store_newer_than_the_archive_is_not_built_anew_for_another_ontology(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(network, 1)
    publish(network, 2)
    network.archive.commit(2).path.unlink()
    monkeypatch.setattr(resources, "digest", lambda name, base: f"another {name}")
    with pytest.raises(ArchiveDamaged, match=r"000000002\.zip"):
        publish(Network(network.directory), 3)


def test_a_store_of_another_archive_is_built_anew(tmp_path: Path, clock: Clock) -> None:
    one, other = Network(tmp_path / "one", clock=clock), Network(tmp_path / "other")
    for network in (one, other):
        publish(network, 1)
    shutil.rmtree(one.store_directory)
    shutil.copytree(other.store_directory, one.store_directory)
    publish(one, 2)
    assert whole(one) == one.rebuild()


def test_a_store_built_with_another_ontology_is_built_anew(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(resources, "digest", lambda name, base: f"another {name}")
        publish(Network(network.directory), 1)
        made_with_another = [line for line in network.dump() if "another ontology" in line]
    assert len(made_with_another) == 1
    publish(network, 2)
    assert not any("another ontology" in line for line in network.dump())
    assert whole(network) == network.rebuild()


def test_what_was_archived_but_not_indexed_is_seen_after_catching_up(network: Network, read_small: Read) -> None:
    publish(network, 1)
    publish(network, 2)
    grown = whole(network)
    age_of_store = network.store_directory.with_name("before")
    shutil.copytree(network.store_directory, age_of_store)
    publish(network, 3)
    shutil.rmtree(network.store_directory)
    age_of_store.rename(network.store_directory)
    with newest_opened(network.store_directory) as (_, store):
        assert graph_hash(canonical_lines(store)) == grown, "readers are behind"
    again = Network(network.directory)
    with (network.directory / "archive" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        again.catch_up()
        assert commit_of(newest(again.store_directory)) == 2, "it does not wait for another writer"
    again.catch_up()
    assert commit_of(newest(again.store_directory)) == 3
