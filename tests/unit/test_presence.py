"""Whether an object exists, where reads and lists differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.presence import read_listed
from pulumi_snapcopy.core.values import Seen
from pulumi_snapcopy.core.waiting.deadline import Deadline, OutOfTime

from tests.harness.scripted import FakeClock


@dataclass
class ScriptedRun:
    """A run whose reads miss an object so many times, and whose lists show it or don't."""

    missed: int
    listed: list[Seen]
    clock: FakeClock = field(default_factory=FakeClock)
    reads: int = 0
    timeout: float = 60.0
    deadline: Deadline = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = Deadline(clock=self.clock, at=self.clock.now() + self.timeout)

    @property
    def target_region(self) -> Any:
        """The region, which lists."""
        return self

    @property
    def listing(self) -> Any:
        """The region's listing."""
        return self

    def find_listed(self, name: str) -> Seen | None:
        """Return what the list shows of a name."""
        return next((each for each in self.listed if each.name == name), None)

    def retry(self, call: Any) -> Any:
        """Make a call."""
        return call()

    def read(self, name: str, kind: str = "") -> Seen | None:
        """Return the object once it was missed often enough."""
        self.reads += 1
        return copy(self) if self.reads > self.missed else None


def copy(run: ScriptedRun, age: float = 0.0) -> Seen:
    """The object, so many seconds old."""
    return Seen(
        name="c", region="r", kind="K", created_at=datetime.fromtimestamp(run.clock.now() - age, timezone.utc)
    )


@pytest.mark.parametrize(
    ("age", "is_listed", "missed", "found", "reads", "reason"),
    [
        (600, True, 3, True, 4, "a list shows it: it is read until the read agrees"),
        (600, True, 9, False, 4, "in the end the read decides, since lists show what was deleted"),
        (600, False, 1, False, 1, "neither shows it any more"),
        (5, False, 1, True, 2, "a list may show a new one later than what has found it"),
        (5, False, 2, False, 2, "a new one that neither shows again is gone"),
    ],
)
def test_a_read_that_misses_what_was_found_is_repeated(
    age: float, is_listed: bool, missed: int, found: bool, reads: int, reason: str
) -> None:
    """An object is gone if a read and a list agree; where they differ, it is read for some seconds."""
    run: Any = ScriptedRun(missed, [])
    if is_listed:
        run.listed = [copy(run, age)]
    began = run.clock.now()
    assert (read_listed(run, copy(run, age)) is not None) is found, reason
    assert run.reads == reads and run.clock.now() - began < 5


def test_reads_beside_a_list_end_at_the_deadline() -> None:
    """Where a read and a list differ still, that is no proof that the object is gone."""
    run: Any = ScriptedRun(9, [], timeout=2.0)
    run.listed, began = [copy(run, 600)], run.clock.now()
    with pytest.raises(OutOfTime):
        read_listed(run, run.listed[0])
    assert run.clock.now() - began <= 2
