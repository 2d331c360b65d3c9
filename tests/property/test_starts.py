"""Starts at the pace of the service: nobody polls but the first in the line."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.copying.starting import Starts
from pulumi_snapcopy.core.errors import AnswerLost, Cancelled, TooManyCopies, Transient
from pulumi_snapcopy.core.waiting import OutOfTime
from pulumi_snapcopy.core.watching.clock import SystemClock

from tests.harness.scripted import FakeClock

from .test_watch import QuickClock


class Room:
    """A service with room for so many copies."""

    def __init__(self, room: int) -> None:
        self.room, self.refused, self.taken, self.most = room, 0, 0, 0
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            if self.room == 0:
                self.refused += 1
                raise TooManyCopies("too many snapshot copies in progress")
            self.room -= 1
            self.taken += 1

    def give(self) -> None:
        with self._lock:
            self.room += 1


def run_all(starts: Starts, room: Room, copies: int, clock: QuickClock) -> list[int]:
    """Start copies at the same time; each ends once everybody has come, and gives its room back."""
    come, order = threading.Barrier(copies), list[int]()

    def run(number: int) -> None:
        come.wait()
        starts.start(room.take, deadline=clock.now() + 10_000, told=lambda trouble: None)
        order.append(number)
        with starts.under_way():
            clock.sleep(5)
            room.give()

    with ThreadPoolExecutor(copies) as pool:
        list(pool.map(run, range(copies)))
    return order


@pytest.mark.parametrize("limit", [1, 3, 40])
def test_all_are_started_and_only_the_first_in_line_asks(limit: int) -> None:
    """Forty copies, room for a few: each is started once; what is refused beyond the first rush is few."""
    clock, room = QuickClock(), Room(limit)
    order = run_all(Starts(clock), room, 40, clock)
    assert sorted(order) == list(range(40))
    assert room.taken == 40
    first_rush, an_end_each = 40 - limit, 40
    assert room.refused <= first_rush + 2 * an_end_each


def test_without_a_refusal_nobody_waits() -> None:
    """While the service takes all, all are sent at the same time."""
    starts, together = Starts(SystemClock()), threading.Barrier(20)

    def send() -> int:
        return together.wait(30)

    def start(_: int) -> int:
        return starts.start(send, deadline=1e12, told=lambda trouble: None)

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(start, range(20))) == list(range(20))


@given(refusals=st.integers(0, 12))
def test_somebody_elses_copies_are_waited_out_in_growing_pauses(refusals: int) -> None:
    """With none of ours in progress there's no end to wait for: the first in line asks, ever more rarely."""
    clock, answers, said = FakeClock(), iter([Transient("throttled")] * refusals), list[str]()
    asked: list[float] = []

    def send() -> str:
        asked.append(clock.now())
        if error := next(answers, None):
            raise error
        return "started"

    starts = Starts(clock)
    assert starts.start(send, deadline=1e12, told=lambda trouble: said.append(str(trouble))) == "started"
    assert said == ["throttled"] * refusals
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(asked)]
    assert pauses == [min(0.5 * 2**number, 30.0) for number in range(refusals)]


def test_at_the_deadline_the_services_last_word_is_told() -> None:
    """Who never gets a turn is told why."""
    clock = FakeClock()

    def send() -> None:
        raise TooManyCopies("the limit is 5")

    with pytest.raises(OutOfTime) as end:
        Starts(clock).start(send, deadline=clock.now() + 100, told=lambda trouble: None)
    assert str(end.value.trouble) == "the limit is 5"


def test_a_lost_answer_leaves_the_line_to_the_next() -> None:
    """What may have been done isn't sent again from here, and the line goes on."""
    starts = Starts(FakeClock())
    answers = iter([Transient("throttled"), AnswerLost("reset")])

    def send() -> None:
        raise next(answers)

    with pytest.raises(AnswerLost):
        starts.start(send, deadline=1e12, told=lambda trouble: None)
    assert starts.start(lambda: "started", deadline=1e12, told=lambda trouble: None) == "started"


def test_cancel_ends_the_line() -> None:
    """Ctrl-C ends the wait for a turn as it ends any other."""
    clock = SystemClock()
    waits = threading.Event()

    def send() -> None:
        raise TooManyCopies("too many")

    def cancel() -> None:
        waits.wait(30)
        clock.cancel()

    starts = Starts(clock)
    threading.Thread(target=cancel).start()
    with starts.under_way(), pytest.raises(Cancelled):
        starts.start(send, deadline=clock.now() + 3600, told=lambda trouble: waits.set())
