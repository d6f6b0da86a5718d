"""A question in plain words: which question of the library it is, and with which parameters.

No model and no network: what a text names is recognised first (:mod:`lcgraph.asking.mentions`); the rest of its words
is held against the titles of the questions and the phrasings that their heads bring, rare words weighing more. Where
two questions come near, or none does, the nearest are offered and nothing is guessed.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import log
from urllib.parse import urlencode

from lcgraph.asking.mentions import Likeness, Mention, Names
from lcgraph.asking.question import Library, ParameterHead, Question
from lcgraph.asking.words import NOTION, Token, Vocabulary, load, tokens
from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework
from lcgraph.language import Labels, Text

MAX_LETTERS = 400
"""A longer text is no question."""

OFFERS = 3

SURE = 0.6
"""So well must a question fit to be answered, where 1 is: every word of the text and of the phrasing is the other's."""
CLEARLY = 0.07
"""By so much better than the next one."""
_TOLD = 0.5
"""So well must one fit that lacks something, and is not answered but told."""
_FAINT = 0.15
"""What fits less is not even offered."""

_SLOT = 1.5
"""What it weighs that a text names what a phrasing has a parameter for."""
_TEXT_SLOT = 0.3
"""The same for words that are looked for as they are, which any text could be."""
_NOT_TAKEN = 3.0
"""What it weighs that a text names a thing that a question has no parameter for."""
_NUMBER_NOT_TAKEN = 1.0
_BESIDE = 0.55
"""How far a word is explained by what a question says elsewhere than in the phrasing."""
_IN_A_COLUMN = 0.35
_LOOKED_FOR = 0.35
"""How far words are explained that are looked for as they are."""
_OTHER_SIDE = 0.6
"""How far a phrasing counts that says what is there, where the text says what is not, or the other way round."""
_INCOMPLETE = 0.93
"""How far a question counts of which the text leaves out what it needs."""
_TITLE = 0.9
"""How much a title counts, which nobody says as a question."""
_ORDER = 0.25
"""How much it matters that words come in another order."""
_BY_NAMES_ALONE = 0.49
"""How far a question fits with which a text has no word in common, but only what it names."""
_NAME_OF_ITS_OWN = 2
"""So many words that nobody knows may be the name of a city."""
_TEXT_MATTERS = 0.6
"""How much more it matters that the text is explained than that the phrasing is used up; of 1."""

_WHETHER = re.compile(r"([\u3400-\u9fff])[不没]\1")
"""As in 好不好 and 有没有, where nothing is negated."""

