"""What must be allowed on Lightsail.

Page: https://docs.aws.amazon.com/service-authorization/latest/reference/list_lightsail.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.values import OWNER_TAG

_REQUEST_TAG, _RESOURCE_TAG = f"aws:RequestTag/{OWNER_TAG}", f"aws:ResourceTag/{OWNER_TAG}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An action that must be allowed.

    Args:
        action: its name in an IAM policy; it is that of the API's operation.
        regions: where it is called: in the ``source`` region, the ``target`` region, or both.
        without: what breaks if it isn't allowed.
        owner_in: the condition key that holds our owner tag when the action is called; None where the service
            gives the action no such key.
    """

    action: str
    regions: tuple[str, ...]
    without: str
    owner_in: str | None = None

    @property
    def reads(self) -> bool:
        """Whether it only reads, and so can be tried."""
        return self.action.startswith("lightsail:Get")

    @property
    def deletes(self) -> bool:
        """Whether it deletes snapshots."""
        return self.action.startswith("lightsail:Delete")


_SOURCE, _TARGET, _BOTH = ("source",), ("target",), ("source", "target")

PERMISSIONS = (
    Permission(action="lightsail:CopySnapshot", regions=_TARGET, without="nothing can be copied"),
    Permission(action="lightsail:DeleteDiskSnapshot", regions=_TARGET, owner_in=_RESOURCE_TAG,
               without="copies of disks can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstanceSnapshot", regions=_TARGET, owner_in=_RESOURCE_TAG,
               without="copies of instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetAutoSnapshots", regions=_SOURCE, without="no automatic snapshot can be copied"),
    Permission(action="lightsail:GetDiskSnapshot", regions=_BOTH,
               without="a copy of a disk can be neither found by its name nor waited for"),
    Permission(action="lightsail:GetDiskSnapshots", regions=_BOTH,
               without="copies of automatic snapshots of disks can't be made: what an interrupted run left isn't found"),
    Permission(action="lightsail:GetDisks", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=_BOTH,
               without="a copy of an instance can be neither found by its name nor waited for"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=_BOTH,
               without="copies of automatic snapshots of instances can't be made: what an interrupted run left isn't found"),
    Permission(action="lightsail:GetInstances", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetOperationsForResource", regions=_TARGET,
               without="a copy under an explicit name whose run was interrupted isn't known again, and a failed one has no reason"),
    Permission(action="lightsail:GetRelationalDatabases", regions=_SOURCE,
               without="a message about a wrong source can't say that databases can't be copied"),
    Permission(action="lightsail:TagResource", regions=_TARGET, owner_in=_REQUEST_TAG,
               without="copies can't be marked as ours, and none is ever complete"),
    Permission(action="lightsail:UntagResource", regions=_TARGET, owner_in=_RESOURCE_TAG,
               without="tags can't be removed from copies"),
)  # fmt: skip
"""All that copies need, once; what `lightsail.service` calls, and no more."""


_SIDS = {None: "CopySnapshots", _REQUEST_TAG: "TagCopies", _RESOURCE_TAG: "ChangeCopies"}


def policy(permissions: Sequence[Permission] = PERMISSIONS, *, delete: bool = True) -> dict[str, Any]:
    """Return the IAM policy that allows these actions, and nothing else.

    Each action carries a condition on the owner tag where the service supports one:

    - CopySnapshot and all reads support neither resources nor tags: they are allowed on everything.
    - TagResource: a copy is made without tags and tagged afterwards, so a condition on a tag that it has
      (``aws:ResourceTag``) would refuse the first tagging. Each of our calls sets the owner tag along with the
      others, so the condition is on the tags in the call (``aws:RequestTag``).
    - UntagResource, DeleteDiskSnapshot and DeleteInstanceSnapshot are called on copies that have the owner tag
      (``aws:ResourceTag``). A snapshot without the tag can't be deleted with this policy.

    The conditions keep a role from deleting what was never tagged as a copy, by mistake or by another program. They
    don't stop somebody who holds the role's credentials: who may tag may also tag a foreign snapshot, then delete it.
    Only ``delete=False`` does.

    Args:
        permissions: The actions to allow.
        delete: Whether the actions that delete snapshots are among them.

    Example:
        >>> [statement["Sid"] for statement in policy(delete=False)["Statement"]]
        ['CopySnapshots', 'TagCopies', 'ChangeCopies']
    """
    allowed = [each for each in permissions if delete or not each.deletes]
    statements = []
    for key, sid in _SIDS.items():
        actions = [each.action for each in allowed if each.owner_in == key]
        if not actions:
            continue
        condition = {"Condition": {"StringLike": {key: "*"}}} if key else {}
        statements.append({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*", **condition})
    return {"Version": "2012-10-17", "Statement": statements}
