"""The operations that make something: instances, disks, and manual snapshots of them."""

from __future__ import annotations

from typing import Any

from .errors import invalid_input
from .models import LightsailBackend
from .resources import COMPLETE, DISK, DISK_SNAPSHOT, INSTANCE, INSTANCE_SNAPSHOT, Resource
from .shapes import check_name
from .shared import SHARED
from .sources import find_source, origin_of
from .tagging import check_tags

# The plans by size: https://aws.amazon.com/lightsail/pricing/ (disk in GB, memory in GB, virtual CPUs).
_BUNDLES = {
    "nano": (20, 0.5, 2),
    "micro": (40, 1.0, 2),
    "small": (60, 2.0, 2),
    "medium": (80, 4.0, 2),
    "large": (160, 8.0, 2),
    "xlarge": (320, 16.0, 4),
    "2xlarge": (640, 32.0, 8),
}
_SIZES = list(_BUNDLES)


def bundle_size(bundle_id: str) -> str | None:
    """The size in a bundle's name: ``nano`` of ``nano_3_0``; None if there is no such bundle."""
    size = bundle_id.split("_")[0]
    return size if size in _BUNDLES else None


def instance_members(
    backend: LightsailBackend,
    name: str,
    *,
    zone: str,
    blueprint_id: str,
    bundle_id: str,
    size_in_gb: int | None = None,
    tags: Any = None,
) -> dict[str, Any]:
    """What the API answers of a running instance."""
    disk_size, memory, cpus = _BUNDLES[bundle_size(bundle_id) or "nano"]
    members = backend.identity(INSTANCE, name, zone=zone, tags=tags)
    system_disk = {
        "createdAt": members["createdAt"],
        "sizeInGb": size_in_gb or disk_size,
        "isSystemDisk": True,
        "path": "/dev/xvda",
        "attachedTo": name,
        "attachmentState": "attached",
    }
    return {
        **members,
        "blueprintId": blueprint_id,
        "blueprintName": blueprint_id,
        "bundleId": bundle_id,
        "isStaticIp": False,
        "hardware": {"cpuCount": cpus, "disks": [system_disk], "ramSizeInGb": memory},
        "state": {"code": 16, "name": "running"},
    }


def disk_members(
    backend: LightsailBackend, name: str, *, zone: str, size_in_gb: int, tags: Any = None
) -> dict[str, Any]:
    """What the API answers of a disk that is attached to nothing."""
    return {
        **backend.identity(DISK, name, zone=zone, tags=tags),
        "sizeInGb": size_in_gb,
        "isSystemDisk": False,
        "state": "available",
        "isAttached": False,
        "attachmentState": "detached",
    }


