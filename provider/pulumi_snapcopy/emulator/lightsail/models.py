"""The backend for moto: what one region of one account holds, and its single namespace of names."""

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
    """One region of one account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.resources: dict[str, Resource] = {}
        self.operations: dict[str, Operation] = {}

    def reset(self) -> None:
        """Forget everything, settings too: moto calls it when a mock begins and ends."""
        super().reset()
        SHARED.settings = Settings()

    def find(self, name: str, *kinds: str) -> Resource:
        """The visible resource of this name and of one of these types, to work with: one that wasn't deleted.

        Raises:
            LightsailError: NotFoundException.
        """
        resource = self.shown(name, *kinds)
        if resource.gone_at is not None:
            raise not_found(resource.kind, name)
        return resource

    def shown(self, name: str, *kinds: str) -> Resource:
        """The resource of this name as it is read; a deleted one may be for a while.

        Raises:
            LightsailError: NotFoundException.
        """
        resource = self.resources.get(name)
        if resource is None or (kinds and resource.kind not in kinds) or resource.visible_at > now():
            raise not_found(" or ".join(kinds) or "resource", name)
        return resource

    def delete(self, resource: Resource) -> None:
        """Delete a resource; a snapshot may be shown for a while."""
        lasts = SHARED.settings.deletion_seconds if resource.kind in SNAPSHOTS else 0.0
        self.resources[resource.name] = replace(resource, gone_at=now() + lasts)
        self.forget_deleted()

    def forget_deleted(self) -> None:
        """Let go of what was deleted long enough ago to be shown no more."""
        at = now()
        for each in [r for r in self.resources.values() if r.gone_at is not None and r.gone_at <= at]:
            del self.resources[each.name]

    def visible(self, kind: str) -> list[Resource]:
        """All resources of a type that can be seen by now."""
        at = now()
        return [r for r in self.resources.values() if r.kind == kind and r.visible_at <= at]

    def refuse_taken(self, names: Iterable[str]) -> None:
        """Refuse names that are in use, by whatever type of resource."""
        taken = [name for name in names if name in self.resources]
        if taken:
            raise names_in_use(taken)

    def check_zone(self, zone: str) -> None:
        """Refuse an Availability Zone that isn't one of the region's."""
        if zone not in zones(self.region_name):
            raise invalid_input(f"The Availability Zone is invalid in {self.region_name}: {zone}")

    def identity(self, kind: str, name: str, *, zone: str = "all", tags: Any = None) -> dict[str, Any]:
        """The members that a new resource of any type begins with."""
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
        """A new ARN, never given before."""
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
        """Begin an operation on a resource, by default one that ends at once, and keep it for GetOperation."""
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
    """The emulated Availability Zones of a region."""
    return [f"{region}{letter}" for letter in "abc"]


lightsail_backends = BackendDict(
    LightsailBackend, "lightsail", use_boto3_regions=False, additional_regions=enum("RegionName")
)


def backend_of(region: str, account: str | None = None) -> LightsailBackend:
    """The backend of a region, by default of the account that callers are taken for.

    Raises:
        LightsailError: InvalidInputException, for a region that Lightsail hasn't.
    """
    if region not in enum("RegionName"):
        raise invalid_input(f"The Region is not one of Lightsail's: {region}")
    return lightsail_backends[account or account_id()][region]


def all_backends() -> Iterator[tuple[str, str, LightsailBackend]]:
    """Account, region and backend of all there are."""
    for account, regions in list(lightsail_backends.items()):
        for region, backend in list(regions.items()):
            yield account, region, backend
