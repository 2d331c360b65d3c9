"""Starting at the pace of the service: all at once, until it says that too many are in progress."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from ..errors import AnswerLost, TooManyCopies, Transient
from .clock import Clock
from .deadline import Deadline, OutOfTime
from .policy import LONGEST_PAUSE, backoff

T = TypeVar("T")


@dataclass(slots=True)
class Queue:
    """Paces the requests of one region.

    What the service can't accept now waits in a queue, and only the first in it tries again: when one of ours has
    ended, or, as others' may be in progress, when a pause is over. The rest ask nothing until it is their turn.

    Args:
        clock: the time.
    """

    clock: Clock
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _queue: deque[object] = field(default_factory=deque)
    _trouble: Transient | None = None
    _in_flight: int = 0
    _ended: int = 0
    _refusals: int = 0
    _next_try: float = 0.0

    def start(self, send: Callable[[], T], *, deadline: Deadline, tell: Callable[[Transient], None]) -> T:
        """Send when it is this one's turn, again while the service can't accept it.

        Args:
            send: sends; nothing has been done if it raises ``Transient``, but for ``AnswerLost``.
            deadline: when to give up.
            tell: told what the service has said, before each wait.

        Raises:
            OutOfTime: if the deadline passes.
        """
        place = object()
        try:
            while True:
                if trouble := self._queued_behind(place):
                    tell(trouble)
                    self._await_turn(place, deadline.at)
                ended = self._ended
                try:
                    answer = send()
                except AnswerLost:
                    raise
                except Transient as error:
                    self._refused(place, error, ended)
                else:
                    self._accepted()
                    return answer
        finally:
            self._leave(place)

    @property
    def in_flight(self) -> int:
        """How many of ours are in progress."""
        return self._in_flight

    def refuse(self, trouble: TooManyCopies) -> None:
        """Note a refusal that the service told late, as the failure of what it had accepted."""
        with self._changed:
            self._trouble = trouble
            self._next_try = self.clock.now() + self._pause(trouble)
            self._refusals += 1

    @contextmanager
    def flying(self) -> Iterator[None]:
        """One is in progress; its end makes room for another."""
        with self._changed:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._ended += 1
                if isinstance(self._trouble, TooManyCopies):
                    self._next_try = 0.0
                self._changed.notify_all()

    def _queued_behind(self, place: object) -> Transient | None:
        """Take a place in the queue, if there is one; what made it."""
        with self._changed:
            if not self._queue and self.clock.now() >= self._next_try:
                return None
            if place not in self._queue:
                self._queue.append(place)
            return self._trouble

    def _await_turn(self, place: object, deadline: float) -> None:
        with self._changed:
            while True:
                now, first = self.clock.now(), self._queue[0] is place
                if now >= deadline:
                    raise OutOfTime(self._trouble)
                if first and now >= self._next_try:
                    return
                until = min(self._next_try, deadline) if first else deadline
                self.clock.wait(self._changed, until - now)

    def _refused(self, place: object, trouble: Transient, ended: int) -> None:
        with self._changed:
            if place not in self._queue:
                self._queue.append(place)
            if self._queue[0] is not place:
                return  # sent together with others: one refusal counts
            self._trouble = trouble
            room_has_come = isinstance(trouble, TooManyCopies) and self._ended != ended
            self._next_try = 0.0 if room_has_come else self.clock.now() + self._pause(trouble)
            self._refusals += 1

    def _pause(self, trouble: Transient) -> float:
        """The end of one of ours makes room before a long pause is over."""
        room_will_come = isinstance(trouble, TooManyCopies) and self._in_flight
        return LONGEST_PAUSE if room_will_come else backoff(self._refusals)

    def _accepted(self) -> None:
        with self._changed:
            self._refusals, self._next_try = 0, 0.0

    def _leave(self, place: object) -> None:
        with self._changed:
            if place in self._queue:
                self._queue.remove(place)
                self._changed.notify_all()
