"""The append-only archive: the truth that every store is built from.

A commit is one ZIP file, ``commits/000/000000001.zip``, that anybody can open: the files as they
were handed in, each accepted graph as canonical N-Quads, each report, and ``manifest.json`` with
the SHA-256 of every one of them. The comment of the ZIP file is the SHA-256 of all that stands
before it, and each manifest names the hash of the commit file before, so that the whole is a chain.
A commit is written beside its place, synced to disk, and then linked into it: it is there whole or
not at all, and nothing is ever written over. ``docs/archive.md`` says what is promised.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import lzma
import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lcgraph.archive.records import Event, FileEntry, Manifest
from lcgraph.errors import ArchiveDamaged, ArchiveError, ArchiveInUse, reason
from lcgraph.language import Text

MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_SHARD = 1000
_SEAL = hashlib.sha256().digest_size * 2

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(OSError, EOFError, LookupError, RuntimeError, TypeError, ValueError),
)
"""What reading a ZIP file raises when any of its bytes may be another than was written."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a commit says of the software that wrote it.

    :ivar base: the base IRI of the deployment.
    :ivar software: version of lcgraph.
    :ivar ontology: version of the ontology.
    :ivar shapes: SHA-256 of the shapes.
    """

    base: str
    software: str
    ontology: str
    shapes: str


@dataclass(frozen=True, slots=True)
class Content:
    """A file to be put into a commit."""

    data: bytes
    media_type: str


class Commit:
    """A commit of the archive, open for reading.

    :param path: its file.
    :param manifest: what it says of itself.
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return self.manifest.number

    def read(self, name: str) -> bytes:
        """A file of the commit, once its hash is found right.

        :raises ArchiveDamaged: if it is not what was written.
        """
        with _opened(self.path) as archive:
            return self._checked(archive, name)

    def files(self, names: list[str]) -> Iterator[tuple[str, bytes]]:
        """Several files of the commit, each checked as in :meth:`read`."""
        with _opened(self.path) as archive:
            for name in names:
                yield name, self._checked(archive, name)

    def _checked(self, archive: zipfile.ZipFile, name: str) -> bytes:
        entry = self.manifest.files[name]
        try:
            data = archive.read(name)
        except _UNREADABLE as error:
            raise _damaged(self.path, name) from error
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise _damaged(self.path, name)
        return data


