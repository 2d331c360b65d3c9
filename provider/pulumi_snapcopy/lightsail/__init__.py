"""Snapshots of Lightsail: taken, copied, restored."""

from .copied_snapshot import CopiedSnapshot
from .disk_snapshot import DiskSnapshot
from .instance_snapshot import InstanceSnapshot
from .restored_disk import RestoredDisk
from .restored_instance import RestoredInstance

__all__ = ["CopiedSnapshot", "DiskSnapshot", "InstanceSnapshot", "RestoredDisk", "RestoredInstance"]
