"""Many at once: what all ask for is asked once."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from pulumi_snapcopy.core.verbs import Call, Verbs
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator, Settings
from pulumi_snapcopy.outscale.family import CopiedSnapshots
from pulumi_snapcopy.outscale.sdk import Connection
from pulumi_snapcopy.outscale.service import Outscale

from .life import COPY, REGION

MANY = 40


class _Quiet:
    """Progress that nobody looks at."""

    def show(self, text: str) -> None:
        """Show nothing."""

    def warn(self, text: str) -> None:
        """Warn nobody."""

    def log(self, text: str) -> None:
        """Log nothing."""


def test_reads_grow_with_time_and_not_with_copies(emulator: Emulator, connection: Connection) -> None:
    """Forty copies cost a change or two each, and at most half a read."""
    emulator.settings = Settings(copy_seconds=3)
    clock = SystemClock()
    service = Outscale(lambda: connection, clock=clock)
    verbs = Verbs(
        family=CopiedSnapshots(),
        make_service=lambda: service,
        clock=clock,
        default_region=lambda: REGION,
    )

    def make(number: int) -> str:
        urn = f"urn:pulumi:dev::shop::pulumi-python:dynamic/outscale:CopiedSnapshot::vol-{number}"
        checked = verbs.check(urn, {}, {**COPY, "snapcopy": {"identity": "0" * 16}})
        assert checked.failures == []
        return verbs.create(Call(urn, _Quiet()), checked.inputs).id

    with ThreadPoolExecutor(MANY) as pool:
        ids = set(pool.map(make, range(MANY)))
    assert len(ids) == MANY
    calls = Counter(each.operation for each in emulator.calls())
    reads = sum(number for name, number in calls.items() if name.startswith("Read"))
    assert calls["CreateSnapshot"] == MANY and calls["CreateTags"] <= 2 * MANY
    assert reads <= MANY / 2, calls
