"""The operations that only read: Get…."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from botocore.loaders import create_loader

from ..shared import SHARED, now
from .errors import invalid_input, not_found
from .models import LightsailBackend, zones
from .resources import DISK, INSTANCE, MEMBER_OF, Operation, Resource
from .shapes import enum

_PAGE, _OPERATIONS_PAGE = 100, 200
_CONTINENTS = {"us": "NA", "ca": "NA", "sa": "SA", "eu": "EU", "ap": "AS"}

Action = Callable[[LightsailBackend, dict[str, Any]], dict[str, Any]]


def get_one(kind: str) -> Action:
    """Return the action that reads one resource, such as GetInstance or GetDiskSnapshot."""
    member = MEMBER_OF[kind]

    def action(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
        return {member: backend.shown(parameters[f"{member}Name"], kind).describe(now())}

    return action


def get_all(kind: str) -> Action:
    """Return the action that lists resources, such as GetInstances or GetDiskSnapshots: oldest first."""

    def action(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
        return _page(f"{MEMBER_OF[kind]}s", backend.visible(kind), parameters, size=_PAGE)

    return action


def get_auto_snapshots(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetAutoSnapshots: return the automatic snapshots of an instance or disk, newest first, in one page."""
    resource = backend.find(parameters["resourceName"], INSTANCE, DISK)
    return {
        "resourceName": resource.name,
        "resourceType": resource.kind,
        "autoSnapshots": resource.automatic[::-1],
    }


def get_operation(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetOperation: return one operation by its id."""
    operation = backend.operations.get(parameters["operationId"])
    if operation is None:
        raise not_found("Operation", parameters["operationId"])
    return {"operation": operation.describe(now())}


def get_operations(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetOperations: return all operations of the region, oldest first."""
    return _page("operations", list(backend.operations.values()), parameters, size=_OPERATIONS_PAGE)


def get_operations_for_resource(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetOperationsForResource: return the operations on a resource, newest first, also of a deleted one."""
    name = parameters["resourceName"]
    own = [o for o in backend.operations.values() if o.members["resourceName"] == name]
    if not own and name not in backend.resources:
        raise not_found("resource", name)
    return _page("operations", own, parameters, size=_OPERATIONS_PAGE, newest_first=True)


def get_regions(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer GetRegions: return all regions, with their zones if asked for."""
    return {"regions": [_region(name, parameters) for name in enum("RegionName")]}


def _region(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    place = _places().get(name, name)
    available = [{"zoneName": zone, "state": "available"} for zone in zones(name)]
    return {
        "continentCode": _CONTINENTS.get(name.split("-")[0]),
        "description": f"This region is recommended to serve users near {place}",
        "displayName": place,
        "name": name,
        "availabilityZones": available if parameters.get("includeAvailabilityZones") else [],
        "relationalDatabaseAvailabilityZones": [],
    }


@cache
def _places() -> dict[str, str]:
    """Return the regions' places from botocore's data, such as ``N. Virginia``."""
    regions = create_loader().load_data("endpoints")["partitions"][0]["regions"]
    return {name: data["description"].partition("(")[2].rstrip(")") for name, data in regions.items()}


def _page(
    member: str,
    items: Sequence[Resource | Operation],
    parameters: dict[str, Any],
    *,
    size: int,
    newest_first: bool = False,
) -> dict[str, Any]:
    """Return a page of the items, and the next page's token if there is a next page.

    A token is the number of the last item of the page, so that a deletion between two pages hides no other item.
    """
    size = SHARED.settings.page_size or size
    ordered = sorted(items, key=lambda item: item.number, reverse=newest_first)
    if parameters.get("pageToken") is not None:
        last = _read_token(parameters["pageToken"])
        ordered = [item for item in ordered if (item.number < last if newest_first else item.number > last)]
    page, at = ordered[:size], now()
    token = str(page[-1].number) if len(ordered) > size else None
    return {member: [item.describe(at) for item in page], "nextPageToken": token}


def _read_token(token: str) -> int:
    try:
        return int(token)
    except ValueError:
        raise invalid_input(f"The page token is not valid: {token}") from None
