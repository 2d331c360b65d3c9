"""Snapshots of OUTSCALE: copies, snapshots of volumes, imports."""

from .copied_snapshot import CopiedSnapshot
from .snapshot import Snapshot

__all__ = ["CopiedSnapshot", "Snapshot"]
