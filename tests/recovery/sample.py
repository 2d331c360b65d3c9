"""A report with everything in it that a page has to show."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import partial

from pulumi_snapcopy.recovery.drill import DrillResult
from pulumi_snapcopy.recovery.evidence import CopyState
from pulumi_snapcopy.recovery.report import CopyFacts, Report, SourceFacts, assess
from pulumi_snapcopy.recovery.retention import Retention

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
TODAY = NOW.date()
KEEP = Retention(daily=7, weekly=4, monthly=6)


def held(
    source: str, *, size: float, retention: Retention = KEEP, skipped: tuple[int, ...] = (), since: int = 200
) -> tuple[CopyFacts, ...]:
    """What a retention has left of a copy a day; ``skipped`` and ``since`` count days back."""
    days: set[date] = set()
    for back in range(since, -1, -1):
        if back not in skipped:
            days = set(retention.keep({*days, TODAY - timedelta(days=back)}))
    return tuple(
        CopyFacts(
            date=day,
            name=f"dr-{source}-{day}",
            size_in_gb=size,
            taken_at=datetime(day.year, day.month, day.day, 4, 12, tzinfo=timezone.utc),
        )
        for day in sorted(days)
    )


def report(max_age: timedelta | None = timedelta(hours=26)) -> Report:
    """Four sources: one in order, one with gaps and a copy in progress, one too old, one without copies."""
    data = held("data-1", size=128, skipped=(0, 2, 3))
    in_progress = CopyFacts(
        date=TODAY, name=f"dr-data-1-{TODAY}", state=CopyState.PENDING, progress="62%", size_in_gb=128
    )
    failed = CopyFacts(
        date=TODAY - timedelta(days=2), name=f"dr-data-1-{TODAY - timedelta(days=2)}", state=CopyState.FAILED
    )
    facts = partial(SourceFacts, source_region="us-east-1", target_region="eu-west-1")
    sources = (
        facts(source="web-1", copies=held("web-1", size=40), retention=KEEP),
        facts(source="data-1", copies=(*data, in_progress, failed), retention=KEEP),
        facts(
            source="build-agent",
            copies=held("build-agent", size=20, skipped=(0, 1, 2), retention=Retention(daily=3), since=9),
            retention=Retention(daily=3),
        ),
        facts(source="mail <old>", retention=KEEP),
    )
    drills = (
        DrillResult(
            source="web-1",
            target_region="eu-west-1",
            snapshot_name="dr-web-1-2026-11-15",
            date=date(2026, 11, 15),
            restored_as="snapcopy-drill-1c9e",
            started_at=datetime(2026, 11, 15, 6, tzinfo=timezone.utc),
            recovery_seconds=312,
            data_age_seconds=6480,
            max_age=timedelta(hours=26),
            cost=0.01,
        ),
        DrillResult(
            source="data-1",
            target_region="eu-west-1",
            snapshot_name="dr-data-1-2026-11-15",
            date=date(2026, 11, 15),
            started_at=datetime(2026, 11, 15, 6, 10, tzinfo=timezone.utc),
            data_age_seconds=7080,
            max_age=timedelta(hours=26),
            error="the zone eu-west-1a has no capacity",
        ),
    )
    return Report(
        sources=tuple(assess(each, now=NOW, max_age=max_age) for each in sources),
        made_at=NOW,
        max_age=max_age,
        drills=drills,
    )
