"""Snapshots of OUTSCALE: copies, snapshots of volumes, imports."""

from typing import TYPE_CHECKING

from ..core.lazy import attributes

if TYPE_CHECKING:
    from .copied_snapshot import CopiedSnapshot
    from .snapshot import Snapshot

__all__ = ["CopiedSnapshot", "Snapshot"]

__getattr__ = attributes(__name__, {"CopiedSnapshot": ".copied_snapshot", "Snapshot": ".snapshot"})
