"""The shared watch of a region: the waiter whose pause ends first polls for all of them; there is no thread behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..values import Seen
from .clock import Clock
from .deadline import Deadline, OutOfTime
from .policy import pause
from .polling import Poll, Poller, Waiter


@dataclass(slots=True)
class Watch:
    """Serves all waits in one region with common polls.

    Args:
        poller: polls.
        clock: the time.
    """

    poller: Poller
    clock: Clock
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiters: list[Waiter] = field(default_factory=list)
    _polling: bool = False

    @contextmanager
    def waiting(
        self, seen: Seen, *, born: float | None = None, others: Set[str | None] = frozenset()
    ) -> Iterator[Waiter]:
        """Add an object to the watch until the context ends.

        Args:
            seen: the object as last seen.
            born: when its creation began, by our clock; default: the service's time of creation.
            others: refs of earlier objects of its name, which stale answers may still show.
        """
        now = self.clock.now()
        if born is None:
            born = seen.created_at.timestamp() if seen.created_at else now
        born = min(born, now)
        waiter = Waiter(seen=seen, born=born, due=now, others=others, age=now - born)
        with self._changed:
            if self._waiters:  # their next poll serves it, too
                waiter.due += pause(0, self.poller.longest_pause)
            self._waiters.append(waiter)
        try:
            yield waiter
        finally:
            with self._changed:
                self._waiters.remove(waiter)
                self._changed.notify_all()

    def poll(self, waiter: Waiter, deadline: Deadline) -> Poll:
        """Return the result of the next poll, which another waiter may make.

        Raises:
            OutOfTime: if the deadline passes before.
            ServiceError: if the service refuses the poll for good.
        """
        with self._changed:
            polls = waiter.polls
            while waiter.polls == polls and not waiter.ended:
                now = self.clock.now()
                if now >= deadline.at:
                    raise OutOfTime(waiter.last.trouble)
                if not self._polling and now >= waiter.due:
                    self._polling = True
                    break
                until = deadline.at if self._polling else min(waiter.due, deadline.at)
                self.clock.wait(self._changed, until - now)
        if waiter.polls == polls and not waiter.ended:
            self._poll_for_all()
        if waiter.error is not None:
            raise waiter.error
        return waiter.last

    def _poll_for_all(self) -> None:
        with self._changed:
            waiting = [each for each in self._waiters if not each.ended]
        answers = []
        try:
            answers = self.poller.poll(waiting)
        finally:
            with self._changed:
                self._polling = False
                self._changed.notify_all()
                self.poller.update(answers)
