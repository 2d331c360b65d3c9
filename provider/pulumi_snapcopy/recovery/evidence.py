"""The evidence for planning one source: what is known of its snapshots and copies, and what couldn't be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Presence(Enum):
    """Whether a source exists, by the service's answer."""

    SEEN = "seen"
    GONE = "gone"


class SourceSnapshotState(Enum):
    """Whether a snapshot at the source can be copied."""

    READY = "ready"
    PENDING = "in progress"
    FAILED = "failed"


class CopyState(Enum):
    """Whether a copy can be restored from."""

    COMPLETE = "complete"
    PENDING = "in progress"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An answer that couldn't be read, which is never treated as an empty answer.

    Args:
        reason: the cause in the service's words, without a full stop.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSnapshot:
    """A snapshot at the source, or one that should exist, on a day (UTC)."""

    date: date
    state: SourceSnapshotState = SourceSnapshotState.READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that is provably ours; the caller leaves out copies of other owners and stacks, and those made by hand.

    Args:
        date: the day (UTC) of its data.
        name: its name.
        region: its region.
        state: whether it can be restored from.
        source_ref: the ARN of the instance or disk that it was taken of; None if that isn't known.
    """

    date: date
    name: str
    region: str
    state: CopyState = CopyState.COMPLETE
    source_ref: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence from which the plan for one source is made.

    Args:
        source: the name of the instance or disk.
        source_region: the region of the source.
        presence: whether the source exists; Unreadable if the sources couldn't be listed.
        source_snapshots: the source's snapshots, by day; Unreadable if they couldn't be listed. Empty if the service
            listed none.
        listed: the copies that the service lists, in the target region and every other region that ``recorded`` names.
        recorded: the copies in a second record, the stack's state.
        is_named: False for a source that a tag, or "all", protects; it can't be taken out by its name.
        source_ref: the ARN of the instance or disk that has this name now; None if that isn't known.
    """

    source: str
    source_region: str
    presence: Presence | Unreadable
    source_snapshots: tuple[SourceSnapshot, ...] | Unreadable
    listed: tuple[Copy, ...] | Unreadable
    recorded: tuple[Copy, ...] | Unreadable
    is_named: bool = True
    source_ref: str | None = None

    def ready(self) -> frozenset[date]:
        """Return the days that have a snapshot at the source that can be copied now."""
        return frozenset(
            each.date for each in source_snapshots(self) if each.state is SourceSnapshotState.READY
        )


def source_snapshots(evidence: Evidence) -> tuple[SourceSnapshot, ...]:
    """Return the source's snapshots, or an empty tuple if they couldn't be listed."""
    return () if isinstance(evidence.source_snapshots, Unreadable) else evidence.source_snapshots


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One copy, and whether the service lists it and the state records it."""

    copy: Copy
    listed: bool
    recorded: bool


def holdings(evidence: Evidence) -> tuple[Holding, ...]:
    """Return each copy that the service lists or the state records, oldest first; the service's state of it counts."""
    listed = {(each.region, each.name): each for each in _read(evidence.listed)}
    recorded = {(each.region, each.name): each for each in _read(evidence.recorded)}
    merged = {**recorded, **listed}
    return tuple(
        Holding(copy=copy, listed=key in listed, recorded=key in recorded)
        for key, copy in sorted(merged.items(), key=lambda item: (item[1].date, item[0]))
    )


def doubts(evidence: Evidence, *, protected: bool = True) -> tuple[str, ...]:
    """Return why no copy of this source may be pruned, as clauses; empty if all evidence was read and agrees.

    Args:
        evidence: what is known of the source and its copies.
        protected: False for a source that is no longer protected, whose existence then doesn't matter.
    """
    return (*_doubts_of_copies(evidence), *(_doubts_of_source(evidence) if protected else ()))


def _doubts_of_copies(evidence: Evidence) -> tuple[str, ...]:
    if isinstance(evidence.recorded, Unreadable):
        return (f"the copies in the stack's state can't be read: {evidence.recorded.reason}",)
    if isinstance(evidence.listed, Unreadable):
        return (f"its copies can't be listed: {evidence.listed.reason}",)
    listed_regions = {each.region for each in evidence.listed}
    missing = [
        each.copy
        for each in holdings(evidence)
        if not each.listed
        and each.copy.state is CopyState.COMPLETE
        and each.copy.region not in listed_regions
    ]
    if not missing:
        return ()
    regions = ", ".join(sorted({each.region for each in missing}))
    found = "none" if not evidence.listed else f"only {len(evidence.listed)}"
    return (
        f"the service lists {found} of the {len(holdings(evidence))} copies known, and not"
        f" {quoted([each.name for each in missing])}, in {regions}; run `pulumi refresh` if that is right",
    )


def _doubts_of_source(evidence: Evidence) -> tuple[str, ...]:
    name, region = evidence.source, evidence.source_region
    if isinstance(evidence.presence, Unreadable):
        return (f"the sources in {region} can't be listed: {evidence.presence.reason}",)
    if evidence.presence is Presence.GONE:
        step = "remove it from protect if its copies may go"
        if not evidence.is_named:
            step = "if its copies may go, delete them by hand, then run `pulumi refresh`"
        return (f"{name} doesn't exist in {region} any more; {step}",)
    if isinstance(evidence.source_snapshots, Unreadable):
        return (f"its snapshots in {region} can't be listed: {evidence.source_snapshots.reason}",)
    if not evidence.source_snapshots and holdings(evidence):
        return (f"it has copies, but no automatic snapshot in {region}; check that they are still enabled",)
    return ()


def quoted(names: list[str]) -> str:
    """Return up to three names in quotes, and the number of further names."""
    more = len(names) - 3
    return ", ".join(f'"{name}"' for name in names[:3]) + (f" and {more} more" if more > 0 else "")


def _read(copies: tuple[Copy, ...] | Unreadable) -> tuple[Copy, ...]:
    return () if isinstance(copies, Unreadable) else copies
