"""Running the state machine for so many steps."""

from __future__ import annotations

import random
from itertools import count

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from .counts import Counts
from .machine import SnapshotCopies
from .target import Target

EXAMPLE = 40
"""Steps in one example, at most."""

ROUND = 1000
"""Steps of one seed, about: what a failure has to repeat."""


def run(target: Target, *, steps: int, seed_: int | None = None, steps_an_example: int = EXAMPLE) -> Counts:
    """Try random lives until so many steps were taken; a failure is shrunk, and printed with how to repeat it.

    Args:
        target: what is driven.
        steps: rules to be run, about.
        seed_: of the first thousand steps, the next ones have the next; what a failure prints repeats it. Default: any.
        steps_an_example: rules between two resets.

    Raises:
        AssertionError: something didn't hold.
    """
    first = random.randrange(2**32) if seed_ is None else seed_
    counts = Counts()
    try:
        for round_ in count(first):
            counts.seed = round_
            _round(target, counts, min(steps - counts.steps, ROUND), steps_an_example)
            if counts.steps >= steps:
                return counts
    finally:
        print(f"SnapshotCopies on {type(target).__name__}: {counts}")
    raise AssertionError("rounds never end by themselves")


def _round(target: Target, counts: Counts, steps: int, steps_an_example: int) -> None:
    assert counts.seed is not None

    @seed(counts.seed)
    def machine() -> SnapshotCopies:
        return SnapshotCopies(target, counts)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=max(1, steps // steps_an_example),
            stateful_step_count=steps_an_example,
            deadline=None,
            print_blob=True,
            database=None,
            report_multiple_bugs=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
