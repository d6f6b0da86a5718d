"""The words of a text, as they are compared: by their stems, and by the notions that several words stand for.

``queries/words.yaml`` says which words stand for one notion, which say nothing, and which names things have beside
their labels. English is taken apart at blanks; Chinese by the longest words that are known.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lcgraph.errors import InputError
from lcgraph.language import Text
from lcgraph.reading.mapping import load_yaml
from lcgraph.reading.nearest import one_slip

FILE = "words.yaml"
NOTION = "@"
"""Before the name of a notion, which so is never a word."""

LONG = 5
"""From so many letters on a word may have a slip in it; a shorter one would be too many others."""

_HAN = "\u3400-\u9fff"
_TOKEN = re.compile(
    rf"""
      \d{{4}}-\d\d-\d\d(?!\d)                          # a date
    | \d+\.\d+\.\d+(?:\s?-?\s?[a-eA-E](?![^\W{_HAN}]))?  # the code of a feature or a measure
    | \d+\.\d+                                         # of an action or a focal area
    | \d+
    | [^\W\d_{_HAN}]{{1,3}}\d+(?![^\W_{_HAN}])           # CO2
    | [^\W\d_{_HAN}]+(?:['’](?!s\b)[^\W\d_{_HAN}]+)*
    | [{_HAN}]
    """,
    re.VERBOSE,
)
_FOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "’": "'"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spoken(_Part):
    """Words by language."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[str]:  # type: ignore[override]  # not the fields of the model
        return iter((*self.en, *self.zh))


class Words(_Part):
    """What the file says.

    :ivar notions: the words that stand for one notion.
    :ivar little: words that say nothing of what is asked.
    :ivar names: sort of thing, as in the type of a parameter, to code to further names.
    """

    notions: dict[str, Spoken] = Field(default_factory=dict)
    little: Spoken = Spoken()
    names: dict[str, dict[str, Spoken]] = Field(default_factory=dict)


def load(directory: Path) -> Words:
    """The words of a library; none where it says none.

    :param directory: the folder of its questions.
    :raises InputError: if the file is wrong.
    """
    path = directory / FILE
    if not path.is_file():
        return Words()
    try:
        return Words.model_validate(load_yaml(FILE, path.read_bytes()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "-"
        raise InputError(
            Text("The words of the questions cannot be used: {error}.", error=first["msg"]),
            where=f"{FILE}: {where}",
            remedy=Text("See docs/questions.md."),
        ) from error


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a code, or one Chinese character.

    :ivar text: as it is compared.
    :ivar raw: as it was written.
    :ivar start, end: where it stands.
    """

    text: str
    raw: str
    start: int
    end: int

    @property
    def is_han(self) -> bool:
        """Whether it is a Chinese character."""
        return len(self.text) == 1 and "\u3400" <= self.text <= "\u9fff"

    @property
    def is_word(self) -> bool:
        """Whether it is a word in letters."""
        return self.text[0].isalpha() and not self.is_han


@cache
def _simplified() -> dict[int, str]:
    pairs = re.findall(rf"([{_HAN}])([{_HAN}])", Path(__file__).with_name("traditional.txt").read_text("utf-8"))
    return str.maketrans(dict(pairs))


def simplified(text: str) -> str:
    """Chinese in simplified characters; each stands where the traditional one stood.

    >>> simplified("科克有哪些承諾的證據？")
    '科克有哪些承诺的证据？'
    """
    return text.translate(_simplified())


def fold(text: str) -> str:
    """A word without case and accents, in simplified characters.

    >>> fold("Malmö"), fold("Łódź"), fold("ＣＯ２"), fold("據")
    ('malmo', 'lodz', 'co2', '据')
    """
    text = simplified(text)
    apart = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED))
    return unicodedata.normalize("NFC", "".join(c for c in apart if unicodedata.category(c) != "Mn"))


def tokens(text: str) -> list[Token]:
    """The tokens of a text.

    >>> [token.text for token in tokens("Cork’s 1.2.2 a，科克")]
    ['cork', '1.2.2-a', '科', '克']
    """
    text = unicodedata.normalize("NFKC", text)
    found = []
    for match in _TOKEN.finditer(text):
        raw = match[0]
        if raw in ("s", "S") and text[match.start() - 1 : match.start()] in ("'", "’") and match.start() > 1:
            continue
        code = re.sub(r"(\d)\s?-?\s?([a-eA-E])$", r"\1-\2", raw) if raw[0].isdigit() else raw
        found.append(Token(fold(code), raw, match.start(), match.end()))
    return found


def stem(word: str) -> str:
    """What the forms of an English word have in common.

    >>> {stem(word) for word in ("measure", "measures", "measured", "measuring")}
    {'measur'}
    >>> stem("cities") == stem("city")
    True
    """
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 4:
            word = word.removesuffix(ending)
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
                word = word[:-1]
            break
    if len(word) > 3:
        word = word.removesuffix("e")
        if word.endswith("y"):
            word = word[:-1] + "i"
    return word


T = TypeVar("T")


class Phrases(Generic[T]):
    """Sequences of tokens, and what each of them means; the longest at a place is found.

    :param said: texts to meanings.
    :param stemmed: whether the forms of a word count as one.
    """

    def __init__(self, said: Iterable[tuple[str, T]], *, stemmed: bool) -> None:
        self._stemmed = stemmed
        self._from: dict[str, dict[tuple[str, ...], list[T]]] = defaultdict(lambda: defaultdict(list))
        for text, meaning in said:
            sequence = self.sequence(tokens(text))
            if sequence and meaning not in self._from[sequence[0]][sequence]:
                self._from[sequence[0]][sequence].append(meaning)
        self._lengths = {
            first: sorted({len(one) for one in sequences}, reverse=True) for first, sequences in self._from.items()
        }

    def sequence(self, found: Sequence[Token]) -> tuple[str, ...]:
        """Tokens as they are compared here."""
        return tuple(stem(token.text) if self._stemmed and token.is_word else token.text for token in found)

    def at(self, sequence: Sequence[str], place: int) -> tuple[int, list[T]]:
        """How many tokens the longest phrase at a place has, and what it means; 0 where there is none."""
        for length in self._lengths.get(sequence[place], ()):
            here = tuple(sequence[place : place + length])
            if len(here) == length and here in self._from[sequence[place]]:
                return length, self._from[sequence[place]][here]
        return 0, []


class Slips:
    """Words of some length that may have a slip in them.

    :param words: those that are known, to what they mean.
    """

    def __init__(self, words: Mapping[str, object]) -> None:
        self._near: dict[str, set[str]] = defaultdict(set)
        for word in words:
            if len(word) >= LONG:
                for form in _forms(word):
                    self._near[form].add(word)

    def meant(self, word: str) -> str | None:
        """The one known word from which this one differs by a slip; None where there is none, or more than one."""
        if len(word) < LONG - 1:
            return None
        near = {one for form in _forms(word) for one in self._near.get(form, ()) if one_slip(word, one)}
        return near.pop() if len(near) == 1 else None


def _forms(word: str) -> set[str]:
    """The word, and what is left of it without one letter: words a slip apart have one of these in common."""
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


class Vocabulary:
    """Takes texts apart into what they say.

    :param words: the notions, and the words that say nothing.
    :param texts: of the library, whose words are known too.
    """

    def __init__(self, words: Words, texts: Iterable[str]) -> None:
        said: list[tuple[str, str]] = [
            (word, NOTION + notion) for notion, spoken in words.notions.items() for word in spoken
        ]
        said += [(word, "") for word in words.little]
        self._phrases = Phrases(said, stemmed=True)
        self._known: set[str] = set()
        for text in texts:
            self._known.update(self.of(tokens(text)))
        self._stems: set[str] = set()
        letters: dict[str, None] = {}
        for text in (*texts, *(word for word, _ in said)):
            for token in tokens(text):
                if token.is_word:
                    self._stems.add(stem(token.text))
                    letters[token.text] = None
        self._slips = Slips(letters)

    def knows(self, word: str) -> bool:
        """Whether a word in letters is one of the library."""
        return stem(word) in self._stems

    def of(self, found: Sequence[Token], *, mend: bool = False) -> list[str]:
        """What tokens that stand side by side say: notions, stems and pairs of Chinese characters.

        :param mend: whether a word with a slip counts as the one that is meant, and what is not known of Chinese
            is told as such instead of by all its pairs.
        """
        return [word for _, _, said in self.parts(found, mend=mend) for word in said]

    def parts(self, found: Sequence[Token], *, mend: bool = False) -> Iterator[tuple[int, int, list[str]]]:
        """The same part by part: from which token to which, and what it says; nothing for a word that says nothing."""
        if mend:
            found = [self._mended(token) for token in found]
        sequence = self._phrases.sequence(found)
        rest = place = 0  # from ``rest`` on stands Chinese of which no word is known
        while place < len(found):
            length, meanings = self._phrases.at(sequence, place)
            if not length and found[place].is_han:
                place += 1
                continue
            yield from self._unknown(found, rest, place, mend)
            end = place + (length or 1)
            yield place, end, [meaning for meaning in (meanings if length else [sequence[place]]) if meaning]
            rest = place = end
        yield from self._unknown(found, rest, place, mend)

    def _unknown(
        self, found: Sequence[Token], start: int, end: int, mend: bool
    ) -> Iterator[tuple[int, int, list[str]]]:
        if start < end:
            text = "".join(token.text for token in found[start:end])
            yield start, end, self._pairs(text, known_only=mend)

    def _mended(self, token: Token) -> Token:
        if not token.is_word or len(token.text) < LONG - 1 or self.knows(token.text):
            return token
        meant = self._slips.meant(token.text)
        return Token(meant, token.raw, token.start, token.end) if meant else token

    def _pairs(self, text: str, *, known_only: bool) -> list[str]:
        if len(text) < 2:
            return [text] if text else []
        pairs = [text[i : i + 2] for i in range(len(text) - 1)]
        if not known_only:
            return pairs
        covered = {i + k for i, pair in enumerate(pairs) if pair in self._known for k in (0, 1)}
        left = "".join(" " if i in covered else c for i, c in enumerate(text)).split()
        return [pair for pair in pairs if pair in self._known] + left
