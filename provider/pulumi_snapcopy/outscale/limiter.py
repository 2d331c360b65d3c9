"""A rate limiter for the calls of all workers: threads can't share the SDK's own limiter."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from ..core.waiting.clock import Clock

WINDOW = 1.0
"""The time in which the calls are counted, in seconds."""


@dataclass(slots=True)
class Limiter:
    """Limits how many calls begin within a second; other calls wait, in the order in which they came.

    Args:
        rate: calls per second; below 1, one call per ``1 / rate`` seconds.
    """

    rate: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: deque[float] = field(default_factory=deque)

    def wait(self, clock: Clock) -> None:
        """Wait until the next call may begin."""
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
