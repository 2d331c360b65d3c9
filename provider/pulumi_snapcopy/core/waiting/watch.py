"""The shared watch of a region: who waits, and is due first, polls for all that wait; there is no thread behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..values import Seen
from .clock import Clock
from .deadline import Deadline, OutOfTime
from .policy import pause
from .polling import Poll, Poller, Watched


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
    _watched: list[Watched] = field(default_factory=list)
    _polling: bool = False

    @contextmanager
    def waiting(
        self, seen: Seen, *, born: float | None = None, others: Set[str | None] = frozenset()
    ) -> Iterator[Watched]:
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
        watched = Watched(seen=seen, born=born, due=now, others=others, age=now - born)
        with self._changed:
            if self._watched:  # their next poll serves it, too
                watched.due += pause(0, self.poller.longest_pause)
            self._watched.append(watched)
        try:
            yield watched
        finally:
            with self._changed:
                self._watched.remove(watched)
                self._changed.notify_all()

    def poll(self, watched: Watched, deadline: Deadline) -> Poll:
        """Return the result of the next poll, which another caller may make.

        Raises:
            OutOfTime: if the deadline passes before.
            ServiceError: if the service refuses the poll for good.
        """
        with self._changed:
            polls = watched.polls
            while watched.polls == polls and not watched.ended:
                now = self.clock.now()
                if now >= deadline.at:
                    raise OutOfTime(watched.last.trouble)
                if not self._polling and now >= watched.due:
                    self._polling = True
                    break
                until = deadline.at if self._polling else min(watched.due, deadline.at)
                self.clock.wait(self._changed, until - now)
        if watched.polls == polls and not watched.ended:
            self._poll_for_all()
        if watched.error is not None:
            raise watched.error
        return watched.last

    def _poll_for_all(self) -> None:
        with self._changed:
            unended = [each for each in self._watched if not each.ended]
        answers = []
        try:
            answers = self.poller.poll(unended)
        finally:
            with self._changed:
                self._polling = False
                self._changed.notify_all()
                self.poller.update(answers)
