"""Converts what Lightsail's API shows, names included, into the core's values, and tags into the API's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from ..core.errors import AnswerLost
from ..core.values import Phase, Record, Seen, Spec, Started

if TYPE_CHECKING:
    from types_boto3_lightsail.type_defs import TagTypeDef

KEY_DIGITS = 8
_DERIVED = re.compile(rf"(.*)-(?:\d{{4}}-\d{{2}}-\d{{2}}|manual|restored)-([0-9a-f]{{{KEY_DIGITS}}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotSeen(Seen):
    """A snapshot as Lightsail shows it.

    Args:
        from_arn: the ARN of the instance or disk that it was taken of, also of a copy; None if the service doesn't say.
    """

    from_arn: str | None = None


def snapshot_seen(raw: Any, region: str, kind: str) -> SnapshotSeen:
    """Return a snapshot of the API as a `SnapshotSeen`; a snapshot without a state is pending.

    Args:
        raw: the snapshot.
        region: the snapshot's region.
        kind: InstanceSnapshot or DiskSnapshot.
    """
    state, made = raw.get("state") or "pending", created_at(raw)
    name = raw.get("name", "")
    return SnapshotSeen(
        name=name,
        region=region,
        kind=kind,
        ref=raw.get("arn"),
        from_arn=raw.get("fromInstanceArn") or raw.get("fromDiskArn"),
        key=key_of(name),
        state=state,
        phase=phase(state),
        progress=raw.get("progress"),
        created_at=made,
        size=raw.get("sizeInGb"),
        tags=tags_of(raw),
        outputs={
            "arn": raw.get("arn"),
            "resourceType": kind,
            "sizeInGb": raw.get("sizeInGb"),
            "fromResourceName": raw.get("fromInstanceName") or raw.get("fromDiskName"),
        },
    )


def started(answer: Any, spec: Spec, call_: str, *, tagged: bool = False) -> Started:
    """Return what a response says of the object that the request makes, leaving out operations on other objects.

    Raises:
        AnswerLost: if the response holds no operation.
    """
    operations = answer.get("operations") or []
    if not operations:
        raise AnswerLost("the answer holds no operation", call=call_)
    record = record_of(
        next((each for each in operations if each.get("resourceName") == spec.name), operations[0])
    )
    seen = Seen(name=spec.name, region=spec.region, kind=record.kind, created_at=record.created_at)
    return Started(seen=seen, operation_id=record.id or None, tagged=tagged)


def record_of(raw: Any) -> Record:
    """Return an operation of the API as a `Record`; operations on other objects than snapshots decide nothing."""
    type_, failed = raw.get("operationType", ""), raw.get("status", "") == "Failed"
    # A restore from a snapshot makes no snapshot, and a failed deletion removes none.
    of_a_snapshot = type_.endswith("Snapshot") and not type_.endswith("FromSnapshot")
    return Record(
        id=raw.get("id", ""),
        kind=raw.get("resourceType") or "",
        source=_origin(raw),
        decides=of_a_snapshot and not (failed and type_.startswith("Delete")),
        deletes=type_.startswith("Delete"),
        failed=failed,
        reason=": ".join(part for part in (raw.get("errorCode"), raw.get("errorDetails")) if part),
        created_at=created_at(raw),
    )


def created_at(raw: Any) -> datetime | None:
    """Return when an object was created, in UTC like the service's dates; botocore returns this machine's time zone."""
    created: datetime | None = raw.get("createdAt")
    return created.astimezone(timezone.utc) if created else None


def pairs(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Return tags as the API's list of keys and values."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def _origin(raw: Any) -> str:
    """Return what an operation copied, or took a snapshot of; empty if the operation's record doesn't say.

    Of a snapshot that was taken, only its own record names the source; the source's record names the snapshot.
    """
    type_, details = raw.get("operationType", ""), raw.get("operationDetails") or ""
    if type_ == "CopySnapshot" or not details:
        return str(details) if type_ == "CopySnapshot" else ""
    region = (raw.get("location") or {}).get("regionName", "")
    made = {"CreateInstanceSnapshot": "InstanceSnapshot", "CreateDiskSnapshot": "DiskSnapshot"}.get(type_)
    return f"{region}:{taken_of(made, details)}" if made and made == raw.get("resourceType") else ""


def phase(state: str) -> Phase:
    """Return the phase that a snapshot's state means; an unknown state is pending, never done or failed.

    Example:
        >>> phase("available"), phase("completed"), phase("unknown")
        (<Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>)
    """
    return {"available": Phase.DONE, "completed": Phase.DONE, "error": Phase.FAILED}.get(state, Phase.PENDING)


def key_of(name: str) -> str:
    """Return the key in a derived name, with the start of the name, or an empty string for any other name.

    Example:
        >>> key_of("web-1-2026-11-20-3f9c2a1b"), key_of("my-web-1-manual-3f9c2a1b"), key_of("web-1-dr")
        ('web-1-3f9c2a1b', 'my-web-1-3f9c2a1b', '')
    """
    found = _DERIVED.fullmatch(name)
    return f"{found[1]}-{found[2]}" if found else ""


def taken_of(kind: str, name: str) -> str:
    """Return a taken snapshot's source as in our records, with the snapshot's type: a disk snapshot's may be an instance.

    Example:
        >>> taken_of("DiskSnapshot", "data-1")
        'DiskSnapshot/data-1'
    """
    return f"{kind}/{name}"


def tags_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of an object of the API as a dict.

    Example:
        >>> tags_of({"tags": [{"key": "team", "value": "shop"}, {"key": "nightly"}]})
        {'team': 'shop', 'nightly': ''}
    """
    return {tag["key"]: tag.get("value", "") for tag in raw.get("tags") or []}


def date_of(arguments: Mapping[str, Any]) -> str | None:
    """Return the date of an automatic source, whether given or settled; None if it is open, or the source is manual."""
    date: str | None = arguments.get("restoreDate") or arguments.get("restoredDate")
    return date
