"""The target that is the emulator, with the dynamic host as Pulumi starts it, over gRPC and HTTP."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Literal

from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.emulator import Emulator, Injected, Settings
from pulumi_snapcopy.emulator import Fault as Injection
from pulumi_snapcopy.emulator.lightsail.models import backend_of
from pulumi_snapcopy.emulator.lightsail.resources import SNAPSHOTS
from pulumi_snapcopy.emulator.shared import changing, now
from pulumi_snapcopy.lightsail.family import CopiedSnapshots

from .process import Hosts, Started
from .program import PROJECT, of_lightsail
from .target import (
    CALLS,
    SOURCE_REGION,
    TARGET_REGIONS,
    Disturbance,
    Fault,
    Kill,
    Power,
    Seen,
    Sources,
    Stop,
    means,
)
from .wire import EngineServer, Host

_CODES = {
    "throttled": "ThrottlingException",
    "failing": "ServiceException",
    "denied": "AccessDeniedException",
    "hidden": "NotFoundException",
}
_API = (
    "CopySnapshot",
    "TagResource",
    "UntagResource",
    "DeleteInstanceSnapshot",
    "DeleteDiskSnapshot",
    "GetInstanceSnapshot",
    "GetDiskSnapshot",
    "GetInstanceSnapshots",
    "GetDiskSnapshots",
    "GetAutoSnapshots",
    "GetOperationsForResource",
)
_READS = ("GetInstanceSnapshot", "GetDiskSnapshot")
_DAYS = 7
_LONG = 3600.0
_AGE = 3600.0
"""Seconds since somebody made what is planted."""
_QUICKER = 20.0
_POLL = 0.002
"""Seconds between two looks at calls that are about to end."""


class Emulated:
    """The emulator as a target. Every run has a host process of its own, which can be killed at any call.

    Example:
        >>> with Emulated() as target:
        ...     counts = run(target, steps=100)  # doctest: +SKIP
    """

    project = PROJECT
    powers: frozenset[Power] = frozenset({"faults", "kills", "behind", "names"})
    family: Family = CopiedSnapshots()
    asks = staticmethod(of_lightsail)
    regions: tuple[str, ...] = TARGET_REGIONS
    calls = CALLS
    sources = Sources(snapshots=("db-1", "data-2"), resources=("web-1", "data-1"))

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.emulator = Emulator(settings=Settings(copy_seconds=0))
        self._started: Started | None = None
        self._host: Host | None = None
        self._injected: list[Injected] = []
        self._disturbance: Disturbance | None = None
        self._newest = datetime.now(timezone.utc).date()

    def __enter__(self) -> Emulated:
        self._stack.enter_context(self.emulator)
        engine = self._stack.enter_context(EngineServer())
        self._warnings = engine.warnings
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "SNAPCOPY_"))}
        self._hosts = self._stack.enter_context(
            Hosts({**kept, **self.emulator.environment}, engine.address, quicker=_QUICKER)
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._stack.close()

    def reset(self) -> None:
        """See `Target`."""
        self.emulator.reset()
        self._newest = datetime.now(timezone.utc).date() - timedelta(days=12)
        dates = [str(self._newest - timedelta(days=days)) for days in range(_DAYS)]
        self.emulator.seed(
            {
                SOURCE_REGION: {
                    "instances": [{"name": "web-1", "automaticSnapshots": dates}],
                    "disks": [{"name": "data-1", "automaticSnapshots": dates}],
                    "instanceSnapshots": [{"name": "db-1"}],
                    "diskSnapshots": [{"name": "data-2"}],
                }
            }
        )

    def start(self, disturbance: Disturbance | None) -> Host:
        """See `Target`."""
        self._disturbance = disturbance
        self._injected = [self.emulator.inject(each) for each in _injections(disturbance)]
        if isinstance(disturbance, Stop):
            self.emulator.settings = replace(self.emulator.settings, copy_seconds=_LONG)
        self._started = self._hosts.start()
        watched = isinstance(disturbance, Kill | Stop)
        self._warnings.clear()
        self._host = Host(self._started.port, self._watch if watched else None, warnings=self._warnings)
        return self._host

    def stop(self) -> bool:
        """See `Target`."""
        reached = any(each.hits for each in self._injected)
        if self._host is not None and self._started is not None:
            self._started.kill()
            self._host.close()
        self._host = self._started = None
        self.emulator.faults.clear()
        # The work of a call goes on without the host that asked for it.
        while any(each.outcome == "pending" for each in self.emulator.calls()):
            time.sleep(_POLL)
        self._injected = []
        self.emulator.settings = replace(self.emulator.settings, copy_seconds=0)
        self.emulator.finish_copies()
        return reached

    def snapshots(self) -> list[Seen]:
        """See `Target`."""
        at = now()
        return [
            Seen(
                name=each.name,
                region=region,
                arn=each.members["arn"],
                kind=each.kind,
                state=str(each.state(at)),
                tags={tag["key"]: tag["value"] for tag in each.members["tags"]},
            )
            for region in (SOURCE_REGION, *TARGET_REGIONS)
            for each in list(backend_of(region).resources.values())
            if each.kind in SNAPSHOTS
        ]

    def copies_started(self) -> int:
        """See `Target`."""
        return sum(call.outcome in ("ok", "lost", "garbage") for call in self.emulator.calls("CopySnapshot"))

    def dates(self, resource: str) -> list[str]:
        """See `Target`."""
        return [details["date"] for details in backend_of(SOURCE_REGION).resources[resource].automatic]

    def next_day(self) -> None:
        """See `Target`."""
        self._newest += timedelta(days=1)
        with changing():
            resources = backend_of(SOURCE_REGION).resources
            for name in self.sources.resources:
                taken = resources[name].automatic
                newest = {**taken[-1], "date": str(self._newest)}
                resources[name] = replace(resources[name], automatic=[*taken[1:], newest])

    def remove(self, seen: Seen) -> None:
        """See `Target`."""
        with changing():
            backend_of(seen.region).resources.pop(seen.name, None)

    def plant(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """See `Target`."""
        self.emulator.put_snapshot(region, name, tags=tags)
        with changing():
            resources = backend_of(region).resources
            made = resources[name].members
            resources[name] = replace(
                resources[name], members={**made, "createdAt": made["createdAt"] - _AGE}
            )

    def untag(self, seen: Seen, key: str) -> None:
        """See `Target`."""
        self.emulator.client(seen.region).untag_resource(resourceName=seen.name, tagKeys=[key])

    def _watch(self, host: Host) -> None:
        """Kill or stop the host when the call that was meant is held."""
        held = next((each for each in self._injected if each.hits), None)
        if held is None or self._started is None:
            return
        if isinstance(self._disturbance, Kill):
            self._started.kill()
            held.drop()
        else:
            self._disturbance = None
            host.cancel()
            held.release()


def _injections(disturbance: Disturbance | None) -> list[Injection]:
    if isinstance(disturbance, Kill):
        kind: Literal["hold-after", "hold-before"] = "hold-after" if disturbance.done else "hold-before"
        return [
            Injection(kind=kind, operation=each, skip=disturbance.skip) for each in _named(disturbance.at)
        ]
    if isinstance(disturbance, Stop):
        return [Injection(kind="hold-after", operation="CopySnapshot")]
    if isinstance(disturbance, Fault):
        operations = _READS if disturbance.kind == "hidden" else _named(disturbance.operation)
        return [_injection(disturbance, operation) for operation in operations]
    return []


def _named(name: str) -> tuple[str, ...]:
    """The emulator's operations of a name, each of which it counts by itself."""
    return ("*",) if name == "*" else tuple(each for each in _API if means(name, each))


def _injection(fault: Fault, operation: str) -> Injection:
    if fault.kind == "copy-fails":
        return Injection(kind="fail-copy", operation=operation, times=fault.times)
    if fault.kind in ("lost", "reset", "garbage"):
        return Injection(kind=fault.kind, operation=operation, skip=fault.skip, times=fault.times)
    code = _CODES[fault.kind]
    return Injection(kind="error", operation=operation, skip=fault.skip, times=fault.times, code=code)
