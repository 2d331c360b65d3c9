"""Estimates of how much longer a copy will take."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from statistics import median

from ..values import Seen

LAST_COPIES = 25
"""Copies of one size that the expectation rests on, the last ones."""


@dataclass(slots=True)
class Expectation:
    """Estimates a copy's duration from copies of its size, else from its own progress.

    Sizes are alike between the same two powers of two: 32 to 63 GiB, 64 to 127, … Where the service shows no size of
    copies in progress, a copy's own progress says more than what copies of any size took.

    Example:
        >>> expectation = Expectation()
        >>> expectation.ended(Seen(name="a", region="", kind="", size=40), seconds=600)
        >>> expectation.remaining(Seen(name="b", region="", kind="", size=40), age=450)
        150
    """

    _took: dict[tuple[str, int], deque[float]] = field(default_factory=dict)
    _usual: dict[tuple[str, int], float] = field(default_factory=dict)

    def ended(self, snapshot: Seen, seconds: float) -> None:
        """Note how long a copy took, as the service showed it in progress."""
        kind = _kind(snapshot)
        took = self._took.setdefault(kind, deque(maxlen=LAST_COPIES))
        took.append(seconds)
        self._usual[kind] = median(took)

    def remaining(self, snapshot: Seen, age: float) -> float | None:
        """Return the seconds that a copy of that age is expected to go on; below 0 if it is late, None if nothing is known."""
        percent = _percent(snapshot)
        by_progress = age * 100 / percent if percent else None
        usual = self._usual.get(_kind(snapshot), by_progress)
        if not snapshot.size and by_progress is not None:
            usual = by_progress
        return None if usual is None else usual - age


def _kind(snapshot: Seen) -> tuple[str, int]:
    return snapshot.kind, (snapshot.size or 0).bit_length()


def _percent(snapshot: Seen) -> float:
    """The service's own word, ``"82%"``; what says nothing yet counts as nothing."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%?", snapshot.progress or "")
    return float(found[1]) if found and 5 <= float(found[1]) <= 100 else 0.0
