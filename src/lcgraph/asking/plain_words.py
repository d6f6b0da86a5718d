"""A question in plain words: which question of the library it is, and with which parameters.

No model and no network: what a text names is recognised first (:mod:`lcgraph.asking.mentions`); the rest of its words
is held against the titles of the questions and the phrasings that their heads bring, rare words weighing more. Where
two questions come near, or none does, the nearest are offered and nothing is guessed.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlencode

from lcgraph.asking.mentions import Likeness, Mention, Names
from lcgraph.asking.phrasings import SLOT, Phrasings, Said, texts
from lcgraph.asking.question import Library, ParameterHead, Question
from lcgraph.asking.words import NOTION, Token, Vocabulary, load, simplified, tokens
from lcgraph.errors import ParameterError
from lcgraph.framework.framework import Framework
from lcgraph.framework.items import City
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

_NOT_TAKEN = 3.0
"""What it weighs that a text names a thing that a question has no parameter for."""
_NUMBER_NOT_TAKEN = 1.0
_INCOMPLETE = 0.93
"""How far a question counts of which the text leaves out what it needs."""
_NAME_OF_ITS_OWN = 2
"""So many words that nobody knows may be the name of a city."""
_WHETHER = re.compile(r"([\u3400-\u9fff])[不没]\1")
"""As in 好不好 and 有没有, where nothing is negated."""

_RANKING, _CITY, _WHO, _EXPLAIN = (NOTION + name for name in ("ranking", "city", "who", "explain"))
_OF_EVIDENCE = frozenset(
    NOTION + name
    for name in ("explain", "evidence", "lack", "figure", "document", "report", "city", "commitment", "action")
)
"""What may be said of evidence that is to be explained."""
_EXPLAINED = {"city": "city", "commitment": "commitment", "action": "action", "edition": "edition", "moment": "as_of"}
"""What an explanation is asked with: types of parameters to their names."""
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
    :ivar is_whole: whether it takes all things that the text names, such as a year.
    """

    question: Question
    given: Mapping[str, str]
    missing: tuple[str, ...]
    fit: float
    named: tuple[Text, ...] = ()
    is_whole: bool = True

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
class Reasons:
    """That it is asked why a city has, or lacks, evidence for a commitment or an action: an explanation says it.

    :ivar given: what :func:`lcgraph.asking.explaining.explain` takes.
    """

    given: Mapping[str, str]

    def command(self) -> str:
        """The line that asks for it: one to copy."""
        options = (f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in self.given.items())
        return " ".join(("lcgraph explain", *options))

    def address(self, more: Mapping[str, str]) -> str:
        """The address of the explanation, below that of the service.

        :param more: further parameters, such as the language.
        """
        return f"/explanations?{urlencode({**self.given, **more})}"


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a text is understood to ask.

    :ivar text: as it was asked.
    :ivar language: that it was asked in; empty where it does not show.
    :ivar understood: the question, with all that it needs; None where that is not sure.
    :ivar reasons: what is to be explained, where no question of the library is asked but why.
    :ivar offers: the nearest questions, the nearest first, where it is not.
    :ivar why: why it is not answered; None where it is.
    """

    text: str
    language: str
    understood: Proposal | None
    offers: tuple[Proposal, ...] = ()
    why: Text | None = None
    refused: bool = False
    reasons: Reasons | None = None


def understand(text: str, library: Library, framework: Framework) -> Understanding:
    """Which question of a library a text asks.

    :raises ParameterError: if the text is empty or too long.
    """
    return _plain_words(library, framework).understand(text)


@lru_cache(maxsize=4)
def _plain_words(library: Library, framework: Framework) -> PlainWords:
    return PlainWords(library, framework)


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
        asked = [re.sub(r"\{.*?\}", " ", text) for question in self._questions for text in texts(question)]
        self._vocabulary = Vocabulary(words, asked)
        self._phrasings = Phrasings(self._questions, self._vocabulary)
        self._alike = {kind: Likeness(self._names.labels(kind, words), self._vocabulary) for kind in _LIKENED}

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
        if (reasons := self._reasons(taken)) is not None:
            return Understanding(asked, language, None, reasons=reasons)
        if not offers:
            return Understanding(asked, language, None, (), Text("No question of the library comes near."))
        best, others = ranked[0], ranked[1:]
        enough = _TOLD if best.missing else SURE
        if best.missing and len(taken.words) + len(best.given) < 2:  # of a single word nobody knows what it asks
            enough = 1.0
        if best.fit < enough or not best.is_whole or (others and best.fit - others[0].fit < CLEARLY):
            why = Text("It is not sure which question is meant.")
            why, offers = self._nearest_cities(why, offers, taken, found)
            return Understanding(asked, language, None, offers, why)
        if best.missing:
            why = Text(
                "It is understood as “{title}”, which needs to know: {about} ({name}).",
                title=best.question.head.title.labels(),
                about=best.needs[0],
                name=best.missing[0],
            )
            why, offers = self._nearest_cities(why, (best,), taken, found)
            return Understanding(asked, language, None, offers, why)
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
        unknown = frozenset(word for word in words if not self._phrasings.knows(word))
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

    def _reasons(self, taken: _Text) -> Reasons | None:
        """What is to be explained, if a text asks why a city has or lacks evidence, and speaks of nothing else."""
        said = set(taken.words)
        if _EXPLAIN not in said:
            return None
        given: dict[str, str] = {}
        for mention, _ in taken.mentions:
            kind = next((kind for kind in _EXPLAINED if mention.value(kind) is not None), "")
            value = mention.value(kind) or ""
            if given.setdefault(_EXPLAINED.get(kind, ""), value) != value or not kind:
                return None  # two of a kind, or what an explanation does not take
        for kind in ("commitment", "action"):
            code, words = taken.alike.get(kind, ("", frozenset()))
            if code and not {"commitment", "action"} & given.keys() and words <= said:
                given[kind] = code
                said -= words
        if (
            any(map(self._phrasings.knows, said - _OF_EVIDENCE))
            or "city" not in given
            or len({"commitment", "action"} & given.keys()) != 1
        ):
            return None
        return Reasons({name: given[name] for name in _EXPLAINED.values() if name in given})

    def _nearest_cities(
        self, why: Text, offers: tuple[Proposal, ...], taken: _Text, found: list[Token]
    ) -> tuple[Text, tuple[Proposal, ...]]:
        """The reason and the offers; where a city is missing with the cities that may have been meant.

        Where one question alone is offered, it is offered of each of these.
        """
        lacking = [(one, name) for one in offers for name in one.missing if self._heads(one)[name].type == "city"]
        near = self._near(taken, found) if lacking else []
        if not near:
            return why, offers
        if len(offers) == 1:
            one, name = lacking[0]
            left = tuple(missing for missing in one.missing if missing != name)
            offers = tuple(
                replace(
                    one,
                    given={name: city.code, **one.given},
                    missing=left,
                    named=(self._named(self._heads(one)[name], city.code), *one.named),
                )
                for city in near
            )
        told = [Text("{code} ({label})", code=city.code, label=city.label) for city in near]
        return Text("{why} Did you mean {near}?", why=why, near=told), offers

    @staticmethod
    def _heads(proposal: Proposal) -> Mapping[str, ParameterHead]:
        return proposal.question.head.parameters

    def _near(self, taken: _Text, found: list[Token]) -> list[City]:
        """The cities whose names come near to a word that is not known."""
        by_name = {label: city for city in self._framework.cities for label in city.label.values()}
        named = {place for mention, _ in taken.mentions for place in range(mention.start, mention.end)}
        unknown = [
            token.raw
            for place, token in enumerate(found)
            if token.is_word and place not in named and not self._vocabulary.knows(token.text)
        ]
        unknown += [word for word in taken.words if not self._phrasings.knows(word) and Token(word[0], "", 0, 0).is_han]
        near: dict[str, City] = {}
        for word in unknown[:_NAME_OF_ITS_OWN]:  # in a large network each takes long
            alike = 0.7 if word.isascii() else 0.5  # of a Chinese name of two characters one that is right is half
            for name in get_close_matches(word.removesuffix("市").capitalize(), by_name, n=2, cutoff=alike):
                near.setdefault(by_name[name].code, by_name[name])
        return list(near.values())[:OFFERS]

    # how well a question fits

    def _proposals(self, taken: _Text) -> Iterator[Proposal]:
        for question in self._questions:
            said = self._bound(question, taken)
            heads, given = question.head.parameters, said.given
            missing = tuple(name for name, head in heads.items() if head.required and name not in given)
            fit = self._phrasings.fit(question, said)
            named = tuple(self._named(heads[name], value) for name, value in given.items())
            fit *= _INCOMPLETE if missing else 1
            yield Proposal(question, given, missing, fit, named, is_whole=said.rest < _NOT_TAKEN)

    def _named(self, head: ParameterHead, value: str) -> Text:
        register = self._names.register(head.type)
        item = register.find(value) if register is not None else None  # none: then asking says what there is
        return Text("{about}: {value}", about=head.description.labels(), value=value if item is None else item.label)

    def _bound(self, question: Question, taken: _Text) -> Said:
        """What a text says, if it asks this question."""
        heads, own = question.head.parameters, self._phrasings.own(question)
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
                rest += SLOT / 2
        for name, head in heads.items():
            of_action = next((value for one, value in given.items() if heads[one].type == "action"), None)
            if head.type == "commitment" and head.required and name not in given and of_action is not None:
                given[name] = self._commitment_of(of_action)
        kinds = {NOTION + heads[name].type for name in given}
        words = [word for word in dict.fromkeys(words) if word not in kinds or word in own]
        order = [one if isinstance(one, str) else places.get(one, "") for one in taken.order]
        return Said(given, words, rest, order)

    def _commitment_of(self, action: str) -> str:
        known = self._framework.actions.find(action)
        if known is None:
            return action.partition(".")[0]
        return self._framework.commitments[known.commitment].code

    def _left(self, taken: _Text, own: frozenset[str]) -> str:
        """What a text says that is none of a question's own words, as the framework writes: from the first to the last."""
        left = [(start, end) for start, end, said in taken.parts if said and not own.issuperset(said)]
        found = simplified(taken.text[left[0][0] : left[-1][1]]) if left else ""
        return found if len(found) >= (2 if any(token.is_han for token in tokens(found)) else 3) else ""


_EXAMPLE = Text("Which commitments does Cork have evidence for?")
