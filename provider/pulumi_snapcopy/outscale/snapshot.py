"""``Snapshot``: an OUTSCALE snapshot of a volume, of another snapshot, or of a file, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .fields import SNAPSHOT
from .provider import snapshot


class Snapshot(SnapcopyResource, module="outscale", name="Snapshot"):
    """A snapshot: of a volume, a copy within the account's region, or an import of a file in a bucket.

    Exactly one of ``volume_id``, ``source_snapshot_id`` and ``file_location`` is given. A snapshot of a volume in use
    holds what was written to it by then, as after a power cut: stop the VM, or freeze its file systems, for more. An
    import from another region is how a snapshot leaves its own.

    Page: https://docs.outscale.com/api.html#createsnapshot

    Args:
        resource_name: the name in the program.
        volume_id: the volume to take a snapshot of.
        source_snapshot_id: the snapshot to copy, with its region.
        source_region_name: its region, which has to be the account's own.
        file_location: the pre-signed URL of the file to import, with the snapshot's size. It is a secret: it is encrypted
            in the state and shown nowhere. The same object signed again is the same import.
        snapshot_size: the size in bytes of an imported snapshot.
        description: at most 255 characters; default: none, and of a copy its source's. Another one makes a new snapshot.
        tags: the snapshot's tags.
        triggers: any values; a change of one makes a new snapshot.
        adopt_snapshot_id: the id of an existing snapshot to take over; it is then deleted with this resource.
        opts: Pulumi's own; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> Snapshot("vol", volume_id="vol-12345678", tags={"team": "shop"})  # doctest: +SKIP
    """

    snapshot_id: pulumi.Output[str] = pulumi.property("snapshotId")
    """The snapshot's id."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The snapshot's state: completed when it is done."""
    progress: pulumi.Output[int] = pulumi.property("progress")
    """In percent."""
    volume_size: pulumi.Output[int] = pulumi.property("volumeSize")
    """The size in GiB."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When it was started, ISO 8601 in UTC."""
    region_name: pulumi.Output[str] = pulumi.property("regionName")
    """Its region, the account's own."""
    snapshot_description: pulumi.Output[str | None] = pulumi.property("snapshotDescription")
    """Its description, given or taken from its source."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """Its tags."""

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
            "file_location": None if file_location is None else pulumi.Output.secret(file_location),
            "snapshot_size": snapshot_size,
            "description": description,
            "tags": tags,
            "triggers": triggers,
            "adopt_snapshot_id": adopt_snapshot_id,
        }
        secret = pulumi.ResourceOptions(additional_secret_outputs=["file_location"])
        self._internal_init(
            snapshot, SNAPSHOT, resource_name, arguments, pulumi.ResourceOptions.merge(opts, secret)
        )
