"""What must be allowed for ``RestoredInstance`` and ``RestoredDisk``."""

from __future__ import annotations

from typing import Any

from ..core.values import OWNER_TAG
from .permissions import Permission

_REQUEST, _RESOURCE = f"aws:RequestTag/{OWNER_TAG}", f"aws:ResourceTag/{OWNER_TAG}"
_TARGET = ("target",)

RESTORING_PERMISSIONS = (
    Permission(action="lightsail:CreateDiskFromSnapshot", regions=_TARGET, owner_in=_REQUEST,
               without="no disk can be restored"),
    Permission(action="lightsail:CreateInstancesFromSnapshot", regions=_TARGET, owner_in=_REQUEST,
               without="no instance can be restored"),
    Permission(action="lightsail:DeleteDisk", regions=_TARGET, owner_in=_RESOURCE,
               without="restored disks, and those that came along with an instance, can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstance", regions=_TARGET, owner_in=_RESOURCE,
               without="restored instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetBundles", regions=_TARGET, without="whether a bundle fits can't be looked at"),
    Permission(action="lightsail:GetDisk", regions=_TARGET,
               without="a restored disk can't be waited for, nor whether a name is taken be looked at"),
    Permission(action="lightsail:GetDiskSnapshot", regions=_TARGET, without="no snapshot of a disk can be looked at"),
    Permission(action="lightsail:GetDiskSnapshots", regions=_TARGET,
               without="a message about a wrong snapshot of a disk can't name the right ones"),
    Permission(action="lightsail:GetDisks", regions=_TARGET,
               without="disks that came along, and what interrupted runs left, aren't found"),
    Permission(action="lightsail:GetInstance", regions=_TARGET,
               without="a restored instance can't be waited for, nor whether a name is taken be looked at"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=_TARGET,
               without="no snapshot of an instance can be looked at"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=_TARGET,
               without="a message about a wrong snapshot of an instance can't name the right ones"),
    Permission(action="lightsail:GetInstances", regions=_TARGET, without="what interrupted runs left isn't found"),
    Permission(action="lightsail:GetOperationsForResource", regions=_TARGET,
               without="a failed restore has no reason, and whose an untagged one is isn't known"),
    Permission(action="lightsail:GetRegions", regions=_TARGET, without="whether a zone exists can't be looked at"),
    Permission(action="lightsail:TagResource", regions=_TARGET, owner_in=_REQUEST,
               without="tags can't be changed, and disks that came along can't be marked: nothing is deleted then"),
    Permission(action="lightsail:UntagResource", regions=_TARGET, owner_in=_RESOURCE,
               without="tags can't be removed"),
)  # fmt: skip
"""All that restoring needs, once; what `lightsail.restoring_service` calls, and no more. The target is the snapshot's region."""

_SIDS = {None: "ReadToRestore", _REQUEST: "RestoreAndTag", _RESOURCE: "ChangeRestored"}


def restoring_policy(*, delete: bool = True) -> dict[str, Any]:
    """Return the IAM policy that restoring needs; what is deleted or untagged has to have the owner tag.

    Args:
        delete: Whether the actions that delete instances and disks are among them.

    Example:
        >>> [statement["Sid"] for statement in restoring_policy()["Statement"]]
        ['ReadToRestore', 'RestoreAndTag', 'ChangeRestored']
    """
    statements = []
    for key, sid in _SIDS.items():
        actions = [
            each.action
            for each in RESTORING_PERMISSIONS
            if each.owner_in == key and (delete or not each.deletes)
        ]
        condition = {"Condition": {"StringLike": {key: "*"}}} if key else {}
        statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*", **condition})
    return {"Version": "2012-10-17", "Statement": statements}
