"""A copy's life on a real account, once: `SNAPCOPY_LIVE=1 SNAPCOPY_LIVE_ACCOUNT=… SNAPCOPY_LIVE_SOURCE=region:name pytest -m live`.

It costs what a copy of the source costs for as long as the test runs, and takes minutes to hours. What a killed test
leaves behind, `python -m tests.live.sweep --yes` deletes.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.harness import LIVE_PROJECT, Permit, Real, run
from tests.harness.engine import Engine
from tests.harness.program import Declaration


@pytest.fixture
def real() -> Iterator[Real]:
    if os.environ.get("SNAPCOPY_LIVE") != "1":
        pytest.skip("only with SNAPCOPY_LIVE=1: it costs money")
    with Real(Permit.of_the_environment()) as target:
        yield target


def live_once(real: Real) -> None:
    """Create, find unchanged, tag, refresh, destroy; nothing else in the region changes."""
    real.reset()
    before = {each.arn: each for each in real.snapshots()}
    declaration = Declaration(
        name=f"live-{uuid.uuid4().hex[:8]}",
        project=LIVE_PROJECT,
        source=real.sources.snapshots[0],
        source_region=real.sources.region,
        target_region=real.regions[0],
        tags={"step": "1"},
    )
    engine = Engine()

    def once(command: str, wanted: Declaration) -> None:
        provider = real.start(None)
        try:
            if command == "up":
                errors = engine.up(provider, {wanted.name: wanted.goal()})
            else:
                errors = getattr(engine, command)(provider)
        finally:
            real.stop()
        assert errors == []

    try:
        once("up", declaration)
        (made,) = (each for each in real.snapshots() if each.arn not in before)
        assert made.state in ("available", "completed")
        assert made.tags["snapcopy:owner"] == declaration.owner and made.tags["step"] == "1"
        once("up", declaration)
        assert engine.operations == []
        once("up", replace(declaration, tags={"step": "2"}))
        once("refresh", declaration)
        (made,) = (each for each in real.snapshots() if each.arn not in before)
        assert made.tags["step"] == "2" and engine.state[0].outputs["arn"] == made.arn
    finally:
        once("destroy", declaration)
    assert {each.arn: each for each in real.snapshots()} == before


@pytest.mark.live
@pytest.mark.timeout(6 * 3600)
def test_a_life_on_the_real_service(real: Real) -> None:
    """A copy is made, tagged, refreshed and deleted; what was there before is as it was."""
    live_once(real)


@pytest.mark.live
@pytest.mark.timeout(24 * 3600)
def test_any_life_on_the_real_service(real: Real) -> None:
    """The state machine, for as many steps as SNAPCOPY_LIVE_STEPS says; each may be a copy."""
    run(real, steps=int(os.environ.get("SNAPCOPY_LIVE_STEPS", "10")), steps_an_example=10)
