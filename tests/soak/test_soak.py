"""Thousands of random steps: `make soak`, or `SNAPCOPY_SOAK_STEPS=50000 SNAPCOPY_SOAK_SEED=7 make soak`.

At the end it says what each part did, with its seed. A failure is printed as a program, with the seed of its round:
`SNAPCOPY_SOAK_SEED=THAT SNAPCOPY_SOAK_STEPS=1000 .venv/bin/pytest -m soak tests/soak/test_soak.py -k 'hosts and 0'` (or
`-k memory`) begins with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.harness import Emulated, Model, run
from tests.harness.counts import Counts

STEPS = int(os.environ.get("SNAPCOPY_SOAK_STEPS", "5000"))
SEED = int(os.environ["SNAPCOPY_SOAK_SEED"])
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
    _record(counts, record_property)
    assert counts.steps >= wanted


@pytest.mark.soak
@pytest.mark.timeout(3600 + STEPS)
def test_any_life_in_memory(record_property: Callable[[str, object], None]) -> None:
    """Twenty times as many steps where a step takes milliseconds."""
    counts = run(Model(), steps=20 * STEPS, seed_=SEED)
    _record(counts, record_property)
    assert counts.steps >= 20 * STEPS


def _record(counts: Counts, record_property: Callable[[str, object], None]) -> None:
    record_property("steps", counts.steps)
    record_property("hosts and engines killed", counts.seen["hosts killed"] + counts.seen["engines killed"])
    record_property("counts", str(counts))
