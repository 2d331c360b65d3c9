"""One poll for all that wait in a region."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.errors import Cancelled, Denied, Refused, ServiceError, Transient
from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.core.waiting.deadline import Deadline, OutOfTime
from pulumi_snapcopy.core.waiting.policy import RECENT, SHORTEST_PAUSE, backoff, pause
from pulumi_snapcopy.core.waiting.region import Region
from pulumi_snapcopy.core.waiting.watch import Poll, Watch
from pulumi_snapcopy.lightsail.shapes import phase

WAITERS = 40


class QuickClock:
    """A real clock that runs a hundred times as fast."""

    def now(self) -> float:
        return time.monotonic() * 100

    def sleep(self, seconds: float) -> None:
        time.sleep(max(seconds, 0.0) / 100)

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        condition.wait(max(seconds, 0.0) / 100)


class StillClock(QuickClock):
    """A clock that stands but for what is slept."""

    def __init__(self) -> None:
        self._now = 1000.0

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self._now += seconds


class Listing:
    """A service that only lists and reads; copies are done when it is told."""

    kinds = ("InstanceSnapshot", "DiskSnapshot")

    def __init__(self, answer: Callable[[str], None] = lambda call: None) -> None:
        self.calls: list[str] = []
        self.done = False
        self.answer = answer
        self.most_at_once = self._at_once = 0
        self._lock = threading.Lock()

    def _count(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            time.sleep(0.002)
            self.answer(call)
        finally:
            with self._lock:
                self._at_once -= 1

    def all(self, region: str, kind: str) -> list[Seen]:
        self._count("list")
        return [one(index, "available" if self.done else "pending") for index in range(WAITERS)]

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        self._count("read")
        return one(int(name), "available" if self.done else "pending") if name.isdigit() else None


def one(index: int, state: str = "pending") -> Seen:
    """The snapshot that waiter waits for."""
    return Seen(name=str(index), region="eu-west-1", kind="InstanceSnapshot", state=state, phase=phase(state))


def region_of(service: Listing, clock: QuickClock | SystemClock | None = None) -> Region:
    """A region of a service that can't do more than be looked at."""
    return Region.of(service, "eu-west-1", clock or QuickClock())  # type: ignore[arg-type]


def watch_of(service: Listing, clock: QuickClock | SystemClock | None = None) -> Watch:
    """The watch of that region."""
    return region_of(service, clock).watch


def wait_for(
    watch: Watch, seen: Seen, deadline: Deadline, shown: Callable[[Poll], None] = lambda poll: None
) -> Seen | None:
    """Poll until it is no longer pending; None if it isn't visible."""
    with watch.waiting(seen) as waiter:
        while True:
            poll = watch.poll(waiter, deadline)
            shown(poll)
            if poll.seen is None or poll.seen.phase is not Phase.PENDING:
                return poll.seen


def wait_for_all(
    service: Listing, watch: Watch, *, until: Callable[[int], bool], seconds: float = 3000.0
) -> list[Seen | Exception | None]:
    """Wait with many threads; the copies are done as soon as so many polls have been seen."""
    polls, deadline = [0], Deadline(clock=watch.clock, at=watch.clock.now() + seconds)

    def shown(poll: Poll) -> None:
        polls[0] += 1
        service.done = service.done or until(polls[0])

    def wait(index: int) -> Seen | Exception | None:
        try:
            return wait_for(watch, one(index), deadline, shown)
        except (ServiceError, OutOfTime) as error:
            return error

    with ThreadPoolExecutor(WAITERS) as pool:
        return list(pool.map(wait, range(WAITERS)))


def test_many_waiters_share_their_looks() -> None:
    """Forty that wait cost as many calls as polls, not forty times as many, and one call at a time."""
    service = Listing()
    results = wait_for_all(service, watch_of(service), until=lambda polls: polls >= 10 * WAITERS)
    assert [result.state for result in results if isinstance(result, Seen)] == ["available"] * WAITERS
    assert service.calls.count("list") + service.calls.count("read") <= 10 + WAITERS
    assert service.most_at_once == 1


def test_a_failing_listing_only_delays() -> None:
    """While listing fails for now everybody waits on; then everybody is served."""
    failures = iter([Transient("throttled")] * 6)

    def answer(call: str) -> None:
        if error := next(failures, None):
            raise error

    service = Listing(answer)
    service.done = True
    results = wait_for_all(service, watch_of(service), until=lambda polls: False)
    assert [result.state for result in results if isinstance(result, Seen)] == ["available"] * WAITERS


def test_where_listing_is_denied_each_is_read() -> None:
    """A listing that isn't allowed is asked for once; reads go on by themselves."""

    def answer(call: str) -> None:
        if call == "list":
            raise Denied("no listing")

    service = Listing(answer)
    results = wait_for_all(service, watch_of(service), until=lambda polls: polls >= WAITERS)
    assert [result.state for result in results if isinstance(result, Seen)] == ["available"] * WAITERS
    assert service.calls.count("list") <= 1


def test_a_refusal_reaches_every_waiter() -> None:
    """What waiting doesn't fix ends every wait with the service's words."""

    def answer(call: str) -> None:
        raise Refused("no")

    service = Listing(answer)
    results = wait_for_all(service, watch_of(service), until=lambda polls: False)
    assert all(isinstance(result, Refused) for result in results)


