"""Many at once: each is made once, and what all ask for is asked once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from pulumi_snapcopy.core.run import Call
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.core.waiting.clock import SystemClock

from tests.harness.model import Shown
from tests.harness.row import OUTSCALE, changes
from tests.harness.served import IDENTITY, Life

from .conftest import MATRIX

MANY = 20
SECONDS = 4.0


@MATRIX
def test_reads_grow_with_time_and_not_with_their_number(life: Life) -> None:
    """Many copies at once cost at most half a read each while they wait, and none is made twice."""
    life.set(copy_seconds=SECONDS, snapshot_seconds=SECONDS, restore_seconds=SECONDS)
    clock, row = SystemClock(), life.row
    service = row.service(clock)
    verbs = Verbs(
        family=row.family, make_service=lambda: service, clock=clock, default_region=lambda: OUTSCALE
    )

    def make(number: int) -> str:
        urn = row.urn(f"vol-{number}")
        checked = verbs.check(urn, {}, {**life.inputs, "snapcopy": {"identity": IDENTITY}})
        assert checked.failures == []
        return verbs.create(Call(urn, Shown()), checked.inputs).id

    with ThreadPoolExecutor(MANY) as pool:
        ids = set(pool.map(make, range(MANY)))
    assert ids == {f"{each.region}/{each.name}" for each in life.ours()} and len(ids) == MANY
    calls = life.emulator.calls(service=row.emulated)
    made = Counter(each.operation for each in calls)
    assert made[row.create] == MANY and made[row.tag] <= 2 * MANY
    sent = [number for number, each in enumerate(calls) if each.operation == row.create]
    waiting = [each for each in calls[sent[-1] :] if each.at < calls[sent[0]].at + SECONDS]
    reads = [each for each in waiting if each.operation not in changes([each.operation])]
    assert len(reads) <= MANY / 2, Counter(each.operation for each in reads)
