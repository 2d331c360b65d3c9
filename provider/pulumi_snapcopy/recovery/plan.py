"""The plan for one source: what one run holds, prunes, misses, warns of and refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from .evidence import Copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A date whose copy is to be declared.

    Args:
        date: the day of the source's snapshot (UTC).
        region: the region of the copy, existing or new.
        name: the copy's name; None for a new copy.
    """

    date: date
    region: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prune:
    """A copy that this run deletes, and the reason."""

    copy: Copy
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a plan must not be carried out: cause, state and next step.

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
    """The plan of one run for one source.

    Args:
        source: the source's name.
        hold: the copies to declare, newest first, both existing and new.
        prune: the copies to delete, newest first; with ``doubts``, only failed copies that can't be made again.
        gaps: the days without a copy among the last ``daily`` ones up to the newest copy, none before the first copy of
            the source that has the name now.
        doubts: why no copy of this source is pruned in this run; empty if copies may be pruned.
        warnings: sentences to show in the preview.
        refusal: why the run must stop; None if it may continue.
    """

    source: str
    hold: tuple[Hold, ...]
    prune: tuple[Prune, ...]
    gaps: tuple[date, ...]
    doubts: tuple[str, ...]
    warnings: tuple[str, ...]
    refusal: Refusal | None

    @property
    def dates(self) -> tuple[date, ...]:
        """The dates to hold, newest first."""
        return tuple(each.date for each in self.hold)

    @property
    def newest(self) -> date | None:
        """The newest date that can be restored once the run has ended."""
        return max(self.dates, default=None)
