"""Copies of EBS snapshots, on AWS and through OUTSCALE's EC2-compatible API (FCU)."""

from typing import TYPE_CHECKING

from ..core.lazy import attributes

if TYPE_CHECKING:
    from .copied_snapshot import CopiedSnapshot

__all__ = ["CopiedSnapshot"]

__getattr__ = attributes(__name__, {"CopiedSnapshot": ".copied_snapshot"})
