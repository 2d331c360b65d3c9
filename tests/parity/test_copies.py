"""A copy's life: what it records, how long it is pending, and what time does to it and its operation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.emulator import Emulator, Fault

SNAPSHOT, DISK_SNAPSHOT = "MEAN-1-1571075291", "Disk-1-1566839161"


def copy(emulator: Emulator, target: str, region: str = "eu-west-1", **source: Any) -> Any:
    """Copy, by default the instance snapshot, and give the operation."""
    client = emulator.client(region)
    source = source or {"sourceSnapshotName": SNAPSHOT}
    answer = client.copy_snapshot(**{"sourceRegion": "us-west-2", "targetSnapshotName": target, **source})
    return answer["operations"][0]


def get(emulator: Emulator, name: str, region: str = "eu-west-1") -> Any:
    """The instance snapshot of this name."""
    return emulator.client(region).get_instance_snapshot(instanceSnapshotName=name)["instanceSnapshot"]


def get_disk(emulator: Emulator, name: str, region: str = "eu-west-1") -> Any:
    """The disk snapshot of this name."""
    return emulator.client(region).get_disk_snapshot(diskSnapshotName=name)["diskSnapshot"]


def status(emulator: Emulator, operation: Any, region: str = "eu-west-1") -> tuple[str, bool]:
    """An operation's status, and whether that is its last."""
    now = emulator.client(region).get_operation(operationId=operation["id"])["operation"]
    return now["status"], now["isTerminal"]


def test_copy_is_pending_then_available(emulator: Emulator) -> None:
    """A copy is pending while its operation is Started, and available when that has Succeeded."""
    operation = copy(emulator, "copy")
    assert (get(emulator, "copy")["state"], status(emulator, operation)) == ("pending", ("Started", False))

    emulator.finish_copies()

    assert (get(emulator, "copy")["state"], status(emulator, operation)) == ("available", ("Succeeded", True))


def test_copy_of_a_disk_snapshot_is_completed_and_has_progress(emulator: Emulator) -> None:
    """A disk snapshot's copy goes from pending with some progress to completed with 100%."""
    copy(emulator, "copy", sourceSnapshotName=DISK_SNAPSHOT)
    pending = get_disk(emulator, "copy")
    emulator.finish_copies()
    done = get_disk(emulator, "copy")

    assert (pending["state"], pending["progress"]) == ("pending", "0%")
    assert (done["state"], done["progress"]) == ("completed", "100%")


def test_copy_records_its_origin_but_not_its_source(emulator: Emulator) -> None:
    """A copy tells the instance it comes from; it has tags, ARN and time of its own, and nothing of the source."""
    client = emulator.client("us-west-2")
    client.tag_resource(resourceName=SNAPSHOT, tags=[{"key": "team", "value": "shop"}])
    copy(emulator, "copy")
    source, made = get(emulator, SNAPSHOT, "us-west-2"), get(emulator, "copy")

    own = {"name", "arn", "supportCode", "createdAt", "location", "tags", "state"}
    assert {k: v for k, v in made.items() if k not in own} == {
        k: v for k, v in source.items() if k not in own
    }
    assert made["tags"] == []
    assert made["arn"].startswith("arn:aws:lightsail:eu-west-1:123456789012:InstanceSnapshot/")
    assert made["location"] == {"availabilityZone": "all", "regionName": "eu-west-1"}


def test_copy_of_a_copy_keeps_the_origin(emulator: Emulator) -> None:
    """A copy can be copied on, to a third region, and still tells the first instance and that it was automatic."""
    copy(emulator, "first", sourceResourceName="WordPress-1", restoreDate="2019-10-14")
    emulator.finish_copies()
    operation = copy(emulator, "second", "ap-south-1", sourceRegion="eu-west-1", sourceSnapshotName="first")

    second = get(emulator, "second", "ap-south-1")
    assert operation["operationDetails"] == "eu-west-1:first"
    assert (second["fromInstanceName"], second["isFromAutoSnapshot"]) == ("WordPress-1", True)


def test_copy_of_an_automatic_disk_snapshot(emulator: Emulator) -> None:
    """A disk's automatic snapshot becomes a manual disk snapshot of the disk's size."""
    operation = copy(emulator, "copy", sourceResourceName="Disk-1", useLatestRestorableAutoSnapshot=True)

    made = get_disk(emulator, "copy")
    assert operation["resourceType"] == "DiskSnapshot"
    assert (made["fromDiskName"], made["isFromAutoSnapshot"], made["sizeInGb"]) == ("Disk-1", True, 64)


