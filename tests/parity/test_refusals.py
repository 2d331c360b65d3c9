"""Refusals: their codes, HTTP statuses and members, and the rules of names, tags and inputs behind them."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import send

COPY = {"sourceRegion": "us-west-2", "sourceSnapshotName": "MEAN-1-1571075291", "targetSnapshotName": "copy"}


def test_modelled_error_has_all_its_members(emulator: Emulator) -> None:
    """boto3 sees the modelled class, HTTP 400, and code, docs, message and tip."""
    client = emulator.client("us-west-2")
    with pytest.raises(client.exceptions.NotFoundException) as caught:
        client.get_instance_snapshot(instanceSnapshotName="no-such")

    response: dict[str, Any] = dict(caught.value.response)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["Error"] == {
        "Code": "NotFoundException",
        "Message": "The InstanceSnapshot does not exist: no-such",
    }
    assert (response["code"], response["message"]) == ("NotFoundException", response["Error"]["Message"])
    assert response["docs"].startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"targetSnapshotName": None}, "Value null at 'targetSnapshotName'"),
        ({"sourceRegion": None}, "Value null at 'sourceRegion'"),
        ({"sourceRegion": "mars-1"}, "Value 'mars-1' at 'sourceRegion'"),
        ({"targetSnapshotName": 7}, "Value 7 at 'targetSnapshotName'"),
        ({"useLatestRestorableAutoSnapshot": "true"}, "Member must be of type boolean"),
        ({"targetSnapshotName": "a"}, "a is not a valid resource name"),
        ({"targetSnapshotName": "-copy"}, "-copy is not a valid resource name"),
        ({"targetSnapshotName": "copy."}, "copy. is not a valid resource name"),
        ({"targetSnapshotName": "my copy"}, "my copy is not a valid resource name"),
        ({"targetSnapshotName": "cöpy"}, "is not a valid resource name"),
        ({"targetSnapshotName": "a" * 256}, "is not a valid resource name"),
    ],
)
def test_request_outside_the_model_is_refused(change: dict[str, Any], said: str, raw: Any) -> None:
    """Missing members, wrong types, enums and names are an InvalidInputException that names them."""
    status, answer = raw("CopySnapshot", "eu-west-1", **{**COPY, **change})

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert said in answer["message"]


@pytest.mark.parametrize("name", ["ab", "a" * 255, "my.copy_of-2026", "1.2"])
def test_name_that_the_server_takes(name: str, raw: Any) -> None:
    """Names follow the server's rule, which takes dots and up to 255 characters."""
    status, _ = raw("CopySnapshot", "eu-west-1", **{**COPY, "targetSnapshotName": name})

    assert status == 200


@pytest.mark.parametrize("taken", ["WordPress-1", "Disk-1", "MEAN-1-1571075291", "Disk-1-1566839161"])
@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("CopySnapshot", {**COPY, "targetSnapshotName": "TAKEN"}),
        ("CreateInstanceSnapshot", {"instanceName": "WordPress-1", "instanceSnapshotName": "TAKEN"}),
        ("CreateDiskSnapshot", {"diskName": "Disk-1", "diskSnapshotName": "TAKEN"}),
        ("CreateDisk", {"diskName": "TAKEN", "availabilityZone": "us-west-2a", "sizeInGb": 8}),
        (
            "CreateInstances",
            {
                "instanceNames": ["free", "TAKEN"],
                "availabilityZone": "us-west-2a",
                "blueprintId": "wordpress",
                "bundleId": "nano_3_0",
            },
        ),
    ],
)
def test_names_are_one_namespace(operation: str, parameters: dict[str, Any], taken: str, raw: Any) -> None:
    """Whatever is made, a name in use by whatever type is refused, and nothing is made."""

    def named(value: Any) -> Any:
        return [named(v) for v in value] if isinstance(value, list) else taken if value == "TAKEN" else value

    status, answer = raw(operation, **{k: named(v) for k, v in parameters.items()})

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert answer["message"] == f"Some names are already in use: {taken}"
    assert raw("GetInstance", instanceName="free")[0] == 400


