"""EC2's lists, tags, deletions and sources: filters that lag, pages, owners, and what moto's EC2 has beside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.emulator.ec2.service import CHANGING, READING, TAGGING

REGION = "us-east-1"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """EC2, whose copies take an hour unless the test ends them."""
    with Emulator(services=("ec2",), settings=Settings(copy_seconds=3600)) as running:
        yield running


@pytest.fixture
def ec2(emulator: Emulator) -> Any:
    """A client of the region."""
    return emulator.ec2_client(REGION)


def listed(client: Any, *filters: tuple[str, str], **request: Any) -> list[str]:
    """The ids of our own snapshots that filters list."""
    wanted = [{"Name": name, "Values": [value]} for name, value in filters]
    found = client.describe_snapshots(OwnerIds=["self"], Filters=wanted, **request)["Snapshots"]
    return [each["SnapshotId"] for each in found]


def code(call: Any, **request: Any) -> str:
    """The code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_a_list_can_be_without_items(emulator: Emulator, ec2: Any) -> None:
    """The fault no-items empties an answer in XML, and it stays one that botocore reads."""
    emulator.ec2.put_snapshot(REGION)
    emulator.inject(Fault(kind="no-items", operation="DescribeSnapshots"))
    assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
    assert len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]) == 1


@pytest.mark.usefixtures("amazons_images")
def test_own_snapshots_come_without_others(emulator: Emulator, ec2: Any) -> None:
    """OwnerIds=self lists ours alone; without owners what is shared and public comes along."""
    own = emulator.ec2.put_snapshot(REGION)
    shared = emulator.ec2.put_snapshot(REGION, owner="210987654321", sharedWith=["123456789012"])
    emulator.ec2.put_snapshot(REGION, owner="210987654321")
    everything = {each["SnapshotId"] for each in ec2.describe_snapshots()["Snapshots"]}

    assert listed(ec2) == [own]
    assert {own, shared} < everything
    assert len(everything) > 100


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("tag:team", "shop", True),
        ("tag:team", "sh*", True),
        ("tag:team", "sho?", True),
        ("tag:team", "sh\\*", False),
        ("tag:team", "Shop", False),
        ("tag-key", "team", True),
        ("description", "nightly [[]x*", False),
        ("description", "nightly*", True),
        ("status", "completed", True),
        ("status", "pending", False),
        ("volume-size", "100", True),
        ("encrypted", "false", True),
        ("progress", "100%", True),
        ("transfer-type", "standard", True),
        ("storage-tier", "standard", True),
        ("owner-id", "123456789012", True),
        ("volume-id", "vol-ffffffff", True),
        ("snapshot-id", "snap-00000000000000000", False),
    ],
)
def test_filters(name: str, value: str, found: bool, emulator: Emulator, ec2: Any) -> None:
    """Every filter works, with wildcards that a backslash takes away."""
    own = emulator.ec2.put_snapshot(REGION, size=100, description="nightly [x]", tags={"team": "shop"})

    assert listed(ec2, (name, value)) == ([own] if found else [])


def test_unknown_filter_is_refused(ec2: Any) -> None:
    """A filter that EC2 doesn't have, such as FCU's tag-value, is an InvalidParameterValue."""
    filters = [{"Name": "tag-value", "Values": ["shop"]}]
    assert code(ec2.describe_snapshots, Filters=filters) == "InvalidParameterValue"


def test_filters_lag_and_ids_dont(emulator: Emulator, ec2: Any) -> None:
    """With filter_seconds a new snapshot is found by its id at once, and by tag, description or list only later."""
    emulator.settings = Settings(copy_seconds=3600, filter_seconds=3600)
    source = emulator.ec2.put_snapshot("us-west-2")
    specification = {"ResourceType": "snapshot", "Tags": [{"Key": "team", "Value": "shop"}]}
    copied = ec2.copy_snapshot(
        SourceRegion="us-west-2", SourceSnapshotId=source, Description="d", TagSpecifications=[specification]
    )["SnapshotId"]
    early = [listed(ec2, *filters) for filters in ((("tag:team", "shop"),), (("description", "d"),), ())]
    by_id = ec2.describe_snapshots(SnapshotIds=[copied])["Snapshots"]
    emulator.finish_copies()

    assert early == [[], [], []]
    assert [each["SnapshotId"] for each in by_id] == [copied]
    assert listed(ec2, ("snapshot-id", copied)) == listed(ec2, ("tag:team", "shop")) == [copied]


