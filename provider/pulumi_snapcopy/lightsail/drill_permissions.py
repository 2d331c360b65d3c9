"""What must be allowed for drills; a role of its own, which can change nothing but what drills made."""

from __future__ import annotations

from typing import Any

from .permissions import Permission

DRILL_TAG = "snapcopy:drill"
"""Marks what a drill made; the value is what was restored, ``region:source``."""

_REQUEST, _RESOURCE = f"aws:RequestTag/{DRILL_TAG}", f"aws:ResourceTag/{DRILL_TAG}"
_SOURCE, _TARGET, _BOTH = ("source",), ("target",), ("source", "target")

DRILL_PERMISSIONS = (
    Permission(action="lightsail:CreateDiskFromSnapshot", regions=_TARGET, owner_in=_REQUEST,
               without="copies of disks can't be restored"),
    Permission(action="lightsail:CreateInstancesFromSnapshot", regions=_TARGET, owner_in=_REQUEST,
               without="copies of instances can't be restored"),
    Permission(action="lightsail:DeleteDisk", regions=_TARGET, owner_in=_RESOURCE,
               without="restored disks stay"),
    Permission(action="lightsail:DeleteInstance", regions=_TARGET, owner_in=_RESOURCE,
               without="restored instances stay"),
    Permission(action="lightsail:GetAutoSnapshots", regions=_SOURCE,
               without="the age of data is told by days alone"),
    Permission(action="lightsail:GetBundles", regions=_TARGET, without="no bundle can be chosen"),
    Permission(action="lightsail:GetDisk", regions=_TARGET, without="a restored disk can't be waited for"),
    Permission(action="lightsail:GetDiskSnapshot", regions=_TARGET, without="copies of disks can't be restored"),
    Permission(action="lightsail:GetDiskSnapshots", regions=_BOTH, without="no copy is found"),
    Permission(action="lightsail:GetDisks", regions=_TARGET, without="disks that came along aren't found"),
    Permission(action="lightsail:GetInstance", regions=_TARGET, without="a restored instance can't be waited for"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=_TARGET,
               without="copies of instances can't be restored"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=_BOTH, without="no copy is found"),
    Permission(action="lightsail:GetInstances", regions=_TARGET, without="what earlier drills left isn't found"),
    Permission(action="lightsail:GetOperationsForResource", regions=_TARGET,
               without="a failed restore has no reason"),
    Permission(action="lightsail:GetRegions", regions=_TARGET, without="no zone can be chosen"),
    Permission(action="lightsail:TagResource", regions=_TARGET, owner_in=_REQUEST,
               without="disks that came along can't be proven, and stay"),
)  # fmt: skip
"""All that drills need, once."""

_SIDS = {None: "ReadForDrills", _REQUEST: "RestoreForDrills", _RESOURCE: "RemoveDrills"}


def drill_policy() -> dict[str, Any]:
    """Return the IAM policy of a role for drills: it deletes only what has the drills' tag.

    Example:
        >>> [statement["Sid"] for statement in drill_policy()["Statement"]]
        ['ReadForDrills', 'RestoreForDrills', 'RemoveDrills']
    """
    statements = []
    for key, sid in _SIDS.items():
        actions = [each.action for each in DRILL_PERMISSIONS if each.owner_in == key]
        condition = {"Condition": {"StringLike": {key: "*"}}} if key else {}
        statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*", **condition})
    return {"Version": "2012-10-17", "Statement": statements}
