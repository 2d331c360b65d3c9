"""The record of calls to the emulated services, for tests to inspect."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Condition
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """The content of a request: the service, the operation, the region of the signature, and the members."""

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to an emulated service; its credentials aren't recorded.

    Attributes:
        service: ``lightsail``, ``ec2``, ``fcu`` or ``outscale``.
        operation: The operation's name in the API.
        region: The region of the request's signature.
        parameters: The request's members.
        outcome: ``ok``, the error code, or ``lost``, ``reset``, ``hang``, ``garbage``, …; ``dropped`` if the call was
            held before its work and never did it; ``pending`` while the call is in flight.
        user_agent: The User-Agent header of the client.
        at: When the call came (seconds since 1970).
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    outcome: str
    user_agent: str
    at: float


class Calls:
    """The calls since the start or the last `clear`, in the order they came."""

    def __init__(self) -> None:
        self._lock = Condition()
        self._calls: dict[int, Call] = {}
        self._last = 0
        self._in_flight = 0
        self._closed = False

    def open(self) -> None:
        """Accept calls."""
        self._closed = False

    def close(self) -> None:
        """Accept no more calls, and wait for those in flight: their changes still belong to this emulator."""
        with self._lock:
            self._closed = True
            self._lock.wait_for(lambda: not self._in_flight)

    def begin(self, request: ApiRequest, user_agent: str) -> int:
        """Record that a call has come, and return its number.

        Raises:
            ConnectionAbortedError: if the emulator has ended.
        """
        call = Call(
            service=request.service,
            operation=request.operation,
            region=request.region,
            parameters=request.parameters,
            outcome="pending",
            user_agent=user_agent,
            at=time.time(),
        )
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("the emulator has ended")
            self._in_flight += 1
            self._last += 1
            self._calls[self._last] = call
            return self._last

    def end(self, number: int, outcome: str) -> None:
        """Record the outcome of a call, unless the record has been cleared since."""
        with self._lock:
            self._in_flight -= 1
            self._lock.notify_all()
            if number in self._calls:
                self._calls[number] = replace(self._calls[number], outcome=outcome)

    def all(self, operation: str | None = None, service: str | None = None) -> list[Call]:
        """Return all calls, or those of one operation or service."""
        with self._lock:
            calls = list(self._calls.values())
        return [c for c in calls if operation in (None, c.operation) and service in (None, c.service)]

    def clear(self) -> None:
        """Remove all calls from the record."""
        with self._lock:
            self._calls.clear()
