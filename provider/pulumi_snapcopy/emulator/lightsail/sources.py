"""The source of a request: a manual snapshot, or an automatic snapshot by date or the latest.

CopySnapshot, CreateInstancesFromSnapshot and CreateDiskFromSnapshot share these rules.
https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CopySnapshot.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ..shared import now
from .attaching import attached_disks
from .errors import invalid_input, not_found
from .models import LightsailBackend
from .resources import DISK, INSTANCE, Resource

_DATE, _LATEST = "restoreDate", "useLatestRestorableAutoSnapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source to copy or restore: its name in the request, and what a snapshot records of its origin."""

    name: str
    snapshot_kind: str
    origin: dict[str, Any]


def find_source(
    backend: LightsailBackend, parameters: dict[str, Any], snapshot: str, resource: str
) -> Source:
    """Return the source that a request names by its members `snapshot` or `resource`, in the source's region.

    Raises:
        LightsailError: InvalidInputException, if modes exclude each other, a date is malformed or a snapshot isn't
                complete; NotFoundException, if there is no such source.
    """
    check_mode(parameters, snapshot, resource)
    name = parameters.get(snapshot)
    if name is not None:
        return _manual(backend, name)
    return _automatic(backend, parameters[resource], parameters.get(_DATE))


def check_mode(parameters: dict[str, Any], snapshot: str, resource: str) -> None:
    """Refuse any request but a snapshot, a resource with a date, or a resource with the latest.

    ``useLatestRestorableAutoSnapshot=false`` counts as missing.
    """
    automatic = parameters.get(resource) is not None
    by_date, latest = parameters.get(_DATE) is not None, bool(parameters.get(_LATEST))
    if (parameters.get(snapshot) is not None) == automatic:
        raise invalid_input(f"Exactly one of {snapshot} and {resource} must be defined")
    if not automatic and (by_date or latest):
        raise invalid_input(f"{_DATE} and {_LATEST} can only be defined together with {resource}")
    if automatic and by_date == latest:
        raise invalid_input(f"Exactly one of {_DATE} and {_LATEST} must be defined together with {resource}")
    if by_date and not is_date(parameters[_DATE]):
        raise invalid_input(f"{_DATE} must be a date in the format YYYY-MM-DD: {parameters[_DATE]}")


def is_date(text: str) -> bool:
    """Whether a text is a real date in the form YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def origin_of(resource: Resource, *, automatic: bool = False) -> dict[str, Any]:
    """Return what a snapshot of this instance or disk records of its origin."""
    members = resource.members
    if resource.kind == DISK:
        origin = {
            "fromDiskName": resource.name,
            "fromDiskArn": members["arn"],
            "sizeInGb": members["sizeInGb"],
        }
    else:
        origin = {
            "fromInstanceName": resource.name,
            "fromInstanceArn": members["arn"],
            "fromBlueprintId": members["blueprintId"],
            "fromBundleId": members["bundleId"],
            "fromAttachedDisks": attached_disks(resource),
            "sizeInGb": members["hardware"]["disks"][0]["sizeInGb"],
        }
    return {**origin, "isFromAutoSnapshot": automatic}


def _manual(backend: LightsailBackend, name: str) -> Source:
    found = backend.find(name, "InstanceSnapshot", "DiskSnapshot")
    if not found.is_complete(now()):
        raise invalid_input(f"The {found.kind} is not complete, its state is {found.state(now())}: {name}")
    kept = ("isFromAutoSnapshot", "sizeInGb")
    origin = {k: v for k, v in found.members.items() if k.startswith("from") or k in kept}
    return Source(name=name, snapshot_kind=found.kind, origin=origin)


def _automatic(backend: LightsailBackend, name: str, restore_date: str | None) -> Source:
    found = backend.find(name, INSTANCE, DISK)
    taken = {details["date"]: details["status"] for details in found.automatic}
    if restore_date is None and "Success" not in taken.values():
        raise not_found("AutoSnapshot", f"{name}, the latest")
    if restore_date is not None and restore_date not in taken:
        raise not_found("AutoSnapshot", f"{name}, {restore_date}")
    if restore_date is not None and taken[restore_date] != "Success":
        status = taken[restore_date]
        raise invalid_input(f"The AutoSnapshot has the status {status}: {name}, {restore_date}")
    return Source(name=name, snapshot_kind=f"{found.kind}Snapshot", origin=origin_of(found, automatic=True))
