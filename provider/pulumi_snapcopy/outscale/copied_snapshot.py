"""``CopiedSnapshot``: a copy of an OUTSCALE snapshot, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import COPIED_SNAPSHOT
from .provider import copied_snapshot


class CopiedSnapshot(SnapcopyResource, module="outscale", name="CopiedSnapshot"):
    """A copy of a snapshot within the account's region; of one that another account shares, too.

    The copy is a snapshot of its own: it stays when the source goes, and is deleted with this resource. A source that is
    still being made is waited for. Creating it waits until the copy is complete; ``opts.custom_timeouts`` changes the
    three hours that it waits at most. To another region, export to a bucket and import there: `Snapshot`.

    Page: https://docs.outscale.com/api.html#createsnapshot

    Args:
        resource_name: the name in the program.
        source_snapshot_id: the snapshot to copy.
        source_region_name: its region, which has to be the account's own.
        description: at most 255 characters; default: the source's. Another one makes a new copy.
        tags: the copy's tags.
        triggers: any values; a change of one copies again.
        adopt_snapshot_id: the id of an existing snapshot to take over; it is then deleted with this resource.
        opts: Pulumi's own; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> CopiedSnapshot("vol", source_snapshot_id="snap-12345678", source_region_name="eu-west-2",
        ...     tags={"team": "shop"})  # doctest: +SKIP
    """

    snapshot_id: pulumi.Output[str] = pulumi.property("snapshotId")
    """The copy's id."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The copy's state: completed when it is done."""
    progress: pulumi.Output[int] = pulumi.property("progress")
    """In percent."""
    volume_size: pulumi.Output[int] = pulumi.property("volumeSize")
    """The size in GiB."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the copy was started, ISO 8601 in UTC."""
    region_name: pulumi.Output[str] = pulumi.property("regionName")
    """The copy's region, the account's own."""
    snapshot_description: pulumi.Output[str | None] = pulumi.property("snapshotDescription")
    """Its description, given or taken from its source."""
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
