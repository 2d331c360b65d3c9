"""What a run of the state machine did, in numbers."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Counts over all examples of one run."""

    seed: int | None = None
    began: float = field(default_factory=time.monotonic)
    seen: Counter[str] = field(default_factory=Counter)
    """Steps, runs, verbs, copies, and the disturbances by kind that were reached."""

    def add(self, what: str, number: int = 1) -> None:
        """Count."""
        self.seen[what] += number

    @property
    def steps(self) -> int:
        """Rules that were run."""
        return self.seen["steps"]

    def __str__(self) -> str:
        parts = [f"{count} {what}" for what, count in sorted(self.seen.items())]
        return f"{', '.join(parts)}; {time.monotonic() - self.began:.0f} s; seed {self.seed}"
