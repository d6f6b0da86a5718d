"""Answers kept in memory, so that what is asked again of the same data need not be looked up again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

_BESIDE = 1024
"""About so many bytes a key and what belongs to it take."""


class Kept:
    """Bytes by key; those that were wanted longest ago go where there is no room for more.

    :param size: how many bytes are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._lock = Lock()
        self._held: OrderedDict[Hashable, tuple[bytes, str]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[bytes, str] | None:
        """What is kept under a key, and the note that was put beside it."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def put(self, key: Hashable, body: bytes, note: str) -> None:
        """Keeps something, if it is not so large that it would take the place of most others."""
        if len(body) + _BESIDE > self._size // 4:
            return
        with self._lock:
            if key in self._held:
                return
            self._held[key] = body, note
            self._taken += len(body) + _BESIDE
            while self._taken > self._size:
                _, (gone, _) = self._held.popitem(last=False)
                self._taken -= len(gone) + _BESIDE
