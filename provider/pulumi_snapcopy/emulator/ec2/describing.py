"""DescribeSnapshots: what a snapshot looks like at a time, and the pages of a list."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ..blocks import EC2, PENDING, Snapshot
from ..shared import SHARED, now
from . import filters
from .checks import check_id
from .copying import COPIED_FROM
from .errors import EC2Error, invalid, snapshot_not_found
from .images import public_snapshots

_NOT_YET = "Metadata not updated"
_FEWEST, _MOST = 5, 1000


def describe(snapshot: Snapshot, at: float) -> dict[str, Any]:
    """Return a snapshot as EC2 shows it at this time; a pending copy shows neither size nor encryption."""
    state = snapshot.state(at)
    unknown = snapshot.copied and state == PENDING
    shown: dict[str, Any] = {
        "SnapshotId": snapshot.id,
        "OwnerId": snapshot.owner,
        "VolumeId": COPIED_FROM if snapshot.copied else snapshot.volume_id,
        "VolumeSize": 0 if unknown else snapshot.size,
        "Encrypted": False if unknown else snapshot.encrypted,
        "Description": snapshot.description,
        "StartTime": moment(snapshot.created_at),
        "State": state,
        "Progress": f"{snapshot.progress(at)}%",
        "StorageTier": "standard",
        "TransferType": "time-based" if snapshot.minutes else "standard",
        "Tags": [{"Key": key, "Value": value} for key, value in snapshot.tags.items()],
    }
    if snapshot.kms_key_id and not unknown:
        shown["KmsKeyId"] = snapshot.kms_key_id
    if snapshot.minutes:
        shown["CompletionDurationMinutes"] = snapshot.minutes
    message = _NOT_YET if unknown else snapshot.message if state == "error" else None
    if message:
        shown["StateMessage"] = message
    if state == "completed":
        shown["CompletionTime"] = moment(snapshot.done_at or snapshot.created_at)
        shown["FullSnapshotSizeInBytes"] = snapshot.size * 2**30
    return shown


def describe_snapshots(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer DescribeSnapshots: return a page of the snapshots that the request asks for."""
    ids, wanted = parameters.get("SnapshotIds") or [], parameters.get("Filters") or []
    filters.check(wanted)
    size = page_size(parameters, ids)
    at = now()
    shown = [(each, describe(each, at)) for each in _candidates(region, account, ids, parameters)]
    listed = [
        (each.number, members)
        for each, members in shown
        if filters.matches(wanted, each, members, at) and (ids or wanted or each.filterable_at <= at)
    ]
    return page(listed, parameters.get("NextToken"), size)


def page_size(parameters: dict[str, Any], ids: list[str]) -> int | None:
    """Return how many snapshots a page holds; None: all.

    Raises:
        EC2Error: InvalidParameterValue or InvalidParameterCombination.
    """
    size: int | None = parameters.get("MaxResults")
    if size is None:
        return SHARED.settings.page_size if not ids else None
    if ids:
        message = "The parameter SnapshotIds cannot be used with the parameter MaxResults"
        raise EC2Error("InvalidParameterCombination", message)
    if not size >= _FEWEST:
        raise invalid(
            f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value greater than 5."
        )
    return min(size, _MOST, SHARED.settings.page_size or _MOST)


def page(listed: list[tuple[int, dict[str, Any]]], token: str | None, size: int | None) -> dict[str, Any]:
    """Return a page of a list of pairs (number, description).

    A token is the number of the last item of the page, so that a deletion between two pages hides no other item.
    """
    if token:
        if not token.isdigit():
            raise invalid(f"Unable to parse pagination token {token}")
        listed = [each for each in listed if each[0] > int(token)]
    answer: dict[str, Any] = {"Snapshots": [shown for _, shown in listed[:size]]}
    if size is not None and len(listed) > size:
        answer["NextToken"] = str(listed[size - 1][0])
    return answer


def moment(at: float) -> datetime:
    """Return a time as the API shows it."""
    return datetime.fromtimestamp(at, timezone.utc)


def _candidates(region: str, account: str, ids: list[str], parameters: dict[str, Any]) -> list[Snapshot]:
    for each in ids:
        check_id(each)
    owners = parameters.get("OwnerIds") or []
    readable = [each for each in EC2.region(region).all_shown() if each.readable_by(account)]
    if "amazon" in owners or not (owners or ids):
        readable = public_snapshots(region, account) + readable
    if ids:
        found = {each.id: each for each in readable}
        lost = [each for each in ids if each not in found]
        if lost:
            raise snapshot_not_found(lost[0])
        readable = [found[each] for each in dict.fromkeys(ids)]
    own = {account if owner == "self" else owner for owner in owners}
    return [each for each in readable if not owners or each.owner in own or ("amazon" in own and each.public)]
