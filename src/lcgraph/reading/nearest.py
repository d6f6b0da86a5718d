"""What a name with a slip in it was meant to be."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

_LIKE, _LIKE_IN_CHINESE = 0.6, 0.5
"""So alike must two names be; of a name of two characters one that is right is half of it."""

_AS_NEAR = 0.1
"""Of two names whose likeness differs by less, either may be meant."""


def nearest(text: str, names: Iterable[str]) -> list[str]:
    """The names that come nearest to a text, nearest first: none, one, or two where either may be meant.

    >>> nearest("vlaue", ["value", "language", "source"])
    ['value']
    >>> nearest("年分", ["年份", "数值"])
    ['年份']
    """
    likeness = sorted((-SequenceMatcher(None, name, text).ratio(), name) for name in set(names))
    least = _LIKE if text.isascii() else _LIKE_IN_CHINESE
    return [name for ratio, name in likeness[:2] if -ratio >= least and -ratio > -likeness[0][0] - _AS_NEAR]


def one_slip(text: str, name: str) -> bool:
    """Whether one letter of a name is missing, too many or another, or two beside one another have changed places.

    Of names of two letters this says nothing.

    >>> one_slip("publischer", "publisher"), one_slip("sxe", "sex"), one_slip("state", "status")
    (True, True, False)
    """
    if min(len(text), len(name)) < 3 or text == name:
        return False
    same = next((i for i, (a, b) in enumerate(zip(text, name, strict=False)) if a != b), min(len(text), len(name)))
    a, b = text[same:], name[same:]
    return a[1:] in (b, b[1:]) or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
