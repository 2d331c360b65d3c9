"""Starting at the pace of the service: all at once, until it says that too many are in progress."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TypeVar

from ..errors import AnswerLost, LimitReached, TooManyCopies, Transient
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
    _sending: int = 0
    _in_flight: int = 0
    _ended: int = 0
    _refusals: int = 0
    _next_try: float = 0.0
    _is_announced: bool = False

    def start(
        self,
        send: Callable[[], T],
        *,
        deadline: Deadline,
        tell: Callable[[Transient], None],
        ends: ExitStack,
        others_in_progress: Callable[[], bool] = lambda: False,
    ) -> T:
        """Send when it is this one's turn, again while the service can't accept it.

        Args:
            send: sends; nothing has been done if it raises ``Transient``, but for ``AnswerLost``.
            deadline: when to give up.
            tell: told what the service has said, before each wait.
            ends: what was accepted is in flight until this closes.
            others_in_progress: asks the service; only where a limit may be one on copies in progress, and none of
                ours is.

        Raises:
            OutOfTime: if the deadline passes.
            LimitReached: if none are in progress, so that it is a quota.
        """
        place = object()
        try:
            while True:
                if trouble := self._queued_behind(place):
                    tell(trouble)
                    self._await_turn(place, deadline.at)
                ended = self._ended
                try:
                    return self._send(send, ends)
                except AnswerLost:
                    raise
                except LimitReached as error:
                    if not (self._are_ours_in_progress(ended) or others_in_progress()):
                        raise
                    queued = TooManyCopies(
                        error.message, call=error.call, code=error.code, request_id=error.request_id
                    )
                    self._refused(place, queued, ended)
                except Transient as error:
                    self._refused(place, error, ended)
        finally:
            self._leave(place)

    def refuse(self, trouble: TooManyCopies) -> None:
        """Note a refusal that the service told late, as the failure of what it had accepted."""
        with self._changed:
            self._trouble = trouble
            self._next_try = self.clock.now() + self._pause(trouble)
            self._refusals += 1

    def fly(self, ends: ExitStack) -> None:
        """One is in progress, until ``ends`` closes; its end makes room for another."""
        with self._changed:
            self._in_flight += 1
        ends.callback(self._landed)

    def is_news(self, trouble: Transient) -> bool:
        """Whether it is a limit on copies in progress, and the first one in this region."""
        with self._changed:
            news = isinstance(trouble, TooManyCopies) and not self._is_announced
            self._is_announced |= news
        return news

    def _send(self, send: Callable[[], T], ends: ExitStack) -> T:
        """Send; what is accepted counts as in flight before it no longer counts as being sent."""
        with self._changed:
            self._sending += 1
        try:
            answer = send()
            self.fly(ends)
        finally:
            with self._changed:
                self._sending -= 1
        with self._changed:
            self._refusals, self._next_try = 0, 0.0
        return answer

    def _are_ours_in_progress(self, ended: int) -> bool:
        """Whether others of ours are in progress or about to be, or one has ended since the request was sent."""
        return bool(self._in_flight or self._sending) or self._ended != ended

    def _landed(self) -> None:
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

    def _leave(self, place: object) -> None:
        with self._changed:
            if place in self._queue:
                self._queue.remove(place)
                self._changed.notify_all()
