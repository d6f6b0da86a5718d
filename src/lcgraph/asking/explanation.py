"""Why a city has evidence for a commitment or an action, or what it lacks for that: what an explanation holds.

``docs/reasoning.md`` describes it; :mod:`.explaining` makes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox

from lcgraph.asking.values import Value
from lcgraph.framework.items import Action, City, Commitment, Edition, Item, Measure
from lcgraph.framework.namespaces import (
    DCTERMS,
    LC,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    SKOS,
    TYPE,
    XSD,
)
from lcgraph.language import SPOKEN, Labels, Text, pick


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that a step rests on, or comes to.

    :ivar graph: name of the graph that states it; empty for one that is inferred.
    """

    subject: str
    property: str
    object: str
    graph: str = ""

    def as_json(self) -> dict[str, str | None]:
        """The statement, with null for the graph of one that is inferred."""
        return {
            "subject": self.subject,
            "property": self.property,
            "object": self.object,
            "graph": self.graph or None,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way from what is stated to what follows.

    :ivar words: the step in words.
    :ivar uses: the statements that it rests on, stated or inferred by a step before.
    :ivar axiom: IRI of the property whose axiom it applies; empty where it only says what is stated.
    :ivar concludes: what it comes to; None where it only says what is stated.
    """

    words: Text
    uses: tuple[Statement, ...]
    axiom: str = ""
    concludes: Statement | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """An observation or a document that is evidence for an action.

    :ivar item: its IRI.
    :ivar submission: IRI of the submission that states it.
    :ivar measure: the measure of an observation; None for a document.
    :ivar words: what it is: the figure with its year, value and unit; the title of the document.
    :ivar proxy: how its definition relates to the measure's, where that is not the same; empty else.
    :ivar meaning: what that means.
    :ivar source: the title of the source of a figure, or of its sources; empty of a document, which is one.
    :ivar link: the address of the source or of the document; empty where none is known.
    :ivar place: where it stands in the file that was handed in: file, sheet, cell, line.
    :ivar steps: the way from it to the conclusion.
    :ivar further: how many further figures of the measure there are.
    """

    item: str
    submission: str
    measure: Measure | None
    words: Text
    proxy: Labels
    meaning: Labels
    source: str
    link: str
    place: Mapping[str, Value]
    steps: tuple[Step, ...]
    further: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A measure without a figure, for an action without evidence.

    :ivar measure: the measure.
    :ivar cells: what each figure that the edition asks for is called.
    :ivar declared: why there is none, as the city says, with the year for which it says so; newest first.
    :ivar closes: what would be evidence.
    """

    measure: Measure
    cells: tuple[Item, ...]
    declared: tuple[tuple[Labels, Labels, int], ...]
    closes: Text


@dataclass(frozen=True, slots=True)
class ActionExplained:
    """An action, and why there is evidence for it or what is missing.

    :ivar evidence: of each measure the newest figure, then documents.
    :ivar missing: where there is no evidence: the measures that inform the action.
    """

    action: Action
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]

    @property
    def closes(self) -> Text:
        """What would be evidence, beside a figure of one of the measures."""
        if self.missing:
            return Text("Or hand in a document that supports action {code}.", code=self.action.code)
        return Text(
            "No measure informs action {code}, so no figure can be evidence for it. Hand in a document that supports it.",
            code=self.action.code,
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a city has evidence for a commitment or an action, or what it lacks for that.

    :ivar city: the city.
    :ivar about: the commitment or the action.
    :ivar edition: the only edition that counts; None where all do.
    :ivar as_of: the day or time whose data it is about; empty for the newest.
    :ivar actions: the actions of the commitment, or the one action.
    :ivar checkpoint: the state of the store that it was read from.
    """

    city: City
    about: Commitment | Action
    edition: Edition | None
    as_of: str
    actions: tuple[ActionExplained, ...]
    checkpoint: str
    base: str = field(repr=False, default="")

    @property
    def has_evidence(self) -> bool:
        """Whether there is any."""
        return any(explained.evidence for explained in self.actions)

    @property
    def conclusion(self) -> Statement:
        """What is explained; where there is no evidence, what does not follow."""
        kind = "Commitment" if isinstance(self.about, Commitment) else "Action"
        return Statement(self.city.iri, f"{LC}hasEvidenceFor{kind}", self.about.iri)

    @property
    def iri(self) -> str:
        """Its address."""
        kind = "commitment" if isinstance(self.about, Commitment) else "action"
        asked = {"city": self.city.code, kind: self.about.code}
        if self.edition is not None:
            asked["edition"] = self.edition.code
        if self.as_of:
            asked["as_of"] = self.as_of
        return f"{self.base}explanations?{urlencode(asked)}"

    # in words

    @property
    def verdict(self) -> Text:
        """What is explained, in a sentence."""
        values = {"city": self.city.label, "what": _named(self.about)}
        if self.has_evidence:
            return Text("{city} has evidence for {what}.", **values)
        return Text(
            "{city} has no evidence for {what}: no figure and no document that is published of the city bears on it.",
            **values,
        )

    def text(self, language: str) -> str:
        """The explanation in words, a step a line, each with the statements that it rests on."""
        return "".join(f"{line}\n" for line in self._lines(language))

    def _lines(self, language: str) -> Iterator[str]:
        yield self.verdict.to(language)
        if self.edition is not None:
            yield Text("Only {edition} counts here.", edition=self.edition.label).to(language)
        if self.as_of:
            yield Text("As the data were: {as_of}.", as_of=self.as_of).to(language)
        without = []
        for explained in self.actions:
            if explained.evidence:
                yield from self._told_evidence(explained, language)
            elif self.has_evidence:
                without.append(explained.action.code)
            else:
                yield from self._told_missing(explained, language)
        if without:
            yield ""
            yield Text("Its actions without evidence: {codes}.", codes=without).to(language)

    def _told_evidence(self, explained: ActionExplained, language: str) -> Iterator[str]:
        yield ""
        yield _capital(_named(explained.action).to(language))
        for evidence in explained.evidence:
            yield "  " + evidence.words.to(language) + _note(evidence, language)
            if rests_on := source(evidence, language):
                yield "    " + rests_on
            for number, step in enumerate(evidence.steps, 1):
                yield f"    {number}. {step.words.to(language)}"
                for used in step.uses:
                    if used.graph:
                        yield f"       {self._short(used)}  [{self.short(used.graph)}]"
                if step.concludes is not None:
                    by = Text("follows by the axiom of {property}", property=self.short(step.axiom)).to(language)
                    yield f"       {self._short(step.concludes)}  [{by}]"
            if evidence.further:
                yield "    " + further(evidence).to(language)

    def _told_missing(self, explained: ActionExplained, language: str) -> Iterator[str]:
        yield ""
        yield _capital(_named(explained.action).to(language))
        for missing in explained.missing:
            yield "  " + missing.closes.to(language)
            for words in declarations(missing):
                yield "    " + words.to(language)
        yield "  " + explained.closes.to(language)

    def _short(self, statement: Statement) -> str:
        return " ".join(map(self.short, (statement.subject, statement.property, statement.object)))

    def short(self, iri: str) -> str:
        """An IRI as people read it: with a prefix, or without the base."""
        for prefix, namespace in PREFIXES.items():
            if iri.startswith(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri.removeprefix(self.base)

    # for programs

    def as_json(self, language: str) -> dict[str, Any]:
        """The explanation as ``docs/reasoning.md`` describes it, with its texts in a language."""
        kind = "commitment" if isinstance(self.about, Commitment) else "action"
        return {
            "city": _item(self.city, language),
            "about": {"kind": kind, **_item(self.about, language)},
            "edition": None if self.edition is None else self.edition.code,
            "as_of": self.as_of or None,
            "language": language,
            "has_evidence": self.has_evidence,
            "verdict": self.verdict.to(language),
            "statement": self.conclusion.as_json(),
            "actions": [self._action_as_json(explained, language) for explained in self.actions],
            "checkpoint": self.checkpoint,
        }

    def _action_as_json(self, explained: ActionExplained, language: str) -> dict[str, Any]:
        return {
            **_item(explained.action, language),
            "has_evidence": bool(explained.evidence),
            "evidence": [
                {
                    "kind": "document" if evidence.measure is None else "figure",
                    "item": evidence.item,
                    "words": evidence.words.to(language),
                    "measure": None if evidence.measure is None else evidence.measure.code,
                    "proxy": pick(evidence.proxy, language) or None,
                    "source": evidence.source or None,
                    "source_link": evidence.link or None,
                    "submission": evidence.submission,
                    "place": dict(evidence.place),
                    "further": evidence.further,
                    "steps": [
                        {
                            "words": step.words.to(language),
                            "uses": [used.as_json() for used in step.uses],
                            "axiom": step.axiom or None,
                            "concludes": step.concludes.as_json() if step.concludes else None,
                        }
                        for step in evidence.steps
                    ],
                }
                for evidence in explained.evidence
            ],
            "missing": [
                {
                    **_item(missing.measure, language),
                    "figures": [_item(cell, language) for cell in missing.cells],
                    "declared": [
                        {"what": pick(what, language), "reason": pick(reason, language), "year": year}
                        for what, reason, year in missing.declared
                    ],
                    "closes": missing.closes.to(language),
                }
                for missing in explained.missing
            ],
            "closes": None if explained.evidence else explained.closes.to(language),
        }

    # as a graph

    def triples(self) -> list[ox.Triple]:
        """The explanation as a graph: what is stated, each step with what it rests on and comes to, what is missing.

        What is stated stands in it as it is stated; what is inferred is only described, so that a
        reasoner that is given the graph and the ontology comes to it by itself.
        """
        return _Graph(self).made()

    def turtle(self) -> str:
        """The graph as Turtle."""
        triples = self.triples()
        terms = {term.value for triple in triples for term in triple if isinstance(term, ox.NamedNode)}
        used = {prefix: start for prefix, start in PREFIXES.items() if any(iri.startswith(start) for iri in terms)}
        written = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=used)
        assert written is not None
        return written.decode()


class _Graph:
    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.said: dict[ox.Triple, None] = {}
        self.described: list[ox.Triple] = []
        self.statements: dict[tuple[str, str, str], ox.NamedNode] = {}
        self.parts = 0

    def made(self) -> list[ox.Triple]:
        explanation, node = self.explanation, ox.NamedNode(self.explanation.iri)
        self.tell(node, TYPE, ox.NamedNode(LC + "Explanation"))
        self.label(node, explanation.verdict)
        self.tell(node, LC + "city", ox.NamedNode(explanation.city.iri))
        self.tell(node, LC + "explains", ox.NamedNode(explanation.about.iri))
        self.tell(node, LC + "evidenceFound", ox.Literal(explanation.has_evidence))
        for explained in explanation.actions:
            for evidence in explained.evidence:
                for step in evidence.steps:
                    self.step(node, step)
            if not explained.evidence:
                self.lack(node, explained)
        by_subject: dict[str, list[ox.Triple]] = {}
        for triple in (*self.described, *self.said):
            by_subject.setdefault(str(triple.subject), []).append(triple)
        return [triple for triples in by_subject.values() for triple in triples]

    def step(self, node: ox.NamedNode, step: Step) -> None:
        part = self.part(node, "step", PROV + "Activity", step.words)
        for used in step.uses:
            self.tell(part, PROV + "used", self.statement(used))
            if used.graph:
                triple = ox.Triple(ox.NamedNode(used.subject), ox.NamedNode(used.property), ox.NamedNode(used.object))
                self.said[triple] = None
        if step.concludes is not None:
            self.tell(part, LC + "byAxiom", ox.NamedNode(step.axiom))
            self.tell(self.statement(step.concludes), PROV + "wasGeneratedBy", part)

    def lack(self, node: ox.NamedNode, explained: ActionExplained) -> None:
        for missing in explained.missing:
            part = self.part(node, "missing", LC + "MissingEvidence", missing.closes)
            self.tell(part, LC + "explains", ox.NamedNode(explained.action.iri))
            self.tell(part, LC + "concernsMeasure", ox.NamedNode(missing.measure.iri))
            for cell in missing.cells:
                self.tell(part, DCTERMS + "requires", ox.NamedNode(cell.iri))
            for words in declarations(missing):
                self.label(part, words, SKOS + "note")
        part = self.part(node, "missing", LC + "MissingEvidence", explained.closes)
        self.tell(part, LC + "explains", ox.NamedNode(explained.action.iri))

    def part(self, node: ox.NamedNode, name: str, kind: str, words: Text) -> ox.NamedNode:
        self.parts += 1
        part = ox.NamedNode(f"{node.value}#{name}-{self.parts}")
        self.tell(node, DCTERMS + "hasPart", part)
        self.tell(part, TYPE, ox.NamedNode(kind))
        self.tell(part, LC + "order", ox.Literal(str(self.parts), datatype=ox.NamedNode(XSD + "integer")))
        self.label(part, words)
        return part

    def statement(self, statement: Statement) -> ox.NamedNode:
        key = (statement.subject, statement.property, statement.object)
        if key not in self.statements:
            node = ox.NamedNode(f"{self.explanation.iri}#statement-{len(self.statements) + 1}")
            self.statements[key] = node
            self.tell(node, TYPE, ox.NamedNode(RDF + "Statement"))
            for name, value in zip(("subject", "predicate", "object"), key, strict=True):
                self.tell(node, RDF + name, ox.NamedNode(value))
            if statement.graph:
                self.tell(node, DCTERMS + "isPartOf", ox.NamedNode(statement.graph))
        return self.statements[key]

    def label(self, node: ox.NamedNode, words: Text, prop: str = RDFS + "label") -> None:
        for language in SPOKEN:
            self.tell(node, prop, ox.Literal(words.to(language), language=language))

    def tell(self, node: ox.NamedNode, prop: str, value: ox.NamedNode | ox.Literal) -> None:
        self.described.append(ox.Triple(node, ox.NamedNode(prop), value))


def further(evidence: Evidence) -> Text:
    """How many further figures of its measure there are."""
    return Text.counted(
        "{n} further figure of this measure is evidence in the same way.",
        "{n} further figures of this measure are evidence in the same way.",
        n=evidence.further,
    )


def declarations(missing: Missing) -> Iterator[Text]:
    """What a city says of the figures that are missing; of each what it said last."""
    said: set[str] = set()
    for what, reason, year in missing.declared:
        key = pick(what, "en")
        if key not in said:
            said.add(key)
            yield Text("The city says of “{what}” for {year}: {reason}.", what=what, year=year, reason=reason)


def _named(item: Item) -> Text:
    if isinstance(item, Commitment):
        return Text("commitment {code} “{label}”", code=item.code, label=item.label)
    return Text("action {code} “{label}”", code=item.code, label=item.label)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _note(evidence: Evidence, language: str) -> str:
    parts = [proxy(evidence, language)]
    where = place(evidence, language)
    return "".join(f" [{part}]" for part in (*parts, where) if part)


def proxy(evidence: Evidence, language: str) -> str:
    """That it is a proxy, and of which kind; empty where it is none."""
    if not evidence.proxy:
        return ""
    return Text("a proxy, {match}: {meaning}", match=evidence.proxy, meaning=evidence.meaning).to(language)


def source(evidence: Evidence, language: str) -> str:
    """What it rests on, with the address; empty where neither is known."""
    if not evidence.source:
        return evidence.link
    return Text("Source: {source}", source=" ".join(filter(None, (evidence.source, evidence.link)))).to(language)


def place(evidence: Evidence, language: str) -> str:
    """Where it stands in the file that was handed in."""
    found = dict(evidence.place)
    line = found.get("line")
    parts: list[object] = [
        found.get("file"),
        found.get("sheet"),
        Text("line {line}", line=line).to(language) if line is not None else None,
        found.get("cell"),
    ]
    return ("，" if language == "zh" else ", ").join(str(part) for part in parts if part is not None)


def _item(item: Item, language: str) -> dict[str, str]:
    return {"iri": item.iri, "code": item.code, "label": pick(item.label, language)}
