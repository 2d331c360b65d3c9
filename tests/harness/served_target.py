"""The target that is one service's emulator, with the provider's verbs and the service's SDK in this process."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType

from pulumi_snapcopy.core.errors import Cancelled
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.emulator import Fault as Injection
from pulumi_snapcopy.emulator import Injected
from pulumi_snapcopy.emulator.blocks import CLOUDS
from pulumi_snapcopy.emulator.shared import changing

from .model import InProcess
from .program import PROJECT, Declaration
from .row import OUTSCALE, Row
from .served import SETTINGS, EmulatedClock, Running, running
from .target import (
    CALLS,
    TARGET_REGIONS,
    Disturbance,
    Fault,
    Kill,
    Power,
    Properties,
    Seen,
    Sources,
    Stop,
)

_LONG = 3600.0


class _Clock(EmulatedClock):
    """The emulator's time, until the user asks to stop."""

    cancelled_at = math.inf

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        super().sleep(seconds)
        if self.now() >= self.cancelled_at:
            raise Cancelled


class Served:
    """The emulator of a service that gives ids, as a target; see `tests.harness.services` for the rows.

    Args:
        row: copies on that service.
        filter_seconds: for how long its filters miss a new snapshot.

    Example:
        >>> with Served(EC2_COPY) as target:
        ...     counts = run(target, steps=100)  # doctest: +SKIP
    """

    project = PROJECT
    powers: frozenset[Power] = frozenset({"faults", "kills", "behind"})
    calls = CALLS

    def __init__(self, row: Row, *, filter_seconds: float = 0.0) -> None:
        assert row.by_id, "the names of Lightsail are for `Model` and `Emulated`"
        self.row, self.family = row, row.family
        self.regions: tuple[str, ...] = TARGET_REGIONS if row.emulated == "ec2" else (OUTSCALE,)
        ids = (row.request["sourceSnapshotId"], row.edit["sourceSnapshotId"])
        self.sources = Sources(region=row.request.get("sourceRegion", OUTSCALE), snapshots=ids)
        self._cloud = CLOUDS["ec2" if row.emulated == "ec2" else "outscale"]
        self._settings = replace(SETTINGS, filter_seconds=filter_seconds)
        reads = ("DescribeSnapshots",) if row.emulated in ("ec2", "fcu") else ("ReadSnapshots",)
        self._names = {
            "*": ("*",), "CopySnapshot": (row.create,), "TagResource": (row.tag,), "UntagResource": (row.untag,),
            "Delete": (row.delete,), "Get": reads,
        }  # fmt: skip
        self._stack, self._run = ExitStack(), ExitStack()
        self._injected: list[Injected] = []

    def __enter__(self) -> Served:
        self._served: Running = self._stack.enter_context(running())
        self._clock = _Clock(self._served.emulator)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._stack.close()

    def asks(self, declared: Declaration) -> Properties:
        """See `Target`."""
        if self.row.emulated == "outscale":
            return {"sourceSnapshotId": declared.source, "sourceRegionName": declared.source_region}
        return {
            "sourceSnapshotId": declared.source,
            "sourceRegion": declared.source_region,
            "targetRegion": declared.target_region,
        }

    def reset(self) -> None:
        """See `Target`."""
        self._served.reset(self.row)
        self._served.emulator.settings = self._settings

    def start(self, disturbance: Disturbance | None) -> InProcess:
        """See `Target`."""
        emulator, kill = self._served.emulator, None
        if isinstance(disturbance, Fault):
            self._injected = [emulator.inject(each) for each in self._injections(disturbance)]
        elif isinstance(disturbance, Kill):
            kill = replace(disturbance, at=self._names[disturbance.at][0])
        elif isinstance(disturbance, Stop):
            emulator.settings = replace(self._settings, copy_seconds=_LONG)
            self._clock.cancelled_at = self._clock.now() + 60
        self._run.enter_context(self._served.wire.watching(kill))
        service = self.row.service(self._clock)
        verbs = Verbs(
            family=self.family,
            make_service=lambda: service,
            clock=self._clock,
            default_region=lambda: OUTSCALE,
        )
        return InProcess(verbs)

    def stop(self) -> bool:
        """See `Target`."""
        self._run.close()
        reached = any(each.hits for each in self._injected)
        self._injected = []
        self._served.emulator.faults.clear()
        self._served.emulator.settings = self._settings
        self._served.emulator.finish_copies()
        self._clock.cancelled_at = math.inf
        return reached

    def snapshots(self) -> list[Seen]:
        """See `Target`."""
        return self.row.things()

    def copies_started(self) -> int:
        """See `Target`; where a token is sent again nothing is started, which isn't told apart here."""
        done = ("ok", "lost", "garbage", "empty", "error-after")
        return sum(each.outcome in done for each in self._served.emulator.calls(self.row.create))

    def dates(self, resource: str) -> list[str]:
        """See `Target`; there are no automatic snapshots."""
        return []

    def next_day(self) -> None:
        """See `Target`."""
        raise AssertionError("days make no difference where there are no automatic snapshots")

    def remove(self, seen: Seen) -> None:
        """See `Target`."""
        with changing():
            self._cloud.region(seen.region).snapshots.pop(seen.name, None)

    def plant(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """See `Target`; its name is its description."""
        emulator = self._served.emulator
        backstage = emulator.ec2 if self.row.emulated == "ec2" else emulator.outscale
        backstage.put_snapshot(region, description=name, tags=tags)

    def untag(self, seen: Seen, key: str) -> None:
        """See `Target`."""
        with changing():
            region = self._cloud.region(seen.region)
            held = region.snapshots[seen.name]
            region.put(replace(held, tags={k: v for k, v in held.tags.items() if k != key}))

    def _injections(self, fault: Fault) -> list[Injection]:
        if fault.kind == "hidden":  # an id that was given is read, or isn't there
            return []
        if fault.kind == "copy-fails":
            return [Injection(kind="fail-copy", operation=self.row.create, times=fault.times)]
        return [
            replace(self.row.fault(fault.kind, operation, times=fault.times), skip=fault.skip)
            for operation in self._names[fault.operation]
        ]
