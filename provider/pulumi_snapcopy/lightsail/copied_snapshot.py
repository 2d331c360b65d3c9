"""``CopiedSnapshot``: a copy of a Lightsail snapshot, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from ..core.naming import owner
from .provider import copied_snapshot

OUTPUTS = (
    "arn", "state", "resourceType", "createdAt", "sizeInGb", "fromResourceName", "restoredDate", "operationId",
)  # fmt: skip


class CopiedSnapshot(Resource, module="lightsail", name="CopiedSnapshot"):
    """A copy of a manual or automatic snapshot of a Lightsail instance or disk, in the same or another region.

    The copy is a manual snapshot of its own: it stays when the source goes, costs $0.05 per GB-month, and is deleted
    with this resource. Databases can't be copied. Creating it waits until the copy is complete, from minutes to over
    two hours; ``opts.custom_timeouts`` changes the three hours that it waits at most.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CopySnapshot.html

    Args:
        resource_name: the name in the program.
        source_region: the region of the source.
        target_region: the region of the copy; default: the one AWS tooling would use.
        source_snapshot_name: the manual snapshot to copy.
        source_resource_name: the instance or disk whose automatic snapshot to copy, by date or the latest.
        restore_date: the date of the automatic snapshot, YYYY-MM-DD.
        use_latest_restorable_auto_snapshot: copy the latest one; settled as a date when the copy is created.
        target_snapshot_name: the copy's name, 2 to 255 characters; default: derived from the request.
        tags: the copy's tags.
        adopt: take over a snapshot that already bears the target's name; it is then deleted with this resource.
        triggers: any values; a change of one copies again.
        track_latest: copy again whenever there is a newer automatic snapshot.
        opts: Pulumi's own; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> CopiedSnapshot("web",
        ...     source_resource_name="web-1", use_latest_restorable_auto_snapshot=True,
        ...     source_region="us-east-1", target_region="eu-west-1", tags={"team": "shop"})  # doctest: +SKIP
    """

    def __init__(
        self,
        resource_name: str,
        *,
        source_region: pulumi.Input[str],
        target_region: pulumi.Input[str] | None = None,
        source_snapshot_name: pulumi.Input[str] | None = None,
        source_resource_name: pulumi.Input[str] | None = None,
        restore_date: pulumi.Input[str] | None = None,
        use_latest_restorable_auto_snapshot: pulumi.Input[bool] | None = None,
        target_snapshot_name: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        adopt: pulumi.Input[bool] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        track_latest: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        properties: dict[str, Any] = {
            "sourceRegion": source_region,
            "targetRegion": target_region,
            "sourceSnapshotName": source_snapshot_name,
            "sourceResourceName": source_resource_name,
            "restoreDate": restore_date,
            "useLatestRestorableAutoSnapshot": use_latest_restorable_auto_snapshot,
            "targetSnapshotName": target_snapshot_name,
            "tags": tags,
            "adopt": adopt,
            "triggers": triggers,
            "trackLatest": track_latest,
        }
        opts = opts or pulumi.ResourceOptions()
        ours = {
            "owner": _owner(resource_name, opts),
            "customTimeouts": _timeouts(opts),
            "retainOnDelete": opts.retain_on_delete or None,
            "guarded": pulumi.Config("snapcopy").get("allowedAccountIds") is not None or None,
        }
        super().__init__(
            copied_snapshot(), resource_name, {**dict.fromkeys(OUTPUTS), **properties, **ours}, opts
        )

    @property
    @pulumi.getter(name="arn")
    def arn(self) -> pulumi.Output[str]:
        """The copy's ARN."""
        return self._output("arn")

    @property
    @pulumi.getter(name="state")
    def state(self) -> pulumi.Output[str]:
        """The copy's state: available (instances) or completed (disks) when it is done."""
        return self._output("state")

    @property
    @pulumi.getter(name="resourceType")
    def resource_type(self) -> pulumi.Output[str]:
        """InstanceSnapshot or DiskSnapshot."""
        return self._output("resourceType")

    @property
    @pulumi.getter(name="createdAt")
    def created_at(self) -> pulumi.Output[str]:
        """When the copy was started, ISO 8601 in UTC."""
        return self._output("createdAt")

    @property
    @pulumi.getter(name="sizeInGb")
    def size_in_gb(self) -> pulumi.Output[int]:
        """The size in GiB."""
        return self._output("sizeInGb")

    @property
    @pulumi.getter(name="fromResourceName")
    def from_resource_name(self) -> pulumi.Output[str]:
        """The instance or disk that the snapshot was once taken of."""
        return self._output("fromResourceName")

    @property
    @pulumi.getter(name="restoredDate")
    def restored_date(self) -> pulumi.Output[str | None]:
        """The date of the automatic snapshot that was copied; nothing for a manual one."""
        return self._output("restoredDate")

    @property
    @pulumi.getter(name="operationId")
    def operation_id(self) -> pulumi.Output[str]:
        """The service's id of the CopySnapshot operation."""
        return self._output("operationId")

    @property
    @pulumi.getter(name="targetRegion")
    def target_region(self) -> pulumi.Output[str]:
        """The copy's region, given or AWS tooling's."""
        return self._output("targetRegion")

    @property
    @pulumi.getter(name="targetSnapshotName")
    def target_snapshot_name(self) -> pulumi.Output[str]:
        """The copy's name, given or derived."""
        return self._output("targetSnapshotName")

    @property
    @pulumi.getter(name="sourceRegion")
    def source_region(self) -> pulumi.Output[str]:
        """The region of the source."""
        return self._output("sourceRegion")

    @property
    @pulumi.getter(name="sourceSnapshotName")
    def source_snapshot_name(self) -> pulumi.Output[str | None]:
        """The manual snapshot that is copied."""
        return self._output("sourceSnapshotName")

    @property
    @pulumi.getter(name="sourceResourceName")
    def source_resource_name(self) -> pulumi.Output[str | None]:
        """The instance or disk whose automatic snapshot is copied."""
        return self._output("sourceResourceName")

    @property
    @pulumi.getter(name="restoreDate")
    def restore_date(self) -> pulumi.Output[str | None]:
        """The date that was asked for."""
        return self._output("restoreDate")

    @property
    @pulumi.getter(name="tags")
    def tags(self) -> pulumi.Output[dict[str, str] | None]:
        """The copy's tags."""
        return self._output("tags")

    def _output(self, name: str) -> pulumi.Output[Any]:
        output: pulumi.Output[Any] = pulumi.get(self, name)
        return output


def _owner(name: str, opts: pulumi.ResourceOptions) -> str:
    """Name the declaration; components may each have a child of the same name."""
    parent = opts.parent
    within = f"{parent._name}/" if parent is not None and parent._type != "pulumi:pulumi:Stack" else ""
    return owner(project=pulumi.get_project(), stack=pulumi.get_stack(), resource=within + name)


def _timeouts(opts: pulumi.ResourceOptions) -> dict[str, str] | None:
    """The engine doesn't hand the timeouts to a dynamic provider, so they go along as an input."""
    timeouts = opts.custom_timeouts
    if timeouts is None:
        return None
    given = {verb: getattr(timeouts, verb, None) for verb in ("create", "update", "delete")}
    return {verb: value for verb, value in given.items() if value} or None
