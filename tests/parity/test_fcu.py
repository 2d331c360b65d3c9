"""FCU, OUTSCALE's EC2-compatible API, through boto3 with nothing but another endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.emulator import Emulator, Settings

REGION = "eu-west-2"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """FCU, whose copies take an hour unless the test ends them."""
    with Emulator(services=("fcu",), settings=Settings(copy_seconds=3600)) as running:
        yield running


@pytest.fixture
def fcu(emulator: Emulator) -> Any:
    """A client of FCU."""
    return emulator.ec2_client(REGION, fcu=True)


@pytest.fixture
def source(emulator: Emulator) -> str:
    """A snapshot of 10 GiB."""
    return emulator.outscale.put_snapshot(REGION, size=10, description="nightly", tags={"team": "shop"})


def refusal(call: Any, **request: Any) -> str:
    """The code that a call is refused with."""
    with pytest.raises(ClientError) as caught:
        call(**request)
    return str(caught.value.response["Error"]["Code"])


def test_life_of_a_copy(emulator: Emulator, fcu: Any, source: str) -> None:
    """A copy is in-queue until it is complete, has its size from the start, and inherits the description."""
    copied = fcu.copy_snapshot(SourceRegion=REGION, SourceSnapshotId=source)["SnapshotId"]
    fresh = fcu.describe_snapshots(SnapshotIds=[copied])["Snapshots"][0]
    emulator.finish_copies()
    done = fcu.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "status", "Values": ["completed"]}])

    assert len(copied) == len("snap-12345678")
    assert (fresh["State"], fresh["VolumeSize"], fresh["Description"]) == ("in-queue", 10, "nightly")
    assert fresh.get("Tags", []) == []
    assert [each["SnapshotId"] for each in done["Snapshots"]] == [source, copied]


def test_description_is_ours_if_given(fcu: Any, source: str) -> None:
    """A description that is given is the copy's, and a filter finds it."""
    request = {"SourceRegion": REGION, "SourceSnapshotId": source}
    copied = fcu.copy_snapshot(**request, Description="x [snapcopy 0f0f]")["SnapshotId"]
    filters = [{"Name": "description", "Values": ["*[[]snapcopy 0f0f]", "*[snapcopy 0f0f]"]}]
    found = fcu.describe_snapshots(OwnerIds=["self"], Filters=filters)["Snapshots"]

    assert [each["SnapshotId"] for each in found] == [copied]
    assert refusal(fcu.copy_snapshot, **request, Description="d" * 256) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Encrypted": True}, "InvalidParameter"),
        ({"KmsKeyId": "alias/dr"}, "InvalidParameter"),
        ({"CompletionDurationMinutes": 60}, "InvalidParameter"),
        (
            {"TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "a", "Value": "b"}]}]},
            "InvalidParameter",
        ),
        ({"SourceRegion": "us-east-2"}, "InvalidParameterValue"),
        ({"SourceSnapshotId": "snap-0123456789abcdef0"}, "InvalidParameterValue"),
        ({"SourceSnapshotId": "snap-87654321"}, "InvalidSnapshot.NotFound"),
        ({"DryRun": True}, "DryRunOperation"),
    ],
)
def test_what_fcu_refuses(change: Any, code: str, emulator: Emulator, fcu: Any, source: str) -> None:
    """What EC2 has and FCU hasn't is refused, and so are other regions and sources that aren't there."""
    request = {"SourceRegion": REGION, "SourceSnapshotId": source, **change}

    assert refusal(fcu.copy_snapshot, **request) == code
    assert len(emulator.outscale.snapshots(REGION)) == 1
    assert emulator.calls("CopySnapshot", service="fcu")[0].outcome == code


def test_incomplete_source_is_refused(emulator: Emulator, fcu: Any) -> None:
    """Unlike EC2, it doesn't accept a source that isn't complete."""
    source = emulator.outscale.put_snapshot(REGION, state="pending")

    assert refusal(fcu.copy_snapshot, SourceRegion=REGION, SourceSnapshotId=source) == "IncorrectState"


def test_tags_afterwards(fcu: Any, source: str) -> None:
    """CreateTags and DeleteTags work, and tag-value is a filter."""
    fcu.create_tags(Resources=[source], Tags=[{"Key": "owner", "Value": "me"}])
    fcu.delete_tags(Resources=[source], Tags=[{"Key": "team"}])
    found = fcu.describe_snapshots(Filters=[{"Name": "tag-value", "Values": ["me"]}])["Snapshots"]

    assert [each["Tags"] for each in found] == [[{"Key": "owner", "Value": "me"}]]


def test_volume_to_deleted_snapshot(fcu: Any) -> None:
    """A volume is made, a snapshot of it taken and deleted; what is gone is InvalidSnapshot.NotFound."""
    volume = fcu.create_volume(AvailabilityZone=f"{REGION}a", Size=4)["VolumeId"]
    taken = fcu.create_snapshot(VolumeId=volume, Description="d")["SnapshotId"]
    fcu.delete_snapshot(SnapshotId=taken)

    assert [each["Size"] for each in fcu.describe_volumes()["Volumes"]] == [4]
    assert refusal(fcu.delete_snapshot, SnapshotId=taken) == "InvalidSnapshot.NotFound"


def test_what_is_not_emulated_is_named(fcu: Any) -> None:
    """Nothing of moto's EC2 shines through."""
    assert refusal(fcu.describe_instances) == "OperationNotEmulated"


def test_environment_points_ec2_to_fcu(emulator: Emulator) -> None:
    """Without EC2 beside it, FCU is where EC2's endpoint points to."""
    assert emulator.environment["AWS_ENDPOINT_URL_EC2"] == emulator.fcu_url
    assert emulator.environment["AWS_REGION"] == REGION
