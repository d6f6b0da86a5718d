"""The ways in which the questions of a library are asked, and how well each fits what a text says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from lcgraph.asking.question import Question
from lcgraph.asking.words import NOTION, Vocabulary, tokens

SLOT = 1.5
"""What it weighs that a text names what a phrasing has a parameter for."""
_TEXT_SLOT = 0.3
"""The same for words that are looked for as they are, which any text could be."""
_BESIDE = 0.55
"""How far a word is explained by what a question says elsewhere than in the phrasing."""
_IN_A_COLUMN = 0.35
_LOOKED_FOR = 0.35
"""How far words are explained that are looked for as they are."""
_OTHER_SIDE = 0.6
"""How far a phrasing counts that says what is there, where the text says what is not, or the other way round."""
_TITLE = 0.9
"""How much a title counts, which nobody says as a question."""
_ORDER = 0.25
"""How much it matters that words come in another order."""
_BY_NAMES_ALONE = 0.49
"""How far a question fits with which a text has no word in common, but only what it names."""
_TEXT_MATTERS = 0.6
"""How much more it matters that the text is explained than that the phrasing is used up; of 1."""

_LACK = NOTION + "lack"


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
class Said:
    """What a text says, if it asks one question.

    :ivar given: the parameters that it gives.
    :ivar words: what it says beside.
    :ivar rest: what that weighs which the question cannot take.
    :ivar order: words and parameters in their order.
    """

    given: dict[str, str]
    words: list[str]
    rest: float
    order: list[str]


class Phrasings:
    """The phrasings of questions.

    :param questions: of a library.
    :param vocabulary: takes texts apart.
    """

    def __init__(self, questions: Sequence[Question], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._number = len(questions)
        orders = {question.name: list(self._taken_apart(question)) for question in questions}
        self._beside = {question.name: self._said(_beside(question)) for question in questions}
        self._own = {
            name: frozenset(word for order, _ in found for word in order if not word.startswith("{"))
            for name, found in orders.items()
        }
        self._known = frozenset(word for said in (*self._own.values(), *self._beside.values()) for word in said)
        self._count = Counter(word for said in self._own.values() for word in said)
        self._phrasings = {name: tuple(self._phrasing(*one) for one in found) for name, found in orders.items()}

    def own(self, question: Question) -> frozenset[str]:
        """The words that a question is asked by."""
        return self._own[question.name]

    def knows(self, word: str) -> bool:
        """Whether any question speaks of it."""
        return word in self._known

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

    def fit(self, question: Question, said: Said) -> float:
        """How well a question fits, by the phrasing of it that fits best."""
        own, beside, heads = self._own[question.name], self._beside[question.name], question.head.parameters
        slots = {name: _TEXT_SLOT if head.type == "text" else SLOT for name, head in heads.items()}
        looks_for = any(heads[name].type == "text" for name in said.given)
        weights = {word: self._weight(word) for word in said.words}
        explained = sum(slots[name] for name in said.given)
        asked = explained + said.rest + sum(weights.values())
        for word, weight in weights.items():
            known = _BESIDE if word in own else _IN_A_COLUMN if word in beside else _LOOKED_FOR if looks_for else 0.0
            explained += known * weight
        best = 0.0
        for phrasing in self._phrasings[question.name]:
            common = sum(weight for word, weight in weights.items() if word in phrasing.words)
            named = sum(slots[name] for name in phrasing.slots if name in said.given)
            if not common + named:
                continue
            whole = phrasing.weight + sum(slots[name] for name in phrasing.slots)
            all_explained = explained + (1 - _BESIDE) * common
            fit = 1 / (_TEXT_MATTERS * asked / all_explained + (1 - _TEXT_MATTERS) * whole / (common + named))
            fit *= phrasing.worth
            if (_LACK in weights) != (_LACK in phrasing.words):
                fit *= _OTHER_SIDE
            if fit > best:
                fit *= 1 - _ORDER * (1 - _in_order(phrasing.order, said.order))
                # as “{measure} in {city}” for a text that names just these
                is_all = not phrasing.words and len(phrasing.slots) > 1 and said.given.keys() == set(phrasing.slots)
                best = max(best, fit if common or (is_all and not said.rest) else _BY_NAMES_ALONE * fit)
        return best

    def _weight(self, word: str) -> float:
        """The rarer among the questions, the more; half for a pair of Chinese characters, of which words overlap."""
        count = self._count.get(word, 0)
        weight = log(1 + self._number / max(count, 1))
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


def texts(question: Question) -> Iterator[str]:
    """All that a question is asked by."""
    head = question.head
    yield from (*head.asked.en, *head.asked.zh, head.title.en, head.title.zh, question.name.replace("-", " "))


def _beside(question: Question) -> Iterator[str]:
    """What else it speaks of."""
    head = question.head
    yield from (text for column in head.columns.values() for text in (column.en, column.zh))
    yield from (text for p in head.parameters.values() for text in (p.description.en, p.description.zh))
    yield from (head.description.en, head.description.zh)
