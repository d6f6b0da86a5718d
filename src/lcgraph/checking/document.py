"""The report as a document to keep, print or send: HTML and PDF."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lcgraph.checking.headings import EXPECTED, PLACE, REMEDY, SEVERITY, STANDS, WHY, WRONG, severity_name
from lcgraph.checking.report import Report
from lcgraph.language import Text, pick

_TEMPLATES = Path(__file__).parent / "templates"
_FONT = "Noto Sans CJK TC"
_REGIONS = {"zh": "cn"}
"""The font holds the characters of several regions; the language alone does not choose between them."""


def html(report: Report, language: str) -> str:
    """The report as one HTML file that needs nothing else.

    :param language: of the report.
    """
    template = _environment().get_template("report.html")
    return template.render(**_told(report, language)) + "\n"


def pdf(report: Report, language: str) -> bytes:
    """The report as PDF with its font embedded; the same report gives the same bytes.

    :param language: of the report.
    """
    import cvttf_NotoSansCJK_Regular  # here, since both are large and only this needs them
    import typst

    told = _told(report, language) | {"fonts": [_FONT], "region": _REGIONS.get(language)}
    made = typst.compile(  # type: ignore[misc]  # its stub lets the kind of input depend on nothing
        (_TEMPLATES / "report.typ").read_bytes(),
        sys_inputs={"report": json.dumps(told, ensure_ascii=False)},
        font_paths=[str(Path(cvttf_NotoSansCJK_Regular.__file__).parent)],
        ignore_system_fonts=True,
    )
    assert isinstance(made, bytes)
    return made


def _told(report: Report, language: str) -> dict[str, object]:
    headings = (SEVERITY, PLACE, STANDS, WRONG, EXPECTED, REMEDY, WHY)
    return {
        "language": language,
        "title": Text("Report on {file}", file=report.file).to(language),
        "file": report.file,
        "summary": report.summary().to(language),
        "conforms": report.conforms,
        "headings": [heading.to(language) for heading in headings],
        "results": [
            {
                "severity": result.severity,
                "severity_name": severity_name(result.severity).to(language),
                "place": result.place.within().to(language),
                "value": result.value,
                "message": pick(result.message, language),
                "expected": pick(result.expected, language),
                "remedy": pick(result.remedy, language),
                "why": pick(result.why, language),
            }
            for result in report.results
        ],
    }


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
