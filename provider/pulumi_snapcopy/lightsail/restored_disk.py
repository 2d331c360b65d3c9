"""``RestoredDisk``: a Lightsail disk, restored from a snapshot of the same region, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .provider import restored_disk
from .restored_fields import RESTORED_DISK


class RestoredDisk(SnapcopyResource, module="lightsail", name="RestoredDisk"):
    """A Lightsail disk, restored from a snapshot of the same region.

    The source's add-ons and tags are not restored; the output ``not_restored`` lists them. An attached disk has to be
    detached before it can be deleted. The snapshot, zone, size and name are checked before the request is sent.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateDiskFromSnapshot.html

    Args:
        resource_name: the resource's name in the program.
        disk_snapshot_name: the snapshot to restore; a copy is in the region that it was copied to.
        availability_zone: a zone of the region, such as eu-west-1a: that of the instance to attach the disk to.
        size_in_gb: the disk's size in GiB, at least the snapshot's.
        disk_name: the disk's name, 2 to 255 characters; default: derived from the request.
        region: the snapshot's region; default: the stack's ``aws:region``, else the region of AWS tooling.
        tags: the disk's tags, set in the call that restores it.
        triggers: any values; a change restores a new disk before the old disk is deleted.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> data = RestoredDisk("data", disk_snapshot_name="data-1-dr", region="eu-west-1",
        ...     availability_zone="eu-west-1a", size_in_gb=64)  # doctest: +SKIP
    """

    arn: pulumi.Output[str] = pulumi.property("arn")
    """The disk's ARN."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The disk's state: available when the restore is complete, in-use when the disk is attached."""
    resource_type: pulumi.Output[str] = pulumi.property("resourceType")
    """The type, Disk."""
    disk_name: pulumi.Output[str] = pulumi.property("diskName")
    """The disk's name, given or derived."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the restore was started, ISO 8601 in UTC."""
    not_restored: pulumi.Output[Sequence[str]] = pulumi.property("notRestored")
    """What isn't restored from the source."""
    operation_id: pulumi.Output[str] = pulumi.property("operationId")
    """The service's id of the restore operation."""
    region: pulumi.Output[str] = pulumi.property("region")
    """The disk's region, given or the default."""
    availability_zone: pulumi.Output[str] = pulumi.property("availabilityZone")
    """The disk's availability zone."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The disk's tags."""
    size_in_gb: pulumi.Output[int] = pulumi.property("sizeInGb")
    """The disk's size in GiB."""

    def __init__(
        self,
        resource_name: str,
        *,
        disk_snapshot_name: pulumi.Input[str],
        availability_zone: pulumi.Input[str],
        size_in_gb: pulumi.Input[int],
        disk_name: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "disk_snapshot_name": disk_snapshot_name,
            "availability_zone": availability_zone,
            "size_in_gb": size_in_gb,
            "disk_name": disk_name,
            "region": region,
            "tags": tags,
            "triggers": triggers,
        }
        self._internal_init(restored_disk, RESTORED_DISK, resource_name, arguments, opts)
