"""Reads ``ontology/`` into typed objects."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, cached_property
from typing import TypeVar

import pyoxigraph as ox

from lcgraph.framework import resources
from lcgraph.framework.items import (
    Action,
    City,
    Code,
    Commitment,
    Country,
    Edition,
    FocalArea,
    FocalAreaGroup,
    Item,
    KeyFeature,
    Measure,
    Register,
    Unit,
    ValueCell,
)
from lcgraph.framework.namespaces import (
    DEFAULT_BASE,
    DIMENSIONS,
    LC,
    QUDT,
    SDMX_CODE,
    SKOS,
    TYPE,
    Names,
    local_name,
)
from lcgraph.language import Labels, in_every_language

CODE_LISTS = {
    "sex": SDMX_CODE + "sex",
    "observation-status": SDMX_CODE + "obsStatus",
}
"""Schemes whose IRI is not under the base."""

CITIES_FILE = "cities.ttl"

_LIST_OF_DIMENSION = dict(
    zip(DIMENSIONS, ("sex", "household-income", "sector", "education-level", "setting"), strict=True)
)


class Description:
    """What a set of triples says, looked up by subject and property.

    :param quads: the triples; the graph that they stand in does not matter here.
    """

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._said: dict[str, dict[str, list[ox.NamedNode | ox.BlankNode | ox.Literal]]] = defaultdict(dict)
        self._of_class: dict[str, list[str]] = defaultdict(list)
        for quad in quads:
            subject, predicate, value = quad.subject, quad.predicate.value, quad.object
            if not isinstance(subject, ox.NamedNode) or isinstance(value, ox.Triple):
                continue
            self._said[subject.value].setdefault(predicate, []).append(value)
            if predicate == TYPE and isinstance(value, ox.NamedNode):
                self._of_class[value.value].append(subject.value)

    def of_class(self, iri: str) -> list[str]:
        """The subjects of a class, by the numbers and letters of their code."""
        return sorted(self._of_class.get(iri, ()), key=lambda s: natural(self.text(s, SKOS + "notation") or s))

    def iris(self, subject: str, prop: str) -> list[str]:
        """The IRIs that are values of a property, sorted."""
        return sorted(v.value for v in self._values(subject, prop) if isinstance(v, ox.NamedNode))

    def iri(self, subject: str, prop: str) -> str:
        """The one IRI that is the value of a property; an empty text where there is none."""
        return next(iter(self.iris(subject, prop)), "")

    def text(self, subject: str, prop: str) -> str | None:
        """The lexical form of the first literal without a language."""
        return next(
            (v.value for v in self._values(subject, prop) if isinstance(v, ox.Literal) and v.language is None), None
        )

    def texts(self, subject: str, prop: str) -> list[str]:
        """The lexical forms of all literals, whatever their language, sorted."""
        return sorted(v.value for v in self._values(subject, prop) if isinstance(v, ox.Literal))

    def labels(self, subject: str, prop: str) -> Labels:
        """The texts of a property by language; several of one language are put one after the other."""
        found: dict[str, list[str]] = defaultdict(list)
        for value in self._values(subject, prop):
            if isinstance(value, ox.Literal) and value.language is not None:
                found[value.language].append(value.value)
        return {language: " ".join(sorted(texts)) for language, texts in sorted(found.items())}

    def _values(self, subject: str, prop: str) -> list[ox.NamedNode | ox.BlankNode | ox.Literal]:
        return self._said.get(subject, {}).get(prop, [])


def natural(code: str) -> tuple[tuple[int, str], ...]:
    """A key that sorts codes as people count: 2 before 10, 1.2 before 1.10.

    >>> sorted(["10.1", "2.1", "1.1.1-a"], key=natural)
    ['1.1.1-a', '2.1', '10.1']
    """
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", code))


ItemT = TypeVar("ItemT", bound=Item)


class Framework:
    """The Declaration, the editions of the Key Features, the code lists, units, countries and cities.

    :param base: the base IRI of the deployment.
    :param cities: descriptions of the cities that are known, in place of those that the ontology brings.
    """

    def __init__(self, base: str = DEFAULT_BASE, cities: Iterable[ox.Quad] | None = None) -> None:
        self.names = Names(base)
        files = [f for f in resources.turtle_files("ontology") if cities is None or f.name != CITIES_FILE]
        quads = [quad for path in files for quad in resources.read_turtle(path, base)]
        self._said = Description([*quads, *(cities or ())])

    # the Declaration

    @cached_property
    def commitments(self) -> Register[Commitment]:
        """The twelve commitments, in order."""
        return Register(
            Commitment(*self._basics(iri), areas=tuple(self._said.iris(iri, LC + "realisedBy")))
            for iri in self._said.of_class(LC + "Commitment")
        )

    @cached_property
    def actions(self) -> Register[Action]:
        """The fifty actions, in order."""
        return Register(
            Action(*self._basics(iri), commitment=self._said.iri(iri, LC + "actionOf"))
            for iri in self._said.of_class(LC + "Action")
        )

    # the Key Features

    @cached_property
    def editions(self) -> Register[Edition]:
        """The editions of the Key Features."""
        return Register(self._edition(iri) for iri in self._said.of_class(LC + "Edition"))

    def edition(self, iri: str = "") -> Edition:
        """The edition with this IRI; without one, the newest by its code."""
        return self.editions[iri] if iri else list(self.editions)[-1]

    @cached_property
    def measures(self) -> Register[Measure]:
        """The measures of all editions."""
        return Register(measure for edition in self.editions for measure in edition.measures)

    # code lists and units

    @cache  # noqa: B019 - a framework lives as long as the process
    def codes(self, name: str) -> Register[Code]:
        """A code list by its name: ``sex``, ``household-income``, ``definition-match`` and so on."""
        scheme = self._scheme(name)
        members = [
            iri for iri in self._said.of_class(SKOS + "Concept") if scheme in self._said.iris(iri, SKOS + "inScheme")
        ]
        return Register(
            Code(*self._basics(iri), other_names=tuple(self._said.texts(iri, SKOS + "altLabel"))) for iri in members
        )

    @cache  # noqa: B019
    def name_of_codes(self, name: str) -> Labels:
        """What a code list is called."""
        return self._said.labels(self._scheme(name), SKOS + "prefLabel")

    def _scheme(self, name: str) -> str:
        return CODE_LISTS.get(name) or self.names.item("scheme", name)

    def codes_of(self, dimension: str) -> Register[Code]:
        """The code list of a splitting property."""
        return self.codes(_LIST_OF_DIMENSION[dimension])

    @cached_property
    def totals(self) -> dict[str, str]:
        """For each splitting property the IRI of the code that means *not split*."""
        return {dimension: self.codes_of(dimension).code("total").iri for dimension in DIMENSIONS}

    @cached_property
    def units(self) -> Register[Unit]:
        """The units that measures use."""
        return Register(
            Unit(*self._basics(iri), other_names=tuple(self._said.texts(iri, SKOS + "altLabel")))
            for iri in self._said.of_class(QUDT + "Unit")
        )

    # places

    @cached_property
    def countries(self) -> Register[Country]:
        """The states that cities may lie in."""
        return Register(
            Country(*self._basics(iri), region=self._said.iri(iri, LC + "region"))
            for iri in self._said.of_class(LC + "Country")
        )

    @cached_property
    def regions(self) -> Register[Item]:
        """The M49 regions that states belong to."""
        return Register(Item(*self._basics(iri)) for iri in self._said.of_class(LC + "Region"))

    @cached_property
    def cities(self) -> Register[City]:
        """The cities that are known here, by their code."""
        return Register(self._city(iri) for iri in self._said.of_class(LC + "City"))

    def _city(self, iri: str) -> City:
        said = self._said

        def number(node: str, prop: str) -> int | None:
            text = said.text(node, LC + prop)
            return int(text) if text is not None else None

        counts = [
            (number(count, "countYear"), number(count, "inhabitants")) for count in said.iris(iri, LC + "population")
        ]
        year, population = max(counts, key=lambda count: count[0] or 0, default=(None, None))
        membership = said.iri(iri, LC + "membership")
        status = in_every_language(said.labels(said.iri(membership, LC + "membershipStatus"), SKOS + "prefLabel"))
        network = in_every_language(said.labels(said.iri(membership, LC + "ofNetwork"), SKOS + "prefLabel"))
        return City(
            *self._basics(iri),
            country=said.iri(iri, LC + "country"),
            fictional=said.text(iri, LC + "fictional") in ("true", "1"),  # Virtuoso gives it back as the second
            geonames=said.iri(iri, LC + "geonames"),
            wikidata=said.iri(iri, LC + "wikidata"),
            population=population,
            population_year=year,
            membership={tag: f"{network[tag]}: {text}" if tag in network else text for tag, text in status.items()},
            member_since=number(membership, "memberSince"),
        )

    # the graphs that a store holds beside the submissions

    def graphs(self) -> Iterator[tuple[str, list[ox.Quad]]]:
        """The named graphs of the ontology, the framework and its cities.

        Blank nodes become skolem IRIs (RDF 1.1 Concepts, section 3.5) by their labels of RDFC-1.0,
        so that two stores built from the same files are the same byte for byte.

        :return: pairs of graph name and quads of that graph.
        """
        parts: dict[str, list[ox.Quad]] = {"ontology": [], "framework": [], "cities": []}
        for path in resources.turtle_files("ontology"):
            part = {"lcgraph.ttl": "ontology", CITIES_FILE: "cities"}.get(path.name, "framework")
            parts[part].extend(resources.read_turtle(path, self.names.base))
        for part, quads in parts.items():
            graph = ox.NamedNode(self.names.graph(part))
            dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads)
            dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
            skolem = f"{self.names.base}.well-known/genid/{part}-"
            yield graph.value, [_skolemised(quad, skolem) for quad in dataset]

    # reading

    def _basics(self, iri: str) -> tuple[str, str, Labels, Labels, Labels]:
        said = self._said
        return (
            iri,
            said.text(iri, SKOS + "notation") or local_name(iri),
            said.labels(iri, SKOS + "prefLabel"),
            said.labels(iri, SKOS + "definition"),
            said.labels(iri, SKOS + "note"),
        )

    def _edition(self, iri: str) -> Edition:
        said = self._said
        groups = Register(
            FocalAreaGroup(
                *self._basics(group),
                temple_part=local_name(said.iri(group, LC + "templePart")),
                areas=tuple(sorted(said.iris(group, LC + "hasArea"), key=natural)),
            )
            for group in self._of_edition(iri, "FocalAreaGroup")
        )
        measures = Register(self._measure(measure) for measure in self._of_edition(iri, "Measure"))
        cells = [cell for measure in measures for cell in measure.cells]
        return Edition(
            *self._basics(iri),
            groups=groups,
            areas=Register(
                FocalArea(*self._basics(area), temple_part=local_name(said.iri(area, LC + "templePart")))
                for area in self._of_edition(iri, "FocalArea")
            ),
            features=Register(
                KeyFeature(*self._basics(feature), area=said.iri(feature, LC + "featureOf"))
                for feature in self._of_edition(iri, "KeyFeature")
            ),
            measures=measures,
            cells=Register(cells),
            _cell_of={(cell.measure, *(cell.dimensions[d] for d in DIMENSIONS)): cell.iri for cell in cells},
        )

    def _of_edition(self, edition: str, kind: str) -> list[str]:
        return [iri for iri in self._said.of_class(LC + kind) if edition in self._said.iris(iri, LC + "inEdition")]

    @cached_property
    def _cells(self) -> dict[str, list[ValueCell]]:
        said = self._said
        cells: dict[str, list[ValueCell]] = defaultdict(list)
        for iri in said.of_class(LC + "ValueCell"):
            cell = ValueCell(
                *self._basics(iri),
                measure=said.iri(iri, LC + "cellOf"),
                dimensions={dimension: said.iri(iri, dimension) for dimension in DIMENSIONS},
                order=int(said.text(iri, LC + "order") or 1),
            )
            cells[cell.measure].append(cell)
        return {measure: sorted(found, key=lambda cell: cell.order) for measure, found in cells.items()}

    def _measure(self, iri: str) -> Measure:
        said = self._said
        minimum, maximum = said.text(iri, LC + "minimum"), said.text(iri, LC + "maximum")
        informs = dict.fromkeys(said.iris(iri, LC + "informsPartially"), "partial")
        informs |= dict.fromkeys(said.iris(iri, LC + "informsDirectly"), "direct")
        return Measure(
            *self._basics(iri),
            feature=said.iri(iri, LC + "measureOf"),
            expected_source=local_name(said.iri(iri, LC + "expectedSource")),
            value_type=local_name(said.iri(iri, LC + "valueType")),
            unit=said.iri(iri, LC + "unit"),
            unit_label=said.labels(iri, LC + "unitLabel"),
            polarity=local_name(said.iri(iri, LC + "polarity")),
            minimum=None if minimum is None else Decimal(minimum),
            maximum=None if maximum is None else Decimal(maximum),
            maximum_is_firm=said.text(iri, LC + "maximumIsFirm") != "false",
            range_note=said.labels(iri, LC + "rangeNote"),
            cells=tuple(self._cells.get(iri, ())),
            informs=dict(sorted(informs.items(), key=lambda pair: natural(local_name(pair[0])))),
            shares_over=said.iri(iri, LC + "sharesOver"),
        )


def _skolemised(quad: ox.Quad, prefix: str) -> ox.Quad:
    def named(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.NamedNode | ox.Literal:
        assert not isinstance(term, ox.Triple)
        return ox.NamedNode(prefix + term.value) if isinstance(term, ox.BlankNode) else term

    subject = named(quad.subject)
    assert isinstance(subject, ox.NamedNode)
    return ox.Quad(subject, quad.predicate, named(quad.object), quad.graph_name)


@cache
def framework(base: str = DEFAULT_BASE) -> Framework:
    """The framework as the ontology brings it, read once in a process."""
    return Framework(base)
