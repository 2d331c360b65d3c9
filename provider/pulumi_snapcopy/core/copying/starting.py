"""Starting copies at the pace of the service: all at once, until it says that it is too much."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from ..errors import AnswerLost, TooManyCopies, Transient
from ..waiting import OutOfTime
from ..watching.clock import Clock
from ..watching.pauses import LONGEST_PAUSE, backoff

T = TypeVar("T")


@dataclass(slots=True)
class Starts:
    """Paces the starts in one region.

    What the service can't take on now waits in a line, and only the first in it tries again: when a copy of ours has
    ended, or, as others may be in the way, when a pause is over. The rest ask nothing until it is their turn.

    Args:
        clock: the time.
    """

    clock: Clock
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _line: deque[object] = field(default_factory=deque)
    _trouble: Transient | None = None
    _under_way: int = 0
    _ended: int = 0
    _refusals: int = 0
    _next_try: float = 0.0

    def start(self, send: Callable[[], T], *, deadline: float, told: Callable[[Transient], None]) -> T:
        """Send when it is this one's turn, again while the service can't take it on.

        Args:
            send: sends; nothing has been done if it raises ``Transient``, but for ``AnswerLost``.
            deadline: when to give up, seconds since the epoch.
            told: told what the service has said, before each wait.

        Raises:
            OutOfTime: the deadline has passed.
        """
        place = object()
        try:
            while True:
                if trouble := self._in_the_way(place):
                    told(trouble)
                    self._await_turn(place, deadline)
                ended = self._ended
                try:
                    answer = send()
                except AnswerLost:
                    raise
                except Transient as error:
                    self._refused(place, error, ended)
                else:
                    self._taken_on()
                    return answer
        finally:
            self._leave(place)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """A copy is in progress; its end makes room for another."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._ended += 1
                if isinstance(self._trouble, TooManyCopies):
                    self._next_try = 0.0
                self._changed.notify_all()

    def _in_the_way(self, place: object) -> Transient | None:
        """Take a place in the line, if there is one; what made it."""
        with self._changed:
            if not self._line:
                return None
            if place not in self._line:
                self._line.append(place)
            return self._trouble

    def _await_turn(self, place: object, deadline: float) -> None:
        with self._changed:
            while True:
                now, first = self.clock.now(), self._line[0] is place
                if now >= deadline:
                    raise OutOfTime(self._trouble)
                if first and now >= self._next_try:
                    return
                until = min(self._next_try, deadline) if first else deadline
                self.clock.wait(self._changed, until - now)

    def _refused(self, place: object, trouble: Transient, ended: int) -> None:
        with self._changed:
            if place not in self._line:
                self._line.append(place)
            if self._line[0] is not place:
                return  # sent together with others: one refusal counts
            self._trouble = trouble
            of_copies = isinstance(trouble, TooManyCopies)
            room_has_come, room_will_come = of_copies and self._ended != ended, of_copies and self._under_way
            rest = LONGEST_PAUSE if room_will_come else backoff(self._refusals)
            self._next_try = 0.0 if room_has_come else self.clock.now() + rest
            self._refusals += 1

    def _taken_on(self) -> None:
        with self._changed:
            self._refusals, self._next_try = 0, 0.0

    def _leave(self, place: object) -> None:
        with self._changed:
            if place in self._line:
                self._line.remove(place)
                self._changed.notify_all()
