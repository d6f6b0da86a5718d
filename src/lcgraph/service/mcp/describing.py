"""The framework and its items, described."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from lcgraph.errors import NotFound
from lcgraph.framework import items
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Register
from lcgraph.language import Text, pick
from lcgraph.reading import terms
from lcgraph.service.mcp.shown import Described, FrameworkShown, Item

T = TypeVar("T")

_ABOUT = Text(
    "The Beijing Declaration on Building Learning Cities (2013) has twelve commitments with fifty actions. The Key Features say how to see whether a city keeps them: twelve focal areas, drawn as a temple, with features, and measures by which features are seen. Evidence goes from an observation of a measure by its feature to actions, and from these to commitments; a document supports an action directly. There is no score and no ranking."
)


def whole(framework: Framework, language: str) -> FrameworkShown:
    """The framework as a whole."""
    editions = list(framework.editions)
    return FrameworkShown(
        about=_ABOUT.to(language),
        editions=[_item("edition", one, language) for one in editions],
        commitments=[_item("commitment", one, language) for one in framework.commitments],
        focal_areas=[_item("area", one, language) for edition in editions for one in edition.areas],
        counts=_in(
            language,
            {
                Text("commitments"): len(framework.commitments),
                Text("actions"): len(framework.actions),
                Text("focal areas"): sum(len(edition.areas) for edition in editions),
                Text("features"): sum(len(edition.features) for edition in editions),
                Text("measures"): len(framework.measures),
                Text("figures asked for"): sum(len(edition.cells) for edition in editions),
                Text("cities"): len(framework.cities),
            },
        ),
    )


def item(framework: Framework, kind: str, code: str, language: str) -> Described:
    """One item.

    :param kind: ``commitment``, ``action``, ``area``, ``feature``, ``measure`` or ``city``.
    :param code: its code, or a name.
    :raises NotFound: if there is none; says which come near.
    """
    found = _find(framework, kind, code)
    facts: dict[Text, str] = {}
    related: dict[Text, Iterable[tuple[str, items.Item]]] = {}
    match found:
        case items.Commitment():
            related[Text("actions")] = [("action", one) for one in framework.actions if one.commitment == found.iri]
            related[Text("realised by")] = [
                ("area", one) for edition in framework.editions for one in edition.areas if one.iri in found.areas
            ]
        case items.Action():
            related[Text("commitment")] = [("commitment", framework.commitments[found.commitment])]
            for how, name in (("direct", Text("measures, direct")), ("partial", Text("measures, partial"))):
                related[name] = [("measure", one) for one in framework.measures if one.informs.get(found.iri) == how]
        case items.FocalArea():
            facts[Text("part of the temple")] = pick(
                framework.codes("temple-part").code(found.temple_part).label, language
            )
            related[Text("realises")] = [("commitment", one) for one in framework.commitments if found.iri in one.areas]
            related[Text("features")] = [
                ("feature", one) for edition in framework.editions for one in edition.features if one.area == found.iri
            ]
        case items.KeyFeature():
            related[Text("focal area")] = [
                ("area", edition.areas[found.area]) for edition in framework.editions if found.area in edition.areas
            ]
            related[Text("measures")] = [("measure", one) for one in framework.measures if one.feature == found.iri]
        case items.Measure():
            facts = _of_measure(framework, found, language)
            related[Text("feature")] = [
                ("feature", edition.features[found.feature])
                for edition in framework.editions
                if found.feature in edition.features
            ]
            for how, name in (
                ("direct", Text("bears on actions, direct")),
                ("partial", Text("bears on actions, partial")),
            ):
                related[name] = [("action", framework.actions[iri]) for iri, one in found.informs.items() if one == how]
            related[Text("figures asked for")] = [("value cell", cell) for cell in found.cells]
        case items.City():
            facts = _of_city(framework, found, language)
    return Described(
        **_item(kind, found, language).model_dump(),
        definition=pick(found.definition, language) or None,
        notes=pick(found.notes, language) or None,
        facts=_in(language, facts),
        related={
            name.to(language): [_item(one_kind, one, language) for one_kind, one in pairs]
            for name, pairs in related.items()
            if pairs
        },
    )


def _find(framework: Framework, kind: str, code: str) -> items.Item:
    registers: Mapping[str, Iterable[Register[items.Item]]] = {
        "commitment": [framework.commitments],  # type: ignore[list-item]  # commitments and so on are items
        "action": [framework.actions],  # type: ignore[list-item]
        "area": [edition.areas for edition in framework.editions],  # type: ignore[misc]
        "feature": [edition.features for edition in framework.editions],  # type: ignore[misc]
        "measure": [framework.measures],  # type: ignore[list-item]
        "city": [framework.cities],  # type: ignore[list-item]
    }
    near: list[str] = []
    for register in registers[kind]:
        if (found := register.find(code)) is not None:
            return found
        near += register.nearest(code)
    raise NotFound(
        Text("“{found}” is not a value of “{name}”.", found=code[:80], name=kind),
        remedy=Text("Did you mean {near}?", near=near)
        if near
        else Text("Write a code such as {example}.", example=_EXAMPLES[kind]),
    )


_EXAMPLES = {
    "commitment": "2",
    "action": "2.3",
    "area": "1.2",
    "feature": "1.2.2",
    "measure": "1.2.2-a",
    "city": "ie-cork",
}


def _of_measure(framework: Framework, measure: items.Measure, language: str) -> dict[Text, str]:
    facts = {
        Text("unit"): pick(measure.unit_label, language),
        Text("expected source"): pick(
            framework.codes("data-source-type").code(measure.expected_source).label, language
        ),
        Text("what is progress"): pick(framework.codes("polarity").code(measure.polarity).label, language),
    }
    if measure.minimum is not None:
        facts[Text("lowest value")] = terms.digits(measure.minimum)
    if measure.maximum is not None:
        facts[Text("highest value")] = terms.digits(measure.maximum)
    return facts


def _of_city(framework: Framework, city: items.City, language: str) -> dict[Text, str]:
    country = framework.countries.get(city.country)
    facts = {
        Text("country"): pick(country.label, language) if country is not None else "",
        Text("inhabitants"): str(city.population or ""),
        Text("inhabitants counted in"): str(city.population_year or ""),
        Text("membership"): pick(city.membership, language),
        Text("member since"): str(city.member_since or ""),
        Text("GeoNames"): city.geonames,
        Text("Wikidata"): city.wikidata,
        Text("fictional"): Text("yes").to(language) if city.fictional else "",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _in(language: str, named: Mapping[Text, T]) -> dict[str, T]:
    return {name.to(language): value for name, value in named.items()}


def _item(kind: str, one: items.Item, language: str) -> Item:
    return Item(kind=kind, code=one.code, label=pick(one.label, language), iri=one.iri)
