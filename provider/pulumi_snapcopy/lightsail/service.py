"""The adapter of Lightsail: reads and changes its snapshots through boto3.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from ..aws.calls import call, check_responses, member, pages, refuse_non_json
from ..aws.clients import Clients
from ..aws.login import Login
from ..core.errors import NotFound
from ..core.values import Record, Seen, Source, Spec, Started
from ..core.waiting.batch import SingleFlight
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from .shapes import created_at, pairs, record_of, snapshot_seen, started
from .sources import AutomaticSnapshot, check_source, is_older_than

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient


def connect(login: Login | None = None, *, connections: int = 10) -> Clients[LightsailClient]:
    """Return Lightsail's clients.

    Args:
        login: whose credentials are used; default: boto3's own choice, as with endpoint and profile: ``AWS_PROFILE``,
            ``AWS_ENDPOINT_URL_LIGHTSAIL``, …
        connections: how many calls may be in progress at once, for each region.
    """
    return Clients("lightsail", login, connections=connections, prepare=_prepare)


class Lightsail:
    """The adapter of Lightsail for ``core.service.Service``; thread-safe, one client per region.

    Args:
        clients: those of `connect`, which adapters may share; default: its own.
        clock: the time.
    """

    kinds: Sequence[str] = ("InstanceSnapshot", "DiskSnapshot")

    def __init__(
        self, clients: Clients[LightsailClient] | None = None, *, clock: Clock | None = None
    ) -> None:
        self._clients = clients or connect()
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._automatic: dict[tuple[str, str], SingleFlight[list[AutomaticSnapshot]]] = {}

    # Reads

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the manual snapshot with this name, of an instance or a disk, or None if it doesn't exist."""
        client = self._clients.of(region)
        readers: dict[str, Callable[[], Any]] = {
            "InstanceSnapshot": lambda: client.get_instance_snapshot(instanceSnapshotName=name),
            "DiskSnapshot": lambda: client.get_disk_snapshot(diskSnapshotName=name),
        }
        for each in [kind] if kind in readers else list(readers):
            reading = f"lightsail:Get{each}"
            try:
                answer = call(reading, readers[each])
            except NotFound:
                continue
            return snapshot_seen(member(answer, each[0].lower() + each[1:], reading), region, each)
        return None

    def all(self, region: str, kind: str) -> list[Seen]:
        """Return a region's manual snapshots of one type; a response may leave an empty list out.

        What isn't listed isn't taken for gone before a read says so, too.
        """
        what = _member_of(kind)
        listed = [each for page in self._pages(region, what) for each in page.get(what) or []]
        return [snapshot_seen(each, region, kind) for each in listed]

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return the snapshot that has the spec's name, as a list of at most one."""
        found = listing.find(spec.name)
        return [found] if found else []

    def records(self, spec: Spec) -> list[Record]:
        """Return the operations recorded for the spec's name, newest first."""
        return self.recorded(spec.region, spec.name)

    def recorded(self, region: str, name: str) -> list[Record]:
        """Return the operations recorded for a name, newest first."""
        client = self._clients.of(region)
        listed = pages(
            "lightsail:GetOperationsForResource",
            lambda **page: client.get_operations_for_resource(resourceName=name, **page),
        )
        found = [record_of(each) for page in listed for each in page.get("operations", [])]
        return sorted(
            found, key=lambda each: each.created_at.timestamp() if each.created_at else 0.0, reverse=True
        )

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

    def listed(self, region: str, what: str) -> list[Any]:
        """Return a region's objects as the API describes them; a response without the list is an error.

        Args:
            region: the region.
            what: the API's member: ``instances``, ``disks``, ``relationalDatabases``, ``instanceSnapshots``, …
        """
        return [each for page in self._pages(region, what) for each in member(page, what, _listing(what))]

    def snapshots(self, region: str) -> list[Seen]:
        """Return a region's manual snapshots of all the adapter's types; a response without a list is an error."""
        return [
            snapshot_seen(each, region, kind)
            for kind in self.kinds
            for each in self.listed(region, _member_of(kind))
        ]

    def _pages(self, region: str, what: str) -> Iterator[Any]:
        action = _listing(what)
        method = xform_name(action.partition(":")[2])
        return pages(action, getattr(self._clients.of(region), method))

    # Changes

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Start the copy in the target region, with one request that botocore doesn't retry."""
        given, call_ = spec.arguments, "lightsail:CopySnapshot"
        arguments: dict[str, Any] = {
            "sourceRegion": spec.source_region,
            "targetSnapshotName": spec.name,
            "sourceSnapshotName": given.get("sourceSnapshotName"),
            "sourceResourceName": given.get("sourceResourceName"),
        }
        if given.get("sourceResourceName"):
            arguments["restoreDate"] = given.get("restoreDate") or given.get("restoredDate")
        client = self._clients.of(spec.region, retries=False)
        wanted = {key: value for key, value in arguments.items() if value is not None}
        answer = call(call_, lambda: client.copy_snapshot(**wanted))
        return started(answer, spec, call_)

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags on an object."""
        client = self._clients.of(seen.region)
        call(
            "lightsail:TagResource",
            lambda: client.tag_resource(resourceName=seen.name, tags=pairs(tags)),
        )

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags from an object."""
        client = self._clients.of(seen.region)
        call(
            "lightsail:UntagResource",
            lambda: client.untag_resource(resourceName=seen.name, tagKeys=[*keys]),
        )

    def delete(self, seen: Seen) -> None:
        """Request the deletion of a snapshot."""
        client, name = self._clients.of(seen.region), seen.name
        if seen.kind == "DiskSnapshot":
            call("lightsail:DeleteDiskSnapshot", lambda: client.delete_disk_snapshot(diskSnapshotName=name))
        else:
            call(
                "lightsail:DeleteInstanceSnapshot",
                lambda: client.delete_instance_snapshot(instanceSnapshotName=name),
            )

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


def _listing(what: str) -> str:
    """Return the call that lists the objects of one of the API's members, such as ``instances``."""
    return f"lightsail:Get{what[0].upper()}{what[1:]}"


def _prepare(client: LightsailClient) -> None:
    check_responses(client, refuse_non_json)


def _member_of(kind: str) -> str:
    """Return the member of the API's responses that lists a type of snapshots."""
    return f"{kind[0].lower()}{kind[1:]}s"
