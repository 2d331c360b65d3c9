"""The adapter of Lightsail that also takes snapshots of instances and disks.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateInstanceSnapshot.html and
https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateDiskSnapshot.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from ..aws.calls import call
from ..aws.clients import Clients
from ..core.errors import NotFound, ServiceError, SourceError
from ..core.rules.suggest import existing_sentence
from ..core.values import Seen, Source, Spec, Started
from ..core.waiting.clock import Clock
from ..core.waiting.listing import Listing
from .adapter import SnapshotAdapter
from .shapes import pairs, started

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

NOT_YET = ("pending", "starting")
BROKEN = ("error", "shutting-down", "terminated", "unknown")


class TakingLightsail(SnapshotAdapter):
    """The adapter of Lightsail for taken snapshots of one type.

    Args:
        kind: InstanceSnapshot or DiskSnapshot; snapshots of the other type are ignored.
        clients: those of `connect`, which adapters may share; default: its own.
        clock: the time.
    """

    def __init__(
        self, kind: str, clients: Clients[LightsailClient] | None = None, *, clock: Clock | None = None
    ) -> None:
        super().__init__(clients, clock=clock)
        self.kinds = (kind,)

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the manual snapshot of this type with this name, or None if it doesn't exist."""
        return super().get(region, name, self.kinds[0])

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Check that a snapshot can be taken of the instance or disk.

        Raises:
            SourceError: if the instance or disk doesn't exist, or is in a state that allows no snapshot.
        """
        given, region = spec.arguments, spec.region
        argument = "diskName" if given.get("diskName") else "instanceName"
        name = given.get(argument) or ""
        kind, spelled = ("disk", "disk_name") if argument == "diskName" else ("instance", "instance_name")
        try:
            state = self._state(region, kind, name)
        except NotFound:
            raise self._missing(region, kind, name, spelled) from None
        if state in NOT_YET:
            raise SourceError(
                f'the {kind} "{name}" in {region} is not ready', f"its state is {state}.",
                "run `pulumi up` again when it is ready.",
            )  # fmt: skip
        if state in BROKEN:
            raise SourceError(
                f'no snapshot can be taken of the {kind} "{name}" in {region}', f"its state is {state}.",
                f"write another {kind} as {spelled}, or repair this one.",
            )  # fmt: skip
        return Source(kind=self.kinds[0])

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Start the snapshot, with its tags, with one request that botocore doesn't retry."""
        given, client = spec.arguments, self._clients.of(spec.region, retries=False)
        send: Callable[[], Any]
        if self.kinds[0] == "InstanceSnapshot":
            send = lambda: client.create_instance_snapshot(  # noqa: E731
                instanceSnapshotName=spec.name, instanceName=given["instanceName"], tags=pairs(spec.all_tags)
            )
        else:
            source = {key: given[key] for key in ("diskName", "instanceName") if given.get(key)}
            send = lambda: client.create_disk_snapshot(  # noqa: E731
                diskSnapshotName=spec.name, tags=pairs(spec.all_tags), **source
            )
        action = f"lightsail:Create{self.kinds[0]}"
        return started(call(action, send), spec, action, tagged=True)

    def _state(self, region: str, kind: str, name: str) -> str:
        client = self._clients.of(region)
        if kind == "disk":
            answer: Any = call("lightsail:GetDisk", lambda: client.get_disk(diskName=name))
            return str((answer.get("disk") or {}).get("state") or "")
        answer = call("lightsail:GetInstance", lambda: client.get_instance(instanceName=name))
        return str(((answer.get("instance") or {}).get("state") or {}).get("name") or "")

    def _missing(self, region: str, kind: str, name: str, spelled: str) -> SourceError:
        if self._is_database(region, name):
            return SourceError(
                f'"{name}" in {region} is a database',
                "snapshots of databases can neither be taken this way nor copied to another region.",
                f"write an instance or disk, or use the database's own snapshots in {region}.",
            )
        return SourceError(
            f'there is no {kind} "{name}" in {region}',
            existing_sentence(region, f"{kind}s", lambda: [each["name"] for each in self.listed(region, f"{kind}s")], name),
            f"write the name of an existing one as {spelled}, or another region.",
        )  # fmt: skip

    def _is_database(self, region: str, name: str) -> bool:
        """Whether a name is that of a relational database; False if the service returns an error."""
        client = self._clients.of(region)
        try:
            call(
                "lightsail:GetRelationalDatabase",
                lambda: client.get_relational_database(relationalDatabaseName=name),
            )
        except ServiceError:
            return False
        return True
