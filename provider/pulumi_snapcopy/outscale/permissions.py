"""What must be allowed on OUTSCALE.

Page: https://docs.outscale.com/en/userguide/EIM-Policy-Generator.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An action that must be allowed.

    Args:
        action: its name in an EIM policy; it is that of the API's call.
        without: what breaks if it isn't allowed.
        optional: whether only some requests need it.
    """

    action: str
    without: str
    optional: bool = False

    @property
    def reads(self) -> bool:
        """Whether it only reads, and so can be tried."""
        return self.action.startswith("api:Read")

    @property
    def deletes(self) -> bool:
        """Whether it deletes snapshots."""
        return self.action == "api:DeleteSnapshot"


PERMISSIONS = (
    Permission(action="api:CreateSnapshot", without="no snapshot can be made"),
    Permission(
        action="api:CreateTags", without="snapshots can't be marked as ours, and none is ever complete"
    ),
    Permission(action="api:DeleteSnapshot", without="snapshots can be neither deleted nor replaced"),
    Permission(action="api:DeleteTags", without="tags can't be removed from snapshots"),
    Permission(action="api:ReadAccounts", without="own snapshots can't be told from shared ones"),
    Permission(action="api:ReadSnapshots", without="no snapshot can be found, waited for or copied"),
    Permission(action="api:ReadVolumes", without="no snapshot of a volume can be taken", optional=True),
)
"""All that snapshots need, once; what `outscale.service` calls, and no more."""


def policy(permissions: Sequence[Permission] = PERMISSIONS, *, delete: bool = True) -> dict[str, Any]:
    """Return the EIM policy that allows these actions, and nothing else.

    EIM policies have no conditions on tags, and snapshots no names of their own there: the actions are allowed on all.

    Args:
        permissions: the actions to allow.
        delete: whether the one that deletes snapshots is among them.

    Example:
        >>> "api:DeleteSnapshot" in policy(delete=False)["Statement"][0]["Action"]
        False
    """
    actions = [each.action for each in permissions if delete or not each.deletes]
    return {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": ["*"]}]}
