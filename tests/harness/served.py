"""One stack on an emulated service: the provider's verbs and the service's SDK in this process; time passes at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings
from pulumi_snapcopy.emulator.services import SERVICES
from pulumi_snapcopy.emulator.shared import now

from .clients import Wire, tapped
from .engine import Engine, Goal
from .model import InProcess, Shown
from .row import OUTSCALE, Row, Trouble
from .target import HostDied, Kill, Properties, Seen

SECONDS = 3.0
"""What a copy takes, and whatever else the service makes."""
SETTINGS = Settings(copy_seconds=SECONDS, snapshot_seconds=SECONDS, restore_seconds=SECONDS)
IDENTITY = "0" * 15 + "1"
_ports: list[int] = []
"""Where the emulators of this process listen: SDKs that were made for one serve the next."""


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


@dataclass(frozen=True, slots=True)
class Running:
    """An emulator of all services, and the wire on which this process calls them.

    Example:
        >>> with running() as served:
        ...     life = Life(EC2_COPY, served)  # doctest: +SKIP
    """

    emulator: Emulator
    wire: Wire

    def reset(self, row: Row) -> None:
        """Begin again with the sources of a row, in whose environment the SDKs find the emulator."""
        self.emulator.reset()
        row.prepare(self.emulator)
        self.emulator.clear_calls()
        ec2 = {"ec2": self.emulator.url, "fcu": self.emulator.fcu_url}
        os.environ["AWS_ENDPOINT_URL_EC2"] = ec2.get(row.emulated, "")


@contextmanager
def running() -> Iterator[Running]:
    """Run the emulator, and point this process to it."""
    with (
        Emulator(services=SERVICES, settings=SETTINGS, port=_ports[0] if _ports else 0) as emulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        _ports[:] = [int(emulator.url.rpartition(":")[2])]
        for name in [each for each in os.environ if each.startswith(("AWS_", "OSC_", "SNAPCOPY_"))]:
            patch.delenv(name)
        for name, value in {**emulator.environment, "AWS_CONFIG_FILE": os.devnull}.items():
            patch.setenv(name, value)
        yield Running(emulator, tapped(patch))


class Life:
    """One stack of resources of one row.

    Args:
        row: what they are like.
        served: where they are made.
        identity: the stack's.

    Attributes:
        inputs: what the program asks for of its one resource; may be edited.
        retain: whether it is declared with ``retain_on_delete``; may be edited.
        shown: the progress of the last run.
    """

    def __init__(self, row: Row, served: Running, *, identity: str = IDENTITY, **inputs: Any) -> None:
        self.row, self.served, self.emulator, self.identity = row, served, served.emulator, identity
        self.inputs: Properties = {**row.request, "tags": {"team": "shop"}, **inputs}
        self.retain = False
        self.engine, self.shown, self.clock = Engine(), Shown(), EmulatedClock(served.emulator)
        self.before = {each.arn: each for each in row.things()}

    def process(self) -> InProcess:
        """Return a new process of the provider."""
        service = self.row.service(self.clock)
        verbs = Verbs(
            family=self.row.family,
            make_service=lambda: service,
            clock=self.clock,
            default_region=lambda: OUTSCALE,
        )
        made = InProcess(verbs)
        self.shown = made.shown
        return made

    def goal(self, name: str, inputs: Properties) -> Goal:
        """What the program registers."""
        given = {key: value for key, value in inputs.items() if value is not None}
        bookkeeping = {"identity": self.identity, **({"retain": True} if self.retain else {})}
        asked = {"__provider": "p", "snapcopy": bookkeeping, **given}
        return Goal(urn=self.row.urn(name), inputs=asked, retain=self.retain)

    def run(
        self,
        command: str = "up",
        *,
        kill: Kill | None = None,
        program: Mapping[str, Properties] | None = None,
    ) -> list[str]:
        """Run the engine with a new process of the provider; returns the errors, ``["killed"]`` if it was."""
        goals = {name: self.goal(name, inputs) for name, inputs in (program or {"vol": self.inputs}).items()}
        try:
            with self.served.wire.watching(kill):
                provider = self.process()
                if command == "up":
                    return self.engine.up(provider, goals)
                errors: list[str] = getattr(self.engine, command)(provider)
                return errors
        except HostDied:
            return ["killed"]

    def ok(self, command: str = "up") -> None:
        """Run the engine, which must end well."""
        errors = self.run(command)
        assert errors == [], errors

    @property
    def calls(self) -> list[str]:
        """The calls of the last run."""
        return self.served.wire.calls

    @property
    def outputs(self) -> Properties:
        """The outputs in the state."""
        (resource,) = (each for each in self.engine.state if not each.delete)
        return resource.outputs

    @property
    def ref(self) -> str:
        """The ref in the state."""
        return str(self.outputs[self.row.family.ref_output])

    def made(self) -> list[Seen]:
        """What wasn't there at the start, in the order it was made."""
        return [each for each in self.row.things() if each.arn not in self.before]

    def ours(self) -> list[Seen]:
        """That, without what only came along: what has an owner, and what nobody has tagged yet."""
        return self.made()[:: 1 + self.row.along]

    def only(self) -> Seen:
        """The one that was made; what comes along with it is there, too, and no more."""
        made = self.made()
        assert len(made) == 1 + self.row.along, made
        return made[0]

    def set(self, **settings: Any) -> None:
        """Change how the service behaves."""
        self.emulator.settings = replace(self.emulator.settings, **settings)

    def inject(self, kind: Any, operation: str = "", **how: Any) -> Injected:
        """Put a fault to work; by default at the call that asks for one."""
        where = operation or self.row.create
        return self.emulator.inject(Fault(kind=kind, operation=where, service=self.row.emulated, **how))

    def trouble(self, trouble: Trouble, operation: str = "", *, times: int | None = 1) -> Injected:
        """Let a call go wrong, in the service's own words."""
        return self.emulator.inject(self.row.fault(trouble, operation or self.row.create, times=times))

    def sent(self) -> int:
        """How many requests have reached the service."""
        return self.row.sends(self.emulator)

    def assert_untouched(self, *about: object) -> None:
        """What was there at the start is there, as it was."""
        there = {each.arn: each for each in self.row.things()}
        assert {arn: there.get(arn) for arn in self.before} == self.before, about

    def assert_well(self, *, sent: int | None = None) -> None:
        """One, complete, tagged as asked and as in the state; and the next run has nothing to do and asks nothing."""
        one = self.only()
        (resource,) = self.engine.state
        assert (resource.id, self.ref) == (f"{one.region}/{one.name}", one.arn)
        assert one.state == self.outputs["state"] and one.state in ("available", "completed", "running")
        assert one.tags["snapcopy:owner"] == f"shop/dev/vol@{self.identity}"
        users = {key: value for key, value in one.tags.items() if not key.startswith("snapcopy:")}
        assert users == self.inputs["tags"]
        if sent is not None:
            assert self.sent() == sent
        self.ok()
        assert self.engine.operations == [] and self.calls == []
