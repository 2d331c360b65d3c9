"""The permissions that copying, taking and restoring need on Lightsail.

Page: https://docs.aws.amazon.com/service-authorization/latest/reference/list_lightsail.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.permissions import BOTH, SOURCE, Permission, actions
from ..core.values import OWNER_TAG

_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{OWNER_TAG}", f"aws:ResourceTag/{OWNER_TAG}"

PERMISSIONS = (
    Permission(action="lightsail:CopySnapshot", without="nothing can be copied"),
    Permission(action="lightsail:DeleteDiskSnapshot", owner_in=_RESOURCE_TAG,
               without="copies of disks can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstanceSnapshot", owner_in=_RESOURCE_TAG,
               without="copies of instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetAutoSnapshots", regions=SOURCE, without="no automatic snapshot can be copied"),
    Permission(action="lightsail:GetDiskSnapshot", regions=BOTH,
               without="a copy of a disk can be neither found by its name nor waited for"),
    Permission(action="lightsail:GetDiskSnapshots", regions=BOTH,
               without="copies of automatic snapshots of disks can't be made: what an interrupted run left isn't found"),
    Permission(action="lightsail:GetDisks", regions=SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=BOTH,
               without="a copy of an instance can be neither found by its name nor waited for"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=BOTH,
               without="copies of automatic snapshots of instances can't be made: what an interrupted run left isn't found"),
    Permission(action="lightsail:GetInstances", regions=SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetOperationsForResource",
               without="a copy under an explicit name whose run was interrupted isn't known again, and a failed one has no reason"),
    Permission(action="lightsail:GetRelationalDatabases", regions=SOURCE,
               without="a message about a wrong source can't say that databases can't be copied"),
    Permission(action="lightsail:TagResource", owner_in=_REQUEST_TAG,
               without="copies can't be marked as ours, and none is ever complete"),
    Permission(action="lightsail:UntagResource", owner_in=_RESOURCE_TAG,
               without="tags can't be removed from copies"),
)  # fmt: skip
"""All permissions that copies need, each once: what `lightsail.service` calls, and no more."""

_WRONG_SOURCE = "a message about a wrong source can't name the right ones"

TAKING_PERMISSIONS = (
    Permission(action="lightsail:CreateDiskSnapshot", owner_in=_REQUEST_TAG, without="no snapshot of a disk can be taken"),
    Permission(action="lightsail:CreateInstanceSnapshot", owner_in=_REQUEST_TAG,
               without="no snapshot of an instance can be taken"),
    Permission(action="lightsail:DeleteDiskSnapshot", owner_in=_RESOURCE_TAG,
               without="snapshots of disks can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstanceSnapshot", owner_in=_RESOURCE_TAG,
               without="snapshots of instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetDisk", without="no snapshot of a disk can be taken: whether it is there isn't known"),
    Permission(action="lightsail:GetDiskSnapshot", without="a snapshot of a disk can't be waited for"),
    Permission(action="lightsail:GetDiskSnapshots", without="what an interrupted run left isn't found"),
    Permission(action="lightsail:GetDisks", without=_WRONG_SOURCE),
    Permission(action="lightsail:GetInstance",
               without="no snapshot of an instance can be taken: whether it is there isn't known"),
    Permission(action="lightsail:GetInstanceSnapshot", without="a snapshot of an instance can't be waited for"),
    Permission(action="lightsail:GetInstanceSnapshots", without="what an interrupted run left isn't found"),
    Permission(action="lightsail:GetInstances", without=_WRONG_SOURCE),
    Permission(action="lightsail:GetOperationsForResource", without="a failed snapshot has no reason"),
    Permission(action="lightsail:GetRelationalDatabase", without="a message about a wrong source can't say that it is a database"),
    Permission(action="lightsail:TagResource", owner_in=_REQUEST_TAG, without="tags can't be changed"),
    Permission(action="lightsail:UntagResource", owner_in=_RESOURCE_TAG, without="tags can't be removed"),
)  # fmt: skip
"""All permissions that ``InstanceSnapshot`` and ``DiskSnapshot`` need, each once."""

RESTORING_PERMISSIONS = (
    Permission(action="lightsail:CreateDiskFromSnapshot", owner_in=_REQUEST_TAG, without="no disk can be restored"),
    Permission(action="lightsail:CreateInstancesFromSnapshot", owner_in=_REQUEST_TAG,
               without="no instance can be restored"),
    Permission(action="lightsail:DeleteDisk", owner_in=_RESOURCE_TAG,
               without="restored disks can be neither deleted nor replaced, and those that came along stay"),
    Permission(action="lightsail:DeleteInstance", owner_in=_RESOURCE_TAG,
               without="restored instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetBundles", without="no instance can be restored: whether it fits isn't known"),
    Permission(action="lightsail:GetDisk", without="a restored disk can't be waited for"),
    Permission(action="lightsail:GetDiskSnapshot", without="no disk can be restored"),
    Permission(action="lightsail:GetDiskSnapshots", without="a message about a wrong snapshot can't name the right ones"),
    Permission(action="lightsail:GetDisks", without="the disks that came along with an instance aren't found"),
    Permission(action="lightsail:GetInstance", without="a restored instance can't be waited for"),
    Permission(action="lightsail:GetInstanceSnapshot", without="no instance can be restored"),
    Permission(action="lightsail:GetInstanceSnapshots",
               without="a message about a wrong snapshot can't name the right ones"),
    Permission(action="lightsail:GetInstances", without="what an interrupted run left isn't found"),
    Permission(action="lightsail:GetOperationsForResource", without="a failed restore has no reason"),
    Permission(action="lightsail:GetRegions", without="nothing can be restored: which zones there are isn't known"),
    Permission(action="lightsail:TagResource", owner_in=_REQUEST_TAG, without="tags can't be changed"),
    Permission(action="lightsail:UntagResource", owner_in=_RESOURCE_TAG, without="tags can't be removed"),
)  # fmt: skip
"""All permissions that ``RestoredInstance`` and ``RestoredDisk`` need, each once.

