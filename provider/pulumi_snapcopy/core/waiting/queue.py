"""Sending requests at the pace of the service: all at once, until it says that too many are in progress."""

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
    """The queue of one region's requests.

    Requests that the service can't accept now wait, and only the first of them is tried again: when one of ours has ended,
    or, as others' may be in progress, after a pause. The others send nothing until it is their turn.

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
        report: Callable[[Transient], None],
        ends: ExitStack,
        others_in_progress: Callable[[], bool] = lambda: False,
    ) -> T:
        """Send a request when it is its turn, and again while the service can't accept it; return the service's answer.

        Args:
            send: sends the request; if it raises ``Transient``, other than ``AnswerLost``, nothing was done.
            deadline: when to give up.
            report: called with the service's error before each wait.
            ends: an accepted request counts as in flight until this closes.
            others_in_progress: asks the service whether others are in progress; called only if none of ours is, and
                the limit may be one on copies in progress.

        Raises:
            OutOfTime: if the deadline passes.
            LimitReached: if none are in progress, so that the limit is a quota.
        """
        place = object()
        try:
            while True:
                if trouble := self._queued_behind(place):
                    report(trouble)
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
        """Note a limit that the service reported late, as the failure of an accepted request."""
        with self._changed:
            self._trouble = trouble
            self._next_try = self.clock.now() + self._pause(trouble)
            self._refusals += 1

    def count_in_flight(self, ends: ExitStack) -> None:
        """Count one more as in flight until ``ends`` closes, which makes room for another."""
        with self._changed:
            self._in_flight += 1
        ends.callback(self._landed)

    def is_news(self, trouble: Transient) -> bool:
        """Return whether an error is a limit on copies in progress, and the first one in this region."""
        with self._changed:
            news = isinstance(trouble, TooManyCopies) and not self._is_announced
            self._is_announced |= news
        return news

    def _send(self, send: Callable[[], T], ends: ExitStack) -> T:
        """Send; an accepted request counts as in flight before it stops counting as being sent."""
        with self._changed:
            self._sending += 1
        try:
            answer = send()
            self.count_in_flight(ends)
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
        """Return the error that has made a queue, and take a place in it; None if there is no queue."""
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
        """Return the pause after a refusal: a long one if the end of one of ours will cut it short."""
        room_will_come = isinstance(trouble, TooManyCopies) and self._in_flight
        return LONGEST_PAUSE if room_will_come else backoff(self._refusals)

    def _leave(self, place: object) -> None:
        with self._changed:
            if place in self._queue:
                self._queue.remove(place)
                self._changed.notify_all()
