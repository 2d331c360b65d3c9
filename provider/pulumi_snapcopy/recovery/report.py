"""The report of `snapcopy status`: each source's copies, ages and gaps against the objective."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from .drill import DrillResult
from .evidence import CopyState
from .replaced import of_earlier
from .retention import Retention, gaps

PRICE = 0.05
"""US dollars for a GiB and month, the list price of a manual snapshot."""

OF_EARLIER = "of an earlier source"
"""Why a copy is kept whose source was deleted and made again under its name."""

GAP_DAYS = 7
"""The days in which gaps are looked for if the retention isn't known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyFacts:
    """A copy as the service lists it.

    Args:
        date: the day (UTC) of the source's snapshot.
        name: the copy's name in the target region.
        state: whether the copy can be restored.
        size_in_gb: GiB, if the service reports the size.
        taken_at: when the source's snapshot was taken, if the service still reports it.
        progress: the progress of a pending copy, in the service's words ("40%").
        source_ref: the ARN of the instance or disk that it was taken of; None if the service doesn't report it.
    """

    date: date
    name: str
    state: CopyState = CopyState.COMPLETE
    size_in_gb: float | None = None
    taken_at: datetime | None = None
    progress: str | None = None
    source_ref: str | None = None

    @property
    def data_from(self) -> datetime:
        """When the data was taken; if the service doesn't report it, the midnight (UTC) at which its day began."""
        return self.taken_at or datetime.combine(self.date, time(), timezone.utc)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """A source's copies.

    Args:
        source: the name of the instance or disk.
        source_region: the region of the source.
        target_region: the region of its copies.
        copies: the copies that are ours.
        retention: what the source's stack keeps; None if unknown.
    """

    source: str
    source_region: str
    target_region: str
    copies: tuple[CopyFacts, ...] = ()
    retention: Retention | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStatus:
    """A copy, why it is kept, and whether the next run prunes it.

    Args:
        facts: the copy.
        reasons: the rules that keep it, or that it is of an earlier source of the name, which no rule counts; empty if
            nothing keeps it, or if the retention isn't known.
        goes_next: whether no rule keeps it once there is a copy of the day after the newest.
    """

    facts: CopyFacts
    reasons: tuple[str, ...]
    goes_next: bool

    def as_json(self) -> dict[str, Any]:
        """Return the copy as an entry of a source's ``copies``."""
        return {
            "date": self.facts.date.isoformat(),
            "name": self.facts.name,
            "state": self.facts.state.value,
            "progress": self.facts.progress,
            "sizeInGb": self.facts.size_in_gb,
            "reasons": list(self.reasons),
            "goesNext": self.goes_next,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """The status of one source at one moment; see `assess`.

    Args:
        facts: the facts that the status is based on.
        copies: newest first, including those in progress and failed.
        newest: the newest complete copy.
        age: the age of the newest copy's data.
        gaps: days without a complete copy of the source that was copied last, oldest first.
        objective_met: whether the age meets the objective; None if there is no objective.
        size_in_gb: the size of all complete copies whose size is known; None if none is known.
        monthly_cost: the most that they cost in US dollars, as snapshots are stored incrementally; None like the size.
    """

    facts: SourceFacts
    copies: tuple[CopyStatus, ...]
    newest: CopyFacts | None
    age: timedelta | None
    gaps: tuple[date, ...]
    objective_met: bool | None
    size_in_gb: float | None
    monthly_cost: float | None

    @property
    def kept(self) -> int:
        """The number of copies that can be restored."""
        return sum(each.facts.state is CopyState.COMPLETE for each in self.copies)

    @property
    def in_progress(self) -> tuple[CopyFacts, ...]:
        """The copies that the service is still creating."""
        return tuple(each.facts for each in self.copies if each.facts.state is CopyState.PENDING)

    @property
    def failed(self) -> tuple[CopyFacts, ...]:
        """The copies that failed at the service."""
        return tuple(each.facts for each in self.copies if each.facts.state is CopyState.FAILED)

    def as_json(self) -> dict[str, Any]:
        """Return the source as an entry of the report's ``sources``."""
        newest = self.newest
        return {
            "source": self.facts.source,
            "sourceRegion": self.facts.source_region,
            "targetRegion": self.facts.target_region,
            "newest": {"date": newest.date.isoformat(), "name": newest.name} if newest else None,
            "ageSeconds": int(self.age.total_seconds()) if self.age is not None else None,
            "kept": self.kept,
            "gaps": [day.isoformat() for day in self.gaps],
            "objectiveMet": self.objective_met,
            "inProgress": [
                {"date": each.date.isoformat(), "name": each.name, "progress": each.progress}
                for each in self.in_progress
            ],
            "copies": [each.as_json() for each in self.copies],
            "sizeInGb": self.size_in_gb,
            "estimatedMonthlyCost": self.monthly_cost,
        }


def assess(
    facts: SourceFacts, *, now: datetime, max_age: timedelta | None = None, price: float = PRICE
) -> SourceStatus:
    """Return a source's status at a moment.

    Args:
        facts: the source's copies as the service lists them.
        now: the moment, with a time zone.
        max_age: the objective, the most data (in time) that may be lost; None for no objective.
        price: US dollars for a GiB and month.

    Example:
        >>> facts = SourceFacts(source="web-1", source_region="us-east-1", target_region="eu-west-1",
        ...                     copies=(CopyFacts(date=date(2026, 11, 20), name="web-1-2026-11-20", size_in_gb=40),))
        >>> found = assess(facts, now=datetime(2026, 11, 21, 2, tzinfo=timezone.utc), max_age=timedelta(hours=26))
        >>> found.objective_met, found.age, found.monthly_cost
        (True, datetime.timedelta(days=1, seconds=7200), 2.0)
    """
    complete = [each for each in facts.copies if each.state is CopyState.COMPLETE]
    newest = max(complete, key=lambda each: (each.data_from, each.name), default=None)
    age = max(now - newest.data_from, timedelta()) if newest else None
    sizes = [each.size_in_gb for each in complete if each.size_in_gb is not None]
    size = sum(sizes) if sizes else None
    earlier = _earlier(facts.copies)
    days = [each.date for each in complete if each not in earlier]
    kept = facts.retention.keep(days) if facts.retention else {}
    going = facts.retention.dropped_next(days) if facts.retention else ()
    newest_first = sorted(facts.copies, key=lambda each: (each.date, each.name), reverse=True)
    return SourceStatus(
        facts=facts,
        copies=tuple(_copy(each, kept, going, is_earlier=each in earlier) for each in newest_first),
        newest=newest,
        age=age,
        gaps=gaps(days, days=facts.retention.daily if facts.retention else GAP_DAYS),
        objective_met=None if max_age is None else age is not None and age <= max_age,
        size_in_gb=size,
        monthly_cost=None if size is None else round(size * price, 2),
    )


def _earlier(copies: Sequence[CopyFacts]) -> tuple[CopyFacts, ...]:
    """Return the copies of earlier sources; without the service's word on the present one, it is the one copied last."""
    shown = [each for each in copies if each.source_ref and each.state is not CopyState.FAILED]
    last = max(shown, key=lambda each: each.date, default=None)
    return of_earlier(copies, last.source_ref) if last else ()


def _copy(
    facts: CopyFacts, kept: dict[date, tuple[str, ...]], going: tuple[date, ...], *, is_earlier: bool
) -> CopyStatus:
    if facts.state is not CopyState.COMPLETE:
        return CopyStatus(facts=facts, reasons=(), goes_next=False)
    if is_earlier:
        return CopyStatus(facts=facts, reasons=(OF_EARLIER,), goes_next=False)
    return CopyStatus(facts=facts, reasons=kept.get(facts.date, ()), goes_next=facts.date in going)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All sources at one moment, and the last drills.

    Args:
        sources: the sources' status, from `assess`.
        made_at: the moment, with a time zone.
        max_age: the objective; None for no objective.
        drills: newest first, as `drill.load_history` returns them.
    """

    sources: tuple[SourceStatus, ...]
    made_at: datetime
    max_age: timedelta | None = None
    drills: tuple[DrillResult, ...] = ()

    @property
    def missed(self) -> tuple[SourceStatus, ...]:
        """The sources whose newest data is older than the objective, or that have no copy."""
        return tuple(each for each in self.sources if each.objective_met is False)

    @property
    def objective_met(self) -> bool:
        """Whether there are sources and each meets the objective; True without an objective."""
        return not self.missed and (bool(self.sources) or self.max_age is None)

    @property
    def exit_code(self) -> int:
        """0 if the objective is met, 1 if missed, 2 if unknown: an objective, but no source."""
        if self.missed:
            return 1
        return 0 if self.objective_met else 2

    @property
    def monthly_cost(self) -> float | None:
        """US dollars for the sources whose size is known; None if none is known."""
        return _sum([each.monthly_cost for each in self.sources])

    @property
    def size_in_gb(self) -> float | None:
        """GiB of the sources whose size is known; None if none is known."""
        return _sum([each.size_in_gb for each in self.sources])

    def as_json(self) -> dict[str, Any]:
        """Return the report in the form of `snapcopy status --format json`."""
        return {
            "objectiveMet": self.objective_met,
            "madeAt": self.made_at.astimezone(timezone.utc).isoformat(timespec="seconds"),
            "maxAgeSeconds": int(self.max_age.total_seconds()) if self.max_age is not None else None,
            "sources": [each.as_json() for each in self.sources],
            "estimatedMonthlyCost": self.monthly_cost,
            "drills": [each.as_json() for each in self.drills],
        }


def _sum(values: Sequence[float | None]) -> float | None:
    known = [each for each in values if each is not None]
    return round(sum(known), 2) if known else None
