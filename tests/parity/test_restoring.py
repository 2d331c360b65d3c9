"""Restoring on Lightsail: instances with their disks, disks, plans, and what can only be looked at."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.emulator import Emulator, Settings

REGION, ZONE = "us-west-2", "us-west-2b"
SOURCES = {
    REGION: {
        "disks": [{"name": "data-1", "sizeInGb": 64}, {"name": "logs-1", "sizeInGb": 8}],
        "instances": [
            {"name": "web-1", "attachedDisks": ["data-1", "logs-1"], "automaticSnapshots": 2},
            {"name": "win-1", "blueprintId": "windows_server_2022"},
        ],
    }
}


@pytest.fixture
def client(emulator: Emulator) -> Any:
    """A client of a region with an instance that has disks, and one of Windows."""
    emulator.seed(SOURCES)
    return emulator.client(REGION)


def restore(client: Any, **members: Any) -> Any:
    """Restore an instance of a snapshot."""
    request = {"instanceNames": ["drill"], "availabilityZone": ZONE, "bundleId": "small_3_0", **members}
    return client.create_instances_from_snapshot(**request)["operations"]


def test_attached_disks_come_along(client: Any) -> None:
    """A snapshot tells the disks that were attached; restored, they are new disks without tags, attached to it."""
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-1-full")
    snapshot = client.get_instance_snapshot(instanceSnapshotName="web-1-full")["instanceSnapshot"]
    mapping = {"drill": [{"originalDiskPath": "/dev/xvdf", "newDiskName": "drill-data"}]}
    tags = [{"key": "team", "value": "shop"}]
    restore(client, instanceSnapshotName="web-1-full", attachedDiskMapping=mapping, tags=tags)
    instance = client.get_instance(instanceName="drill")["instance"]
    disks = {each["name"]: each for each in client.get_disks()["disks"] if each.get("attachedTo") == "drill"}

    assert [each["name"] for each in snapshot["fromAttachedDisks"]] == ["data-1", "logs-1"]
    assert {name: each["sizeInGb"] for name, each in disks.items()} == {"drill-data": 64, "drill-logs-1": 8}
    assert [each["tags"] for each in disks.values()] == [[], []]
    assert (instance["tags"], len(instance["hardware"]["disks"])) == (tags, 3)
    assert instance["publicIpAddress"]


def test_automatic_snapshot_tells_its_disks(client: Any) -> None:
    """Automatic snapshots name the paths and sizes of the disks, too."""
    newest = client.get_auto_snapshots(resourceName="web-1")["autoSnapshots"][0]
    paths = [(each["path"], each["sizeInGb"]) for each in newest["fromAttachedDisks"]]

    assert paths == [("/dev/xvdf", 64), ("/dev/xvdg", 8)]


def test_deleted_instance_leaves_its_disks(client: Any) -> None:
    """An attached disk can't be deleted; when its instance is gone it stays, detached."""
    with pytest.raises(ClientError, match="attached to web-1"):
        client.delete_disk(diskName="data-1")
    client.delete_instance(instanceName="web-1")
    disk = client.get_disk(diskName="data-1")["disk"]

    assert (disk["state"], disk["isAttached"]) == ("available", False)
    client.delete_disk(diskName="data-1")


def test_restoring_takes_its_time(client: Any, emulator: Emulator) -> None:
    """With restore_seconds an instance is pending before it runs, and a disk before it is available."""
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-1-full")
    client.create_disk_snapshot(diskName="data-1", diskSnapshotName="data-1-full")
    emulator.settings = Settings(restore_seconds=600)
    (operation,) = restore(client, instanceSnapshotName="web-1-full")
    client.create_disk_from_snapshot(
        diskName="drill-disk", availabilityZone=ZONE, sizeInGb=64, diskSnapshotName="data-1-full"
    )

    def states() -> tuple[str, str, str]:
        return (
            client.get_instance(instanceName="drill")["instance"]["state"]["name"],
            client.get_disk(diskName="drill-disk")["disk"]["state"],
            client.get_operation(operationId=operation["id"])["operation"]["status"],
        )

    before = states()
    emulator.advance(601)
    assert (before, states()) == (("pending", "pending", "Started"), ("running", "available", "Succeeded"))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"availabilityZone": "eu-west-1a"}, "Availability Zone"),
        ({"bundleId": "small_9_9"}, "bundle does not exist"),
        ({"bundleId": "small_3_1"}, "bundle does not exist"),
        ({"bundleId": "micro_3_0"}, "at least as large"),
        ({"bundleId": "small_win_3_0"}, "does not support the blueprint"),
        ({"instanceNames": ["win-1"]}, "already in use"),
        (
            {"attachedDiskMapping": {"drill": [{"originalDiskPath": "/dev/x", "newDiskName": "d-1"}]}},
            "no disk at",
        ),
        (
            {"attachedDiskMapping": {"drill": [{"originalDiskPath": "/dev/xvdf", "newDiskName": "win-1"}]}},
            "already in use",
        ),
    ],
)
def test_restore_that_does_not_fit(members: dict[str, Any], said: str, client: Any) -> None:
    """Zones and plans of other regions, smaller plans, plans of another system and taken names are refused."""
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-1-full")
    with pytest.raises(client.exceptions.InvalidInputException, match=said):
        restore(client, instanceSnapshotName="web-1-full", **members)
    assert {each["name"] for each in client.get_instances()["instances"]} >= {"web-1", "win-1"}
    assert "drill" not in {each["name"] for each in client.get_instances()["instances"]}


def test_windows_needs_a_plan_of_windows(client: Any) -> None:
    """A snapshot of a Windows instance is restored with a plan of Windows only."""
    client.create_instance_snapshot(instanceName="win-1", instanceSnapshotName="win-1-full")
    with pytest.raises(client.exceptions.InvalidInputException, match="does not support"):
        restore(client, instanceSnapshotName="win-1-full")
    restore(client, instanceSnapshotName="win-1-full", bundleId="small_win_3_0")


def test_plans_differ_by_region(emulator: Emulator, client: Any) -> None:
    """GetBundles lists the plans of its region, which say for what systems they are."""
    here = {each["bundleId"] for each in client.get_bundles()["bundles"]}
    there = {each["bundleId"] for each in emulator.client("ap-south-1").get_bundles()["bundles"]}

    assert {"small_3_0", "small_win_3_0"} <= here
    assert not here & there


def test_snapshot_of_a_system_disk(client: Any) -> None:
    """CreateDiskSnapshot of an instance takes its system disk: two operations, the snapshot's first."""
    tags = [{"key": "team", "value": "shop"}]
    begun = client.create_disk_snapshot(instanceName="web-1", diskSnapshotName="web-1-system", tags=tags)
    taken = client.get_disk_snapshot(diskSnapshotName="web-1-system")["diskSnapshot"]

    assert [each["resourceName"] for each in begun["operations"]] == ["web-1-system", "web-1"]
    assert (taken["fromInstanceName"], taken["tags"], taken["state"]) == ("web-1", tags, "completed")


def test_new_automatic_snapshot_takes_the_place_of_the_oldest(emulator: Emulator, client: Any) -> None:
    """Seven automatic snapshots are kept."""
    for day in range(1, 10):
        emulator.take_automatic_snapshot(REGION, "web-1", f"2019-11-{day:02}")
    dates = [each["date"] for each in client.get_auto_snapshots(resourceName="web-1")["autoSnapshots"]]

    assert len(dates) == 7
    assert dates[-1] == "2019-11-05"
