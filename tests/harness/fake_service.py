"""A service in memory that does as it is told: names, time, tags, lost answers, and a process killed at a call.

Time passes only in the clock: by sleeping, by waiting, and a little with every call.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from pulumi_snapcopy.core import errors
from pulumi_snapcopy.core.values import Record, Seen, Source, Spec, Started
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.lightsail.shapes import key_of, phase
from pulumi_snapcopy.lightsail.sources import AutomaticSnapshot, check_source, is_older_than

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
    """Lightsail as far as copies know it; ``core.service.Service``."""

    kinds: Sequence[str] = ("InstanceSnapshot", "DiskSnapshot")
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
    recorded: list[tuple[str, str, Record]] = field(default_factory=list)
    calls: list[tuple[float, str]] = field(default_factory=list)
    other_names: set[tuple[str, str]] = field(default_factory=set)
    """Regions and names of what is no snapshot."""
    meanwhile: list[tuple[float, Callable[[], object]]] = field(default_factory=list)
    """What others do, each at its time."""
    resources: dict[tuple[str, str], str] = field(default_factory=dict)
    """Regions and names of resources with automatic snapshots; the type of a copy of theirs."""
    _made: int = 0

    # What is there

    def plant(
        self,
        name: str,
        region: str,
        *,
        kind: str = "InstanceSnapshot",
        tags: Mapping[str, str] | None = None,
        ago: float = 3600.0,
        origin: str = "",
    ) -> Held:
        """Put a complete snapshot there that somebody took or copied so many seconds ago, and its record."""
        created = self.clock.now() - ago
        held = Held(name, region, kind, self._arn(region, kind), created, created, self._done(kind), created)
        held.tags.update(tags or {})
        self.held.append(held)
        self._record(region, name, origin, kind, ago=ago if origin else 0.0)
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
        return sum(bool(record.source) for _, _, record in self.recorded)

    def dates(self) -> list[str]:
        """The dates of the automatic snapshots of today and the six days before."""
        today = datetime.fromtimestamp(self.clock.now(), timezone.utc).date()
        return [str(today - timedelta(days=days)) for days in range(7)]

    # What can be asked

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        def read() -> Seen | None:
            found = [each for each in self._shown(region) if each.name == name]
            return next((self._seen(each) for each in found if kind in (None, "", each.resource_type)), None)

        try:
            return self._answer(f"GetSnapshot {region} {name}", read)
        except errors.NotFound:
            return None

    def all(self, region: str, kind: str) -> list[Seen]:
        return self._answer(
            f"GetSnapshots {region} {kind}",
            lambda: [self._seen(each) for each in self._shown(region) if each.resource_type == kind],
        )

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        found = listing.find(spec.name)
        return [found] if found else []

    def describes(self, spec: Spec, record: Record) -> bool:
        return not is_older_than(self, spec, record, now=self.clock.now())

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        return check_source(self, spec, listing)

    def latest(self, region: str, resource: str) -> str | None:
        return max((each.date for each in self.automatic_snapshots(region, resource)), default=None)

    def _taken(self, date: str) -> datetime:
        return datetime.fromisoformat(f"{date}T00:00:00+00:00") + timedelta(seconds=self.automatic_at)

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        def read() -> list[AutomaticSnapshot]:
            kind = self.resources.get((region, resource))
            if kind is None:
                raise errors.NotFound(f"no {resource}")
            return [
                AutomaticSnapshot(date=date, status="Success", kind=kind, created_at=self._taken(date))
                for date in self.dates()
            ]

        return self._answer("GetAutoSnapshots", read)

    def resource_names(self, region: str) -> list[str]:
        return self._answer(
            "GetInstances", lambda: [name for place, name in self.resources if place == region]
        )

    def database_names(self, region: str) -> list[str]:
        return []

    def records(self, spec: Spec) -> list[Record]:
        place = (spec.region, spec.name)

        def read() -> list[Record]:
            self._settle_records()
            return [each for region, name, each in reversed(self.recorded) if (region, name) == place]

        return self._answer("GetOperationsForResource", read)

    # What can be done

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        record = self._answer("CopySnapshot", lambda: self._copy(spec))
        seen = Seen(name=spec.name, region=spec.region, kind=record.kind, created_at=record.created_at)
        return Started(seen=seen, operation_id=record.id)

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        self._answer("TagResource", lambda: self._to_be_tagged(seen.region, seen.name).tags.update(tags))

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        def work() -> None:
            held = self._to_be_tagged(seen.region, seen.name)
            for key in keys:
                held.tags.pop(key, None)

        self._answer("UntagResource", work)

    def delete(self, snapshot: Seen) -> None:
        def work() -> None:
            held = self._named(snapshot.region, snapshot.name)
            if held is None or held.resource_type != snapshot.kind or held.deleted < math.inf:
                raise errors.NotFound(f"no {snapshot.name}")
            if self._state(held) == "pending" and not self.deletes_while_pending:
                raise errors.Refused("it is pending")
            held.deleted = self.clock.now() + self.deletion_seconds

        self._answer("DeleteSnapshot", work)

    # How

    def _answer(self, call: str, work: Callable[[], T]) -> T:
        self.calls.append((self.clock.now(), call))
        self.clock.time += LATENCY
        due = [each for each in self.meanwhile if each[0] <= self.clock.now()]
        self.meanwhile = [each for each in self.meanwhile if each not in due]
        for _, act in due:
            act()
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

    def _copy(self, spec: Spec) -> Record:
        region, name, now = spec.region, spec.name, self.clock.now()
        if sum(each.done > now for each in self._there() if each.region == region) >= self.most_copies:
            raise errors.TooManyCopies("too many copies in progress")
        if self._named(region, name) or (region, name) in self.other_names:
            raise errors.NameInUse(f"Some names are already in use: {name}")
        given = spec.arguments
        date = given.get("restoreDate") or given.get("restoredDate")
        kind = self._kind_of_source(spec.source_region, given, date)
        fails = self.failing_copies > 0
        self.failing_copies -= fails
        self.held.append(
            Held(
                name,
                region,
                kind,
                self._arn(region, kind),
                now,
                now + self.copy_seconds,
                "error" if fails else self._done(kind),
                now + self.shown_after,
                (spec.source_region, spec.source.partition(":")[2], date),
            )
        )
        return self._record(region, name, spec.source, kind)

    def _kind_of_source(self, region: str, given: Mapping[str, Any], date: str | None) -> str:
        if (name := given.get("sourceSnapshotName")) is not None:
            source = self._named(region, name)
            if source is None or self._state(source) == "pending":
                raise errors.NotFound(f"no {name}")
            return source.resource_type
        resource = given["sourceResourceName"]
        if (region, resource) not in self.resources or date not in self.dates():
            raise errors.NotFound(f"no {resource} of {date}")
        return self.resources[region, resource]

    def _record(self, region: str, name: str, origin: str, kind: str, *, ago: float = 0.0) -> Record:
        record = Record(
            id=f"operation-{len(self.recorded)}",
            kind=kind,
            source=origin,
            decides=True,
            created_at=datetime.fromtimestamp(self.clock.now() - ago, timezone.utc),
        )
        self.recorded.append((region, name, record))
        return record

    def _settle_records(self) -> None:
        for index, (region, name, record) in enumerate(self.recorded):
            if record.source and not record.failed:
                held = [each for each in self.held if (each.region, each.name) == (region, name)][-1]
                if self._state(held) == "error":
                    self.recorded[index] = (region, name, replace(record, failed=True, reason="scripted"))

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

    def _seen(self, held: Held) -> Seen:
        state = self._state(held)
        return Seen(
            name=held.name,
            region=held.region,
            kind=held.resource_type,
            ref=held.arn,
            key=key_of(held.name),
            state=state,
            phase=phase(state),
            created_at=datetime.fromtimestamp(held.created, timezone.utc),
            tags=dict(held.tags),
            outputs={"arn": held.arn, "resourceType": held.resource_type},
        )
