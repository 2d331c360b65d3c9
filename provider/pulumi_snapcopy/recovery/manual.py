"""Manual snapshots of a source without automatic ones: one each day; older ones are deleted once copied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualPlan:
    """The manual snapshots to declare at the source, and those to delete; dates oldest first."""

    hold: tuple[date, ...]
    take: date | None
    prune: tuple[date, ...]


def plan_manual(
    taken: Iterable[date], *, copied: Iterable[date], wanted: Iterable[date], today: date, may_prune: bool
) -> ManualPlan:
    """Return which manual snapshots to keep, take and delete at a source.

    The newest is always kept. An older one is deleted once it has a complete copy, or once a newer one has and the
    retention doesn't want it.

    Args:
        taken: the days (UTC) of the manual snapshots that are ours and complete.
        copied: the days that have a complete copy.
        wanted: the days that `plan_source` holds, given ``taken`` and today as source snapshots.
        today: today's date (UTC).
        may_prune: False while `Plan.doubts` gives a reason.

    Example:
        >>> plan = plan_manual([date(2026, 11, 19)], copied=[date(2026, 11, 19)], wanted=[], today=date(2026, 11, 20), may_prune=True)
        >>> plan.take, plan.prune
        (datetime.date(2026, 11, 20), (datetime.date(2026, 11, 19),))
    """
    held, done, needed = set(taken), set(copied), set(wanted)
    take = None if held and max(held) >= today else today
    newest = take or max(held)
    prune = {
        day
        for day in held - {newest}
        if may_prune and (day in done or (day not in needed and any(later > day for later in done)))
    }
    hold = (held - prune) | ({take} if take else set())
    return ManualPlan(hold=tuple(sorted(hold)), take=take, prune=tuple(sorted(prune)))