_LACK, _RANKING, _CITY, _WHO = (NOTION + name for name in ("lack", "ranking", "city", "who"))
_LIKENED = ("commitment", "measure", "action", "feature")
"""What may be named by some words of its label."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question that may be meant.

    :ivar question: of the library.
    :ivar given: the parameters that the text names, name to value.
    :ivar missing: the parameters that it needs and the text does not name.
    :ivar fit: how well it fits, from 0 to 1.
    :ivar named: what the values are called.
    """

    question: Question
    given: Mapping[str, str]
    missing: tuple[str, ...]
    fit: float
    named: tuple[Text, ...] = ()

    @property
    def complete(self) -> Mapping[str, str]:
        """The parameters, with an example for each that is missing."""
        heads = self.question.head.parameters
        return {**self.given, **{name: heads[name].example for name in self.missing}}

    def command(self) -> str:
        """The line that asks it: one to copy."""
        options = (f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in self.complete.items())
        return " ".join(("lcgraph ask", self.question.name, *options))

    @property
    def needs(self) -> tuple[Labels, ...]:
        """What the missing parameters are, by language."""
        return tuple(self.question.head.parameters[name].description.labels() for name in self.missing)

    def address(self, more: Mapping[str, str], *, examples: bool = True) -> str:
        """The address that it is answered at, below that of the service.

        :param more: further parameters, such as the language.
        :param examples: whether parameters that are missing have examples; without them the page asks for them.
        """
        query = urlencode({**(self.complete if examples else self.given), **more})
        return f"/questions/{self.question.name}" + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text is understood to ask.

    :ivar text: as it was asked.
    :ivar language: that it was asked in; empty where it does not show.
    :ivar understood: the question, with all that it needs; None where that is not sure.
    :ivar offers: the nearest questions, the nearest first, where it is not.
    :ivar why: why it is not answered; None where it is.
    """

    text: str
    language: str
    understood: Proposal | None
    offers: tuple[Proposal, ...] = ()
    why: Text | None = None
    refused: bool = False


def understand(text: str, library: Library, framework: Framework) -> Understanding:
    """Which question of a library a text asks.

    :raises ParameterError: if the text is empty or too long.
    """
    return _plain_words(library, framework).understand(text)


@lru_cache(maxsize=4)
def _plain_words(library: Library, framework: Framework) -> PlainWords:
    return PlainWords(library, framework)


@dataclass(frozen=True, slots=True)
class _Phrasing:
    """One way to ask a question.

    :ivar words: what it says.
    :ivar slots: the parameters in it.
    :ivar order: both in their order, as in ``{city}``.
    :ivar worth: how much it counts, of 1.
    :ivar weight: of its words.
    """

    words: frozenset[str]
    slots: tuple[str, ...]
    order: tuple[str, ...]
    worth: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Bound:
    """A text, as it would ask one question.

    :ivar given: the parameters that it gives.
    :ivar words: what it says beside.
    :ivar rest: what that weighs which the question cannot take.
    :ivar order: words and parameters in their order.
    """

    given: dict[str, str]
    words: list[str]
    rest: float
    order: list[str]


@dataclass(frozen=True, slots=True)
class _Text:
    """A text taken apart.

    :ivar mentions: what it names, each with the words that it is named by.
    :ivar words: what it says beside.
    :ivar order: the words, and the numbers of the mentions, in their order.
    :ivar unknown: those words that no question knows, as far as they may be a name.
    :ivar alike: type of a parameter to what its words come near to, and those words.
    :ivar parts: all of it part by part: from which letter to which, and what it says.
    """

    text: str
    mentions: tuple[tuple[Mention, tuple[str, ...]], ...]
    words: tuple[str, ...]
    order: tuple[str | int, ...]
    unknown: frozenset[str]
    alike: Mapping[str, tuple[str, frozenset[str]]]
    parts: tuple[tuple[int, int, tuple[str, ...]], ...]


class PlainWords:
    """Understands texts.

    :param library: the questions.
    :param framework: what they may be about.
    """

    def __init__(self, library: Library, framework: Framework) -> None:
        self._questions = tuple(library)
        words = load(library.directory)
        self._framework = framework
        self._names = Names(framework, words)
        texts = [text for question in self._questions for text in _texts(question)]
        self._vocabulary = Vocabulary(words, [re.sub(r"\{.*?\}", " ", text) for text in texts])
        orders = {q.name: list(self._taken_apart(q)) for q in self._questions}
        self._columns = {q.name: self._said(_beside(q)) for q in self._questions}
        self._own = {
            name: frozenset(word for order, _ in found for word in order if not word.startswith("{"))
            for name, found in orders.items()
        }
        self._known = frozenset(word for said in (*self._own.values(), *self._columns.values()) for word in said)
        self._count = Counter(word for said in self._own.values() for word in said)
        self._phrasings = {name: tuple(self._phrasing(*one) for one in found) for name, found in orders.items()}
        self._alike = {kind: Likeness(self._names.labels(kind, words), self._vocabulary) for kind in _LIKENED}

    def _taken_apart(self, question: Question) -> Iterator[tuple[list[str], float]]:
        """What a question is asked by: words and ``{slots}`` in their order, and how much it counts."""
        head = question.head
        for text in (*head.asked.en, *head.asked.zh):
            order: list[str] = []
            parts = re.split(r"\{(.*?)\}", text)  # words and slots in turn
            for place in range(0, len(parts), 2):
                words = self._vocabulary.of(tokens(parts[place]))
                for slot, near in ((place - 1, 0), (place + 1, -1)):  # in “commitment {commitment}” the slot says both
                    if 0 < slot < len(parts) and words:
                        kind = head.parameters[parts[slot]].type
                        if words[near] == NOTION + kind:
                            del words[near]
                order += words
                order += [f"{{{slot}}}" for slot in parts[place + 1 : place + 2]]
            yield order, 1.0
        needed = {name: NOTION + one.type for name, one in head.parameters.items() if one.required}
        for text in (head.title.en, head.title.zh, question.name.replace("-", " ")):  # which name what is needed
            words = [word for word in self._vocabulary.of(tokens(text)) if word not in needed.values()]
            yield [*words, *(f"{{{name}}}" for name in needed)], _TITLE

    def _phrasing(self, order: list[str], worth: float) -> _Phrasing:
        words = frozenset(one for one in order if not one.startswith("{"))
        slots = tuple(dict.fromkeys(one[1:-1] for one in order if one.startswith("{")))
        return _Phrasing(words, slots, tuple(order), worth, sum(map(self._weight, sorted(words))))

    def _said(self, texts: Iterator[str]) -> frozenset[str]:
        return frozenset(word for text in texts for word in self._vocabulary.of(tokens(text)))

    def understand(self, text: str) -> Understanding:
        """Which question a text asks.

        :raises ParameterError: if the text is empty or too long.
        """
        asked = " ".join(text.split())
        text = _WHETHER.sub(r"\1", unicodedata.normalize("NFKC", asked))
        if not text or len(text) > MAX_LETTERS:
            raise ParameterError(
                Text("No question is asked.") if not text else Text("The question is too long."),
                parameter="q",
                remedy=Text("Ask in a sentence or in key words, as in “{example}”.", example=_EXAMPLE),
            )
        found = tokens(text)
        taken = self._taken(text, found)
        ranked = sorted(self._proposals(taken), key=lambda p: (-p.fit, p.question.name))
        language = "zh" if any(token.is_han for token in found) else "en" if taken.words else ""
        offers = tuple([proposal for proposal in ranked if self._is_worth_offering(proposal)][:OFFERS])
        if self._ranks(taken):
            why = Text("Cities are not ranked here: there is no score, and no city is better than another.")
            return Understanding(asked, language, None, offers, why, refused=True)
        if not offers:
            return Understanding(asked, language, None, (), Text("No question of the library comes near."))
        best, others = ranked[0], ranked[1:]
        enough = _TOLD if best.missing else SURE
        if best.missing and len(taken.words) + len(best.given) < 2:  # of a single word nobody knows what it asks
            enough = 1.0
        if best.fit < enough or (others and best.fit - others[0].fit < CLEARLY):
            why = self._with_near(Text("It is not sure which question is meant."), offers, taken, found)
            return Understanding(asked, language, None, offers, why)
        if best.missing:
            why = Text(
                "It is understood as “{title}”, which needs to know: {about} ({name}).",
                title=best.question.head.title.labels(),
                about=best.needs[0],
                name=best.missing[0],
            )
            return Understanding(asked, language, None, (best,), self._with_near(why, (best,), taken, found))
        return Understanding(asked, language, best)

    def _taken(self, text: str, found: list[Token]) -> _Text:
        mentions: list[tuple[Mention, tuple[str, ...]]] = []
        words: list[str] = []
        order: list[str | int] = []
        place = 0
        for mention in [*self._names.find(text, found, self._vocabulary), None]:
            end = len(found) if mention is None else mention.start
            said = self._vocabulary.of(found[place:end], mend=True)
            words += said
            order += said
            if mention is not None:
                named = () if mention.by_code else self._vocabulary.of(found[mention.start : mention.end])
                order.append(len(mentions))
                mentions.append((mention, tuple(named)))
                place = mention.end
        all_words = frozenset((*words, *(word for _, named in mentions for word in named)))
        alike = {kind: meant for kind in _LIKENED if (meant := self._alike[kind].meant(all_words)) is not None}
        parts = tuple(
            (found[start].start, found[end - 1].end, tuple(said))
            for start, end, said in self._vocabulary.parts(found, mend=True)
        )
        unknown = frozenset(word for word in words if word not in self._known)
        return _Text(text, tuple(mentions), tuple(dict.fromkeys(words)), tuple(order), unknown, alike, parts)

    def _is_worth_offering(self, proposal: Proposal) -> bool:
        """Whether somebody might mean it; any text could be looked for, so that has to be clearer."""
        heads = proposal.question.head.parameters
        looks_for = any(heads[name].type == "text" for name in proposal.given)
        return proposal.fit >= (_TOLD if looks_for else _FAINT)

    def _ranks(self, taken: _Text) -> bool:
        """Whether it is asked which city is better than others."""
        cities = sum(mention.value("city") is not None for mention, _ in taken.mentions)
        return _RANKING in taken.words and (_CITY in taken.words or _WHO in taken.words or cities > 1)

    def _with_near(self, why: Text, offers: Sequence[Proposal], taken: _Text, found: list[Token]) -> Text:
        """The reason, and where a city is missing the cities that may have been meant."""
        lacks_city = any(o.question.head.parameters[name].type == "city" for o in offers for name in o.missing)
        near = self._near(taken, found) if lacks_city else []
        return Text("{why} Did you mean {near}?", why=why, near=near) if near else why

    def _near(self, taken: _Text, found: list[Token]) -> list[Text]:
        """The cities whose names come near to a word that is not known."""
        by_name = {label: city for city in self._framework.cities for label in city.label.values()}
        near: dict[str, Text] = {}
        named = {place for mention, _ in taken.mentions for place in range(mention.start, mention.end)}
        unknown = [
            token.raw
            for place, token in enumerate(found)
            if token.is_word and place not in named and not self._vocabulary.knows(token.text)
        ]
        unknown += [word for word in taken.words if word not in self._count and Token(word[0], "", 0, 0).is_han]
        for word in unknown[:_NAME_OF_ITS_OWN]:  # in a large network each takes long
            alike = 0.7 if word.isascii() else 0.5  # of a Chinese name of two characters one that is right is half
            for name in get_close_matches(word.removesuffix("市").capitalize(), by_name, n=2, cutoff=alike):
                city = by_name[name]
                near[city.code] = Text("{code} ({label})", code=city.code, label=city.label)
        return list(near.values())[:OFFERS]

    # how well a question fits

    def _proposals(self, taken: _Text) -> Iterator[Proposal]:
        for question in self._questions:
            bound = self._bound(question, taken)
            heads, given = question.head.parameters, bound.given
            missing = tuple(name for name, head in heads.items() if head.required and name not in given)
            fit = self._fit(question, bound)
            named = tuple(self._named(heads[name], value) for name, value in given.items())
            yield Proposal(question, given, missing, fit * (_INCOMPLETE if missing else 1), named)

    def _named(self, head: ParameterHead, value: str) -> Text:
        register = self._names.register(head.type)
        label = register.code(value).label if register is not None else value
        return Text("{about}: {value}", about=head.description.labels(), value=label)

    def _bound(self, question: Question, taken: _Text) -> _Bound:
        """What a text says, if it asks this question."""
        heads, own = question.head.parameters, self._own[question.name]
        given: dict[str, str] = {}
        places: dict[int, str] = {}
        words, rest = list(taken.words), 0.0
        for number, (mention, named) in enumerate(taken.mentions):
            takes = {name: value for name, head in heads.items() if (value := mention.value(head.type)) is not None}
            free = next((name for name in takes if name not in given), None)
            if free is not None:
                given[free] = takes[free]
                places[number] = f"{{{free}}}"
            elif takes and set(takes.values()) <= set(given.values()):  # which is said twice
                continue
            else:
                words += named
                if mention.value("integer") is not None:
                    rest += _NUMBER_NOT_TAKEN
                elif takes or mention.by_code or mention.value("city") is not None:
                    rest += _NOT_TAKEN
        for name, head in heads.items():
            code, said = taken.alike.get(head.type, ("", frozenset()))
            if code and name not in given and said <= set(words) and (head.required or not said <= own):
                given[name] = code
                words = [word for word in words if word not in said]
        for name, head in heads.items():
            coded = any(mention.by_code for mention, _ in taken.mentions)  # which is no word to look for
            if head.type == "text" and not coded and (looked_for := self._left(taken, own)):
                given[name] = looked_for
            if (
                head.type == "city"
                and head.required
                and name not in given
                and 0 < len(taken.unknown) <= _NAME_OF_ITS_OWN
            ):
                words = [word for word in words if word not in taken.unknown]  # a city that is not known here
                rest += _SLOT / 2
        for name, head in heads.items():
            of_action = next((value for one, value in given.items() if heads[one].type == "action"), None)
            if head.type == "commitment" and head.required and name not in given and of_action is not None:
                given[name] = self._commitment_of(of_action)
        kinds = {NOTION + heads[name].type for name in given}
        words = [word for word in dict.fromkeys(words) if word not in kinds or word in own]
        order = [one if isinstance(one, str) else places.get(one, "") for one in taken.order]
        return _Bound(given, words, rest, order)

    def _commitment_of(self, action: str) -> str:
        return self._framework.commitments[self._framework.actions.code(action).commitment].code

    def _left(self, taken: _Text, own: frozenset[str]) -> str:
        """What a text says that is none of a question's own words, as it was written: from the first to the last."""
        left = [(start, end) for start, end, said in taken.parts if said and not own.issuperset(said)]
        found = taken.text[left[0][0] : left[-1][1]] if left else ""
        return found if len(found) >= (2 if any(token.is_han for token in tokens(found)) else 3) else ""

    def _fit(self, question: Question, bound: _Bound) -> float:
        """How well a question fits, by the phrasing of it that fits best."""
        own, beside, heads = self._own[question.name], self._columns[question.name], question.head.parameters
        slots = {name: _TEXT_SLOT if head.type == "text" else _SLOT for name, head in heads.items()}
        looks_for = any(heads[name].type == "text" for name in bound.given)
        weights = {word: self._weight(word) for word in bound.words}
        explained = sum(slots[name] for name in bound.given)
        asked = explained + bound.rest + sum(weights.values())
        for word, weight in weights.items():
            known = _BESIDE if word in own else _IN_A_COLUMN if word in beside else _LOOKED_FOR if looks_for else 0.0
            explained += known * weight
        best = 0.0
        for phrasing in self._phrasings[question.name]:
            common = sum(weight for word, weight in weights.items() if word in phrasing.words)
            named = sum(slots[name] for name in phrasing.slots if name in bound.given)
            if not common + named:
                continue
            whole = phrasing.weight + sum(slots[name] for name in phrasing.slots)
            all_explained = explained + (1 - _BESIDE) * common
            fit = 1 / (_TEXT_MATTERS * asked / all_explained + (1 - _TEXT_MATTERS) * whole / (common + named))
            fit *= phrasing.worth
            if (_LACK in weights) != (_LACK in phrasing.words):
                fit *= _OTHER_SIDE
            if fit > best:
                fit *= 1 - _ORDER * (1 - _in_order(phrasing.order, bound.order))
                # as “{measure} in {city}” for a text that names just these
                is_all = not phrasing.words and len(phrasing.slots) > 1 and bound.given.keys() == set(phrasing.slots)
                best = max(best, fit if common or (is_all and not bound.rest) else _BY_NAMES_ALONE * fit)
        return best

    def _weight(self, word: str) -> float:
        """The rarer among the questions, the more; half for a pair of Chinese characters, of which words overlap."""
        count = self._count.get(word, 0)
        weight = log(1 + len(self._questions) / max(count, 1))
        return weight / 2 if count and len(word) == 2 and not word.isascii() else weight


def _in_order(phrasing: Sequence[str], text: Sequence[str]) -> float:
    """How much of what a phrasing and a text have in common stands in the same order, from 0 to 1."""
    common = set(phrasing) & set(text)
    one, other = ([word for word in dict.fromkeys(words) if word in common] for words in (phrasing, text))
    longest = [0] * (len(other) + 1)  # the longest common subsequence, row by row
    for word in one:
        before = 0
        for place, same in enumerate(other, 1):
            above = longest[place]
            longest[place] = before + 1 if word == same else max(above, longest[place - 1])
            before = above
    return longest[-1] / len(common) if common else 1.0


_EXAMPLE = Text("Which commitments does Cork have evidence for?")


def _texts(question: Question) -> Iterator[str]:
    """All that a question is asked by."""
    head = question.head
    yield from (*head.asked.en, *head.asked.zh, head.title.en, head.title.zh, question.name.replace("-", " "))


def _beside(question: Question) -> Iterator[str]:
    """What else it speaks of."""
    head = question.head
    yield from (text for column in head.columns.values() for text in (column.en, column.zh))
    yield from (text for p in head.parameters.values() for text in (p.description.en, p.description.zh))
    yield from (head.description.en, head.description.zh)
