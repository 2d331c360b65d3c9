"""The examples of AWS's reference pages, replayed; ids, times and ARNs aside, the answers are those printed there.

CopySnapshot: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CopySnapshot.html and
https://awscli.amazonaws.com/v2/documentation/api/latest/reference/lightsail/copy-snapshot.html; the others from the
pages of the commands they are named after.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

EXAMPLES_OF_COPIES = {
    "API: an automatic snapshot": (
        "us-west-2",
        {"sourceResourceName": "WordPress-1", "restoreDate": "2019-10-14"},
        "CopiedAutoSnapshot-2019-10-14",
        "us-west-2:WordPress-1",
    ),
    "API: a manual snapshot": (
        "us-west-2",
        {"sourceSnapshotName": "MEAN-1-1571075291"},
        "CopiedManualSnapshot-2019-09-25",
        "us-west-2:MEAN-1-1571075291",
    ),
    "CLI 1: within a region": (
        "us-west-2",
        {"sourceSnapshotName": "MEAN-1-1571075291"},
        "MEAN-1-Copy",
        "us-west-2:MEAN-1-1571075291",
    ),
    "CLI 2: to another region": (
        "us-east-1",
        {"sourceSnapshotName": "MEAN-1-1571075291"},
        "MEAN-1-1571075291-Copy",
        "us-west-2:MEAN-1-1571075291",
    ),
    "CLI 3: automatic, within a region": (
        "us-west-2",
        {"sourceResourceName": "WordPress-1", "restoreDate": "2019-10-14"},
        "WordPress-1-10142019",
        "us-west-2:WordPress-1",
    ),
    "CLI 4: automatic, to another region": (
        "us-east-1",
        {"sourceResourceName": "WordPress-1", "restoreDate": "2019-10-14"},
        "WordPress-1-10142019",
        "us-west-2:WordPress-1",
    ),
}


@pytest.mark.parametrize("example", EXAMPLES_OF_COPIES)
def test_copy_snapshot_answers_as_printed(example: str, raw: Any) -> None:
    """CopySnapshot answers the one operation of the page, member for member, with times in milliseconds."""
    region, source, target, details = EXAMPLES_OF_COPIES[example]

    status, answer = raw(
        "CopySnapshot", region, **source, targetSnapshotName=target, sourceRegion="us-west-2"
    )

    assert (status, list(answer), len(answer["operations"])) == (200, ["operations"], 1)
    operation = answer["operations"][0]
    assert UUID.fullmatch(operation.pop("id"))
    begun = operation.pop("createdAt")
    assert isinstance(begun, float)
    assert operation == {
        "isTerminal": False,
        "location": {"availabilityZone": "all", "regionName": region},
        "operationDetails": details,
        "operationType": "CopySnapshot",
        "resourceName": target,
        "resourceType": "InstanceSnapshot",
        "status": "Started",
        "statusChangedAt": begun,
    }


def operation(name: str, kind: str, of: str, details: str | None, *, ended: bool = False) -> dict[str, Any]:
    """An operation as the pages print it, without id and times."""
    zone = "all" if kind.endswith("Snapshot") else "us-west-2a"
    printed = {
        "resourceName": name,
        "resourceType": kind,
        "location": {"availabilityZone": zone, "regionName": "us-west-2"},
        "isTerminal": ended,
        "operationType": of,
        "status": "Succeeded" if ended else "Started",
    }
    return printed if details is None else {**printed, "operationDetails": details}


EXAMPLES_OF_OPERATIONS: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "CreateInstanceSnapshot": (
        {"instanceName": "WordPress-1", "instanceSnapshotName": "WordPress-Snapshot-1"},
        [
            operation("WordPress-Snapshot-1", "InstanceSnapshot", "CreateInstanceSnapshot", "WordPress-1"),
            operation("WordPress-1", "Instance", "CreateInstanceSnapshot", "WordPress-Snapshot-1"),
        ],
    ),
    "CreateDiskSnapshot": (
        {"diskName": "Disk-1", "diskSnapshotName": "DiskSnapshot-1"},
        [
            operation("DiskSnapshot-1", "DiskSnapshot", "CreateDiskSnapshot", "Disk-1"),
            operation("Disk-1", "Disk", "CreateDiskSnapshot", "DiskSnapshot-1"),
        ],
    ),
    "CreateDiskSnapshot of a system disk": (
        {"instanceName": "WordPress-1", "diskSnapshotName": "SystemDiskSnapshot-1"},
        [
            operation("SystemDiskSnapshot-1", "DiskSnapshot", "CreateDiskSnapshot", "WordPress-1"),
            operation("WordPress-1", "Instance", "CreateDiskSnapshot", "SystemDiskSnapshot-1"),
        ],
    ),
    "DeleteInstanceSnapshot": (
        {"instanceSnapshotName": "MEAN-1-1571075291"},
        [operation("MEAN-1-1571075291", "InstanceSnapshot", "DeleteInstanceSnapshot", None, ended=True)],
    ),
    "DeleteDiskSnapshot": (
        {"diskSnapshotName": "Disk-1-1566839161"},
        [operation("Disk-1-1566839161", "DiskSnapshot", "DeleteDiskSnapshot", None, ended=True)],
    ),
    "DeleteInstance": (
        {"instanceName": "WordPress-1"},
        [operation("WordPress-1", "Instance", "DeleteInstance", None, ended=True)],
    ),
    "DeleteDisk": (
        {"diskName": "Disk-1"},
        [operation("Disk-1", "Disk", "DeleteDisk", None, ended=True)],
    ),
    "CreateInstances": (
        {
            "instanceNames": ["Instance1", "Instance2"],
            "availabilityZone": "us-west-2a",
            "blueprintId": "wordpress",
            "bundleId": "nano_3_0",
        },
        [operation(name, "Instance", "CreateInstance", None) for name in ("Instance1", "Instance2")],
    ),
    "CreateInstancesFromSnapshot": (
        {
            "instanceNames": ["WordPress-2"],
            "availabilityZone": "us-west-2a",
            "bundleId": "medium_3_0",
            "instanceSnapshotName": "MEAN-1-1571075291",
        },
        [operation("WordPress-2", "Instance", "CreateInstancesFromSnapshot", None)],
    ),
    "CreateDisk": (
        {"diskName": "Disk-2", "availabilityZone": "us-west-2a", "sizeInGb": 32},
        [operation("Disk-2", "Disk", "CreateDisk", None)],
    ),
    "CreateDiskFromSnapshot": (
        {
            "diskName": "Disk-2",
            "availabilityZone": "us-west-2a",
            "sizeInGb": 64,
            "diskSnapshotName": "Disk-1-1566839161",
        },
        [operation("Disk-2", "Disk", "CreateDiskFromSnapshot", None)],
    ),
}


@pytest.mark.parametrize("example", EXAMPLES_OF_OPERATIONS)
def test_other_operations_answer_as_printed(example: str, raw: Any) -> None:
    """Making answers what has started, the snapshot before its source; deleting answers what has succeeded."""
    parameters, printed = EXAMPLES_OF_OPERATIONS[example]

    _, answer = raw(example.split()[0], **parameters)

    for begun in answer["operations"]:
        assert UUID.fullmatch(begun.pop("id"))
        assert begun.pop("createdAt") <= begun.pop("statusChangedAt")
    assert answer["operations"] == printed


def test_get_auto_snapshots_answers_as_printed(raw: Any) -> None:
    """GetAutoSnapshots answers dates and statuses, newest first, and no disks for an instance without any."""
    _, answer = raw("GetAutoSnapshots", resourceName="WordPress-1")

    created = [details.pop("createdAt") for details in answer["autoSnapshots"]]
    assert created == sorted(created, reverse=True)
    assert answer == {
        "resourceName": "WordPress-1",
        "resourceType": "Instance",
        "autoSnapshots": [
            {"date": "2019-10-15", "status": "InProgress", "fromAttachedDisks": []},
            {"date": "2019-10-14", "status": "Success", "fromAttachedDisks": []},
            {"date": "2019-10-13", "status": "Success", "fromAttachedDisks": []},
            {"date": "2019-10-12", "status": "Success", "fromAttachedDisks": []},
        ],
    }


def test_get_instance_snapshot_answers_as_printed(emulator: Emulator, raw: Any) -> None:
    """An instance snapshot has the members of the page, and no progress."""
    instance = emulator.client("us-west-2").get_instance(instanceName="WordPress-1")["instance"]

    _, answer = raw("GetInstanceSnapshot", instanceSnapshotName="MEAN-1-1571075291")

    snapshot = answer["instanceSnapshot"]
    kind, identity = snapshot.pop("arn").rpartition(":")[2].split("/")
    assert (kind, bool(UUID.fullmatch(identity))) == ("InstanceSnapshot", True)
    assert re.fullmatch(r"\d{12}/ami-[0-9a-f]{17}", snapshot.pop("supportCode"))
    assert isinstance(snapshot.pop("createdAt"), float)
    assert snapshot == {
        "name": "MEAN-1-1571075291",
        "location": {"availabilityZone": "all", "regionName": "us-west-2"},
        "resourceType": "InstanceSnapshot",
        "tags": [],
        "state": "available",
        "fromAttachedDisks": [],
        "fromInstanceName": "WordPress-1",
        "fromInstanceArn": instance["arn"],
        "fromBlueprintId": "wordpress",
        "fromBundleId": "micro_3_0",
        "isFromAutoSnapshot": False,
        "sizeInGb": 40,
    }


def test_get_disk_snapshot_answers_as_printed(emulator: Emulator, raw: Any) -> None:
    """A disk snapshot has the members of the page; its progress is a string."""
    disk = emulator.client("us-west-2").get_disk(diskName="Disk-1")["disk"]

    _, answer = raw("GetDiskSnapshot", diskSnapshotName="Disk-1-1566839161")

    snapshot = {
        k: v for k, v in answer["diskSnapshot"].items() if k not in ("arn", "supportCode", "createdAt")
    }
    assert snapshot == {
        "name": "Disk-1-1566839161",
        "location": {"availabilityZone": "all", "regionName": "us-west-2"},
        "resourceType": "DiskSnapshot",
        "tags": [],
        "sizeInGb": 64,
        "state": "completed",
        "progress": "100%",
        "fromDiskName": "Disk-1",
        "fromDiskArn": disk["arn"],
        "isFromAutoSnapshot": False,
    }


def test_snapshot_of_a_system_disk_names_the_instance(raw: Any) -> None:
    """A disk snapshot of an instance's system disk records the instance, and no disk."""
    raw("CreateDiskSnapshot", instanceName="WordPress-1", diskSnapshotName="system")

    _, answer = raw("GetDiskSnapshot", diskSnapshotName="system")

    origin = {
        k: v for k, v in answer["diskSnapshot"].items() if k.startswith("from") and k != "fromInstanceArn"
    }
    assert (origin, answer["diskSnapshot"]["sizeInGb"]) == ({"fromInstanceName": "WordPress-1"}, 40)


def test_get_regions_gives_zones_when_asked_for(raw: Any) -> None:
    """GetRegions answers every region of the model, with zones only if they are asked for."""
    _, without = raw("GetRegions")
    _, including = raw("GetRegions", includeAvailabilityZones=True)

    virginia = next(region for region in without["regions"] if region["name"] == "us-east-1")
    assert (virginia["continentCode"], virginia["availabilityZones"]) == ("NA", [])
    zones = {region["name"]: region["availabilityZones"] for region in including["regions"]}
    assert zones["eu-west-1"][0] == {"zoneName": "eu-west-1a", "state": "available"}
    assert set(zones) == {region["name"] for region in without["regions"]}
