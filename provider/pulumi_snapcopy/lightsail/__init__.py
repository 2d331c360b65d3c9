"""Copies of Lightsail snapshots."""

from .copied_snapshot import CopiedSnapshot

__all__ = ["CopiedSnapshot"]
