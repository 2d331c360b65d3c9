"""Between Pulumi's property bags and ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pulumi.runtime import rpc

from ..core.model import Copy, Snapshot
from ..core.rules import FLAGS, STRINGS, UNKNOWN
from ._sdk import PROVIDER_KEY

INPUTS = (*STRINGS, *FLAGS, "restoredDate", "tags", "triggers", "customTimeouts", "retainOnDelete", "owner")
_ARGUMENT = re.compile(rf"\b({'|'.join((*STRINGS, *FLAGS))})\b")


def snake_case(name: str) -> str:
    """The Python spelling of a property.

    Example:
        >>> snake_case("sourceSnapshotName")
        'source_snapshot_name'
    """
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def pythonic(message: str) -> str:
    """A rule's message with the arguments spelled as the user's program spells them."""
    return _ARGUMENT.sub(lambda argument: snake_case(argument[1]), message)


def known(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the core reads them: without the provider and without what isn't given."""
    return {
        key: _mark(value, rpc.UNKNOWN, UNKNOWN)
        for key, value in properties.items()
        if key != PROVIDER_KEY and value is not None
    }


def unknown_again(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the engine reads them."""
    return {key: _mark(value, UNKNOWN, rpc.UNKNOWN) for key, value in properties.items()}


def _mark(value: Any, mark: object, by: object) -> Any:
    if isinstance(value, Mapping):
        return {key: _mark(each, mark, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_mark(each, mark, by) for each in value]
    return by if value is mark or (isinstance(mark, str) and value == mark) else value


def copy_id(snapshot: Snapshot) -> str:
    """The resource's id, ``targetRegion/targetSnapshotName``."""
    return f"{snapshot.region}/{snapshot.name}"


def outputs(inputs: Mapping[str, Any], copy: Copy) -> dict[str, Any]:
    """What the state holds of a copy: the inputs, and what the service says."""
    snapshot = copy.snapshot
    found = {
        "arn": snapshot.arn,
        "state": snapshot.state,
        "resourceType": snapshot.resource_type or None,
        "createdAt": snapshot.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") if snapshot.created_at else None,
        "sizeInGb": snapshot.size_in_gb,
        "fromResourceName": snapshot.from_resource_name,
        "restoredDate": copy.restore_date,
        "operationId": copy.operation_id,
        "targetRegion": snapshot.region,
        "targetSnapshotName": snapshot.name,
    }
    return {**inputs, **{key: value for key, value in found.items() if value is not None}}
