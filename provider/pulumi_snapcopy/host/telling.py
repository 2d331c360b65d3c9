"""Lines in the resource's own row."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ._sdk import Engine, current_call

LEAST_PAUSE = 1.0
"""Seconds between two passing lines of one resource, at least; they come further apart as time goes on."""


@dataclass(slots=True)
class RowTeller:
    """Tells the engine what happens to the resource whose call this thread serves."""

    engine: Engine | None
    urn: str = ""
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0

    def __post_init__(self) -> None:
        call = current_call()
        self.urn = call.urn if call else ""

    def progress(self, text: str) -> None:
        """A line that the next one replaces."""
        now = time.monotonic()
        if self.engine is None or now - self._told < max(LEAST_PAUSE, 0.05 * (now - self._began)):
            return
        self._told = now
        self.engine.log(self.urn, text, passing=True)

    def warning(self, text: str) -> None:
        """A line that stays."""
        if self.engine is not None:
            self.engine.log(self.urn, text, warning=True)
