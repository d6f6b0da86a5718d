"""The forms in which a report is given."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pyoxigraph as ox

from lcgraph.checking.headings import severity_name
from lcgraph.checking.report import SEVERITIES, Report
from lcgraph.framework.namespaces import LCS, PREFIXES
from lcgraph.language import Text, pick
from lcgraph.reading.reader import MEDIA_TYPES


def text(report: Report, language: str) -> str:
    """The report for reading: a line for each finding, its place first, then how to mend it.

    :param language: of the report.
    """
    lines = [report.summary().to(language)]
    for severity in SEVERITIES:
        for result in report.results:
            if result.severity != severity:
                continue
            lines.append("")
            lines.append(
                Text("{severity}: {place}", severity=severity_name(severity), place=result.place.text()).to(language)
            )
            if result.value:
                lines.append("  " + Text("There stands: {value}", value=result.value).to(language))
            lines.append("  " + pick(result.message, language))
            if result.expected:
                lines.append("  " + Text("Expected: {expected}", expected=result.expected).to(language))
            lines.append("  " + Text("To mend it: {remedy}", remedy=result.remedy).to(language))
            if result.why:
                lines.append("  " + Text("Why it matters: {why}", why=result.why).to(language))
    return "\n".join(line.translate(_VISIBLE) for line in lines) + "\n"


_VISIBLE = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
"""Control characters to their pictures: a value of a file must not move the cursor of a terminal."""


def table(report: Report, language: str) -> str:
    """The report as CSV, a row for each finding.

    What stands in a file may begin like a formula. Programs would compute it on opening the report;
    a single quote before it makes it text. Numbers stay as they are.

    :param language: of messages and remedies.
    """
    columns = (
        "severity",
        "file",
        "sheet",
        "cell",
        "line",
        "value",
        "message",
        "expected",
        "remedy",
        "why",
        "shape",
        "about",
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for result in report.as_json(language)["results"]:  # type: ignore[attr-defined]  # a list of mappings
        writer.writerow("" if result[column] is None else _inert(str(result[column])) for column in columns)
    return out.getvalue()


def _inert(cell: str) -> str:
    if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell


_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def turtle(report: Report) -> str:
    """The standard SHACL report as Turtle."""
    quads = ox.parse(report.ntriples(), ox.RdfFormat.N_TRIPLES)
    data = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.TURTLE, prefixes=PREFIXES | {"lcs": LCS})
    assert data is not None
    return data.decode()


def _html(report: Report, language: str, _: bytes) -> bytes:
    from lcgraph.checking.document import html  # here, and below, since most checks do without

    return html(report, language).encode()


def _pdf(report: Report, language: str, _: bytes) -> bytes:
    from lcgraph.checking.document import pdf

    return pdf(report, language)


def _workbook(report: Report, language: str, original: bytes) -> bytes:
    from lcgraph.checking.marked_workbook import marked_workbook

    return marked_workbook(original, report, language)


REPORT_FORMATS: dict[str, Callable[[Report, str, bytes], bytes]] = {
    "application/json": lambda report, language, _: report.json(language).encode(),
    "text/html": _html,
    "application/pdf": _pdf,
    MEDIA_TYPES["xlsx"]: _workbook,
    "text/turtle": lambda report, _, __: turtle(report).encode(),
    "application/n-triples": lambda report, _, __: report.ntriples().encode(),
    "text/csv": lambda report, language, _: table(report, language).encode(),
    "text/plain": lambda report, language, _: text(report, language).encode(),
}
"""Media type to what writes it."""


def render(report: Report, media_type: str, language: str, original: bytes = b"") -> bytes:
    """The report in a format.

    :param media_type: a key of :data:`REPORT_FORMATS`.
    :param language: of messages and remedies; the RDF formats hold all languages.
    :param original: the bytes of the file that was checked, for the format that gives it back marked.
    :raises InputError: if the report of a file that is no workbook is asked for as a workbook.
    """
    return REPORT_FORMATS[media_type](report, language, original)
