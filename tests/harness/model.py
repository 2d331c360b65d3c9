"""The target that is all in memory: the provider's own code on a fake service whose time passes at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, NoReturn

from pulumi.dynamic import ConfigureRequest
from pulumi_snapcopy.core.lifecycle import Lifecycle
from pulumi_snapcopy.host.provider import Backend, CopyProvider

from . import scripted, wire
from .fake_service import API, FakeService
from .program import PROJECT
from .scripted import Killed
from .target import (
    CALLS,
    SOURCE_REGION,
    TARGET_REGIONS,
    Difference,
    Disturbance,
    Fault,
    HostDied,
    Kill,
    Made,
    Power,
    Properties,
    Seen,
    Sources,
    means,
)

_KINDS = {
    "throttled": scripted.Fault.TRANSIENT,
    "failing": scripted.Fault.UNSENT,
    "reset": scripted.Fault.UNSENT,
    "lost": scripted.Fault.LOST,
    "garbage": scripted.Fault.LOST,
    "denied": scripted.Fault.DENIED,
    "hidden": scripted.Fault.NOT_FOUND,
}
_DAY = 86400.0
_LONG = 600.0
"""Seconds that a copy takes whose run is stopped: so few that no life reaches midnight by itself."""


class Model:
    """The fake service as a target: thousands of steps a minute, and no process but this one.

    Args:
        service: makes the service anew; it may be slow to show, to tag, to delete.
    """

    project = PROJECT
    powers: frozenset[Power] = frozenset({"faults", "kills", "behind"})
    regions: tuple[str, ...] = TARGET_REGIONS
    calls = CALLS
    sources = Sources(snapshots=("db-1", "data-2"), resources=("web-1", "data-1"))

    def __init__(self, service: Callable[[], FakeService] = FakeService) -> None:
        self._make = service
        self.service = service()

    def reset(self) -> None:
        """See `Target`."""
        days_ago = datetime.now(timezone.utc) - timedelta(days=12)
        start = days_ago.replace(hour=0, minute=5, second=0, microsecond=0)
        self.service = self._make()
        self.service.clock.time = start.timestamp()
        self._copy_seconds = self.service.copy_seconds
        self.service.resources[SOURCE_REGION, "web-1"] = "InstanceSnapshot"
        self.service.resources[SOURCE_REGION, "data-1"] = "DiskSnapshot"
        self.service.plant("db-1", SOURCE_REGION)
        self.service.plant("data-2", SOURCE_REGION, kind="DiskSnapshot")

    def start(self, disturbance: Disturbance | None) -> InProcess:
        """See `Target`."""
        service = self.service
        service.copy_seconds = self._copy_seconds
        if isinstance(disturbance, Kill):
            service.kill = disturbance
        elif isinstance(disturbance, Fault):
            _script(service, disturbance)
        elif disturbance is not None:
            service.copy_seconds, service.clock.cancelled_at = _LONG, service.clock.time + 60
        return InProcess(service)

    def stop(self) -> bool:
        """See `Target`."""
        service = self.service
        left = [*filter(None, service.faults), *(each for of in service.faults_of.values() for each in of)]
        reached = not left and service.failing_copies == 0
        service.kill, service.faults, service.faults_of, service.failing_copies = None, [], {}, 0
        service.clock.cancelled_at = math.inf
        service.clock.sleep(service.deletion_seconds)
        return reached

    def snapshots(self) -> list[Seen]:
        """See `Target`."""
        now = self.service.clock.now()
        return [
            Seen(
                name=each.name,
                region=each.region,
                arn=each.arn,
                kind=each.resource_type,
                state=each.outcome if now >= each.done else "pending",
                tags=dict(each.tags),
            )
            for each in self.service.held
            if now < each.deleted
        ]

    def copies_started(self) -> int:
        """See `Target`."""
        return self.service.taken_on

    def dates(self, resource: str) -> list[str]:
        """See `Target`."""
        return sorted(self.service.dates())

    def next_day(self) -> None:
        """See `Target`."""
        self.service.clock.sleep(_DAY)

    def remove(self, seen: Seen) -> None:
        """See `Target`."""
        for each in self.service.held:
            if each.arn == seen.arn:
                each.deleted = self.service.clock.now()

    def plant(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """See `Target`."""
        self.service.plant(name, region, tags=tags)

    def untag(self, seen: Seen, key: str) -> None:
        """See `Target`."""
        for each in self.service.held:
            if each.arn == seen.arn:
                each.tags.pop(key, None)


def _script(service: FakeService, fault: Fault) -> None:
    if fault.kind == "copy-fails":
        service.failing_copies = fault.times
        return
    kind = _KINDS[fault.kind]
    if fault.operation == "*":
        service.faults = [None] * fault.skip + [kind] * fault.times
        return
    hidden = fault.kind == "hidden"
    for call in ("GetSnapshot",) if hidden else [each for each in API if means(fault.operation, each)]:
        service.faults_of[call] = [kind] * fault.times


class InProcess:
    """The provider in this process, called as its host calls it; `tests.harness.target.Provider`."""

    def __init__(self, service: FakeService) -> None:
        self._provider = _Provider(service)

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[str]]:
        """See `Provider`."""
        result = _serve(lambda: self._provider.check(olds, news), urn)
        return _with_provider(result.inputs, news), [
            f"{each.property}: {each.reason}" for each in result.failures
        ]

    def diff(self, urn: str, id_: str, olds: Properties, news: Properties) -> Difference:
        """See `Provider`."""
        result = _serve(lambda: self._provider.diff(id_, olds, news), urn)
        return Difference(
            changes=result.changes,
            replaces=tuple(result.replaces or ()),
            delete_before_replace=bool(result.delete_before_replace),
        )

    def create(self, urn: str, news: Properties) -> Made:
        """See `Provider`."""
        result = _serve(lambda: self._provider.create(news), urn)
        return Made(id=result.id, outputs=_with_provider(result.outs, news))

    def read(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Made | None:
        """See `Provider`."""
        result = _serve(lambda: self._provider.read(id_, outputs), urn)
        if not result.id:
            return None
        drifted = None if result.inputs is None else _with_provider(result.inputs, outputs)
        return Made(id=result.id, outputs=_with_provider(result.outs, outputs), inputs=drifted)

    def update(self, urn: str, id_: str, olds: Properties, news: Properties) -> Properties:
        """See `Provider`."""
        return _with_provider(_serve(lambda: self._provider.update(id_, olds, news), urn).outs, news)

    def delete(self, urn: str, id_: str, outputs: Properties) -> None:
        """See `Provider`."""
        _serve(lambda: self._provider.delete(id_, outputs), urn)


class _Provider(CopyProvider):
    """The provider as it is, but for the clock."""

    def __init__(self, service: FakeService) -> None:
        regions = frozenset((SOURCE_REGION, *TARGET_REGIONS))
        super().__init__(
            Backend(
                factory=lambda: self,
                service=lambda connections: service,
                regions=lambda: regions,
                default_region=lambda: TARGET_REGIONS[0],
                account=lambda region: "123456789012",
            )
        )
        known = self._standing.is_in_the_state
        self._begin(Lifecycle(service=service, clock=service.clock, is_in_the_state=known))

    def configure(self, req: ConfigureRequest) -> None:
        """There is no host to be configured."""


class _Aborted(Exception):
    pass


class _Context:
    """As much of gRPC's context as a failing verb uses."""

    def __init__(self) -> None:
        self.details: bytes | None = None

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.details = dict(metadata).get(wire.DETAILS)

    def abort(self, code: object, message: str) -> NoReturn:
        raise _Aborted(message)


def _serve(work: Callable[[], Any], urn: str) -> Any:
    """Serve one call, under a name by which the provider finds its request and context, as in its host."""

    def Create(request: Any, context: _Context) -> Any:
        try:
            return work()
        except Killed:
            raise HostDied from None
        except _Aborted as aborted:
            raise wire.failure(str(aborted), context.details) from None

    return Create(SimpleNamespace(urn=urn), _Context())


def _with_provider(properties: Mapping[str, Any] | None, of: Properties) -> Properties:
    """The host hands the provider's own property on."""
    return {**(properties or {}), **{key: of[key] for key in ("__provider",) if key in of}}
