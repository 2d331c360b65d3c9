"""Programs, runs and accidents in any order, a little of it; `make soak` takes ten thousand steps of it and more.

The seeds are fixed: every day the same lives. What a failure prints repeats it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness import Emulated, Model, run
from tests.harness.fake_service import FakeService
from tests.harness.served_target import Served
from tests.harness.services import BY_NAME

TEMPERS: dict[str, dict[str, Any]] = {
    "quick": {},
    "slow to show": {"copy_seconds": 40.0, "shown_after": 20.0},
    "slow to delete": {"deletion_seconds": 3.0},
    "firm while pending": {"tags_while_pending": False, "deletes_while_pending": False},
}
SOAK = os.environ.get("HYPOTHESIS_PROFILE") == "soak"
STEPS = 2500 if SOAK else 800


@pytest.mark.parametrize("temper", TEMPERS)
def test_any_life_in_memory(temper: str, record_property: Callable[[str, object], None]) -> None:
    """On services of four tempers nothing is lost, doubled or taken, whatever comes in whatever order."""
    counts = run(
        Model(lambda: FakeService(**TEMPERS[temper])), steps=STEPS, seed_=1000 * [*TEMPERS].index(temper)
    )
    record_property("steps", counts.steps)
    assert counts.steps >= STEPS
    assert counts.seen["hosts killed"] and counts.seen["engines killed"] and counts.seen["copies"]


def test_any_life_of_real_hosts(
    record_property: Callable[[str, object], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same with the dynamic host in a process of its own, which is killed, on the emulator, from any folder."""
    monkeypatch.chdir(tmp_path)
    with Emulated() as target:
        counts = run(target, steps=120, seed_=11)
    record_property("steps", counts.steps)
    assert counts.steps >= 120
    assert counts.seen["hosts killed"] and counts.seen["copies"]


@pytest.mark.parametrize("name", ["ec2-copy", "fcu-copy", "outscale-copy"])
@pytest.mark.parametrize("lag", [0.0, 8.0], ids=["at once", "late"])
def test_any_life_on_each_service(
    name: str, lag: float, record_property: Callable[[str, object], None]
) -> None:
    """The same on the emulators of services that give ids, whose filters see new snapshots at once, or seconds later."""
    wanted = 1000 if SOAK else 25
    with Served(BY_NAME[name], filter_seconds=lag) as target:
        counts = run(target, steps=wanted, seed_=11)
    record_property("steps", counts.steps)
    assert counts.steps >= wanted and counts.seen["copies"]
