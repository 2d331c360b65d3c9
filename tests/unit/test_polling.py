"""When to poll: pauses that grow, and closer polls where an end is likely."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from pulumi_snapcopy.core.errors import ServiceError, Transient
from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.deadline import Deadline
from pulumi_snapcopy.core.waiting.policy import CLOSEST, SHORTEST_PAUSE
from pulumi_snapcopy.core.waiting.region import Region
from pulumi_snapcopy.core.waiting.watch import Poller, Watched
from pulumi_snapcopy.lightsail.shapes import phase

from tests.harness.scripted import FakeClock


@dataclass
class Timed:
    """A service that knows when each copy is done; listings can be made to fail."""

    clock: FakeClock
    done_at: dict[str, float]
    failures: list[ServiceError] = field(default_factory=list)
    looked_at: list[float] = field(default_factory=list)
    shown_at: float = 0.0
    """Until when listings show nothing."""
    reads: int = 0
    born: float = 0.0
    """When the copies were started; since then they tell their percent."""
    sized: bool = True
    """Whether copies in progress show their size."""

    def all(self, region: str, kind: str) -> list[Seen]:
        self.looked_at.append(self.clock.now())
        if self.failures:
            raise self.failures.pop()
        names = self.done_at if self.clock.now() >= self.shown_at else []
        return [self.seen(region, name, kind) for name in names]

    def get(self, region: str, name: str, kind: str) -> Seen:
        self.reads += 1
        return self.seen(region, name, kind)

    def seen(self, region: str, name: str, kind: str) -> Seen:
        state = "available" if self.clock.now() >= self.done_at[name] else "pending"
        percent = f"{100 * (self.clock.now() - self.born) // (self.done_at[name] - self.born):.0f}%"
        progress = percent if self.born else None
        size = 40 if self.sized or state == "available" else None
        return Seen(
            name=name, region=region, kind=kind, state=state, phase=phase(state), size=size, progress=progress
        )


def lateness(service: Timed, clock: FakeClock) -> dict[str, float]:
    """Wait for all copies, started now; how much later than it was done each was seen to be."""
    poller: Poller = Region.of(service, "eu-west-1", clock).watch.poller  # type: ignore[arg-type]
    born = clock.now()
    copies = [service.seen("eu-west-1", name, "InstanceSnapshot") for name in service.done_at]
    waiters = [Watched(seen=copy, born=born, due=born) for copy in copies]
    late = {}
    while waiters:
        clock.time = min(waiter.due for waiter in waiters)
        poller.update(poller.poll(waiters))
        for waiter in waiters:
            if waiter.seen.phase is Phase.DONE:
                late[waiter.seen.name] = clock.now() - service.done_at[waiter.seen.name]
        waiters = [waiter for waiter in waiters if waiter.seen.phase is Phase.PENDING]
    return late


@pytest.mark.parametrize("sized", [True, False])
@pytest.mark.parametrize("seconds", [40, 300, 3000, 9000])
def test_where_copies_of_a_size_have_ended_the_next_ends_are_seen_at_once(
    seconds: float, sized: bool
) -> None:
    """The first of a size is seen within 5 % or 30 s, those that end about when it did within a quarter of that.

    A service that shows the size of complete copies alone, as EC2 does, is no exception."""
    clock = FakeClock()
    born = clock.now()
    longest = min(max(0.05 * seconds, SHORTEST_PAUSE), 30) * 1.1
    done_at = {"first": born + seconds} | {
        f"copy-{n}": born + seconds + longest * (1 + 0.02 * n) for n in range(10)
    }
    late = lateness(Timed(clock, done_at, sized=sized), clock)
    assert late.pop("first") <= longest
    assert max(late.values()) <= max(longest / 4, SHORTEST_PAUSE)


@pytest.mark.parametrize("seconds", [20, 47, 61.5])
def test_by_its_percent_a_look_falls_on_the_end(seconds: float) -> None:
    """The percent is a whole number, so the end is known to about a hundredth; polls are a second apart at least."""
    clock = FakeClock()
    service = Timed(clock, {"a": clock.now() + seconds}, born=clock.now())
    looked_at: list[float] = []
    service.get = lambda *given: looked_at.append(clock.now()) or service.seen(*given)  # type: ignore[method-assign,func-returns-value]
    late = lateness(service, clock)
    assert late["a"] <= 0.02 * seconds
    assert min(b - a for a, b in pairwise(looked_at)) >= CLOSEST
    assert len(looked_at) <= 20 + (seconds - 20)


def test_one_that_is_started_beside_others_waits_for_their_next_look() -> None:
    """A hundred that are started within a second cost no poll each."""
    clock = FakeClock()
    service = Timed(clock, {f"copy-{n}": clock.now() + 100 for n in range(100)})
    watch = Region.of(service, "eu-west-1", clock).watch  # type: ignore[arg-type]
    with ExitStack() as ends:
        for name in service.done_at:
            started = service.seen("eu-west-1", name, "InstanceSnapshot")
            last = ends.enter_context(watch.waiting(started))
            if name == "copy-0":
                watch.poll(last, Deadline(clock=clock, at=clock.now() + 1000))
        looked = clock.now()
        watch.poll(last, Deadline(clock=clock, at=looked + 1000))
    assert service.reads == 1 and service.looked_at == [clock.now()]
    assert clock.now() - looked >= CLOSEST


def test_one_that_was_complete_and_isnt_shown_any_more_is_looked_for() -> None:
    """Somebody deletes it while it is waited for; each poll says for how long it has been missing."""
    clock = FakeClock()
    service = Timed(clock, {"a": clock.now()})
    watch = Region.of(service, "eu-west-1", clock).watch  # type: ignore[arg-type]
    complete = service.seen("eu-west-1", "a", "InstanceSnapshot")
    service.get = lambda *given: None  # type: ignore[assignment,method-assign]
    with watch.waiting(complete) as waiter:
        missing = [
            watch.poll(waiter, Deadline(clock=clock, at=clock.now() + 1000)).missing_for for _ in range(3)
        ]
    assert missing == sorted(set(missing)) and missing[-1] > 0


def test_an_end_that_anothers_look_has_shown_is_told_at_once() -> None:
    """A run that was tagging meanwhile doesn't wait for the next poll."""
    clock = FakeClock()
    service = Timed(clock, {"a": clock.now() + 5, "b": clock.now() + 600})
    watch = Region.of(service, "eu-west-1", clock).watch  # type: ignore[arg-type]
    a, b = (service.seen("eu-west-1", name, "InstanceSnapshot") for name in service.done_at)
    with watch.waiting(a, born=clock.now() - 600) as busy, watch.waiting(b) as other:
        clock.sleep(10)
        deadline = Deadline(clock=clock, at=clock.now() + 1000)
        watch.poll(other, deadline)
        told = clock.now()
        poll = watch.poll(busy, deadline)
    assert poll.seen is not None and poll.seen.phase is Phase.DONE and clock.now() == told


