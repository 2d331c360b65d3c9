"""A recovery region without an engine: a service and a state in memory, and runs that carry out what is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from pulumi_snapcopy.core.errors import Denied
from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG, Phase
from pulumi_snapcopy.lightsail.children import Children
from pulumi_snapcopy.lightsail.gathering import gather
from pulumi_snapcopy.lightsail.inventory import AutoSnapshot, Disk, Instance
from pulumi_snapcopy.lightsail.recovering import Decision, Request, decide
from pulumi_snapcopy.lightsail.shapes import SnapshotSeen
from pulumi_snapcopy.recovery.evidence import Unreadable

SOURCE, TARGET = "us-east-1", "eu-west-1"
IDENTITY = "0123456789abcdef"
URN = "urn:pulumi:dev::shop::snapcopy:lightsail:DisasterRecoveryRegion::dr"
CHILDREN = Children(name="dr", urn=URN)
FIRST = date(2026, 1, 5)
LAST = FIRST + timedelta(days=6)
"""The days of the first and the last automatic snapshot."""


@dataclass
class Service:
    """A service with one region of sources; what stands in ``refused`` is refused, in ``empty`` comes empty."""

    sources: dict[str, Instance | Disk] = field(default_factory=dict)
    automatic: dict[str, list[date]] = field(default_factory=dict)
    held: dict[str, SnapshotSeen] = field(default_factory=dict)
    orders: tuple[str, ...] = ()
    refused: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    stale: list[SnapshotSeen] = field(default_factory=list)
    """What was deleted, and lists still show."""

    def instances(self, region: str) -> tuple[Instance, ...]:
        return self._told(
            "instances", tuple(each for each in self.sources.values() if isinstance(each, Instance))
        )

    def disks(self, region: str) -> tuple[Disk, ...]:
        return self._told("disks", tuple(each for each in self.sources.values() if isinstance(each, Disk)))

    def databases(self, region: str) -> tuple[str, ...]:
        return self._told("databases", self.orders)

    def auto_snapshots(self, region: str, resource: str) -> tuple[AutoSnapshot, ...]:
        days = self.automatic.get(resource, [])
        return self._told("automatic", tuple(AutoSnapshot(date=day, status="Success") for day in days))

    def snapshots(self, region: str) -> tuple[SnapshotSeen, ...]:
        listed = [*self.held.values(), *self.stale]
        return self._told("held", tuple(each for each in listed if each.region == region))

    def is_there(self, snapshot: SnapshotSeen) -> bool:
        return snapshot.name in self.held

    def _told(self, what: str, answer: tuple[Any, ...]) -> tuple[Any, ...]:
        if what in self.refused:
            raise Denied("not authorized", code="AccessDeniedException", call=f"lightsail:{what}")
        return () if what in self.empty else answer

    def dawn(self, day: date) -> None:
        """Take the day's automatic snapshots; seven stay."""
        for name in self.sources:
            self.automatic[name] = [*self.automatic.get(name, []), day][-7:]


@dataclass
class Region:
    """A stack of one recovery region on a service."""

    service: Service
    request: Request
    entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    identity: str = IDENTITY
    children: Children = CHILDREN

    def decide(
        self, day: date, *, state: Mapping[str, Mapping[str, Any]] | Unreadable | None = None
    ) -> Decision:
        """What a run would do."""
        gathered = gather(
            self.service,
            children=self.children,
            identity=self.identity,
            entries=self.entries if state is None else state,
            protect=self.request.protect,
            source_region=self.request.source_region,
            target_region=self.request.target_region,
            take_on=day if self.request.when_missing == "snapshot" else None,
        )
        return decide(self.request, gathered, now=datetime.combine(day, time(23), timezone.utc))

    def up(self, day: date, *, killed_after: int | None = None) -> Decision:
        """Do it as the engine does: what is new first, then deletions; a killed run ends after so many new copies."""
        decision = self.decide(day)
        if decision.refusals:
            return decision
        declared: set[str] = set()
        made = 0
        for plan in decision.plans:
            for hold in plan.hold:
                urn = self.children.urn_of(plan.source, hold.date)
                declared.add(urn)
                name = f"{plan.source}-{hold.date}-{hash(urn) % 16**8:08x}"
                if name not in self.service.held:
                    if made == killed_after:
                        return decision
                    made += 1
                    assert hold.date in self.service.automatic[plan.source], "what is new can be had"
                    self._copy(urn, name, plan.source, hold.date, hold.region)
                    if made == killed_after:
                        return decision  # started and tagged, not in the state
                self.entries[urn] = self._entry(plan.source, hold.date, name, hold.region)
        for urn in [each for each in self.entries if each not in declared]:
            del self.service.held[self.entries.pop(urn)["targetSnapshotName"]]
        return decision

    def dates(self, source: str) -> set[date]:
        """The dates of a source's copies, as the service has them."""
        return {
            date.fromisoformat(each.tags[SOURCE_TAG][-10:])
            for each in self.service.held.values()
            if each.outputs.get("fromResourceName") == source
            and self.identity in each.tags.get(OWNER_TAG, "")
        }

    def _copy(self, urn: str, name: str, source: str, day: date, region: str) -> None:
        tags = {OWNER_TAG: owner(urn, self.identity), SOURCE_TAG: f"{SOURCE}:{source}:{day}"}
        taken_of = self.service.sources.get(source)
        self.service.held[name] = SnapshotSeen(
            name=name,
            region=region,
            kind="InstanceSnapshot",
            state="available",
            phase=Phase.DONE,
            tags=tags,
            from_arn=taken_of.arn if taken_of else None,
            outputs={"fromResourceName": source},
        )

    @staticmethod
    def _entry(source: str, day: date, name: str, region: str) -> dict[str, Any]:
        return {
            "sourceResourceName": source,
            "sourceRegion": SOURCE,
            "restoreDate": str(day),
            "targetSnapshotName": name,
            "targetRegion": region,
            "state": "available",
        }


def instance(name: str, **more: Any) -> Instance:
    """An instance."""
    return Instance(name=name, arn=f"arn:{name}", region=SOURCE, **more)


def disk(name: str, **more: Any) -> Disk:
    """A disk."""
    return Disk(name=name, arn=f"arn:{name}", region=SOURCE, **more)


def days(first: date, count: int) -> list[date]:
    """So many days, the first one first."""
    return [first + timedelta(days=number) for number in range(count)]
