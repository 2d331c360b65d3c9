"""The calendar of a source's copies as a grid: a column for each week, a row for each weekday, a mark for each day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .evidence import CopyState
from .report import CopyStatus, SourceStatus

MOST_WEEKS = 53
FEWEST_WEEKS = 8
PITCH = 16
CELL = 14
LEFT = 30
TOP = 18

LETTERS = {"yearly": "Y", "monthly": "M", "weekly": "W", "daily": "D", "last": "L"}
"""The letters of the rules, from the rule that keeps a copy longest to the shortest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A square of the grid: its position, kind, letter and text."""

    x: int
    y: int
    kind: str
    letter: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The name of a month or weekday, and its position."""

    x: int
    y: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The grid of one source, and the copies that are older than the grid."""

    days: tuple[Day, ...]
    labels: tuple[Label, ...]
    width: int
    height: int
    older: tuple[CopyStatus, ...]


def weeks_of(status: SourceStatus, *, today: date) -> int:
    """Return how many weeks the grid needs, from one before the oldest copy to this week; at least 8, at most 53."""
    oldest = min((each.facts.date for each in status.copies), default=today)
    return max(min((_monday(today) - oldest).days // 7 + 2, MOST_WEEKS), FEWEST_WEEKS)


def calendar(status: SourceStatus, *, today: date, weeks: int) -> Calendar:
    """Return the grid of a source, with this many weeks up to this week."""
    by_day, missing = _best(status.copies), {*status.gaps}
    first = _monday(today) - timedelta(weeks=weeks - 1)
    days = []
    for number in range((today - first).days + 1):
        day = first + timedelta(days=number)
        kind, letter, text = _shown(day, by_day.get(day), missing)
        x, y = LEFT + number // 7 * PITCH, TOP + number % 7 * PITCH
        days.append(Day(x=x, y=y, kind=kind, letter=letter, text=f"{day:%a} {day.isoformat()}: {text}"))
    return Calendar(
        days=tuple(days),
        labels=(*_months(first, weeks), *_weekdays()),
        width=LEFT + weeks * PITCH,
        height=TOP + 7 * PITCH,
        older=tuple(each for each in status.copies if each.facts.date < first),
    )


def letter_of(copy: CopyStatus) -> str:
    """Return the letter of the rule that keeps a copy longest, or a dot if no rule is known."""
    rules = {reason.removesuffix(" snapshot").removeprefix("oldest ") for reason in copy.reasons}
    return next((letter for rule, letter in LETTERS.items() if rule in rules), "•")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _best(copies: Sequence[CopyStatus]) -> dict[date, CopyStatus]:
    """Return one copy for each day, the one that is nearest to complete."""
    order = list(CopyState)
    ranked = sorted(copies, key=lambda each: order.index(each.facts.state), reverse=True)
    return {each.facts.date: each for each in ranked}


def _shown(day: date, copy: CopyStatus | None, missing: set[date]) -> tuple[str, str, str]:
    if copy is None:
        return ("gap", "\N{MULTIPLICATION SIGN}", "missing") if day in missing else ("none", "", "no copy")
    if copy.facts.state is CopyState.PENDING:
        progress = f" ({copy.facts.progress})" if copy.facts.progress else ""
        return "pending", "…", f"in progress{progress}"
    if copy.facts.state is CopyState.FAILED:
        return "gap", "!", "failed"
    why = ", ".join(copy.reasons) or ("no rule keeps it" if copy.goes_next else "held")
    return (
        ("next", letter_of(copy), f"{why}; goes next") if copy.goes_next else ("held", letter_of(copy), why)
    )


def _months(first: date, weeks: int) -> list[Label]:
    """Return the months' names, each at its first week of the grid; the first one only if there is room."""
    mondays = [first + timedelta(weeks=number) for number in range(weeks)]
    starts = [
        number
        for number, monday in enumerate(mondays)
        if number == 0 or monday.month != mondays[number - 1].month
    ]
    if len(starts) > 1 and starts[1] < 3:
        starts = starts[1:]
    return [
        Label(x=LEFT + number * PITCH, y=TOP - 6, text=f"{mondays[number]:%b}")
        for number in starts
        if number < weeks - 1
    ]


def _weekdays() -> list[Label]:
    return [
        Label(x=0, y=TOP + row * PITCH + CELL - 3, text=text)
        for row, text in ((0, "Mon"), (3, "Thu"), (6, "Sun"))
    ]
