"""Snapshots and volumes of block storage, shared by EC2 and OUTSCALE, and their states over time.

The services have different words for them; the records, the clock and the eventual consistency are the same.
Nothing runs while a snapshot is pending: its state is computed from timestamps when it is read.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from .plans import PLAN, CopyPlan
from .shared import SHARED, next_number, now

PENDING, COMPLETED, ERROR = "pending", "completed", "error"
STATES = (PENDING, COMPLETED, ERROR)
_QUEUED = 0.1  # the part of a snapshot's duration that OUTSCALE calls in-queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A snapshot of block storage.

    Attributes:
        id: The id, such as ``snap-0a1b2c3d4e5f60718``.
        owner: The account that owns the snapshot.
        size: The size in GiB.
        volume_id: The volume that the service reports as the source.
        created_at: When the snapshot was started (seconds since 1970).
        done_at: When the snapshot reaches its final state; None: never.
        final: ``completed`` or ``error``.
        visible_at: When the snapshot can be read by its id.
        filterable_at: When lists without its id show the snapshot.
        gone_at: When a deleted snapshot is no longer shown; None while it isn't deleted.
        former_tags: The tags that lists filter by until `tags_at`.
        copied: Whether the snapshot is a copy.
        message: Why the snapshot failed.
        public: Whether every account may read the snapshot.
        shared_with: The accounts that may read the snapshot.
        token: The ClientToken of the request, and `request` a digest of the request.
        used_by: The images that use the snapshot.
    """

    id: str
    owner: str
    size: int
    volume_id: str
    created_at: float
    done_at: float | None
    final: str = COMPLETED
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    number: int = field(default_factory=next_number)
    visible_at: float = 0.0
    filterable_at: float = 0.0
    gone_at: float | None = None
    former_tags: dict[str, str] = field(default_factory=dict)
    tags_at: float = 0.0
    copied: bool = False
    encrypted: bool = False
    kms_key_id: str | None = None
    message: str | None = None
    size_known: bool = True
    minutes: int | None = None
    public: bool = False
    shared_with: list[str] = field(default_factory=list)
    token: str | None = None
    request: str = ""
    used_by: list[str] = field(default_factory=list)

    def state(self, at: float) -> str:
        """Return the state at this time: ``pending``, ``completed`` or ``error``."""
        return self.final if self.done_at is not None and self.done_at <= at else PENDING

    def progress(self, at: float) -> int:
        """Return the progress in percent; 100 only if the snapshot is completed."""
        if self.state(at) != PENDING:
            return 100 if self.final == COMPLETED else 0
        return min(99, max(0, int(100 * self._elapsed(at))))

    def is_queued(self, at: float) -> bool:
        """Whether the service has accepted the snapshot but not started on it yet."""
        return self.state(at) == PENDING and self._elapsed(at) < _QUEUED

    def readable_by(self, account: str) -> bool:
        """Whether an account may read and copy the snapshot."""
        return self.public or account == self.owner or account in self.shared_with

    def filterable_tags(self, at: float) -> dict[str, str]:
        """Return the tags that filters compare with at this time."""
        return self.tags if at >= self.tags_at else self.former_tags

    def _elapsed(self, at: float) -> float:
        if self.done_at is None or self.done_at <= self.created_at:
            return 0.0
        return (at - self.created_at) / (self.done_at - self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of block storage (size in GiB)."""

    id: str
    size: int
    zone: str
    created_at: float
    number: int = field(default_factory=next_number)
    tags: dict[str, str] = field(default_factory=dict)
    snapshot_id: str | None = None
    kind: str = "standard"
    token: str | None = None


@dataclass(slots=True)
class Region:
    """The snapshots and volumes of one region."""

    name: str
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)

    def put(self, snapshot: Snapshot) -> Snapshot:
        """Add a snapshot, or replace it."""
        self.snapshots[snapshot.id] = snapshot
        return snapshot

    def shown(self, snapshot_id: str) -> Snapshot | None:
        """Return the snapshot that can be read by this id, or None if it doesn't exist or isn't visible yet."""
        self.forget_deleted()
        found = self.snapshots.get(snapshot_id)
        return found if found is not None and found.visible_at <= now() else None

    def all_shown(self) -> list[Snapshot]:
        """Return the snapshots that can be read by their ids, in the order they were created."""
        self.forget_deleted()
        at = now()
        shown = [each for each in self.snapshots.values() if each.visible_at <= at]
        return sorted(shown, key=lambda each: each.number)

    def delete(self, snapshot: Snapshot) -> None:
        """Delete a snapshot; the settings say for how long it is still shown."""
        self.put(replace(snapshot, gone_at=now() + SHARED.settings.deletion_seconds))
        self.forget_deleted()

    def forget_deleted(self) -> None:
        """Remove the deleted snapshots whose time to be shown has passed."""
        at = now()
        for each in [s for s in self.snapshots.values() if s.gone_at is not None and s.gone_at <= at]:
            del self.snapshots[each.id]

    def copies_in_progress(self) -> int:
        """Return how many copies into this region are pending."""
        at = now()
        own = [s for s in self.snapshots.values() if s.copied and s.gone_at is None]
        return sum(each.state(at) == PENDING for each in own)

    def tag(self, snapshot: Snapshot, tags: dict[str, str]) -> None:
        """Replace a snapshot's tags; filters see the new ones after the settings' `tagging_seconds`."""
        at = now()
        former = snapshot.filterable_tags(at)
        tags_at = max(at + SHARED.settings.tagging_seconds, snapshot.tags_at)
        self.put(replace(snapshot, tags=tags, former_tags=former, tags_at=tags_at))


class Cloud:
    """The regions of one provider, each created on first use.

    Args:
        digits: How many hex digits the provider's ids have.
    """

    def __init__(self, digits: int) -> None:
        self._digits = digits
        self.regions: dict[str, Region] = {}

    def region(self, name: str) -> Region:
        """Return the region of this name; it is created if it doesn't exist."""
        return self.regions.setdefault(name, Region(name))

    def new_id(self, prefix: str) -> str:
        """Return a new random id."""
        return f"{prefix}-{secrets.token_hex(self._digits)[: self._digits]}"

    def clear(self) -> None:
        """Remove all regions with their snapshots and volumes."""
        self.regions.clear()

    def finish(self) -> None:
        """Complete all that is pending, hidden or being deleted now."""
        at = now()
        for region in self.regions.values():
            for each in list(region.snapshots.values()):
                region.put(_finished(each, at))
            region.forget_deleted()

    def dump(self) -> dict[str, Any]:
        """Return all regions with their snapshots and volumes as JSON data."""
        return {
            name: {
                "snapshots": [asdict(each) for each in region.snapshots.values()],
                "volumes": [asdict(each) for each in region.volumes.values()],
            }
            for name, region in self.regions.items()
        }

    def load(self, data: dict[str, Any]) -> None:
        """Load what `dump` returned."""
        for name, kept in data.items():
            region = self.region(name)
            region.snapshots = {each["id"]: Snapshot(**each) for each in kept["snapshots"]}
            region.volumes = {each["id"]: Volume(**each) for each in kept["volumes"]}


EC2 = Cloud(17)
OUTSCALE = Cloud(8)
CLOUDS = {"ec2": EC2, "outscale": OUTSCALE}


def begin(cloud: Cloud, *, owner: str, copied: bool, seconds: float, **members: Any) -> Snapshot:
    """Return a new snapshot that starts now, as the settings and an injected fault determine.

    Args:
        seconds: How long the snapshot is pending unless a fault says otherwise.
    """
    plan, settings, at = PLAN.get() or CopyPlan(), SHARED.settings, now()
    if plan.error is not None:
        members |= {"final": ERROR, "message": plan.error[1]}
    visible_at = at + settings.visibility_seconds
    return Snapshot(
        id=cloud.new_id("snap"),
        owner=owner,
        created_at=at,
        done_at=at + (seconds if plan.seconds is None else plan.seconds),
        visible_at=visible_at,
        filterable_at=max(visible_at, at + settings.filter_seconds),
        copied=copied,
        **members,
    )


def everywhere() -> Iterator[tuple[str, Region]]:
    """Yield the cloud's name and the region, for every region in use."""
    for name, cloud in CLOUDS.items():
        for region in list(cloud.regions.values()):
            yield name, region


def _finished(snapshot: Snapshot, at: float) -> Snapshot:
    return replace(
        snapshot,
        done_at=None if snapshot.done_at is None else min(snapshot.done_at, at),
        visible_at=min(snapshot.visible_at, at),
        filterable_at=min(snapshot.filterable_at, at),
        gone_at=None if snapshot.gone_at is None else min(snapshot.gone_at, at),
        tags_at=min(snapshot.tags_at, at),
    )
