"""A drill: a copy is restored under a throw-away name, waited for, and removed with all that came along.

What a drill makes has a name with its own prefix and its own tag, set in the call. Disks that come along have no tag: they
are proven by their instance while they are attached, and tagged before it is deleted. So what a killed drill leaves is
always proven, and the next drill removes it.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..core.durations import spoken
from ..core.errors import AnswerLost, NotFound, SnapcopyError
from ..core.values import Phase, Seen
from ..core.waiting.clock import Clock
from ..core.waiting.deadline import Deadline
from ..core.waiting.policy import CREATION_GRACE, pause
from . import preflight
from .drill_permissions import DRILL_TAG
from .restoring_service import RestoringLightsail

PREFIX = "snapcopy-drill-"
ABANDONED = 24 * 3600.0
"""Seconds after which another source's drill is taken for killed; it may be at work until then."""

HOURS_A_MONTH = 730
DISK_PRICE = 0.10
"""US dollars per GB-month of a disk: https://aws.amazon.com/lightsail/pricing/."""


class DrillError(SnapcopyError):
    """What was restored doesn't get ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a drill has restored; ``hourly`` is its price in US dollars an hour."""

    seen: Seen
    hourly: float | None

    @property
    def ip(self) -> str | None:
        """The public address of an instance."""
        return self.seen.outputs.get("publicIpAddress")

    def cost(self, seconds: float) -> float | None:
        """Return what it has cost at most: each hour that was begun counts."""
        return None if self.hourly is None else round(self.hourly * max(math.ceil(seconds / 3600), 1), 4)


