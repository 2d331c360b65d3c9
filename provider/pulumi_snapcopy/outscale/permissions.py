"""The permissions that snapshots need on OUTSCALE.

Page: https://docs.outscale.com/en/userguide/EIM-Policy-Elements.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.permissions import Permission, actions

PERMISSIONS = (
    Permission(action="api:CreateSnapshot", without="no snapshot can be made"),
    Permission(
        action="api:CreateTags", without="snapshots can't be marked as ours, and none is ever complete"
    ),
    Permission(action="api:DeleteSnapshot", without="snapshots can be neither deleted nor replaced"),
    Permission(action="api:DeleteTags", without="tags can't be removed from snapshots"),
    Permission(action="api:ReadAccounts", without="own snapshots can't be told from shared ones"),
    Permission(action="api:ReadSnapshots", without="no snapshot can be found, waited for or copied"),
)
"""All permissions that copies and imports need, each once: what `outscale.service` calls, and no more."""

TAKING_PERMISSIONS = (Permission(action="api:ReadVolumes", without="no snapshot of a volume can be taken"),)
"""The permissions that snapshots of volumes need in addition."""


def policy(permissions: Iterable[Permission], *, delete: bool = True) -> dict[str, Any]:
    """Return the EIM policy that allows these actions, and nothing else.

    EIM policies have no conditions on tags and can't name a snapshot, so the actions are allowed on all resources.

    Args:
        permissions: the actions to allow, of OAPI (``api:``) or FCU (``ec2:``).
        delete: whether to include the action that deletes snapshots.

    Example:
        >>> "api:DeleteSnapshot" in policy(PERMISSIONS, delete=False)["Statement"][0]["Action"]
        False
    """
    allowed = actions(permissions, delete=delete)
    return {"Statement": [{"Effect": "Allow", "Action": allowed, "Resource": ["*"]}]}
