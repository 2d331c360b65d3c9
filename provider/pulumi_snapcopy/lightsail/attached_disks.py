"""Identifies the disks that are restored with an instance, and that are deleted with the instance.

The service gives these disks no tags, whatever tags the call gives the instance. A tag on the instance therefore holds
digests of the names that our call gave the disks. Deleting an instance detaches its disks, so they are tagged before.
After an interrupted deletion, the disks that still exist are shown as a partly deleted instance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..core.keys import same_owner
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Seen
from .family import LONGEST_NAME
from .restoring_family import DELETED_WITH, PARTLY_DELETED
from .shapes import tags_of
from .source_tag import SourceTag

SAME_TIME = 600.0
"""The longest time in seconds between the creation of an instance and of the disks restored with it."""

DISKS_TAG = "snapcopy:disks"
"""The tag on an instance for the disks restored with it: eight hex digits per disk name, to have room for all."""

INSTANCE_TAG = "snapcopy:instance"
"""The tag on a disk that is deleted with its instance; the value is the instance's ARN."""


def disk_mapping(instance: str, snapshot: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the API's disk map, which names the disks of a snapshot ``<instance>-<disk>``.

    Example:
        >>> disk_mapping("web", {"fromAttachedDisks": [{"name": "data", "path": "/dev/xvdf"}]})
        [{'originalDiskPath': '/dev/xvdf', 'newDiskName': 'web-data'}]
    """
    found = []
    for number, disk in enumerate(snapshot.get("fromAttachedDisks") or (), 1):
        if disk.get("path") and not disk.get("isSystemDisk"):
            suffix = f"-{disk.get('name') or f'disk-{number}'}"
            found.append(
                {"originalDiskPath": disk["path"], "newDiskName": f"{instance}{suffix}"[:LONGEST_NAME]}
            )
    return found


def disks_tag(mapping: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the tag on an instance that identifies the disks restored with it; empty if there are none.

    Example:
        >>> disks_tag([{"originalDiskPath": "/dev/xvdf", "newDiskName": "web-data"}])
        {'snapcopy:disks': 'f0e2f945'}
    """
    digests = [_digest(each["newDiskName"]) for each in mapping]
    return {DISKS_TAG: " ".join(digests)} if digests else {}


def expected(instance: Seen) -> list[str]:
    """Return the digests of the names that our call gave to an instance's disks."""
    return instance.tags.get(DISKS_TAG, "").split()


def is_young(instance: Seen, *, now: float) -> bool:
    """Whether an instance is so new that its disks may not be visible or attached yet."""
    return instance.created_at is not None and now - instance.created_at.timestamp() <= SAME_TIME


def restored_with(instance: Seen, disks: Iterable[Mapping[str, Any]], *, now: float) -> list[str]:
    """Return the names of the disks that were restored with an instance.

    Such a disk has a name that our call gave, was created together with the instance, and is attached to the instance,
    or not attached yet if the instance is new: from an older instance somebody may have detached a disk.

    Args:
        instance: the instance, with its tags.
        disks: all disks of the region, as the API describes them.
        now: seconds since the epoch.
    """
    if instance.created_at is None:
        return []
    made, names, found = instance.created_at.timestamp(), expected(instance), []
    places = {instance.name, None, ""} if is_young(instance, now=now) else {instance.name}
    for raw in disks:
        at: datetime | None = raw.get("createdAt")
        ours = raw.get("attachedTo") in places and _digest(raw["name"]) in names
        same_time = at is not None and abs(at.timestamp() - made) <= SAME_TIME
        owner = tags_of(raw).get(OWNER_TAG, "")
        if ours and same_time and (not owner or same_owner(owner, instance.tags.get(OWNER_TAG, ""))):
            found.append(raw["name"])
    return found


def released(instance: Seen, disks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of the disks that an interrupted deletion tagged, and that somebody has detached since."""
    return [
        raw["name"]
        for raw in disks
        if tags_of(raw).get(INSTANCE_TAG) == instance.ref and not raw.get("attachedTo")
    ]


def marks(instance: Seen) -> dict[str, str]:
    """Return the tags that mark a disk for deletion with an instance of ours."""
    found = {SOURCE_TAG: source_of(instance.region, instance.name)}
    if instance.ref:
        found[INSTANCE_TAG] = instance.ref
    if OWNER_TAG in instance.tags:
        found[OWNER_TAG] = instance.tags[OWNER_TAG]
    return found


def left_of_instances(region: str, disks: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """Return the partly deleted instances, each with its name, its ARN, and its disks as ``attachedDisks``.

    A tagged disk that somebody has attached to another instance since is left out.
    """
    found: dict[str, Seen] = {}
    for raw in disks:
        tags = tags_of(raw)
        ref, source = tags.get(INSTANCE_TAG), SourceTag.parse(tags.get(SOURCE_TAG, ""))
        if ref is None or (source.region, source.form) != (region, DELETED_WITH):
            continue
        name = source.name
        if raw.get("attachedTo") not in (None, "", name):
            continue
        before = found[ref].outputs["attachedDisks"] if ref in found else []
        found[ref] = Seen(
            name=name,
            region=region,
            kind="Instance",
            ref=ref,
            state=PARTLY_DELETED,
            phase=Phase.FAILED,
            created_at=raw.get("createdAt"),
            tags={key: value for key, value in tags.items() if key != INSTANCE_TAG},
            outputs={"arn": ref, "resourceType": "Instance", "attachedDisks": [*before, raw["name"]]},
        )
    return list(found.values())


def source_of(region: str, instance: str) -> str:
    """Return the value of the source tag of the disks that are deleted with an instance."""
    return str(SourceTag(region=region, form=DELETED_WITH, name=instance))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]
