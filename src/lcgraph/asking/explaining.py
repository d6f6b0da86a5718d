"""Explanations made: from the answer to one question, ``premises``, and from the framework.

That there is evidence is concluded here anew, by the axioms of the ontology, and not read from what
publishing has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from lcgraph.asking.answer import Answer, Answerer
from lcgraph.asking.explanation import ActionExplained, Evidence, Explanation, Missing, Statement, Step
from lcgraph.asking.values import Value
from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Action, City, Commitment, Edition, Measure, ValueCell
from lcgraph.framework.namespaces import DIMENSIONS, LC, SDMX_DIMENSION, SKOS
from lcgraph.language import Labels, Text, pick
from lcgraph.reading import terms

QUESTION = "premises"
"""The question whose rows an explanation is made of."""

PARAMETERS = ("city", "commitment", "action", "edition", "as_of")
"""What an explanation is asked with: the city, and either a commitment or an action of it."""

_SPLITS = dict(zip(DIMENSIONS, ("sex_code", "income_code", "sector_code", "level_code", "setting_code"), strict=True))
_BY = {"direct": "Directly", "partial": "Partially"}


def explain(answerer: Answerer, given: Mapping[str, str], language: str) -> Explanation:
    """Why a city has evidence for a commitment or an action, or what it lacks for that.

    :param given: the city, either a commitment or an action, and where wanted an edition and ``as_of``.
    :param language: of titles of documents, where there are several.
    :raises ParameterError: if a parameter is wrong or missing, or both commitment and action are given.
    :raises LcgraphError: as asking a question does.
    """
    named = [name for name in ("commitment", "action") if given.get(name, "").strip()]
    if len(named) != 1:
        raise ParameterError(
            Text("An explanation is of either a commitment or an action."),
            parameter="action" if named else "commitment",
            remedy=Text("Give one of them, as in {example}.", example="commitment=2"),
        )
    for name in given:
        if name not in PARAMETERS:
            raise ParameterError(
                Text("An explanation has no parameter “{name}”.", name=name[:80]),
                parameter=name,
                allowed=PARAMETERS,
                remedy=Text("Its parameters are: {names}.", names=list(PARAMETERS)),
            )
    answer = answerer.ask(QUESTION, given, language)
    known = answerer.framework
    about: Commitment | Action
    if named == ["commitment"]:
        about = known.commitments.code(answer.parameters["commitment"].text)
    else:
        about = known.actions.code(answer.parameters["action"].text)
    return explained(answer, about, known)


def explained(answer: Answer, about: Commitment | Action, framework: Framework) -> Explanation:
    """The explanation that the rows of an answer to the question ``premises`` hold.

    :param answer: of all that bears on a city, or of what bears on the commitment or action.
    """
    edition = answer.parameters.get("edition")
    rows: dict[str, list[Mapping[str, Value]]] = {}
    for row in answer.rows:
        rows.setdefault(str(row["action_code"]), []).append(row)
    city = framework.cities.code(answer.parameters["city"].text)
    of_edition = framework.editions.code(edition.text) if edition else None
    maker = _Maker(framework, city, about, of_edition)
    actions = (
        [action for action in framework.actions if action.commitment == about.iri]
        if isinstance(about, Commitment)
        else [about]
    )
    as_of = answer.parameters.get("as_of")
    return Explanation(
        city,
        about,
        of_edition,
        as_of.text if as_of else "",
        tuple(maker.action(action, rows.get(action.code, [])) for action in actions),
        answer.checkpoint,
        framework.names.base,
    )


class _Maker:
    """Makes the parts of an explanation."""

    def __init__(self, framework: Framework, city: City, about: Commitment | Action, edition: Edition | None) -> None:
        self.framework = framework
        self.city = city
        self.about = about
        self.edition = edition
        self.stated_in = framework.names.graph("framework")

    def action(self, action: Action, rows: Sequence[Mapping[str, Value]]) -> ActionExplained:
        figures: dict[str, list[Mapping[str, Value]]] = {}
        gaps: dict[str, list[Mapping[str, Value]]] = {}
        documents = []
        for row in rows:
            if row["measure"] is None:
                documents.append(row)
            else:
                (figures if row["reason_code"] is None else gaps).setdefault(str(row["measure"]), []).append(row)
        evidence = [self._figure(action, some) for some in figures.values()]
        evidence += [self._document(action, row) for row in documents]
        missing = () if evidence else tuple(self._missing(action, gaps))
        return ActionExplained(action, tuple(evidence), missing)

    def _figure(self, action: Action, rows: Sequence[Mapping[str, Value]]) -> Evidence:
        """The newest figure of a measure; of several of a year that which is not split, else the first by its cell."""
        row = min(rows, key=lambda row: (-_number(row["year"]), self._splits(row), self._order(row), str(row["item"])))
        measure = self.framework.measures[str(row["measure"])]
        year, value = _number(row["year"]), row["value"]
        assert isinstance(value, Decimal)
        words = Text(
            "{figure}, {year}: {value} {unit}",
            figure=self._called(row, measure),
            year=year,
            value=terms.digits(value),
            unit=measure.unit_label,
        )
        exact = str(row["match_code"]) == SKOS + "exactMatch"
        match = None if exact else self.framework.codes("definition-match")[str(row["match_code"])]
        return Evidence(
            item=str(row["item"]),
            submission=str(row["submission"]),
            measure=measure,
            words=words,
            proxy={} if match is None else match.label,
            meaning={} if match is None else match.definition,
            source=str(row["source"] or ""),
            link=str(row["source_link"] or ""),
            place=_place(row),
            steps=tuple(self._steps_of_figure(row, action, measure, words)),
            further=len({str(one["item"]) for one in rows}) - 1,
        )

    def _steps_of_figure(
        self, row: Mapping[str, Value], action: Action, measure: Measure, words: Text
    ) -> Iterator[Step]:
        item, graph = str(row["item"]), str(row["submission"])
        feature = next(f for e in self.framework.editions for f in e.features if f.iri == measure.feature)
        direct = measure.informs.get(action.iri) == "direct"
        how = _BY["direct" if direct else "partial"]
        area = Statement(item, SDMX_DIMENSION + "refArea", self.city.iri, graph)
        of_measure = Statement(item, LC + "ofMeasure", measure.iri, graph)
        yield Step(
            Text(
                "The observation “{words}” is about {city} and of measure {code}.",
                words=words,
                city=self.city.label,
                code=measure.code,
            ),
            (area, of_measure),
        )
        addresses = Text("directly") if direct else Text("in part")
        informs = Statement(measure.iri, LC + "informs" + how, action.iri, self.stated_in)
        yield Step(
            Text(
                "Measure {code} belongs to feature {feature} “{label}”, which addresses action {action} {how}; so it informs that action.",
                code=measure.code,
                feature=feature.code,
                label=feature.label,
                action=action.code,
                how=addresses,
            ),
            (
                Statement(measure.iri, LC + "measureOf", feature.iri, self.stated_in),
                Statement(feature.iri, LC + "addresses" + how, action.iri, self.stated_in),
                informs,
            ),
        )
        for_action = Statement(item, LC + "evidenceForAction", action.iri)
        yield Step(
            Text(
                "What is of a measure that informs an action is evidence for the action: so the observation is evidence for action {action}.",
                action=action.code,
            ),
            (of_measure, informs),
            for_action.property,
            for_action,
        )
        yield from self._steps_to_city(
            Text(
                "A city has evidence for an action by an observation about it: so {city} has evidence for action {action}.",
                city=self.city.label,
                action=action.code,
            ),
            (area, for_action),
            action,
        )

    def _document(self, action: Action, row: Mapping[str, Value]) -> Evidence:
        item, graph = str(row["item"]), str(row["submission"])
        title = str(row["document"])
        words = (
            Text("{title} ({year})", title=title, year=_number(row["year"]))
            if row["year"] is not None
            else Text("{title}", title=title)
        )
        of_city = Statement(item, LC + "city", self.city.iri, graph)
        supports = Statement(item, LC + "supports", action.iri, graph)
        for_action = Statement(item, LC + "evidenceForAction", action.iri)
        steps = (
            Step(
                Text(
                    "{city} has handed in the document “{title}”, which supports action {action}.",
                    city=self.city.label,
                    title=title,
                    action=action.code,
                ),
                (of_city, supports),
            ),
            Step(
                Text(
                    "What supports an action is evidence for it: so the document is evidence for action {action}.",
                    action=action.code,
                ),
                (supports,),
                LC + "supports",
                for_action,
            ),
            *self._steps_to_city(
                Text(
                    "A city has evidence for an action by a document of its own: so {city} has evidence for action {action}.",
                    city=self.city.label,
                    action=action.code,
                ),
                (of_city, for_action),
                action,
            ),
        )
        link = str(row["source_link"] or "")
        return Evidence(item, graph, None, words, {}, {}, "", link, _place(row), steps, 0)

    def _steps_to_city(self, words: Text, uses: tuple[Statement, ...], action: Action) -> Iterator[Step]:
        has = Statement(self.city.iri, LC + "hasEvidenceForAction", action.iri)
        yield Step(words, uses, has.property, has)
        if isinstance(self.about, Commitment):
            of_commitment = Statement(action.iri, LC + "actionOf", self.about.iri, self.stated_in)
            concludes = Statement(self.city.iri, LC + "hasEvidenceForCommitment", self.about.iri)
            yield Step(
                Text(
                    "Action {action} is an action of commitment {commitment}: so {city} has evidence for commitment {commitment}.",
                    action=action.code,
                    commitment=self.about.code,
                    city=self.city.label,
                ),
                (has, of_commitment),
                concludes.property,
                concludes,
            )

    def _missing(self, action: Action, gaps: Mapping[str, Sequence[Mapping[str, Value]]]) -> Iterator[Missing]:
        measures = self.framework.measures if self.edition is None else self.edition.measures
        for measure in measures:
            if action.iri not in measure.informs:
                continue
            source = self.framework.codes("data-source-type").code(measure.expected_source)
            closes = Text(
                "Measure {code} “{label}” has no figure. Any of these would be evidence: {cells} (in {unit}; expected source: {source}).",
                code=measure.code,
                label=measure.label,
                cells=[cell.label for cell in measure.cells] or [measure.label],
                unit=measure.unit_label,
                source=source.label,
            )
            declared = [
                (
                    self._called(row, measure),
                    self.framework.codes("gap-reason")[str(row["reason_code"])].label,
                    _number(row["year"]),
                )
                for row in gaps.get(measure.iri, ())
            ]
            yield Missing(measure, measure.cells, tuple(declared), closes)

    def _splits(self, row: Mapping[str, Value]) -> int:
        return sum(row[name] != self.framework.totals[dimension] for dimension, name in _SPLITS.items())

    def _order(self, row: Mapping[str, Value]) -> int:
        cell = self._cell(row)
        return 1000 if cell is None else cell.order

    def _cell(self, row: Mapping[str, Value]) -> ValueCell | None:
        measure = self.framework.measures[str(row["measure"])]
        codes = {dimension: row[name] for dimension, name in _SPLITS.items()}
        return next((cell for cell in measure.cells if cell.dimensions == codes), None)

    def _called(self, row: Mapping[str, Value], measure: Measure) -> Labels:
        """What a figure is called: as its value cell; one that no cell asks for as its measure with its splits."""
        cell = self._cell(row)
        if cell is not None:
            return cell.label
        splits = [
            self.framework.codes_of(dimension)[str(row[name])].label
            for dimension, name in _SPLITS.items()
            if row[name] != self.framework.totals[dimension]
        ]
        return {
            language: text
            + ("：" if language == "zh" else ": ") * bool(splits)
            + ", ".join(pick(s, language) for s in splits)
            for language, text in measure.label.items()
        }


def _place(row: Mapping[str, Value]) -> dict[str, Value]:
    return {name: row[name] for name in ("file", "sheet", "cell", "line") if row[name] is not None}


def _number(value: Value) -> int:
    assert isinstance(value, int)
    return value
