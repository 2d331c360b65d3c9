"""CopySnapshot: which requests are refused at once, and which are accepted and fail later.

The call goes to the destination's region. A source that doesn't exist, isn't complete, or whose key can't be used
is accepted: the copy is ``pending``, then in ``error``, and its StateMessage gives the reason.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.session import get_session

from ..blocks import EC2, ERROR, Snapshot, begin
from ..shared import SHARED, now
from .checks import is_snapshot_id, tags_in_call
from .errors import EC2Error, dry_run, invalid
from .keys import is_accessible, key_for_copy, refuse_key_without_encryption

COPIED_FROM = "vol-ffffffff"
_MOST_COPIES = 20
_NOT_FOUND, _INCOMPLETE = "Source snapshot is not found", "Source snapshot is not complete"
_NO_KEY = "Given key ID is not accessible"


@cache
def region_names() -> frozenset[str]:
    """Return the regions of EC2 in botocore's data."""
    session = get_session()
    partitions = session.get_available_partitions()
    return frozenset(
        name for each in partitions for name in session.get_available_regions("ec2", partition_name=each)
    )


def copy_snapshot(region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer CopySnapshot: start a copy; an unusable source makes it fail later."""
    tags = _check(region, parameters)
    source_region, source_id = parameters["SourceRegion"], parameters["SourceSnapshotId"]
    source = EC2.region(source_region).shown(source_id)
    if source is not None and not source.readable_by(account):
        source = None
    encrypted = bool(parameters.get("Encrypted")) or (source is not None and source.encrypted)
    key = key_for_copy(account, region, parameters.get("KmsKeyId"), encrypted=encrypted)
    _refuse_too_many(region)
    copy = begin(
        EC2,
        owner=account,
        copied=True,
        seconds=SHARED.settings.copy_seconds,
        volume_id=COPIED_FROM,
        description=parameters.get("Description", ""),
        tags=tags,
        minutes=parameters.get("CompletionDurationMinutes"),
        **_outcome(account, source, key),
    )
    EC2.region(region).put(copy)
    return {"SnapshotId": copy.id, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _check(region: str, parameters: dict[str, Any]) -> dict[str, str]:
    """Refuse what the service refuses before it starts a copy, and return the tags."""
    if not is_snapshot_id(parameters["SourceSnapshotId"]):
        raise invalid("The specified snapshotId is invalid")
    _check_duration(parameters.get("CompletionDurationMinutes"))
    tags = tags_in_call(parameters.get("TagSpecifications"))
    _check_place(parameters)
    if parameters.get("DryRun"):
        raise dry_run()
    if parameters["SourceRegion"] not in region_names():
        raise EC2Error("InvalidRegion", f"{parameters['SourceRegion']} is not a valid region name.")
    destination = parameters.get("DestinationRegion")
    if destination and destination != region:
        raise invalid(f"Invalid destination region {destination}; the request was sent to {region}")
    _check_presigned(region, parameters)
    refuse_key_without_encryption(parameters)
    return tags


def _check_duration(minutes: int | None) -> None:
    if minutes is not None and not (15 <= minutes <= 2880 and minutes % 15 == 0):
        raise invalid(
            f"'{minutes}' is not a valid value for completion duration. "
            "Specify a value from 15 to 2880 minutes, in 15 minute increments."
        )


def _check_place(parameters: dict[str, Any]) -> None:
    for name in ("DestinationOutpostArn", "DestinationAvailabilityZone"):
        if parameters.get(name):
            message = f"{name} is not emulated: there are no Outposts and Local Zones here"
            raise EC2Error("UnsupportedOperation", message)


def _check_presigned(region: str, parameters: dict[str, Any]) -> None:
    """Refuse a PresignedUrl of another copy; the service never verifies its signature."""
    url = parameters.get("PresignedUrl")
    if not url:
        return
    parts, asked = urlsplit(url), parse_qs(urlsplit(url).query)
    wanted = {"SourceSnapshotId": parameters["SourceSnapshotId"], "DestinationRegion": region}
    if parts.scheme not in ("http", "https") or any(asked.get(k, [v]) != [v] for k, v in wanted.items()):
        raise invalid("The PresignedUrl does not agree with the request")


def _refuse_too_many(region: str) -> None:
    limit = SHARED.settings.max_copies_in_progress or _MOST_COPIES
    if EC2.region(region).copies_in_progress() >= limit:
        message = f"Too many snapshot copies in progress. The limit is {limit} for this destination region."
        raise EC2Error("ResourceLimitExceeded", message)


def _outcome(account: str, source: Snapshot | None, key: str | None) -> dict[str, Any]:
    """Return the size, encryption and final state of a new copy."""
    if source is None:
        return {"size": 0, "final": ERROR, "message": _NOT_FOUND}
    if source.state(now()) != "completed":
        return {"size": 0, "final": ERROR, "message": _INCOMPLETE}
    known = {"size": source.size, "encrypted": key is not None, "kms_key_id": key}
    if source.encrypted and not is_accessible(account, source.kms_key_id):
        return {**known, "final": ERROR, "message": _NO_KEY}
    return known