def test_every_copy_has_an_arn_of_its_own(emulator: Emulator) -> None:
    """A name that is deleted and copied to again gets another ARN."""
    copy(emulator, "copy")
    first = get(emulator, "copy")["arn"]
    emulator.client("eu-west-1").delete_instance_snapshot(instanceSnapshotName="copy")
    copy(emulator, "copy")

    assert get(emulator, "copy")["arn"] != first


def test_automatic_snapshots_go_with_their_instance(emulator: Emulator) -> None:
    """Deleting an instance takes its automatic snapshots along, and leaves its manual ones."""
    emulator.client("us-west-2").delete_instance(instanceName="WordPress-1")

    with pytest.raises(ClientError, match="NotFoundException"):
        copy(emulator, "copy", sourceResourceName="WordPress-1", restoreDate="2019-10-14")
    assert copy(emulator, "copy")["status"] == "Started"


def test_operation_can_lead_the_snapshot(emulator: Emulator) -> None:
    """With operation_lead_seconds an operation reads Succeeded while the snapshot is still pending."""
    emulator.settings = replace(emulator.settings, operation_lead_seconds=3600)
    operation = copy(emulator, "copy")

    assert (status(emulator, operation), get(emulator, "copy")["state"]) == (("Succeeded", True), "pending")


def test_new_snapshot_can_be_invisible(emulator: Emulator) -> None:
    """With visibility_seconds a new copy is not found, listed or taggable for a while, but its name is taken."""
    emulator.settings = replace(emulator.settings, visibility_seconds=3600)
    client = emulator.client("eu-west-1")
    copy(emulator, "copy")

    with pytest.raises(client.exceptions.NotFoundException):
        get(emulator, "copy")
    with pytest.raises(client.exceptions.NotFoundException):
        client.tag_resource(resourceName="copy", tags=[{"key": "a", "value": "b"}])
    with pytest.raises(client.exceptions.InvalidInputException, match="already in use: copy"):
        copy(emulator, "copy")
    assert client.get_instance_snapshots()["instanceSnapshots"] == []

    emulator.finish_copies()
    assert [s["name"] for s in client.get_instance_snapshots()["instanceSnapshots"]] == ["copy"]


def test_deleted_snapshot_can_stay_visible(emulator: Emulator) -> None:
    """With deletion_seconds a deleted copy is found and listed for a while and its name taken, but it is gone."""
    emulator.settings = replace(emulator.settings, copy_seconds=0, deletion_seconds=3600)
    client = emulator.client("eu-west-1")
    copy(emulator, "copy")
    client.delete_instance_snapshot(instanceSnapshotName="copy")

    assert get(emulator, "copy")["state"] == "available"
    assert [s["name"] for s in client.get_instance_snapshots()["instanceSnapshots"]] == ["copy"]
    with pytest.raises(client.exceptions.InvalidInputException, match="already in use: copy"):
        copy(emulator, "copy")
    with pytest.raises(client.exceptions.NotFoundException):
        client.delete_instance_snapshot(instanceSnapshotName="copy")
    with pytest.raises(client.exceptions.NotFoundException):
        client.tag_resource(resourceName="copy", tags=[{"key": "a", "value": "b"}])

    emulator.finish_copies()
    assert client.get_instance_snapshots()["instanceSnapshots"] == []
    assert copy(emulator, "copy")["status"] == "Started"


def test_changed_tags_can_be_invisible(emulator: Emulator) -> None:
    """With tagging_seconds tags show as they were for a while, whether set or taken away; none is lost."""
    client = emulator.client("eu-west-1")
    copy(emulator, "copy")
    client.tag_resource(
        resourceName="copy", tags=[{"key": "old", "value": "1"}, {"key": "kept", "value": "1"}]
    )
    emulator.settings = replace(emulator.settings, tagging_seconds=3600)
    client.untag_resource(resourceName="copy", tagKeys=["old"])
    client.tag_resource(resourceName="copy", tags=[{"key": "new", "value": "1"}])

    assert [tag["key"] for tag in get(emulator, "copy")["tags"]] == ["old", "kept"]
    emulator.finish_copies()
    assert [tag["key"] for tag in get(emulator, "copy")["tags"]] == ["kept", "new"]


def test_copies_in_progress_can_be_limited(emulator: Emulator) -> None:
    """With max_copies_in_progress a region refuses more, until some are done; other regions don't count."""
    emulator.settings = replace(emulator.settings, max_copies_in_progress=2)
    copy(emulator, "one")
    copy(emulator, "two")

    with pytest.raises(ClientError) as refused:
        copy(emulator, "three")
    assert refused.value.response["Error"] == {
        "Code": "ResourceLimitExceeded",
        "Message": "Too many snapshot copies in progress. The limit is 2 in this region.",
    }
    assert copy(emulator, "elsewhere", "eu-west-2")["status"] == "Started"
    emulator.finish_copies()
    assert copy(emulator, "three")["status"] == "Started"


