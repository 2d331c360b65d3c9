"""What the emulator answers, held member by member against botocore's model of Lightsail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.emulator.lightsail.actions import OPERATIONS

MODEL = botocore.session.get_session().get_service_model("lightsail")
# The service answers types of operations that its own model leaves out.
UNMODELLED_TYPES = {"CopySnapshot", "TagResource", "UntagResource"}
SNAPSHOT, DISK_SNAPSHOT = "MEAN-1-1571075291", "Disk-1-1566839161"
ZONE = "us-west-2a"

REQUESTS: dict[str, dict[str, Any]] = {
    "CopySnapshot": {
        "sourceRegion": "us-west-2",
        "sourceSnapshotName": SNAPSHOT,
        "targetSnapshotName": "copy",
    },
    "CreateDisk": {"diskName": "new", "availabilityZone": ZONE, "sizeInGb": 8},
    "CreateDiskFromSnapshot": {
        "diskName": "new",
        "availabilityZone": ZONE,
        "sizeInGb": 64,
        "diskSnapshotName": DISK_SNAPSHOT,
    },
    "CreateDiskSnapshot": {"diskName": "Disk-1", "diskSnapshotName": "new"},
    "CreateInstanceSnapshot": {"instanceName": "WordPress-1", "instanceSnapshotName": "new"},
    "CreateInstances": {
        "instanceNames": ["new-1", "new-2"],
        "availabilityZone": ZONE,
        "blueprintId": "wordpress",
        "bundleId": "nano_3_0",
        "tags": [{"key": "team", "value": "shop"}],
    },
    "CreateInstancesFromSnapshot": {
        "instanceNames": ["new"],
        "availabilityZone": ZONE,
        "bundleId": "micro_3_0",
        "instanceSnapshotName": SNAPSHOT,
    },
    "DeleteDisk": {"diskName": "Disk-1"},
    "DeleteDiskSnapshot": {"diskSnapshotName": DISK_SNAPSHOT},
    "DeleteInstance": {"instanceName": "WordPress-1"},
    "DeleteInstanceSnapshot": {"instanceSnapshotName": SNAPSHOT},
    "GetAutoSnapshots": {"resourceName": "WordPress-1"},
    "GetBundles": {},
    "GetDisk": {"diskName": "Disk-1"},
    "GetDiskSnapshot": {"diskSnapshotName": DISK_SNAPSHOT},
    "GetDiskSnapshots": {},
    "GetDisks": {},
    "GetInstance": {"instanceName": "WordPress-1"},
    "GetInstanceSnapshot": {"instanceSnapshotName": SNAPSHOT},
    "GetInstanceSnapshots": {},
    "GetInstances": {},
    "GetOperation": {},  # the id is the one of an operation begun by the test
    "GetOperations": {},
    "GetOperationsForResource": {"resourceName": "begun"},
    "GetRegions": {"includeAvailabilityZones": True},
    "GetRelationalDatabase": {"relationalDatabaseName": "orders"},
    "GetRelationalDatabases": {},
    "TagResource": {"resourceName": SNAPSHOT, "tags": [{"key": "team", "value": "shop"}]},
    "UntagResource": {"resourceName": SNAPSHOT, "tagKeys": ["team"]},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_answer_fits_the_output_shape(operation: str, raw: Any) -> None:
    """Every answer has members of the model only, of its types, patterns and enums, and none of them null."""
    _, begun = raw("CopySnapshot", **{**REQUESTS["CopySnapshot"], "targetSnapshotName": "begun"})
    parameters = dict(REQUESTS[operation])
    if operation == "GetOperation":
        parameters["operationId"] = begun["operations"][0]["id"]

    status, answer = raw(operation, **parameters)

    assert (status, list(problems(MODEL.operation_model(operation).output_shape, answer))) == (200, [])
    assert any(answer.values())


@pytest.mark.parametrize("state", ["pending", "error", "available", "completed", "unknown"])
def test_snapshot_in_every_state_fits(state: str, emulator: Emulator, raw: Any) -> None:
    """Snapshots of both types fit the model in each state that theirs allows."""
    for kind, name in (("Instance", SNAPSHOT), ("Disk", DISK_SNAPSHOT)):
        states = MODEL.shape_for(f"{kind}SnapshotState")
        assert isinstance(states, StringShape)
        if state not in states.enum:
            continue
        emulator.set_state("us-west-2", name, state)
        _, answer = raw(f"Get{kind}Snapshots")
        assert list(problems(MODEL.shape_for(f"Get{kind}SnapshotsResult"), answer)) == []
        assert answer[f"{kind.lower()}Snapshots"][0]["state"] == state


def test_problems_are_found() -> None:
    """The check itself finds an unknown member, a wrong type, a null, and a value outside an enum."""
    shape = MODEL.shape_for("Operation")
    wrong = {"id": 1, "status": "Done", "colour": "red", "createdAt": None, "isTerminal": True}
    assert sorted(problems(shape, wrong)) == [
        "colour: unknown member",
        "createdAt: null",
        "id: 1 is no string",
        "status: 'Done' is not in the enum",
    ]


def problems(shape: Shape | None, value: Any, where: str = "") -> Iterator[str]:
    """What in a JSON value doesn't fit its shape."""
    assert shape is not None
    types: dict[str, Any] = {
        "string": str,
        "integer": int,
        "boolean": bool,
        "float": float,
        "timestamp": (int, float),
        "list": list,
        "structure": dict,
    }
    if value is None:
        yield f"{where}: null"
    elif not isinstance(value, types[shape.type_name]):
        yield f"{where}: {value!r} is no {shape.type_name}"
    elif isinstance(shape, StructureShape):
        for name, member in value.items():
            at = f"{where}.{name}" if where else name
            if name not in shape.members:
                yield f"{at}: unknown member"
            else:
                yield from problems(shape.members[name], member, at)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from problems(shape.member, item, f"{where}[{index}]")
    elif isinstance(shape, StringShape):
        if shape.enum and value not in {*shape.enum, *UNMODELLED_TYPES}:
            yield f"{where}: {value!r} is not in the enum"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"{where}: {value!r} does not match {pattern}"
