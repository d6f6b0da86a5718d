"""docs/shapes.md lists every shape and reading rule with its severity and what it says."""

from __future__ import annotations

import re

from support import ROOT

from lcgraph.checking.check import rules
from lcgraph.framework import resources
from lcgraph.framework.namespaces import DEFAULT_BASE, LCS, SH


def listed() -> dict[str, tuple[str, str]]:
    text = (ROOT / "docs" / "shapes.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \| (\w+) \| (.+) \|$", text, re.MULTILINE)
    return {name: (severity, message) for name, severity, message in rows}


def shapes() -> dict[str, tuple[str, str]]:
    """Each shape but those of the measures, which are alike."""
    severity = {
        quad.subject.value: str(quad.object).removeprefix(f"<{SH}").rstrip(">").lower()
        for path in resources.turtle_files("shapes")
        for quad in resources.read_turtle(path, DEFAULT_BASE)
        if quad.predicate.value == SH + "severity" and hasattr(quad.subject, "value")
    }
    return {
        iri.removeprefix(LCS): (severity[iri], rule.message["en"])
        for iri, rule in rules(DEFAULT_BASE).items()
        if not iri.endswith("-query") and not iri.startswith(LCS + "measure-")
    }


def test_every_shape_is_listed_as_it_is_and_no_other() -> None:
    assert listed() == shapes()
