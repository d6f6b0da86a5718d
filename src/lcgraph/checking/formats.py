"""The forms in which a report is given."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pyoxigraph as ox

from lcgraph.checking.report import SEVERITIES, Report
from lcgraph.framework.namespaces import LCS, PREFIXES
from lcgraph.language import Text, pick

_SEVERITY = {
    "violation": Text("violation"),
    "warning": Text("warning"),
    "info": Text("remark"),
}


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
                Text("{severity}: {place}", severity=_SEVERITY[severity], place=result.place.text()).to(language)
            )
            if result.value:
                lines.append("  " + Text("There stands: {value}", value=result.value).to(language))
            lines.append("  " + pick(result.message, language))
            lines.append("  " + Text("To mend it: {remedy}", remedy=result.remedy).to(language))
    return "\n".join(line.translate(_VISIBLE) for line in lines) + "\n"


_VISIBLE = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
"""Control characters to their pictures: a value of a file must not move the cursor of a terminal."""


def table(report: Report, language: str) -> str:
    """The report as CSV, a row for each finding.

    What stands in a file may begin like a formula. Programs would compute it on opening the report;
    a single quote before it makes it text. Numbers stay as they are.

    :param language: of messages and remedies.
    """
    columns = ("severity", "file", "sheet", "cell", "line", "value", "message", "remedy", "shape", "about")
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


REPORT_FORMATS: dict[str, Callable[[Report, str], str]] = {
    "application/json": lambda report, language: report.json(language),
    "text/turtle": lambda report, _: turtle(report),
    "application/n-triples": lambda report, _: report.ntriples(),
    "text/csv": table,
    "text/plain": text,
}
"""Media type to what writes it."""


def render(report: Report, media_type: str, language: str) -> bytes:
    """The report in a format.

    :param media_type: a key of :data:`REPORT_FORMATS`.
    :param language: of messages and remedies; the RDF formats hold all languages.
    """
    return REPORT_FORMATS[media_type](report, language).encode()
