"""Reads a file that somebody hands in, whatever its format."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from lcgraph.errors import InputError, UnreadableFile, reason
from lcgraph.framework.framework import Framework
from lcgraph.language import Text
from lcgraph.reading import csv_file, rdf_file
from lcgraph.reading.findings import Finding
from lcgraph.reading.graph import SubmissionGraph, submission_graph
from lcgraph.reading.limits import LIMITS, Limits, check_size
from lcgraph.reading.submission import Submission, SubmittedFile
from lcgraph.reading.table import Assembler

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ttl": "text/turtle",
    "trig": "application/trig",
    "nt": "application/n-triples",
    "nq": "application/n-quads",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "yaml": "application/yaml",
}
"""File name extension to media type."""

SUBMISSION_FORMATS = ("csv", "xlsx", *rdf_file.FORMATS)

_OTHER_WORKBOOKS = ("xls", "xlsb", "xlt", "xltx", "ods", "fods", "ots", "et", "ett")
"""Workbooks in other formats: of Excel, of LibreOffice and of WPS Office."""

_SAME_FORMAT = {"json": "jsonld", "turtle": "ttl", "ntriples": "nt", "nquads": "nq", "xml": "rdf", "owl": "rdf"}


@dataclass(slots=True)
class Reading:
    """A file as it was read.

    :ivar files: the file, with its hash.
    :ivar originals: its bytes, by file name.
    :ivar submission: what it says; None where city, year or edition could not be read.
    :ivar findings: what could not be taken as it stands.
    :ivar stated: for RDF what the file says letter by letter; None for a table.
    :ivar losses: what the typed model could not hold, by node.
    """

    files: tuple[SubmittedFile, ...]
    originals: dict[str, bytes]
    submission: Submission | None
    findings: list[Finding] = field(default_factory=list)
    stated: SubmissionGraph | None = None
    losses: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.files[0].name

    def graph(self, framework: Framework, revision: int | None = None) -> SubmissionGraph | None:
        """The submission as it is published, or would be: every node under its own IRI."""
        return submission_graph(self.submission, framework, revision) if self.submission is not None else None


def submitted_file(name: str, data: bytes) -> SubmittedFile:
    """What is kept of a file beside its bytes.

    :param name: its name; folders are dropped.
    """
    name = PurePath(name.replace("\\", "/")).name or "submission"
    name = name.encode("utf-8", "replace").decode()  # a name may hold bytes that are no characters
    media_type = MEDIA_TYPES.get(extension(name), "application/octet-stream")
    return SubmittedFile(name, hashlib.sha256(data).hexdigest(), len(data), media_type)


def extension(name: str) -> str:
    """The extension of a file name, in small letters, without the point.

    >>> extension("Cork.JSON")
    'jsonld'
    """
    kind = PurePath(name).suffix.lower().removeprefix(".")
    return _SAME_FORMAT.get(kind, kind)


def read(name: str, data: bytes, framework: Framework, limits: Limits = LIMITS) -> Reading:
    """Reads a submission.

    :param name: name of the file; its extension says in which format it is.
    :param data: its bytes.
    :raises UnreadableFile: if the file is empty, damaged, or not in that format.
    :raises FileTooLarge: if it is past a limit.
    """
    file = submitted_file(name, data)
    kind = extension(file.name)
    if kind not in SUBMISSION_FORMATS:
        raise _unknown_format(file.name)
    check_size(file.name, data, limits)
    if kind in rdf_file.FORMATS:
        found = rdf_file.read(file, data, kind, framework, limits)
        return Reading((file,), {file.name: data}, found.submission, found.findings, found.graph, found.losses)
    findings: list[Finding] = []
    if kind == "csv":
        rows = list(csv_file.read_rows(file.name, data, limits, findings))
    else:
        # here, since their library takes longer to load than a CSV to read
        from lcgraph.reading import workbook
        from lcgraph.reading.form.read import is_form, no_city_sheet, read_form

        book = workbook.open_workbook(file.name, data, limits)
        rows = [
            *workbook.read_rows(file.name, book, findings),
            *read_form(file.name, book, framework, findings),
        ]
        if not any(row.kind == "submission" for row in rows) and is_form(book):
            findings.append(no_city_sheet(file.name))
        elif not rows:
            raise workbook.no_submission(file.name, book)
    table = Assembler(framework, (file,)).assemble(rows, findings)
    return Reading((file,), {file.name: data}, table.submission, table.findings)


def read_path(path: Path, framework: Framework, limits: Limits = LIMITS) -> Reading:
    """Reads a submission from a file of this machine.

    :raises InputError: if there is no such file, or it cannot be used.
    """
    return read(path.name, read_bytes(path, limits), framework, limits)


def read_bytes(path: Path, limits: Limits = LIMITS) -> bytes:
    """The bytes of a file; one that is too large is not read whole.

    :raises InputError: if there is no such file, or it cannot be opened.
    """
    try:
        with path.open("rb") as source:
            return source.read(limits.file_bytes + 1)
    except IsADirectoryError as error:
        raise InputError(
            Text("{path} is a folder.", path=str(path)),
            remedy=Text("Name the files in it, one by one or as {glob}.", glob=f"{path}/*"),
        ) from error
    except FileNotFoundError as error:
        raise InputError(
            Text("There is no file {path}.", path=str(path)), remedy=Text("Look for a slip in the name.")
        ) from error
    except OSError as error:
        raise InputError(
            Text("The file {path} cannot be opened: {error}.", path=str(path), error=reason(error)),
            remedy=Text("See to it that you may read it."),
        ) from error


def _unknown_format(name: str) -> UnreadableFile:
    kind = extension(name)
    hints = {
        **dict.fromkeys(_OTHER_WORKBOOKS, Text("Save it as an Excel workbook (.xlsx).")),
        "numbers": Text("Export it as an Excel workbook (.xlsx)."),
        "xlsm": Text("Save it as an Excel workbook without macros (.xlsx)."),
        "pdf": Text("Hand in the figures as a workbook (.xlsx) and name the PDF as a source."),
        "zip": Text("Unpack it and hand in the file that holds the submission."),
    }
    return UnreadableFile(
        Text("Files of the kind “.{kind}” are not read: {file}.", kind=kind, file=name)
        if kind
        else Text("The file {file} has no extension that says in which format it is.", file=name),
        where=name,
        expected=Text("{formats}", formats=[f".{f}" for f in SUBMISSION_FORMATS]),
        remedy=hints.get(kind) or Text("Hand in one of the formats named."),
    )
