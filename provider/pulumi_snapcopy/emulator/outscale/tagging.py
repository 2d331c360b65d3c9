"""OAPI's CreateTags and DeleteTags: 50 tags a resource, keys of 1 to 255 and values of at most 255 characters."""

from __future__ import annotations

from typing import Any

from ..blocks import Region, Snapshot, Volume
from . import snapshots
from .errors import OapiError

_MOST_TAGS, _LONGEST = 50, 255


def create_tags(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer CreateTags: add tags to resources or change their values, on all resources or none."""
    add(region, request["ResourceIds"], request["Tags"])
    return {}


def delete_tags(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer DeleteTags: remove tags whose key and value both match; other tags are ignored."""
    wanted = {(tag["Key"], tag["Value"]) for tag in request["Tags"]}
    for each in _resources(region, request["ResourceIds"]):
        left = {key: value for key, value in each.tags.items() if (key, value) not in wanted}
        snapshots.retag(region, each, left)
    return {}


def add(region: Region, resource_ids: list[str], tags: list[dict[str, Any]]) -> None:
    """Add tags to resources or change their values, for OAPI and FCU."""
    for tag in tags:
        key, value = tag["Key"], tag.get("Value", "")
        if not 1 <= len(key) <= _LONGEST:
            raise OapiError(4069, f"A tag's key has 1 to {_LONGEST} characters.")
        if len(value) > _LONGEST:
            raise OapiError(4071, f"A tag's value has at most {_LONGEST} characters.")
    given = {tag["Key"]: tag.get("Value", "") for tag in tags}
    merged = [(each, {**each.tags, **given}) for each in _resources(region, resource_ids)]
    if any(len(each) > _MOST_TAGS for _, each in merged):
        raise OapiError(10041, f"A resource can have {_MOST_TAGS} tags.")
    for resource, each in merged:
        snapshots.retag(region, resource, each)


def _resources(region: Region, resource_ids: list[str]) -> list[Snapshot | Volume]:
    return [
        snapshots.find_volume(region, each) if each.startswith("vol-") else snapshots.find_own(region, each)
        for each in resource_ids
    ]