def test_new_tags_lag_in_filters(emulator: Emulator, ec2: Any) -> None:
    """With tagging_seconds filters go by the tags a snapshot had before, while it shows its new ones."""
    emulator.settings = Settings(tagging_seconds=3600)
    own = emulator.ec2.put_snapshot(REGION, tags={"team": "shop"})
    ec2.create_tags(Resources=[own], Tags=[{"Key": "team", "Value": "dr"}])

    assert (listed(ec2, ("tag:team", "shop")), listed(ec2, ("tag:team", "dr"))) == ([own], [])
    assert ec2.describe_snapshots(SnapshotIds=[own])["Snapshots"][0]["Tags"] == [
        {"Key": "team", "Value": "dr"}
    ]


def test_snapshot_that_is_not_visible_yet(emulator: Emulator, ec2: Any) -> None:
    """With visibility_seconds a new copy is InvalidSnapshot.NotFound by its id."""
    emulator.settings = Settings(visibility_seconds=3600)
    source = emulator.ec2.put_snapshot("us-west-2")
    copied = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)["SnapshotId"]

    assert code(ec2.describe_snapshots, SnapshotIds=[copied]) == "InvalidSnapshot.NotFound"


def test_pages(emulator: Emulator, ec2: Any) -> None:
    """MaxResults and NextToken page through a list; what is deleted in between hides nothing else."""
    ids = [emulator.ec2.put_snapshot(REGION) for _ in range(12)]
    first = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=5)
    ec2.delete_snapshot(SnapshotId=ids[0])
    second = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=5, NextToken=first["NextToken"])
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], PaginationConfig={"PageSize": 5}
    )
    everything = [each["SnapshotId"] for page in pages for each in page["Snapshots"]]

    assert [each["SnapshotId"] for each in second["Snapshots"]] == ids[5:10]
    assert everything == ids[1:]
    assert code(ec2.describe_snapshots, MaxResults=4) == "InvalidParameterValue"
    both = {"SnapshotIds": [ids[1]], "MaxResults": 5}
    assert code(ec2.describe_snapshots, **both) == "InvalidParameterCombination"


@pytest.mark.parametrize("operation", ["describe_snapshots", "delete_snapshot", "create_tags", "delete_tags"])
@pytest.mark.parametrize(
    ("snapshot_id", "expected"),
    [
        ("snap-0123456789abcdef0", "InvalidSnapshot.NotFound"),
        ("snap-xyz", "InvalidSnapshotID.Malformed"),
        ("snap-0123456789ABCDEF0", "InvalidParameterValue"),
    ],
)
def test_ids_that_name_nothing(operation: str, snapshot_id: str, expected: str, ec2: Any) -> None:
    """An id that is gone and one that is malformed have codes of their own, in every operation."""
    requests: dict[str, dict[str, Any]] = {
        "describe_snapshots": {"SnapshotIds": [snapshot_id]},
        "delete_snapshot": {"SnapshotId": snapshot_id},
        "create_tags": {"Resources": [snapshot_id], "Tags": [{"Key": "a", "Value": "b"}]},
        "delete_tags": {"Resources": [snapshot_id]},
    }
    assert code(getattr(ec2, operation), **requests[operation]) == expected


def test_tags_are_added_and_removed(emulator: Emulator, ec2: Any) -> None:
    """CreateTags changes values; DeleteTags goes by key, by key and value, or takes all; the fifty-first is refused."""
    own = emulator.ec2.put_snapshot(REGION, tags={"a": "1", "b": "2", "c": "3"})

    def tags() -> dict[str, str]:
        found = ec2.describe_snapshots(SnapshotIds=[own])["Snapshots"][0].get("Tags", [])
        return {tag["Key"]: tag["Value"] for tag in found}

    ec2.create_tags(Resources=[own], Tags=[{"Key": "a", "Value": "new"}])
    ec2.delete_tags(Resources=[own], Tags=[{"Key": "b"}, {"Key": "c", "Value": "other"}])
    assert tags() == {"a": "new", "c": "3"}
    many = [{"Key": f"k{n}", "Value": ""} for n in range(49)]
    assert code(ec2.create_tags, Resources=[own], Tags=many) == "TagLimitExceeded"
    reserved = [{"Key": "aws:x", "Value": ""}]
    assert code(ec2.create_tags, Resources=[own], Tags=reserved) == "InvalidTagKey.Malformed"
    ec2.delete_tags(Resources=[own])
    assert tags() == {}


def test_snapshots_of_others_are_not_ours_to_change(emulator: Emulator, ec2: Any) -> None:
    """A public snapshot of another account can be read, and neither tagged nor deleted."""
    other = emulator.ec2.put_snapshot(REGION, owner="210987654321", public=True)

    assert code(ec2.delete_snapshot, SnapshotId=other) == "UnauthorizedOperation"


