"""The adapter of Lightsail for copied snapshots.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from ..aws.calls import call, member
from ..aws.clients import Clients
from ..core.values import Record, Source, Spec, Started
from ..core.waiting.batch import SingleFlight
from ..core.waiting.clock import Clock
from ..core.waiting.listing import Listing
from .adapter import SnapshotAdapter
from .shapes import created_at, date_of, started
from .sources import AutomaticSnapshot, check_source, is_older_than

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient


class Lightsail(SnapshotAdapter):
    """The adapter of Lightsail for copies, which reads the sources too.

    Args:
        clients: those of `connect`, which adapters may share; default: its own.
        clock: the time.
    """

    def __init__(
        self, clients: Clients[LightsailClient] | None = None, *, clock: Clock | None = None
    ) -> None:
        super().__init__(clients, clock=clock)
        self._lock = threading.Lock()
        self._automatic: dict[tuple[str, str], SingleFlight[list[AutomaticSnapshot]]] = {}

    # Sources

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        """Return a resource's automatic snapshots (at most seven), from one call for all callers at the same time."""
        with self._lock:
            flight = self._automatic.get((region, resource))
            if flight is None:
                flight = SingleFlight(self._clock, lambda _: self._automatic_snapshots(region, resource))
                self._automatic[region, resource] = flight
        return flight.get()

    def latest(self, region: str, resource: str) -> str | None:
        """Return the date of the newest automatic snapshot that can be copied, or None if there is none."""
        dates = [each.date for each in self._automatic_snapshots(region, resource) if each.restorable]
        return max(dates, default=None)

    def resource_names(self, region: str) -> list[str]:
        """Return the names of a region's instances and disks."""
        return [each["name"] for what in ("instances", "disks") for each in self.listed(region, what)]

    def database_names(self, region: str) -> list[str]:
        """Return the names of a region's relational databases."""
        return [each["name"] for each in self.listed(region, "relationalDatabases")]

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Check the source of a copy in its own region, and return it."""
        return check_source(self, spec, listing)

    def describes(self, spec: Spec, record: Record) -> bool:
        """Whether a record can be of a copy of the requested date; the record itself doesn't hold the date."""
        return not is_older_than(self, spec, record, now=self._clock.now())

    # Changes

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Start the copy in the target region, with one request that botocore doesn't retry."""
        given, call_ = spec.arguments, "lightsail:CopySnapshot"
        arguments: dict[str, Any] = {
            "sourceRegion": spec.source_region,
            "targetSnapshotName": spec.name,
            "sourceSnapshotName": given.get("sourceSnapshotName"),
            "sourceResourceName": given.get("sourceResourceName"),
        }
        if given.get("sourceResourceName"):
            arguments["restoreDate"] = date_of(given)
        client = self._clients.of(spec.region, retries=False)
        wanted = {key: value for key, value in arguments.items() if value is not None}
        answer = call(call_, lambda: client.copy_snapshot(**wanted))
        return started(answer, spec, call_)

    def _automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        client = self._clients.of(region)
        answer = call("lightsail:GetAutoSnapshots", lambda: client.get_auto_snapshots(resourceName=resource))
        if "resourceName" not in answer:
            member(
                answer, "autoSnapshots", "lightsail:GetAutoSnapshots"
            )  # a response with neither member is an error
        kind = f"{answer['resourceType']}Snapshot" if answer.get("resourceType") else ""
        return [
            AutomaticSnapshot(
                date=each.get("date", ""),
                status=each.get("status", ""),
                kind=kind,
                created_at=created_at(each),
            )
            for each in answer.get("autoSnapshots", [])
        ]
