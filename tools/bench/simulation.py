"""Simulate the waits for 10,000 copies over 20 regions in a day: the watcher's calls, delays, CPU time and memory.

The watcher is the provider's own; the clock and the service are simulated. A list costs a call for each page.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from statistics import median

from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.region import Region
from pulumi_snapcopy.core.waiting.watch import Poller, Watched

PAGE = 100
"""The snapshots in a page of a list."""

SIZES = (20, 40, 60, 80, 160, 320, 640)
MINUTES_PER_GIB = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """The figures of a simulation; ``polled`` is the number of calls if each copy were read every five seconds."""

    copies: int
    regions: int
    hours: float
    calls: int
    polled: int
    looks: int
    seconds_a_look: float
    seconds_a_look_at_most: float
    mebibytes: float
    late: float
    """Median of the delay between a copy's end and the watcher seeing it, as a share of the copy's duration."""
    late_at_most: float
    late_seconds_at_most: float


class _Time:
    """A clock that is set; nothing waits for it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds


@dataclass
class _Listed:
    """A simulated service that lists the copies of one region."""

    clock: _Time
    copies: Mapping[str, Seen]
    done_at: Mapping[str, float]
    calls: int = 0

    def all(self, region: str, kind: str) -> list[Seen]:
        self.calls += -(-len(self.copies) // PAGE)
        return [self._now(name) for name in self.copies]

    def get(self, region: str, name: str, kind: str | None = None) -> Seen:
        self.calls += 1
        return self._now(name)

    def _now(self, name: str) -> Seen:
        done = self.clock.seconds >= self.done_at[name]
        return replace(self.copies[name], state="available", phase=Phase.DONE) if done else self.copies[name]


@dataclass
class _Totals:
    """The figures over all regions."""

    look_seconds: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    late_seconds: list[float] = field(default_factory=list)
    calls: int = 0
    polled: int = 0
    end: float = 0.0


def simulate(*, copies: int = 10_000, regions: int = 20, seed: int = 0) -> Simulated:
    """Return the figures of waiting for this many copies, all started at the same time.

    Args:
        copies: the number of all copies.
        regions: the number of regions that they are spread over.
        seed: of the copies' sizes and durations; a copy takes a quarter of a minute for a GiB, give or take a fifth.

    Example:
        >>> simulate(copies=40, regions=2).copies
        40
    """
    dice, totals = random.Random(seed), _Totals()
    tracemalloc.start()
    waits = [
        _Waits.of(f"region-{number}", copies // regions + (number < copies % regions), dice)
        for number in range(regions)
    ]
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    for each in waits:
        each.run(totals)
    return Simulated(
        copies=copies, regions=regions, hours=totals.end / 3600, calls=totals.calls, polled=totals.polled,
        looks=len(totals.look_seconds), seconds_a_look=median(totals.look_seconds),
        seconds_a_look_at_most=max(totals.look_seconds), mebibytes=memory / 2**20,
        late=median(totals.late), late_at_most=max(totals.late), late_seconds_at_most=max(totals.late_seconds),
    )  # fmt: skip


@dataclass
class _Waits:
    """The waits for all copies in one region."""

    service: _Listed
    poller: Poller
    waiters: list[Watched]

    @classmethod
    def of(cls, name: str, copies: int, dice: random.Random) -> _Waits:
        service = _service(name, copies, dice, _Time())
        poller = Region.of(service, name, service.clock).watch.poller  # type: ignore[arg-type]
        waiters = [Watched(seen=copy, born=0.0, due=0.0) for copy in service.copies.values()]
        return cls(service, poller, waiters)

    def run(self, totals: _Totals) -> None:
        clock, done_at, waiters = self.service.clock, self.service.done_at, self.waiters
        while waiters:
            clock.seconds = min(waiter.due for waiter in waiters)
            began = time.perf_counter()
            self.poller.update(self.poller.poll(waiters))
            totals.look_seconds.append(time.perf_counter() - began)
            for waiter in waiters:
                if waiter.seen.phase is Phase.DONE:
                    late = clock.seconds - done_at[waiter.seen.name]
                    totals.late_seconds.append(late)
                    totals.late.append(late / done_at[waiter.seen.name])
            waiters = [waiter for waiter in waiters if waiter.seen.phase is Phase.PENDING]
        totals.calls += self.service.calls
        totals.polled += sum(int(seconds // 5) + 1 for seconds in done_at.values())
        totals.end = max(totals.end, clock.seconds)


def _service(region: str, copies: int, dice: random.Random, clock: _Time) -> _Listed:
    listed: dict[str, Seen] = {}
    done_at: dict[str, float] = {}
    for number in range(copies):
        name, size = f"copy-{number}", dice.choice(SIZES)
        listed[name] = Seen(name=name, region=region, kind="InstanceSnapshot", size=size)
        done_at[name] = 60 * MINUTES_PER_GIB * size * dice.uniform(0.8, 1.2)
    return _Listed(clock, listed, done_at)