def test_snapshot_of_an_image_is_in_use(emulator: Emulator, ec2: Any) -> None:
    """DeleteSnapshot names the image that uses it, until that is deregistered."""
    own = emulator.ec2.put_snapshot(REGION)
    image = ec2.register_image(
        Name="image",
        RootDeviceName="/dev/xvda",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": own}}],
    )["ImageId"]
    with pytest.raises(ClientError, match=f"The snapshot {own} is currently in use by {image}"):
        ec2.delete_snapshot(SnapshotId=own)
    ec2.deregister_image(ImageId=image)
    ec2.delete_snapshot(SnapshotId=own)

    assert code(ec2.delete_snapshot, SnapshotId=own) == "InvalidSnapshot.NotFound"


def test_volume_snapshot_volume(emulator: Emulator, ec2: Any) -> None:
    """A snapshot is taken of one of moto's volumes, whose size it has, and a volume is made of it by moto."""
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=33)["VolumeId"]
    taken = ec2.create_snapshot(VolumeId=volume, Description="by hand")
    made = ec2.create_volume(AvailabilityZone=f"{REGION}b", SnapshotId=taken["SnapshotId"])

    assert (taken["State"], taken["Progress"], taken["VolumeSize"]) == ("pending", "", 33)
    assert ec2.describe_snapshots(SnapshotIds=[taken["SnapshotId"]])["Snapshots"][0]["State"] == "completed"
    assert made["Size"] == 33
    assert code(ec2.create_snapshot, VolumeId="vol-0123456789abcdef0") == "InvalidVolume.NotFound"


@pytest.mark.parametrize("fcu", [False, True])
@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"Action": "MakeCoffee"}, "InvalidAction"),
        ({}, "MissingAction"),
        ({"Action": "CreateTags", "ResourceId.1": "snap-12345678"}, "MissingParameter"),
    ],
)
def test_request_that_no_sdk_sends(fcu: bool, request_: dict[str, str], expected: str) -> None:
    """EC2 and FCU refuse a wrong action, none, and a tag call without tags in EC2's own form."""
    scope = f"NONE/20261127/{'eu-west-2' if fcu else REGION}/ec2/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
    with Emulator(services=("ec2", "fcu")) as emulator:
        url = emulator.fcu_url if fcu else emulator.url
        answer = requests.post(url, {**request_, "Version": "2016-11-15"}, headers=headers, timeout=10)

    assert answer.status_code == 400
    assert f"<Code>{expected}</Code>" in answer.text


def test_region_that_ec2_has_not(emulator: Emulator) -> None:
    """A signature for a region that doesn't exist is an AuthFailure."""
    assert code(emulator.ec2_client("mars-1").describe_snapshots) == "AuthFailure"


def test_state_file_keeps_ec2(tmp_path: Path) -> None:
    """A restart keeps snapshots, copies in progress and volumes."""
    state = tmp_path / "state.json"
    seed = {
        "ec2": {
            REGION: {"volumes": [{"id": "vol-0a1b2c3d", "size": 7, "tags": {"a": "b"}}], "snapshots": [{}]}
        }
    }
    with Emulator(services=("ec2",), settings=Settings(copy_seconds=3600), state_file=state) as first:
        first.seed(seed)
        (source,) = listed(first.ec2_client(REGION))
        target = first.ec2_client("eu-west-1")
        copied = target.copy_snapshot(SourceRegion=REGION, SourceSnapshotId=source)["SnapshotId"]
    with Emulator(services=("ec2",), state_file=state) as second:
        second.seed(seed)
        found = second.ec2_client("eu-west-1").describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]
        volumes = second.ec2_client(REGION).describe_volumes(VolumeIds=["vol-0a1b2c3d"])["Volumes"]
        again = listed(second.ec2_client(REGION))

    assert (found["State"], again) == ("pending", [source])
    assert [(each["Size"], each["Tags"]) for each in volumes] == [(7, [{"Key": "a", "Value": "b"}])]


def test_clock_can_be_set_ahead(emulator: Emulator, ec2: Any) -> None:
    """What is pending for an hour is done when the clock is set ahead by more."""
    source = emulator.ec2.put_snapshot("us-west-2")
    copied = ec2.copy_snapshot(SourceRegion="us-west-2", SourceSnapshotId=source)["SnapshotId"]
    emulator.advance(3601)

    assert ec2.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]["State"] == "completed"


def test_own_operations_are_in_the_model(ec2: Any) -> None:
    """What the emulator answers itself are operations of botocore's model."""
    assert {*READING, *CHANGING, *TAGGING} <= set(ec2.meta.service_model.operation_names)
