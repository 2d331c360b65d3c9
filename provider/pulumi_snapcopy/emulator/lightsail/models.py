"""The backend for moto: the resources of one region of one account, in one namespace of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

from moto.core.base_backend import BackendDict, BaseBackend

from ..settings import Settings
from ..shared import SHARED, account_id, now
from .errors import invalid_input, names_in_use, not_found
from .resources import DISK, INSTANCE, INSTANCE_SNAPSHOT, SNAPSHOTS, Operation, Resource
from .shapes import enum

_SUPPORT_PREFIX = {INSTANCE: "i", DISK: "vol", INSTANCE_SNAPSHOT: "ami"}


class LightsailBackend(BaseBackend):
    """The resources and operations of one region of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.resources: dict[str, Resource] = {}
        self.operations: dict[str, Operation] = {}

    def reset(self) -> None:
        """Remove all resources and restore the default settings; moto calls this when a mock begins and ends."""
        super().reset()
        SHARED.settings = Settings()

    def find(self, name: str, *kinds: str) -> Resource:
        """Return the visible resource of this name and one of these types, unless it has been deleted.

        Raises:
            LightsailError: NotFoundException, if there is no such resource.
        """
        resource = self.shown(name, *kinds)
        if resource.gone_at is not None:
            raise not_found(resource.kind, name)
        return resource

    def shown(self, name: str, *kinds: str) -> Resource:
        """Return the resource of this name as a read shows it; a deleted snapshot may still be shown.

        Raises:
            LightsailError: NotFoundException, if there is no such resource.
        """
        resource = self.resources.get(name)
        if resource is None or (kinds and resource.kind not in kinds) or resource.visible_at > now():
            raise not_found(" or ".join(kinds) or "resource", name)
        return resource

    def delete(self, resource: Resource) -> None:
        """Delete a resource; a snapshot is still shown for the settings' `deletion_seconds`."""
        lasts = SHARED.settings.deletion_seconds if resource.kind in SNAPSHOTS else 0.0
        self.resources[resource.name] = replace(resource, gone_at=now() + lasts)
        self.forget_deleted()

    def forget_deleted(self) -> None:
        """Remove the deleted resources whose time to be shown has passed."""
        at = now()
        for each in [r for r in self.resources.values() if r.gone_at is not None and r.gone_at <= at]:
            del self.resources[each.name]

    def visible(self, kind: str) -> list[Resource]:
        """Return all resources of a type that are visible now."""
        at = now()
        return [r for r in self.resources.values() if r.kind == kind and r.visible_at <= at]

    def refuse_taken(self, names: Iterable[str]) -> None:
        """Refuse names that are in use by resources of any type."""
        taken = [name for name in names if name in self.resources]
        if taken:
            raise names_in_use(taken)

    def check_zone(self, zone: str) -> None:
        """Refuse an Availability Zone that the region doesn't have."""
        if zone not in zones(self.region_name):
            raise invalid_input(f"The Availability Zone is invalid in {self.region_name}: {zone}")

    def identity(self, kind: str, name: str, *, zone: str = "all", tags: Any = None) -> dict[str, Any]:
        """Return the members that a new resource of any type has in common with the others."""
        prefix = _SUPPORT_PREFIX.get(kind, "snap")
        return {
            "name": name,
            "arn": self.arn(kind),
            "supportCode": f"{self.account_id}/{prefix}-{uuid4().hex[:17]}",
            "createdAt": now(),
            "location": {"availabilityZone": zone, "regionName": self.region_name},
            "resourceType": kind,
            "tags": list(tags or ()),
        }

    def arn(self, kind: str) -> str:
        """Return a new, unique ARN."""
        return f"arn:{self.partition}:lightsail:{self.region_name}:{self.account_id}:{kind}/{uuid4()}"

    def begin(
        self,
        operation_type: str,
        resource: Resource,
        *,
        details: str | None = None,
        ends_at: float = 0.0,
        error: tuple[str, str] | None = None,
    ) -> Operation:
        """Record and return a new operation on a resource; it ends at once unless `ends_at` is given."""
        members: dict[str, Any] = {
            "id": str(uuid4()),
            "resourceName": resource.name,
            "resourceType": resource.kind,
            "createdAt": now(),
            "location": resource.members["location"],
            "operationType": operation_type,
        }
        if details is not None:
            members["operationDetails"] = details
        operation = Operation(members=members, ends_at=max(ends_at, members["createdAt"]), error=error)
        self.operations[members["id"]] = operation
        return operation


def zones(region: str) -> list[str]:
    """Return the emulated Availability Zones of a region."""
    return [f"{region}{letter}" for letter in "abc"]


lightsail_backends = BackendDict(
    LightsailBackend, "lightsail", use_boto3_regions=False, additional_regions=enum("RegionName")
)


def backend_of(region: str, account: str | None = None) -> LightsailBackend:
    """Return the backend of a region, by default of the account that all callers get.

    Raises:
        LightsailError: InvalidInputException, if Lightsail doesn't have the region.
    """
    if region not in enum("RegionName"):
        raise invalid_input(f"The Region is not one of Lightsail's: {region}")
    return lightsail_backends[account or account_id()][region]


def all_backends() -> Iterator[tuple[str, str, LightsailBackend]]:
    """Yield account, region and backend, for every backend in use."""
    for account, regions in list(lightsail_backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
