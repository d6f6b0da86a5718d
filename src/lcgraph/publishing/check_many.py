"""Files checked in processes of their own, several at once, each ended at its limits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from lcgraph.errors import FileTooLarge, InputError, LcgraphError, LimitExceeded, UnreadableFile
from lcgraph.language import Text
from lcgraph.processes import MEGABYTE, Died, Ended, Workers
from lcgraph.publishing.check_process import CheckRequest
from lcgraph.publishing.claims import ANY, Claim
from lcgraph.reading.reader import SUBMISSION_FORMATS, extension, read_bytes
from lcgraph.store.remote.settings import remote_settings

_KINDS = {"FileTooLarge": FileTooLarge, "UnreadableFile": UnreadableFile}


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of one file.

    :ivar path: the file.
    :ivar report: the report in the format asked for; empty where the file cannot be used.
    :ivar conforms: whether it conforms.
    :ivar violated: IRI of each shape or reading rule that is violated, to how many times.
    :ivar error: why the file cannot be used; None where it could be checked.
    """

    path: Path
    report: bytes
    conforms: bool
    violated: Mapping[str, int] = field(default_factory=dict)
    error: LcgraphError | None = None


@dataclass(frozen=True, slots=True)
class How:
    """How files are checked.

    :ivar directory: folder of the network's data.
    :ivar base: base IRI of the deployment.
    :ivar engine: name of the SHACL engine; empty for the fast one.
    :ivar media_type: format of the reports.
    :ivar language: of the reports.
    :ivar claim: for which city, year and edition they are handed in.
    :ivar seconds: how long the check of a file may take.
    :ivar memory_bytes: memory that it may take.
    """

    directory: str
    base: str
    engine: str
    media_type: str
    language: str
    claim: Claim = ANY
    seconds: float = 60.0
    memory_bytes: int = 2048 * MEGABYTE


def submissions_in(directory: Path) -> list[Path]:
    """The files of a folder and the folders below it that may hold submissions, by name.

    Hidden files and the locks of open workbooks (``~$…``) are left out.

    :raises InputError: if there are none.
    """
    found = sorted(
        path
        for path in directory.rglob("*")
        if path.is_file()
        and extension(path.name) in SUBMISSION_FORMATS
        and not any(part.startswith((".", "~$")) for part in path.relative_to(directory).parts)
    )
    if not found:
        raise InputError(
            Text("The folder {path} has no submissions in it.", path=str(directory)),
            expected=Text("{formats}", formats=[f".{name}" for name in SUBMISSION_FORMATS]),
            remedy=Text("Name a folder with workbooks, CSV or RDF files."),
        )
    return found


def check_many(
    paths: Sequence[Path], how: How, count: int = 0, done: Callable[[], None] = lambda: None
) -> Iterator[Checked]:
    """Checks files on several cores, and gives what became of each, in the order of the files.

    :param count: how many at once; 0 for one on each core.
    :param done: is told of each file that was checked.
    """
    count = min(count or os.cpu_count() or 1, len(paths))
    with (
        checkers(Path(how.directory), count, how.memory_bytes) as workers,
        ThreadPoolExecutor(count) as threads,
    ):

        def one(path: Path) -> Checked:
            checked = _check(path, how, workers)
            done()
            return checked

        yield from threads.map(one, paths)


def checkers(data: Path, count: int, memory_bytes: int) -> Workers:
    """Processes that check files.

    Where the store of the network is at a server they may open connections, else they cannot.

    :param data: the folder of the network.
    :param count: how many files they check at once.
    :param memory_bytes: address space that each may have.
    """
    at_a_server = remote_settings(data) is not None
    return Workers("lcgraph.publishing.check_process", count, memory_bytes, spare=0, network=at_a_server)


def _check(path: Path, how: How, workers: Workers) -> Checked:
    try:
        request = CheckRequest(
            how.directory,
            how.base,
            path.name,
            read_bytes(path),
            how.media_type,
            how.language,
            how.engine,
            how.claim,
        )
        ended = run_check(workers, request, how.seconds, how.memory_bytes)
    except LcgraphError as error:
        return Checked(path, b"", False, error=error)
    return Checked(path, ended.body, bool(ended.said["conforms"]), ended.said["violated"])


def run_check(
    workers: Workers, request: CheckRequest, seconds: float, memory_bytes: int, queue: int = 1_000_000
) -> Ended:
    """Has a file checked by a worker.

    :param queue: how many files may wait.
    :raises InputError: if the file cannot be used.
    :raises LimitExceeded: if it takes too long, or too many files wait.
    """
    try:
        ended = workers.run(request, seconds, queue)
    except Died as error:
        if not error.of_memory:
            raise LimitExceeded(
                Text("The process that checked the file was ended from outside."),
                limit="memory",
                remedy=Text("Ask again."),
            ) from error
        raise FileTooLarge(
            Text(
                "The file {file} needed more than {limit} MB of memory to read.",
                file=request.name,
                limit=memory_bytes // MEGABYTE,
            ),
            remedy=Text("Hand in one submission at a time, without pictures and other attachments."),
        ) from error
    if "fault" in ended.said:
        raise RuntimeError(ended.said["fault"])
    if not ended.said["ok"]:
        raise _told_again(str(ended.said["error"]), ended.said["told"])
    return ended


def _told_again(kind: str, told: dict[str, dict[str, str]]) -> LcgraphError:
    """The error that a worker told, in all its languages."""

    def part(name: str) -> Text | None:
        by_language = {language: parts[name] for language, parts in told.items() if name in parts}
        return Text("{text}", text=by_language) if by_language else None

    return _KINDS.get(kind, InputError)(
        part("message") or Text("{text}", text=kind),
        where=part("where"),
        expected=part("expected"),
        remedy=part("remedy"),
    )
