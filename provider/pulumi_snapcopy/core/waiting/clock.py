"""The time, and waiting for it to pass."""

from __future__ import annotations

import threading
import time
from typing import Protocol

from ..errors import Cancelled


class Clock(Protocol):
    """The time as waiting needs it, in seconds."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Wait for a notification of a condition whose lock is held, at most so many seconds."""


class SystemClock:
    """The machine's clock. It never runs backwards, also when the machine's time is set back.

    After ``cancel`` time no longer passes: each wait, present or later, raises ``Cancelled``.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._cancelled = threading.Event()
        self._waited_on: set[threading.Condition] = set()

    def cancel(self) -> None:
        """End all waits."""
        self._cancelled.set()
        for condition in list(self._waited_on):
            with condition:
                condition.notify_all()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        if self._cancelled.wait(max(seconds, 0.0)):
            raise Cancelled

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Wait for a notification of the condition."""
        self._waited_on.add(condition)
        if not self._cancelled.is_set():
            condition.wait(min(max(seconds, 0.0), threading.TIMEOUT_MAX))
        if self._cancelled.is_set():
            raise Cancelled
