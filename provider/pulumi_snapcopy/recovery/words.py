"""Ages, sizes and verdicts in words, for the table and the page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ..core.durations import spoken
from .report import Report, SourceStatus


def age(value: timedelta | None) -> str:
    """Return an age in words; from two days on, in days and hours.

    Example:
        >>> age(timedelta(hours=26, minutes=10)), age(timedelta(days=3, hours=2)), age(None)
        ('26 h 10 min', '3 days 2 h', '-')
    """
    if value is None:
        return "-"
    if value < timedelta(days=2):
        return spoken(value.total_seconds())
    hours = value.seconds // 3600
    return f"{value.days} days" + (f" {hours} h" if hours else "")


def size(value: float | None) -> str:
    """Return a size in words.

    Example:
        >>> size(40), size(None)
        ('40 GiB', '-')
    """
    return "-" if value is None else f"{value:,.10g} GiB"


def cost(value: float | None) -> str:
    """Return a monthly cost in US dollars.

    Example:
        >>> cost(1234.5), cost(None)
        ('$1,234.50', '-')
    """
    return "-" if value is None else f"${value:,.2f}"


def days(dates: Iterable[date], *, most: int = 3) -> str:
    """Return dates in words, the latest ones in full and the earlier ones as a number.

    Example:
        >>> days([date(2026, 11, 18), date(2026, 11, 20)], most=1), days([])
        ('2026-11-20 and 1 earlier', '-')
    """
    found = sorted(dates)
    text = ", ".join(each.isoformat() for each in found[-most:])
    return (f"{text} and {len(found) - most} earlier" if len(found) > most else text) or "-"


def rules(reasons: Iterable[str]) -> str:
    """Return the reasons of a retention in short form.

    Example:
        >>> rules(["daily snapshot", "oldest weekly snapshot"])
        'daily, oldest weekly'
    """
    return ", ".join(each.removesuffix(" snapshot") for each in reasons)


def kept(status: SourceStatus) -> str:
    """Return how many copies are kept, and by which rules, such as ``12 (7 daily, 4 weekly, 3 monthly)``."""
    rules_of = by_rule(status)
    return f"{status.kept} ({rules_of})" if rules_of else str(status.kept)


def going(status: SourceStatus) -> str:
    """Return the days of the copies that the next run prunes, in words."""
    return days(copy.facts.date for copy in status.copies if copy.goes_next)


def by_rule(status: SourceStatus) -> str:
    """Return how many copies each rule keeps, and how many none keeps; a copy may count for several rules."""
    counts: dict[str, int] = {}
    for copy in status.copies:
        for reason in copy.reasons:
            rule = reason.removesuffix(" snapshot").removeprefix("oldest ")
            counts[rule] = counts.get(rule, 0) + 1
    if without := sum(copy.goes_next and not copy.reasons for copy in status.copies):
        counts["by no rule"] = without
    return ", ".join(f"{count} {rule}" for rule, count in counts.items())


def verdict(status: SourceStatus) -> str:
    """Return in words whether a source meets the objective."""
    if status.objective_met is None:
        return "no objective" if status.newest else "no copy"
    if status.objective_met:
        return "met"
    return "missed" if status.newest else "missed: no copy"


def summary(report: Report) -> str:
    """Return a sentence that says whether the objective is met."""
    whole = len(report.sources)
    if not whole:
        return "No source has copies here."
    if report.missed:
        return f"{_count(len(report.missed), whole)} no copy younger than {age(report.max_age)}."
    if report.max_age is None:
        return f"{_sources(whole)}; no objective was given."
    return f"Every source has a copy younger than {age(report.max_age)}."


def _count(some: int, whole: int) -> str:
    return f"{some} of {_sources(whole)} {'has' if some == 1 else 'have'}"


def _sources(count: int) -> str:
    return "1 source" if count == 1 else f"{count} sources"
