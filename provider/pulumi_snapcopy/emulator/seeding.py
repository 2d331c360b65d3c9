"""What stands in the account before anything is copied: a seed, as a dict or a JSON file.

    {"us-east-1": {
        "instances": [{"name": "web-1", "blueprintId": "wordpress", "bundleId": "micro_3_0", "sizeInGb": 40,
                       "automaticSnapshots": 7}],
        "disks": [{"name": "data-1", "sizeInGb": 64, "automaticSnapshots": ["2026-11-19", "2026-11-20"]}],
        "instanceSnapshots": [{"name": "db-before-upgrade", "fromInstanceName": "db-1"}],
        "diskSnapshots": [{"name": "data-1-full", "fromDiskName": "data-1"}]}}

``automaticSnapshots`` is a number of days that end today (UTC), or a list of dates, or of
``{"date": …, "status": …}``. ``tags`` is an object, everywhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from .errors import LightsailError
from .models import LightsailBackend, backend_of
from .planting import put_disk, put_instance, put_snapshot
from .resources import DISK_SNAPSHOT, INSTANCE_SNAPSHOT, MEMBER_OF
from .shapes import check_name, enum
from .shared import changing, now
from .sources import is_date

_OWN = {"name": str, "sizeInGb": int, "tags": dict}
_KNOWN: dict[str, dict[str, Any]] = {
    "instances": {**_OWN, "blueprintId": str, "bundleId": str, "automaticSnapshots": (int, list)},
    "disks": {**_OWN, "automaticSnapshots": (int, list)},
    "instanceSnapshots": {**_OWN, "fromInstanceName": str, "state": str},
    "diskSnapshots": {**_OWN, "fromDiskName": str, "state": str},
}
_STATES = {"instanceSnapshots": "InstanceSnapshotState", "diskSnapshots": "DiskSnapshotState"}


class SeedError(ValueError):
    """A seed is wrong; the message names the place."""


def read_seed(path: str | os.PathLike[str]) -> Any:
    """The seed in a JSON file.

    Raises:
        SeedError: There is none, or it is no JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SeedError(f"the seed file {os.fspath(path)} can't be read: {error}") from error


def seed(data: Any) -> None:
    """Put what the seed describes into the account; what is there already is left as it is.

    Raises:
        SeedError: The seed is wrong; then nothing was put in.
    """
    _check(data)
    with changing():
        for region, collections in data.items():
            _refuse_taken(backend_of(region), collections)
        for region, collections in data.items():
            _plant(backend_of(region), collections)


def _plant(backend: LightsailBackend, collections: dict[str, Any]) -> None:
    for collection in _KNOWN:  # instances and disks come before their snapshots
        for item in collections.get(collection, ()):
            if item["name"] not in backend.resources:
                _PLANT[collection](backend, item)


def _refuse_taken(backend: LightsailBackend, collections: dict[str, Any]) -> None:
    """Refuse two resources of one name: a region has one namespace for all types."""
    kinds = {name: _collection(resource.kind) for name, resource in backend.resources.items()}
    for collection, items in collections.items():
        for index, item in enumerate(items):
            kind = kinds.setdefault(item["name"], collection)
            if kind != collection:
                where = f"{backend.region_name}.{collection}[{index}].name"
                raise SeedError(f"{where}: {item['name']} is already one of the region's {kind}")


def _collection(kind: str) -> str:
    return f"{MEMBER_OF[kind]}s"


def _automatic_snapshots(given: Any) -> list[dict[str, Any]]:
    """The automatic snapshots that a seed's number or list means, oldest first."""
    if isinstance(given, int):
        today = datetime.now(timezone.utc).date()
        given = [(today - timedelta(days=days)).isoformat() for days in range(given)]
    items = [item if isinstance(item, dict) else {"date": item} for item in given]
    return sorted((_automatic_snapshot(**item) for item in items), key=lambda details: str(details["date"]))


def _automatic_snapshot(date: str, status: str = "Success") -> dict[str, Any]:
    taken = datetime.fromisoformat(f"{date}T06:17:00+00:00").timestamp()
    return {"date": date, "createdAt": min(taken, now()), "status": status, "fromAttachedDisks": []}


_PLANT: dict[str, Callable[[LightsailBackend, dict[str, Any]], object]] = {
    "instances": lambda backend, item: put_instance(
        backend,
        item["name"],
        blueprint_id=item.get("blueprintId", "amazon_linux_2023"),
        bundle_id=item.get("bundleId", "small_3_0"),
        size_in_gb=item.get("sizeInGb"),
        tags=item.get("tags"),
        automatic=_automatic_snapshots(item.get("automaticSnapshots", 0)),
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
    _expect(data, dict, "the seed", "an object of regions")
    for region, collections in data.items():
        if region not in enum("RegionName"):
            raise SeedError(f"{region}: is not one of Lightsail's regions, {', '.join(enum('RegionName'))}")
        _expect(collections, dict, region, "an object")
        _refuse_unknown(collections, list(_KNOWN), region)
        for collection, items in collections.items():
            _expect(items, list, f"{region}.{collection}", "a list")
            for index, item in enumerate(items):
                _check_item(item, collection, f"{region}.{collection}[{index}]")


def _check_item(item: Any, collection: str, where: str) -> None:
    _expect(item, dict, where, "an object")
    known = _KNOWN[collection]
    _refuse_unknown(item, list(known), where)
    if "name" not in item:
        raise SeedError(f"{where}: has no name")
    for key, value in item.items():
        _expect(value, known[key], f"{where}.{key}", f"of another type than {type(value).__name__}")
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
        if given < 0:
            raise SeedError(f"{where}: is {given}; write 0 or more")
        return
    for index, item in enumerate(given):
        at = f"{where}[{index}]"
        details = item if isinstance(item, dict) else {"date": item}
        _refuse_unknown(details, ["date", "status"], at)
        if not isinstance(details.get("date"), str) or not is_date(details["date"]):
            raise SeedError(f"{at}: {details.get('date')!r} is not a date; write YYYY-MM-DD")
        if details.get("status", "Success") not in enum("AutoSnapshotStatus"):
            raise SeedError(f"{at}.status: is not one of {', '.join(enum('AutoSnapshotStatus'))}")


def _expect(value: Any, types: Any, where: str, what: str) -> None:
    if not isinstance(value, types) or isinstance(value, bool):
        raise SeedError(f"{where}: must be {what}")


def _refuse_unknown(given: dict[str, Any], known: list[str], where: str) -> None:
    for key in given:
        if key not in known:
            raise SeedError(f"{where}.{key}: is not known here; known are {', '.join(known)}")
