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
    _stage: str = ""

    def __post_init__(self) -> None:
        call = current_call()
        self.urn = call.urn if call else ""

    def progress(self, text: str) -> None:
        """A line that the next one replaces; a new stage, its first word, shows at once."""
        now, stage = time.monotonic(), text.split(" ", 1)[0]
        rest = max(LEAST_PAUSE, 0.05 * (now - self._began)) if stage == self._stage else 0.0
        if self.engine is None or now - self._told < rest:
            return
        self._told, self._stage = now, stage
        self.engine.log(self.urn, text, passing=True)

    def warning(self, text: str) -> None:
        """A line that stays."""
        if self.engine is not None:
            self.engine.log(self.urn, text, warning=True)
