"""Copies of Lightsail snapshots, and recovery regions made of them."""

from ..recovery.retention import Retention
from .copied_snapshot import CopiedSnapshot
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
    "Instance",
    "Retention",
    "Snapshot",
    "get_auto_snapshots",
    "get_disks",
    "get_instances",
    "get_snapshots",
]
