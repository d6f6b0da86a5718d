"""Whether ontology and data agree, and publishing wrote what follows from them: asked of a reasoner.

``docs/reasoning.md`` says what is checked, and how.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lcgraph.framework.framework import Framework
from lcgraph.framework.namespaces import LC, QB, SDMX_DIMENSION
from lcgraph.language import Text
from lcgraph.reasoning import contradictions
from lcgraph.reasoning.contradictions import Contradiction, Scene
from lcgraph.reasoning.hermit import Fact, Reasoner
from lcgraph.reasoning.sample import EVIDENCE, Sample

Progress = Callable[[int, int], None]
"""Is told how many runs of the reasoner are done, and of how many."""

_SHOWN = 20
"""So many differences are shown in a text; JSON has all."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a reasoner says of ontology and data.

    :ivar submissions: IRIs of the submissions that it was given.
    :ivar cities: how many cities they are of.
    :ivar statements: how many statements it was given.
    :ivar consistent: whether they do not contradict one another.
    :ivar at_fault: where they do: IRIs of the submission and of the node that contradict the ontology by themselves.
    :ivar unsatisfiable: IRIs of the classes that can have no member.
    :ivar derived: how many statements of evidence it derives.
    :ivar not_materialised: what it derives and the store does not say.
    :ivar not_derived: what the store says and it does not derive.
    :ivar planted: each planted contradiction, and whether it was found.
    """

    submissions: tuple[str, ...]
    cities: int
    statements: int
    consistent: bool
    at_fault: tuple[str, ...]
    unsatisfiable: tuple[str, ...]
    derived: int
    not_materialised: tuple[Fact, ...]
    not_derived: tuple[Fact, ...]
    planted: tuple[tuple[Contradiction, bool], ...]

    @property
    def good(self) -> bool:
        """Whether all is as it should be."""
        differences = (*self.unsatisfiable, *self.not_materialised, *self.not_derived)
        return self.consistent and not differences and all(found for _, found in self.planted)

    def text(self, language: str) -> str:
        """What was found, in words: a line for each thing."""
        return "".join(f"{line}\n" for line in self._told(language))

    def _told(self, language: str) -> Iterator[str]:
        def line(good: bool, text: Text) -> str:
            return f"{'ok   ' if good else 'BAD  '} {text.to(language)}"

        yield line(
            True,
            Text(
                "The reasoner was given the ontology, the framework and {submissions} submissions of {cities} cities: {n} statements.",
                submissions=len(self.submissions),
                cities=self.cities,
                n=self.statements,
            ),
        )
        yield line(
            self.consistent,
            Text("They do not contradict one another.") if self.consistent else Text("They contradict one another."),
        )
        for iri in self.at_fault:
            yield f"      {iri}"
        if self.consistent:
            yield line(
                not self.unsatisfiable,
                Text("Every class can have members.")
                if not self.unsatisfiable
                else Text("These classes can have no member:"),
            )
            for iri in self.unsatisfiable:
                yield f"      {iri}"
            yield from self._told_of_evidence(language, line)
        for contradiction, found in self.planted:
            if found:
                yield line(True, Text("found when planted: {what}", what=contradiction.what))
            else:
                yield line(False, Text("not found when planted: {what}", what=contradiction.what))

    def _told_of_evidence(self, language: str, line: Callable[[bool, Text], str]) -> Iterator[str]:
        if not (self.not_materialised or self.not_derived):
            yield line(
                True,
                Text("The {n} statements of evidence that follow are just those that the store holds.", n=self.derived),
            )
            return
        for facts, text in (
            (self.not_materialised, Text("These statements follow, and the store does not hold them:")),
            (self.not_derived, Text("These statements the store holds, and they do not follow:")),
        ):
            if facts:
                yield line(False, text)
            for fact in facts[:_SHOWN]:
                yield "      " + _triple(fact)
            if len(facts) > _SHOWN:
                yield "      " + Text("and {n} more", n=len(facts) - _SHOWN).to(language)

    def as_json(self, language: str) -> dict[str, Any]:
        """What was found, as ``docs/reasoning.md`` describes it."""
        return {
            "good": self.good,
            "submissions": list(self.submissions),
            "cities": self.cities,
            "statements": self.statements,
            "consistent": self.consistent,
            "at_fault": list(self.at_fault),
            "unsatisfiable": list(self.unsatisfiable),
            "derived": self.derived,
            "differences": [
                {"subject": s, "property": p, "object": o, "direction": direction}
                for direction, facts in (
                    ("not materialised", self.not_materialised),
                    ("not derived", self.not_derived),
                )
                for s, p, o in facts
            ],
            "planted": [
                {
                    "name": contradiction.name,
                    "what": contradiction.what.to(language),
                    "statements": [statement.rstrip("\n") for statement in contradiction.statements],
                    "found": found,
                }
                for contradiction, found in self.planted
            ],
        }


def check(
    sample: Sample,
    framework: Framework,
    reasoner: Reasoner,
    progress: Progress | None = None,
    *,
    plant: bool = True,
) -> Check:
    """What the reasoner says of a sample.

    :param plant: whether contradictions are planted, to see that it finds them.
    :raises LimitExceeded: if a run takes too long or too much memory.
    :raises ReasonerError: if it fails.
    """
    statements = list(sample.statements())
    scene, more = _scene(sample, framework)
    planted = list(contradictions.contradictions(scene, framework)) if plant else []
    known = _by_subject([*sample.framework, *(line for part in sample.parts.values() for line in part), *more])
    done, of = 0, len(planted) + 1

    def step() -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(done, of)

    said = reasoner.conclusions(statements, EVIDENCE)
    step()
    found = []
    for contradiction in planted:
        there = contradictions.with_surroundings(contradiction, known, sample.terms)
        found.append((contradiction, not reasoner.is_consistent(there)))
        step()
    facts = set() if said is None else {fact for fact in said.facts if fact[0] not in sample.witnesses}
    materialised = sample.materialised if said is not None else set()
    return Check(
        submissions=tuple(one.iri for one in sample.submissions),
        cities=len({one.city for one in sample.submissions}),
        statements=len(statements),
        consistent=said is not None,
        at_fault=() if said is not None else at_fault(sample, reasoner),
        unsatisfiable=() if said is None else said.unsatisfiable,
        derived=len(facts),
        not_materialised=tuple(sorted(facts - materialised)),
        not_derived=tuple(sorted(materialised - facts)),
        planted=tuple(found),
    )


def derived(sample: Sample, reasoner: Reasoner) -> list[str]:
    """The evidence that follows from a sample, as lines of N-Triples, sorted; none where it contradicts itself."""
    said = reasoner.conclusions(sample.statements(), EVIDENCE)
    facts = () if said is None else said.facts
    return sorted(f"{_triple(fact)} .\n" for fact in facts if fact[0] not in sample.witnesses)


def at_fault(sample: Sample, reasoner: Reasoner) -> tuple[str, ...]:
    """A submission that contradicts the ontology by itself, and a node of it that does; nothing where none does so.

    Both are looked for by halving, so that it takes few runs of the reasoner.
    """
    base = [*sample.terms, *sample.framework]
    if not reasoner.is_consistent(base):
        return ()
    submission = _culprit(base, sample.parts, reasoner)
    if submission is None:
        return ()
    node = _culprit(base, _by_subject(sample.parts[submission]), reasoner)
    return (submission,) if node is None else (submission, node)


def _culprit(base: Sequence[str], parts: Mapping[str, Sequence[str]], reasoner: Reasoner) -> str | None:
    def wrong(names: Sequence[str]) -> bool:
        return not reasoner.is_consistent([*base, *(line for name in names for line in parts[name])])

    names = list(parts)
    if len(names) == 1 and not wrong(names):
        return None
    while len(names) > 1:
        half = len(names) // 2
        names = next((some for some in (names[:half], names[half:]) if wrong(some)), [])
    return names[0] if names else None


def _scene(sample: Sample, framework: Framework) -> tuple[Scene, list[str]]:
    """The first observation of the sample; a made-up one where there is none."""
    for submission, lines in sample.parts.items():
        for node, said in _by_subject(lines).items():
            values = {prop: value[1:-1] for prop, value in (line[:-3].split(" ", 2)[1:] for line in said)}
            measure = values.get(f"<{LC}ofMeasure>", "")
            city = values.get(f"<{SDMX_DIMENSION}refArea>", "")
            if measure in framework.measures and city and values.get(f"<{QB}dataSet>") == submission:
                return Scene(node, measure, city, submission), []
    return contradictions.made_up(framework)


def _by_subject(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        subject = line.partition(" ")[0]
        if subject.startswith("<"):
            found[subject[1:-1]].append(line)
    return found


def _triple(fact: Fact) -> str:
    return " ".join(f"<{iri}>" for iri in fact)
