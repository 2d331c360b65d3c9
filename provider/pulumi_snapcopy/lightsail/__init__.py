"""Lightsail: snapshots taken, copied and restored; look-ups; and recovery regions made of copies."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .copied_snapshot import CopiedSnapshot
from .disk_snapshot import DiskSnapshot
from .instance_snapshot import InstanceSnapshot
from .restored_disk import RestoredDisk
from .restored_instance import RestoredInstance

if TYPE_CHECKING:
    from ..recovery.retention import Retention
    from .disaster_recovery import DisasterRecoveryRegion
    from .lookups import (
        AutoSnapshot,
        Disk,
        Instance,
        Snapshot,
        get_auto_snapshots,
        get_disks,
        get_instances,
        get_snapshots,
    )

__all__ = [
    "AutoSnapshot",
    "CopiedSnapshot",
    "DisasterRecoveryRegion",
    "Disk",
    "DiskSnapshot",
    "Instance",
    "InstanceSnapshot",
    "RestoredDisk",
    "RestoredInstance",
    "Retention",
    "Snapshot",
    "get_auto_snapshots",
    "get_disks",
    "get_instances",
    "get_snapshots",
]

_LOADED_WHEN_USED = {"DisasterRecoveryRegion": ".disaster_recovery", "Retention": "..recovery.retention"}


def __getattr__(name: str) -> Any:
    """Load look-ups and recovery regions when a program uses them: one that only declares copies needn't."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LOADED_WHEN_USED.get(name, ".lookups"), __name__), name)
