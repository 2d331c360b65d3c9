"""``DiskSnapshot``: a manual snapshot of a Lightsail disk, or of an instance's system disk, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import DISK_SNAPSHOT
from .provider import disk_snapshot


class DiskSnapshot(SnapcopyResource, module="lightsail", name="DiskSnapshot"):
    """A manual snapshot of a Lightsail disk, or of an instance's system disk.

    A manual snapshot remains when its source is deleted, costs $0.05 per GB-month, and is deleted with this resource.
    Creating the resource waits until the snapshot is complete; ``opts.custom_timeouts`` changes the longest wait, three
    hours. Snapshots of databases are another type, which this resource can't take.

    **What a snapshot of a disk in use holds** is what had been written to the disk at that moment. What an application
    or the operating system still caches is missing. For a consistent snapshot, pause what writes to the disk, or
    unmount the disk, until the snapshot has been started; while the snapshot is ``pending`` the disk can be used again.
    Flush or stop databases on the instance for that moment.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateDiskSnapshot.html

    Args:
        resource_name: the resource's name in the program.
        disk_name: the disk to take the snapshot of: either this …
        instance_name: … or the instance whose system disk to take the snapshot of.
        disk_snapshot_name: the snapshot's name, 2 to 255 characters; default: derived from the request.
        region: the region of the disk or instance; default: the stack's ``aws:region``, else the region of AWS tooling.
        tags: the snapshot's tags, set in the call that takes it.
        triggers: any values; a change takes a new snapshot before the old snapshot is deleted.
        adopt: take over an existing snapshot of that name, which is then deleted with this resource.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> disk = DiskSnapshot("data", disk_name="data-1", region="us-east-1")  # doctest: +SKIP
        >>> CopiedSnapshot("data-dr", source_snapshot_name=disk.disk_snapshot_name,
        ...     source_region="us-east-1", target_region="eu-west-1")  # doctest: +SKIP
    """

    arn: pulumi.Output[str] = pulumi.property("arn")
    """The snapshot's ARN."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The snapshot's state: completed when the snapshot is complete."""
    resource_type: pulumi.Output[str] = pulumi.property("resourceType")
    """The type, DiskSnapshot."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the snapshot was taken, ISO 8601 in UTC."""
    size_in_gb: pulumi.Output[int] = pulumi.property("sizeInGb")
    """The snapshot's size in GiB."""
    from_resource_name: pulumi.Output[str] = pulumi.property("fromResourceName")
    """The instance or disk that the snapshot was taken of."""
    operation_id: pulumi.Output[str] = pulumi.property("operationId")
    """The service's id of the CreateDiskSnapshot operation."""
    disk_name: pulumi.Output[str | None] = pulumi.property("diskName")
    """The disk that the snapshot is taken of."""
    instance_name: pulumi.Output[str | None] = pulumi.property("instanceName")
    """The instance whose system disk the snapshot is taken of."""
    disk_snapshot_name: pulumi.Output[str] = pulumi.property("diskSnapshotName")
    """The snapshot's name, given or derived."""
    region: pulumi.Output[str] = pulumi.property("region")
    """The snapshot's region, given or the default."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The snapshot's tags."""

    def __init__(
        self,
        resource_name: str,
        *,
        disk_name: pulumi.Input[str] | None = None,
        instance_name: pulumi.Input[str] | None = None,
        disk_snapshot_name: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "disk_name": disk_name,
            "instance_name": instance_name,
            "disk_snapshot_name": disk_snapshot_name,
            "region": region,
            "tags": tags,
            "triggers": triggers,
            "adopt": adopt,
        }
        self._internal_init(disk_snapshot, DISK_SNAPSHOT, resource_name, arguments, opts)
