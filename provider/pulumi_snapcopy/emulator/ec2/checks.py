"""Checks of ids and tags that the operations on snapshots share."""

from __future__ import annotations

import re
from typing import Any

from ..blocks import Region, Snapshot
from .errors import EC2Error, invalid, snapshot_not_found

_ID = re.compile(r"snap-(?:[0-9a-f]{8}|[0-9a-f]{17})")
_UPPER = re.compile(r"snap-[0-9a-fA-F]+")
_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256


def is_snapshot_id(text: str) -> bool:
    """Whether a text has the form of a snapshot's id; an id of zeroes alone doesn't count."""
    return bool(_ID.fullmatch(text)) and set(text[5:]) != {"0"}


def check_id(snapshot_id: str) -> None:
    """Refuse a malformed snapshot id, with the errors of every operation but CopySnapshot."""
    if is_snapshot_id(snapshot_id):
        return
    if _UPPER.fullmatch(snapshot_id) and snapshot_id != snapshot_id.lower():
        raise invalid(f"Value ({snapshot_id}) for parameter snapshotId is invalid.")
    raise EC2Error("InvalidSnapshotID.Malformed", f'Invalid id: "{snapshot_id}" (expecting "snap-...")')


def find(region: Region, snapshot_id: str, account: str) -> Snapshot:
    """Return the snapshot of this id that the account can read.

    Raises:
        EC2Error: InvalidSnapshotID.Malformed or InvalidSnapshot.NotFound.
    """
    check_id(snapshot_id)
    found = region.shown(snapshot_id)
    if found is None or not found.readable_by(account):
        raise snapshot_not_found(snapshot_id)
    return found


def find_own(region: Region, snapshot_id: str, account: str) -> Snapshot:
    """Return the snapshot of this id for a change: the account must own it, and it must not be deleted."""
    found = find(region, snapshot_id, account)
    if found.gone_at is not None:
        raise snapshot_not_found(snapshot_id)
    if found.owner != account:
        raise EC2Error("UnauthorizedOperation", "You are not authorized to perform this operation.")
    return found


def tags_in_call(specifications: list[dict[str, Any]] | None) -> dict[str, str]:
    """Return the tags in a request's TagSpecifications for a snapshot.

    Raises:
        EC2Error: InvalidParameterValue, InvalidTagKey.Malformed or TagLimitExceeded.
    """
    tags: dict[str, str] = {}
    for specification in specifications or ():
        kind = specification.get("ResourceType")
        if kind != "snapshot":
            raise invalid(f"'{kind}' is not a valid taggable resource type for this operation.")
        given = specification.get("Tags", [])
        keys = [tag.get("Key", "") for tag in given]
        twice = sorted({key for key in keys if keys.count(key) > 1 or key in tags})
        if twice:
            raise invalid(f"Duplicate tag key '{twice[0]}' specified.")
        tags |= checked_tags(given)
    if len(tags) > _MOST_TAGS:
        raise too_many_tags()
    return tags


def checked_tags(given: list[dict[str, Any]]) -> dict[str, str]:
    """Return the tags of a request as a dict; tags that EC2 doesn't accept are refused."""
    for tag in given:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if not key or key.lower().startswith("aws:"):
            message = (
                "Tag keys must not be empty, and those starting with 'aws:' are reserved for internal use"
            )
            raise EC2Error("InvalidTagKey.Malformed", message)
        if len(key) > _LONGEST_KEY:
            raise invalid(f"Tag key exceeds the maximum length of {_LONGEST_KEY} characters")
        if len(value) > _LONGEST_VALUE:
            raise invalid(f"Tag value exceeds the maximum length of {_LONGEST_VALUE} characters")
    return {tag["Key"]: tag.get("Value", "") for tag in given}


def merged_tags(snapshot: Snapshot, tags: dict[str, str]) -> dict[str, str]:
    """Return a snapshot's tags after CreateTags; more than 50 are refused."""
    merged = {**snapshot.tags, **tags}
    if len(merged) > _MOST_TAGS:
        raise too_many_tags()
    return merged


def too_many_tags() -> EC2Error:
    """Return the error for more than 50 tags on a resource."""
    message = f"More than the maximum number of tags ({_MOST_TAGS}) allowed on a resource."
    return EC2Error("TagLimitExceeded", message)
