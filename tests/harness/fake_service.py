"""A service in memory that does as it is told: names, time, tags, lost answers, and a process killed at a call.

Time passes only in the clock: by sleeping, by waiting, and a little with every call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from pulumi_snapcopy.core import errors
from pulumi_snapcopy.core.model import AutomaticSnapshot, CopyRequest, Operation, Snapshot

from .scripted import LATENCY, FakeClock, Fault, Killed
from .target import Kill, means

T = TypeVar("T")
API = (
    "CopySnapshot",
    "TagResource",
    "UntagResource",
    "DeleteSnapshot",
    "GetSnapshot",
    "GetSnapshots",
    "GetAutoSnapshots",
    "GetOperationsForResource",
    "GetInstances",
)
"""Its calls, as the API names them; one for both types of snapshots where the API has two."""


@dataclass
class Held:
    """A snapshot that the service holds. Times are seconds since the epoch."""

    name: str
    region: str
    resource_type: str
    arn: str
    created: float
    done: float
    outcome: str
    shown: float
    origin: tuple[str, str, str | None] | None = None
    """Region, name and date of what it is a copy of; ``None`` for one that was taken here."""
    tags: dict[str, str] = field(default_factory=dict)
    deleted: float = math.inf


@dataclass
class FakeService:
    """Lightsail as far as copies know it; ``core.model.Service``."""

    clock: FakeClock = field(default_factory=FakeClock)
    copy_seconds: float = 3.0
    shown_after: float = 0.0
    """Seconds for which a new copy is missing from the answers."""
    automatic_at: float = 0.0
    """When in its day an automatic snapshot is taken, in seconds since midnight."""
    deletion_seconds: float = 0.0
    """Seconds for which a deleted snapshot is still shown, and its name taken."""
    failing_copies: int = 0
    tags_while_pending: bool = True
    deletes_while_pending: bool = True
    most_copies: int = 1000
    faults: list[Fault | None] = field(default_factory=list)
    """One a call; calls beyond them are answered."""
    faults_of: dict[str, list[Fault]] = field(default_factory=dict)
    """The same for calls of one name of `API`."""
    kill: Kill | None = None
    held: list[Held] = field(default_factory=list)
    records: list[tuple[str, str, Operation]] = field(default_factory=list)
    calls: list[tuple[float, str]] = field(default_factory=list)
    other_names: set[tuple[str, str]] = field(default_factory=set)
    """Regions and names of what is no snapshot."""
    resources: dict[tuple[str, str], str] = field(default_factory=dict)
    """Regions and names of resources with automatic snapshots; the type of a copy of theirs."""
    _made: int = 0

    # What is there

    def plant(
        self, name: str, region: str, *, kind: str = "InstanceSnapshot", tags: Mapping[str, str] | None = None
    ) -> Held:
        """Put a complete snapshot there that somebody took an hour ago, and its record."""
        created = self.clock.now() - 3600
        held = Held(name, region, kind, self._arn(region, kind), created, created, self._done(kind), created)
        held.tags.update(tags or {})
        self.held.append(held)
        self._record(region, name, f"Create{kind}", "", kind, "Succeeded")
        return held

    def living(self, region: str) -> list[Held]:
        """What a region holds, shown or not, without what failed or is on its way out."""
        now = self.clock.now()
        return [
            each
            for each in self.held
            if each.region == region
            and each.deleted == math.inf
            and (each.outcome != "error" or now < each.done)
        ]

    @property
    def taken_on(self) -> int:
        """How many copies the service has ever started."""
        return sum(operation.type == "CopySnapshot" for _, _, operation in self.records)

    def dates(self) -> list[str]:
        """The dates of the automatic snapshots of today and the six days before."""
        today = datetime.fromtimestamp(self.clock.now(), timezone.utc).date()
        return [str(today - timedelta(days=days)) for days in range(7)]

    # What can be asked

    def snapshot(self, region: str, name: str, resource_type: str | None = None) -> Snapshot | None:
        def read() -> Snapshot | None:
            found = [each for each in self._shown(region) if each.name == name]
            return next(
                (self._seen(each) for each in found if resource_type in (None, "", each.resource_type)), None
            )

        try:
            return self._answer(f"GetSnapshot {region} {name}", read)
        except errors.NotFound:
            return None

    def snapshots(self, region: str, resource_type: str) -> list[Snapshot]:
        kind = resource_type or "InstanceSnapshot"
        return self._answer(
            f"GetSnapshots {region} {kind}",
            lambda: [self._seen(each) for each in self._shown(region) if each.resource_type == kind],
        )

    def _taken(self, date: str) -> datetime:
        return datetime.fromisoformat(f"{date}T00:00:00+00:00") + timedelta(seconds=self.automatic_at)

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        def read() -> list[AutomaticSnapshot]:
            kind = self.resources.get((region, resource))
            if kind is None:
                raise errors.NotFound(f"no {resource}")
            return [
                AutomaticSnapshot(date=date, status="Success", copy_type=kind, created_at=self._taken(date))
                for date in self.dates()
            ]

        return self._answer("GetAutoSnapshots", read)

    def resource_names(self, region: str) -> list[str]:
        return self._answer(
            "GetInstances", lambda: [name for place, name in self.resources if place == region]
        )

    def operations(self, region: str, name: str) -> list[Operation]:
        def read() -> list[Operation]:
            self._settle_records()
            return [each for place, about, each in reversed(self.records) if (place, about) == (region, name)]

        return self._answer("GetOperationsForResource", read)

    # What can be done

    def copy(self, request: CopyRequest) -> Operation:
        return self._answer("CopySnapshot", lambda: self._copy(request))

    def tag(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        self._answer("TagResource", lambda: self._to_be_tagged(region, name).tags.update(tags))

    def untag(self, region: str, name: str, keys: Sequence[str]) -> None:
        def work() -> None:
            held = self._to_be_tagged(region, name)
            for key in keys:
                held.tags.pop(key, None)

        self._answer("UntagResource", work)

    def delete(self, snapshot: Snapshot) -> None:
        def work() -> None:
            held = self._named(snapshot.region, snapshot.name)
            if held is None or held.resource_type != snapshot.resource_type or held.deleted < math.inf:
                raise errors.NotFound(f"no {snapshot.name}")
            if self._state(held) == "pending" and not self.deletes_while_pending:
                raise errors.Refused("it is pending")
            held.deleted = self.clock.now() + self.deletion_seconds

        self._answer("DeleteSnapshot", work)

    # How

    def _answer(self, call: str, work: Callable[[], T]) -> T:
        self.calls.append((self.clock.now(), call))
        self.clock.time += LATENCY
        name = call.split()[0]
        killed = self._killed_at(name)
        if killed is not None and not killed.done:
            raise Killed
        try:
            return self._served(call, name, work)
        finally:
            if killed is not None:
                raise Killed

    def _served(self, call: str, name: str, work: Callable[[], T]) -> T:
        fault = self.faults.pop(0) if self.faults else None
        if own := self.faults_of.get(name):
            fault = own.pop(0)
        if fault is not None and fault is not Fault.LOST:
            raise fault.error(call)
        answer = work()
        if fault is not None:
            raise fault.error(call)
        return answer

    def _killed_at(self, name: str) -> Kill | None:
        """The kill whose turn has come, if it is this call's."""
        kill = self.kill
        if kill is None or not means(kill.at, name):
            return None
        self.kill = replace(kill, skip=kill.skip - 1)
        return kill if kill.skip == 0 else None

    def _copy(self, request: CopyRequest) -> Operation:
        region, name, now = request.target_region, request.name, self.clock.now()
        if sum(each.done > now for each in self._there() if each.region == region) >= self.most_copies:
            raise errors.TooManyCopies("too many copies in progress")
        if self._named(region, name) or (region, name) in self.other_names:
            raise errors.NameInUse(f"Some names are already in use: {name}")
        kind = self._kind_of_source(request)
        fails = self.failing_copies > 0
        self.failing_copies -= fails
        origin = (request.source_region, request.source, request.restore_date)
        outcome = "error" if fails else self._done(kind)
        self.held.append(
            Held(
                name,
                region,
                kind,
                self._arn(region, kind),
                now,
                now + self.copy_seconds,
                outcome,
                now + self.shown_after,
                origin,
            )
        )
        details = f"{request.source_region}:{request.source}"
        return self._record(region, name, "CopySnapshot", details, kind, "Started")

    def _kind_of_source(self, request: CopyRequest) -> str:
        if request.source_resource_name is None:
            source = self._named(request.source_region, request.source)
            if source is None or self._state(source) == "pending":
                raise errors.NotFound(f"no {request.source}")
            return source.resource_type
        if (
            request.source_region,
            request.source,
        ) not in self.resources or request.restore_date not in self.dates():
            raise errors.NotFound(f"no {request.source} of {request.restore_date}")
        return self.resources[request.source_region, request.source]

    def _record(self, region: str, name: str, what: str, details: str, kind: str, status: str) -> Operation:
        operation = Operation(
            id=f"operation-{len(self.records)}",
            type=what,
            status=status,
            details=details,
            resource_type=kind,
            created_at=datetime.fromtimestamp(self.clock.now(), timezone.utc),
        )
        self.records.append((region, name, operation))
        return operation

    def _settle_records(self) -> None:
        for index, (region, name, operation) in enumerate(self.records):
            if operation.status == "Started":
                held = [each for each in self.held if (each.region, each.name) == (region, name)][-1]
                if self._state(held) != "pending":
                    status = "Failed" if held.outcome == "error" else "Succeeded"
                    self.records[index] = (region, name, replace(operation, status=status, error="scripted"))

    def _arn(self, region: str, kind: str) -> str:
        self._made += 1
        return f"arn:aws:lightsail:{region}:111122223333:{kind}/{self._made}"

    def _done(self, kind: str) -> str:
        return "completed" if kind == "DiskSnapshot" else "available"

    def _state(self, held: Held) -> str:
        return held.outcome if self.clock.now() >= held.done else "pending"

    def _there(self) -> list[Held]:
        return [each for each in self.held if self.clock.now() < each.deleted]

    def _shown(self, region: str) -> list[Held]:
        return [each for each in self._there() if each.region == region and self.clock.now() >= each.shown]

    def _named(self, region: str, name: str) -> Held | None:
        return next((each for each in self._there() if (each.region, each.name) == (region, name)), None)

    def _to_be_tagged(self, region: str, name: str) -> Held:
        held = next((each for each in self._shown(region) if each.name == name), None)
        if held is None:
            raise errors.NotFound(f"no {name}")
        if self._state(held) == "pending" and not self.tags_while_pending:
            raise errors.Refused("it is pending")
        return held

    def _seen(self, held: Held) -> Snapshot:
        return Snapshot(
            name=held.name,
            region=held.region,
            resource_type=held.resource_type,
            state=self._state(held),
            arn=held.arn,
            created_at=datetime.fromtimestamp(held.created, timezone.utc),
            tags=dict(held.tags),
        )
