"""What is left of a restored instance whose deletion was interrupted: the disks that came along with it.

The service deletes an instance and leaves its disks. They are marked first, so that the next run finds them, whatever
became of the one that deleted the instance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timezone
from typing import Any

from ..core.values import OWNER_TAG, SOURCE_TAG, Seen
from .family import key_of
from .restoring_family import phase

INSTANCE_TAG = "snapcopy:instance"
"""On a disk: name and ARN of the instance that it goes with."""

_TAGS = {OWNER_TAG: "snapcopy:instance-owner", SOURCE_TAG: "snapcopy:instance-source"}
"""The instance's own tags, as a disk has them: under their own names they would make it somebody's restored disk."""

_GONE = "terminated"


def marks(instance: Seen) -> dict[str, str]:
    """Return the tags of a disk that is to be deleted together with its instance."""
    own = {mark: instance.tags[tag] for tag, mark in _TAGS.items() if tag in instance.tags}
    return {INSTANCE_TAG: f"{instance.name}/{instance.ref}"[:256], **own}


def disks_of(instance: Seen, disks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Name those of the disks, in the API's words, that are marked to be deleted with an instance."""
    return [each["name"] for each in disks if _tags(each).get(INSTANCE_TAG) == marks(instance)[INSTANCE_TAG]]


def instances(disks: Sequence[Mapping[str, Any]], region: str) -> dict[str, Seen]:
    """Return the instances, by name, to whose deletion only these disks are missing."""
    found: dict[str, Seen] = {}
    for each in disks:
        tags = _tags(each)
        name, slash, arn = tags.get(INSTANCE_TAG, "").partition("/")
        if slash:
            made = each.get("createdAt")  # in this machine's zone, as botocore reads times
            found[name] = Seen(
                name=name,
                region=region,
                kind="Instance",
                ref=arn,
                key=key_of(name),
                state=_GONE,
                phase=phase(_GONE),
                created_at=made.astimezone(timezone.utc) if made else None,
                tags={tag: tags[mark] for tag, mark in _TAGS.items() if mark in tags},
                outputs={"arn": arn, "resourceType": "Instance"},
            )
    return found


def _tags(raw: Mapping[str, Any]) -> dict[str, str]:
    return {tag["key"]: tag.get("value", "") for tag in raw.get("tags") or []}
