"""The filters of DescribeSnapshots, which select the snapshots of a list.

Values are patterns: ``*`` and ``?`` are wildcards unless preceded by a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ..blocks import Snapshot
from .errors import invalid

Members = Mapping[str, Any]

_BY_MEMBER: dict[str, Callable[[Members], Any]] = {
    "description": lambda shown: shown["Description"],
    "encrypted": lambda shown: str(shown["Encrypted"]).lower(),
    "owner-alias": lambda shown: shown.get("OwnerAlias"),
    "owner-id": lambda shown: shown["OwnerId"],
    "progress": lambda shown: shown["Progress"],
    "snapshot-id": lambda shown: shown["SnapshotId"],
    "start-time": lambda shown: shown["StartTime"].isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    "status": lambda shown: shown["State"],
    "storage-tier": lambda shown: shown.get("StorageTier"),
    "transfer-type": lambda shown: shown.get("TransferType"),
    "volume-id": lambda shown: shown["VolumeId"],
    "volume-size": lambda shown: str(shown["VolumeSize"]),
}
FILTERS = frozenset({*_BY_MEMBER, "tag-key"})
FCU_FILTERS = (FILTERS | {"tag-value"}) - {"storage-tier", "encrypted", "transfer-type"}


def check(filters: list[dict[str, Any]], known: frozenset[str] = FILTERS) -> None:
    """Refuse filters that the service doesn't have."""
    for each in filters:
        name = each.get("Name", "")
        if name not in known and not name.startswith("tag:"):
            raise invalid(f"The filter '{name}' is invalid")


def matches(filters: list[dict[str, Any]], snapshot: Snapshot, shown: Members, at: float) -> bool:
    """Whether a snapshot passes all filters; a filter by id alone finds a new snapshot earlier than other filters."""
    if any(each["Name"] != "snapshot-id" for each in filters) and snapshot.filterable_at > at:
        return False
    tags = snapshot.filterable_tags(at)
    return all(
        any(
            _like(pattern, value)
            for pattern in each.get("Values", [])
            for value in _values(each["Name"], shown, tags)
        )
        for each in filters
    )


def _values(name: str, shown: Members, tags: dict[str, str]) -> list[str]:
    if name == "tag-key":
        return list(tags)
    if name == "tag-value":
        return list(tags.values())
    if name.startswith("tag:"):
        key = name.removeprefix("tag:")
        return [tags[key]] if key in tags else []
    value = _BY_MEMBER[name](shown)
    return [] if value is None else [value]


def _like(pattern: str, value: str) -> bool:
    return _expression(pattern).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _expression(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    literal = (wild.get(part) or re.escape(part[1:] if len(part) == 2 else part) for part in parts)
    return re.compile("".join(literal), re.DOTALL)
