"""Lightsail's part of a seed, instances, disks, databases and snapshots; see `pulumi_snapcopy.emulator.seeding`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from ..seeds import SeedError, expect, refuse_unknown
from ..shared import now
from .attaching import attach
from .bundles import is_windows
from .errors import LightsailError
from .foreign_resources import (
    MOST_AUTOMATIC,
    automatic_snapshot,
    put_database,
    put_disk,
    put_instance,
    put_snapshot,
)
from .models import LightsailBackend, backend_of
from .resources import DISK_SNAPSHOT, INSTANCE_SNAPSHOT, MEMBER_OF, Resource
from .shapes import check_name, enum
from .sources import is_date

_OWN = {"name": str, "sizeInGb": int, "tags": dict}
_KNOWN: dict[str, dict[str, Any]] = {
    "disks": {**_OWN, "automaticSnapshots": (int, list)},
    "instances": {
        **_OWN,
        **{"blueprintId": str, "bundleId": str, "automaticSnapshots": (int, list), "attachedDisks": list},
    },
    "relationalDatabases": _OWN,
    "instanceSnapshots": {**_OWN, "fromInstanceName": str, "state": str},
    "diskSnapshots": {**_OWN, "fromDiskName": str, "state": str},
}
_STATES = {"instanceSnapshots": "InstanceSnapshotState", "diskSnapshots": "DiskSnapshotState"}


def check(data: Any) -> None:
    """Check the regions of a seed for Lightsail.

    Raises:
        SeedError: if the seed is wrong.
    """
    _check(data)


def refuse_taken(data: dict[str, Any]) -> None:
    """Refuse names that resources of another type have, in the account or in the seed.

    Raises:
        SeedError: if such a name is in use, or a disk to attach is missing.
    """
    for region, collections in data.items():
        _refuse_taken(backend_of(region), collections)


def plant(data: dict[str, Any]) -> None:
    """Create the resources of a checked seed; existing ones are left unchanged."""
    for region, collections in data.items():
        _plant(backend_of(region), collections)


def _plant(backend: LightsailBackend, collections: dict[str, Any]) -> None:
    for collection in _KNOWN:  # sources come before their snapshots, and disks before their instances
        for item in collections.get(collection, ()):
            if item["name"] not in backend.resources:
                _PLANT[collection](backend, item)


def _refuse_taken(backend: LightsailBackend, collections: dict[str, Any]) -> None:
    """Refuse one name for two types of resources: a region has one namespace for all types."""
    kinds = {name: _collection(resource.kind) for name, resource in backend.resources.items()}
    for collection, items in collections.items():
        for index, item in enumerate(items):
            _refuse_unattachable(item, collections, backend, f"{backend.region_name}.{collection}[{index}]")
            kind = kinds.setdefault(item["name"], collection)
            if kind != collection:
                where = f"{backend.region_name}.{collection}[{index}].name"
                raise SeedError(f"{where}: {item['name']} is already one of the region's {kind}")


def _refuse_unattachable(
    item: dict[str, Any], collections: dict[str, Any], backend: LightsailBackend, where: str
) -> None:
    seeded = {disk["name"] for disk in collections.get("disks", ())}
    for disk in item.get("attachedDisks", ()):
        if disk not in seeded and disk not in backend.resources:
            raise SeedError(f"{where}.attachedDisks: {disk!r} is not one of the region's disks")


def _collection(kind: str) -> str:
    return f"{MEMBER_OF[kind]}s"


def _automatic_snapshots(given: Any, source: Resource | None = None) -> list[dict[str, Any]]:
    """Return the automatic snapshots that a seed's number or list describes, oldest first."""
    if isinstance(given, int):
        today = datetime.fromtimestamp(now(), timezone.utc).date()
        given = [(today - timedelta(days=days)).isoformat() for days in range(given)]
    items = [item if isinstance(item, dict) else {"date": item} for item in given]
    taken = (automatic_snapshot(source, **item) for item in items)
    return sorted(taken, key=lambda details: str(details["date"]))


