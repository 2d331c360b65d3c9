"""Single-flight: one call for all callers that ask for the same within a batch window, within seconds, or ever."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from .clock import Clock
from .policy import RECENT

T = TypeVar("T")

BATCH_WINDOW = 0.1
"""Seconds in which callers gather; little beside the duration of a copy."""


@dataclass(slots=True)
class SingleFlight(Generic[T]):
    """Makes one call for all callers within the window; all get its answer, or its error.

    Args:
        clock: the time.
        call: the call; its argument is the number of callers.
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


@dataclass(slots=True)
class Gathered(Generic[T]):
    """Answers questions about single keys from one call about all keys that are asked for at the same time.

    Args:
        clock: the time.
        read: reads several keys in one call; a key that isn't in its answer doesn't exist.
    """

    clock: Clock
    read: Callable[[list[str]], Mapping[str, T]]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _wanted: Counter[str] = field(default_factory=Counter)
    _flight: SingleFlight[Mapping[str, T]] = field(init=False)

    def __post_init__(self) -> None:
        self._flight = SingleFlight(self.clock, lambda _: self.read(self._keys()))

    def get(self, key: str) -> T | None:
        """Return the value of a key, or None."""
        with self._lock:
            self._wanted[key] += 1
        try:
            return self._flight.get().get(key)
        finally:
            with self._lock:
                self._wanted[key] -= 1

    def _keys(self) -> list[str]:
        with self._lock:
            self._wanted = +self._wanted
            return sorted(self._wanted)


@dataclass(slots=True)
class Recent(Generic[T]):
    """One answer for all callers within `RECENT` seconds.

    Args:
        clock: the time.
        call: the call.
    """

    clock: Clock
    call: Callable[[], T]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _calling: threading.Lock = field(default_factory=threading.Lock)
    _last: tuple[float, T] | None = None
    """When the last call began, and its answer; None before the first."""
    _expired: float = float("-inf")
    _flight: SingleFlight[T] = field(init=False)

    def __post_init__(self) -> None:
        self._flight = SingleFlight(self.clock, lambda _: self._call())

    def get(self) -> T:
        """Return the answer to a call that began within the last `RECENT` seconds."""
        last = self._usable()
        return self._flight.get() if last is None else last[1]

    def expire(self) -> None:
        """Discard the answers to calls that have begun until now."""
        with self._lock:
            self._expired = self.clock.now()

    def _usable(self) -> tuple[float, T] | None:
        with self._lock:
            earliest = max(self.clock.now() - RECENT, self._expired)
            return self._last if self._last is not None and self._last[0] > earliest else None

    def _call(self) -> T:
        with self._calling:
            last = self._usable()  # the batch before may have just got it
            if last is None:
                last = self.clock.now(), self.call()
                with self._lock:
                    self._last = last
            return last[1]


@dataclass(slots=True)
class Once(Generic[T]):
    """Asks for a value once. Callers that come meanwhile wait for that answer, or get its error; an error isn't kept.

    Args:
        ask: makes the call.

    Example:
        >>> account = Once(lambda: print("asking") or "123456789012")
        >>> account.get(), account.get()
        asking
        ('123456789012', '123456789012')
    """

    ask: Callable[[], T]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answer: Future[T] | None = None

    def get(self) -> T:
        """Return the answer."""
        with self._lock:
            answer = self._answer
            mine = answer is None
            if answer is None:
                answer = self._answer = Future()
        if mine:
            try:
                answer.set_result(self.ask())
            except BaseException as error:
                with self._lock:
                    self._answer = None
                answer.set_exception(error)
        return answer.result()