class Archive:
    """An archive in a folder of this machine.

    :param directory: the folder; it is made if it is not there.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._commits = directory / "commits"
        self._last_hash: tuple[int, str] | None = None

    # reading

    @property
    def last(self) -> int:
        """The number of the last commit; 0 for an empty archive."""
        for shard in sorted(self._shards(), key=lambda path: int(path.name), reverse=True):
            numbers = [int(path.stem) for path in shard.glob("*.zip") if path.stem.isdecimal()]
            if numbers:
                return max(numbers)
        return 0

    def commit(self, number: int) -> Commit:
        """A commit by its number.

        :raises ArchiveDamaged: if it is missing, or its manifest cannot be read.
        """
        path = self._path(number)
        if not path.exists():
            raise _damaged(path, why=Text("it is missing"))
        with _opened(path) as archive:
            try:
                manifest = Manifest.from_json(json.loads(archive.read(MANIFEST)))
            except _UNREADABLE as error:
                raise _damaged(path, MANIFEST) from error
        if manifest.number != number:
            raise _damaged(path, MANIFEST)
        return Commit(path, manifest)

    def commits(self, after: int = 0, until: datetime | None = None) -> Iterator[Commit]:
        """The commits after a number, in order.

        :param until: leaves out commits that were written later than this moment.
        :raises ArchiveDamaged: if one is missing or cannot be read.
        """
        for number in range(after + 1, self.last + 1):
            commit = self.commit(number)
            if until is not None and datetime.fromisoformat(commit.manifest.at) > until:
                return
            yield commit

    def verify(self, progress: Callable[[int, int], None] | None = None) -> Iterator[ArchiveDamaged]:
        """Everything that is not what was written: missing commits, wrong hashes, a broken chain.

        What is whole stays usable; each damage is told by itself.

        :param progress: is told the number of commits done and of all.
        """
        last = self.last
        previous: str | None = ""
        for number in range(1, last + 1):
            path = self._path(number)
            damages = list(self._damages(number, previous))
            yield from damages
            previous = None if damages else hash_of(path)
            if progress is not None:
                progress(number, last)

    def ends_early(self, number: int) -> ArchiveDamaged:
        """What to say of a commit after the last one, where something shows that it was written once."""
        return _damaged(
            self._path(number),
            why=Text("it is missing; the store was built from it"),
            remedy=Text(
                "Bring this file and those after it back from a backup. If they are to be given up for good, “lcgraph rebuild” builds the store without them."
            ),
        )

    def _damages(self, number: int, previous: str | None) -> Iterator[ArchiveDamaged]:
        """What is wrong with one commit.

        :param previous: hash of the commit before; None where that is damaged itself.
        """
        path = self._path(number)
        try:
            commit = self.commit(number)
        except ArchiveDamaged as damage:
            yield damage
            return
        whole = True
        for name in commit.manifest.files:
            try:
                commit.read(name)
            except ArchiveDamaged as damage:
                whole = False
                yield damage
        if whole and not _is_sealed(path):
            yield _damaged(path, why=Text("it is not what was written"))
        elif whole and previous is not None and commit.manifest.previous != previous:
            yield _damaged(
                path,
                why=Text(
                    "it was not written after {before}; one of the two was replaced", before=f"{number - 1:09d}.zip"
                )
                if number > 1
                else Text("it was not written as the first"),
            )

    # writing

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[None]:
        """Holds the right to write; one process at a time has it.

        :param wait: whether to wait for another process to finish.
        :raises ArchiveInUse: if another process has it and is not waited for.
        :raises ArchiveError: if the folder cannot be written to.
        """
        try:
            _make_directory(self._commits)
            lock = (self.directory / "lock").open("a")
        except OSError as error:
            raise _cannot_write(self.directory, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError as error:
                raise ArchiveInUse(
                    Text("Another process is writing to {directory}.", directory=str(self.directory)),
                    remedy=Text("Wait until it has finished, or end it."),
                ) from error
            try:
                self._remove_leftovers()
            except OSError as error:
                raise _cannot_write(self.directory, error) from error
            yield

    def append(
        self, events: tuple[Event, ...], files: Mapping[str, Content], provenance: Provenance, now: datetime
    ) -> Commit:
        """Adds a commit. When this returns, it is on disk; before, nothing of it is to be seen.

        The caller holds :meth:`writing`.

        :param files: path in the commit to content; every path that an event names is among them.
        :param now: the time; where the clock went back, the time of the last commit is taken.
        :raises ArchiveError: if it cannot be written.
        """
        number = self.last + 1
        previous = self.commit(number - 1) if number > 1 else None
        at = _utc(now)
        if previous is not None:
            at = max(at, previous.manifest.at)
        manifest = Manifest(
            number=number,
            previous=self._hash_of_last(number - 1) if previous is not None else "",
            at=at,
            base=provenance.base,
            software=provenance.software,
            ontology=provenance.ontology,
            shapes=provenance.shapes,
            files={
                path: FileEntry(
                    sha256=hashlib.sha256(content.data).hexdigest(),
                    size=len(content.data),
                    media_type=content.media_type,
                )
                for path, content in files.items()
            },
            events=events,
        )
        data = _pack(manifest, files)
        path = self._path(number)
        try:
            self._write(path, data)
        except OSError as error:
            raise _cannot_write(self.directory, error) from error
        self._last_hash = (number, hashlib.sha256(data).hexdigest())
        return Commit(path, manifest)

    def copy_to(self, archive: Archive, until: datetime | None = None) -> None:
        """Begins another archive with the commits of this one; they share their files where they can.

        :param archive: an archive without commits.
        :param until: leaves out commits that were written later than this moment.
        :raises ArchiveDamaged: if a commit cannot be read.
        :raises ArchiveError: if it cannot be written.
        """
        with archive.writing():
            for commit in self.commits(until=until):
                path = archive._path(commit.number)
                try:
                    path.parent.mkdir(exist_ok=True)
                    try:
                        os.link(commit.path, path)
                    except OSError:  # another disk, or a file system without links
                        shutil.copyfile(commit.path, path)
                except OSError as error:
                    raise _cannot_write(archive.directory, error) from error

    def _write(self, path: Path, data: bytes) -> None:
        shard = path.parent
        shard.mkdir(exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with beside.open("xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.link(beside, path)  # unlike a rename this fails where there is such a commit already
        finally:
            beside.unlink(missing_ok=True)
        for folder in (shard, self._commits, self.directory):  # all: a killed writer may have made them unsynced
            sync(folder)

    def _remove_leftovers(self) -> None:
        for shard in self._shards():
            for beside in shard.glob(".*.zip.*"):
                beside.unlink(missing_ok=True)

    def _hash_of_last(self, number: int) -> str:
        if self._last_hash is None or self._last_hash[0] != number:
            self._last_hash = (number, hash_of(self._path(number)))
        return self._last_hash[1]

    def _path(self, number: int) -> Path:
        return self._commits / f"{number // _SHARD:03d}" / f"{number:09d}.zip"

    def _shards(self) -> list[Path]:
        return [path for path in self._commits.glob("*") if path.name.isdecimal() and path.is_dir()]


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _pack(manifest: Manifest, files: Mapping[str, Content]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        text = json.dumps(manifest.as_json(), ensure_ascii=False, indent=1) + "\n"
        for name, data in ((MANIFEST, text.encode()), *((n, c.data) for n, c in sorted(files.items()))):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, data, compresslevel=1)
        archive.comment = b"0" * _SEAL
    unsealed = out.getvalue()[:-_SEAL]
    return unsealed + hashlib.sha256(unsealed).hexdigest().encode()


def _is_sealed(path: Path) -> bool:
    data = path.read_bytes()
    return hashlib.sha256(data[:-_SEAL]).hexdigest().encode() == data[-_SEAL:]


_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_NAME_LENGTH = 100


def file_name(name: str) -> str:
    """A name for a file that somebody handed in, which any system can unpack, and into one folder only.

    >>> file_name("../../etc/cork.csv"), file_name("NUL.csv"), file_name("统计年鉴 2016.xlsx")
    ('.._.._etc_cork.csv', '_NUL.csv', '统计年鉴 2016.xlsx')
    """
    name = _NOT_IN_NAMES.sub("_", name).rstrip(". ")
    if len(name) > _NAME_LENGTH:
        stem, point, kind = name.rpartition(".")
        name = stem[: _NAME_LENGTH - len(kind) - 1] + point + kind if len(kind) < 10 else name[:_NAME_LENGTH]
    return f"_{name}" if not name or _RESERVED.match(name) else name


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except _UNREADABLE as error:
        raise _damaged(path, why=Text("it is not what was written")) from error
    with archive:
        yield archive


def _make_directory(path: Path) -> None:
    """Makes a folder and those above it that are missing, each synced into the one above."""
    if not path.is_dir():
        _make_directory(path.parent)
        path.mkdir(exist_ok=True)
        sync(path.parent)


def sync(path: Path) -> None:
    """Returns when a file, or a folder's list of files, is on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _damaged(path: Path, name: str = "", why: Text | None = None, remedy: Text | None = None) -> ArchiveDamaged:
    return ArchiveDamaged(
        Text("The archive is damaged: {name} in {file} is not what was written.", name=name, file=path.name)
        if why is None
        else Text("The archive is damaged: {file}: {why}.", file=path.name, why=why),
        where=str(path),
        remedy=remedy or Text("Bring this file back from a backup. The other commits stay usable."),
    )


def _cannot_write(directory: Path, error: OSError) -> ArchiveError:
    return ArchiveError(
        Text(
            "The archive in {directory} cannot be written: {error}.",
            directory=str(directory),
            error=reason(error),
        ),
        where=str(directory),
        remedy=Text(
            "See to it that the folder exists, may be written to, and that the disk is not full. Nothing was published."
        ),
    )
