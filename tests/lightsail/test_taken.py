"""Snapshots that are taken: their life on the emulator, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.lightsail.family import CopiedSnapshots
from pulumi_snapcopy.lightsail.service import Lightsail
from pulumi_snapcopy.lightsail.taking_family import DiskSnapshots, InstanceSnapshots
from pulumi_snapcopy.lightsail.taking_service import TakingLightsail

from .conftest import REGION, Drive
from .driving import Driven

WEB = {"instanceName": "web-1", "region": REGION}
DATA = {"diskName": "data-1", "region": REGION}


@pytest.fixture
def instances(drive: Drive) -> Driven:
    """A stack of instance snapshots."""
    return drive(InstanceSnapshots(), TakingLightsail("InstanceSnapshot"))


@pytest.fixture
def disks(drive: Drive) -> Driven:
    """A stack of disk snapshots."""
    return drive(DiskSnapshots(), TakingLightsail("DiskSnapshot"))


@pytest.fixture
def copies(drive: Drive) -> Driven:
    """A stack of copies."""
    return drive(CopiedSnapshots(), Lightsail())


def held(emulator: Emulator, region: str = REGION) -> dict[str, Any]:
    """The manual snapshots of a region, by name, with their tags as a mapping."""
    client = emulator.client(region)
    listed = (
        client.get_instance_snapshots()["instanceSnapshots"] + client.get_disk_snapshots()["diskSnapshots"]
    )
    return {each["name"]: {**each, "tags": {t["key"]: t["value"] for t in each["tags"]}} for each in listed}


def creates(emulator: Emulator) -> int:
    """How many snapshots were taken."""
    return sum(len(emulator.calls(each)) for each in ("CreateInstanceSnapshot", "CreateDiskSnapshot"))


def test_an_instance_snapshot_is_taken_with_its_tags(instances: Driven, emulator: Emulator) -> None:
    """One call takes and tags it; the name is derived; the outputs are the API's."""
    assert instances.up(web={**WEB, "tags": {"team": "shop"}}) == []
    (snapshot,) = held(emulator).values()
    outputs = instances.outputs("web")
    assert snapshot["name"].startswith("web-1-manual-") and len(snapshot["name"]) == len("web-1-manual-") + 8
    assert snapshot["tags"] == {
        "team": "shop",
        "snapcopy:owner": "shop/dev/web@0000000000000001",
        "snapcopy:source": "us-east-1:instance/web-1",
    }
    assert emulator.calls("TagResource") == []
    assert instances.resource("web").id == f"us-east-1/{snapshot['name']}"
    assert (outputs["instanceSnapshotName"], outputs["arn"]) == (snapshot["name"], snapshot["arn"])
    assert (outputs["state"], outputs["resourceType"]) == ("available", "InstanceSnapshot")
    assert (outputs["fromResourceName"], outputs["sizeInGb"]) == ("web-1", 60)
    assert outputs["operationId"]


def test_a_name_of_somebody_elses_is_refused(disks: Driven, emulator: Emulator) -> None:
    """The message says what has the name; it isn't changed; adopt takes it over."""
    emulator.put_snapshot(REGION, "mine", kind="DiskSnapshot", from_name="data-1")
    (error,) = disks.up(data={**DATA, "diskSnapshotName": "mine"})
    assert error.startswith('taking DiskSnapshot "data" (data-1 in us-east-1): the name "mine" is taken')
    assert "nothing was taken" in error and "adopt=True to take over the existing snapshot" in error
    assert held(emulator)["mine"]["tags"] == {} and creates(emulator) == 0
    assert disks.up(data={**DATA, "diskSnapshotName": "mine", "adopt": True}) == []
    assert held(emulator)["mine"]["tags"]["snapcopy:source"] == "adopted" and creates(emulator) == 0


def test_a_name_of_another_type_is_refused_at_once(disks: Driven, emulator: Emulator) -> None:
    """Names are shared by all types: an instance has this one, and the message says so."""
    emulator.seed({REGION: {"instanceSnapshots": [{"name": "mine", "fromInstanceName": "web-1"}]}})
    emulator.client(REGION).create_instance_snapshot(instanceName="web-1", instanceSnapshotName="used")
    (error,) = disks.up(data={**DATA, "diskSnapshotName": "used"})
    assert 'the name "used" is in use in us-east-1' in error and "by InstanceSnapshot" in error


