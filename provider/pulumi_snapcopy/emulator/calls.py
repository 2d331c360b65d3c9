"""The record of every call, for a test to look at afterwards."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Condition
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks for: the service, the operation, the region of the signature, and the members."""

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to an emulated service; nothing of its credentials is kept.

    Attributes:
        service: ``lightsail``, ``ec2``, ``fcu`` or ``outscale``.
        operation: Its name in the API.
        region: The region of the request's signature.
        parameters: The request's members.
        outcome: ``ok``, the code it was refused with, or ``lost``, ``reset``, ``hang``, ``garbage``, …;
            ``dropped`` where it was held before its work and never did it; ``pending`` while it is being answered.
        user_agent: What called.
        at: When it came (seconds since 1970).
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    outcome: str
    user_agent: str
    at: float


class Calls:
    """All calls since the start, or since they were cleared, in the order they came."""

    def __init__(self) -> None:
        self._lock = Condition()
        self._calls: dict[int, Call] = {}
        self._last = 0
        self._under_way = 0
        self._closed = False

    def open(self) -> None:
        """Let calls begin."""
        self._closed = False

    def close(self) -> None:
        """Let no more calls begin, and wait for those in flight: their changes still belong to this emulator."""
        with self._lock:
            self._closed = True
            self._lock.wait_for(lambda: not self._under_way)

    def begin(self, asked: Asked, user_agent: str) -> int:
        """Record that a call has come; returns its number.

        Raises:
            ConnectionAbortedError: The emulator has ended meanwhile.
        """
        call = Call(
            service=asked.service,
            operation=asked.operation,
            region=asked.region,
            parameters=asked.parameters,
            outcome="pending",
            user_agent=user_agent,
            at=time.time(),
        )
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("the emulator has ended")
            self._under_way += 1
            self._last += 1
            self._calls[self._last] = call
            return self._last

    def end(self, number: int, outcome: str) -> None:
        """Record how a call ended, unless it has been cleared meanwhile."""
        with self._lock:
            self._under_way -= 1
            self._lock.notify_all()
            if number in self._calls:
                self._calls[number] = replace(self._calls[number], outcome=outcome)

    def all(self, operation: str | None = None, service: str | None = None) -> list[Call]:
        """All calls, or those of one operation, of one service."""
        with self._lock:
            calls = list(self._calls.values())
        return [c for c in calls if operation in (None, c.operation) and service in (None, c.service)]

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._calls.clear()
