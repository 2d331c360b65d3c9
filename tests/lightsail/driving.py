"""A stack of one type of resource on the emulator: the engine's model drives the verbs in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError
from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.values import Spec, Started
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.core.waiting.clock import Clock, SystemClock
from pulumi_snapcopy.emulator import Backstage
from pulumi_snapcopy.emulator.lightsail.actions import OPERATIONS, perform
from pulumi_snapcopy.emulator.lightsail.errors import LightsailError
from pulumi_snapcopy.emulator.shared import account_id, now
from pulumi_snapcopy.lightsail.restoring_service import RestoringLightsail

from tests.harness.engine import Engine, Goal, Resource
from tests.harness.model import InProcess
from tests.harness.scripted import Killed
from tests.harness.target import HostDied, Properties

IDENTITY = "0" * 15 + "1"


def _provider(family: Family, service: Service, clock: Clock) -> InProcess:
    """The verbs of one type, in a new process."""
    verbs = Verbs(
        family=family,
        make_service=lambda: service,
        clock=clock,
        default_region=lambda: "us-east-1",
    )
    return InProcess(verbs)


class Driven:
    """One stack.

    Args:
        family: what its resources are like.
        service: the service that they are made on.
        clock: the time of the verbs.
    """

    def __init__(self, family: Family, service: Service, clock: Clock | None = None) -> None:
        self.family, self.service, self.engine = family, service, Engine()
        self.clock = clock or SystemClock()

    def up(self, **program: Properties) -> list[str]:
        """Bring the stack about, in a new host; returns the errors."""
        return self.engine.up(_provider(self.family, self.service, self.clock), self._goals(program))

    def killed_after_create(self, **program: Properties) -> None:
        """Bring it about, killed when the service has accepted a request."""
        service = _Dying(self.service)
        try:
            self.engine.up(_provider(self.family, service, self.clock), self._goals(program))
        except HostDied:
            return
        raise AssertionError("nothing was created")

    def refresh(self) -> list[str]:
        """Read everything."""
        return self.engine.refresh(_provider(self.family, self.service, self.clock))

    def destroy(self) -> list[str]:
        """Delete everything."""
        return self.engine.destroy(_provider(self.family, self.service, self.clock))

    def outputs(self, name: str) -> Properties:
        """The outputs of a resource."""
        return self.resource(name).outputs

    def resource(self, name: str) -> Resource:
        """A resource in the state."""
        found = self.engine.current(self._urn(name))
        assert found is not None, f"{name} is not in the state"
        return found

    def _goals(self, program: Mapping[str, Properties]) -> dict[str, Goal]:
        return {
            name: Goal(
                urn=self._urn(name),
                inputs={"__provider": "p", "snapcopy": {"identity": IDENTITY}, **inputs},
            )
            for name, inputs in program.items()
        }

    def _urn(self, name: str) -> str:
        return f"urn:pulumi:dev::shop::{self.family.rules.token}::{name}"


class _Dying:
    """A service whose user is killed as soon as it has accepted a request."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(self._service, name)

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Create, and die."""
        self._service.create(spec, earlier=earlier)
        raise HostDied


@dataclass(frozen=True)
class EmulatorClock:
    """Time that passes at once, for the emulator too; single-threaded."""

    backstage: Backstage

    def now(self) -> float:
        return now()

    def sleep(self, seconds: float) -> None:
        self.backstage.advance(max(seconds, 0.0))

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        self.sleep(seconds)


@dataclass
class Death:
    """When a process dies: at its n-th call to the service, before or after the service has done its work; None: never."""

    at: int | None = None
    done: bool = False
    calls: list[str] = field(default_factory=list)
    """The calls that were begun, by operation."""

    def before(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """A call begins."""
        self.calls.append(operation)
        if self.at == len(self.calls) - 1 and not self.done:
            raise Killed

    def after(self) -> None:
        """A call was answered."""
        if self.at == len(self.calls) - 1 and self.done:
            raise Killed


class Mortal(RestoringLightsail):
    """The service, called in this process, for a process that dies at one of its calls."""

    def __init__(self, kind: str, clock: Clock, death: Death) -> None:
        clients: Any = SimpleNamespace(of=lambda region, **_: Direct(region, death))
        super().__init__(kind, clients, clock=clock)


@dataclass(frozen=True)
class Direct:
    """A client as boto3 would make one, without the network."""

    region: str
    death: Death

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operation = _OPERATIONS[method]

        def ask(**parameters: Any) -> Any:
            self.death.before(operation, parameters)
            try:
                answer = perform(operation, self.region, account_id(), parameters)
            except LightsailError as error:
                raise ClientError(
                    {
                        "Error": {"Code": error.code, "Message": error.message},
                        "ResponseMetadata": {"HTTPStatusCode": error.status},  # type: ignore[typeddict-item]
                    },
                    operation,
                ) from None
            self.death.after()
            return _with_times(answer)

        return ask


_OPERATIONS = {xform_name(each): each for each in OPERATIONS}


def _with_times(value: Any) -> Any:
    """What boto3 makes of an answer: times instead of seconds."""
    if isinstance(value, list):
        return [_with_times(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: datetime.fromtimestamp(each, timezone.utc) if key == "createdAt" else _with_times(each)
        for key, each in value.items()
    }