@pytest.mark.parametrize(
    ("given", "cause", "state"),
    [
        ({"diskName": "dat-1"}, 'there is no disk "dat-1" in us-east-1', "has the disks data-1, logs-1"),
        ({"instanceName": "wb-1"}, 'there is no instance "wb-1" in us-east-1', "has the instances web-1"),
        (
            {"diskName": "orders"},
            '"orders" in us-east-1 is a database',
            "neither be taken this way nor copied",
        ),
    ],
)
def test_a_wrong_source_is_found_before_anything_is_sent(
    given: dict[str, Any], cause: str, state: str, disks: Driven, emulator: Emulator
) -> None:
    """The message says what there is."""
    (error,) = disks.up(data={**given, "region": REGION})
    assert cause in error and state in error and "nothing was sent" in error
    assert creates(emulator) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "disk_name or instance_name is required"),
        ({"diskName": "a1", "instanceName": "b1"}, "disk_name and instance_name exclude each other"),
        ({"diskName": "a"}, "'a' is not a name that Lightsail takes"),
        ({"diskName": "a1", "region": "eu-wst-1"}, "Did you mean eu-west-1"),
        ({"diskName": "a1", "tags": {"snapcopy:x": "1"}}, "reserved"),
    ],
)
def test_what_the_rules_refuse_is_never_sent(
    given: dict[str, Any], said: str, disks: Driven, emulator: Emulator
) -> None:
    """At check, with the property's name."""
    (error,) = disks.up(data=given)
    assert said in error and emulator.calls() == []


def test_resources_of_one_name_and_different_types_leave_each_other_alone(
    instances: Driven, disks: Driven, copies: Driven, emulator: Emulator
) -> None:
    """Their owner tags are one; what tells them apart is their type and the form of their source tag."""
    disk = {"instanceName": "web-1", "region": REGION}
    assert instances.up(web=WEB) == [] and disks.up(web=disk) == []
    source = disks.outputs("web")["diskSnapshotName"]
    copy = {"sourceSnapshotName": source, "sourceRegion": REGION, "targetRegion": REGION}
    assert copies.up(web=copy) == []
    assert len(held(emulator)) == 3
    # Each makes another one, and looks for orphans of its own.
    assert copies.up(web={**copy, "triggers": ["2"]}) == []
    assert disks.up(web={**disk, "triggers": ["2"]}) == []
    assert instances.up(web={**WEB, "triggers": ["2"]}) == []
    names = {
        instances.outputs("web")["instanceSnapshotName"],
        disks.outputs("web")["diskSnapshotName"],
        copies.outputs("web")["targetSnapshotName"],
    }
    assert held(emulator).keys() == names


def test_a_copy_doesnt_take_the_name_of_a_taken_one_of_the_same_owner(
    disks: Driven, copies: Driven, emulator: Emulator
) -> None:
    """The owner tag names both resources; the form of the source tag says that it isn't the copy's."""
    disks.up(web={**DATA, "diskSnapshotName": "mine"})
    emulator.put_snapshot(REGION, "before", kind="DiskSnapshot", from_name="data-1")
    (error,) = copies.up(
        web={
            "sourceSnapshotName": "before",
            "sourceRegion": REGION,
            "targetRegion": REGION,
            "targetSnapshotName": "mine",
        }
    )
    assert 'the name "mine" is taken' in error
    assert held(emulator)["mine"]["tags"]["snapcopy:source"] == "us-east-1:disk/data-1"


def test_a_copy_of_a_taken_snapshot_stands_after_it(
    disks: Driven, copies: Driven, emulator: Emulator
) -> None:
    """Take, then copy: the name that the first derives is the second's source."""
    disks.up(data=DATA)
    name = disks.outputs("data")["diskSnapshotName"]
    assert (
        copies.up(dr={"sourceSnapshotName": name, "sourceRegion": REGION, "targetRegion": "eu-west-1"}) == []
    )
    (copied,) = held(emulator, "eu-west-1").values()
    assert copied["fromDiskName"] == "data-1" and copied["tags"]["snapcopy:source"] == f"us-east-1:{name}"


def test_a_snapshot_that_somebody_took_under_the_name_is_not_taken_over(
    disks: Driven, emulator: Emulator
) -> None:
    """Ours have their tags from the start: the service's record of a request of the same disk proves nothing."""
    emulator.client(REGION).create_disk_snapshot(diskName="data-1", diskSnapshotName="mine")
    before = held(emulator)
    (error,) = disks.up(data={**DATA, "diskSnapshotName": "mine"})
    assert 'the name "mine" is taken' in error and "adopt=True" in error
    assert held(emulator) == before and disks.engine.state == []


def test_a_response_may_leave_an_empty_list_out(disks: Driven, emulator: Emulator) -> None:
    """Such a region has no snapshots yet, which isn't a lost answer that would be asked for again and again."""
    emulator.inject(Fault(kind="empty", operation="GetDiskSnapshots", times=1))
    assert disks.up(data=DATA) == []
    assert len(held(emulator)) == 1
    calls = [call.operation for call in emulator.calls()]
    assert calls[: calls.index("CreateDiskSnapshot")].count("GetDiskSnapshots") == 1
