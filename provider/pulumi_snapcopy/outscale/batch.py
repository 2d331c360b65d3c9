"""Reads that gather: what many workers want to know of one thing each is asked for in one call."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from ..core.waiting.batch import SingleFlight
from ..core.waiting.clock import Clock

T = TypeVar("T")


@dataclass(slots=True)
class Gathered(Generic[T]):
    """Answers about single keys, from one read of all keys that are asked about at the same time.

    Args:
        clock: the time.
        read: reads about several keys; what isn't in its answer isn't there.
    """

    clock: Clock
    read: Callable[[list[str]], Mapping[str, T]]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wanted: Counter[str] = field(default_factory=Counter)
    _flight: SingleFlight[Mapping[str, T]] = field(init=False)

    def __post_init__(self) -> None:
        self._flight = SingleFlight(self.clock, lambda _: self.read(self._keys()))

    def get(self, key: str) -> T | None:
        """Return what there is to a key, or None."""
        with self._lock:
            self._wanted[key] += 1
        try:
            return self._flight.get().get(key)
        finally:
            with self._lock:
                self._wanted[key] -= 1

    def _keys(self) -> list[str]:
        with self._lock:
            self._wanted = +self._wanted
            return sorted(self._wanted)
