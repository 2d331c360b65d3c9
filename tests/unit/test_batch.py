"""Single-flight: one answer for all that ask for the same within a batch window."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_snapcopy.core.errors import Cancelled, Transient
from pulumi_snapcopy.core.waiting.batch import SingleFlight
from pulumi_snapcopy.core.waiting.clock import SystemClock

MANY = 30


class Full(SystemClock):
    """A clock whose window lasts until the batch is full."""

    flight: SingleFlight[int]

    def sleep(self, seconds: float) -> None:
        while len(self.flight._waiting) < MANY:
            time.sleep(0.001)


def flight_of(call: Callable[[int], int]) -> SingleFlight[int]:
    """One whose batches have so many members."""
    clock = Full()
    clock.flight = SingleFlight(clock, call)
    return clock.flight


def get_all(flight: SingleFlight[int]) -> list[int | Exception]:
    """Ask with many threads within one window."""

    def get(_: int) -> int | Exception:
        try:
            return flight.get()
        except Transient as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(get, range(MANY)))


def test_a_batch_costs_one_call_and_each_gets_the_answer() -> None:
    """Thirty that ask within the window cost one call, which is told that they are thirty."""
    asked: list[int] = []

    def call(number: int) -> int:
        asked.append(number)
        return number

    assert get_all(flight_of(call)) == [MANY] * MANY
    assert asked == [MANY]


def test_an_error_is_everybodys_and_the_next_batch_calls_again() -> None:
    """A failed call raises its error for all in the batch, and the next batch calls again."""
    answers = iter([Transient("throttled")])

    def call(number: int) -> int:
        for error in answers:
            raise error
        return number

    flight = flight_of(call)
    assert all(isinstance(result, Transient) for result in get_all(flight))
    assert get_all(flight) == [MANY] * MANY


def test_a_batch_whose_first_is_cancelled_leaves_no_one_waiting() -> None:
    """Ctrl-C within the window ends the batch, not the next one."""
    clock = SystemClock()
    flight = SingleFlight(clock, lambda number: number)
    clock.cancel()
    for _ in range(2):
        with pytest.raises(Cancelled):
            flight.get()
