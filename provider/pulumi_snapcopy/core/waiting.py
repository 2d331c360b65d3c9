"""Waiting for copies: whoever's pause ends first looks for everybody in the region; there is no thread behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Set
from dataclasses import dataclass, field

from .errors import Transient
from .model import Phase, Snapshot
from .watching.clock import Clock
from .watching.looking import Look, Lookout, Waiter
from .watching.pauses import VISIBILITY


class OutOfTime(Exception):
    """A wait's deadline has passed; ``trouble`` is what the service last said, if it didn't do what was asked."""

    def __init__(self, trouble: Transient | None) -> None:
        super().__init__()
        self.trouble = trouble


@dataclass(slots=True)
class Watch:
    """Serves all waits in one region.

    Args:
        lookout: looks for them.
        clock: the time.
    """

    lookout: Lookout
    clock: Clock
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiters: list[Waiter] = field(default_factory=list)
    _looking: bool = False

    def wait(
        self,
        snapshot: Snapshot,
        *,
        deadline: float,
        seen: Callable[[Look], None],
        born: float | None = None,
        others: Set[str | None] = frozenset(),
    ) -> Snapshot | None:
        """Wait until the snapshot is no longer pending.

        Args:
            snapshot: what is waited for, as last seen.
            deadline: when to give up, seconds since the epoch.
            born: when the copy was started, by our clock; default: when the service says that it was made.
            seen: told after each look what it has shown.
            others: the ARNs of what had its name before, and may be shown for a while in its place.

        Returns:
            The snapshot in its final state; ``None`` if it has been missing for longer than new things may be.

        Raises:
            OutOfTime: the deadline has passed.
            ServiceError: the service won't let us look.
        """
        now = self.clock.now()
        if born is None:
            born = snapshot.created_at.timestamp() if snapshot.created_at else now
        waiter = Waiter(snapshot=snapshot, born=min(born, now), due=now, others=others)
        with self._changed:
            self._waiters.append(waiter)
        try:
            while waiter.snapshot.phase is Phase.PENDING:
                self._await_look(waiter, deadline)
                seen(waiter.last)
                if waiter.last.missing_for > VISIBILITY:
                    return None
            return waiter.snapshot
        finally:
            with self._changed:
                self._waiters.remove(waiter)
                self._changed.notify_all()

    def _await_look(self, waiter: Waiter, deadline: float) -> None:
        """Return after the next look, made by whoever is due first."""
        with self._changed:
            looks = waiter.looks
            while waiter.looks == looks:
                now = self.clock.now()
                if now >= deadline:
                    raise OutOfTime(waiter.last.trouble)
                if not self._looking and now >= waiter.due:
                    self._looking = True
                    break
                until = deadline if self._looking else min(waiter.due, deadline)
                self.clock.wait(self._changed, until - now)
        if waiter.looks == looks:
            self._look()
        if waiter.error is not None:
            raise waiter.error

    def _look(self) -> None:
        """Look for everybody who waits, and tell them."""
        with self._changed:
            waiting = [
                each for each in self._waiters if each.snapshot.phase is Phase.PENDING and not each.error
            ]
        answers = []
        try:
            answers = self.lookout.ask(waiting)
        finally:
            with self._changed:
                self._looking = False
                self._changed.notify_all()
                self.lookout.tell(answers)
