"""What taking and restoring need: each listed action is needed, and nothing else is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pulumi_snapcopy.core.permissions import Permission
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.lightsail.permissions import RESTORING_PERMISSIONS, TAKING_PERMISSIONS
from pulumi_snapcopy.lightsail.restoring_family import RestoredDisks, RestoredInstances
from pulumi_snapcopy.lightsail.restoring_service import RestoringLightsail
from pulumi_snapcopy.lightsail.taking_family import DiskSnapshots, InstanceSnapshots
from pulumi_snapcopy.lightsail.taking_service import TakingLightsail

from .conftest import REGION
from .driving import Driven

PLACE = {"region": REGION, "availabilityZone": "us-east-1b"}
OLD, NEW = {"tags": {"old": "1"}}, {"tags": {"new": "1"}}


def _through(stack: Driven, **wanted: Any) -> None:
    """One resource is made, retagged, read, and deleted."""
    assert stack.up(x={**wanted, **OLD}) == [] == stack.up(x={**wanted, **NEW})
    assert stack.refresh() == [] == stack.destroy()


def taking(emulator: Emulator) -> None:
    """Snapshots are taken of instances and disks; of nothing, of a database, and under a name that a disk has, too."""

    def instances() -> Driven:
        return Driven(InstanceSnapshots(), TakingLightsail("InstanceSnapshot"))

    def disks() -> Driven:
        return Driven(DiskSnapshots(), TakingLightsail("DiskSnapshot"))

    _through(instances(), instanceName="web-1", region=REGION)
    _through(disks(), diskName="data-1", region=REGION)
    assert instances().up(x={"instanceName": "nowhere", "region": REGION})
    assert disks().up(x={"diskName": "nowhere", "region": REGION})
    assert instances().up(x={"instanceName": "web-1", "instanceSnapshotName": "data-1", "region": REGION})


def restoring(emulator: Emulator) -> None:
    """Instances and disks are restored; from snapshots that aren't there, and under a name in use, too."""
    client = emulator.client(REGION)
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-full")
    client.create_disk_snapshot(diskName="data-1", diskSnapshotName="data-full")
    emulator.clear_calls()

    def instances() -> Driven:
        return Driven(RestoredInstances(), RestoringLightsail("Instance"))

    def disks() -> Driven:
        return Driven(RestoredDisks(), RestoringLightsail("Disk"))

    web = {"instanceSnapshotName": "web-full", "bundleId": "small_3_0", **PLACE}
    data = {"diskSnapshotName": "data-full", "sizeInGb": 64, **PLACE}
    _through(instances(), **web)
    _through(disks(), **data)
    assert instances().up(x={**web, "instanceSnapshotName": "nowhere"})
    assert disks().up(x={**data, "diskSnapshotName": "nowhere"})
    message = "Some names are already in use: the service's own words for a name that nothing shown has."
    emulator.inject(
        Fault(kind="error", operation="CreateDiskFromSnapshot", code="InvalidInputException", message=message)
    )
    assert disks().up(x=data) == []


@pytest.mark.parametrize(
    ("live", "permissions"),
    [(taking, TAKING_PERMISSIONS), (restoring, RESTORING_PERMISSIONS)],
    ids=["taking", "restoring"],
)
def test_what_is_allowed_is_what_is_called(
    live: Callable[[Emulator], None], permissions: Sequence[Permission], emulator: Emulator
) -> None:
    """Each listed action is called in the life of such resources, and nothing else is."""
    live(emulator)
    assert {f"lightsail:{each.operation}" for each in emulator.calls()} == {
        each.action for each in permissions
    }
