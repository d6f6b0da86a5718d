"""The archive: what it writes, in which order it reaches the disk, and what it finds damaged."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import NOW

from lcgraph.archive.archive import Archive, Commit, Content, Provenance, file_name, hash_of
from lcgraph.archive.records import Accepted, Registered, Withdrawn
from lcgraph.errors import ArchiveDamaged, ArchiveError, ArchiveInUse

PROVENANCE = Provenance("https://example.org/", "1.0", "ontology", "shapes")


def append(archive: Archive, n: int, at: timedelta = timedelta()) -> Commit:
    """Appends a commit with two files and an event."""
    files = {
        f"originals/{n}/table.csv": Content(f"a,b\n{n},{n}\n".encode() * 20, "text/csv"),
        "graph.nq": Content(f"<urn:s> <urn:p> <urn:{n}> .\n".encode(), "application/n-quads"),
    }
    event = Withdrawn(submission=f"urn:{n}", reason="a slip", by="me")
    return archive.append((event,), files, PROVENANCE, NOW + at)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive of three commits."""
    archive = Archive(tmp_path / "archive")
    with archive.writing():
        for n in (1, 2, 3):
            append(archive, n)
    return archive


def path_of(archive: Archive, number: int) -> Path:
    return archive.directory / "commits" / "000" / f"{number:09d}.zip"


def damaged(archive: Archive) -> list[str]:
    """The names of the commits that are found damaged."""
    return [Path(str(damage.where)).name for damage in archive.verify()]


# what is written


def test_an_archive_that_nobody_touched_is_whole(archive: Archive) -> None:
    assert archive.last == 3
    assert damaged(archive) == []


def test_a_commit_is_a_zip_file_with_a_manifest_of_hashes(archive: Archive) -> None:
    with zipfile.ZipFile(path_of(archive, 2)) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        assert set(opened.namelist()) == {"manifest.json", *manifest["files"]}
        for name, entry in manifest["files"].items():
            data = opened.read(name)
            assert entry["sha256"] == hashlib.sha256(data).hexdigest()
            assert entry["size"] == len(data)
    assert manifest["number"] == 2
    assert manifest["events"] == [{"event": "withdrawn", "submission": "urn:2", "reason": "a slip", "by": "me"}]


def test_each_commit_names_the_hash_of_the_one_before(archive: Archive) -> None:
    assert archive.commit(1).manifest.previous == ""
    assert archive.commit(2).manifest.previous == hash_of(path_of(archive, 1))
    assert archive.commit(3).manifest.previous == hash_of(path_of(archive, 2))


def test_every_kind_of_event_comes_back_as_it_was_written(tmp_path: Path) -> None:
    events = (
        Registered(cities=("urn:c", "urn:d"), graph="cities.nq", original="originals/c.ttl", by="me"),
        Accepted(
            submission="urn:s",
            city="urn:c",
            year=2016,
            edition="urn:e",
            revision=2,
            by="me",
            originals=("a", "b"),
            graph="g",
            graph_hash="h",
            quads=3,
            report="r",
            warnings=1,
            supersedes="urn:r",
        ),
        Withdrawn(submission="urn:s", reason="撤回：数据有误", by="我"),
    )
    archive = Archive(tmp_path)
    with archive.writing():
        written = archive.append(events, {}, PROVENANCE, NOW)
    assert archive.commit(1).manifest == written.manifest
    assert archive.commit(1).manifest.events == events


def test_a_thousand_commits_and_more_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lcgraph.archive.archive._SHARD", 3)  # and 1,000 folders, by a thousand times fewer commits
    monkeypatch.setattr(os, "fsync", lambda _: None)
    archive = Archive(tmp_path)
    with archive.writing():
        for n in range(1, 12):
            append(archive, n)
        shutil.move(tmp_path / "commits" / "003", tmp_path / "commits" / "1000")
        assert archive.last == 11, "the folder 1000 comes after 999"
        shutil.move(tmp_path / "commits" / "1000", tmp_path / "commits" / "003")
    assert sorted(path.name for path in (tmp_path / "commits").iterdir()) == ["000", "001", "002", "003"]
    assert [commit.number for commit in archive.commits()] == list(range(1, 12))
    assert damaged(archive) == []


