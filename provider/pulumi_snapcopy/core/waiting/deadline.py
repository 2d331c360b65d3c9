"""The deadline of a verb, and retrying within it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ..errors import ServiceError, Transient
from .clock import Clock
from .policy import backoff

T = TypeVar("T")


class OutOfTime(Exception):
    """The deadline has passed; ``trouble`` is the service's last transient error, if there was one."""

    def __init__(self, trouble: ServiceError | None = None) -> None:
        super().__init__()
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The time at which a verb gives up.

    Args:
        clock: the time.
        at: seconds since the epoch.
        report: called with the error before each pause.
    """

    clock: Clock
    at: float
    report: Callable[[ServiceError], None] = lambda trouble: None

    def retry(self, call: Callable[[], T]) -> T:
        """Make a call that is safe to repeat, and retry it with backoff while it fails with a transient error.

        Raises:
            OutOfTime: if the next try would come after the deadline.
        """
        attempt = 0
        while True:
            try:
                return call()
            except Transient as trouble:
                self.back_off(attempt, trouble)
                attempt += 1

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds.

        Raises:
            OutOfTime: if the pause would end after the deadline.
        """
        if self.clock.now() + seconds > self.at:
            raise OutOfTime
        self.clock.sleep(seconds)

    def back_off(self, attempt: int, trouble: ServiceError) -> None:
        """Back off before the next try.

        Raises:
            OutOfTime: if the next try would come after the deadline.
        """
        seconds = backoff(attempt)
        if self.clock.now() + seconds > self.at:
            raise OutOfTime(trouble)
        self.report(trouble)
        self.clock.sleep(seconds)
