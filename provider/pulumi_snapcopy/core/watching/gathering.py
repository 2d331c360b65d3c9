"""One answer for all that ask for the same in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .clock import Clock

T = TypeVar("T")

MOMENT = 0.1
"""Seconds in which those that ask gather; nothing beside what a copy takes."""


@dataclass(slots=True)
class _Group(Generic[T]):
    answer: Future[T] = field(default_factory=Future)
    size: int = 0


@dataclass(slots=True)
class Gathering(Generic[T]):
    """Asks once for a group: whoever comes first waits for a moment, then asks for all that have come.

    Args:
        clock: the time.
        ask: asks; told how many are in the group. What it raises, all of them get.
    """

    clock: Clock
    ask: Callable[[int], T]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _group: _Group[T] | None = None

    def join(self, *, counting: int = 1) -> T:
        """Have the answer; ``counting`` is as how many this one counts."""
        with self._lock:
            first = self._group is None
            group = self._group = self._group or _Group()
            group.size += counting
        if first:
            try:
                group.answer.set_result(self._lead(group))
            except BaseException as error:
                group.answer.set_exception(error)
        return group.answer.result()

    def _lead(self, group: _Group[T]) -> T:
        try:
            self.clock.sleep(MOMENT)
        finally:
            with self._lock:
                self._group = None
        return self.ask(group.size)
