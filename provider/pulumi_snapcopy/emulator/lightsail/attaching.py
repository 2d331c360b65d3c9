"""Attach disks to instances and detach them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .errors import LightsailError
from .models import LightsailBackend
from .resources import DISK, INSTANCE, Resource

_FIRST = ord("f")  # /dev/xvdf, the first path that the service suggests


def attached_disks(instance: Resource) -> list[dict[str, Any]]:
    """Return the disks of an instance, without its system disk, as its hardware shows them."""
    return [disk for disk in instance.members["hardware"]["disks"] if not disk["isSystemDisk"]]


def attach(backend: LightsailBackend, disk: Resource, instance_name: str, path: str | None = None) -> None:
    """Attach a disk to an instance, at the next free path unless a path is given."""
    instance = backend.resources[instance_name]
    path = path or f"/dev/xvd{chr(_FIRST + len(attached_disks(instance)))}"
    members = {
        **disk.members,
        "state": "in-use",
        "isAttached": True,
        "attachedTo": instance_name,
        "attachmentState": "attached",
        "path": path,
    }
    backend.resources[disk.name] = replace(disk, members=members)
    hardware = instance.members["hardware"]
    hardware = {**hardware, "disks": [*hardware["disks"], members]}
    backend.resources[instance_name] = replace(instance, members={**instance.members, "hardware": hardware})


def refuse_attached(resource: Resource) -> None:
    """Refuse to delete an attached disk."""
    if resource.kind == DISK and resource.members["isAttached"]:
        message = f"The Disk is attached to {resource.members['attachedTo']}: {resource.name}"
        raise LightsailError("OperationFailureException", message)


def detach_all(backend: LightsailBackend, resource: Resource) -> None:
    """Detach the disks of a deleted instance; the disks are kept."""
    if resource.kind != INSTANCE:
        return
    for each in list(backend.resources.values()):
        if each.kind == DISK and each.members.get("attachedTo") == resource.name:
            kept = {k: v for k, v in each.members.items() if k not in ("attachedTo", "path")}
            members = {**kept, "state": "available", "isAttached": False, "attachmentState": "detached"}
            backend.resources[each.name] = replace(each, members=members)
