"""The operations that create instances, disks, and manual snapshots of them."""

from __future__ import annotations

from typing import Any

from ..shared import SHARED
from .bundles import SIZES, bundle_ids, size_of
from .errors import invalid_input
from .models import LightsailBackend
from .resources import COMPLETE, DISK, DISK_SNAPSHOT, INSTANCE, INSTANCE_SNAPSHOT, Resource
from .shapes import check_name
from .sources import origin_of
from .tagging import check_tags


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
    """Return a running instance in the API's form."""
    disk_size, memory, cpus, _ = SIZES[size_of(bundle_id) or "nano"]
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
        "publicIpAddress": "203.0.113.10",  # from the range reserved for documentation
        "privateIpAddress": "172.26.0.10",
        "hardware": {"cpuCount": cpus, "disks": [system_disk], "ramSizeInGb": memory},
        "state": {"code": 16, "name": "running"},
    }


def disk_members(
    backend: LightsailBackend, name: str, *, zone: str, size_in_gb: int, tags: Any = None
) -> dict[str, Any]:
    """Return a disk that isn't attached, in the API's form."""
    return {
        **backend.identity(DISK, name, zone=zone, tags=tags),
        "sizeInGb": size_in_gb,
        "isSystemDisk": False,
        "state": "available",
        "isAttached": False,
        "attachmentState": "detached",
    }


def create_instances(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateInstances: create instances from a blueprint."""
    check_bundle(backend, parameters["bundleId"])
    return make_instances(backend, parameters, "CreateInstance", parameters["blueprintId"])


def create_disk(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateDisk: create an empty disk."""
    return make_disk(backend, parameters, "CreateDisk")


def create_instance_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateInstanceSnapshot: start a manual snapshot of an instance."""
    source = backend.find(parameters["instanceName"], INSTANCE)
    return _create_snapshot(backend, parameters, INSTANCE_SNAPSHOT, "instanceSnapshotName", source)


def create_disk_snapshot(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateDiskSnapshot: start a manual snapshot of a disk, or of an instance's system disk."""
    disk, instance = parameters.get("diskName"), parameters.get("instanceName")
    if (disk is None) == (instance is None):
        raise invalid_input("Exactly one of diskName and instanceName must be defined")
    source = backend.find(disk, DISK) if disk is not None else backend.find(str(instance), INSTANCE)
    return _create_snapshot(backend, parameters, DISK_SNAPSHOT, "diskSnapshotName", source)


def check_bundle(backend: LightsailBackend, bundle_id: str) -> None:
    """Refuse a bundle that the region doesn't have."""
    if bundle_id not in bundle_ids(backend.region_name):
        raise invalid_input(f"The bundle does not exist: {bundle_id}")


def make_instances(
    backend: LightsailBackend,
    parameters: dict[str, Any],
    operation: str,
    blueprint_id: str,
    *,
    size: int = 0,
    ready_at: float = 0.0,
) -> dict[str, Any]:
    """Create instances of a checked bundle, with system disks of at least `size` GB, and return their operations."""
    names, zone, tags = parameters["instanceNames"], parameters["availabilityZone"], parameters.get("tags")
    for name in names:
        check_name(name)
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
            size_in_gb=max(size, SIZES[size_of(parameters["bundleId"]) or "nano"][0]),
            tags=tags,
        )
        begun.append(_add_and_begin(backend, Resource(members=members, ready_at=ready_at), operation))
    return {"operations": begun}


def make_disk(
    backend: LightsailBackend, parameters: dict[str, Any], operation: str, *, ready_at: float = 0.0
) -> dict[str, Any]:
    """Create a disk that isn't attached, and return its operation."""
    name, zone, tags = parameters["diskName"], parameters["availabilityZone"], parameters.get("tags")
    backend.check_zone(zone)
    check_tags(tags or [])
    backend.refuse_taken([name])
    members = disk_members(backend, name, zone=zone, size_in_gb=parameters["sizeInGb"], tags=tags)
    return {"operations": [_add_and_begin(backend, Resource(members=members, ready_at=ready_at), operation)]}


def _create_snapshot(
    backend: LightsailBackend, parameters: dict[str, Any], kind: str, member: str, source: Resource
) -> dict[str, Any]:
    name, tags = parameters[member], parameters.get("tags")
    check_tags(tags or [])
    backend.refuse_taken([name])
    snapshot = snapshot_of(backend, name, kind, origin_of(source), tags)
    operation = f"Create{kind}"
    first = _add_and_begin(backend, snapshot, operation, details=source.name)
    second = backend.begin(operation, source, details=name, ends_at=snapshot.done_at or 0)
    return {"operations": [first, {**second.members, **second.begun()}]}


def snapshot_of(
    backend: LightsailBackend, name: str, kind: str, origin: dict[str, Any], tags: Any = None
) -> Resource:
    """Return a manual snapshot that starts now."""
    members = {**backend.identity(kind, name, tags=tags), **origin}
    if kind == DISK_SNAPSHOT:  # a snapshot of an instance's system disk has none of these members
        for left_out in ("fromBlueprintId", "fromBundleId", "fromAttachedDisks"):
            members.pop(left_out, None)
    begun, settings = members["createdAt"], SHARED.settings
    return Resource(
        members=members,
        final=COMPLETE[kind],
        done_at=begun + settings.snapshot_seconds,
        visible_at=begun + settings.visibility_seconds,
    )


def _add_and_begin(
    backend: LightsailBackend, resource: Resource, operation: str, *, details: str | None = None
) -> dict[str, Any]:
    backend.resources[resource.name] = resource
    ends_at = max(resource.done_at or 0, resource.ready_at)
    begun = backend.begin(operation, resource, details=details, ends_at=ends_at)
    return {**begun.members, **begun.begun()}
