"""How often to look, and for how long to leave a service in peace; seconds."""

from __future__ import annotations

LONGEST_PAUSE = 30.0
SHORTEST_PAUSE = 0.1
SHARE_OF_AGE = 0.05

VISIBILITY = 60.0
"""Seconds for which a thing just made may be missing from the service's answers."""


def pause(age: float, longest: float = LONGEST_PAUSE) -> float:
    """Seconds until the next look at a copy of that age: 5 % of it, at most 30, and never none.

    Example:
        >>> pause(0), pause(100), pause(7200)
        (0.1, 5.0, 30.0)
    """
    return min(max(SHARE_OF_AGE * age, SHORTEST_PAUSE), longest)


def backoff(attempt: int) -> float:
    """Seconds until a call that failed for the time being is made again: 0.5, 1, 2 … 30."""
    return min(0.5 * 2.0 ** min(attempt, 10), 30.0)