def test_what_was_old_when_it_was_taken_up_teaches_its_age() -> None:
    """It was in progress then, so it took no less."""
    clock = FakeClock()
    service = Timed(clock, {"old": clock.now() + 1, "new": clock.now() + 7200})
    watch = Region.of(service, "eu-west-1", clock).watch  # type: ignore[arg-type]
    old, new = (service.seen("eu-west-1", name, "InstanceSnapshot") for name in service.done_at)
    with watch.waiting(old, born=clock.now() - 7200) as first, watch.waiting(new) as second:
        clock.sleep(2)
        deadline = Deadline(clock=clock, at=clock.now() + 9000)
        watch.poll(first, deadline)
        rest = watch.poll(second, deadline).remaining
    assert rest is not None and rest > 7100


def test_all_ends_are_seen_in_few_looks() -> None:
    """A hundred copies of an hour, ending over ten minutes, take as many polls as the pauses say."""
    clock = FakeClock()
    service = Timed(clock, {f"copy-{n}": clock.now() + 3000 + 6 * n for n in range(100)})
    late = lateness(service, clock)
    assert len(late) == 100
    growing, of_half_a_minute, closer = 20 + 115, 100, 80
    assert len(service.looked_at) <= growing + of_half_a_minute + closer


def test_a_failing_listing_is_asked_again_ever_more_rarely() -> None:
    """Looks that fail come apart as every call's do, and no copy fails with them."""
    clock = FakeClock()
    failures: list[ServiceError] = [Transient("throttled") for _ in range(8)]
    service = Timed(clock, {"a": clock.now() + 1, "b": clock.now() + 2}, failures=failures)
    late = lateness(service, clock)
    assert late.keys() == {"a", "b"}
    pauses = [round(b - a, 1) for a, b in pairwise(service.looked_at)]
    assert pauses[:7] == [SHORTEST_PAUSE, SHORTEST_PAUSE, 2, 4, 8, 16, 30]


def test_what_a_listing_does_not_show_yet_is_not_read_one_by_one() -> None:
    """A hundred new copies that show after twenty seconds cost listings; only what is given up is read."""
    clock = FakeClock()
    born = clock.now()
    service = Timed(clock, {f"copy-{n}": born + 100 for n in range(100)}, shown_at=born + 20)
    lateness(service, clock)
    assert service.reads == 0


def test_what_is_never_shown_is_read_before_it_is_given_up() -> None:
    """A copy that no list shows is read by its name before it is given up."""
    clock = FakeClock()
    born = clock.now()
    service = Timed(clock, {"a": born + 50, "b": born + 50}, shown_at=born + 9000)
    late = lateness(service, clock)
    assert late.keys() == {"a", "b"} and service.reads >= 2


def test_a_stale_list_shows_another_copy_under_the_name() -> None:
    """A stale list's complete copy of the same name, made before, ends no wait and costs no call."""
    clock = FakeClock()
    born = clock.now()
    service = Timed(clock, {"renewed": born + 100, "a": born + 10, "b": born + 10})

    def lagging(region: str, kind: str) -> list[Seen]:
        earlier = Seen(
            name="renewed", region=region, kind=kind, state="available", phase=Phase.DONE, ref="arn:earlier"
        )
        return [earlier, *(service.seen(region, name, kind) for name in ("a", "b"))]

    service.all = lagging  # type: ignore[method-assign]
    poller: Poller = Region.of(service, "eu-west-1", clock).watch.poller  # type: ignore[arg-type]
    waiters = [
        Watched(
            seen=service.seen("eu-west-1", name, "InstanceSnapshot"),
            born=born,
            due=born,
            others=frozenset({"arn:earlier"}),
        )
        for name in service.done_at
    ]
    clock.time = born + 20
    poller.update(poller.poll(waiters))
    assert [each.seen.phase for each in waiters] == [Phase.PENDING, Phase.DONE, Phase.DONE]
    assert service.reads == 0
