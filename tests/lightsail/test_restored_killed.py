"""Restoring, changing and deleting killed at every call to the service: the next run ends with what the program says.

A read is killed once, and not again while it is repeated: it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.emulator import Backstage, Settings
from pulumi_snapcopy.emulator.lightsail.attaching import attach, detach_all
from pulumi_snapcopy.emulator.lightsail.models import backend_of
from pulumi_snapcopy.emulator.shared import changing
from pulumi_snapcopy.lightsail.attached_disks import SAME_TIME
from pulumi_snapcopy.lightsail.restoring_family import RestoredDisks, RestoredInstances

from tests.harness.target import HostDied

from .conftest import REGION, SOURCES
from .driving import Death, Direct, Driven, EmulatorClock, Mortal

Program = dict[str, Any] | None
PLACE = {"region": REGION, "availabilityZone": "us-east-1b"}
WEB = {"instanceSnapshotName": "web-full", "bundleId": "small_3_0", **PLACE}
DATA = {"diskSnapshotName": "data-full", "sizeInGb": 64, **PLACE}
NAMED = {**WEB, "instanceName": "mine"}
OLD, TEAM = {"tags": {"old": "1"}}, {"tags": {"team": "shop"}}


@dataclass(frozen=True)
class Scenario:
    """What a program says before the killed run, in it, and in the run after it; None: nothing."""

    before: Program
    during: Program
    after: Program
    destroy: bool = False


def scenarios(made: dict[str, Any], other: dict[str, Any], name: str) -> dict[str, Scenario]:
    """What can happen to one resource; ``other`` is another request, ``name`` the argument that names it."""
    named, another = {**made, name: "mine"}, {**made, **other}
    return {
        "create": Scenario(None, {**made, **TEAM}, {**made, **TEAM}),
        "create-named": Scenario(None, named, named),
        "create, then edited": Scenario(None, made, another),
        "create-named, then edited": Scenario(None, named, {**named, **other}),
        "update": Scenario({**made, **OLD}, {**made, **TEAM}, {**made, **TEAM}),
        "replace": Scenario(made, another, another),
        "replace-named": Scenario(named, {**named, **other}, {**named, **other}),
        "remove": Scenario(made, None, None),
        "destroy": Scenario(made, made, None, destroy=True),
    }


INSTANCES = scenarios(WEB, {"bundleId": "medium_3_0"}, "instanceName")
DISKS = scenarios(DATA, {"sizeInGb": 80}, "diskName")
ROWS = [
    *(pytest.param("Instance", INSTANCES[name], id=f"instance: {name}") for name in INSTANCES),
    *(pytest.param("Disk", DISKS[name], id=f"disk: {name}") for name in DISKS),
]


class Killing:
    """One scenario on a service of its own."""

    def __init__(
        self, backstage: Backstage, kind: str, scenario: Scenario, death: Death | None = None
    ) -> None:
        self.kind, self.scenario = kind, scenario
        self.clock = EmulatorClock(backstage)
        backstage.empty()
        backstage.settings = Settings(copy_seconds=0, snapshot_seconds=0, restore_seconds=5)
        backstage.seed(SOURCES)
        self.client = Direct(REGION, Death())
        self.client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-full")
        self.client.create_disk_snapshot(diskName="data-1", diskSnapshotName="data-full")
        self.foreign = self.there()
        family: Family = RestoredInstances() if kind == "Instance" else RestoredDisks()
        self.stack = Driven(family, Mortal(kind, self.clock, death or Death()), self.clock)

    def there(self) -> dict[str, Any]:
        """All instances and disks."""
        found = self.client.get_instances()["instances"] + self.client.get_disks()["disks"]
        return {each["name"]: each for each in found}

    def killed(self, death: Death) -> bool:
        """Bring the first program about, then run the second one until it is killed; whether it was."""
        self.up(self.scenario.before)
        self.stack.service = Mortal(self.kind, self.clock, death)
        try:
            if self.scenario.destroy:
                assert self.stack.destroy() == []
            else:
                self.up(self.scenario.during)
        except HostDied:
            return True
        return False

    def up(self, program: Program) -> None:
        """Run a program; it must go well."""
        assert self.stack.up(**({"web": program} if program else {})) == []

    def recover(self) -> None:
        """Run again, as a user would, and look: what is declared once, nothing beside it, all others as they were."""
        self.stack.service = Mortal(self.kind, self.clock, Death())
        declared = self.scenario.after
        if self.scenario.destroy:
            assert self.stack.destroy() == []
        else:
            self.up(declared)
        there = self.there()
        ours = {name: each for name, each in there.items() if name not in self.foreign}
        assert {name: there.get(name) for name in self.foreign} == self.foreign
        if declared is None:
            assert ours == {} and self.stack.engine.state == []
            return
        outputs = self.stack.outputs("web")
        name = self.stack.resource("web").id.partition("/")[2]
        assert sorted(ours) == [name, f"{name}-logs-1"][: 2 if self.kind == "Instance" else 1]
        assert outputs["arn"] == ours[name]["arn"]
        tags = {each["key"]: each["value"] for each in ours[name]["tags"]}
        assert tags.pop("snapcopy:owner").startswith("shop/dev/web@") and tags.pop("snapcopy:source")
        assert tags.pop("snapcopy:key") == self.stack.resource("web").inputs["snapcopy"]["key"]
        assert bool(tags.pop("snapcopy:disks", "")) is (self.kind == "Instance")
        assert tags == declared.get("tags", {})
        assert len(self.stack.engine.state) == 1
        self.up(declared)
        assert self.stack.engine.operations == [], "a second run changes nothing"
        assert self.stack.destroy() == []
        assert self.there() == self.foreign


@pytest.mark.parametrize(("kind", "scenario"), ROWS)
def test_killed_at_every_call_the_next_run_recovers(
    kind: str, scenario: Scenario, backstage: Backstage
) -> None:
    """One instance or disk for each that is declared, no orphan, nothing foreign touched, and a state that is true."""
    whole = Death()
    assert not Killing(backstage, kind, scenario).killed(whole)
    assert any(not each.startswith("Get") for each in whole.calls), (
        "a scenario without a change kills nothing"
    )
    for number, (operation, previous) in enumerate(zip(whole.calls, ["", *whole.calls], strict=False)):
        if operation.startswith("Get") and operation == previous:
            continue
        for done in (False,) if operation.startswith("Get") else (False, True):
            print(f"killed {'after' if done else 'before'} call {number}, {operation}")
            killing = Killing(backstage, kind, scenario)
            assert killing.killed(Death(at=number, done=done))
            killing.recover()


def test_a_disk_that_somebody_has_attached_elsewhere_since_stays(backstage: Backstage) -> None:
    """A disk of an interrupted deletion is ours only while it is free."""
    killing = Killing(backstage, "Instance", INSTANCES["destroy"])
    whole = Death()
    killing.killed(whole)
    killing = Killing(backstage, "Instance", INSTANCES["destroy"])
    assert killing.killed(Death(at=whole.calls.index("DeleteDisk")))
    (disk,) = killing.there().keys() - killing.foreign.keys()
    with changing():
        backend = backend_of(REGION)
        attach(backend, backend.resources[disk], "web-1")
    killing.stack.service = Mortal("Instance", killing.clock, Death())
    assert killing.stack.destroy() == []
    assert killing.there()[disk]["attachedTo"] == "web-1"


def test_a_disk_that_somebody_has_detached_since_it_was_marked_stays(backstage: Backstage) -> None:
    """An interrupted deletion has marked it, and the instance stood: the next one lets it go, with its marks removed."""
    killing = Killing(backstage, "Instance", INSTANCES["destroy"])
    whole = Death()
    killing.killed(whole)
    killing = Killing(backstage, "Instance", INSTANCES["destroy"])
    assert killing.killed(Death(at=whole.calls.index("DeleteInstance")))
    (disk,) = {name for name in killing.there().keys() - killing.foreign.keys() if name.endswith("-logs-1")}
    assert killing.there()[disk]["tags"]
    with changing():
        backend = backend_of(REGION)
        detach_all(backend, backend.resources[killing.there()[disk]["attachedTo"]])
    killing.clock.sleep(SAME_TIME)  # before, it might not be attached yet
    killing.stack.service = Mortal("Instance", killing.clock, Death())
    assert killing.stack.destroy() == []
    assert killing.there().keys() - killing.foreign.keys() == {disk}
    assert killing.there()[disk]["tags"] == []


def test_after_a_refresh_what_is_left_of_an_instance_is_replaced(backstage: Backstage) -> None:
    """The refresh says that it is partly deleted; the next run deletes the disk, and restores instance and disk again."""
    scenario = Scenario(NAMED, NAMED, NAMED, destroy=True)
    whole = Death()
    Killing(backstage, "Instance", scenario).killed(whole)
    killing = Killing(backstage, "Instance", scenario)
    assert killing.killed(Death(at=whole.calls.index("DeleteInstance"), done=True))
    (left,) = killing.there().keys() - killing.foreign.keys()
    killing.stack.service = Mortal("Instance", killing.clock, Death())
    assert killing.stack.refresh() == []
    (said,) = killing.stack.resource("web").init_errors
    assert (
        said
        == 'the instance "mine" failed (state: partly deleted) in us-east-1; run `pulumi up` to replace it.'
    )
    before = killing.there()[left]["arn"]
    killing.up(NAMED)
    assert killing.there().keys() - killing.foreign.keys() == {"mine", "mine-logs-1"}
    assert killing.there()["mine-logs-1"]["arn"] != before
    assert killing.stack.destroy() == [] and killing.there() == killing.foreign