def test_what_lies_about_in_the_folder_is_passed_over(archive: Archive) -> None:
    (archive.directory / "commits" / ".DS_Store").write_text("")
    (archive.directory / "commits" / "lost+found").mkdir()
    (archive.directory / "commits" / "000" / "copy of 000000001.zip").write_text("")
    assert archive.last == 3
    assert damaged(archive) == []


def test_the_time_of_a_commit_is_never_before_the_one_before(archive: Archive) -> None:
    with archive.writing():
        late = append(archive, 4, timedelta(days=1))
        after = append(archive, 5, timedelta(days=-400))
    assert after.manifest.at == late.manifest.at
    until = [commit.number for commit in archive.commits(until=NOW)]
    assert until == [1, 2, 3]


@pytest.mark.parametrize(
    "name",
    [
        "../../x.csv",
        "/etc/x.csv",
        "a\0b.csv",
        "C:\\x.csv",
        "x" * 5000 + ".csv",
        "CON.csv",
        "..",
        "",
        "a.",
        "\udcff.csv",
    ],
)
def test_a_file_name_of_a_stranger_can_be_unpacked_anywhere(tmp_path: Path, name: str) -> None:
    safe = file_name(name)
    assert 0 < len(safe) <= 100
    assert name.endswith(".csv") == safe.endswith(".csv")
    archive = Archive(tmp_path / "archive")
    with archive.writing():
        commit = archive.append((), {f"originals/{safe}": Content(b"x", "text/csv")}, PROVENANCE, NOW)
    assert commit.read(f"originals/{safe}") == b"x"
    with zipfile.ZipFile(commit.path) as opened:
        opened.extractall(tmp_path / "out" / "deep")
    assert [p.name for p in (tmp_path / "out" / "deep" / "originals").iterdir()] == [safe]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"deep"}


# in which order it reaches the disk


