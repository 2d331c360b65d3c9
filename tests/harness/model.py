"""The target that is all in memory: the provider's own code on a fake service whose time passes at once."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from pulumi_snapcopy.core import outcome
from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.run import Call
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.lightsail.family import CopiedSnapshots

from . import scripted
from .fake_service import API, FakeService
from .program import PROJECT, of_lightsail
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
    VerbFailed,
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
        service: makes a new service; it may be slow to show, to tag, to delete.
    """

    project = PROJECT
    powers: frozenset[Power] = frozenset({"faults", "kills", "behind", "names"})
    family: Family = CopiedSnapshots()
    asks = staticmethod(of_lightsail)
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
        verbs_ = Verbs(
            family=CopiedSnapshots(),
            make_service=lambda: service,
            clock=service.clock,
            default_region=lambda: TARGET_REGIONS[0],
        )
        return InProcess(verbs_)

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


@dataclass(slots=True)
class Shown:
    """Progress, kept: the passing lines, and those that stay."""

    lines: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    log_lines: list[str] = field(default_factory=list)

    def show(self, text: str) -> None:
        """Keep a passing line."""
        self.lines.append(text)

    def warn(self, text: str) -> None:
        """Keep a line that stays."""
        self.warnings.append(text)

    def log(self, text: str) -> None:
        """Keep a line about the whole run."""
        self.log_lines.append(text)


class InProcess:
    """The provider's verbs in this process; `tests.harness.target.Provider`.

    Args:
        verbs: of one type of resource.
    """

    def __init__(self, verbs: Verbs) -> None:
        self.shown = Shown()
        self._verbs = verbs

    @property
    def warnings(self) -> list[str]:
        """The warnings so far."""
        return self.shown.warnings

    def _call(self, urn: str) -> Call:
        return Call(urn, self.shown)

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[str]]:
        """See `Provider`."""
        checked = _serve(lambda: self._verbs.check(urn, _known(olds), _known(news)))
        self.shown.warnings += checked.warnings
        return _with_provider(checked.inputs, news), [
            f"{each.property}: {each.message}" for each in checked.failures
        ]

    def diff(self, urn: str, id_: str, olds: Properties, news: Properties) -> Difference:
        """See `Provider`."""
        found = _serve(lambda: self._verbs.diff(urn, id_, _known(olds), _known(news)))
        self.shown.warnings += found.warnings
        unsaid = None if found.update else False
        return Difference(
            changes=True if found.partial else None if found.replaces else unsaid,
            replaces=tuple(found.replaces),
            delete_before_replace=bool(found.replaces) and found.same_name,
        )

    def create(self, urn: str, news: Properties) -> Made:
        """See `Provider`."""
        made = _serve(lambda: self._verbs.create(self._call(urn), _known(news)), news)
        return Made(id=made.id, outputs=_with_provider(made.outputs, news))

    def read(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Made | None:
        """See `Provider`."""
        made = _serve(lambda: self._verbs.read(self._call(urn), id_, _known(outputs)), outputs)
        if made is None:
            return None
        drifted = None if made.inputs is None else _with_provider(made.inputs, outputs)
        return Made(id=made.id, outputs=_with_provider(made.outputs, outputs), inputs=drifted)

    def update(self, urn: str, id_: str, olds: Properties, news: Properties) -> Properties:
        """See `Provider`."""
        made = _serve(lambda: self._verbs.update(self._call(urn), _known(olds), _known(news)), news)
        return _with_provider(made.outputs, news)

    def delete(self, urn: str, id_: str, outputs: Properties) -> None:
        """See `Provider`."""
        _serve(lambda: self._verbs.delete(self._call(urn), id_, _known(outputs)), outputs)


def _known(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if key != "__provider" and value is not None}


def _serve(work: Callable[[], Any], of: Properties | None = None) -> Any:
    """Serve one call as the host does."""
    try:
        return work()
    except Killed:
        raise HostDied from None
    except outcome.VerbFailed as failed:
        kept = None
        if failed.kept is not None:
            kept = Made(id=failed.kept.id, outputs=_with_provider(failed.kept.outputs, of or {}))
        raise VerbFailed(str(failed), kept) from None


def _with_provider(properties: Mapping[str, Any] | None, of: Properties) -> Properties:
    """The host hands the provider's own property on; what is kept is as JSON has it."""
    plain = json.loads(json.dumps(properties or {}))
    return {**plain, **{key: of[key] for key in ("__provider",) if key in of}}
