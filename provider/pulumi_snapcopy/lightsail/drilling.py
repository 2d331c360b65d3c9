"""Drills: restore a copy under a temporary name, wait until it is ready, and remove all that was restored.

An instance or disk of a drill is known by its name's prefix and by its tag, set in the call. Disks restored with an
instance have no tag: they are known by their instance while attached, and are tagged before the instance is deleted. So
the orphans of a killed drill can always be identified, and the next drill removes them.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
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
"""Seconds after which a drill of another source counts as killed; until then it may still be running."""

HOURS_A_MONTH = 730
DISK_PRICE = 0.10
"""US dollars per GB-month of a disk: https://aws.amazon.com/lightsail/pricing/."""


class DrillError(SnapcopyError):
    """A restored instance or disk failed, or didn't become ready in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredCopy:
    """The instance or disk that a drill has restored; ``hourly`` is its price in US dollars per hour."""

    seen: Seen
    hourly: float | None

    @property
    def ip(self) -> str | None:
        """The public IPv4 address of a restored instance, or None."""
        return self.seen.outputs.get("publicIpAddress")

    def cost(self, seconds: float) -> float | None:
        """Return the cost in US dollars at most, where each started hour counts, or None if the price is unknown."""
        return None if self.hourly is None else round(self.hourly * max(math.ceil(seconds / 3600), 1), 4)


@dataclass(slots=True, kw_only=True)
class Drilling:
    """One drill in one region.

    Args:
        region: the region of the copy.
        of: the source whose copy is restored, ``region:source``.
        services: the adapters for Instance and for Disk.
        clock: the time.
        deadline: when to give up.
        tell: reports progress.
    """

    region: str
    of: str
    services: dict[str, RestoringLightsail]
    clock: Clock
    deadline: Deadline
    tell: Callable[[str], None]
    name: str = field(default_factory=lambda: f"{PREFIX}{secrets.token_hex(4)}")
    _unseen: str | None = field(default=None, init=False)
    """The type of the requested object while it isn't visible yet."""

    def restore(self, copy: Seen, *, bundle_id: str | None, zone: str | None) -> RestoredCopy:
        """Restore a copy, and wait until the restored instance or disk is ready.

        Raises:
            SourceError: if the copy can't be restored with these arguments; no request was sent.
            DrillError: if the restore fails, or isn't ready in time.
            ServiceError: if the service refuses the request.
        """
        kind = copy.kind.removesuffix("Snapshot")
        service = self.services[kind]
        given, hourly = self._arguments(service, kind, copy.name, bundle_id, zone)
        self.tell(f"restoring {copy.name} as {self.name}")
        self._unseen = kind
        try:
            service.send(self.region, self.name, given, {DRILL_TAG: self.of})
        except AnswerLost:
            if self._look_for(kind) is None:
                raise
        except SnapcopyError:
            self._unseen = None
            raise
        return RestoredCopy(seen=self._wait(kind), hourly=hourly)

    def clean(self) -> list[str]:
        """Remove the orphans of earlier drills, those of other sources after a day, and return their names."""
        left = [
            each
            for each in self._drills("Instance")
            if each.tags[DRILL_TAG] == self.of or self._is_abandoned(each)
        ]
        removed = [name for each in left for name in self._remove_instance(each)]
        for each in self._drills("Disk"):
            if each.tags[DRILL_TAG] == self.of or self._is_abandoned(each):
                removed.append(self._remove_disk(each))
        return removed

    def remove(self) -> None:
        """Remove what this drill has restored, with its disks; wait for an object that isn't visible yet."""
        for kind in self.services:
            found = self._get(kind)
            if found is None and kind == self._unseen:
                self.tell(f"looking for {self.name}, which may not be visible yet")
                found = self._look_for(kind)
            if found is None or not is_of_a_drill(found):
                continue
            if kind == "Instance":
                self._remove_instance(found)
            else:
                self._remove_disk(found)

    # Helpers

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

    def _get(self, kind: str) -> Seen | None:
        return self.deadline.retry(partial(self.services[kind].get, self.region, self.name))

    def _look_for(self, kind: str) -> Seen | None:
        """Return the object of a request, waiting until it is visible, or None after the creation grace period."""
        until = self.clock.now() + CREATION_GRACE
        while True:
            found = self._get(kind)
            if (found is not None and is_of_a_drill(found)) or self.clock.now() > until:
                self._unseen = None
                return found
            self.clock.sleep(pause(0))

    def _wait(self, kind: str) -> Seen:
        began = self.clock.now()
        while True:
            seen = self._get(kind)
            if seen is not None:
                self._unseen = None
            if seen is not None and seen.phase is Phase.DONE:
                return seen
            age = self.clock.now() - began
            if (seen is None and age > CREATION_GRACE) or (seen is not None and seen.phase is Phase.FAILED):
                raise DrillError(f"the restore failed: {self._reason(self.services[kind])}")
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
        """Remove a drill's instance and disks; the disks are tagged first, to be known once the instance is deleted.

        Raises:
            DrillError: if the instance is still pending at the deadline: its disks may not be visible yet.
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
        disks = self.deadline.retry(lambda: service.disks_restored_with(seen))
        tags = {DRILL_TAG: instance.tags[DRILL_TAG]}
        for name in disks:
            disk = Seen(name=name, region=self.region, kind="Disk")
            self.deadline.retry(partial(service.tag, disk, tags))
        self.tell(f"removing {', '.join([instance.name, *disks])}")
        with suppress(NotFound):
            self.deadline.retry(lambda: service.delete_instance(self.region, instance.name))
        for name in disks:
            service.delete_free_disk(self.region, name)
        return [instance.name, *disks]

    def _remove_disk(self, disk: Seen) -> str:
        self.tell(f"removing {disk.name}")
        self.services["Disk"].delete_free_disk(self.region, disk.name)
        return disk.name


def is_of_a_drill(seen: Seen) -> bool:
    """Whether an object was provably made by a drill: by its name, and its tag, which was set in the call that made it.

    Example:
        >>> is_of_a_drill(Seen(name="snapcopy-drill-1c9e", region="eu-west-1", kind="Instance"))
        False
    """
    return seen.name.startswith(PREFIX) and DRILL_TAG in seen.tags