@pytest.fixture
def happened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synced and linked, in order."""
    seen: list[str] = []
    fsync, link = os.fsync, os.link

    def recording_fsync(descriptor: int) -> None:
        fsync(descriptor)
        seen.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name}")

    def recording_link(source: Path, target: Path) -> None:
        link(source, target)
        seen.append(f"link {Path(target).name}")

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "link", recording_link)
    return seen


@pytest.mark.skipif(sys.platform != "linux", reason="names of open files are read from /proc")
def test_file_and_folders_are_on_disk_before_append_returns(tmp_path: Path, happened: list[str]) -> None:
    archive = Archive(tmp_path / "data" / "archive")
    with archive.writing():
        assert happened == [f"sync {tmp_path.name}", "sync data", "sync archive"], "each new folder, in the one above"
        happened.clear()
        append(archive, 1)
        happened.append("acknowledged")
    assert happened == [
        f"sync .000000001.zip.{os.getpid()}",
        "link 000000001.zip",
        "sync 000",
        "sync commits",
        "sync archive",
        "acknowledged",
    ]


# damage


def test_a_flipped_byte_anywhere_is_found_and_its_commit_named(archive: Archive) -> None:
    sizes = {number: path_of(archive, number).stat().st_size for number in (1, 2, 3)}

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.sampled_from([1, 2, 3]), st.data())
    def flip(number: int, data: st.DataObject) -> None:
        path, offset = path_of(archive, number), data.draw(st.integers(0, sizes[number] - 1))
        mask = data.draw(st.integers(1, 255))
        before = path.read_bytes()
        path.write_bytes(before[:offset] + bytes([before[offset] ^ mask]) + before[offset + 1 :])
        try:
            assert set(damaged(archive)) == {path.name}
            for other in {1, 2, 3} - {number}:
                commit = archive.commit(other)
                assert all(data for _, data in commit.files(list(commit.manifest.files))), "the rest stays usable"
        finally:
            path.write_bytes(before)

    flip()


def test_a_byte_of_a_file_changed_inside_names_the_file(archive: Archive) -> None:
    commit = archive.commit(2)
    contents = {name: (data if name != "graph.nq" else data + b"#") for name, data in commit.files(["graph.nq"])}
    rewrite(commit.path, contents)
    found = [str(damage) for damage in archive.verify()]
    assert found == ["The archive is damaged: graph.nq in 000000002.zip is not what was written."]
    with pytest.raises(ArchiveDamaged):
        archive.commit(2).read("graph.nq")


def rewrite(path: Path, changed: dict[str, bytes]) -> None:
    """Writes a commit anew as any ZIP program would, with some files changed."""
    with zipfile.ZipFile(path) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()} | changed
        comment = opened.comment
    with zipfile.ZipFile(path, "w") as opened:
        for name, data in contents.items():
            opened.writestr(name, data)
        opened.comment = comment


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_edited_manifest_is_found_in_any_commit(archive: Archive, number: int) -> None:
    path = path_of(archive, number)
    with zipfile.ZipFile(path) as opened:
        manifest = opened.read("manifest.json")
    rewrite(path, {"manifest.json": manifest.replace(b"a slip", b"a whim")})
    assert damaged(archive) == [path.name]


@pytest.mark.parametrize("keep", [0, 1, 100, -1])
def test_a_truncated_last_commit_is_found(archive: Archive, keep: int) -> None:
    path = path_of(archive, 3)
    path.write_bytes(path.read_bytes()[:keep])
    assert damaged(archive) == [path.name]
    assert [archive.commit(n).number for n in (1, 2)] == [1, 2]
    if keep != -1:  # with a byte less of its seal it can still be read
        with pytest.raises(ArchiveDamaged):
            list(archive.commits())


def test_a_missing_commit_is_found(archive: Archive) -> None:
    path_of(archive, 2).unlink()
    assert [str(damage) for damage in archive.verify()] == ["The archive is damaged: 000000002.zip: it is missing."]


def test_swapped_commits_are_found(archive: Archive) -> None:
    one, two = path_of(archive, 1), path_of(archive, 2)
    ones, twos = one.read_bytes(), two.read_bytes()
    one.write_bytes(twos)
    two.write_bytes(ones)
    assert damaged(archive) == [one.name, two.name]


def test_a_commit_replaced_by_another_whole_one_breaks_the_chain(archive: Archive, tmp_path: Path) -> None:
    forged = Archive(tmp_path / "forged")
    with forged.writing():
        append(forged, 1)
        append(forged, 99)
    shutil.copy(path_of(forged, 2), path_of(archive, 2))
    found = [str(damage) for damage in archive.verify()]
    assert len(found) == 1
    assert "000000003.zip: it was not written after 000000002.zip" in found[0]


def test_nothing_follows_a_commit_that_cannot_be_read(archive: Archive) -> None:
    path = path_of(archive, 3)
    path.write_bytes(path.read_bytes()[:50])
    with archive.writing(), pytest.raises(ArchiveDamaged):
        append(archive, 4)
    assert archive.last == 3


def test_an_existing_commit_is_never_written_over(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path_of(archive, 3).read_bytes()
    monkeypatch.setattr(Archive, "last", 2)
    with archive.writing(), pytest.raises(ArchiveError):
        append(archive, 3)
    assert path_of(archive, 3).read_bytes() == before
    assert not list(archive.directory.rglob(".*.zip.*"))


# places that cannot be written to


def test_a_folder_that_is_a_file_is_said_to_be_unusable(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("")
    archive = Archive(tmp_path / "archive")
    assert archive.last == 0
    with pytest.raises(ArchiveError, match="cannot be written"), archive.writing():
        pass


def test_leftovers_of_a_killed_writer_go(archive: Archive) -> None:
    left = path_of(archive, 4).with_name(".000000004.zip.4711")
    left.write_bytes(b"half")
    assert archive.last == 3
    with archive.writing():
        append(archive, 4)
    assert not left.exists()
    assert damaged(archive) == []


@contextmanager
def no_larger_file_than(size: int) -> Iterator[None]:
    """Writing past a size fails, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_nothing_is_written_and_the_next_commit_goes_on(archive: Archive) -> None:
    with archive.writing():
        with no_larger_file_than(100), pytest.raises(ArchiveError) as caught:
            append(archive, 4)
        assert os.strerror(errno.EFBIG) in str(caught.value)
        assert archive.last == 3
        assert not list(archive.directory.rglob(".*.zip.*"))
        append(archive, 4)
    assert damaged(archive) == []


