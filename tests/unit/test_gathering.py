"""One answer for all that ask in the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_snapcopy.core.errors import Cancelled, Transient
from pulumi_snapcopy.core.watching.clock import SystemClock
from pulumi_snapcopy.core.watching.gathering import Gathering

MANY = 30


class Full(SystemClock):
    """A clock whose moment lasts until the group is full."""

    gathering: Gathering[int]

    def sleep(self, seconds: float) -> None:
        while (group := self.gathering._group) is None or group.size < MANY:
            time.sleep(0.001)


def gathering_of(ask: Callable[[int], int]) -> Gathering[int]:
    """One whose groups have so many members."""
    clock = Full()
    clock.gathering = Gathering(clock, ask)
    return clock.gathering


def join_all(gathering: Gathering[int]) -> list[int | Exception]:
    """Join with many threads within one moment."""

    def join(_: int) -> int | Exception:
        try:
            return gathering.join()
        except Transient as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(join, range(MANY)))


def test_a_group_is_asked_for_once_and_each_gets_the_answer() -> None:
    """Thirty that come within the moment cost one call, which is told that they are thirty."""
    asked: list[int] = []

    def ask(size: int) -> int:
        asked.append(size)
        return size

    assert join_all(gathering_of(ask)) == [MANY] * MANY
    assert asked == [MANY]


def test_an_error_is_everybodys_and_the_next_group_asks_anew() -> None:
    """A failed ask is no answer that stays."""
    answers = iter([Transient("throttled")])

    def ask(size: int) -> int:
        for error in answers:
            raise error
        return size

    gathering = gathering_of(ask)
    assert all(isinstance(result, Transient) for result in join_all(gathering))
    assert join_all(gathering) == [MANY] * MANY


def test_a_group_whose_first_is_stopped_leaves_no_one_waiting() -> None:
    """Ctrl-C in the moment ends the group, not the next one."""
    clock = SystemClock()
    gathering = Gathering(clock, lambda size: size)
    clock.cancel()
    for _ in range(2):
        with pytest.raises(Cancelled):
            gathering.join()
