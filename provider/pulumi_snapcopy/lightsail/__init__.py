"""Lightsail: resources that take, copy and restore snapshots; look-ups; and disaster-recovery regions of copies."""

from typing import TYPE_CHECKING

from ..core.lazy import attributes

if TYPE_CHECKING:
    from .copied_snapshot import CopiedSnapshot
    from .disaster_recovery import DisasterRecoveryRegion
    from .disk_snapshot import DiskSnapshot
    from .instance_snapshot import InstanceSnapshot
    from .inventory import AutoSnapshot, Disk, Instance, Snapshot
    from .lookups import get_auto_snapshots, get_disks, get_instances, get_snapshots
    from .restored_disk import RestoredDisk
    from .restored_instance import RestoredInstance
    from .retention import Retention

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

__getattr__ = attributes(
    __name__,
    {
        **dict.fromkeys(__all__, ".lookups"),
        **dict.fromkeys(("AutoSnapshot", "Disk", "Instance", "Snapshot"), ".inventory"),
        "CopiedSnapshot": ".copied_snapshot",
        "DisasterRecoveryRegion": ".disaster_recovery",
        "DiskSnapshot": ".disk_snapshot",
        "InstanceSnapshot": ".instance_snapshot",
        "RestoredDisk": ".restored_disk",
        "RestoredInstance": ".restored_instance",
        "Retention": ".retention",
    },
)
