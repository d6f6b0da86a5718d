"""What a check found, result by result, and the forms in which it is told."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lcgraph.framework.namespaces import LC, LCS, RDF, SH, XSD
from lcgraph.language import Labels, Text, pick
from lcgraph.reading import terms
from lcgraph.reading.places import Place

SEVERITIES = ("violation", "warning", "info")

_FILE = "urn:lcgraph:file"
"""The focus node of what was found in a file of which nothing could be read."""


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found.

    :ivar severity: ``violation``, ``warning`` or ``info``.
    :ivar place: where, down to the cell or line.
    :ivar value: what stands there, as text.
    :ivar message: what is wrong, by language.
    :ivar remedy: how to mend it, by language.
    :ivar shape: IRI of the shape or reading rule.
    :ivar focus: the focus node; empty for what a reader found.
    :ivar path: the property path; empty for a record as a whole.
    :ivar about: IRI of what demands it: a measure, a feature, a term.
    :ivar component: local name of the SHACL constraint component; empty for what a reader found.
    :ivar term: the value as an RDF term in N-Triples syntax; empty where there is none.
    :ivar expected: what was expected there, by language.
    :ivar why: for which key feature and commitments it matters, by language; empty where for none.
    """

    severity: str
    place: Place
    value: str
    message: Labels
    remedy: Labels
    shape: str
    focus: str = ""
    path: str = ""
    about: str = ""
    component: str = ""
    term: str = ""
    expected: Labels = field(default_factory=dict)
    why: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """All that a check of one file found.

    :ivar file: name of the file.
    :ivar submission: IRI of the submission; empty where city, year or edition could not be read.
    :ivar results: in the order of their places, violations first.
    :ivar engine: name of the engine.
    """

    file: str
    submission: str
    results: tuple[Result, ...] = ()
    engine: str = ""
    _counts: Counter[str] = field(default_factory=Counter, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._counts.update(result.severity for result in self.results)

    @property
    def conforms(self) -> bool:
        """Whether nothing stands in the way: there is no violation. Warnings do not count."""
        return self._counts["violation"] == 0

    def count(self, severity: str) -> int:
        """How many results of a severity there are."""
        return self._counts[severity]

    def summary(self) -> Text:
        """The outcome in a sentence."""
        counted = [
            Text.counted("{n} violation", "{n} violations", n=self.count("violation")),
            Text.counted("{n} warning", "{n} warnings", n=self.count("warning")),
            Text.counted("{n} remark", "{n} remarks", n=self.count("info")),
        ]
        if self.conforms:
            return Text("{file} conforms: {counted}.", file=self.file, counted=counted)
        return Text("{file} does not conform: {counted}.", file=self.file, counted=counted)

    def as_json(self, language: str) -> dict[str, object]:
        """The report as documented in ``docs/report.md``; stable.

        :param language: of messages and remedies.
        """
        return {
            "conforms": self.conforms,
            "file": self.file,
            "submission": self.submission or None,
            "engine": self.engine,
            "violations": self.count("violation"),
            "warnings": self.count("warning"),
            "infos": self.count("info"),
            "language": language,
            "results": [
                {
                    "severity": result.severity,
                    "file": result.place.file,
                    "sheet": result.place.sheet,
                    "cell": result.place.cell,
                    "line": result.place.line,
                    "focus": result.focus or None,
                    "path": result.path or None,
                    "value": result.value,
                    "message": pick(result.message, language),
                    "expected": pick(result.expected, language) or None,
                    "remedy": pick(result.remedy, language),
                    "why": pick(result.why, language) or None,
                    "shape": result.shape,
                    "about": result.about or None,
                }
                for result in self.results
            ],
        }

    def json(self, language: str) -> str:
        """The report as JSON text."""
        return json.dumps(self.as_json(language), ensure_ascii=False, indent=2) + "\n"

    def statements(self) -> Iterator[str]:
        """The standard SHACL report, each statement in N-Triples syntax.

        ``sh:conforms`` is true where nothing at all was found, ``lcs:conforms`` where there is no violation.
        What readers found is told in the same vocabulary, with the rule in place of the shape, and
        the submission as focus node; where not even that could be read, the file. The place of
        each result is given by ``lc:sheet``, ``lc:cell`` and ``lc:line``.
        """
        about = self.submission if self.submission and not self.submission.startswith("_:") else _FILE
        root = f"{about}-report" if "#" in about else f"{about}#report"
        node = terms.iri(root)
        yield f"{node} <{RDF}type> <{SH}ValidationReport>"
        # SHACL's own word is false as soon as there is any result, were it a remark (3.6.1.1)
        yield f'{node} <{SH}conforms> "{str(not self.results).lower()}"^^<{XSD}boolean>'
        yield f'{node} <{LCS}conforms> "{str(self.conforms).lower()}"^^<{XSD}boolean>'
        for n, result in enumerate(self.results, 1):
            one = f"{root}-{n}"
            yield f"{node} <{SH}result> {terms.iri(one)}"
            yield from (f"{terms.iri(one)} {statement}" for statement in self._about(result))
            if result.path:
                steps = list(_path(result.path, f"{one}-path"))
                yield f"{terms.iri(one)} <{SH}resultPath> {steps[0]}"
                yield from steps[1:]

    def _about(self, result: Result) -> Iterator[str]:
        focus = result.focus or self.submission or _FILE
        yield f"<{RDF}type> <{SH}ValidationResult>"
        yield f"<{SH}focusNode> {focus if focus.startswith('_:') else terms.iri(focus)}"
        if result.term:
            yield f"<{SH}value> {result.term}"
        elif result.value and not result.component:
            yield f"<{SH}value> {terms.plain(result.value)}"
        yield f"<{SH}resultSeverity> <{SH}{result.severity.capitalize()}>"
        yield f"<{SH}sourceShape> {terms.iri(result.shape)}"
        component = SH + result.component if result.component else LCS + "ReadingRule"
        yield f"<{SH}sourceConstraintComponent> {terms.iri(component)}"
        if result.component == "SPARQLConstraintComponent":
            yield f"<{SH}sourceConstraint> {terms.iri(result.shape + '-query')}"
        core = result.component not in ("", "SPARQLConstraintComponent")
        for language, text in sorted((result.expected if core and result.expected else result.message).items()):
            yield f"<{SH}resultMessage> {terms.tagged(text, language)}"
        for language, text in sorted(result.remedy.items()):
            yield f"<{LCS}remedy> {terms.tagged(text, language)}"
        place = result.place
        yield f"<{LCS}file> {terms.plain(place.file)}"
        if place.sheet is not None:
            yield f"<{LC}sheet> {terms.plain(place.sheet)}"
        if place.cell is not None:
            yield f"<{LC}cell> {terms.plain(place.cell)}"
        if place.line is not None:
            yield f"<{LC}line> {terms.typed(str(place.line), 'positiveInteger')}"

    def ntriples(self) -> str:
        """The standard SHACL report as N-Triples, sorted."""
        return "".join(sorted(f"{statement} .\n" for statement in self.statements()))


def _path(path: str, name: str) -> Iterator[str]:
    """A property path: the node that stands for it, then the statements that say what it is.

    :param path: as engines give it: ``<a>``, ``^<a>``, or steps with slashes between them.
    :param name: IRI to name its parts by; a blank node would make two reports differ that say the same.
    """
    steps = re.findall(r"\^?<[^>]*>", path)
    parts: list[str] = []
    nodes: list[str] = []
    for n, step in enumerate(steps, 1):
        nodes.append(f"<{name}-step-{n}>" if step.startswith("^") else step)
        if step.startswith("^"):
            parts.append(f"<{name}-step-{n}> <{SH}inversePath> {step[1:]}")
    if len(steps) == 1:
        yield nodes[0]
    else:
        yield f"<{name}-1>"
        for n, node in enumerate(nodes, 1):
            rest = f"<{name}-{n + 1}>" if n < len(nodes) else f"<{RDF}nil>"
            parts += [f"<{name}-{n}> <{RDF}first> {node}", f"<{name}-{n}> <{RDF}rest> {rest}"]
    yield from parts
