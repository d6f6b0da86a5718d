"""``lcgraph check``: one file, or as many as there are, with a summary at the end."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from lcgraph.checking.check import rules
from lcgraph.checking.formats import REPORT_FORMATS, render
from lcgraph.errors import InputError, LcgraphError
from lcgraph.language import Text, pick
from lcgraph.publishing.check_many import Checked, How, check_many, submissions_in
from lcgraph.publishing.claims import ANY, Claim, edition_of, hold_against
from lcgraph.publishing.forms import city_of
from lcgraph.reading import reader
from lcgraph.service.command_line import output
from lcgraph.service.command_line.context import DOES_NOT_CONFORM, UNUSABLE, Context

_MEDIA_TYPES = {
    "text": "text/plain",
    "json": "application/json",
    "csv": "text/csv",
    "turtle": "text/turtle",
    "html": "text/html",
    "pdf": "application/pdf",
    "xlsx": reader.MEDIA_TYPES["xlsx"],
}
_FEW = 4
"""So many files are checked sooner than processes for them are started."""

_COMMONEST = 5
"""So many of the commonest findings stand in the summary."""


def formats() -> list[str]:
    """The formats that reports are given in."""
    return [name for name, media_type in _MEDIA_TYPES.items() if media_type in REPORT_FORMATS]


def claim_of(here: Context, city: str | None, year: int | None, edition: str | None) -> Claim:
    """For which city and year, and under which edition, files are handed in.

    :raises ParameterError: if there is no such city or edition.
    """
    if not (city or year or edition):
        return ANY
    return Claim(
        city_of(here.network, city).iri if city else "",
        year,
        edition_of(here.network.framework, edition).iri if edition else "",
    )


def check(here: Context, files: Sequence[Path], format_name: str, claim: Claim, out: Path | None) -> int:
    """Checks files and tells what was found.

    :param files: files, and folders with files.
    :param format_name: one of :func:`formats`.
    :param out: the file that the report goes to, or for several files a folder; None for standard output.
    :return: the exit status.
    """
    if format_name not in formats():
        raise InputError(
            Text("There is no format “{format}”.", format=format_name),
            remedy=Text("Write one of {codes}.", codes=formats()),
        )
    paths = [found for path in files for found in (submissions_in(path) if path.is_dir() else [path])]
    goes_to = _Sink(format_name, out, here.language, len(paths))
    how = How(
        str(here.network.directory.absolute()),
        here.network.base,
        here.settings.engine,
        _MEDIA_TYPES[format_name],
        here.language,
        claim,
    )
    status = 0
    counts: Counter[str] = Counter()
    violated: Counter[str] = Counter()
    with here.progress(Text("Checking"), len(paths)) as bar:

        def done() -> None:
            if bar is not None:
                bar.advance(bar.task_ids[0])

        found = check_many(paths, how, done=done) if len(paths) > _FEW else _one_by_one(here, paths, how, done)
        for checked in found:
            goes_to.take(checked)
            if checked.error is not None:
                status = UNUSABLE
                counts["unusable"] += 1
            else:
                status = max(status, 0 if checked.conforms else DOES_NOT_CONFORM)
                counts["conform" if checked.conforms else "not"] += 1
                violated.update(dict.fromkeys(checked.violated, 1))
    goes_to.close()
    if len(paths) > 1:
        _summary(here, counts, violated)
    return status


def _one_by_one(here: Context, paths: Sequence[Path], how: How, done: object) -> Iterator[Checked]:
    assert callable(done)
    for path in paths:
        try:
            reading = reader.read_path(path, here.network.framework)
            hold_against(reading, how.claim, here.network.framework)
            report = here.network.check(reading)
            rendered = render(report, how.media_type, how.language, reading.originals[reading.name])
        except LcgraphError as error:
            yield Checked(path, b"", False, error=error)
        else:
            violated = Counter(result.shape for result in report.results if result.severity == "violation")
            yield Checked(path, rendered, report.conforms, violated)
        done()


def _summary(here: Context, counts: Counter[str], violated: Counter[str]) -> None:
    here.say(
        Text.counted(
            "{n} file: {conform} conform, {not_} do not, {unusable} cannot be used.",
            "{n} files: {conform} conform, {not_} do not, {unusable} cannot be used.",
            n=counts.total(),
            conform=counts["conform"],
            not_=counts["not"],
            unusable=counts["unusable"],
        )
    )
    if violated:
        known = rules(here.network.base)
        here.say(Text("What is wrong in most files:"))
        for shape, n in violated.most_common(_COMMONEST):
            about = pick(known[shape].message, here.language) if shape in known else shape
            here.say(Text("{n} × {finding}", n=n, finding=about))


class _Sink:
    """Where reports go: one after the other to a file or standard output, or each to a file of a folder.

    :param n: how many files are checked.
    """

    def __init__(self, format_name: str, out: Path | None, language: str, n: int) -> None:
        self._format, self._language, self._n = format_name, language, n
        self._whole = format_name in ("html", "pdf", "xlsx")  # such reports cannot stand one after the other
        self._folder = out if out is not None and n > 1 and (self._whole or out.is_dir()) else None
        self._file = out if self._folder is None else None
        self._reports: list[bytes] = []
        self._listed: list[object] = []
        if self._whole and out is None and (n > 1 or (format_name != "html" and sys.stdout.isatty())):
            raise InputError(
                Text("Reports in the format “{format}” need a place to be written to.", format=format_name),
                remedy=Text("Name a file with -o, or a folder where there are several."),
            )
        if self._folder is not None and not self._folder.is_dir():
            raise InputError(
                Text("There is no folder {path}.", path=str(self._folder)),
                remedy=Text("Make it first, or look for a slip in the name."),
            )
        if self._file is not None and not self._file.parent.is_dir():
            raise InputError(
                Text("There is no folder {path}.", path=str(self._file.parent)),
                remedy=Text("Make it first, or look for a slip in the name."),
            )

    def take(self, checked: Checked) -> None:
        """Takes what became of a file."""
        if checked.error is not None:
            print(checked.error.tell(self._language), file=sys.stderr)
            self._listed.append(
                {
                    "conforms": False,
                    "file": checked.path.name,
                    "error": checked.error.told(self._language),
                    "results": [],
                }
            )
        elif self._folder is not None:
            self._own_file(self._folder, checked)
        elif self._format == "json":
            self._listed.append(json.loads(checked.report))
        elif self._format == "csv" and self._reports:  # the header stands above the first file's rows
            self._put(checked.report.partition(b"\r\n")[2])
        else:
            self._put(checked.report)

    def close(self) -> None:
        """Writes what could not be written before all was known."""
        if self._format == "json" and self._folder is None:
            content = self._listed[0] if self._n == 1 else self._listed
            self._put((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode())
        if self._file is not None and self._reports:
            self._file.write_bytes(b"".join(self._reports))

    def _put(self, data: bytes) -> None:
        self._reports.append(data if self._file is not None else b"")
        if self._file is None:
            output.write(data)

    def _own_file(self, folder: Path, checked: Checked) -> None:
        end = "txt" if self._format == "text" else "ttl" if self._format == "turtle" else self._format
        name = f"{checked.path.name}.report.{end}"
        n = 1
        while True:
            with suppress(FileExistsError), (folder / name).open("xb") as file:
                file.write(checked.report)
                return
            n += 1
            name = f"{checked.path.name}.report-{n}.{end}"
