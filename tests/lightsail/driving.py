"""A stack of one type of resource on the emulator: the engine's model drives the verbs in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.values import Spec, Started
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.core.waiting.clock import SystemClock

from tests.harness.engine import Engine, Goal, Resource
from tests.harness.model import InProcess
from tests.harness.target import HostDied, Properties

IDENTITY = "0" * 15 + "1"


def _provider(family: Family, service: Service) -> InProcess:
    """The verbs of one type, in a new process."""
    verbs = Verbs(
        family=family,
        make_service=lambda: service,
        clock=SystemClock(),
        default_region=lambda: "us-east-1",
    )
    return InProcess(verbs)


class Driven:
    """One stack.

    Args:
        family: what its resources are like.
        service: the service that they are made on.
    """

    def __init__(self, family: Family, service: Service) -> None:
        self.family, self.service, self.engine = family, service, Engine()

    def up(self, **program: Properties) -> list[str]:
        """Bring the stack about, in a new host; returns the errors."""
        return self.engine.up(_provider(self.family, self.service), self._goals(program))

    def killed_after_create(self, **program: Properties) -> None:
        """Bring it about, killed when the service has accepted a request."""
        service = _Dying(self.service)
        try:
            self.engine.up(_provider(self.family, service), self._goals(program))  # type: ignore[arg-type]
        except HostDied:
            return
        raise AssertionError("nothing was created")

    def refresh(self) -> list[str]:
        """Read everything."""
        return self.engine.refresh(_provider(self.family, self.service))

    def destroy(self) -> list[str]:
        """Delete everything."""
        return self.engine.destroy(_provider(self.family, self.service))

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

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Create, and die."""
        self._service.create(spec, attempt=attempt)
        raise HostDied
