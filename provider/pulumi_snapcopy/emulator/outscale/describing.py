"""Snapshots, volumes and tags as OAPI shows them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ..blocks import Snapshot, Volume
from ..shared import now
from .snapshots import state_of


def describe(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as OAPI shows it now."""
    at = now()
    state = state_of(snapshot, at)
    shown = {
        "AccountId": snapshot.owner,
        "CreationDate": moment(snapshot.created_at),
        "Description": snapshot.description,
        "PermissionsToCreateVolume": {
            "AccountIds": list(snapshot.shared_with),
            "GlobalPermission": snapshot.public,
        },
        "Progress": 0 if state == "in-queue" else snapshot.progress(at),
        "SnapshotId": snapshot.id,
        "State": state,
        "Tags": tag_list(snapshot.tags),
        "VolumeId": snapshot.volume_id,
        "VolumeSize": snapshot.size,
    }
    return shown if snapshot.token is None else {**shown, "ClientToken": snapshot.token}


def describe_volume(volume: Volume) -> dict[str, Any]:
    """Return a volume as OAPI shows it; a volume is available at once."""
    shown = {
        "CreationDate": moment(volume.created_at),
        "Iops": 100,
        "LinkedVolumes": [],
        "Size": volume.size,
        "State": "available",
        "SubregionName": volume.zone,
        "Tags": tag_list(volume.tags),
        "VolumeId": volume.id,
        "VolumeType": volume.kind,
    }
    if volume.snapshot_id:
        shown["SnapshotId"] = volume.snapshot_id
    return shown if volume.token is None else {**shown, "ClientToken": volume.token}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Return tags in the API's form."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def moment(at: float) -> str:
    """Return a time as the API shows it, such as ``2026-11-20T12:34:56.789Z``."""
    text = datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
