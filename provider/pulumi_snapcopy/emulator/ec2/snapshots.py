"""CreateSnapshot, DeleteSnapshot, CreateTags and DeleteTags."""

from __future__ import annotations

from typing import Any

from ..blocks import EC2, begin
from ..shared import SHARED
from .checks import checked_tags, find_own, merged_tags, tags_in_call
from .describing import describe
from .errors import EC2Error, dry_run
from .images import image_in_use, unmirror, volume


def create_snapshot(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateSnapshot: start a snapshot of a volume; the Progress in the response is empty."""
    tags = tags_in_call(parameters.get("TagSpecifications"))
    if parameters.get("DryRun"):
        raise dry_run()
    source = volume(region, account, parameters["VolumeId"])
    if source is None:
        raise EC2Error("InvalidVolume.NotFound", f"The volume '{parameters['VolumeId']}' does not exist.")
    taken = begin(
        EC2,
        owner=account,
        copied=False,
        seconds=SHARED.settings.snapshot_seconds,
        size=source.size,
        volume_id=source.id,
        description=parameters.get("Description", ""),
        tags=tags,
        encrypted=bool(source.encrypted),
        kms_key_id=source.kms_key_id or None,
    )
    EC2.region(region).put(taken)
    return {**describe(taken, taken.created_at), "State": "pending", "Progress": ""}


def delete_snapshot(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteSnapshot: delete a snapshot in any state, unless an image uses it."""
    if parameters.get("DryRun"):
        raise dry_run()
    place = EC2.region(region)
    found = find_own(place, parameters["SnapshotId"], account)
    image = image_in_use(region, account, found)
    if image is not None:
        message = f"The snapshot {found.id} is currently in use by {image}"
        raise EC2Error("InvalidSnapshot.InUse", message)
    place.delete(found)
    unmirror(region, account, found.id)
    return {}


def create_tags(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateTags: add tags to snapshots or change their values, on all snapshots or none."""
    tags = checked_tags(parameters["Tags"])
    if parameters.get("DryRun"):
        raise dry_run()
    place = EC2.region(region)
    found = [find_own(place, each, account) for each in parameters["Resources"]]
    for each, merged in [(each, merged_tags(each, tags)) for each in found]:
        place.tag(each, merged)
    return {}


def delete_tags(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteTags: remove tags by key, or by key and value; a request without tags removes all."""
    if parameters.get("DryRun"):
        raise dry_run()
    place = EC2.region(region)
    wanted = parameters.get("Tags")
    for each in [find_own(place, each, account) for each in parameters["Resources"]]:
        place.tag(each, {} if wanted is None else without(each.tags, wanted))
    return {}


def without(tags: dict[str, str], wanted: list[dict[str, Any]]) -> dict[str, str]:
    """Return the tags that remain; a tag given with a value is removed only if it has that value."""
    gone = {tag["Key"] for tag in wanted if "Value" not in tag or tags.get(tag["Key"]) == tag["Value"]}
    return {key: value for key, value in tags.items() if key not in gone}
