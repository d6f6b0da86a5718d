"""What a reader found that it could not take as it stands."""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.framework.namespaces import LCS
from lcgraph.language import Text
from lcgraph.reading.places import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a reader could not take.

    :ivar rule: local name of the rule in ``shapes/reading.ttl``.
    :ivar place: where.
    :ivar found: what stands there.
    :ivar message: what is wrong with it.
    :ivar remedy: how to mend it.
    :ivar about: IRI of the measure or other item that it concerns, where that is known.
    :ivar warning: whether it may stay as it is.
    """

    rule: str
    place: Place
    found: str
    message: Text
    remedy: Text
    about: str = ""
    warning: bool = False

    @property
    def shape(self) -> str:
        """The IRI of the rule."""
        return LCS + self.rule


class Unreadable(ValueError):
    """A value that cannot be read; becomes a :class:`Finding` once its place is known."""

    def __init__(self, rule: str, message: Text, remedy: Text) -> None:
        super().__init__(str(message))
        self.rule = rule
        self.message = message
        self.remedy = remedy
