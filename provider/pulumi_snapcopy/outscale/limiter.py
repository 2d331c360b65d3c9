"""A rate limiter for the calls of all workers: threads can't share the SDK's own limiter."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass, field

from ..core.waiting.clock import Clock


@dataclass(slots=True)
class Limiter:
    """Limits how many calls begin within a second; other calls wait, in the order in which they came.

    Args:
        rate: calls per second; 2.5 is 3 calls in 1.2 seconds, 0.5 one call in 2 seconds.
    """

    rate: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _begun: deque[float] = field(default_factory=deque)

    def wait(self, clock: Clock) -> None:
        """Wait until the next call may begin."""
        most = math.ceil(self.rate)
        window = most / self.rate
        with self._lock:
            now = begins = clock.now()
            if len(self._begun) >= most:
                begins = max(now, self._begun[-most] + window)
            self._begun.append(begins)
            while len(self._begun) > most:
                self._begun.popleft()
        if begins > now:
            clock.sleep(begins - now)
