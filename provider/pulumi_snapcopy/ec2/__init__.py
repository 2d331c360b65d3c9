"""Copies of EBS snapshots, on AWS and through OUTSCALE's EC2-compatible API (FCU)."""

from .copied_snapshot import CopiedSnapshot

__all__ = ["CopiedSnapshot"]
