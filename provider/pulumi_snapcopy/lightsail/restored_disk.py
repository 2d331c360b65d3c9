"""``RestoredDisk``: a Lightsail disk, restored from a snapshot of its region, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .provider import restored_disk
from .restored_fields import RESTORED_DISK


class RestoredDisk(SnapcopyResource, module="lightsail", name="RestoredDisk"):
    """A Lightsail disk, restored from a snapshot of its region.

    The source's add-ons and tags do not come along: ``not_restored`` says so. A disk that is attached has to be detached
    before it can be deleted. Before anything is sent the snapshot, the zone, the size and the name are looked at.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateDiskFromSnapshot.html

    Args:
        resource_name: the name in the program.
        disk_snapshot_name: the snapshot to restore; a copy stands in the region that it was copied to.
        availability_zone: a zone of the region, such as eu-west-1a: that of the instance it is to be attached to.
        size_in_gb: its size in GiB, at least the snapshot's.
        disk_name: its name, 2 to 255 characters; default: derived from the request.
        region: the snapshot's region; default: the one that the stack's ``aws:region`` or AWS tooling would use.
        tags: its tags, set in the call that restores it.
        triggers: any values; a change of one restores a new one, before the old one is deleted.
        opts: Pulumi's own; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> data = RestoredDisk("data", disk_snapshot_name="data-1-dr", region="eu-west-1",
        ...     availability_zone="eu-west-1a", size_in_gb=64)  # doctest: +SKIP
    """

    arn: pulumi.Output[str] = pulumi.property("arn")
    """Its ARN."""
    state: pulumi.Output[str] = pulumi.property("state")
    """Its state: available when it is done, in-use when it is attached."""
    resource_type: pulumi.Output[str] = pulumi.property("resourceType")
    """Disk."""
    disk_name: pulumi.Output[str] = pulumi.property("diskName")
    """Its name, given or derived."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the restore was started, ISO 8601 in UTC."""
    not_restored: pulumi.Output[Sequence[str]] = pulumi.property("notRestored")
    """What of the source doesn't come along."""
    operation_id: pulumi.Output[str] = pulumi.property("operationId")
    """The service's id of the operation."""
    region: pulumi.Output[str] = pulumi.property("region")
    """The region, given or the default."""
    availability_zone: pulumi.Output[str] = pulumi.property("availabilityZone")
    """The zone."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """Its tags."""
    size_in_gb: pulumi.Output[int] = pulumi.property("sizeInGb")
    """Its size in GiB."""

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
