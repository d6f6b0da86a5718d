"""What a report calls its parts, in whatever form it is given."""

from __future__ import annotations

from lcgraph.language import Text

_SEVERITY = {
    "violation": Text("violation"),
    "warning": Text("warning"),
    "info": Text("remark"),
}


SEVERITY, PLACE, STANDS = Text("Severity"), Text("Place"), Text("There stands")
WRONG, EXPECTED, REMEDY, WHY = (
    Text("What is wrong"),
    Text("What was expected"),
    Text("How to mend it"),
    Text("Why it matters"),
)
"""Headings of what a report says of each finding."""


def severity_name(severity: str) -> Text:
    """What a severity is called."""
    return _SEVERITY[severity]