Disks that were restored with an instance are tagged before they are deleted."""

_SIDS = {None: "CopySnapshots", _REQUEST_TAG: "TagCopies", _RESOURCE_TAG: "ChangeCopies"}
_TAKING_SIDS = {None: "LookAtSources", _REQUEST_TAG: "TakeSnapshots", _RESOURCE_TAG: "ChangeTaken"}
_RESTORING_SIDS = {None: "LookAtRestored", _REQUEST_TAG: "Restore", _RESOURCE_TAG: "ChangeRestored"}


def policy(*, delete: bool = True, taking: bool = False, restoring: bool = False) -> dict[str, Any]:
    """Return the IAM policy that allows what copies need, and nothing else.

    Each action carries a condition on the owner tag where the service supports one:

    - CopySnapshot and all reads support neither resources nor tags: they are allowed on everything.
    - TagResource: a copy is made without tags and tagged afterwards, so a condition on a tag of the copy
      (``aws:ResourceTag``) would refuse the first tagging. Each of our calls sets the owner tag along with the
      others, so the condition is on the tags in the call (``aws:RequestTag``).
    - UntagResource, DeleteDiskSnapshot and DeleteInstanceSnapshot are called on copies that have the owner tag
      (``aws:ResourceTag``). A snapshot without the tag can't be deleted with this policy.

    The conditions prevent a role from deleting, by mistake or from another program, a snapshot that was never tagged as
    a copy. They don't stop somebody who has the role's credentials from tagging a foreign snapshot, then deleting it.
    Only ``delete=False`` prevents that.

    Args:
        delete: whether to include the actions that delete snapshots.
        taking: whether to include the actions that take snapshots.
        restoring: whether to include the actions that restore instances and disks. Disks restored with an instance have
            no tags; they are tagged before ``DeleteDisk``, and then meet its condition.

    Example:
        >>> [statement["Sid"] for statement in policy(delete=False)["Statement"]]
        ['CopySnapshots', 'TagCopies', 'ChangeCopies']
    """
    uses: list[tuple[tuple[Permission, ...], Mapping[str | None, str]]] = [(PERMISSIONS, _SIDS)]
    uses += [(TAKING_PERMISSIONS, _TAKING_SIDS)] if taking else []
    uses += [(RESTORING_PERMISSIONS, _RESTORING_SIDS)] if restoring else []
    found: list[dict[str, Any]] = []
    seen = set[tuple[str, str | None]]()
    for permissions, sids in uses:
        new = [each for each in permissions if (each.action, each.owner_in) not in seen]
        seen.update((each.action, each.owner_in) for each in new)
        found += statements(new, sids, delete=delete)
    return {"Version": "2012-10-17", "Statement": found}


def statements(
    permissions: Iterable[Permission], sids: Mapping[str | None, str], *, delete: bool = True
) -> list[dict[str, Any]]:
    """Return the policy statements that allow actions, one statement per condition.

    Args:
        permissions: the actions to allow.
        sids: the statements' names, by the condition key.
        delete: whether to include the actions that delete snapshots.
    """
    listed, found = list(permissions), []
    for key, sid in sids.items():
        if allowed := actions((each for each in listed if each.owner_in == key), delete=delete):
            condition = {"Condition": {"StringLike": {key: "*"}}} if key else {}
            found.append({"Sid": sid, "Effect": "Allow", "Action": allowed, "Resource": "*", **condition})
    return found
