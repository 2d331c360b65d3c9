"""One declaration's life on the emulated EC2 or FCU, step by step; time passes at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pulumi_snapcopy.core.values import Spec, Started
from pulumi_snapcopy.core.verbs import Call, Verbs
from pulumi_snapcopy.ec2.family import CopiedSnapshots, FcuCopiedSnapshots
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.emulator.blocks import Snapshot
from pulumi_snapcopy.emulator.shared import now

from tests.harness import model
from tests.harness.engine import Engine, Goal
from tests.harness.scripted import Killed
from tests.harness.target import HostDied, Properties

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/ec2:CopiedSnapshot::vol"
IDENTITY = "0123456789abcdef"


class EmulatedClock:
    """The emulator's own time: to sleep is to set it ahead."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.slept = 0.0

    def now(self) -> float:
        """Seconds since the epoch."""
        return now()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept += max(seconds, 0.0)
        self._emulator.advance(max(seconds, 0.0))

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """Let time pass; nobody notifies."""
        self.sleep(seconds)


class Killable(Ec2):
    """EC2's adapter in a process that may be killed right after its next copy has been accepted."""

    killed_after_copy = False

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Start the copy, and perhaps never hear of it."""
        started = super().create(spec, attempt=attempt)
        if self.killed_after_copy:
            raise Killed
        return started


@dataclass
class Shown:
    """Progress, kept."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def show(self, text: str) -> None:
        """Keep a passing line."""
        self.lines.append(text)

    def warn(self, text: str) -> None:
        """Keep a line that stays."""
        self.warnings.append(text)

    def log(self, text: str) -> None:
        """Keep it with the passing ones."""
        self.lines.append(text)


class Provider(model.InProcess):
    """One process of the provider."""

    def __init__(self, verbs: Verbs, shown: Shown) -> None:
        self._verbs = verbs
        self._shown = shown

    def _call(self, urn: str) -> Call:
        return Call(urn, self._shown)


class Life:
    """One declaration on one cloud.

    Args:
        emulator: of ``ec2`` or ``fcu``.
        arguments: the declaration's, by the API's names, beside its source and regions.
    """

    def __init__(self, emulator: Emulator, **arguments: Any) -> None:
        self.emulator = emulator
        self.fcu = "fcu" in emulator.services
        self.cloud = emulator.outscale if self.fcu else emulator.ec2
        self.source_region, self.region = (
            ("eu-west-2", "eu-west-2") if self.fcu else ("us-east-1", "eu-west-1")
        )
        self.source = self.cloud.put_snapshot(self.source_region, size=10, description="nightly")
        self.arguments = arguments
        self.engine = Engine()
        self.shown = Shown()
        self.clock = EmulatedClock(emulator)

    def inputs(self) -> Properties:
        """What the program registers."""
        given = {
            "snapcopy": {"identity": IDENTITY},
            "sourceSnapshotId": self.source,
            "sourceRegion": self.source_region,
            "targetRegion": self.region,
            **self.arguments,
        }
        return {key: value for key, value in given.items() if value is not None}

    def run(self, command: str = "up", *, killed_after_copy: bool = False) -> list[str]:
        """Run the engine with a fresh process of the provider; the errors."""
        service = Killable(clock=self.clock, fcu=self.fcu)
        service.killed_after_copy = killed_after_copy
        family = FcuCopiedSnapshots() if self.fcu else CopiedSnapshots()
        self.shown = Shown()
        verbs = Verbs(family=family, make_service=lambda: service, clock=self.clock)
        provider = Provider(verbs, self.shown)
        try:
            if command == "up":
                return self.engine.up(provider, {"vol": Goal(urn=URN, inputs=self.inputs())})
            errors: list[str] = getattr(self.engine, command)(provider)
            return errors
        except HostDied:
            return ["killed"]

    @property
    def outputs(self) -> Properties:
        """The outputs in the state."""
        (resource,) = self.engine.state
        return resource.outputs

    def copies(self) -> list[Snapshot]:
        """What the target's region holds beside the source, eldest first."""
        return [each for each in self.cloud.snapshots(self.region) if each.id != self.source]

    def lose(self, times: int = 1, *, kind: Any = "lost") -> None:
        """Lose the answers to the next copies."""
        self.emulator.inject(Fault(kind=kind, operation="CopySnapshot", times=times))

    def sent(self) -> list[Mapping[str, Any]]:
        """The copies that were asked for."""
        return [each.parameters for each in self.emulator.calls("CopySnapshot")]


def time_of(text: str) -> datetime:
    """A time in the state."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
