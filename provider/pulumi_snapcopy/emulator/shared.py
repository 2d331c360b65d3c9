"""The state that all regions share: the settings, one lock, and the file that keeps the state.

Moto's backends are global to the process, as is this state. One lock serves all regions, as a copy reads one
region and writes another; it is held for microseconds, never while waiting.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import Protocol

from .settings import Settings


class Keeper(Protocol):
    """Writes the state to disk."""

    def save(self, version: int) -> None:
        """Return once the state of this version, or a later one, is on disk."""

    def close(self) -> None:
        """Leave the file to other processes."""


@dataclass(slots=True)
class Shared:
    """The settings, the lock, how often the state has changed, and the last number given out."""

    settings: Settings = field(default_factory=Settings)
    lock: RLock = field(default_factory=RLock)
    version: int = 0
    number: int = 0
    keeper: Keeper | None = None
    ahead: float = 0.0  # seconds by which the services' clock is ahead of this machine's


SHARED = Shared()


def account_id() -> str:
    """Return the account that all callers get, moto's."""
    return os.environ.get("MOTO_ACCOUNT_ID", "123456789012")


def now() -> float:
    """Return the services' time in seconds since 1970, to the millisecond."""
    return round(time.time() + SHARED.ahead, 3)


def next_number() -> int:
    """Return a number above all earlier ones, also after a restart; it defines the order of lists and their pages."""
    SHARED.number = max(SHARED.number + 1, time.time_ns())
    return SHARED.number


@contextmanager
def changing() -> Iterator[None]:
    """Hold the lock for a change; on leaving, the change is in the state file, if there is one."""
    with SHARED.lock:
        yield
        SHARED.version += 1
        version, keeper = SHARED.version, SHARED.keeper
    if keeper is not None:
        keeper.save(version)
