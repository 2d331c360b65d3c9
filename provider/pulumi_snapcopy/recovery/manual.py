"""Manual snapshots of a source without automatic ones: one each day; older ones are deleted once copied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date


def plan_manual(
    taken: Iterable[date], *, copied: Iterable[date], wanted: Iterable[date], today: date, may_prune: bool
) -> tuple[date, ...]:
    """Return the days (UTC) whose manual snapshots a source is to have, oldest first; today's is taken if it is missing.

    The newest is always kept. An older one is deleted once it has a complete copy, or once a newer one has and the
    retention doesn't want it.

    Args:
        taken: the days (UTC) of the manual snapshots that are ours and complete.
        copied: the days that have a complete copy.
        wanted: the days that `plan_source` holds, given ``taken`` and today as source snapshots, and those of which a
            snapshot may be of an earlier source of the name.
        today: today's date (UTC).
        may_prune: False while `Plan.doubts` gives a reason.

    Example:
        >>> plan_manual([date(2026, 11, 19)], copied=[date(2026, 11, 19)], wanted=[], today=date(2026, 11, 20), may_prune=True)
        (datetime.date(2026, 11, 20),)
    """
    held, done, needed = set(taken), set(copied), set(wanted)
    newest = max({*held, today})
    prune = {
        day
        for day in held - {newest}
        if may_prune and (day in done or (day not in needed and any(later > day for later in done)))
    }
    return tuple(sorted({*held, newest} - prune))