def test_an_unexpected_exception_strands_nobody() -> None:
    """When the one that polls breaks down, the next one polls."""
    broken = iter([KeyError("unexpected")])

    def answer(call: str) -> None:
        if error := next(broken, None):
            raise error

    service = Listing(answer)
    watch = watch_of(service)
    service.done = True
    deadline = Deadline(clock=watch.clock, at=watch.clock.now() + 3000)

    def wait(index: int) -> str:
        try:
            found = wait_for(watch, one(index), deadline)
        except KeyError:
            return "broken"
        return found.state if found else ""

    with ThreadPoolExecutor(WAITERS) as pool:
        ends = list(pool.map(wait, range(WAITERS)))
    assert sorted(ends) == ["available"] * (WAITERS - 1) + ["broken"]


def test_who_lists_at_the_same_time_shares_one_listing() -> None:
    """A listing serves all that asked before it began."""
    service = Listing()
    listing = region_of(service).listing
    ready = threading.Barrier(WAITERS)

    def ask(_: int) -> int:
        ready.wait()
        return len(listing.of("InstanceSnapshot"))

    with ThreadPoolExecutor(WAITERS) as pool:
        assert list(pool.map(ask, range(WAITERS))) == [WAITERS] * WAITERS
    assert len(service.calls) < WAITERS / 2


def test_who_looks_for_names_in_the_same_moment_shares_a_listing() -> None:
    """Forty that poll for forty names cost a listing of each type; only what that doesn't show is read by itself."""
    service, clock = Listing(), QuickClock()
    listing = region_of(service, clock).listing

    def until_all_are_there(seconds: float) -> None:
        end = time.monotonic() + 60
        while WAITERS not in (len(listing._few._waiting), len(listing._all._waiting)):
            assert time.monotonic() < end
            time.sleep(0.001)

    clock.sleep = until_all_are_there  # type: ignore[method-assign]

    def find(index: int) -> str | None:
        found = listing.find(str(index) if index % 2 else f"missing-{index}")
        return found.name if found else None

    with ThreadPoolExecutor(WAITERS) as pool:
        found = list(pool.map(find, range(WAITERS)))
    assert found == [str(index) if index % 2 else None for index in range(WAITERS)]
    assert Counter(service.calls) == {"list": 2, "read": WAITERS / 2}


def test_who_looks_soon_after_another_lists() -> None:
    """The second within seconds lists; who may believe a list of these seconds is served from it, and later nobody."""
    service, clock = Listing(), StillClock()
    listing = region_of(service, clock).listing
    assert listing.recent() is None
    assert listing.find("7") is not None
    assert listing.find("8") is not None
    assert service.calls == ["read", "list", "list"]
    assert [each.name for each in listing.recent() or ()].count("9") == len(service.kinds)
    clock.sleep(RECENT + 1)
    assert listing.recent() is None
    assert listing.find("9") is not None
    assert service.calls == ["read", "list", "list", "read"]


def test_who_looks_alone_reads() -> None:
    """One name is read, not looked for in a listing; where all are asked for they are listed."""
    service = Listing()
    listing = region_of(service).listing
    assert listing.find("7") is not None
    assert service.calls == ["read"]
    assert len(listing.all()) == 2 * WAITERS
    assert service.calls == ["read", "list", "list"]


def test_where_listing_is_denied_names_are_read() -> None:
    """What is looked for together is then read, each by itself; a listing that is needed says no."""

    def answer(call: str) -> None:
        if call == "list":
            raise Denied("no listing")

    listing = region_of(Listing(answer), QuickClock()).listing
    ready = threading.Barrier(WAITERS)

    def find(index: int) -> str | None:
        ready.wait()
        found = listing.find(str(index))
        return found.name if found else None

    with ThreadPoolExecutor(WAITERS) as pool:
        assert list(pool.map(find, range(WAITERS))) == [str(index) for index in range(WAITERS)]
    with pytest.raises(Denied):
        listing.all()


def test_out_of_time_every_waiter_is_told() -> None:
    """At the deadline each wait ends, without trouble where the service has answered."""
    service = Listing()
    results = wait_for_all(service, watch_of(service), until=lambda polls: False, seconds=20)
    assert [type(result) for result in results] == [OutOfTime] * WAITERS
    assert {result.trouble for result in results if isinstance(result, OutOfTime)} == {None}


def test_cancel_ends_a_wait_at_once() -> None:
    """A cancelled clock ends waits that are in progress, and every later one."""
    clock = SystemClock()
    watch = watch_of(Listing(), clock)
    threading.Timer(0.05, clock.cancel).start()
    for _ in range(2):
        with pytest.raises(Cancelled):
            wait_for(watch, one(1), Deadline(clock=clock, at=clock.now() + 3600))
        with pytest.raises(Cancelled):
            clock.sleep(3600)


@given(age=st.floats(0, 1e6), longest=st.floats(0.1, 30))
def test_a_pause_is_five_percent_of_the_age_within_its_bounds(age: float, longest: float) -> None:
    """A pause is 5 % of the age, at least `SHORTEST_PAUSE`, at most the longest, and never none."""
    assert 0 < pause(age, longest) == min(max(0.05 * age, SHORTEST_PAUSE), longest)
    assert pause(age) <= 30


@given(attempt=st.integers(0, 10_000))
def test_backing_off_grows_to_half_a_minute(attempt: int) -> None:
    """Rests grow from half a second to thirty, for however many attempts."""
    assert 0.5 <= backoff(attempt) <= backoff(attempt + 1) <= 30
