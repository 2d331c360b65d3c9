"""What must be allowed on Lightsail.

Page: https://docs.aws.amazon.com/service-authorization/latest/reference/list_lightsail.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An action that must be allowed.

    Args:
        action: its name in an IAM policy; it is that of the API's operation.
        regions: where it is called: in the ``source`` region, the ``target`` region, or both.
        without: what breaks if it isn't allowed.
    """

    action: str
    regions: tuple[str, ...]
    without: str

    @property
    def reads(self) -> bool:
        """Whether it only reads, and so can be tried."""
        return self.action.startswith("lightsail:Get")


_SOURCE, _TARGET, _BOTH = ("source",), ("target",), ("source", "target")

PERMISSIONS = (
    Permission(action="lightsail:CopySnapshot", regions=_TARGET, without="nothing can be copied"),
    Permission(action="lightsail:DeleteDiskSnapshot", regions=_TARGET,
               without="copies of disks can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstanceSnapshot", regions=_TARGET,
               without="copies of instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetAutoSnapshots", regions=_SOURCE, without="no automatic snapshot can be copied"),
    Permission(action="lightsail:GetDiskSnapshot", regions=_BOTH,
               without="nothing can be copied: a name may be that of either type, so both are looked at"),
    Permission(action="lightsail:GetDiskSnapshots", regions=_BOTH,
               without="no automatic snapshot of disks can be copied: what a cut-off run left behind isn't found"),
    Permission(action="lightsail:GetDisks", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=_BOTH,
               without="nothing can be copied: a name may be that of either type, so both are looked at"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=_BOTH,
               without="no automatic snapshot of instances can be copied: what a cut-off run left behind isn't found"),
    Permission(action="lightsail:GetInstances", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetOperationsForResource", regions=_TARGET,
               without="a copy whose run was cut off isn't known again, and a failed one has no reason"),
    Permission(action="lightsail:TagResource", regions=_TARGET,
               without="copies can't be marked as ours, and none is ever complete"),
    Permission(action="lightsail:UntagResource", regions=_TARGET, without="tags can't be taken away from copies"),
)  # fmt: skip
"""All that copies need, once; what `services.lightsail` calls, and no more."""


def policy(permissions: Sequence[Permission] = PERMISSIONS) -> dict[str, Any]:
    """The IAM policy that allows them, and nothing else.

    CopySnapshot and all reads can't be limited to resources. Tagging could be, to the ARNs of snapshots, but a copy is
    tagged before it is certain that the service knows its name.
    """
    statement = {
        "Sid": "CopySnapshots",
        "Effect": "Allow",
        "Action": [permission.action for permission in permissions],
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
