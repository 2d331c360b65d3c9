"""Waiting for copies: how often to look, and one look for all that wait.

A look lists a region's snapshots where several copies wait, and reads the one where one does. Whoever's pause ends
first looks for everybody; there is no thread behind it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .errors import Cancelled, Denied, ServiceError, Transient
from .model import Phase, Service, Snapshot

LONGEST_PAUSE = 30.0
SHORTEST_PAUSE = 0.1
SHARE_OF_AGE = 0.05

VISIBILITY = 60.0
"""Seconds for which a thing just made may be missing from the service's answers."""


class Clock(Protocol):
    """Time, as far as waiting knows it; seconds."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Let time pass until somebody notifies, at most so long; the condition is held."""


class SystemClock:
    """The machine's own clock. Its time never runs backwards, whatever is done to the machine's.

    After ``cancel`` time no longer passes: whoever would wait gets ``Cancelled``.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End all waits."""
        self._cancelled.set()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.monotonic() + self._offset

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        if self._cancelled.wait(max(seconds, 0.0)):
            raise Cancelled

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Let time pass until somebody notifies, at most so long; a waiter looks up twice a second."""
        condition.wait(min(max(seconds, 0.0), 0.5))
        if self._cancelled.is_set():
            raise Cancelled


def pause(age: float, longest: float = LONGEST_PAUSE) -> float:
    """Seconds until the next look at a copy of that age: 5 % of it, at most 30, and never none.

    Example:
        >>> pause(0), pause(100), pause(7200)
        (0.1, 5.0, 30.0)
    """
    return min(max(SHARE_OF_AGE * age, SHORTEST_PAUSE), longest)


def backoff(attempt: int) -> float:
    """Seconds until a call that failed for the time being is made again: 0.5, 1, 2 … 30."""
    return min(0.5 * 2.0 ** min(attempt, 10), 30.0)


class OutOfTime(Exception):
    """A wait's deadline has passed; ``trouble`` is why the last look saw nothing, if it didn't."""

    def __init__(self, trouble: Transient | None) -> None:
        super().__init__()
        self.trouble = trouble


@dataclass(slots=True, eq=False)
class _Waiter:
    snapshot: Snapshot
    born: float
    due: float
    missing_since: float | None = None
    missing_for: float = 0.0
    looks: int = 0
    error: ServiceError | None = None
    trouble: Transient | None = None
    """Why the last look saw nothing; it delays, it doesn't fail."""


