"""Sources that can't be used are found before anything is sent; one that isn't complete yet is waited for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.harness.row import Row
from tests.harness.served import Life
from tests.harness.services import ROWS

COPIES = [each for each in ROWS if each.by_id and "sourceSnapshotId" in each.request]


def set_state(row: Row, life: Life, state: str) -> None:
    """Put the source into a state, for good."""
    cloud = life.emulator.ec2 if row.emulated == "ec2" else life.emulator.outscale
    region = row.request.get("sourceRegion") or row.request["sourceRegionName"]
    cloud.set_state(region, row.request["sourceSnapshotId"], state)


@pytest.mark.parametrize("row", COPIES, ids=str)
def test_a_source_that_is_pending_is_waited_for(
    row: Row, life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pending source is waited for: nothing is sent before it is complete, and the row says so."""
    set_state(row, life, "pending")
    sleep: Callable[[float], None] = life.clock.sleep

    def and_complete(seconds: float) -> None:
        sleep(seconds)
        if life.clock.slept < 100:
            assert life.sent() == 0
        else:
            set_state(row, life, "completed")

    monkeypatch.setattr(life.clock, "sleep", and_complete)
    life.ok()
    assert any(each.startswith("waiting for the source: ") for each in life.shown.lines)
    assert life.sent() == 1 and life.clock.slept >= 100


@pytest.mark.parametrize("row", COPIES, ids=str)
@pytest.mark.parametrize("state", ["error", "missing"])
def test_a_source_that_cannot_be_copied_is_refused(row: Row, life: Life, state: str) -> None:
    """The refusal of a source that can't be copied says what there is instead."""
    source = row.request["sourceSnapshotId"]
    if state == "error":
        set_state(row, life, "error")
    else:
        life.inputs["sourceSnapshotId"] = source[:-1] + "f"
    (error,) = life.run()
    assert "nothing was sent" in error and life.inputs["sourceSnapshotId"] in error
    if state == "missing":
        assert "there is no snapshot" in error and source in error
    assert life.sent() == 0 and life.engine.state == []
