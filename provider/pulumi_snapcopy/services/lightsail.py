"""Lightsail, read and changed through boto3.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.loaders import Loader
from botocore.model import ServiceModel

from .. import __version__
from ..core.errors import AnswerLost, NotFound
from ..core.model import AutomaticSnapshot, CopyRequest, Operation, Snapshot
from .aws import call, member, pages, refuse_garbage

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 20


@cache
def regions() -> frozenset[str]:
    """The regions of Lightsail, as botocore's model knows them; no settings and no network are needed."""
    model = ServiceModel(Loader().load_service_model("lightsail", "service-2"))
    return frozenset(getattr(model.shape_for("RegionName"), "enum", ()))


class Lightsail:
    """Lightsail behind ``core.model.Service``; thread-safe, one client a region.

    Credentials, endpoint and profile are boto3's own: ``AWS_PROFILE``, ``AWS_ENDPOINT_URL_LIGHTSAIL``, …

    Args:
        connections: how many calls may be under way at once, for each region.
    """

    def __init__(self, *, connections: int = 10) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._session: boto3.session.Session | None = None
        self._clients: dict[tuple[str, bool], LightsailClient] = {}

    def snapshot(self, region: str, name: str, resource_type: str | None = None) -> Snapshot | None:
        """Read one manual snapshot, an instance's or a disk's."""
        client = self._client(region)
        readers: dict[str, Callable[[], Any]] = {
            "InstanceSnapshot": lambda: client.get_instance_snapshot(instanceSnapshotName=name),
            "DiskSnapshot": lambda: client.get_disk_snapshot(diskSnapshotName=name),
        }
        for kind in [resource_type] if resource_type in readers else list(readers):
            try:
                answer = call(f"lightsail:Get{kind}", readers[kind])
            except NotFound:
                continue
            return _snapshot(member(answer, kind[0].lower() + kind[1:]), region, kind)
        return None

    def snapshots(self, region: str, resource_type: str) -> list[Snapshot]:
        """List manual snapshots, page by page."""
        client = self._client(region)
        if resource_type == "DiskSnapshot":
            listed = pages("lightsail:GetDiskSnapshots", client.get_disk_snapshots)
            return [
                _snapshot(each, region, resource_type)
                for page in listed
                for each in page.get("diskSnapshots") or []
            ]
        listed = pages("lightsail:GetInstanceSnapshots", client.get_instance_snapshots)
        return [
            _snapshot(each, region, resource_type)
            for page in listed
            for each in page.get("instanceSnapshots") or []
        ]

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        """List a resource's automatic snapshots; the service keeps the latest seven."""
        client = self._client(region)
        answer = call("lightsail:GetAutoSnapshots", lambda: client.get_auto_snapshots(resourceName=resource))
        kind = f"{answer['resourceType']}Snapshot" if answer.get("resourceType") else ""
        return [
            AutomaticSnapshot(
                date=each.get("date", ""),
                status=each.get("status", ""),
                copy_type=kind,
                created_at=_created_at(each),
            )
            for each in answer.get("autoSnapshots", [])
        ]

    def resource_names(self, region: str) -> list[str]:
        """List the names of instances and disks."""
        client = self._client(region)
        instances = pages("lightsail:GetInstances", client.get_instances)
        names = [each["name"] for page in instances for each in page.get("instances", [])]
        disks = pages("lightsail:GetDisks", client.get_disks)
        return names + [each["name"] for page in disks for each in page.get("disks", [])]

    def operations(self, region: str, name: str) -> list[Operation]:
        """List what is recorded about a name, newest first."""
        client = self._client(region)
        listed = pages(
            "lightsail:GetOperationsForResource",
            lambda **page: client.get_operations_for_resource(resourceName=name, **page),
        )
        found = [_operation(each) for page in listed for each in page.get("operations", [])]
        return sorted(
            found, key=lambda each: each.created_at.timestamp() if each.created_at else 0.0, reverse=True
        )

    def copy(self, request: CopyRequest) -> Operation:
        """Start the copy; sent to the target's region, and once: botocore doesn't repeat it."""
        arguments: dict[str, Any] = {
            "sourceRegion": request.source_region,
            "targetSnapshotName": request.name,
            "sourceSnapshotName": request.source_snapshot_name,
            "sourceResourceName": request.source_resource_name,
            "restoreDate": request.restore_date if request.source_resource_name else None,
        }
        client = self._client(request.target_region, retries=False)
        given = {key: value for key, value in arguments.items() if value is not None}
        answer = call("lightsail:CopySnapshot", lambda: client.copy_snapshot(**given))
        operations = answer.get("operations") or []
        if not operations:
            raise AnswerLost("the answer holds no operation", call="lightsail:CopySnapshot")
        return _operation(operations[0], request_id=answer["ResponseMetadata"].get("RequestId", ""))

    def tag(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """Set tags."""
        client = self._client(region)
        pairs = [{"key": key, "value": value} for key, value in tags.items()]
        call("lightsail:TagResource", lambda: client.tag_resource(resourceName=name, tags=pairs))  # type: ignore[arg-type]

    def untag(self, region: str, name: str, keys: Sequence[str]) -> None:
        """Take tags away."""
        client = self._client(region)
        call("lightsail:UntagResource", lambda: client.untag_resource(resourceName=name, tagKeys=list(keys)))

    def delete(self, snapshot: Snapshot) -> None:
        """Ask for the snapshot's end."""
        client, name = self._client(snapshot.region), snapshot.name
        if snapshot.resource_type == "DiskSnapshot":
            call("lightsail:DeleteDiskSnapshot", lambda: client.delete_disk_snapshot(diskSnapshotName=name))
        else:
            call(
                "lightsail:DeleteInstanceSnapshot",
                lambda: client.delete_instance_snapshot(instanceSnapshotName=name),
            )

    def _client(self, region: str, *, retries: bool = True) -> LightsailClient:
        with self._lock:
            client = self._clients.get((region, retries))
            if client is None:
                config = Config(
                    retries={"mode": "standard", "total_max_attempts": 3 if retries else 1},
                    connect_timeout=CONNECT_TIMEOUT,
                    read_timeout=READ_TIMEOUT,
                    tcp_keepalive=True,
                    max_pool_connections=self._connections,
                    user_agent_extra=f"pulumi-snapcopy/{__version__}",
                )
                client = call("lightsail", partial(self._make_client, region, config))
                client.meta.events.register("after-call.lightsail", refuse_garbage)
                self._clients[region, retries] = client
            return client

    def _make_client(self, region: str, config: Config) -> LightsailClient:
        self._session = self._session or boto3.session.Session()
        return self._session.client("lightsail", region_name=region, config=config)


def _snapshot(raw: Any, region: str, kind: str) -> Snapshot:
    return Snapshot(
        name=raw.get("name", ""),
        region=region,
        resource_type=kind,
        state=raw.get("state") or "pending",
        arn=raw.get("arn"),
        progress=raw.get("progress"),
        created_at=_created_at(raw),
        size_in_gb=raw.get("sizeInGb"),
        from_resource_name=raw.get("fromInstanceName") or raw.get("fromDiskName"),
        tags={tag["key"]: tag.get("value", "") for tag in raw.get("tags") or []},
    )


def _created_at(raw: Any) -> datetime | None:
    """In UTC, as the service's dates are; botocore reads times as those of this machine's zone."""
    created: datetime | None = raw.get("createdAt")
    return created.astimezone(timezone.utc) if created else None


def _operation(raw: Any, request_id: str = "") -> Operation:
    reason = ": ".join(part for part in (raw.get("errorCode"), raw.get("errorDetails")) if part)
    return Operation(
        id=raw.get("id", ""),
        type=raw.get("operationType", ""),
        status=raw.get("status", ""),
        details=raw.get("operationDetails") or "",
        resource_type=raw.get("resourceType") or "",
        created_at=_created_at(raw),
        error=reason,
        request_id=request_id,
    )
