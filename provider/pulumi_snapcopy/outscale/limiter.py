"""The pace of calls, for all workers together: the SDK's own limiter isn't safe to be shared by threads."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from ..core.waiting.clock import Clock

WINDOW = 1.0
"""Seconds."""


@dataclass(slots=True)
class Limiter:
    """Lets at most so many calls begin within a second; the rest wait, in the order in which they came.

    Args:
        rate: calls a second; below 1, one call in so many seconds.
    """

    rate: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: deque[float] = field(default_factory=deque)

    def wait(self, clock: Clock) -> None:
        """Return when a call may begin."""
        most, window = (int(self.rate), WINDOW) if self.rate >= 1 else (1, 1 / self.rate)
        with self._lock:
            now = begins = clock.now()
            if len(self._begun) >= most:
                begins = max(now, self._begun[-most] + window)
            self._begun.append(begins)
            while len(self._begun) > most:
                self._begun.popleft()
        if begins > now:
            clock.sleep(begins - now)