def test_names_are_per_region(raw: Any) -> None:
    """A name in use in one region is free in another."""
    assert raw("CopySnapshot", "eu-west-1", **{**COPY, "targetSnapshotName": "WordPress-1"})[0] == 200


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ([{"key": f"k{n}"} for n in range(51)], "50 tags"),
        ([{"key": "k" * 129}], "128 characters"),
        ([{"key": ""}], "128 characters"),
        ([{"key": "k", "value": "v" * 257}], "256 characters"),
        ([{"key": "aws:owner", "value": "me"}], "reserved"),
        ([{"key": "Aws:owner", "value": "me"}], "reserved"),
        ([{"key": "team", "value": "a, b"}], "not ','"),
        ([{"key": "team#1", "value": ""}], "not '#'"),
        ([{"key": "team", "value": "(shop)"}], "not '('"),
        ([{"key": "team", "value": "a\nb"}], "not '\\n'"),
    ],
)
def test_tags_outside_the_rules_are_refused(tags: list[dict[str, str]], said: str, raw: Any) -> None:
    """TagResource takes 50 tags a resource, keys of 128 and values of 256 characters, and no aws: prefix."""
    status, answer = raw("TagResource", resourceName="Disk-1", tags=tags)

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert said in answer["message"]


def test_tag_characters_that_the_service_takes(raw: Any) -> None:
    """Letters of any language, digits, spaces and ``+ - = . _ : / @`` are taken in keys and values."""
    text = "Größe 店 हिन्दी ٣ +-=._:/@"
    assert raw("TagResource", resourceName="Disk-1", tags=[{"key": text, "value": text}])[0] == 200


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("CreateInstanceSnapshot", {"instanceName": "WordPress-1", "instanceSnapshotName": "new"}),
        ("CreateDiskSnapshot", {"diskName": "Disk-1", "diskSnapshotName": "new"}),
    ],
)
def test_tags_in_the_call_follow_the_same_rules(operation: str, parameters: Any, raw: Any) -> None:
    """A snapshot with a wrong tag isn't taken at all."""
    status, answer = raw(operation, **parameters, tags=[{"key": "team", "value": "a;b"}])

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert raw(operation, **parameters)[0] == 200


def test_tags_add_up(emulator: Emulator) -> None:
    """Tags are added, changed and taken away by key; the fifty-first is refused."""
    client = emulator.client("us-west-2")
    client.tag_resource(resourceName="Disk-1", tags=[{"key": f"k{n}", "value": "old"} for n in range(50)])
    client.tag_resource(resourceName="Disk-1", tags=[{"key": "k0", "value": "new"}])
    with pytest.raises(client.exceptions.InvalidInputException, match="50 tags"):
        client.tag_resource(resourceName="Disk-1", tags=[{"key": "k50", "value": "new"}])
    client.untag_resource(resourceName="Disk-1", tagKeys=[f"k{n}" for n in range(1, 50)])

    assert client.get_disk(diskName="Disk-1")["disk"]["tags"] == [{"key": "k0", "value": "new"}]


def test_arn_has_to_be_the_resources_own(emulator: Emulator) -> None:
    """TagResource takes the resource's ARN beside its name, and no other's."""
    client = emulator.client("us-west-2")
    own, other = (
        client.get_disk(diskName="Disk-1")["disk"]["arn"],
        emulator.put_snapshot("us-west-2", "other"),
    )
    tags: Any = [{"key": "team", "value": "shop"}]

    client.tag_resource(resourceName="Disk-1", resourceArn=own, tags=tags)
    with pytest.raises(client.exceptions.NotFoundException):
        client.tag_resource(resourceName="Disk-1", resourceArn=other, tags=tags)


