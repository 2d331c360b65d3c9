"""Converts snapshots of EC2's API into the core's `Seen`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timezone
from typing import Any

from ..core.values import Phase, Seen
from .family import phase
from .mark import key_of
from .permissions import KEYS_NEED

KIND = "Snapshot"


def seen_of(raw: Mapping[str, Any], region: str, *, fcu: bool) -> Seen:
    """Return a snapshot of the API as a `Seen`; size and encryption of a pending copy on AWS are unknown."""
    state, id_ = raw.get("State") or "pending", raw.get("SnapshotId", "")
    tags = {tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags") or []}
    done = phase(state) is Phase.DONE
    started = raw.get("StartTime")
    size = raw.get("VolumeSize") or None
    return Seen(
        name=id_,
        region=region,
        kind=KIND,
        ref=id_,
        key=key_of(tags, raw.get("Description") or "", fcu=fcu),
        state=state,
        phase=phase(state),
        progress=raw.get("Progress") or None,
        message=_explained(raw.get("StateMessage") or "", fcu=fcu) if phase(state) is Phase.FAILED else "",
        created_at=started.astimezone(timezone.utc) if started else None,
        size=size,
        tags=tags,
        outputs={
            "snapshotId": id_,
            "arn": None if fcu else arn(region, id_),
            "progress": raw.get("Progress") or None,
            "volumeSize": size,
            "encrypted": raw.get("Encrypted") if done and not fcu else None,
            "kmsKeyId": raw.get("KmsKeyId") if done else None,
        },
    )


def arn(region: str, id_: str) -> str:
    """Return a snapshot's ARN, whose account field is empty.

    Example:
        >>> arn("eu-west-1", "snap-0123456789abcdef0")
        'arn:aws:ec2:eu-west-1::snapshot/snap-0123456789abcdef0'
    """
    return f"arn:aws:ec2:{region}::snapshot/{id_}"


def _explained(message: str, *, fcu: bool) -> str:
    """Return the service's message; if it is about a key on AWS, with the permissions that keys need."""
    return f"{message} ({KEYS_NEED})" if "key" in message.lower() and not fcu else message
