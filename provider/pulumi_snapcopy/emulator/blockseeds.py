"""EC2's and OUTSCALE's part of a seed, volumes and snapshots; see `pulumi_snapcopy.emulator.seeding`."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from .blocks import CLOUDS, COMPLETED, ERROR, PENDING, STATES, Snapshot, Volume
from .seeds import SeedError, expect, refuse_unknown
from .shared import account_id, now

_ENCRYPTION: dict[str, Any] = {"encrypted": bool, "kmsKeyId": str}
_VOLUME: dict[str, Any] = {"id": str, "size": int, "tags": dict}
_SNAPSHOT: dict[str, Any] = {
    **{key: str for key in ("id", "volumeId", "description", "state", "message", "owner")},
    **{"size": int, "tags": dict, "public": bool, "sharedWith": list},
}
KNOWN: dict[str, dict[str, dict[str, Any]]] = {
    "ec2": {"volumes": {**_VOLUME, **_ENCRYPTION}, "snapshots": {**_SNAPSHOT, **_ENCRYPTION}},
    "outscale": {"volumes": _VOLUME, "snapshots": _SNAPSHOT},
}
_DIGITS = {"ec2": "[0-9a-f]{8}(?:[0-9a-f]{9})?", "outscale": "[0-9a-f]{8}"}
_PREFIX = {"volumes": "vol", "snapshots": "snap"}
_SIZE = 8


def check(service: str, data: Any) -> None:
    """Check the regions of a seed for EC2 or OUTSCALE.

    Raises:
        SeedError: if the seed is wrong.
    """
    expect(data, dict, service, "an object of regions")
    for region, collections in data.items():
        where = f"{service}.{region}"
        if region not in _regions(service):
            raise SeedError(f"{where}: is not one of its regions, {', '.join(sorted(_regions(service)))}")
        expect(collections, dict, where, "an object")
        refuse_unknown(collections, KNOWN[service], where)
        for collection, items in collections.items():
            expect(items, list, f"{where}.{collection}", "a list")
            for index, item in enumerate(items):
                _check_item(service, collection, item, f"{where}.{collection}[{index}]")


def plant(service: str, data: dict[str, Any]) -> None:
    """Create the volumes and snapshots of a checked seed; existing ones are left unchanged."""
    for region, collections in data.items():
        for index, item in enumerate(collections.get("volumes", ())):
            _put_volume(service, region, _with_id(service, region, "volumes", index, item))
        for index, item in enumerate(collections.get("snapshots", ())):
            put_snapshot(service, region, _with_id(service, region, "snapshots", index, item))


def put_snapshot(service: str, region: str, item: dict[str, Any]) -> str:
    """Create a snapshot in a region unless its id exists there, and return the id."""
    place = CLOUDS[service].region(region)
    if item["id"] in place.snapshots:
        return str(item["id"])
    state = item.get("state", COMPLETED)
    place.put(
        Snapshot(
            id=item["id"],
            owner=item.get("owner", account_id()),
            size=item.get("size", _SIZE),
            volume_id=item.get("volumeId", "vol-ffffffff"),
            created_at=now(),
            done_at=None if state == PENDING else now(),
            final=ERROR if state == ERROR else COMPLETED,
            message=item.get("message"),
            description=item.get("description", ""),
            tags=dict(item.get("tags", {})),
            encrypted=bool(item.get("encrypted") or item.get("kmsKeyId")),
            kms_key_id=item.get("kmsKeyId"),
            public=item.get("public", False),
            shared_with=list(item.get("sharedWith", ())),
        )
    )
    return str(item["id"])


def _put_volume(service: str, region: str, item: dict[str, Any]) -> None:
    size, place = item.get("size", _SIZE), CLOUDS[service].region(region)
    if service == "outscale":
        made = Volume(
            id=item["id"], size=size, zone=f"{region}a", created_at=now(), tags=dict(item.get("tags", {}))
        )
        place.volumes.setdefault(made.id, made)
        return
    from .ec2 import images

    if images.volume(region, account_id(), item["id"]) is None:
        images.put_volume(
            region,
            account_id(),
            item["id"],
            size,
            encrypted=bool(item.get("encrypted") or item.get("kmsKeyId")),
            kms_key_id=item.get("kmsKeyId"),
            tags=item.get("tags"),
        )


def _with_id(service: str, region: str, collection: str, index: int, item: dict[str, Any]) -> dict[str, Any]:
    """Return the item with an id; a derived id is the same each time the seed is read."""
    if "id" in item:
        return item
    digits = 17 if service == "ec2" else 8
    digest = hashlib.sha256(f"{service}/{region}/{collection}/{index}".encode()).hexdigest()
    return {**item, "id": f"{_PREFIX[collection]}-{digest[:digits]}"}


def _check_item(service: str, collection: str, item: Any, where: str) -> None:
    expect(item, dict, where, "an object")
    known = KNOWN[service][collection]
    refuse_unknown(item, known, where)
    for key, value in item.items():
        expect(value, known[key], f"{where}.{key}", f"of another type than {type(value).__name__}")
    pattern = f"{_PREFIX[collection]}-{_DIGITS[service]}"
    if "id" in item and not re.fullmatch(pattern, item["id"]):
        raise SeedError(
            f"{where}.id: {item['id']!r} is not an id; write {_PREFIX[collection]}- and hex digits"
        )
    if item.get("size", 1) < 1:
        raise SeedError(f"{where}.size: is {item['size']}; write 1 or more")
    if any(not isinstance(value, str) for value in item.get("tags", {}).values()):
        raise SeedError(f"{where}.tags: must have strings as values")
    if item.get("state", COMPLETED) not in STATES:
        raise SeedError(f"{where}.state: is {item['state']!r}, not one of {', '.join(STATES)}")


def _regions(service: str) -> list[str]:
    if service == "ec2":
        from .ec2.copying import region_names

        return list(region_names())
    from .outscale.description import regions

    return regions()
