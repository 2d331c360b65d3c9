"""OUTSCALE's snapshots and volumes, which OAPI and FCU share.

An error here is OAPI's; FCU translates it into its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from ..blocks import OUTSCALE, PENDING, Region, Snapshot, Volume, begin
from ..shared import SHARED, account_id, now
from .errors import OapiError, no_such_snapshot

_ID = re.compile(r"[0-9a-f]{8}")
_LONGEST_DESCRIPTION = 255


def check_id(given: str, prefix: str) -> None:
    """Refuse a malformed id: 4104 for a wrong prefix, 4105 for the characters after it."""
    start, dash, rest = given.partition("-")
    if not dash or start != prefix:
        raise OapiError(4104, f"The id {given} does not start with {prefix}-.")
    if not _ID.fullmatch(rest):
        raise OapiError(4105, f"The id {given} is malformed.")


def find(region: Region, snapshot_id: str) -> Snapshot:
    """Return the snapshot of this id that the account can read and that isn't being deleted."""
    check_id(snapshot_id, "snap")
    found = region.shown(snapshot_id)
    if found is None or found.gone_at is not None or not found.readable_by(account_id()):
        raise no_such_snapshot(snapshot_id)
    return found


def find_own(region: Region, snapshot_id: str) -> Snapshot:
    """Return the account's own snapshot of this id, for a change; a snapshot of another account counts as missing."""
    found = find(region, snapshot_id)
    if found.owner != account_id():
        raise no_such_snapshot(snapshot_id)
    return found


def find_volume(region: Region, volume_id: str) -> Volume:
    """Return the volume of this id."""
    check_id(volume_id, "vol")
    if volume_id not in region.volumes:
        raise OapiError(5064, f"The volume {volume_id} does not exist.")
    return region.volumes[volume_id]


def take(region: Region, volume: Volume, **members: Any) -> Snapshot:
    """Start a snapshot of a volume and return it."""
    refuse_too_many(region)
    seconds = SHARED.settings.snapshot_seconds
    return _put(region, copied=False, seconds=seconds, size=volume.size, volume_id=volume.id, **members)


def copy(region: Region, source: Snapshot, *, description: str | None, **members: Any) -> Snapshot:
    """Start a copy of a complete snapshot and return it; a copy without a description inherits the source's."""
    state = source.state(now())
    if state != "completed":
        raise OapiError(6003, f"The snapshot {source.id} is not completed, its state is {state}.")
    refuse_too_many(region)
    seconds = SHARED.settings.copy_seconds
    inherited = source.description if description is None else description
    return _put(
        region, copied=True, seconds=seconds, size=source.size, volume_id="", description=inherited, **members
    )


def import_file(region: Region, size: int, **members: Any) -> Snapshot:
    """Start the import of a snapshot from a bucket and return it (size in bytes)."""
    refuse_too_many(region)
    gibibytes = -(-size // 2**30)
    seconds = SHARED.settings.snapshot_seconds
    return _put(region, copied=False, seconds=seconds, size=gibibytes, volume_id="", **members)


def delete(region: Region, snapshot: Snapshot) -> None:
    """Delete a snapshot unless an image uses it."""
    if snapshot.used_by:
        raise OapiError(9029, f"The snapshot {snapshot.id} is in use by {snapshot.used_by[0]}.")
    region.delete(snapshot)


def create_volume(region: Region, size: int, zone: str, **members: Any) -> Volume:
    """Create a volume and return it (size in GiB)."""
    volume = Volume(id=OUTSCALE.new_id("vol"), size=size, zone=zone, created_at=now(), **members)
    region.volumes[volume.id] = volume
    return volume


def refuse_too_many(region: Region) -> None:
    """Refuse another snapshot: 10026 if the account has too many, 10008 if too many are in progress."""
    at, settings = now(), SHARED.settings
    own = [s for s in region.snapshots.values() if s.owner == account_id() and s.gone_at is None]
    if settings.max_snapshots is not None and len(own) >= settings.max_snapshots:
        raise OapiError(10026, f"The limit of {settings.max_snapshots} snapshots is reached.")
    limit = settings.max_copies_in_progress
    if limit is not None and sum(each.state(at) == PENDING for each in own) >= limit:
        raise OapiError(10008, f"The limit of {limit} snapshots in progress is reached.")


def state_of(snapshot: Snapshot, at: float) -> str:
    """Return the state at this time: in-queue, pending, completed, error or deleting."""
    if snapshot.gone_at is not None:
        return "deleting"
    return "in-queue" if snapshot.is_queued(at) else snapshot.state(at)


def check_description(description: str | None) -> None:
    """Refuse a description of more than 255 characters."""
    if description is not None and len(description) > _LONGEST_DESCRIPTION:
        raise OapiError(4045, f"The description has more than {_LONGEST_DESCRIPTION} characters.")


def retag(region: Region, resource: Snapshot | Volume, tags: dict[str, str]) -> None:
    """Replace the tags of a snapshot or volume."""
    if isinstance(resource, Snapshot):
        region.tag(resource, tags)
    else:
        region.volumes[resource.id] = replace(resource, tags=tags)


def _put(region: Region, **members: Any) -> Snapshot:
    made = begin(OUTSCALE, owner=account_id(), **members)
    return region.put(made)
