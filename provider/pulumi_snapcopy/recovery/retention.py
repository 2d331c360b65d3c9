"""Decide which snapshots a retention keeps and why, by the rules of restic's ``forget --keep-*``."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

RULES: dict[str, Callable[[date], Hashable]] = {
    "last": date.toordinal,
    "daily": date.toordinal,
    "weekly": lambda day: day.isocalendar()[:2],
    "monthly": lambda day: (day.year, day.month),
    "yearly": lambda day: day.year,
}
"""The function that maps a date to its period, by rule; a rule keeps the newest snapshot of each period."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How many snapshots to keep; a snapshot that any rule keeps is kept.

    The rules are those of restic's ``forget``: periods without a snapshot are not counted, weeks are ISO weeks, and
    while a rule has not found as many periods as it may keep, it keeps the oldest snapshot too. The newest snapshot is
    always kept. See https://restic.readthedocs.io/en/stable/060_forget.html.

    Args:
        last: the newest snapshots.
        daily: the newest snapshot of each of the last days that have one.
        weekly: the newest snapshot of each of the last weeks that have one.
        monthly: the newest snapshot of each of the last months that have one.
        yearly: the newest snapshot of each of the last years that have one.

    Raises:
        ValueError: if a count is not a whole number of 0 or more, or all are 0.

    Example:
        >>> Retention(daily=7, weekly=4, monthly=6).most
        17
    """

    last: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0

    def __post_init__(self) -> None:
        for rule, count in self._counts():
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise ValueError(f"Retention: {rule} must be a whole number of 0 or more, not {count!r}.")
        if not self.most:
            raise ValueError(
                f"Retention: at least one of {', '.join(RULES)} must be more than 0, as in Retention(daily=7)."
            )

    @property
    def most(self) -> int:
        """The most snapshots that the retention can keep, if no two rules keep the same snapshot."""
        return sum(count for _, count in self._counts())

    def keep(self, dates: Iterable[date]) -> dict[date, tuple[str, ...]]:
        """Return the dates to keep, newest first, each with the reasons in restic's words.

        Args:
            dates: the days (UTC) that have a snapshot, in any order; a repeated day counts once.

        Raises:
            TypeError: if a date is a datetime.

        Example:
            >>> Retention(daily=1, weekly=2).keep([date(2026, 11, 19), date(2026, 11, 20)])
            {datetime.date(2026, 11, 20): ('daily snapshot', 'weekly snapshot'), datetime.date(2026, 11, 19): ('oldest weekly snapshot',)}
        """
        newest_first = _newest_first(dates)
        reasons: dict[date, list[str]] = {day: [] for day in newest_first}
        for rule, count in self._counts():
            for day, reason in _kept_by(rule, count, newest_first):
                reasons[day].append(reason)
        return {day: tuple(found) for day, found in reasons.items() if found}

    def dropped_next(self, dates: Iterable[date]) -> tuple[date, ...]:
        """Return the dates, oldest first, that no rule keeps once the day after the newest has a snapshot.

        Example:
            >>> Retention(daily=1).dropped_next([date(2026, 11, 20)])
            (datetime.date(2026, 11, 20),)
        """
        held = set(dates)
        if not held:
            return ()
        then = self.keep({*held, max(held) + timedelta(days=1)})
        return tuple(sorted(held - then.keys()))

    def _counts(self) -> list[tuple[str, int]]:
        return [(each.name, getattr(self, each.name)) for each in fields(self)]


def gaps(dates: Iterable[date], *, days: int) -> tuple[date, ...]:
    """Return the days without a snapshot among the last ``days`` up to the newest one, none before the first one.

    Example:
        >>> gaps([date(2026, 11, 17), date(2026, 11, 20)], days=3)
        (datetime.date(2026, 11, 18), datetime.date(2026, 11, 19))
    """
    held = set(dates)
    if not held or days <= 0:
        return ()
    newest = max(held)
    first = max(min(held), newest - timedelta(days=days - 1))
    every = (first + timedelta(days=number) for number in range((newest - first).days))
    return tuple(day for day in every if day not in held)


def _newest_first(dates: Iterable[date]) -> list[date]:
    found = set(dates)
    for day in found:
        if isinstance(day, datetime):
            raise TypeError(f"{day!r} is a datetime; retention counts days in UTC: pass that date.")
    return sorted(found, reverse=True)


def _kept_by(rule: str, count: int, newest_first: list[date]) -> Iterable[tuple[date, str]]:
    """Yield the dates that one rule keeps: the newest of each period, then the oldest of all if the rule isn't full."""
    period_of, left, previous = RULES[rule], count, None
    for day in newest_first:
        if not left:
            return
        period = period_of(day)
        if period != previous:
            yield day, f"{rule} snapshot"
        elif day == newest_first[-1]:
            yield day, f"oldest {rule} snapshot"
        else:
            continue
        previous, left = period, left - 1
