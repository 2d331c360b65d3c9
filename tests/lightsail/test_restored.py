"""Instances and disks that are restored: their life on the emulator."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.emulator.lightsail.attaching import attach, detach_all
from pulumi_snapcopy.emulator.lightsail.models import backend_of
from pulumi_snapcopy.emulator.shared import changing
from pulumi_snapcopy.lightsail.restoring_family import RestoredDisks, RestoredInstances
from pulumi_snapcopy.lightsail.restoring_service import RestoringLightsail

from .conftest import REGION, Drive
from .driving import Driven

PLACE = {"region": REGION, "availabilityZone": "us-east-1b"}
WEB = {"instanceSnapshotName": "web-full", "bundleId": "small_3_0", **PLACE}
DATA = {"diskSnapshotName": "data-full", "sizeInGb": 64, **PLACE}
MADE = ("CreateInstancesFromSnapshot", "CreateDiskFromSnapshot")


@pytest.fixture
def client(emulator: Emulator) -> Any:
    """A client of the region, with a snapshot of the instance with its disk, and one of the other disk."""
    client = emulator.client(REGION)
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-full")
    client.create_disk_snapshot(diskName="data-1", diskSnapshotName="data-full")
    return client


@pytest.fixture
def instances(drive: Drive, client: Any) -> Driven:
    """A stack of restored instances."""
    return drive(RestoredInstances(), RestoringLightsail("Instance"))


@pytest.fixture
def disks(drive: Drive, client: Any) -> Driven:
    """A stack of restored disks."""
    return drive(RestoredDisks(), RestoringLightsail("Disk"))


def there(client: Any) -> set[str]:
    """The names of all instances and disks."""
    found = client.get_instances()["instances"] + client.get_disks()["disks"]
    return {each["name"] for each in found}


def sends(emulator: Emulator) -> int:
    """How many restores were sent."""
    return sum(len(emulator.calls(each)) for each in MADE)


def test_an_instance_is_restored_with_its_disks_and_tags(
    instances: Driven, client: Any, emulator: Emulator
) -> None:
    """One call restores and tags it; the outputs say where it is, what came along, and what didn't."""
    assert instances.up(web={**WEB, "instanceName": "web-new", "tags": {"team": "shop"}}) == []
    instance = client.get_instance(instanceName="web-new")["instance"]
    assert {tag["key"]: tag["value"] for tag in instance["tags"]} == {
        "team": "shop",
        "snapcopy:owner": "shop/dev/web@0000000000000001",
        "snapcopy:source": "us-east-1:snapshot/web-full",
        "snapcopy:key": instances.resource("web").inputs["snapcopy"]["key"],
        "snapcopy:disks": hashlib.sha256(b"web-new-logs-1").hexdigest()[:8],
    }
    outputs = instances.outputs("web")
    assert instances.resource("web").id == "us-east-1/web-new"
    assert (outputs["arn"], outputs["state"]) == (instance["arn"], "running")
    assert outputs["publicIpAddress"] == instance["publicIpAddress"]
    assert outputs["attachedDisks"] == ["web-new-logs-1"]
    assert "static IP address" in outputs["notRestored"] and "key pair" in outputs["notRestored"]
    assert emulator.calls("TagResource") == []


def test_a_disk_is_restored(disks: Driven, client: Any) -> None:
    """Under a derived name, in its zone and size."""
    assert disks.up(data=DATA) == []
    outputs = disks.outputs("data")
    disk = client.get_disk(diskName=outputs["diskName"])["disk"]
    assert outputs["diskName"].startswith("data-full-restored-")
    assert (disk["sizeInGb"], disk["location"]["availabilityZone"]) == (64, "us-east-1b")
    assert (outputs["state"], outputs["notRestored"]) == ("available", ["add-ons", "tags"])


def test_a_disk_of_somebody_elses_stays(instances: Driven, client: Any, emulator: Emulator) -> None:
    """However it is called, and whenever it was made: it is let go, as it was, and not deleted."""
    other = {"snapcopy:owner": "other/prod/data@fedcba9876543210"}
    assert instances.up(web={**WEB, "instanceName": "web-new"}) == []
    client.create_disk(diskName="web-new-data", availabilityZone="us-east-1b", sizeInGb=8)
    client.create_disk_from_snapshot(
        diskName="web-new-dr", diskSnapshotName="data-full", availabilityZone="us-east-1b", sizeInGb=64,
        tags=[{"key": key, "value": value} for key, value in other.items()],
    )  # fmt: skip
    theirs = ("data-1", "web-new-data", "web-new-dr")
    for each in theirs:
        put_at(each, "web-new")
    assert instances.destroy() == []
    assert there(client) == {"web-1", "logs-1", *theirs}
    assert [_tags(client.get_disk(diskName=each)["disk"]) for each in theirs] == [{}, {}, other]


@pytest.mark.parametrize("shown", ["not yet attached", "not yet listed"])
def test_disks_that_show_late_go_with_a_young_instance(
    instances: Driven, client: Any, emulator: Emulator, shown: str
) -> None:
    """They are waited for: the instance's tag says how many came along."""
    assert instances.up(web={**WEB, "instanceName": "web-new"}) == []
    if shown == "not yet attached":
        with changing():
            backend = backend_of(REGION)
            detach_all(backend, backend.resources["web-new"])
    else:
        emulator.inject(Fault(kind="no-items", operation="GetDisks", times=2))
    assert instances.destroy() == []
    assert there(client) == {"web-1", "data-1", "logs-1"}


