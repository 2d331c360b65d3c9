"""Create resources in the account without a call to the service, as if somebody else had made them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from ..shared import now
from .attaching import attached_disks
from .creating import disk_members, instance_members
from .models import LightsailBackend, zones
from .resources import COMPLETE, DATABASE, DISK, INSTANCE, INSTANCE_SNAPSHOT, Resource
from .sources import origin_of

_GONE = "source-that-is-gone"

MOST_AUTOMATIC = 7
"""How many automatic snapshots of an instance or disk the service keeps."""


def put_instance(
    backend: LightsailBackend,
    name: str,
    *,
    blueprint_id: str,
    bundle_id: str,
    size_in_gb: int | None,
    tags: Mapping[str, str] | None,
    automatic: list[dict[str, Any]],
) -> None:
    """Create a running instance with its automatic snapshots."""
    members = instance_members(
        backend,
        name,
        zone=zones(backend.region_name)[0],
        blueprint_id=blueprint_id,
        bundle_id=bundle_id,
        size_in_gb=size_in_gb,
        tags=_tag_list(tags),
    )
    backend.resources[name] = Resource(members=members, automatic=automatic)


def put_disk(
    backend: LightsailBackend,
    name: str,
    *,
    size_in_gb: int,
    tags: Mapping[str, str] | None,
    automatic: list[dict[str, Any]],
) -> None:
    """Create a disk with its automatic snapshots."""
    zone = zones(backend.region_name)[0]
    members = disk_members(backend, name, zone=zone, size_in_gb=size_in_gb, tags=_tag_list(tags))
    backend.resources[name] = Resource(members=members, automatic=automatic)


def put_database(
    backend: LightsailBackend, name: str, *, size_in_gb: int, tags: Mapping[str, str] | None
) -> None:
    """Create a running database; no operation but reading accepts it."""
    members = {
        **backend.identity(DATABASE, name, zone=zones(backend.region_name)[0], tags=_tag_list(tags)),
        "relationalDatabaseBlueprintId": "mysql_8_0",
        "relationalDatabaseBundleId": "micro_2_0",
        "hardware": {"cpuCount": 2, "diskSizeInGb": size_in_gb, "ramSizeInGb": 1.0},
        "state": "available",
        "engine": "mysql",
        "engineVersion": "8.0.39",
        "masterUsername": "dbmasteruser",
        "masterDatabaseName": "dbmaster",
        "backupRetentionEnabled": True,
        "publiclyAccessible": False,
    }
    backend.resources[name] = Resource(members=members)


def put_snapshot(
    backend: LightsailBackend,
    name: str,
    *,
    kind: str,
    from_name: str | None,
    size_in_gb: int | None,
    tags: Mapping[str, str] | None,
    state: str | None,
) -> str:
    """Create a manual snapshot in place of a resource of its name, and return its ARN; its source may be missing."""
    source_kind = INSTANCE if kind == INSTANCE_SNAPSHOT else DISK
    source = backend.resources.get(from_name or _GONE)
    if source is not None and source.kind == source_kind:
        origin = origin_of(source)
    else:
        origin = _origin_of_gone(backend, source_kind, from_name or _GONE)
    if size_in_gb is not None:
        origin["sizeInGb"] = size_in_gb
    members = {**backend.identity(kind, name, tags=_tag_list(tags)), **origin}
    done_at = None if state == "pending" else members["createdAt"]
    backend.resources.pop(name, None)
    backend.resources[name] = Resource(members=members, final=state or COMPLETE[kind], done_at=done_at)
    return str(members["arn"])


def automatic_snapshot(source: Resource | None, date: str, status: str = "Success") -> dict[str, Any]:
    """Return the details of an automatic snapshot of a date (YYYY-MM-DD)."""
    taken = datetime.fromisoformat(f"{date}T06:17:00+00:00").timestamp()
    disks = attached_disks(source) if source is not None and source.kind == INSTANCE else []
    attached = [{"path": disk["path"], "sizeInGb": disk["sizeInGb"]} for disk in disks]
    return {"date": date, "createdAt": min(taken, now()), "status": status, "fromAttachedDisks": attached}


def _origin_of_gone(backend: LightsailBackend, kind: str, name: str) -> dict[str, Any]:
    """Return what a snapshot records of a source that is gone, which has the same ARN in all its snapshots."""
    arn = f"{backend.arn(kind).rpartition('/')[0]}/{uuid5(NAMESPACE_URL, name)}"
    origin = {f"from{kind}Name": name, f"from{kind}Arn": arn, "isFromAutoSnapshot": False}
    if kind == INSTANCE:
        origin |= {"fromBlueprintId": "amazon_linux_2023", "fromBundleId": "nano_3_0"}
        origin |= {"fromAttachedDisks": []}
    return {**origin, "sizeInGb": 20 if kind == INSTANCE else 8}


def _tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in (tags or {}).items()]
