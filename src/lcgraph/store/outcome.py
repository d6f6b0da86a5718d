"""What trying a store out shows."""

from __future__ import annotations

from dataclasses import dataclass

from lcgraph.language import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a trial.

    :ivar good: whether the store can be used as far as this goes.
    :ivar says: what was found.
    :ivar remedy: how to mend it; None where there is nothing to mend.
    """

    good: bool
    says: Text
    remedy: Text | None = None
