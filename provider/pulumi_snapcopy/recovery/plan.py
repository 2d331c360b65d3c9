"""A plan: what one run holds, prunes, misses, warns of and refuses for one source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .evidence import Copy, CopyState


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A date to declare a copy of.

    Args:
        date: the day of the source's snapshot (UTC).
        region: where the copy is, or is to be made.
        name: the copy's name; None if it is to be made.
        state: the copy's state; None if it is to be made.
        reasons: why it is kept, in restic's words ("daily snapshot"), or why it can't be pruned.
    """

    date: date
    region: str
    name: str | None
    state: CopyState | None
    reasons: tuple[str, ...]

    @property
    def is_new(self) -> bool:
        """Whether this run makes it, for the first time or again after it failed."""
        return self.state in (None, CopyState.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """A copy that this run deletes, and why."""

    copy: Copy
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A day without a copy, and why."""

    date: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a plan must not be carried out: what is wrong, what is true, what to do.

    Example:
        >>> print(Refusal(cause="…would delete 9 of 17 copies", state="nothing was changed.", next="run it with max_prune=0.48"))
        …would delete 9 of 17 copies
          State: nothing was changed.
          Next:  run it with max_prune=0.48
    """

    cause: str
    state: str
    next: str

    def __str__(self) -> str:
        return f"{self.cause}\n  State: {self.state}\n  Next:  {self.next}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one run does for one source.

    Args:
        source: the source's name.
        hold: what to declare, newest first: what is there and stays, and what is new.
        prune: what to delete, newest first; while there are ``doubts``, only what failed and can't be made again.
        gaps: the days of the retention's last ``daily`` up to the newest copy that have none, none before the first.
        doubts: why nothing of this source is pruned in this run; empty if it may be.
        warnings: sentences for the preview.
        refusal: why the run must not go on; None if it may.
    """

    source: str
    hold: tuple[Hold, ...]
    prune: tuple[Prune, ...]
    gaps: tuple[Gap, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    refusal: Refusal | None

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates to hold, newest first."""
        return tuple(each.date for each in self.hold)

    @property
    def newest(self) -> date | None:
        """The newest date that can be restored from once the run has ended."""
        return max(self.dates, default=None)

    @property
    def is_change(self) -> bool:
        """Whether the run makes or deletes a copy."""
        return bool(self.prune) or any(each.is_new for each in self.hold)
