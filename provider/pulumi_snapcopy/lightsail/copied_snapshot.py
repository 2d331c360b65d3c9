"""``CopiedSnapshot``: a copy of a Lightsail snapshot, as a Pulumi resource."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import COPIED_SNAPSHOT
from .provider import copied_snapshot


class CopiedSnapshot(SnapcopyResource, module="lightsail", name="CopiedSnapshot"):
    """A copy of a manual or automatic snapshot of a Lightsail instance or disk, in the same or another region.

    The copy is a manual snapshot, independent of its source: it remains when the source is deleted, costs $0.05 per
    GB-month, and is deleted with this resource. Databases can't be copied. Creating the resource waits until the copy
    is complete, from minutes to over two hours; ``opts.custom_timeouts`` changes the longest wait, three hours.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CopySnapshot.html

    Args:
        resource_name: the resource's name in the program.
        source_region: the region of the source.
        target_region: the region of the copy; default: the stack's ``aws:region``, else the region of AWS tooling.
        source_snapshot_name: the manual snapshot to copy.
        source_resource_name: the instance or disk whose automatic snapshot to copy, by date or the latest.
        restore_date: the date of the automatic snapshot, YYYY-MM-DD or a ``datetime.date``.
        use_latest_restorable_auto_snapshot: copy the latest automatic snapshot; its date is settled when the copy is
            first planned.
        target_snapshot_name: the copy's name, 2 to 255 characters; default: derived from the request.
        tags: the copy's tags.
        adopt: take over an existing snapshot with the copy's name, which is then deleted with this resource.
        triggers: any values; a change makes a new copy.
        track_latest: copy again whenever there is a newer automatic snapshot, or a newer manual snapshot under the
            source's name.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> CopiedSnapshot("web",
        ...     source_resource_name="web-1", use_latest_restorable_auto_snapshot=True,
        ...     source_region="us-east-1", target_region="eu-west-1", tags={"team": "shop"})  # doctest: +SKIP
    """

    arn: pulumi.Output[str] = pulumi.property("arn")
    """The copy's ARN."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The copy's state: available (instances) or completed (disks) when the copy is complete."""
    resource_type: pulumi.Output[str] = pulumi.property("resourceType")
    """The copy's type: InstanceSnapshot or DiskSnapshot."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the copy was started, ISO 8601 in UTC."""
    size_in_gb: pulumi.Output[int] = pulumi.property("sizeInGb")
    """The copy's size in GiB."""
    from_resource_name: pulumi.Output[str] = pulumi.property("fromResourceName")
    """The instance or disk that the copied snapshot was taken of."""
    restored_date: pulumi.Output[str | None] = pulumi.property("restoredDate")
    """The date of the automatic snapshot that was copied; None for a manual snapshot."""
    operation_id: pulumi.Output[str] = pulumi.property("operationId")
    """The service's id of the CopySnapshot operation."""
    source_region: pulumi.Output[str] = pulumi.property("sourceRegion")
    """The region of the source."""
    target_region: pulumi.Output[str] = pulumi.property("targetRegion")
    """The copy's region, given or the default."""
    target_snapshot_name: pulumi.Output[str] = pulumi.property("targetSnapshotName")
    """The copy's name, given or derived."""
    source_snapshot_name: pulumi.Output[str | None] = pulumi.property("sourceSnapshotName")
    """The manual snapshot that is copied."""
    source_resource_name: pulumi.Output[str | None] = pulumi.property("sourceResourceName")
    """The instance or disk whose automatic snapshot is copied."""
    restore_date: pulumi.Output[str | None] = pulumi.property("restoreDate")
    """The requested date of the automatic snapshot."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The copy's tags."""

    def __init__(
        self,
        resource_name: str,
        *,
        source_region: pulumi.Input[str],
        target_region: pulumi.Input[str] | None = None,
        source_snapshot_name: pulumi.Input[str] | None = None,
        source_resource_name: pulumi.Input[str] | None = None,
        restore_date: pulumi.Input[str] | pulumi.Input[datetime.date] | None = None,
        use_latest_restorable_auto_snapshot: pulumi.Input[bool] | None = None,
        target_snapshot_name: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        track_latest: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "source_region": source_region,
            "target_region": target_region,
            "source_snapshot_name": source_snapshot_name,
            "source_resource_name": source_resource_name,
            "restore_date": restore_date,
            "use_latest_restorable_auto_snapshot": use_latest_restorable_auto_snapshot,
            "target_snapshot_name": target_snapshot_name,
            "tags": tags,
            "adopt": adopt,
            "triggers": triggers,
            "track_latest": track_latest,
        }
        self._internal_init(copied_snapshot, COPIED_SNAPSHOT, resource_name, arguments, opts)
