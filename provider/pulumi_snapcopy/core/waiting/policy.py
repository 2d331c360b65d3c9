"""Every waiting time, with the reason for its value; seconds. docs/architecture.md explains them side by side."""

from __future__ import annotations

import math

SHARE_OF_AGE = 0.05
SHORTEST_PAUSE = 1.4
"""At least a second; so much more that a copy of 20 s costs fewer than 20 reads in all."""
CLOSEST = 1.0
"""What is expected to end is never looked at more often than this."""

CLOSER = 4
"""How many times as often to look at what is likely to be done any moment."""

LONGEST_PAUSE = 30.0

RECENT = 3.0
"""How old a list may be that serves those who start copies one after the other, where the service's answer to the request
shows what has changed since."""

CREATION_GRACE = 60.0
"""The creation grace period: how long something just made may be missing from the service's answers."""

TAGGING_GRACE = 5.0
"""How long the run that makes a copy may take to tag it; one that is untagged after that was interrupted, or isn't ours."""

SEARCH = 30.0
"""How long to search after a lost answer before another request is sent, where that would make a second one."""

FILTERS_LAG = 10.0
"""How long lists may miss what an interrupted run has just made, where a repeated request makes a second one."""

SAME_EVENT = 60.0
"""By how much the times of one event may differ in the service's own records."""

USUAL_SKEW = 1.0
"""By how much our clock and the service's usually differ."""

LONGEST_SKEW = 300.0
"""By how much our clock may differ from the service's, which refuses calls beyond that."""

READ_TIMEOUT = 5 * 60.0
"""How long a read is retried."""

DEFAULT_TIMEOUT = 3 * 60 * 60.0
"""How long a copy may take unless ``opts.custom_timeouts`` says otherwise; copies take minutes to over two hours."""


def pause(age: float, longest: float = LONGEST_PAUSE) -> float:
    """Seconds until the next look at something of that age: 5 % of it, at least `SHORTEST_PAUSE`, at most 30.

    Example:
        >>> pause(0), pause(100), pause(7200)
        (1.4, 5.0, 30.0)
    """
    return min(max(SHARE_OF_AGE * age, SHORTEST_PAUSE), longest)


def pause_before_end(usual: float, expected: float) -> float:
    """Seconds until the next look at what is expected to end: one look falls on the end, and those around it are closer.

    Args:
        usual: the pause that its age asks for.
        expected: seconds until it ends; below 0 if it is late.

    Example:
        >>> pause_before_end(1.4, 10), pause_before_end(1.4, 1.2), pause_before_end(30, 45), pause_before_end(30, -8)
        (1.25, 1.2, 22.5, 7.5)
    """
    if expected < -2 * usual:
        return usual
    shortest = min(usual, CLOSEST)
    wanted = usual if expected > usual else max(usual / CLOSER, shortest)
    if expected <= wanted:
        return max(expected, wanted if expected <= 0 else shortest)
    looks = max(1, min(math.ceil(expected / wanted), math.floor(expected / shortest)))
    return expected / looks


def backoff(attempt: int) -> float:
    """Seconds until a call that failed for now is retried: 0.5, 1, 2 … 30.

    Example:
        >>> [backoff(attempt) for attempt in (0, 1, 2, 10)]
        [0.5, 1.0, 2.0, 30.0]
    """
    return min(0.5 * 2.0 ** min(attempt, 10), 30.0)
