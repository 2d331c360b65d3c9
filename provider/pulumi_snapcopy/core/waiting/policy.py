"""The waiting times of a run in seconds, with the reason for each value; docs/architecture.md lists these and all others."""

from __future__ import annotations

import math

SHARE_OF_AGE = 0.05
SHORTEST_PAUSE = 1.4
"""At least a second; so much more that a copy of 20 s costs fewer than 20 reads in all."""
CLOSEST = 1.0
"""The shortest pause between polls of a copy that is expected to end."""

CLOSER = 4
"""How many times as often a copy is polled that is expected to end any moment."""

LONGEST_PAUSE = 30.0

RECENT = 3.0
"""The age up to which a list is reused for copies that start one after the other, where the service's answer to the request
shows what has changed since."""

CREATION_GRACE = 60.0
"""The creation grace period: how long a new object may be missing from the service's answers."""

NAME_GRACE = 130.0
"""How long the service may still refuse a name whose object is deleted; one more try falls into the second minute."""

RECORDS_LAG = 15.0
"""How long the service's records may miss the call that made an object; twice the longest that was seen."""

TAGGING_GRACE = 5.0
"""How long a run may take to tag a copy it has made; a copy without tags after that is of an interrupted run, or not ours."""

SEARCH_FOR_LOST = 30.0
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
    """Return the seconds until the next poll of a copy of that age: 5 % of it, at least `SHORTEST_PAUSE`, at most 30.

    Example:
        >>> pause(0), pause(100), pause(7200)
        (1.4, 5.0, 30.0)
    """
    return min(max(SHARE_OF_AGE * age, SHORTEST_PAUSE), longest)


def pause_before_end(usual: float, expected: float) -> float:
    """Return the seconds until the next poll of a copy that is expected to end: one poll falls on the end.

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
    polls = max(1, min(math.ceil(expected / wanted), math.floor(expected / shortest)))
    return expected / polls


def backoff(attempt: int) -> float:
    """Return the seconds until a failed call is retried: 0.5, 1, 2 … 30.

    Example:
        >>> [backoff(attempt) for attempt in (0, 1, 2, 10)]
        [0.5, 1.0, 2.0, 30.0]
    """
    return min(0.5 * 2.0 ** min(attempt, 10), 30.0)