def _plant_instance(backend: LightsailBackend, item: dict[str, Any]) -> None:
    name = item["name"]
    windows = is_windows(item.get("blueprintId", ""))
    put_instance(
        backend,
        name,
        blueprint_id=item.get("blueprintId", "amazon_linux_2023"),
        bundle_id=item.get("bundleId", "small_win_3_0" if windows else "small_3_0"),
        size_in_gb=item.get("sizeInGb"),
        tags=item.get("tags"),
        automatic=[],
    )
    for disk in item.get("attachedDisks", ()):
        attach(backend, backend.resources[disk], name)
    automatic = _automatic_snapshots(item.get("automaticSnapshots", 0), backend.resources[name])
    backend.resources[name] = replace(backend.resources[name], automatic=automatic)


_PLANT: dict[str, Callable[[LightsailBackend, dict[str, Any]], object]] = {
    "instances": _plant_instance,
    "relationalDatabases": lambda backend, item: put_database(
        backend, item["name"], size_in_gb=item.get("sizeInGb", 40), tags=item.get("tags")
    ),
    "disks": lambda backend, item: put_disk(
        backend,
        item["name"],
        size_in_gb=item.get("sizeInGb", 8),
        tags=item.get("tags"),
        automatic=_automatic_snapshots(item.get("automaticSnapshots", 0)),
    ),
    "instanceSnapshots": lambda backend, item: put_snapshot(
        backend,
        item["name"],
        kind=INSTANCE_SNAPSHOT,
        from_name=item.get("fromInstanceName"),
        size_in_gb=item.get("sizeInGb"),
        tags=item.get("tags"),
        state=item.get("state"),
    ),
    "diskSnapshots": lambda backend, item: put_snapshot(
        backend,
        item["name"],
        kind=DISK_SNAPSHOT,
        from_name=item.get("fromDiskName"),
        size_in_gb=item.get("sizeInGb"),
        tags=item.get("tags"),
        state=item.get("state"),
    ),
}


def _check(data: Any) -> None:
    for region, collections in data.items():
        if region not in enum("RegionName"):
            raise SeedError(f"{region}: is not one of Lightsail's regions, {', '.join(enum('RegionName'))}")
        expect(collections, dict, region, "an object")
        refuse_unknown(collections, list(_KNOWN), region)
        for collection, items in collections.items():
            expect(items, list, f"{region}.{collection}", "a list")
            for index, item in enumerate(items):
                _check_item(item, collection, f"{region}.{collection}[{index}]")


def _check_item(item: Any, collection: str, where: str) -> None:
    expect(item, dict, where, "an object")
    known = _KNOWN[collection]
    refuse_unknown(item, list(known), where)
    if "name" not in item:
        raise SeedError(f"{where}: has no name")
    for key, value in item.items():
        expect(value, known[key], f"{where}.{key}", f"of another type than {type(value).__name__}")
    try:
        check_name(item["name"])
    except LightsailError as error:
        raise SeedError(f"{where}.name: {error.message}") from None
    if item.get("sizeInGb", 1) < 1:
        raise SeedError(f"{where}.sizeInGb: is {item['sizeInGb']}; write 1 or more")
    if any(not isinstance(value, str) for value in item.get("tags", {}).values()):
        raise SeedError(f"{where}.tags: must have strings as values")
    if "state" in item and item["state"] not in enum(_STATES[collection]):
        states = ", ".join(enum(_STATES[collection]))
        raise SeedError(f"{where}.state: is {item['state']!r}, not one of {states}")
    _check_automatic(item.get("automaticSnapshots", 0), f"{where}.automaticSnapshots")


def _check_automatic(given: Any, where: str) -> None:
    if isinstance(given, int):
        if not 0 <= given <= MOST_AUTOMATIC:
            raise SeedError(
                f"{where}: is {given}; write 0 to {MOST_AUTOMATIC}, which is what the service keeps"
            )
        return
    for index, item in enumerate(given):
        at = f"{where}[{index}]"
        details = item if isinstance(item, dict) else {"date": item}
        refuse_unknown(details, ["date", "status"], at)
        if not isinstance(details.get("date"), str) or not is_date(details["date"]):
            raise SeedError(f"{at}: {details.get('date')!r} is not a date; write YYYY-MM-DD")
        if details.get("status", "Success") not in enum("AutoSnapshotStatus"):
            raise SeedError(f"{at}.status: is not one of {', '.join(enum('AutoSnapshotStatus'))}")
