"""Snapshots of Lightsail: taken, copied."""

from .copied_snapshot import CopiedSnapshot
from .disk_snapshot import DiskSnapshot
from .instance_snapshot import InstanceSnapshot

__all__ = ["CopiedSnapshot", "DiskSnapshot", "InstanceSnapshot"]
