"""How the copies of a run stand, in one line once a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..core.durations import spoken

EVERY = 60.0
"""Seconds between two lines."""


@dataclass(slots=True)
class Tally:
    """Counts the copies that are made in this run.

    Args:
        now: the time, in seconds.
    """

    now: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _copies: dict[object, tuple[float, str]] = field(default_factory=dict)
    _done: int = 0
    _failed: int = 0
    _next_line: float = 0.0

    @contextmanager
    def copying(self, resource: str) -> Iterator[None]:
        """A copy is being made."""
        key = object()
        with self._lock:
            if not self._copies:
                self._next_line = self.now() + EVERY
            self._copies[key] = (self.now(), resource)
        done = False
        try:
            yield
            done = True
        finally:
            with self._lock:
                del self._copies[key]
                self._done += done
                self._failed += not done

    @property
    def in_progress(self) -> int:
        """How many copies are being made."""
        return len(self._copies)

    def line(self) -> str | None:
        """How things stand, if that was last told a minute ago; of a single copy its own row tells.

        Example: ``61 of 100 done, 39 in progress, slowest web-17 24 min``
        """
        with self._lock:
            now, waiting = self.now(), self.in_progress
            total = self._done + self._failed + waiting
            if not waiting or total < 2 or now < self._next_line:
                return None
            self._next_line = now + EVERY
            began, slowest = min(self._copies.values())
            failed = f", {self._failed} failed" if self._failed else ""
            return (
                f"{self._done} of {total} done{failed}, {waiting} in progress, "
                f"slowest {slowest} {spoken(now - began)}"
            )
