"""``CopiedSnapshot``: a copy of an EBS snapshot, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import COPIED_SNAPSHOT
from .provider import copied_snapshot


class CopiedSnapshot(SnapcopyResource, module="ec2", name="CopiedSnapshot"):
    """A copy of an EBS snapshot in the same or another region, on AWS or, through FCU, on OUTSCALE.

    The copy is independent of its source: it remains when the source is deleted, and is deleted with this resource. The
    source may belong to another account that shares it. The first copy into a region is full; later copies of the same
    volume and key are incremental while the previous copy still exists there. Creating the resource waits until the
    copy is complete, from seconds to hours; ``opts.custom_timeouts`` changes the longest wait, three hours.

    ``snapcopy:ec2Api`` (``aws`` or ``fcu``) selects the cloud, else the host of EC2's endpoint. OUTSCALE's FCU copies
    within a region, without encryption, key or duration.

    Page: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html

    Args:
        resource_name: the resource's name in the program.
        source_snapshot_id: the snapshot to copy.
        source_region: the region of the source.
        target_region: the region of the copy; default: the stack's ``aws:region``, else the region of AWS tooling.
        description: the copy's description; a change makes a new copy.
        encrypted: whether to encrypt the copy; a copy of an encrypted snapshot is always encrypted.
        kms_key_id: the key to encrypt the copy with: an id, ``alias/…`` or ARN of the target region; default: the
            region's default key, even if the source is encrypted with another key.
        completion_duration_minutes: makes a time-based copy: 15 to 2880 minutes in steps of 15, at a surcharge.
        tags: the copy's tags.
        triggers: any values; a change makes a new copy.
        adopt_snapshot_id: the id of an existing snapshot to take over, which is then deleted with this resource.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> CopiedSnapshot("vol",
        ...     source_snapshot_id="snap-0123456789abcdef0", source_region="us-east-1", target_region="eu-west-1",
        ...     encrypted=True, kms_key_id="alias/dr", tags={"team": "shop"})  # doctest: +SKIP
    """

    snapshot_id: pulumi.Output[str] = pulumi.property("snapshotId")
    """The copy's id."""
    arn: pulumi.Output[str | None] = pulumi.property("arn")
    """The copy's ARN; None on FCU."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The copy's state: completed when the copy is complete."""
    progress: pulumi.Output[str] = pulumi.property("progress")
    """The copy's progress: 100% when the copy is complete."""
    volume_size: pulumi.Output[int] = pulumi.property("volumeSize")
    """The volume's size in GiB."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the copy was started, ISO 8601 in UTC."""
    encrypted: pulumi.Output[bool | None] = pulumi.property("encrypted")
    """Whether the copy is encrypted; None on FCU."""
    kms_key_id: pulumi.Output[str | None] = pulumi.property("kmsKeyId")
    """The ARN of the key that the copy is encrypted with."""
    source_snapshot_id: pulumi.Output[str] = pulumi.property("sourceSnapshotId")
    """The id of the copied snapshot."""
    source_region: pulumi.Output[str] = pulumi.property("sourceRegion")
    """The region of the source."""
    target_region: pulumi.Output[str] = pulumi.property("targetRegion")
    """The copy's region, given or the default."""
    description: pulumi.Output[str | None] = pulumi.property("description")
    """The description that was asked for."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The copy's tags."""

    def __init__(
        self,
        resource_name: str,
        *,
        source_snapshot_id: pulumi.Input[str],
        source_region: pulumi.Input[str],
        target_region: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        encrypted: pulumi.Input[bool] | None = None,
        kms_key_id: pulumi.Input[str] | None = None,
        completion_duration_minutes: pulumi.Input[int] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        adopt_snapshot_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "source_snapshot_id": source_snapshot_id,
            "source_region": source_region,
            "target_region": target_region,
            "description": description,
            "encrypted": encrypted,
            "kms_key_id": kms_key_id,
            "completion_duration_minutes": completion_duration_minutes,
            "tags": tags,
            "triggers": triggers,
            "adopt_snapshot_id": adopt_snapshot_id,
        }
        self._internal_init(copied_snapshot, COPIED_SNAPSHOT, resource_name, arguments, opts)
