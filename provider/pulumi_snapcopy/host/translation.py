"""Between Pulumi's property bags and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi.output import Unknown
from pulumi.runtime import rpc

from ..core.model import Copy, Snapshot
from ..core.naming import of_any_date
from ..core.rules.judgement import UNKNOWN
from ._sdk import PROVIDER_KEY

STRINGS = (
    "sourceSnapshotName",
    "sourceResourceName",
    "targetSnapshotName",
    "sourceRegion",
    "targetRegion",
    "restoreDate",
)
FLAGS = ("useLatestRestorableAutoSnapshot", "adopt", "trackLatest")

INPUTS = (*STRINGS, *FLAGS, "restoredDate", "tags", "triggers", "customTimeouts", "retainOnDelete", "owner")


def known(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the core reads them: without the provider and without what isn't given."""
    given = {key: value for key, value in properties.items() if key != PROVIDER_KEY and value is not None}
    return dict(_replace(given, lambda value: UNKNOWN if _is_unknown(value) else value))


def unknown_again(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the engine reads them."""
    return dict(_replace(properties, lambda value: rpc.UNKNOWN if value is UNKNOWN else value))


def _is_unknown(value: Any) -> bool:
    # The SDK hands on an object or the wire's own marker, depending on its version.
    return isinstance(value, Unknown) or (isinstance(value, str) and value == rpc.UNKNOWN)


def _replace(value: Any, by: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replace(each, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace(each, by) for each in value]
    return by(value)


def copy_id(snapshot: Snapshot) -> str:
    """The resource's id, ``targetRegion/targetSnapshotName``."""
    return f"{snapshot.region}/{snapshot.name}"


def settled_id(inputs: Mapping[str, Any]) -> str | None:
    """The id that settled inputs lead to, if that is known."""
    region, name = inputs.get("targetRegion"), inputs.get("targetSnapshotName")
    return f"{region}/{name}" if isinstance(region, str) and isinstance(name, str) else None


def asked_for(inputs: Mapping[str, Any], *, named: bool) -> set[str]:
    """What settled inputs ask for, as far as that is known: their id, and under a derived name those of other dates."""
    id_ = settled_id(inputs)
    if id_ is None:
        return set()
    return {id_} if named else {id_, f"{inputs.get('owner')}: {of_any_date(id_)}"}


def outputs(inputs: Mapping[str, Any], copy: Copy, olds: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the state holds of a copy: the inputs, what the service says, and what it said before of the same copy."""
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
    }
    said = {key: value for key, value in found.items() if value is not None}
    same = olds is not None and olds.get("arn") in (None, snapshot.arn)
    before = {key: olds[key] for key in found if key in olds} if same and olds else {}
    where = {"targetRegion": snapshot.region, "targetSnapshotName": snapshot.name}
    beside = {"supersedes": sorted(copy.supersedes)} if copy.supersedes else {}
    given = {key: value for key, value in inputs.items() if key not in found or key in INPUTS}
    return {**before, **given, **said, **where, **beside}
