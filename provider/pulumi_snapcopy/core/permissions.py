"""Permissions: each service's package lists the calls it makes, for ``snapcopy iam-policy`` and ``snapcopy doctor``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SOURCE, TARGET, BOTH = ("source",), ("target",), ("source", "target")
"""Where an action is called: in the region of the source, in that of what is made, or in both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An action that must be allowed.

    Args:
        action: its name in a policy, ``service:Call``.
        without: what breaks if it isn't allowed.
        regions: where it is called: in the ``source`` region, the ``target`` region, or both.
        owner_in: the condition key that holds our tag when the action is called; None where the service gives the
            action no such key.

    Example:
        >>> Permission(action="acme:GetThing", without="nothing is found").reads
        True
    """

    action: str
    without: str
    regions: tuple[str, ...] = TARGET
    owner_in: str | None = None

    @property
    def reads(self) -> bool:
        """Whether the action only reads, so that ``doctor`` can try it."""
        return self._call.startswith(("Get", "Describe", "Read", "List"))

    @property
    def deletes_snapshots(self) -> bool:
        """Whether the action deletes snapshots, as opposed to tags or restored objects."""
        return self._call.startswith("Delete") and self._call.endswith("Snapshot")

    @property
    def _call(self) -> str:
        return self.action.partition(":")[2]


def actions(permissions: Iterable[Permission], *, delete: bool = True) -> list[str]:
    """Return the actions to allow, each once.

    Args:
        permissions: of them.
        delete: whether those that delete snapshots are among them.
    """
    return list(dict.fromkeys(each.action for each in permissions if delete or not each.deletes_snapshots))
