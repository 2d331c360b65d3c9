"""What the adapters of Lightsail share: the clients, lists, records, tags, and the calls about manual snapshots.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore import xform_name

from ..aws.calls import call, check_responses, member, pages, refuse_non_json
from ..aws.clients import Clients
from ..aws.login import Login
from ..core.errors import NotFound
from ..core.values import Record, Seen, Spec
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from .shapes import SnapshotSeen, pairs, record_of, snapshot_seen

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


class Adapter:
    """The calls that are the same for all objects of Lightsail; thread-safe, one client per region.

    Args:
        clients: those of `connect`, which adapters may share; default: its own.
        clock: the time.
    """

    kinds: Sequence[str]

    def __init__(
        self, clients: Clients[LightsailClient] | None = None, *, clock: Clock | None = None
    ) -> None:
        self._clients = clients or connect()
        self._clock = clock or SystemClock()

    def listed(self, region: str, what: str) -> list[Any]:
        """Return a region's objects as the API describes them; a response without the list is an error.

        Args:
            region: the region.
            what: the API's member: ``instances``, ``disks``, ``relationalDatabases``, ``instanceSnapshots``, …
        """
        return [each for page in self._pages(region, what) for each in member(page, what, _listing(what))]

    def _pages(self, region: str, what: str) -> Iterator[Any]:
        action = _listing(what)
        method = xform_name(action.partition(":")[2])
        return pages(action, getattr(self._clients.of(region), method))

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return the object that has the spec's name, as a list of at most one."""
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

    def describes(self, spec: Spec, record: Record) -> bool:
        """Whether a record from the same source can be of the request: it can, as far as it says."""
        return True

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


class SnapshotAdapter(Adapter):
    """The calls about manual snapshots, which copies are too."""

    kinds: Sequence[str] = ("InstanceSnapshot", "DiskSnapshot")

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

    def snapshots(self, region: str) -> list[SnapshotSeen]:
        """Return a region's manual snapshots of all the adapter's types; a response without a list is an error."""
        return [
            snapshot_seen(each, region, kind)
            for kind in self.kinds
            for each in self.listed(region, _member_of(kind))
        ]

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


def _listing(what: str) -> str:
    """Return the call that lists the objects of one of the API's members, such as ``instances``."""
    return f"lightsail:Get{what[0].upper()}{what[1:]}"


def _prepare(client: LightsailClient) -> None:
    check_responses(client, refuse_non_json)


def _member_of(kind: str) -> str:
    """Return the member of the API's responses that lists a type of snapshots."""
    return f"{kind[0].lower()}{kind[1:]}s"
