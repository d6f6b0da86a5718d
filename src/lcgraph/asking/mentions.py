"""The things that a text names: cities, commitments, measures, years, dates and so on, in any of their names."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

from lcgraph.asking.words import LONG, Phrases, Slips, Token, Vocabulary, Words, tokens
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import Item, Register
from lcgraph.language import in_every_language

_NUMBERS = {
    word: number
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth",
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th",
    )
    for number, word in enumerate(words.split(), 1)
}
_HAN_NUMBERS = {digit: number for number, digit in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "〇": 0, "零": 0}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name} | {
    name.lower(): number for number, name in enumerate(calendar.month_abbr) if name
}
_UNTIL = re.compile(
    r"(?:\bas (?:of|at|on)|\bas (?:it|they|things) (?:was|were|stood) (?:in|on|at)|\bthe state (?:of|in|on)|\bback in|\b(?:at|by)(?= the end of)|截至|截止到|截止|截至到)\s*(?:the end of\s*)?$",
    re.IGNORECASE,
)
"""What stands before a date as of which an answer is wanted."""

_COMMITMENT = {"commitment", "commitments", "pledge", "pledges", "promise", "promises"}
_ACTION = {"action", "actions"}
_OF_NUMBER = {"no", "nr", "number", "num"}

_AFTER_ONE = tuple("点些样共旦般览切")
"""What makes of 一 another word than a number, as in 一些."""

LIKE = 0.6
"""So much of the words of a label must be there for a thing to be meant that is not named in full."""
_CLEARLY = 0.15
"""By so much more than of any other label."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A place of a text that names something.

    :ivar start, end: which tokens.
    :ivar readings: what it may mean: the type of a parameter, and a value of it.
    :ivar by_code: whether it is a code or a number, which says nothing else.
    """

    start: int
    end: int
    readings: tuple[tuple[str, str], ...]
    by_code: bool = False

    def value(self, kind: str) -> str | None:
        """The value that it has, read as this type."""
        return next((value for one, value in self.readings if one == kind), None)


class Names:
    """The names of all things that a question may be about.

    :param framework: where they are.
    :param words: further names of theirs.
    """

    def __init__(self, framework: Framework, words: Words) -> None:
        registers: dict[str, Any] = {  # whose items are cities, actions and so on
            "city": framework.cities,
            "country": framework.countries,
            "region": framework.regions,
            "commitment": framework.commitments,
            "action": framework.actions,
            "measure": framework.measures,
            "edition": framework.editions,
            "data-source-type": framework.codes("data-source-type"),
            "feature": Register(feature for edition in framework.editions for feature in edition.features),
            "area": Register(area for edition in framework.editions for area in edition.areas),
        }
        self._registers: dict[str, Register[Item]] = registers
        self._phrases: Phrases[tuple[str, str]] = Phrases(self._named(words), stemmed=False)
        self._cities: dict[str, str] = {}
        for item in framework.cities:
            for label in _labels(item, words, "city"):
                if len(named := tokens(label)) == 1 and named[0].is_word and len(named[0].text) >= LONG:
                    self._cities.setdefault(named[0].text, item.code)
        self._slips = Slips(self._cities)

    def _named(self, words: Words) -> Iterator[tuple[str, tuple[str, str]]]:
        for kind, register in self._registers.items():
            for item in register:
                for label in _labels(item, words, kind):
                    yield label, (kind, item.code)
                if kind in ("city", "edition", "measure", "feature"):
                    yield item.code, (kind, item.code)

    def register(self, kind: str) -> Register[Item] | None:
        """The things of a kind."""
        return self._registers.get(kind)

    def labels(self, kind: str, words: Words) -> Iterator[tuple[str, str]]:
        """The codes and names of the things of a kind."""
        for item in self._registers[kind]:
            for label in _labels(item, words, kind):
                yield item.code, label

    def find(self, text: str, found: Sequence[Token], vocabulary: Vocabulary) -> list[Mention]:
        """What a text names, from its beginning to its end; none overlaps another, and the longest is taken.

        :param text: as it was taken apart.
        :param vocabulary: whose words are no names of cities with a slip in them.
        """
        sequence = self._phrases.sequence(found)
        mentions: list[Mention] = []
        place = 0
        while place < len(found):
            mention = max(self._at(text, found, sequence, place, vocabulary), key=lambda m: m.end, default=None)
            if mention is None:
                place += 1
                continue
            mentions.append(mention)
            place = mention.end
        return mentions

    def _at(
        self, text: str, found: Sequence[Token], sequence: Sequence[str], place: int, vocabulary: Vocabulary
    ) -> Iterator[Mention]:
        yield from _date(text, found, place)
        yield from _numbered(found, place)
        length, readings = self._phrases.at(sequence, place)
        if length:
            end = place + length
            if any(kind == "city" for kind, _ in readings):
                end += _is(found, end, "市") or _is(found, end, "city")
            codes = all(value == "".join(token.raw for token in found[place:end]) for _, value in readings)
            yield Mention(place, end, tuple(readings), by_code=codes)
        token = found[place]
        if re.fullmatch(r"\d{1,3}", token.text):
            yield Mention(place, place + 1, (("integer", token.text),), by_code=True)
        elif re.fullmatch(r"\d+\.\d+", token.text):
            known = [kind for kind in ("action", "area") if token.text in self._registers[kind].codes]
            yield Mention(place, place + 1, tuple((kind, token.text) for kind in known or ["action"]), by_code=True)
        elif token.raw.isascii() and re.fullmatch(r"[A-Z]{2}", token.raw) and not text.isupper():
            if token.raw in self._registers["country"].codes and not length and token.raw not in ("IT", "IS", "NO"):
                yield Mention(place, place + 1, (("country", token.raw),), by_code=True)
        elif token.is_word and not length and not vocabulary.knows(token.text):
            meant = self._slips.meant(token.text)
            if meant is not None:
                yield Mention(place, place + 1, (("city", self._cities[meant]),))


def _labels(item: Item, words: Words, kind: str) -> list[str]:
    further = words.names.get(kind, {}).get(item.code, ())
    other = getattr(item, "other_names", ())
    return [*in_every_language(item.label).values(), *further, *other]


def _is(found: Sequence[Token], place: int, *texts: str) -> int:
    return int(place < len(found) and found[place].text in texts)


# commitments and actions by their numbers


def _numbered(found: Sequence[Token], place: int) -> Iterator[Mention]:
    """*commitment 7*, *commitment no. seven*, *the seventh commitment*, *C7*, 承诺七, 第七项承诺."""
    token = found[place]
    if token.text in _COMMITMENT:
        end = place + 1
        end += _is(found, end, *_OF_NUMBER)
        number, length = _number(found, end)
        if 1 <= number <= 12 and not (length and found[end].text in ("first", "second", "third")):
            yield Mention(place, end + length, (("commitment", str(number)),), by_code=True)
    elif token.text in _ACTION and place + 1 < len(found) and re.fullmatch(r"\d+\.\d+", found[place + 1].text):
        yield Mention(place, place + 2, (("action", found[place + 1].text),), by_code=True)
    elif re.fullmatch(r"c\d{1,2}", token.text) and 1 <= int(token.text[1:]) <= 12:
        yield Mention(place, place + 1, (("commitment", token.text[1:]),), by_code=True)
    elif token.text in _NUMBERS or re.fullmatch(r"\d{1,2}", token.text):
        number, length = _number(found, place)
        after = place + length
        ordinal = (
            not token.text.isdecimal() and _NUMBERS.get(token.text) and token.text[-2:] in ("st", "nd", "rd", "th")
        )
        if token.text.isdecimal() and _is(found, after, "st", "nd", "rd", "th"):
            ordinal, after = True, after + 1
        if ordinal and after < len(found) and found[after].text == "commitment" and 1 <= number <= 12:
            yield Mention(place, after + 1, (("commitment", str(number)),), by_code=True)
    elif _is(found, place, "承") and _is(found, place + 1, "诺"):
        end = place + 2
        end += _is(found, end, "第")
        number, length = _number(found, end)
        end += length
        if 1 <= number <= 12 and not (found[end - 1].text == "一" and _is(found, end, *_AFTER_ONE)):
            end += _is(found, end, "项", "条", "号", "个")
            yield Mention(place, end, (("commitment", str(number)),), by_code=True)
    elif token.text == "第":
        number, length = _number(found, place + 1)
        end = place + 1 + length
        end += _is(found, end, "项", "条", "号", "个")
        if 1 <= number <= 12 and _is(found, end, "承") and _is(found, end + 1, "诺"):
            yield Mention(place, end + 2, (("commitment", str(number)),), by_code=True)
    elif token.text == "行" and re.fullmatch(r"动\d+\.\d+", "".join(one.text for one in found[place + 1 : place + 3])):
        yield Mention(place, place + 3, (("action", found[place + 2].text),), by_code=True)


def _number(found: Sequence[Token], place: int) -> tuple[int, int]:
    """The number that stands at a place, and how many tokens it takes; 0 and 0 where there is none."""
    if place >= len(found):
        return 0, 0
    text = found[place].text
    if re.fullmatch(r"\d{1,4}", text):
        return int(text), 1
    if text in _NUMBERS:
        return _NUMBERS[text], 1
    digits = ""
    while place + len(digits) < len(found) and found[place + len(digits)].text in _HAN_NUMBERS:
        digits += found[place + len(digits)].text
    if not digits:
        return 0, 0
    tens, ten, ones = digits.rpartition("十")
    if ten:
        return 10 * (_HAN_NUMBERS.get(tens, 1)) + _HAN_NUMBERS.get(ones, 0), len(digits)
    return (_HAN_NUMBERS[digits], 1) if len(digits) == 1 else (0, 0)


# years and dates


def _date(text: str, found: Sequence[Token], place: int) -> Iterator[Mention]:
    """*2025-03-01*, *1 March 2025*, *March 2025*, *2025*, 2025年3月1日: a year, a month or a day.

    Read as ``date`` it is the first day, as ``moment`` the last, and only after words such as *as of*.
    """
    parts, length = _year_month_day(found, place)
    if not length:
        return
    year, month, day = parts
    try:
        first = date(year, month or 1, day or 1)
        last = date(year, month or 12, day or calendar.monthrange(year, month or 12)[1])
    except ValueError:  # no such day: nothing is meant that could be taken
        yield Mention(place, place + length, (), by_code=True)
        return
    if _UNTIL.search(text[: found[place].start].rstrip() + " "):
        yield Mention(place, place + length, (("moment", last.isoformat()),), by_code=True)
        return
    readings = [("date", first.isoformat())]
    if not month:
        readings.insert(0, ("year", str(year)))
    yield Mention(place, place + length, tuple(readings), by_code=True)


def _year_month_day(found: Sequence[Token], place: int) -> tuple[tuple[int, int, int], int]:
    nothing = (0, 0, 0), 0
    texts = [token.text for token in found[place : place + 6]]
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", texts[0]):
        return (int(match[1]), int(match[2]), int(match[3])), 1
    day = int(texts[0]) if re.fullmatch(r"\d{1,2}", texts[0]) else 0
    at = 0
    if day:
        at = 1 + (len(texts) > 1 and texts[1] in ("st", "nd", "rd", "th"))
        at += len(texts) > at and texts[at] == "of"
    if day and not (len(texts) > at and texts[at] in _MONTHS):
        return nothing
    month = _MONTHS.get(texts[at], 0)
    if month:
        at += 1
        if not day and len(texts) > at + 1 and re.fullmatch(r"\d{1,2}", texts[at]):
            day = int(texts[at])
            at += 1
            at += len(texts) > at and texts[at] in ("st", "nd", "rd", "th")
        if len(texts) > at and _is_year(texts[at]):
            return (int(texts[at]), month, day), at + 1
        return nothing
    if not _is_year(texts[0]):
        return nothing
    year, at = int(texts[0]), 1
    if texts[1:2] != ["年"]:
        return (year, 0, 0), 1
    at = 2
    if len(texts) > 3 and re.fullmatch(r"\d{1,2}", texts[2]) and texts[3] == "月":
        month, at = int(texts[2]), 4
        if len(texts) > 5 and re.fullmatch(r"\d{1,2}", texts[4]) and texts[5] in ("日", "号"):
            day, at = int(texts[4]), 6
    return (year, month, day), at


def _is_year(text: str) -> bool:
    return re.fullmatch(r"(19|20)\d\d", text) is not None


# things that are not named in full


class Likeness:
    """Things by some of the words of their names.

    :param named: codes and names.
    :param vocabulary: takes the names apart.
    """

    def __init__(self, named: Iterator[tuple[str, str]], vocabulary: Vocabulary) -> None:
        self._words = [(code, frozenset(vocabulary.of(tokens(name)))) for code, name in named]
        count = Counter(word for _, said in self._words for word in said)
        self._weight = {word: 1 + log(len(self._words) / n) for word, n in count.items()}

    def meant(self, words: frozenset[str]) -> tuple[str, frozenset[str]] | None:
        """The code of the one thing whose name has the most of its words among these, and those words."""
        best: dict[str, tuple[float, frozenset[str]]] = {}
        for code, said in self._words:
            common = said & words
            if common:
                share = self._sum(common) / self._sum(said)
                best[code] = max(best.get(code, (0.0, common)), (share, common), key=lambda pair: pair[0])
        ranked = sorted(best.items(), key=lambda pair: (-pair[1][0], pair[0]))
        if not ranked or ranked[0][1][0] < LIKE:
            return None
        if len(ranked) > 1 and ranked[0][1][0] - ranked[1][1][0] < _CLEARLY:
            return None
        return ranked[0][0], ranked[0][1][1]

    def _sum(self, words: frozenset[str]) -> float:
        return sum(self._weight[word] for word in sorted(words))