@dataclass(slots=True, kw_only=True)
class Drilling:
    """One drill in one region.

    Args:
        region: where the copy is.
        of: what is restored, ``region:source``.
        services: Lightsail for Instance and for Disk.
        clock: the time.
        deadline: when to give up.
        tell: shows what happens.
    """

    region: str
    of: str
    services: dict[str, RestoringLightsail]
    clock: Clock
    deadline: Deadline
    tell: Callable[[str], None]
    name: str = field(default_factory=lambda: f"{PREFIX}{secrets.token_hex(4)}")
    _unseen: str | None = field(default=None, init=False)
    """The kind of what was asked for and isn't visible yet."""

    def restore(self, copy: Seen, *, bundle_id: str | None, zone: str | None) -> Restored:
        """Start the restore, and wait until it is ready.

        Raises:
            SourceError: if it can't be restored so; nothing was sent.
            DrillError: if it fails, or doesn't get ready in time.
            ServiceError: if the service refuses.
        """
        kind = copy.kind.removesuffix("Snapshot")
        service = self.services[kind]
        given, hourly = self._arguments(service, kind, copy.name, bundle_id, zone)
        self.tell(f"restoring {copy.name} as {self.name}")
        self._unseen = kind
        try:
            service.send(self.region, self.name, given, {DRILL_TAG: self.of})
        except AnswerLost as lost:
            if self._look_for(kind) is None:
                raise lost
        except SnapcopyError:
            self._unseen = None
            raise
        return Restored(seen=self._wait(kind), hourly=hourly)

    def clean(self) -> list[str]:
        """Remove what earlier drills left, and return its names; other sources' only when they are a day old."""
        left = [
            each
            for each in self._drills("Instance")
            if each.tags[DRILL_TAG] == self.of or self._is_abandoned(each)
        ]
        removed = [name for each in left for name in self._remove_instance(each)]
        for each in self._drills("Disk"):
            if each.tags[DRILL_TAG] == self.of or self._is_abandoned(each):
                self.services["Disk"].delete_free_disk(self.region, each.name)
                removed.append(each.name)
        return removed

    def remove(self) -> None:
        """Remove what this drill has restored, with the disks that came along; also where it isn't visible yet."""
        for kind in self.services:
            found = self.deadline.retry(lambda kind=kind: self.services[kind].get(self.region, self.name))  # type: ignore[misc]
            if found is None and kind == self._unseen:
                self.tell(f"looking for {self.name}, which may not be visible yet")
                found = self._look_for(kind)
            if found is None or not is_of_a_drill(found):
                continue
            if kind == "Instance":
                self._remove_instance(found)
            else:
                self.services[kind].delete_free_disk(self.region, found.name)

    # How

    def _arguments(
        self, service: RestoringLightsail, kind: str, snapshot: str, bundle_id: str | None, zone: str | None
    ) -> tuple[dict[str, Any], float | None]:
        retry = self.deadline.retry
        found = retry(lambda: service.snapshot(self.region, kind, snapshot))
        zones = retry(lambda: service.zones(self.region))
        if zone is not None:
            preflight.check_zone(zone, zones, region=self.region, argument="--availability-zone")
        given = {"availabilityZone": zone or min(zones, default=f"{self.region}a")}
        size = float(found.get("sizeInGb") or 0)
        disks = [each.get("sizeInGb") or 0 for each in found.get("fromAttachedDisks") or ()]
        if kind == "Disk":
            return {
                **given,
                "diskSnapshotName": snapshot,
                "sizeInGb": size,
            }, size * DISK_PRICE / HOURS_A_MONTH
        bundles = retry(lambda: service.bundles(self.region))
        fitting: dict[str, Any] = {
            "region": self.region,
            "size": size,
            "source_bundle": found.get("fromBundleId") or "",
            "argument": "--bundle-id",
        }
        if bundle_id is not None:
            preflight.check_bundle(bundle_id, bundles, **fitting)
            bundle = next(each for each in bundles if each.id == bundle_id)
        else:
            bundle = preflight.choose_bundle(bundles, **fitting)
        monthly = None if bundle.price is None else bundle.price + sum(disks) * DISK_PRICE
        given |= {"instanceSnapshotName": snapshot, "bundleId": bundle.id}
        if not bundle.ipv4:
            given["ipAddressType"] = "ipv6"
        return given, None if monthly is None else monthly / HOURS_A_MONTH

    def _look_for(self, kind: str) -> Seen | None:
        """Look for what a request has made whose answer was lost; it may not be visible yet."""
        until = self.clock.now() + CREATION_GRACE
        while True:
            found = self.deadline.retry(lambda: self.services[kind].get(self.region, self.name))
            if (found is not None and is_of_a_drill(found)) or self.clock.now() > until:
                self._unseen = None
                return found
            self.clock.sleep(pause(0))

    def _wait(self, kind: str) -> Seen:
        began, service = self.clock.now(), self.services[kind]
        while True:
            seen = self.deadline.retry(lambda: service.get(self.region, self.name))
            if seen is not None:
                self._unseen = None
            if seen is not None and seen.phase is Phase.DONE:
                return seen
            age = self.clock.now() - began
            if (seen is None and age > CREATION_GRACE) or (seen is not None and seen.phase is Phase.FAILED):
                raise DrillError(f"the restore failed: {self._reason(service)}")
            state = seen.state if seen else "not visible yet"
            if self.clock.now() + pause(age) > self.deadline.at:
                raise DrillError(f"the restored {kind.lower()} is still {state} after {spoken(age)}")
            self.tell(f"{self.name} is {state}, {spoken(age)}")
            self.clock.sleep(pause(age))

    def _reason(self, service: RestoringLightsail) -> str:
        try:
            records = self.deadline.retry(lambda: service.recorded(self.region, self.name))
        except NotFound:
            records = []
        reasons = [each.reason for each in records if each.failed and each.reason]
        return reasons[0] if reasons else "the service gives no reason"

    def _is_abandoned(self, seen: Seen) -> bool:
        made = seen.created_at
        return made is not None and self.clock.now() - made.timestamp() > ABANDONED

    def _drills(self, kind: str) -> Iterator[Seen]:
        listed = self.deadline.retry(lambda: self.services[kind].all(self.region, kind))
        return (each for each in listed if is_of_a_drill(each))

    def _remove_instance(self, instance: Seen) -> list[str]:
        """Remove an instance of a drill; its disks are tagged first, so that they are proven when it is gone.

        Raises:
            DrillError: if it is still pending at the deadline: its disks may not show yet.
        """
        service, seen = self.services["Instance"], instance
        while seen.phase is Phase.PENDING and not self._is_abandoned(seen):
            if self.clock.now() >= self.deadline.at:
                raise DrillError(f"{seen.name} is still {seen.state}")
            self.clock.sleep(pause(0))
            again = self.deadline.retry(lambda: service.get(self.region, instance.name))
            if again is None:
                return []
            seen = again
        disks = self.deadline.retry(lambda: service.came_along(seen))
        tags = {DRILL_TAG: instance.tags[DRILL_TAG]}
        for name in disks:
            disk = Seen(name=name, region=self.region, kind="Disk")
            self.deadline.retry(lambda disk=disk: service.tag(disk, tags))  # type: ignore[misc]
        self.tell(f"removing {', '.join([instance.name, *disks])}")
        with suppress(NotFound):
            self.deadline.retry(lambda: service.delete_instance(self.region, instance.name))
        for name in disks:
            service.delete_free_disk(self.region, name)
        return [instance.name, *disks]


def is_of_a_drill(seen: Seen) -> bool:
    """Whether it is provably a drill's: by its name and its tag, which was set in the call that made it.

    Example:
        >>> is_of_a_drill(Seen(name="snapcopy-drill-1c9e", region="eu-west-1", kind="Instance"))
        False
    """
    return seen.name.startswith(PREFIX) and DRILL_TAG in seen.tags
