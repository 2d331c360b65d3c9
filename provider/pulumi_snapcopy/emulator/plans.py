"""How the copy that one call starts is to go: what a fault wants of it, handed to the service that makes it."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """How long a copy takes (seconds; None: the setting), and the error (code, details) it ends in, if any."""

    seconds: float | None = None
    error: tuple[str, str] | None = None


# Set by the server around the call that a fault has picked.
PLAN: ContextVar[CopyPlan | None] = ContextVar("plan", default=None)