def put_at(disk: str, instance: str) -> None:
    """Somebody attaches a disk."""
    with changing():
        backend = backend_of(REGION)
        attach(backend, backend.resources[disk], instance)


def _tags(described: Any) -> dict[str, str]:
    return {tag["key"]: tag["value"] for tag in described["tags"]}


def test_the_default_type_of_addresses_is_the_same_written_out(instances: Driven, client: Any) -> None:
    """Nothing is replaced when it is written, and nothing when it goes; another type replaces the instance."""
    assert instances.up(web=WEB) == []
    before = there(client)
    for given in ({"ipAddressType": "dualstack"}, {}):
        assert instances.up(web={**WEB, **given}) == []
        assert there(client) == before and instances.engine.operations in ([], ["update web"])
    assert instances.up(web={**WEB, "ipAddressType": "ipv4"}) == []
    assert there(client) != before


def test_another_bundle_under_an_explicit_name_replaces_it_with_its_disks(
    instances: Driven, client: Any
) -> None:
    """The old one and the disks that came along go first, since names are taken; the preflight knows that they go."""
    named = {**WEB, "instanceName": "web-new"}
    instances.up(web=named)
    before = there(client)
    assert instances.up(web={**named, "bundleId": "medium_3_0"}) == []
    assert there(client) == before
    assert client.get_instance(instanceName="web-new")["instance"]["bundleId"] == "medium_3_0"


@pytest.mark.parametrize(
    ("given", "cause", "state"),
    [
        ({"instanceSnapshotName": "web-ful"}, 'no InstanceSnapshot "web-ful" in us-east-1', "web-full"),
        ({"instanceSnapshotName": "data-full"}, 'no InstanceSnapshot "data-full"', "web-full"),
        ({"instanceSnapshotName": "broken"}, '"broken" in us-east-1 is not complete', "its state is error"),
        ({"availabilityZone": "us-east-1z"}, "has no availability zone 'us-east-1z'", "us-east-1a"),
        ({"bundleId": "small_9_9"}, "has no bundle 'small_9_9'", "small_3_0, medium_3_0"),
        ({"bundleId": "nano_3_0"}, "is smaller than the snapshot", "small_3_0"),
        ({"instanceName": "data-1"}, 'the name, "data-1", is taken', "a Disk has it"),
        ({"instanceName": "broken"}, 'the name, "broken", is taken', "an? InstanceSnapshot has it"),
        ({"instanceName": "x1"}, 'comes along, "x1-logs-1", is taken', "a Disk has it"),
    ],
)
def test_what_cannot_be_restored_is_found_before_anything_is_sent(
    given: dict[str, Any], cause: str, state: str, instances: Driven, client: Any, emulator: Emulator
) -> None:
    """The message says what there is instead."""
    emulator.seed(
        {
            REGION: {
                "disks": [{"name": "x1-logs-1"}],
                "instanceSnapshots": [{"name": "broken", "state": "error"}],
            }
        }
    )
    (error,) = instances.up(web={**WEB, **given})
    assert cause in error and state.replace("an? ", "a ") in error and "nothing was sent" in error
    assert sends(emulator) == 0


def test_a_disk_that_an_instance_deleted_by_hand_has_left_is_named_with_the_way_out(
    instances: Driven, client: Any
) -> None:
    """Nothing proves that it is ours, so it is deleted by hand; one that another instance has isn't left over."""
    assert instances.up(web={**WEB, "instanceName": "web-new"}) == []
    client.delete_instance(instanceName="web-new")
    instances.refresh()
    (error,) = instances.up(web={**WEB, "instanceName": "web-new"})
    assert 'the name of a disk that comes along, "web-new-logs-1", is taken in us-east-1' in error
    assert (
        'write another instance_name; or, if an instance that was deleted by hand has left "web-new-logs-1", delete it,'
        " then run `pulumi up` again." in error
    )
    put_at("web-new-logs-1", "web-1")
    (error,) = instances.up(web={**WEB, "instanceName": "web-new"})
    assert error.rstrip().endswith("write another instance_name.")


def test_a_disk_smaller_than_its_snapshot_is_refused(disks: Driven, emulator: Emulator) -> None:
    """With the least size."""
    (error,) = disks.up(data={**DATA, "sizeInGb": 32})
    assert "write size_in_gb=64, or more" in error and sends(emulator) == 0


def test_a_name_of_an_existing_instance_is_refused(
    instances: Driven, client: Any, emulator: Emulator
) -> None:
    """It can't be adopted, so the message doesn't offer it; the instance isn't changed."""
    (error,) = instances.up(web={**WEB, "instanceName": "web-1"})
    assert error.startswith(
        'restoring RestoredInstance "web" (web-full in us-east-1): the name "web-1" is taken'
    )
    assert "nothing was restored" in error and "adopt" not in error
    assert sends(emulator) == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"availabilityZone": "eu-west-1a"},
            "'eu-west-1a' is not a zone of us-east-1. Write one such as us-east-1a, or another region.",
        ),
        ({"ipAddressType": "ipv5"}, "Write one of dualstack, ipv4, ipv6."),
        ({"bundleId": None}, "bundle_id is required"),
        ({"userData": 3}, "user_data must be a string"),
    ],
)
def test_what_the_rules_refuse_is_never_sent(
    given: dict[str, Any], said: str, instances: Driven, client: Any, emulator: Emulator
) -> None:
    """At check, with the property's name."""
    emulator.clear_calls()
    wanted = {key: value for key, value in {**WEB, **given}.items() if value is not None}
    (error,) = instances.up(web=wanted)
    assert said in error and emulator.calls() == []
