"""The emulated operations of Lightsail, by their names in the API."""

from __future__ import annotations

from typing import Any

from ..shared import SHARED, changing, now
from . import bundles, creating, reading, restoring, tagging
from .attaching import detach_all, refuse_attached
from .copying import copy_snapshot
from .errors import LightsailError
from .models import LightsailBackend, backend_of
from .reading import Action
from .resources import DISK, DISK_SNAPSHOT, INSTANCE, INSTANCE_SNAPSHOT, MEMBER_OF
from .shapes import check_input, conform, service_model

_READING: dict[str, Action] = {
    "GetBundles": bundles.get_bundles,
    "GetAutoSnapshots": reading.get_auto_snapshots,
    "GetOperation": reading.get_operation,
    "GetOperations": reading.get_operations,
    "GetOperationsForResource": reading.get_operations_for_resource,
    "GetRegions": reading.get_regions,
    **{f"Get{kind}": reading.get_one(kind) for kind in MEMBER_OF},
    **{f"Get{kind}s": reading.get_all(kind) for kind in MEMBER_OF},
}


def _delete(kind: str) -> Action:
    """Return the action of DeleteInstance, DeleteDisk, DeleteInstanceSnapshot or DeleteDiskSnapshot.

    The automatic snapshots of an instance or disk are deleted with it.
    """

    def action(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
        resource = backend.find(parameters[f"{MEMBER_OF[kind]}Name"], kind)
        refuse_attached(resource)
        backend.delete(resource)
        detach_all(backend, resource)
        return {"operations": [backend.begin(f"Delete{kind}", resource).describe(now())]}

    return action


_CHANGING: dict[str, Action] = {
    "CopySnapshot": copy_snapshot,
    "CreateDisk": creating.create_disk,
    "CreateDiskFromSnapshot": restoring.create_disk_from_snapshot,
    "CreateDiskSnapshot": creating.create_disk_snapshot,
    "CreateInstances": creating.create_instances,
    "CreateInstancesFromSnapshot": restoring.create_instances_from_snapshot,
    "CreateInstanceSnapshot": creating.create_instance_snapshot,
    **{f"Delete{kind}": _delete(kind) for kind in (INSTANCE, DISK, INSTANCE_SNAPSHOT, DISK_SNAPSHOT)},
    "TagResource": tagging.tag_resource,
    "UntagResource": tagging.untag_resource,
}

OPERATIONS = sorted({*_READING, *_CHANGING})


def perform(operation: str, region: str, account: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Carry out a request and return the response; a change is in the state file on return.

    Raises:
        LightsailError: if the service refuses the request, or the operation isn't emulated.
    """
    if operation not in OPERATIONS:
        raise _unknown(operation)
    check_input(operation, parameters)
    if operation in _READING:
        with SHARED.lock:
            answer = _READING[operation](_current(region, account), parameters)
    else:
        with changing():
            answer = _CHANGING[operation](_current(region, account), parameters)
    return conform(operation, answer)


def _current(region: str, account: str) -> LightsailBackend:
    backend = backend_of(region, account)
    backend.forget_deleted()
    return backend


def _unknown(operation: str) -> LightsailError:
    if operation in service_model().operation_names:
        message = f"{operation} is not emulated; emulated are {', '.join(OPERATIONS)}"
        return LightsailError("OperationNotEmulated", message)
    return LightsailError("UnknownOperationException", f"Lightsail has no operation {operation}")
