"""The pace of the calls."""

from __future__ import annotations

import threading

import pytest
from pulumi_snapcopy.outscale.limiter import Limiter


class Ticks:
    """Time that only passes in sleeps, in one thread."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        """See `Clock`."""
        return self.time

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self.time += seconds

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """See `Clock`."""
        self.time += seconds


@pytest.mark.parametrize(
    ("rate", "calls", "seconds"),
    [(5, 5, 0), (5, 6, 1), (5, 16, 3), (10, 16, 1), (0.5, 3, 4), (1.9, 20, 18 / 1.9), (2.5, 25, 9.6)],
)
def test_calls_keep_to_the_pace(rate: float, calls: int, seconds: float) -> None:
    """At most so many calls as the pace allows begin within a second, and no fewer where it has a fraction."""
    clock, limiter = Ticks(), Limiter(rate)
    for _ in range(calls):
        limiter.wait(clock)
    assert clock.now() == pytest.approx(seconds)
