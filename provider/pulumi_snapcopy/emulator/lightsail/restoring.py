"""Create instances and disks from snapshots of the same region.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateInstancesFromSnapshot.html
"""

from __future__ import annotations

from typing import Any

from ..shared import SHARED, now
from . import creating
from .attaching import attach
from .bundles import is_smaller, is_windows, platform_of
from .errors import invalid_input
from .models import LightsailBackend
from .resources import DISK_SNAPSHOT, INSTANCE_SNAPSHOT, Resource
from .shapes import check_name
from .sources import find_source


def create_instances_from_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateInstancesFromSnapshot: create instances, with disks for the source's attached disks.

    The bundle can't be smaller than the source's.
    """
    source = find_source(backend, parameters, "instanceSnapshotName", "sourceInstanceName")
    if source.snapshot_kind != INSTANCE_SNAPSHOT:
        raise invalid_input(f"This is no snapshot of an instance: {source.name}")
    origin, bundle = source.origin, parameters["bundleId"]
    creating.check_bundle(backend, bundle)
    if is_smaller(bundle, origin["fromBundleId"]):
        raise invalid_input(f"The bundle must be at least as large as the source's, {origin['fromBundleId']}")
    if is_windows(origin["fromBlueprintId"]) != (platform_of(bundle) == "WINDOWS"):
        raise invalid_input(f"The bundle {bundle} does not support the blueprint {origin['fromBlueprintId']}")
    disks = _disks(parameters, origin["fromAttachedDisks"])
    for name in disks:
        check_name(name)
    backend.refuse_taken(disks)
    answer = creating.make_instances(
        backend,
        parameters,
        "CreateInstancesFromSnapshot",
        origin["fromBlueprintId"],
        size=origin["sizeInGb"],
        ready_at=_ready_at(),
    )
    for name, (instance, details) in disks.items():
        _put_disk(backend, name, instance, details, parameters["availabilityZone"])
    return answer


def create_disk_from_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateDiskFromSnapshot: create a disk, which can't be smaller than the snapshot."""
    source = find_source(backend, parameters, "diskSnapshotName", "sourceDiskName")
    if source.snapshot_kind != DISK_SNAPSHOT:
        raise invalid_input(f"This is no snapshot of a disk: {source.name}")
    least = source.origin["sizeInGb"]
    if parameters["sizeInGb"] < least:
        raise invalid_input(f"The disk must be at least as large as the snapshot, {least} GB")
    return creating.make_disk(backend, parameters, "CreateDiskFromSnapshot", ready_at=_ready_at())


def _ready_at() -> float:
    return now() + SHARED.settings.restore_seconds


def _disks(
    parameters: dict[str, Any], attached: list[dict[str, Any]]
) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the disks to create by their names, each with its instance and the attached disk that it restores."""
    mapping, disks = parameters.get("attachedDiskMapping") or {}, {}
    for instance in parameters["instanceNames"]:
        names = {each.get("originalDiskPath"): each.get("newDiskName") for each in mapping.get(instance, ())}
        unknown = set(names) - {each["path"] for each in attached}
        if unknown:
            raise invalid_input(f"The snapshot has no disk at {', '.join(sorted(map(str, unknown)))}")
        for each in attached:
            name = names.get(each["path"]) or f"{instance}-{each.get('name', 'disk')}"
            disks[name] = (instance, each)
    return disks


def _put_disk(
    backend: LightsailBackend, name: str, instance: str, details: dict[str, Any], zone: str
) -> None:
    """Create a disk for an attached disk of the source; it gets no tags, unlike the instance."""
    members = creating.disk_members(backend, name, zone=zone, size_in_gb=details["sizeInGb"])
    attach(backend, Resource(members=members), instance, details["path"])
