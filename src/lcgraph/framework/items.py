"""The Declaration and the Key Features as typed objects."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Generic, TypeVar

from lcgraph.language import Labels, in_every_language


@dataclass(frozen=True, slots=True)
class Item:
    """Anything of the framework that has a code and is named in English and Chinese.

    :ivar iri: its IRI.
    :ivar code: what people call it by: ``7``, ``7.2``, ``1.1.1-a``, ``ie-cork``.
    :ivar label: its name by language.
    :ivar definition: what it is, by language.
    :ivar notes: slips of the source document and how the project reads them, by language.
    """

    iri: str
    code: str
    label: Labels
    definition: Labels = field(default_factory=dict)
    notes: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Commitment(Item):
    """One of the twelve commitments.

    :ivar areas: IRIs of the focal areas that realise it, one for each edition.
    """

    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action(Item):
    """One of the fifty actions.

    :ivar commitment: IRI of the commitment that it helps to keep.
    """

    commitment: str = ""


@dataclass(frozen=True, slots=True)
class FocalAreaGroup(Item):
    """A group of focal areas: one part of the temple.

    :ivar temple_part: ``pediment``, ``columns`` or ``steps``.
    :ivar areas: IRIs of its focal areas.
    """

    temple_part: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FocalArea(Item):
    """One of the twelve focal areas.

    :ivar temple_part: ``pediment``, ``columns`` or ``steps``.
    """

    temple_part: str = ""


@dataclass(frozen=True, slots=True)
class KeyFeature(Item):
    """A key feature.

    :ivar area: IRI of its focal area.
    """

    area: str = ""


@dataclass(frozen=True, slots=True)
class Code(Item):
    """A code of a code list.

    :ivar other_names: other texts that people write for it.
    """

    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit(Item):
    """A unit; its code is the symbol that stands beside a figure.

    :ivar other_names: other texts that people write for it.
    """

    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueCell(Item):
    """One figure that the table of the Key Features asks for.

    :ivar measure: IRI of its measure.
    :ivar dimensions: IRI of each splitting property to IRI of the code.
    :ivar order: place among the cells of its measure, from 1.
    """

    measure: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    order: int = 1


@dataclass(frozen=True, slots=True)
class Measure(Item):
    """How a key feature is measured.

    :ivar feature: IRI of its key feature.
    :ivar expected_source: code of the data source type that its figures should come from.
    :ivar value_type: code of what sort of number it gives.
    :ivar unit: IRI of its unit.
    :ivar unit_label: the unit in words, by language.
    :ivar polarity: ``higher``, ``lower``, ``parity`` or ``neutral``: what counts as progress of a
        city against its own past.
    :ivar minimum: least value, or None.
    :ivar maximum: greatest value, or None.
    :ivar maximum_is_firm: whether a value above the maximum is an error and not only a question.
    :ivar range_note: when a value may exceed the maximum, by language.
    :ivar cells: the figures that the table asks for.
    :ivar informs: IRI of each action that its figures bear on, to ``direct`` or ``partial``.
    :ivar shares_over: IRI of the splitting property over whose codes its figures are shares of one
        whole; empty for most measures.
    """

    feature: str = ""
    expected_source: str = ""
    value_type: str = ""
    unit: str = ""
    unit_label: Labels = field(default_factory=dict)
    polarity: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    maximum_is_firm: bool = True
    range_note: Labels = field(default_factory=dict)
    cells: tuple[ValueCell, ...] = ()
    informs: Mapping[str, str] = field(default_factory=dict)
    shares_over: str = ""


@dataclass(frozen=True, slots=True)
class Country(Item):
    """A state of ISO 3166-1; its code is the two letters.

    :ivar region: IRI of the M49 region that it belongs to.
    """

    region: str = ""


@dataclass(frozen=True, slots=True)
class City(Item):
    """A city that reports or could report; ``label`` holds its name in every language given.

    :ivar country: IRI of its country, or an empty text for a fictional city.
    :ivar fictional: whether it was made up.
    :ivar geonames: its IRI in GeoNames, or an empty text.
    :ivar wikidata: its IRI in Wikidata, or an empty text.
    :ivar population: the newest count of its inhabitants that is known here, or None.
    :ivar population_year: the year of that count, or None where its source gives none.
    :ivar membership: what is known of its membership in a network: status and network, by language.
    :ivar member_since: the year in which it was admitted, or None.
    """

    country: str = ""
    fictional: bool = False
    geonames: str = ""
    wikidata: str = ""
    population: int | None = None
    population_year: int | None = None
    membership: Labels = field(default_factory=dict)
    member_since: int | None = None


ItemT = TypeVar("ItemT", bound=Item)


def normalise(text: str) -> str:
    """Text as it is compared: full-width forms, case and runs of blanks do not matter.

    >>> normalise("  Ｔｏｔａｌ  ")
    'total'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Register(Generic[ItemT]):
    """Items of one kind, found by IRI, by code, or by any of their names.

    :param items: in the order in which they should be listed.
    """

    def __init__(self, items: Iterable[ItemT]) -> None:
        self._by_iri = {item.iri: item for item in items}
        self._by_code = {item.code: item for item in self._by_iri.values()}
        self._by_text: dict[str, ItemT | None] = {}
        for item in self._by_iri.values():
            for text in _texts(item):
                known = self._by_text.setdefault(normalise(text), item)
                if known is not None and known.iri != item.iri:
                    self._by_text[normalise(text)] = None  # two items go by this name
        for item in self._by_iri.values():  # a code always means its item
            self._by_text[normalise(item.code)] = item

    def __iter__(self) -> Iterator[ItemT]:
        return iter(self._by_iri.values())

    def __len__(self) -> int:
        return len(self._by_iri)

    def __contains__(self, iri: str) -> bool:
        return iri in self._by_iri

    def __getitem__(self, iri: str) -> ItemT:
        return self._by_iri[iri]

    def get(self, iri: str) -> ItemT | None:
        """The item with this IRI."""
        return self._by_iri.get(iri)

    def code(self, code: str) -> ItemT:
        """The item with this code.

        :raises KeyError: if there is none.
        """
        return self._by_code[code]

    def find(self, text: str) -> ItemT | None:
        """The one item that the text means: an IRI, a code, or a name in any language."""
        return self._by_iri.get(text.strip()) or self._by_text.get(normalise(text))

    def nearest(self, text: str, n: int = 3) -> tuple[str, ...]:
        """The codes of the items whose code or name comes nearest to the text, nearest first."""
        wanted = normalise(text)
        found: dict[str, None] = {}
        for near in get_close_matches(wanted, self._by_text, n=3 * n, cutoff=0.5):
            if (item := self._by_text[near]) is not None:
                found.setdefault(item.code)
        return tuple(found)[:n]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, in order."""
        return tuple(self._by_code)


def _texts(item: Item) -> Iterator[str]:
    yield item.code
    yield item.iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
    yield from in_every_language(item.label).values()
    if isinstance(item, (Code, Unit)):
        yield from item.other_names


@dataclass(frozen=True, slots=True)
class Edition(Item):
    """One version of the Key Features, with all that belongs to it."""

    groups: Register[FocalAreaGroup] = field(default_factory=lambda: Register(()))
    areas: Register[FocalArea] = field(default_factory=lambda: Register(()))
    features: Register[KeyFeature] = field(default_factory=lambda: Register(()))
    measures: Register[Measure] = field(default_factory=lambda: Register(()))
    cells: Register[ValueCell] = field(default_factory=lambda: Register(()))
    _cell_of: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def cell_of(self, measure: str, codes: tuple[str, ...]) -> str | None:
        """The IRI of the value cell of a measure with these codes, in the order of the dimensions."""
        return self._cell_of.get((measure, *codes))