def test_pending_snapshot_can_refuse_tags(emulator: Emulator) -> None:
    """Tags are taken while pending, unless taggable_when_pending is off; then the failure says so."""
    client = emulator.client("eu-west-1")
    copy(emulator, "copy")
    client.tag_resource(resourceName="copy", tags=[{"key": "early", "value": "yes"}])
    emulator.settings = replace(emulator.settings, taggable_when_pending=False)

    with pytest.raises(client.exceptions.OperationFailureException, match="pending: copy"):
        client.tag_resource(resourceName="copy", tags=[{"key": "late", "value": "yes"}])
    emulator.finish_copies()
    client.tag_resource(resourceName="copy", tags=[{"key": "late", "value": "yes"}])
    assert [tag["key"] for tag in get(emulator, "copy")["tags"]] == ["early", "late"]


def test_things_happen_behind_our_back(emulator: Emulator) -> None:
    """A snapshot fails, its operations are forgotten, an automatic snapshot ages out, a foreign one appears."""
    client = emulator.client("eu-west-1")
    copy(emulator, "copy")
    emulator.set_state("eu-west-1", "copy", "error")
    emulator.forget_operations("eu-west-1", "copy")
    emulator.age_out("us-west-2", "WordPress-1", "2019-10-14")
    arn = emulator.put_snapshot("eu-west-1", "theirs", "DiskSnapshot", size_in_gb=3, tags={"team": "other"})

    assert get(emulator, "copy")["state"] == "error"
    assert client.get_operations_for_resource(resourceName="copy")["operations"] == []
    automatic = emulator.client("us-west-2").get_auto_snapshots(resourceName="WordPress-1")["autoSnapshots"]
    assert "2019-10-14" not in [details["date"] for details in automatic]
    theirs = get_disk(emulator, "theirs")
    assert (theirs["arn"], theirs["sizeInGb"], theirs["state"]) == (arn, 3, "completed")
    assert theirs["tags"] == [{"key": "team", "value": "other"}]


def test_hundred_copies_at_once(emulator: Emulator) -> None:
    """A hundred copies started at the same time, to and from both regions, all come to an end, once each."""
    emulator.put_snapshot("eu-west-1", "other-way")
    clients = {region: emulator.client(region) for region in ("eu-west-1", "us-west-2")}

    def start(number: int) -> str:
        west = number % 2 == 0
        answer = clients["eu-west-1" if west else "us-west-2"].copy_snapshot(
            sourceRegion="us-west-2" if west else "eu-west-1",
            sourceSnapshotName=SNAPSHOT if west else "other-way",
            targetSnapshotName=f"copy-{number}",
        )
        return str(answer["operations"][0]["id"])

    with ThreadPoolExecutor(100) as pool:
        ids = list(pool.map(start, range(100)))
    emulator.finish_copies()

    assert len(set(ids)) == 100
    assert [call.outcome for call in emulator.calls("CopySnapshot")] == ["ok"] * 100
    done = [
        snapshot["name"]
        for client in clients.values()
        for snapshot in client.get_instance_snapshots()["instanceSnapshots"]
        if snapshot["name"].startswith("copy-") and snapshot["state"] == "available"
    ]
    assert sorted(done) == sorted(f"copy-{number}" for number in range(100))


def test_hundred_copies_of_one_name_make_one(emulator: Emulator) -> None:
    """Of many copies to one name at the same time one is made; the others are told that the name is in use."""
    client = emulator.client("eu-west-1")

    def start(_: int) -> str:
        try:
            client.copy_snapshot(
                sourceRegion="us-west-2", sourceSnapshotName=SNAPSHOT, targetSnapshotName="copy"
            )
        except client.exceptions.InvalidInputException as error:
            return str(error.response["Error"]["Message"])
        return "made"

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(start, range(20)))

    assert sorted(outcomes) == ["Some names are already in use: copy"] * 19 + ["made"]


def test_one_copy_can_take_its_own_time(emulator: Emulator) -> None:
    """A fault of the kind copy-seconds sets how long one copy takes; the next takes the usual time."""
    emulator.inject(Fault(kind="copy-seconds", resource="quick", seconds=0))
    copy(emulator, "quick")
    copy(emulator, "usual")

    assert [get(emulator, name)["state"] for name in ("quick", "usual")] == ["available", "pending"]