def create_instances(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """New instances of a blueprint."""
    return _create_instances(backend, parameters, "CreateInstance", parameters["blueprintId"], None)


def create_instances_from_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """New instances out of a snapshot of this region; the bundle can't be smaller than the source's."""
    source = find_source(backend, parameters, "instanceSnapshotName", "sourceInstanceName")
    if source.snapshot_kind != INSTANCE_SNAPSHOT:
        raise invalid_input(f"This is no snapshot of an instance: {source.name}")
    origin = source.origin
    least, wanted = bundle_size(origin["fromBundleId"]), bundle_size(parameters["bundleId"])
    if least and wanted and _SIZES.index(wanted) < _SIZES.index(least):
        raise invalid_input(f"The bundle must be at least as large as the source's, {origin['fromBundleId']}")
    operation = "CreateInstancesFromSnapshot"
    return _create_instances(backend, parameters, operation, origin["fromBlueprintId"], origin["sizeInGb"])


def create_disk(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A new, empty disk."""
    return _create_disk(backend, parameters, "CreateDisk")


def create_disk_from_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A new disk out of a snapshot of this region, at least as large."""
    source = find_source(backend, parameters, "diskSnapshotName", "sourceDiskName")
    if source.snapshot_kind != DISK_SNAPSHOT:
        raise invalid_input(f"This is no snapshot of a disk: {source.name}")
    least = source.origin["sizeInGb"]
    if parameters["sizeInGb"] < least:
        raise invalid_input(f"The disk must be at least as large as the snapshot, {least} GB")
    return _create_disk(backend, parameters, "CreateDiskFromSnapshot")


def create_instance_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A manual snapshot of an instance."""
    source = backend.find(parameters["instanceName"], INSTANCE)
    return _create_snapshot(backend, parameters, INSTANCE_SNAPSHOT, "instanceSnapshotName", source)


def create_disk_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A manual snapshot of a disk, or of an instance's system disk."""
    disk, instance = parameters.get("diskName"), parameters.get("instanceName")
    if (disk is None) == (instance is None):
        raise invalid_input("Exactly one of diskName and instanceName must be defined")
    source = backend.find(disk, DISK) if disk is not None else backend.find(str(instance), INSTANCE)
    return _create_snapshot(backend, parameters, DISK_SNAPSHOT, "diskSnapshotName", source)


def _create_instances(
    backend: LightsailBackend, parameters: dict[str, Any], operation: str, blueprint_id: str, size: int | None
) -> dict[str, Any]:
    names, zone, tags = parameters["instanceNames"], parameters["availabilityZone"], parameters.get("tags")
    for name in names:
        check_name(name)
    wanted = bundle_size(parameters["bundleId"])
    if wanted is None:
        raise invalid_input(f"The bundle does not exist: {parameters['bundleId']}")
    backend.check_zone(zone)
    check_tags(tags or [])
    backend.refuse_taken(names)
    begun = []
    for name in names:
        members = instance_members(
            backend,
            name,
            zone=zone,
            blueprint_id=blueprint_id,
            bundle_id=parameters["bundleId"],
            size_in_gb=max(size or 0, _BUNDLES[wanted][0]),
            tags=tags,
        )
        begun.append(_add(backend, Resource(members=members), operation))
    return {"operations": begun}


def _create_disk(backend: LightsailBackend, parameters: dict[str, Any], operation: str) -> dict[str, Any]:
    name, zone, tags = parameters["diskName"], parameters["availabilityZone"], parameters.get("tags")
    backend.check_zone(zone)
    check_tags(tags or [])
    backend.refuse_taken([name])
    members = disk_members(backend, name, zone=zone, size_in_gb=parameters["sizeInGb"], tags=tags)
    return {"operations": [_add(backend, Resource(members=members), operation)]}


def _create_snapshot(
    backend: LightsailBackend, parameters: dict[str, Any], kind: str, member: str, source: Resource
) -> dict[str, Any]:
    name, tags = parameters[member], parameters.get("tags")
    check_tags(tags or [])
    backend.refuse_taken([name])
    snapshot = snapshot_of(backend, name, kind, origin_of(source), tags)
    operation = f"Create{kind}"
    first = _add(backend, snapshot, operation, details=source.name)
    second = backend.begin(operation, source, details=name, ends_at=snapshot.done_at or 0)
    return {"operations": [first, {**second.members, **second.begun()}]}


def snapshot_of(
    backend: LightsailBackend, name: str, kind: str, origin: dict[str, Any], tags: Any = None
) -> Resource:
    """A manual snapshot that begins now."""
    members = {**backend.identity(kind, name, tags=tags), **origin}
    if kind == DISK_SNAPSHOT:  # of an instance's system disk
        for left_out in ("fromBlueprintId", "fromBundleId", "fromAttachedDisks"):
            members.pop(left_out, None)
    begun, settings = members["createdAt"], SHARED.settings
    return Resource(
        members=members,
        final=COMPLETE[kind],
        done_at=begun + settings.snapshot_seconds,
        visible_at=begun + settings.visibility_seconds,
    )


def _add(
    backend: LightsailBackend, resource: Resource, operation: str, *, details: str | None = None
) -> dict[str, Any]:
    backend.resources[resource.name] = resource
    begun = backend.begin(operation, resource, details=details, ends_at=resource.done_at or 0)
    return {**begun.members, **begun.begun()}
