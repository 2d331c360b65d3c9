"""The outcome that an injected fault sets for a copy, passed to the service that starts the copy."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPlan:
    """How long a copy is pending (seconds; None: the setting), and the error (code, details) it ends in, if any."""

    seconds: float | None = None
    error: tuple[str, str] | None = None


# Set around a call that a fault hits.
PLAN: ContextVar[CopyPlan | None] = ContextVar("plan", default=None)
