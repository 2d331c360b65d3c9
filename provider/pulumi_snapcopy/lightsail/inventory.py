"""What a region has: instances, disks, their automatic snapshots, and manual snapshots, as look-ups return them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ..core.values import Phase, Seen
from .shapes import tags_of

AUTOMATIC = "AutoSnapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A Lightsail instance.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        state: the service's word, such as ``running``.
        blueprint_id: the image that the instance was made from, such as ``amazon_linux_2023``.
        bundle_id: the plan, such as ``small_3_0``.
        is_windows: whether the instance runs Windows, which has no automatic snapshots.
        disks: the names of the attached disks, without the system disk; the instance's snapshots contain them.
        automatic_snapshots: whether automatic snapshots are enabled; None if the service doesn't say.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    state: str = ""
    blueprint_id: str = ""
    bundle_id: str = ""
    is_windows: bool = False
    disks: tuple[str, ...] = ()
    automatic_snapshots: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A Lightsail disk; system disks belong to their instances and aren't listed.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        state: the service's word, such as ``in-use``.
        size_in_gb: the size in GiB.
        attached_to: the instance that the disk is attached to; None if it isn't attached.
        automatic_snapshots: whether automatic snapshots are enabled; None if the service doesn't say.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    state: str = ""
    size_in_gb: int | None = None
    attached_to: str | None = None
    automatic_snapshots: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoSnapshot:
    """An automatic snapshot of an instance or disk; the service keeps the latest seven.

    Args:
        date: the day (UTC) that identifies the snapshot.
        status: ``Success``, ``InProgress``, ``Failed`` or ``NotFound``.
        created_at: when the snapshot was taken, UTC; None if the service doesn't say.
    """

    date: date
    status: str
    created_at: datetime | None = None

    @property
    def is_restorable(self) -> bool:
        """Whether the snapshot can be copied or restored from now."""
        return self.status == "Success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A manual snapshot; copies are manual snapshots.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        resource_type: InstanceSnapshot or DiskSnapshot.
        state: the service's word: pending, available (instances), completed (disks), error.
        progress: the progress of a pending snapshot, such as ``40%``; None if the service doesn't say.
        created_at: when the snapshot was started, UTC.
        size_in_gb: the size in GiB.
        from_resource_name: the instance or disk that the snapshot was originally taken of.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    resource_type: str
    state: str
    progress: str | None = None
    created_at: datetime | None = None
    size_in_gb: int | None = None
    from_resource_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the snapshot is complete, and can be copied or restored from."""
        return self.state in ("available", "completed")


def instance(raw: Any, region: str) -> Instance:
    """Return an instance from the service's description of it."""
    blueprint = raw.get("blueprintId") or ""
    disks = (raw.get("hardware") or {}).get("disks") or []
    return Instance(
        name=raw["name"],
        arn=raw.get("arn") or "",
        region=region,
        state=(raw.get("state") or {}).get("name") or "",
        blueprint_id=blueprint,
        bundle_id=raw.get("bundleId") or "",
        is_windows=blueprint.startswith("windows") or "_win_" in (raw.get("bundleId") or ""),
        disks=tuple(
            sorted(each["name"] for each in disks if each.get("name") and not each.get("isSystemDisk"))
        ),
        automatic_snapshots=_has_automatic(raw),
        tags=tags_of(raw),
    )


def disk(raw: Any, region: str) -> Disk:
    """Return a disk from the service's description of it."""
    return Disk(
        name=raw["name"],
        arn=raw.get("arn") or "",
        region=region,
        state=raw.get("state") or "",
        size_in_gb=raw.get("sizeInGb"),
        attached_to=raw.get("attachedTo") or None,
        automatic_snapshots=_has_automatic(raw),
        tags=tags_of(raw),
    )


def snapshot(seen: Seen) -> Snapshot:
    """Return a snapshot as programs see it."""
    return Snapshot(
        name=seen.name,
        arn=seen.ref or "",
        region=seen.region,
        resource_type=seen.kind,
        state=seen.state,
        progress=seen.progress if seen.phase is Phase.PENDING else None,
        created_at=seen.created_at,
        size_in_gb=seen.size,
        from_resource_name=seen.outputs.get("fromResourceName"),
        tags=dict(seen.tags),
    )


def _has_automatic(raw: Any) -> bool | None:
    if "addOns" not in raw:
        return None
    return any(
        each.get("name") == AUTOMATIC and each.get("status") == "Enabled" for each in raw["addOns"] or []
    )
