"""The permissions that drills need, for a separate role that can change only what drills made."""

from __future__ import annotations

from typing import Any

from ..core.permissions import BOTH, SOURCE, Permission
from .permissions import statements

DRILL_TAG = "snapcopy:drill"
"""The tag on what a drill made; the value is the source whose copy was restored, ``region:source``."""

_REQUEST, _RESOURCE = f"aws:RequestTag/{DRILL_TAG}", f"aws:ResourceTag/{DRILL_TAG}"

DRILL_PERMISSIONS = (
    Permission(action="lightsail:CreateDiskFromSnapshot", owner_in=_REQUEST,
               without="copies of disks can't be restored"),
    Permission(action="lightsail:CreateInstancesFromSnapshot", owner_in=_REQUEST,
               without="copies of instances can't be restored"),
    Permission(action="lightsail:DeleteDisk", owner_in=_RESOURCE,
               without="restored disks stay"),
    Permission(action="lightsail:DeleteInstance", owner_in=_RESOURCE,
               without="restored instances stay"),
    Permission(action="lightsail:GetAutoSnapshots", regions=SOURCE,
               without="the age of data is told by days alone"),
    Permission(action="lightsail:GetBundles", without="no bundle can be chosen"),
    Permission(action="lightsail:GetDisk", without="a restored disk can't be waited for"),
    Permission(action="lightsail:GetDiskSnapshot", without="copies of disks can't be restored"),
    Permission(action="lightsail:GetDiskSnapshots", regions=BOTH, without="no copy is found"),
    Permission(action="lightsail:GetDisks", without="disks that came along aren't found"),
    Permission(action="lightsail:GetInstance", without="a restored instance can't be waited for"),
    Permission(action="lightsail:GetInstanceSnapshot",
               without="copies of instances can't be restored"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=BOTH, without="no copy is found"),
    Permission(action="lightsail:GetInstances", without="what earlier drills left isn't found"),
    Permission(action="lightsail:GetOperationsForResource",
               without="a failed restore has no reason"),
    Permission(action="lightsail:GetRegions", without="no zone can be chosen"),
    Permission(action="lightsail:TagResource", owner_in=_REQUEST,
               without="disks that came along can't be proven, and stay"),
)  # fmt: skip
"""All permissions that drills need, each once."""

_SIDS = {None: "ReadForDrills", _REQUEST: "RestoreForDrills", _RESOURCE: "RemoveDrills"}


def drill_policy() -> dict[str, Any]:
    """Return the IAM policy of a role for drills, which allows deleting only what has the drills' tag.

    Example:
        >>> [statement["Sid"] for statement in drill_policy()["Statement"]]
        ['ReadForDrills', 'RestoreForDrills', 'RemoveDrills']
    """
    return {"Version": "2012-10-17", "Statement": statements(DRILL_PERMISSIONS, _SIDS)}
