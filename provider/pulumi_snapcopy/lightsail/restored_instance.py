"""``RestoredInstance``: a Lightsail instance, restored from a snapshot of the same region, as a Pulumi resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from ..host.resource import SnapcopyResource
from .provider import restored_instance
from .restored_fields import RESTORED_INSTANCE


class RestoredInstance(SnapcopyResource, module="lightsail", name="RestoredInstance"):
    """A Lightsail instance, restored from a snapshot of the same region.

    Disks that were attached when the snapshot was taken are restored too, as new disks named ``<instance>-<disk>``.
    These disks are deleted with this resource as long as they are attached to the instance. The source's static IP
    address, custom firewall rules, key pair, add-ons and tags are not restored; the output ``not_restored`` lists them.
    The snapshot, zone, bundle and names are checked before the request is sent; an error names the values that fit.

    Page: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateInstancesFromSnapshot.html

    Args:
        resource_name: the resource's name in the program.
        instance_snapshot_name: the snapshot to restore; a copy is in the region that it was copied to.
        availability_zone: a zone of the region, such as eu-west-1a.
        bundle_id: the plan, at least as large as the source's; plans differ from region to region.
        instance_name: the instance's name, 2 to 255 characters; default: derived from the request.
        region: the snapshot's region; default: the stack's ``aws:region``, else the region of AWS tooling.
        user_data: a script that runs at the first start; a secret: it is encrypted in the state and shown nowhere.
        key_pair_name: the key pair to log in with; default: the region's default key pair.
        ip_address_type: dualstack, ipv4 or ipv6.
        tags: the instance's tags, set in the call that restores it.
        triggers: any values; a change restores a new instance before the old instance is deleted.
        opts: Pulumi's resource options; ``custom_timeouts`` and ``retain_on_delete`` are honoured.

    Example:
        >>> web = RestoredInstance("web", instance_snapshot_name="web-1-dr", region="eu-west-1",
        ...     availability_zone="eu-west-1a", bundle_id="small_3_0")  # doctest: +SKIP
    """

    arn: pulumi.Output[str] = pulumi.property("arn")
    """The instance's ARN."""
    state: pulumi.Output[str] = pulumi.property("state")
    """The instance's state: running when the restore is complete."""
    resource_type: pulumi.Output[str] = pulumi.property("resourceType")
    """The type, Instance."""
    instance_name: pulumi.Output[str] = pulumi.property("instanceName")
    """The instance's name, given or derived."""
    created_at: pulumi.Output[str] = pulumi.property("createdAt")
    """When the restore was started, ISO 8601 in UTC."""
    not_restored: pulumi.Output[Sequence[str]] = pulumi.property("notRestored")
    """What isn't restored from the source."""
    operation_id: pulumi.Output[str] = pulumi.property("operationId")
    """The service's id of the restore operation."""
    region: pulumi.Output[str] = pulumi.property("region")
    """The instance's region, given or the default."""
    availability_zone: pulumi.Output[str] = pulumi.property("availabilityZone")
    """The instance's availability zone."""
    tags: pulumi.Output[Mapping[str, str] | None] = pulumi.property("tags")
    """The instance's tags."""
    public_ip_address: pulumi.Output[str | None] = pulumi.property("publicIpAddress")
    """The instance's public IPv4 address."""
    attached_disks: pulumi.Output[Sequence[str]] = pulumi.property("attachedDisks")
    """The names of the disks attached to the instance."""

    def __init__(
        self,
        resource_name: str,
        *,
        instance_snapshot_name: pulumi.Input[str],
        availability_zone: pulumi.Input[str],
        bundle_id: pulumi.Input[str],
        instance_name: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        user_data: pulumi.Input[str] | None = None,
        key_pair_name: pulumi.Input[str] | None = None,
        ip_address_type: pulumi.Input[str] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        triggers: pulumi.Input[Sequence[Any]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        arguments: dict[str, Any] = {
            "instance_snapshot_name": instance_snapshot_name,
            "availability_zone": availability_zone,
            "bundle_id": bundle_id,
            "instance_name": instance_name,
            "region": region,
            "user_data": user_data,
            "key_pair_name": key_pair_name,
            "ip_address_type": ip_address_type,
            "tags": tags,
            "triggers": triggers,
        }
        self._internal_init(restored_instance, RESTORED_INSTANCE, resource_name, arguments, opts)
