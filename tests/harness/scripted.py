"""What a fake service may do to its caller: time that passes at once, calls that fail, and a process that is killed."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from pulumi_snapcopy.core import errors

FRIDAY_NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=timezone.utc).timestamp()
LATENCY = 0.02
"""Seconds that a call takes."""


class Killed(BaseException):
    """The process ended here; nothing may catch it."""


class Fault(Enum):
    """What a call ends with instead of its answer."""

    TRANSIENT = "transient"
    LOST = "sent, done, and the answer lost"
    UNSENT = "the answer lost, nothing done"
    TOO_MANY = "too many copies"
    DENIED = "denied"
    REFUSED = "refused"
    NOT_FOUND = "not found"

    def error(self, call: str) -> errors.ServiceError:
        """The error that the core is given."""
        kinds: dict[Fault, type[errors.ServiceError]] = {
            Fault.TRANSIENT: errors.Transient,
            Fault.LOST: errors.AnswerLost,
            Fault.UNSENT: errors.AnswerLost,
            Fault.TOO_MANY: errors.TooManyCopies,
            Fault.DENIED: errors.Denied,
            Fault.REFUSED: errors.Refused,
            Fault.NOT_FOUND: errors.NotFound,
        }
        return kinds[self](f"scripted: {self.value}", call=call, code=self.name)


@dataclass
class FakeClock:
    """Time that passes at once; single-threaded."""

    time: float = FRIDAY_NIGHT
    cancelled_at: float = math.inf

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += max(seconds, 0.0)
        if self.time >= self.cancelled_at:
            raise errors.Cancelled

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.sleep(seconds)
