"""The summary of a run, one line a minute."""

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
    """Counts the resources that are created or updated in this run.

    Args:
        now: returns the time in seconds.
    """

    now: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _making: dict[object, tuple[float, str]] = field(default_factory=dict)
    _done: int = 0
    _failed: int = 0
    _next_line: float = 0.0

    @contextmanager
    def counting(self, resource: str) -> Iterator[None]:
        """Count a resource as in progress until the context ends."""
        key = object()
        with self._lock:
            if not self._making:
                self._next_line = self.now() + EVERY
            self._making[key] = (self.now(), resource)
        done = False
        try:
            yield
            done = True
        finally:
            with self._lock:
                del self._making[key]
                self._done += done
                self._failed += not done

    @property
    def in_progress(self) -> int:
        """How many resources are in progress."""
        return len(self._making)

    def line(self) -> str | None:
        """Return the summary if the last one is a minute old, else None; also None for a single resource.

        Example: ``61 of 100 done, 39 in progress, slowest web-17 24 min``
        """
        with self._lock:
            now, waiting = self.now(), self.in_progress
            total = self._done + self._failed + waiting
            if not waiting or total < 2 or now < self._next_line:
                return None
            self._next_line = now + EVERY
            began, slowest = min(self._making.values())
            failed = f", {self._failed} failed" if self._failed else ""
            return (
                f"{self._done} of {total} done{failed}, {waiting} in progress, "
                f"slowest {slowest} {spoken(now - began)}"
            )