@contextmanager
def mounted(*options: str, at: Path) -> Iterator[None]:
    """A file system mounted for a test; skips the test where that is not allowed."""
    if (
        sys.platform != "linux"
        or subprocess.run(["mount", *options, str(at)], capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(at)], check=True)


def test_a_small_disk_that_runs_full_keeps_what_it_holds(tmp_path: Path) -> None:
    with mounted("-t", "tmpfs", "-o", "size=256k", "none", at=tmp_path):
        archive = Archive(tmp_path / "archive")
        filler = tmp_path / "filler"
        with archive.writing():
            append(archive, 1)
            with filler.open("wb", buffering=0) as out, suppress(OSError):
                while True:
                    out.write(b"0" * 4096)
            with pytest.raises(ArchiveError, match="the disk is full"):
                append(archive, 2)
            assert archive.last == 1
            filler.unlink()
            append(archive, 2)
        assert damaged(archive) == []


def test_a_read_only_folder_can_be_read_but_not_written(archive: Archive) -> None:
    with mounted("--bind", "-o", "ro", str(archive.directory), at=archive.directory):
        assert damaged(archive) == []
        with pytest.raises(ArchiveError, match="it can only be read"), archive.writing():
            pass


# one writer

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_archive import append
from lcgraph.archive.archive import Archive
archive = Archive(Path(sys.argv[1]))
for n in range(15):
    with archive.writing():
        print(append(archive, n).number)
"""


def test_two_processes_that_write_at_once_take_turns(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    writers = [start(WRITER, str(tmp_path / "archive"), str(Path(__file__).parent)) for _ in range(2)]
    numbers = [int(line) for writer in writers for line in writer.communicate(timeout=60)[0].split()]
    assert sorted(numbers) == list(range(1, 31))
    assert damaged(Archive(tmp_path / "archive")) == []


def test_who_does_not_wait_is_told_that_another_process_writes(
    archive: Archive, start: Callable[..., subprocess.Popen[str]]
) -> None:
    holder = start(
        "import sys\nfrom pathlib import Path\nfrom lcgraph.archive.archive import Archive\n"
        "with Archive(Path(sys.argv[1])).writing():\n print('held', flush=True)\n sys.stdin.read()",
        str(archive.directory),
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(ArchiveInUse), archive.writing(wait=False):
        pass
    holder.kill()
    holder.wait()
    with archive.writing():
        append(archive, 4)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts Python programs."""
    started: list[subprocess.Popen[str]] = []

    def start_one(program: str, *arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        started.append(process)
        return process

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


# a copy as of a past date


def test_a_copy_holds_the_commits_up_to_a_moment(archive: Archive, tmp_path: Path) -> None:
    with archive.writing():
        append(archive, 4, timedelta(days=2))
    copy = Archive(tmp_path / "copy")
    archive.copy_to(copy, until=NOW + timedelta(days=1))
    assert copy.last == 3
    assert damaged(copy) == []
