"""``CopiedSnapshot``: a copy of an OUTSCALE snapshot, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import COPIED_SNAPSHOT
from .provider import copied_snapshot


class CopiedSnapshot(SnapcopyResource, module="outscale", name="CopiedSnapshot"):
    """A copy of an OUTSCALE snapshot within the account's region; another account may share the source.

    The copy is independent of its source: it remains when the source is deleted, and is deleted with this resource.
    Creating the resource first waits for a source that isn't complete yet, then until the copy is complete;
    ``opts.custom_timeouts`` changes the longest wait, three hours. To get a snapshot to another region, export it to a
    bucket and import it there with `Snapshot`.

    Page: https://docs.outscale.com/api.html#createsnapshot

    Args:
        resource_name: the resource's name in the program.
        source_snapshot_id: the snapshot to copy.
        source_region_name: the source's region, which has to be the account's own.
        description: the copy's description, at most 255 characters; default: the source's. A change makes a new copy.
        tags: the copy's tags.
        triggers: any values; a change makes a new copy.
        adopt_snapshot_id: the id of an existing snapshot to take over, which is then deleted with this resource.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> CopiedSnapshot("vol", source_snapshot_id="snap-12345678", source_region_name="eu-west-2",
        ...     tags={"team": "shop"})  # doctest: +SKIP
    """

    snapshot_id: pulumi.Output[str] = pulumi.property("snapshotId")
    """The copy's id."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The copy's state: completed when the copy is complete."""
    progress: pulumi.Output[int] = pulumi.property("progress")
    """The copy's progress in percent."""
    volume_size: pulumi.Output[int] = pulumi.property("volumeSize")
    """The volume's size in GiB."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the copy was started, ISO 8601 in UTC."""
    region_name: pulumi.Output[str] = pulumi.property("regionName")
    """The copy's region, the account's own."""
    snapshot_description: pulumi.Output[str | None] = pulumi.property("snapshotDescription")
    """The copy's description, given or taken from its source."""
    source_snapshot_id: pulumi.Output[str] = pulumi.property("sourceSnapshotId")
    """The id of the copied snapshot."""
    source_region_name: pulumi.Output[str] = pulumi.property("sourceRegionName")
    """The region of the source."""
    description: pulumi.Output[str | None] = pulumi.property("description")
    """The description that was asked for."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The copy's tags."""

    def __init__(
        self,
        resource_name: str,
        *,
        source_snapshot_id: pulumi.Input[str],
        source_region_name: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        adopt_snapshot_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "source_snapshot_id": source_snapshot_id,
            "source_region_name": source_region_name,
            "description": description,
            "tags": tags,
            "triggers": triggers,
            "adopt_snapshot_id": adopt_snapshot_id,
        }
        self._internal_init(copied_snapshot, COPIED_SNAPSHOT, resource_name, arguments, opts)
