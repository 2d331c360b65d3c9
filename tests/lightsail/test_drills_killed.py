"""Drills killed at every call to the service: the next one removes what is left, and only what is provably a drill's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.deadline import Deadline
from pulumi_snapcopy.emulator import Backstage, Settings
from pulumi_snapcopy.lightsail.drill_permissions import DRILL_TAG
from pulumi_snapcopy.lightsail.drilling import DrillError, Drilling

from tests.harness.scripted import Killed

from .conftest import REGION, SOURCES
from .driving import Death, Direct, EmulatorClock, Mortal

OF = "us-west-2:web-1"
ZONE = f"{REGION}b"


class Place:
    """A service with a copy to restore, and with what looks like a drill's and isn't provably one."""

    def __init__(self, backstage: Backstage, kind: str) -> None:
        self.clock, self.client = EmulatorClock(backstage), Direct(REGION, Death())
        backstage.empty()
        backstage.settings = Settings(copy_seconds=0, snapshot_seconds=0, restore_seconds=5)
        backstage.seed(SOURCES)
        if kind == "Instance":
            self.client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="copy")
        else:
            self.client.create_disk_snapshot(diskName="data-1", diskSnapshotName="copy")
        self.copy = Seen(name="copy", region=REGION, kind=f"{kind}Snapshot", phase=Phase.DONE)
        self._instance("snapcopy-drill-without-a-tag", {})
        self._instance("without-the-name", {DRILL_TAG: OF})
        self._instance("snapcopy-drill-of-another", {DRILL_TAG: "us-west-2:data-1"})
        self.client.create_disk(diskName="snapcopy-drill-disk", availabilityZone=ZONE, sizeInGb=8)
        self.foreign = self.there()

    def _instance(self, name: str, tags: dict[str, str]) -> None:
        self.client.create_instances(
            instanceNames=[name], availabilityZone=ZONE, blueprintId="amazon_linux_2023", bundleId="nano_3_0",
            tags=[{"key": key, "value": value} for key, value in tags.items()],
        )  # fmt: skip

    def there(self) -> dict[str, Any]:
        """All instances and disks."""
        found = self.client.get_instances()["instances"] + self.client.get_disks()["disks"]
        return {each["name"]: each for each in found}

    def drill(self, death: Death) -> bool:
        """Run a drill; whether it came to its end."""
        drilling = Drilling(
            region=REGION, of=OF, clock=self.clock, tell=lambda text: None,
            services={kind: Mortal(kind, self.clock, death) for kind in ("Instance", "Disk")},
            deadline=Deadline(clock=self.clock, at=self.clock.now() + 7200),
        )  # fmt: skip
        try:
            drilling.clean()
            drilling.restore(self.copy, bundle_id=None, zone=None)
            drilling.remove()
        except Killed:
            return False
        return True


@pytest.mark.parametrize("kind", ["Instance", "Disk"])
def test_killed_at_every_call_the_next_drill_removes_what_is_left(kind: str, backstage: Backstage) -> None:
    """Also where the next one is killed itself while it removes, and the one after it isn't."""
    whole = Death()
    place = Place(backstage, kind)
    assert place.drill(whole) and place.there() == place.foreign
    left_something = 0
    for number, operation in enumerate(whole.calls):
        for done in (False,) if operation.startswith("Get") else (False, True):
            print(f"killed {'after' if done else 'before'} call {number}, {operation}")
            place = Place(backstage, kind)
            assert not place.drill(Death(at=number, done=done))
            left_something += place.there() != place.foreign
            assert place.drill(Death()) and place.there() == place.foreign
    assert left_something > len(whole.calls) / 4

    def with_what_is_left() -> Place:
        place = Place(backstage, kind)
        at = whole.calls.index("DeleteInstance" if kind == "Instance" else "DeleteDisk")
        assert not place.drill(Death(at=at))
        return place

    again = Death()
    assert with_what_is_left().drill(again)
    for number in range(
        again.calls.index(f"Create{'InstancesFromSnapshot' if kind == 'Instance' else 'DiskFromSnapshot'}")
    ):
        for done in (False, True):
            place = with_what_is_left()
            assert not place.drill(Death(at=number, done=done))
            assert place.drill(Death()) and place.there() == place.foreign


class Thief(Death):
    """Somebody deletes the restored disk while the drill waits for it."""

    def __init__(self, client: Direct) -> None:
        super().__init__()
        self._client = client

    def before(self, operation: str, parameters: Mapping[str, Any]) -> None:
        """A call begins."""
        if operation == "GetDisk" and "GetDisk" not in self.calls:
            self._client.delete_disk(diskName=parameters["diskName"])
        super().before(operation, parameters)


def test_a_restore_that_vanishes_is_looked_up_in_the_services_records(backstage: Backstage) -> None:
    """That is what drills need GetOperationsForResource for."""
    place = Place(backstage, "Disk")
    thief = Thief(place.client)
    with pytest.raises(DrillError, match="the restore failed: the service gives no reason"):
        place.drill(thief)
    assert "GetOperationsForResource" in thief.calls and place.there() == place.foreign
