"""``Snapshot``: an OUTSCALE snapshot of a volume, of another snapshot, or of a file, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import SNAPSHOT
from .provider import snapshot


class Snapshot(SnapcopyResource, module="outscale", name="Snapshot"):
    """An OUTSCALE snapshot: of a volume, a copy within the account's region, or an import of a file in a bucket.

    Exactly one of ``volume_id``, ``source_snapshot_id`` and ``file_location`` is required. A snapshot of a volume in
    use holds the data written up to that moment, as after a power cut: for a consistent snapshot, stop the VM or freeze
    its file systems. To get a snapshot to another region, export it to a bucket and import it there.

    Page: https://docs.outscale.com/api.html#createsnapshot

    Args:
        resource_name: the resource's name in the program.
        volume_id: the volume to take a snapshot of.
        source_snapshot_id: the snapshot to copy; ``source_region_name`` is required with it.
        source_region_name: the source's region, which has to be the account's own.
        file_location: the pre-signed URL of the file to import; ``snapshot_size`` is required with it. The URL is a
            secret: it is encrypted in the state and shown nowhere. A new signature of the same object is no change.
        snapshot_size: the size in bytes of an imported snapshot.
        description: at most 255 characters; default: none, or a copy's source's. A change makes a new snapshot.
        tags: the snapshot's tags.
        triggers: any values; a change makes a new snapshot.
        adopt_snapshot_id: the id of an existing snapshot to take over, which is then deleted with this resource.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> Snapshot("vol", volume_id="vol-12345678", tags={"team": "shop"})  # doctest: +SKIP
    """

    snapshot_id: pulumi.Output[str] = pulumi.property("snapshotId")
    """The snapshot's id."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The snapshot's state: completed when the snapshot is complete."""
    progress: pulumi.Output[int] = pulumi.property("progress")
    """The snapshot's progress in percent."""
    volume_size: pulumi.Output[int] = pulumi.property("volumeSize")
    """The volume's size in GiB."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the snapshot was started, ISO 8601 in UTC."""
    region_name: pulumi.Output[str] = pulumi.property("regionName")
    """The snapshot's region, the account's own."""
    snapshot_description: pulumi.Output[str | None] = pulumi.property("snapshotDescription")
    """The snapshot's description, given or taken from its source."""
    volume_id: pulumi.Output[str | None] = pulumi.property("volumeId")
    """The volume that the snapshot is taken of."""
    source_snapshot_id: pulumi.Output[str | None] = pulumi.property("sourceSnapshotId")
    """The id of the copied snapshot."""
    source_region_name: pulumi.Output[str | None] = pulumi.property("sourceRegionName")
    """The region of the copied snapshot."""
    description: pulumi.Output[str | None] = pulumi.property("description")
    """The description that was asked for."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The snapshot's tags."""

    def __init__(
        self,
        resource_name: str,
        *,
        volume_id: pulumi.Input[str] | None = None,
        source_snapshot_id: pulumi.Input[str] | None = None,
        source_region_name: pulumi.Input[str] | None = None,
        file_location: pulumi.Input[str] | None = None,
        snapshot_size: pulumi.Input[int] | None = None,
        description: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        adopt_snapshot_id: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "volume_id": volume_id,
            "source_snapshot_id": source_snapshot_id,
            "source_region_name": source_region_name,
            "file_location": file_location,
            "snapshot_size": snapshot_size,
            "description": description,
            "tags": tags,
            "triggers": triggers,
            "adopt_snapshot_id": adopt_snapshot_id,
        }
        self._internal_init(snapshot, SNAPSHOT, resource_name, arguments, opts)
