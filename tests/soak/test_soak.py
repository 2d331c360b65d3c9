"""Thousands of random steps: `make soak`, or `SNAPCOPY_SOAK_STEPS=100000 SNAPCOPY_SOAK_SEED=7 make soak`.

Each part prints what it did and its seed; a failure is printed as a program, with the blob that repeats it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from pulumi_snapcopy.testing import Emulated, Model, run

STEPS = int(os.environ.get("SNAPCOPY_SOAK_STEPS", "10000"))
SEED = int(os.environ.get("SNAPCOPY_SOAK_SEED", random.randrange(2**31)))
PARTS = 4
"""Parts of the steps, to be run at the same time; each has seeds of its own."""


@pytest.mark.soak
@pytest.mark.timeout(3600 + STEPS)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_life_of_real_hosts(part: int, record_property: Callable[[str, object], None]) -> None:
    """Real host processes, killed at any call, on the emulator over HTTP: nothing is lost, doubled or taken."""
    wanted = -(-STEPS // PARTS)
    with Emulated() as target:
        counts = run(target, steps=wanted, seed_=SEED + 1000 * part)
    record_property("counts", str(counts))
    assert counts.steps >= wanted


@pytest.mark.soak
@pytest.mark.timeout(3600 + STEPS)
def test_any_life_in_memory(record_property: Callable[[str, object], None]) -> None:
    """Ten times as many steps where a step takes a millisecond."""
    counts = run(Model(), steps=10 * STEPS, seed_=SEED)
    record_property("counts", str(counts))
    assert counts.steps >= 10 * STEPS