@dataclass(slots=True)
class Watch:
    """Serves all waits in one region.

    Args:
        service: what is asked.
        region: where the copies are.
        clock: the time.
        longest_pause: seconds between looks, at most.
    """

    service: Service
    region: str
    clock: Clock
    longest_pause: float = LONGEST_PAUSE
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _waiters: list[_Waiter] = field(default_factory=list)
    _looking: bool = False
    _failures: int = 0
    _listing: threading.Lock = field(default_factory=threading.Lock)
    _listed: dict[str, tuple[float, list[Snapshot]]] = field(default_factory=dict)
    _listing_denied: bool = False

    def wait(
        self,
        snapshot: Snapshot,
        *,
        deadline: float,
        seen: Callable[[Snapshot | None, Transient | None], None],
        born: float | None = None,
    ) -> Snapshot | None:
        """Wait until the snapshot is no longer pending.

        Args:
            snapshot: what is waited for, as last seen.
            deadline: when to give up, seconds since the epoch.
            born: when the copy was started, by our clock; default: when the service says that it was made.
            seen: told after each look what was seen, ``None`` if it was missing, and the trouble if we couldn't look.

        Returns:
            The snapshot in its final state; ``None`` if it has been missing for longer than new things may be.

        Raises:
            OutOfTime: the deadline has passed.
            ServiceError: the service won't let us look.
        """
        now = self.clock.now()
        if born is None:
            born = snapshot.created_at.timestamp() if snapshot.created_at else now
        waiter = _Waiter(snapshot=snapshot, born=min(born, now), due=now)
        with self._changed:
            self._waiters.append(waiter)
        try:
            while waiter.snapshot.phase is Phase.PENDING:
                self._await_look(waiter, deadline)
                seen(waiter.snapshot if waiter.missing_since is None else None, waiter.trouble)
                if waiter.missing_for > VISIBILITY:
                    return None
            return waiter.snapshot
        finally:
            with self._changed:
                self._waiters.remove(waiter)
                self._changed.notify_all()

    def snapshots(self, resource_type: str) -> list[Snapshot]:
        """List the region's snapshots as they are now; who asks at the same time shares one listing."""
        asked = self.clock.now()
        with self._listing:
            began, listed = self._listed.get(resource_type, (-1.0, []))
            if began <= asked:
                began, listed = self.clock.now(), self.service.snapshots(self.region, resource_type)
                self._listed[resource_type] = (began, listed)
            return listed

    def _await_look(self, waiter: _Waiter, deadline: float) -> None:
        """Return after the next look, made by whoever is due first."""
        with self._changed:
            looks = waiter.looks
            while waiter.looks == looks:
                now = self.clock.now()
                if now >= deadline:
                    raise OutOfTime(waiter.trouble)
                if not self._looking and now >= waiter.due:
                    self._looking = True
                    break
                until = deadline if self._looking else min(waiter.due, deadline)
                self.clock.wait(self._changed, until - now)
        if waiter.looks == looks:
            self._look()
        if waiter.error is not None:
            raise waiter.error

    def _look(self) -> None:
        """Look for everybody who waits, and tell them."""
        with self._changed:
            waiters = list(self._waiters)
        results: list[tuple[_Waiter, Snapshot | ServiceError | None]] = []
        try:
            results = self._ask(waiters)
        finally:
            now = self.clock.now()
            with self._changed:
                failed = any(isinstance(result, Transient) for _, result in results)
                self._failures = self._failures + 1 if failed else 0
                for waiter, result in results:
                    self._tell(waiter, result, now)
                self._looking = False
                self._changed.notify_all()

    def _ask(self, waiters: list[_Waiter]) -> list[tuple[_Waiter, Snapshot | ServiceError | None]]:
        results: list[tuple[_Waiter, Snapshot | ServiceError | None]] = []
        for resource_type, count in Counter(waiter.snapshot.resource_type for waiter in waiters).items():
            of_type = [waiter for waiter in waiters if waiter.snapshot.resource_type == resource_type]
            listed: dict[str, Snapshot] = {}
            if count > 1 and resource_type and not self._listing_denied:
                try:
                    listed = {snapshot.name: snapshot for snapshot in self.snapshots(resource_type)}
                except Denied:
                    self._listing_denied = True
                except ServiceError as error:
                    results += [(waiter, error) for waiter in of_type]
                    continue
            for waiter in of_type:
                results.append((waiter, listed.get(waiter.snapshot.name) or self._read(waiter)))
        return results

    def _read(self, waiter: _Waiter) -> Snapshot | ServiceError | None:
        try:
            return self.service.snapshot(self.region, waiter.snapshot.name, waiter.snapshot.resource_type)
        except ServiceError as error:
            return error

    def _tell(self, waiter: _Waiter, result: Snapshot | ServiceError | None, now: float) -> None:
        waiter.looks += 1
        waiter.trouble = None
        rest = pause(now - waiter.born, self.longest_pause)
        if isinstance(result, Transient):
            waiter.trouble, waiter.missing_since = (
                result,
                None,
            )  # it can't be told for how long it was missing
            rest = max(rest, backoff(self._failures - 1))
        elif isinstance(result, ServiceError):
            waiter.error = result
        elif result is None:
            waiter.missing_since = waiter.missing_since if waiter.missing_since is not None else now
            waiter.missing_for = now - waiter.missing_since
        else:
            waiter.snapshot, waiter.missing_since = result, None
        waiter.due = now + rest
