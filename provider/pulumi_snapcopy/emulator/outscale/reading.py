"""OAPI's actions that only read, Read…, with their filters and pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ..blocks import Region, Snapshot, Volume
from ..shared import SHARED, account_id, now
from .creating import subregions
from .describing import describe, describe_volume
from .description import regions
from .errors import OapiError

_MOST = 1000
_NO_LIMIT = 10_000
Item = Snapshot | Volume
Shown = Mapping[str, Any]
Values = Callable[[Item, Shown], Sequence[Any]]


def _of(member: str) -> Values:
    return lambda item, shown: [shown[member]] if member in shown else []


_TAGS: dict[str, Values] = {
    "TagKeys": lambda item, shown: list(_tags(item)),
    "TagValues": lambda item, shown: list(_tags(item).values()),
    "Tags": lambda item, shown: [f"{key}={value}" for key, value in _tags(item).items()],
}
_SNAPSHOT_FILTERS: dict[str, Values] = {
    **_TAGS,
    "AccountAliases": lambda item, shown: [],
    "AccountIds": _of("AccountId"),
    "ClientTokens": _of("ClientToken"),
    "Descriptions": _of("Description"),
    "PermissionsToCreateVolumeAccountIds": lambda i, shown: shown["PermissionsToCreateVolume"]["AccountIds"],
    "PermissionsToCreateVolumeGlobalPermission": (
        lambda item, shown: [shown["PermissionsToCreateVolume"]["GlobalPermission"]]
    ),
    "Progresses": _of("Progress"),
    "SnapshotIds": _of("SnapshotId"),
    "States": _of("State"),
    "VolumeIds": _of("VolumeId"),
    "VolumeSizes": _of("VolumeSize"),
}
_VOLUME_FILTERS: dict[str, Values] = {
    **_TAGS,
    "ClientTokens": _of("ClientToken"),
    "SnapshotIds": _of("SnapshotId"),
    "SubregionNames": _of("SubregionName"),
    "VolumeIds": _of("VolumeId"),
    "VolumeSizes": _of("Size"),
    "VolumeStates": _of("State"),
    "VolumeTypes": _of("VolumeType"),
}
_IMMEDIATE = {"SnapshotIds", "ClientTokens"}
"""Filters that find a new snapshot as soon as it is visible."""


def read_snapshots(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadSnapshots: return the snapshots that the account may read and that pass the filters, if any."""
    filters, at = request.get("Filters", {}), now()
    since, until = _time(filters, "FromCreationDate"), _time(filters, "ToCreationDate")
    found = []
    for each in region.all_shown():
        late = each.filterable_at > at and not set(filters) & _IMMEDIATE
        if late or not each.readable_by(account_id()):
            continue
        shown = describe(each)
        if since <= each.created_at <= until and _passes(each, shown, filters, _SNAPSHOT_FILTERS):
            found.append((each.number, shown))
    return _page("Snapshots", found, request)


def read_volumes(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadVolumes: return the account's volumes that pass the filters."""
    filters = request.get("Filters", {})
    shown = [(each.number, each, describe_volume(each)) for each in region.volumes.values()]
    found = [(number, s) for number, each, s in shown if _passes(each, s, filters, _VOLUME_FILTERS)]
    return _page("Volumes", found, request)


def read_tags(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadTags: return the tags of the account's snapshots and volumes."""
    filters = request.get("Filters", {})
    own = [each for each in region.all_shown() if each.owner == account_id()]
    resources: list[tuple[str, Item]] = [("snapshot", each) for each in own]
    resources += [("volume", each) for each in region.volumes.values()]
    members = {"Keys": "Key", "ResourceIds": "ResourceId", "ResourceTypes": "ResourceType", "Values": "Value"}
    tags = [
        {"Key": key, "Value": value, "ResourceId": each.id, "ResourceType": kind}
        for kind, each in resources
        for key, value in _tags(each).items()
    ]
    found = [
        (number, tag)
        for number, tag in enumerate(tags, start=1)
        if all(tag[members[name]] in wanted for name, wanted in filters.items())
    ]
    return _page("Tags", found, request)


def read_accounts(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadAccounts: return the account of the credentials."""
    return {"Accounts": [{"AccountId": account_id()}]}


def read_quotas(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadQuotas: return how many snapshots the account may have, and how many it has."""
    used = sum(each.owner == account_id() for each in region.snapshots.values())
    most = SHARED.settings.max_snapshots
    quota = {
        "AccountId": account_id(),
        "Description": "Maximum number of snapshots",
        "MaxValue": _NO_LIMIT if most is None else most,
        "Name": "snapshot_limit",
        "QuotaCollection": "Storage",
        "ShortDescription": "Snapshots limit",
        "UsedValue": used,
    }
    filters = request.get("Filters", {})
    named = quota["Name"] in filters.get("QuotaNames", [quota["Name"]])
    return {"QuotaTypes": [{"QuotaType": "global", "Quotas": [quota]}] if named else []}


def read_regions(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadRegions: return all regions."""
    return {"Regions": [{"RegionName": n, "Endpoint": f"api.{n}.outscale.com"} for n in regions()]}


def read_subregions(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    """Answer ReadSubregions: return the region's Subregions."""
    return {
        "Subregions": [
            {"RegionName": region.name, "State": "available", "SubregionName": each}
            for each in subregions(region.name)
        ]
    }


def _tags(item: Item) -> dict[str, str]:
    return item.filterable_tags(now()) if isinstance(item, Snapshot) else item.tags


def _passes(item: Item, shown: Shown, filters: Mapping[str, Any], known: Mapping[str, Values]) -> bool:
    for name, wanted in filters.items():
        if name in ("FromCreationDate", "ToCreationDate"):
            continue
        if name not in known:
            raise OapiError("OperationNotEmulated", f"The filter {name} is not emulated.")
        accepted = wanted if isinstance(wanted, list) else [wanted]
        if not any(value in accepted for value in known[name](item, shown)):
            return False
    return True


def _time(filters: Mapping[str, Any], name: str) -> float:
    if name not in filters:
        return 0.0 if name.startswith("From") else float("inf")
    try:
        read = datetime.fromisoformat(filters[name].replace("Z", "+00:00"))
    except ValueError:
        raise OapiError(4045, f"The value of the filter {name} is not a date in ISO 8601.") from None
    return (read if read.tzinfo else read.replace(tzinfo=timezone.utc)).timestamp()


def _page(member: str, found: list[tuple[int, Any]], request: dict[str, Any]) -> dict[str, Any]:
    """Return a page of a list.

    A token is the number of the last item of the page, so that a deletion between two pages hides no other item.
    """
    size, token = request.get("ResultsPerPage"), request.get("NextPageToken")
    if size is not None and not 1 <= size <= _MOST:
        raise OapiError(4045, f"ResultsPerPage must be from 1 to {_MOST}.")
    if token is not None and size is None:
        raise OapiError(3002, "NextPageToken needs ResultsPerPage.")
    if token is not None:
        last = _last(token)
        found = [each for each in found if each[0] > last]
    size = min(size or _MOST, SHARED.settings.page_size or _MOST)
    answer: dict[str, Any] = {member: [shown for _, shown in found[:size]]}
    if len(found) > size:
        answer["NextPageToken"] = base64.b64encode(str(found[size - 1][0]).encode()).decode()
    return answer


def _last(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True))
    except ValueError:
        raise OapiError(4045, "The NextPageToken is not valid.") from None
