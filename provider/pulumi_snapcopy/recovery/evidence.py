"""What is known of one source and its copies, and what could not be determined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Presence(Enum):
    """Whether a source exists, as far as the service has answered."""

    SEEN = "seen"
    GONE = "gone"


class OfferState(Enum):
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
    """An answer that didn't come; never the same as an empty one.

    Args:
        reason: the cause in the service's words, without a full stop.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A snapshot that the source has, or should have, on a day (UTC)."""

    date: date
    state: OfferState = OfferState.READY


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that is provably ours; copies of other owners and stacks, or made by hand, are left out by the caller."""

    date: date
    name: str
    region: str
    state: CopyState = CopyState.COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a plan for one source is decided from.

    Args:
        source: the name of the instance or disk.
        source_region: where it is.
        presence: whether it exists; Unreadable if the sources couldn't be listed.
        offers: its snapshots, by day; Unreadable if they couldn't be listed. Empty means that the service answered, with none.
        listed: its copies as the service lists them, in the target region and in every other region that ``recorded`` names.
        recorded: its copies as a second source knows them (the stack's state).
    """

    source: str
    source_region: str
    presence: Presence | Unreadable
    offers: tuple[Offer, ...] | Unreadable
    listed: tuple[Copy, ...] | Unreadable
    recorded: tuple[Copy, ...] | Unreadable

    def ready(self) -> frozenset[date]:
        """Return the days whose snapshot can be copied now."""
        return frozenset(each.date for each in offered(self) if each.state is OfferState.READY)


def offered(evidence: Evidence) -> tuple[Offer, ...]:
    """Return the source's snapshots; none if they couldn't be listed."""
    return () if isinstance(evidence.offers, Unreadable) else evidence.offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One copy, and who knows of it."""

    copy: Copy
    listed: bool
    recorded: bool


def holdings(evidence: Evidence) -> tuple[Holding, ...]:
    """Return each copy that either the service or the state knows, oldest first; the service's word on its state counts."""
    listed = {(each.region, each.name): each for each in _read(evidence.listed)}
    recorded = {(each.region, each.name): each for each in _read(evidence.recorded)}
    merged = {**recorded, **listed}
    return tuple(
        Holding(copy=copy, listed=key in listed, recorded=key in recorded)
        for key, copy in sorted(merged.items(), key=lambda item: (item[1].date, item[0]))
    )


def doubts(evidence: Evidence, *, protected: bool = True) -> tuple[str, ...]:
    """Return why nothing of this source may be pruned, each as a clause; empty if all evidence is there and agrees.

    Args:
        evidence: what is known.
        protected: False for a source that is no longer protected; whether it still exists doesn't matter then.
    """
    return (*_doubts_of_copies(evidence), *(_doubts_of_source(evidence) if protected else ()))


def _doubts_of_copies(evidence: Evidence) -> tuple[str, ...]:
    if isinstance(evidence.recorded, Unreadable):
        return (f"the copies in the stack's state can't be read: {evidence.recorded.reason}",)
    if isinstance(evidence.listed, Unreadable):
        return (f"its copies can't be listed: {evidence.listed.reason}",)
    told = {each.region for each in evidence.listed}
    missing = [
        each.copy
        for each in holdings(evidence)
        if not each.listed and each.copy.state is CopyState.COMPLETE and each.copy.region not in told
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
        return (f"{name} doesn't exist in {region} any more; remove it from protect if its copies may go",)
    if isinstance(evidence.offers, Unreadable):
        return (f"its snapshots in {region} can't be listed: {evidence.offers.reason}",)
    if not evidence.offers and holdings(evidence):
        return (f"it has copies, but no automatic snapshot in {region}; check that they are still enabled",)
    return ()


def quoted(names: list[str]) -> str:
    """Return up to three names in quotes, and how many more there are."""
    more = len(names) - 3
    return ", ".join(f'"{name}"' for name in names[:3]) + (f" and {more} more" if more > 0 else "")


def _read(copies: tuple[Copy, ...] | Unreadable) -> tuple[Copy, ...]:
    return () if isinstance(copies, Unreadable) else copies
