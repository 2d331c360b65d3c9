"""Requests at the pace of the service: nobody polls but the first in the queue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.errors import AnswerLost, Cancelled, LimitReached, TooManyCopies, Transient
from pulumi_snapcopy.core.waiting.clock import Clock, SystemClock
from pulumi_snapcopy.core.waiting.deadline import Deadline, OutOfTime
from pulumi_snapcopy.core.waiting.queue import Queue

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


def within(seconds: float, clock: Clock) -> Deadline:
    """A deadline that many seconds from now."""
    return Deadline(clock=clock, at=clock.now() + seconds)


def run_all(queue: Queue, room: Room, copies: int, clock: QuickClock) -> list[int]:
    """Start copies at the same time; each ends once everybody has come, and gives its room back."""
    come, order = threading.Barrier(copies), list[int]()

    def run(number: int) -> None:
        come.wait()
        with ExitStack() as ends:
            queue.start(room.take, deadline=within(10_000, clock), report=lambda trouble: None, ends=ends)
            order.append(number)
            clock.sleep(5)
            room.give()

    with ThreadPoolExecutor(copies) as pool:
        list(pool.map(run, range(copies)))
    return order


@pytest.mark.parametrize("limit", [1, 3, 40])
def test_all_are_started_and_only_the_first_in_the_queue_asks(limit: int) -> None:
    """Forty copies, room for a few: each is started once; what is refused beyond the first rush is few."""
    clock, room = QuickClock(), Room(limit)
    order = run_all(Queue(clock), room, 40, clock)
    assert sorted(order) == list(range(40))
    assert room.taken == 40
    first_rush, an_end_each = 40 - limit, 40
    assert room.refused <= first_rush + 2 * an_end_each


def test_without_a_refusal_nobody_waits() -> None:
    """While the service takes all, all are sent at the same time."""
    clock, together = SystemClock(), threading.Barrier(20)
    queue = Queue(clock)

    def send() -> int:
        return together.wait(30)

    def start(_: int) -> int:
        return queue.start(send, deadline=within(3600, clock), report=lambda trouble: None, ends=ExitStack())

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(start, range(20))) == list(range(20))


@given(refusals=st.integers(0, 12))
def test_somebody_elses_copies_are_waited_out_in_growing_pauses(refusals: int) -> None:
    """With none of ours in progress there's no end to wait for: the first in the queue asks, ever more rarely."""
    clock, answers, said = FakeClock(), iter([Transient("throttled")] * refusals), list[str]()
    asked: list[float] = []

    def send() -> str:
        asked.append(clock.now())
        if error := next(answers, None):
            raise error
        return "started"

    queue = Queue(clock)
    tell = lambda trouble: said.append(str(trouble))  # noqa: E731
    assert queue.start(send, deadline=within(1e9, clock), report=tell, ends=ExitStack()) == "started"
    assert said == ["throttled"] * refusals
    pauses = [round(later - earlier, 1) for earlier, later in pairwise(asked)]
    assert pauses == [min(0.5 * 2**number, 30.0) for number in range(refusals)]


def test_at_the_deadline_the_services_last_word_is_told() -> None:
    """Who never gets a turn is told why."""
    clock = FakeClock()

    def send() -> None:
        raise TooManyCopies("the limit is 5")

    with pytest.raises(OutOfTime) as end:
        Queue(clock).start(send, deadline=within(100, clock), report=lambda trouble: None, ends=ExitStack())
    assert str(end.value.trouble) == "the limit is 5"


def test_a_lost_answer_leaves_the_queue_to_the_next() -> None:
    """What may have been done isn't sent again from here, and the queue goes on."""
    clock = FakeClock()
    queue, deadline = Queue(clock), within(1e9, clock)
    answers = iter([Transient("throttled"), AnswerLost("reset")])

    def send() -> None:
        raise next(answers)

    with pytest.raises(AnswerLost):
        queue.start(send, deadline=deadline, report=lambda trouble: None, ends=ExitStack())
    assert (
        queue.start(lambda: "started", deadline=deadline, report=lambda trouble: None, ends=ExitStack())
        == "started"
    )


def test_cancel_ends_the_queue() -> None:
    """Ctrl-C ends the wait for a turn as it ends any other."""
    clock = SystemClock()
    waits = threading.Event()

    def send() -> None:
        raise TooManyCopies("too many")

    def cancel() -> None:
        waits.wait(30)
        clock.cancel()

    queue = Queue(clock)
    threading.Thread(target=cancel).start()
    with ExitStack() as ends, pytest.raises(Cancelled):
        queue.count_in_flight(ends)
        queue.start(send, deadline=within(3600, clock), report=lambda trouble: waits.set(), ends=ends)


# A limit of which the service doesn't say whether it is on copies in progress.


class Full:
    """A service at a limit, which counts what it is asked."""

    def __init__(self) -> None:
        self.clock, self.asked, self.said = FakeClock(), 0, list[str]()

    def send(self) -> None:
        self.asked += 1
        raise LimitReached("You have reached the limit.")

    def start(self, queue: Queue, others: Callable[[], bool] = lambda: False) -> None:
        queue.start(
            self.send,
            deadline=within(1e9, self.clock),
            report=lambda trouble: self.said.append(str(trouble)),
            ends=ExitStack(),
            others_in_progress=others,
        )


def test_a_limit_with_nothing_in_progress_is_a_quota() -> None:
    """It ends at once, with the service's words."""
    full = Full()
    with pytest.raises(LimitReached, match="reached the limit"):
        full.start(Queue(full.clock))
    assert (full.asked, full.said) == (1, [])


def test_a_limit_while_one_of_ours_is_in_progress_is_a_queue() -> None:
    """The request is sent again when that has ended; refused again, with nothing in progress, it is a quota."""
    full, first = Full(), ExitStack()
    queue = Queue(full.clock)
    queue.count_in_flight(first)

    def told(trouble: Transient) -> None:
        assert isinstance(trouble, TooManyCopies)
        first.close()

    with pytest.raises(LimitReached):
        queue.start(full.send, deadline=within(1e9, full.clock), report=told, ends=ExitStack())
    assert full.asked == 2


def test_a_limit_while_others_are_in_progress_is_a_queue() -> None:
    """What another run has in progress makes room, too."""
    full, pending = Full(), iter([True, True, False])
    with pytest.raises(LimitReached):
        full.start(Queue(full.clock), lambda: next(pending))
    assert (full.asked, full.said) == (3, ["You have reached the limit."] * 2)


def test_a_limit_beside_a_request_without_answer_is_a_queue() -> None:
    """What is being sent may be in progress already."""
    full, others = Full(), ExitStack()
    queue, deadline = Queue(full.clock), within(1e9, full.clock)

    def send() -> None:  # while this one has no answer yet, another is refused
        with pytest.raises(Cancelled):
            queue.start(full.send, deadline=deadline, report=told, ends=others)

    def told(trouble: Transient) -> None:
        raise Cancelled

    queue.start(send, deadline=deadline, report=lambda trouble: None, ends=others)
    assert full.asked == 1


def test_a_limit_on_copies_is_news_once() -> None:
    """Of all that wait the first is told apart; throttling is no news."""
    queue = Queue(FakeClock())
    troubles = [Transient("throttled"), TooManyCopies("5"), TooManyCopies("5"), Transient("throttled")]
    assert [queue.is_news(each) for each in troubles] == [False, True, False, False]
