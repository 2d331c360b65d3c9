"""The same decisions, made another way: by sorting into groups and counting, to hold the package's against."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from pulumi_snapcopy.recovery.retention import Retention

GROUPS = {"daily": "%Y-%m-%d", "weekly": "%G-%V", "monthly": "%Y-%m", "yearly": "%Y"}


def kept(retention: Retention, dates: set[date]) -> set[date]:
    """What a retention keeps: each rule sorts the dates into groups, and takes the newest groups' newest."""
    if not dates:
        return set()
    found = set(sorted(dates)[-retention.last :]) if retention.last else set()
    for rule, pattern in GROUPS.items():
        count = getattr(retention, rule)
        groups = [max(group) for _, group in groupby(sorted(dates), key=lambda day: day.strftime(pattern))]
        if count:
            found |= set(groups[-count:])
            if len(groups) < count:
                found.add(min(dates))
    return found
