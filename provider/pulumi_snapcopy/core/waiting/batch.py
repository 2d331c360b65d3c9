"""Single-flight: one answer for all that ask for the same within a batch window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .clock import Clock

T = TypeVar("T")

BATCH_WINDOW = 0.1
"""Seconds in which those that ask gather; little beside what a copy takes."""


@dataclass(slots=True)
class SingleFlight(Generic[T]):
    """Makes a call once for all that ask within the window; all of them get its answer, or its error.

    Args:
        clock: the time.
        call: the call; told how many ask.
        window: seconds that the first one waits for others.
    """

    clock: Clock
    call: Callable[[int], T]
    window: float = BATCH_WINDOW
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _waiting: list[Future[T]] = field(default_factory=list)

    def get(self) -> T:
        """Return the answer."""
        mine: Future[T] = Future()
        with self._lock:
            self._waiting.append(mine)
            first = len(self._waiting) == 1
        if first:
            self._lead()
        return mine.result()

    def _lead(self) -> None:
        answer: T | None = None
        error: BaseException | None = None
        batch: list[Future[T]] = []
        try:
            try:
                self.clock.sleep(self.window)
            finally:
                with self._lock:
                    batch, self._waiting = self._waiting, []
            answer = self.call(len(batch))
        except BaseException as raised:
            error = raised
        for each in batch:
            if error is None:
                each.set_result(answer)  # type: ignore[arg-type]
            else:
                each.set_exception(error)