@pytest.mark.parametrize(
    ("operation", "parameters", "said"),
    [
        ("CreateDiskSnapshot", {"diskSnapshotName": "new"}, "Exactly one of diskName and instanceName"),
        (
            "CreateDiskSnapshot",
            {"diskSnapshotName": "new", "diskName": "Disk-1", "instanceName": "WordPress-1"},
            "Exactly one of diskName and instanceName",
        ),
        (
            "CreateDisk",
            {"diskName": "new", "availabilityZone": "eu-west-1a", "sizeInGb": 8},
            "Availability Zone",
        ),
        (
            "CreateDiskFromSnapshot",
            {
                "diskName": "new",
                "availabilityZone": "us-west-2a",
                "sizeInGb": 63,
                "diskSnapshotName": "Disk-1-1566839161",
            },
            "at least as large as the snapshot, 64 GB",
        ),
        (
            "CreateInstancesFromSnapshot",
            {
                "instanceNames": ["new"],
                "availabilityZone": "us-west-2a",
                "bundleId": "nano_3_0",
                "instanceSnapshotName": "MEAN-1-1571075291",
            },
            "at least as large as the source's, micro_3_0",
        ),
        (
            "CreateInstancesFromSnapshot",
            {
                "instanceNames": ["new"],
                "availabilityZone": "us-west-2a",
                "bundleId": "micro_3_0",
                "sourceInstanceName": "Disk-1",
                "restoreDate": "2019-10-14",
            },
            "no snapshot of an instance",
        ),
        (
            "CreateInstances",
            {
                "instanceNames": ["new"],
                "availabilityZone": "us-west-2a",
                "blueprintId": "wordpress",
                "bundleId": "huge_9_9",
            },
            "bundle does not exist",
        ),
        ("GetOperations", {"pageToken": "of another service"}, "page token is not valid"),
    ],
)
def test_other_rules(operation: str, parameters: dict[str, Any], said: str, raw: Any) -> None:
    """Restores that don't fit, zones of other regions and foreign page tokens are invalid inputs."""
    status, answer = raw(operation, **parameters)

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert said in answer["message"]


def test_restore_from_an_automatic_snapshot(raw: Any) -> None:
    """Instances and disks can be restored from automatic snapshots, by the same modes as copies are made."""
    instance, _ = raw(
        "CreateInstancesFromSnapshot",
        instanceNames=["restored"],
        availabilityZone="us-west-2b",
        bundleId="small_3_0",
        sourceInstanceName="WordPress-1",
        useLatestRestorableAutoSnapshot=True,
    )
    disk, _ = raw(
        "CreateDiskFromSnapshot",
        diskName="restored-disk",
        availabilityZone="us-west-2b",
        sizeInGb=128,
        sourceDiskName="Disk-1",
        restoreDate="2019-10-13",
    )

    assert (instance, disk) == (200, 200)
    _, restored = raw("GetInstance", instanceName="restored")
    assert restored["instance"]["blueprintId"] == "wordpress"
    assert restored["instance"]["state"] == {"code": 16, "name": "running"}


def test_operation_that_is_not_emulated_is_named(emulator: Emulator, raw: Any) -> None:
    """What Lightsail has and the emulator hasn't is refused by name; what neither has is unknown."""
    status, answer = raw("CreateDomain", "us-east-1", domainName="example.com")
    assert (status, answer["__type"]) == (400, "OperationNotEmulated")
    assert answer["message"].startswith("CreateDomain is not emulated; emulated are CopySnapshot, ")

    status, answer = raw("MakeCoffee")
    assert (status, answer["__type"]) == (400, "UnknownOperationException")


def test_region_comes_from_the_signature(emulator: Emulator, raw: Any) -> None:
    """The signature's scope says which region is meant; one that Lightsail hasn't, or none at all, is refused."""
    raw("CopySnapshot", "ap-southeast-5", **COPY)
    client = emulator.client("ap-southeast-5")
    assert [s["name"] for s in client.get_instance_snapshots()["instanceSnapshots"]] == ["copy"]
    assert emulator.calls("CopySnapshot")[0].region == "ap-southeast-5"

    status, answer = raw("GetInstances", "mars-1")
    assert (status, answer["__type"]) == (400, "InvalidInputException")
    status, answer = send(emulator.url, "GetInstances", b"{}", None)
    assert (status, answer["__type"]) == (400, "UnauthenticatedException")


@pytest.mark.parametrize("body", [b"not json", b"[]", b"\xff"])
def test_body_that_is_no_json_object_is_refused(body: bytes, emulator: Emulator) -> None:
    """A body that can't be read is a SerializationException, as the protocol has it."""
    status, answer = send(emulator.url, "GetInstances", body, "us-west-2")

    assert (status, answer["__type"]) == (400, "SerializationException")
